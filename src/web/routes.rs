//! The route table: every address of the service, what it asks of the actor, and what it answers.
//!
//! Routes are mounted from this table, the API description is written from it, and the refusal
//! matrix tests every row of it: a route that is not here does not exist.

use super::{api, ui};
use crate::app::records;
use crate::app::resource::Resource;
use actix_web::http::Method;
use actix_web::{Route, web};
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
    let mut table = platform();
    for resource in records::ALL {
        table.extend(of_resource(resource));
    }
    table.extend(matching());
    table.extend(reference());
    table
}

fn of_resource(resource: &'static dyn Resource) -> Vec<Entry> {
    use Access::Needs;
    let (name, subject) = (resource.name(), resource.subject());
    let one = name.trim_end_matches('s').replace('-', " ");
    let api_list = format!("/api/v1/{name}");
    let api_item = format!("/api/v1/{name}/{{id}}");
    let ui_list = format!("/ui/{name}");
    let ui_item = format!("/ui/{name}/{{id}}");
    let mut entries = vec![
        Entry::new(Method::GET, format!("{api_list}.csv"), Needs(Action::Export, subject), move || {
            web::route().to(move |who, params, request| api::export(resource, who, params, request))
        })
        .says(format!("The list of {name} as CSV"), Body::None, Body::Csv),
        Entry::new(Method::GET, api_list.clone(), Needs(Action::List, subject), move || {
            web::route().to(move |who, params, request| api::list(resource, who, params, request))
        })
        .says(format!("List {name}"), Body::None, Body::Page(resource)),
        Entry::new(Method::GET, api_item.clone(), Needs(Action::Read, subject), move || {
            web::route().to(move |who, id, request| api::get(resource, who, id, request))
        })
        .says(format!("Read one {one}"), Body::None, Body::Record(resource)),
        Entry::new(Method::GET, format!("{ui_list}.csv"), Needs(Action::Export, subject), move || {
            web::route().to(move |who, params, request| api::export(resource, who, params, request))
        }),
        Entry::new(Method::GET, ui_list.clone(), Needs(Action::List, subject), move || {
            web::route().to(move |page, params| ui::records::list(resource, page, params))
        }),
    ];
    if !resource.read_only() {
        entries.extend([
            Entry::new(Method::POST, api_list, Needs(Action::Create, subject), move || {
                web::route().to(move |who, request, body| api::create(resource, who, request, body))
            })
            .says(format!("Create one {one}"), Body::Record(resource), Body::Record(resource)),
            Entry::new(Method::PUT, api_item.clone(), Needs(Action::Update, subject), move || {
                web::route().to(move |who, id, version, body| api::update(resource, who, id, version, body))
            })
            .says(format!("Replace one {one}"), Body::Record(resource), Body::Record(resource)),
            Entry::new(Method::DELETE, api_item, Needs(Action::Delete, subject), move || {
                web::route().to(move |who, id, version| api::delete(resource, who, id, version))
            })
            .says(format!("Delete one {one}"), Body::None, Body::None),
            Entry::new(Method::GET, format!("{ui_list}/new"), Needs(Action::Create, subject), move || {
                web::route().to(move |page, params| ui::records::new_form(resource, page, params))
            }),
            Entry::new(Method::POST, ui_list, Needs(Action::Create, subject), move || {
                web::route().to(move |page, form| ui::records::create(resource, page, form))
            }),
            Entry::new(Method::GET, format!("{ui_item}/edit"), Needs(Action::Update, subject), move || {
                web::route().to(move |page, id| ui::records::edit_form(resource, page, id))
            }),
            Entry::new(Method::POST, format!("{ui_item}/edit"), Needs(Action::Update, subject), move || {
                web::route().to(move |page, id, form| ui::records::update(resource, page, id, form))
            }),
            Entry::new(Method::POST, format!("{ui_item}/delete"), Needs(Action::Delete, subject), move || {
                web::route().to(move |page, id, form| ui::records::delete(resource, page, id, form))
            }),
        ]);
    }
    if name != "proposals" {
        entries.push(Entry::new(Method::GET, ui_item, Needs(Action::Read, subject), move || {
            web::route().to(move |page, id| ui::records::show(resource, page, id))
        }));
    }
    entries
}

fn matching() -> Vec<Entry> {
    use Access::Needs;
    vec![
        Entry::new(Method::POST, "/api/v1/match-runs", Needs(Action::Create, Subject::MatchRun), || {
            web::route().to(api::match_runs::create)
        })
        .says("Ask for a match run; answers 202 and a Location to watch", Body::Named("MatchRunRequest"), Body::Named("MatchRun")),
        Entry::new(Method::GET, "/api/v1/match-runs", Needs(Action::List, Subject::MatchRun), || web::route().to(api::match_runs::list))
            .says("List match runs, the newest first", Body::None, Body::Named("MatchRunPage")),
        Entry::new(Method::GET, "/api/v1/match-runs/{id}", Needs(Action::Read, Subject::MatchRun), || {
            web::route().to(api::match_runs::get)
        })
        .says("Read one match run: progress, totals, digests", Body::None, Body::Named("MatchRun")),
        Entry::new(Method::GET, "/api/v1/match-runs/{id}/why", Needs(Action::Read, Subject::Outcome), || {
            web::route().to(api::match_runs::why)
        })
        .says("Why a trainee and a need are, or are not, a lawful pair: ?trainee=&need=", Body::None, Body::Named("PairReport")),
        Entry::new(Method::POST, "/api/v1/proposals/{id}/decision", Needs(Action::Decide, Subject::Proposal), || {
            web::route().to(api::match_runs::decide)
        })
        .says("Accept or decline a proposal for your side", Body::Named("Decide"), Body::Named("Decision")),
        Entry::new(Method::GET, "/ui/match-runs", Needs(Action::List, Subject::MatchRun), || web::route().to(ui::match_runs::list)),
        Entry::new(Method::GET, "/ui/match-runs.csv", Needs(Action::List, Subject::MatchRun), || web::route().to(ui::match_runs::list_csv)),
        Entry::new(Method::POST, "/ui/match-runs", Needs(Action::Create, Subject::MatchRun), || web::route().to(ui::match_runs::create)),
        Entry::new(Method::GET, "/ui/match-runs/{id}", Needs(Action::Read, Subject::MatchRun), || web::route().to(ui::match_runs::show)),
        Entry::new(Method::GET, "/ui/match-runs/{id}/why", Needs(Action::Read, Subject::Outcome), || web::route().to(ui::match_runs::why)),
        Entry::new(Method::GET, "/ui/proposals/{id}", Needs(Action::Read, Subject::Proposal), || web::route().to(ui::match_runs::proposal)),
        Entry::new(Method::POST, "/ui/proposals/{id}/decision", Needs(Action::Decide, Subject::Proposal), || {
            web::route().to(ui::match_runs::decide)
        }),
    ]
}

fn reference() -> Vec<Entry> {
    use Access::Needs;
    vec![
        Entry::new(Method::GET, "/api/v1/concepts", Needs(Action::List, Subject::Concept), || web::route().to(api::reference::concepts))
            .says("Search occupations and skills: ?q=&language=&kind=", Body::None, Body::Named("ConceptPage")),
        Entry::new(Method::GET, "/api/v1/corridors", Needs(Action::List, Subject::Corridor), || web::route().to(api::reference::corridors))
            .says("List the newest version of every corridor pack", Body::None, Body::Named("CorridorPage")),
        Entry::new(Method::GET, "/api/v1/corridors/{pack}", Needs(Action::Read, Subject::Corridor), || {
            web::route().to(api::reference::corridor)
        })
        .says("Read one corridor pack", Body::None, Body::Named("CorridorPack")),
        Entry::new(Method::GET, "/ui/concepts", Needs(Action::List, Subject::Concept), || web::route().to(ui::reference::concepts)),
        Entry::new(Method::GET, "/ui/corridors", Needs(Action::List, Subject::Corridor), || web::route().to(ui::reference::corridors)),
        Entry::new(Method::GET, "/ui/corridors.csv", Needs(Action::List, Subject::Corridor), || {
            web::route().to(ui::reference::corridors_csv)
        }),
        Entry::new(Method::GET, "/ui/corridors/{pack}", Needs(Action::Read, Subject::Corridor), || {
            web::route().to(ui::reference::corridor)
        }),
    ]
}

fn platform() -> Vec<Entry> {
    use Access::{Needs, Public, SignedIn};
    vec![
        Entry::new(Method::GET, "/", Public, || web::route().to(ui::start)),
        Entry::new(Method::GET, "/ui/", Public, || web::route().to(ui::start)),
        Entry::new(Method::GET, "/health/live", Public, || web::route().to(api::platform::live)),
        Entry::new(Method::GET, "/health/ready", Public, || web::route().to(api::platform::ready)),
        Entry::new(Method::GET, "/metrics", Public, || web::route().to(api::platform::metrics)),
        Entry::new(Method::GET, "/api/v1/openapi.json", Public, || web::route().to(api::platform::openapi)),
        Entry::new(Method::GET, "/problems/{slug}", Public, || web::route().to(ui::problem)),
        Entry::new(Method::GET, "/static/{file}", Public, || web::route().to(ui::statics::file)),
        Entry::new(Method::GET, "/ui/sign-in", Public, || web::route().to(ui::door::sign_in_form)),
        Entry::new(Method::POST, "/ui/sign-in", Public, || web::route().to(ui::door::sign_in)),
        Entry::new(Method::POST, "/ui/sign-out", Public, || web::route().to(ui::door::sign_out)),
        Entry::new(Method::POST, "/ui/language", Public, || web::route().to(ui::door::language)),
        Entry::new(Method::GET, "/ui", SignedIn, || web::route().to(ui::home)),
        Entry::new(Method::GET, "/ui/account", SignedIn, || web::route().to(ui::door::account)),
        Entry::new(Method::POST, "/ui/account/tokens", SignedIn, || web::route().to(ui::door::create_token)),
        Entry::new(Method::POST, "/ui/account/tokens/{id}/revoke", SignedIn, || web::route().to(ui::door::revoke_token)),
        Entry::new(Method::GET, "/api/v1/me", SignedIn, || web::route().to(api::platform::me)).says(
            "Who you are and what you may do",
            Body::None,
            Body::Named("Me"),
        ),
        Entry::new(Method::GET, "/api/v1/audit/verification", Needs(Action::Read, Subject::Audit), || {
            web::route().to(api::platform::audit)
        })
        .says("Walk the audit chains and name the first broken link", Body::None, Body::Named("AuditVerification")),
    ]
}
