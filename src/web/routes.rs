//! The route table: every address of the service, what it asks of the actor, and what it answers.
//!
//! Routes are mounted from this table, the API description is written from it, and the refusal
//! matrix tests every row of it: a route that is not here does not exist.

mod cases;
mod certificates;
mod contingency;
mod employers;
mod finance;
mod imports;
mod institutes;
mod matching;
mod money;
mod pathways;
mod platform;
mod pledges;
mod privacy;
mod records;
mod reference;
mod tracks;

use crate::app;
use crate::app::resource::Resource;
use actix_web::Route;
use actix_web::http::Method;
use passerelle_domain::access::{Action, Subject};

/// What a route asks of whoever calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Public,
    /// Anybody who has signed in.
    SignedIn,
    /// Somebody whose role allows the action.
    Needs(Action, Subject),
}

/// What a request or answer carries, for the API description.
#[derive(Clone, Copy)]
pub enum Body {
    None,
    Record(&'static dyn Resource),
    Page(&'static dyn Resource),
    Named(&'static str),
    Csv,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Record(resource) | Self::Page(resource) => resource.name(),
            Self::Named(name) => name,
            Self::Csv => "csv",
        })
    }
}

/// One row.
pub struct Entry {
    pub method: Method,
    pub path: String,
    pub access: Access,
    pub summary: String,
    pub request: Body,
    pub answer: Body,
    mount: Box<dyn Fn() -> Route + Send + Sync>,
}

impl std::fmt::Debug for Entry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Entry {
    fn new(method: Method, path: impl Into<String>, access: Access, mount: impl Fn() -> Route + Send + Sync + 'static) -> Self {
        let path = path.into();
        Self { method, path, access, summary: String::new(), request: Body::None, answer: Body::None, mount: Box::new(mount) }
    }

    fn says(mut self, summary: impl Into<String>, request: Body, answer: Body) -> Self {
        self.summary = summary.into();
        self.request = request;
        self.answer = answer;
        self
    }

    /// The route, to be registered under its path.
    pub fn route(&self) -> Route {
        (self.mount)().method(self.method.clone())
    }

    pub fn is_api(&self) -> bool {
        self.path.starts_with("/api/")
    }
}

/// Every route of the service.
pub fn table() -> Vec<Entry> {
    let mut table = platform::entries();
    // Before the records: `/ui/exceptional-accesses/new` is no record's address.
    table.extend(privacy::entries());
    // Nor are the figures of providers records.
    table.extend(institutes::entries());
    table.extend(employers::entries());
    table.extend(certificates::entries());
    for resource in app::records::ALL {
        table.extend(records::of(resource));
    }
    table.extend(records::of_cases());
    table.extend(matching::entries());
    table.extend(reference::entries());
    table.extend(pathways::entries());
    table.extend(cases::entries());
    table.extend(finance::entries());
    table.extend(imports::entries());
    table.extend(pledges::entries());
    table.extend(tracks::entries());
    table.extend(contingency::entries());
    table.extend(money::entries());
    table
}
