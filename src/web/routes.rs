//! The route table: every address of the service, what it asks of the actor, and what it answers.
//!
//! Routes are mounted from this table, the API description is written from it, and the refusal
//! matrix tests every row of it: a route that is not here does not exist.

use super::{api, ui};
use crate::app::records;
use crate::app::resource::Resource;
use crate::app::work::CASES;
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
    // Before the records: `/ui/exceptional-accesses/new` is no record's address.
    table.extend(privacy());
    for resource in records::ALL {
        table.extend(of_resource(resource));
    }
    table.extend(work());
    table.extend(matching());
    table.extend(reference());
    table.extend(pathways());
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
        Entry::new(Method::POST, format!("{ui_list}/views"), Needs(Action::List, subject), move || {
            web::route().to(move |page, sent| ui::work::save_view(resource, page, sent))
        }),
    ];
    if !resource.read_only() {
        entries.extend([
            Entry::new(Method::POST, api_list.clone(), Needs(Action::Create, subject), move || {
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
            Entry::new(Method::POST, ui_list.clone(), Needs(Action::Create, subject), move || {
                web::route().to(move |page, form| ui::records::create(resource, page, form))
            }),
            Entry::new(Method::POST, format!("{ui_list}/drafts"), Needs(Action::Create, subject), move || {
                web::route().to(move |page, sent| ui::records::keep_draft(resource, page, sent))
            }),
            Entry::new(Method::POST, format!("{ui_list}/bulk"), Needs(Action::Update, subject), move || {
                web::route().to(move |page, sent| ui::work::bulk_change(resource, page, sent))
            }),
            Entry::new(Method::POST, format!("{api_list}/bulk"), Needs(Action::Update, subject), move || {
                web::route().to(move |who, params, body| api::privacy::bulk_change(resource.name(), who, params, body))
            })
            .says(
                format!("Change one field of many {name}; ?dry_run=true names what would change"),
                Body::Named("BulkChange"),
                Body::Named("BulkResult"),
            ),
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

/// Work around a case, for every kind of record that is one.
fn work() -> Vec<Entry> {
    use Access::{Needs, SignedIn};
    let mut entries = vec![
        Entry::new(Method::GET, "/ui/bulk-changes", SignedIn, || web::route().to(ui::work::bulk_list)),
        Entry::new(Method::POST, "/ui/bulk-changes/{id}/undo", SignedIn, || web::route().to(ui::work::undo)),
        Entry::new(Method::POST, "/api/v1/bulk-changes/{id}/undo", SignedIn, || web::route().to(api::privacy::undo)).says(
            "Undo a change of your own to many records",
            Body::None,
            Body::None,
        ),
        Entry::new(Method::POST, "/ui/views/{id}/remove", SignedIn, || web::route().to(ui::work::remove_view)),
        Entry::new(Method::POST, "/ui/comments/{id}/remove", SignedIn, || web::route().to(ui::cases::remove_comment)),
        Entry::new(Method::GET, "/ui/attachments/{id}", SignedIn, || web::route().to(ui::cases::attachment)),
        Entry::new(Method::POST, "/ui/attachments/{id}/remove", SignedIn, || web::route().to(ui::cases::remove_attachment)),
    ];
    for kind in CASES {
        let Some(resource) = records::find(kind) else { continue };
        let reads = Needs(Action::Read, resource.subject());
        entries.extend([
            Entry::new(Method::POST, format!("/ui/{kind}/{{id}}/assignment"), reads, move || {
                web::route().to(move |page, id, sent| ui::cases::assign(kind, page, id, sent))
            }),
            Entry::new(Method::POST, format!("/ui/{kind}/{{id}}/comments"), reads, move || {
                web::route().to(move |page, id, sent| ui::cases::comment(kind, page, id, sent))
            }),
            Entry::new(Method::POST, format!("/ui/{kind}/{{id}}/attachments"), reads, move || {
                web::route().to(move |page, id, parts| ui::cases::attach(kind, page, id, parts))
            }),
            Entry::new(Method::GET, format!("/api/v1/{kind}/{{id}}/comments"), reads, move || {
                web::route().to(move |who, id| api::privacy::comment_list(kind, who, id))
            })
            .says("Remarks on the case that you may read", Body::None, Body::Named("CommentPage")),
            Entry::new(Method::POST, format!("/api/v1/{kind}/{{id}}/comments"), reads, move || {
                web::route().to(move |who, id, body| api::privacy::comment(kind, who, id, body))
            })
            .says("Add a remark", Body::Named("Comment"), Body::Named("Made")),
            Entry::new(Method::PUT, format!("/api/v1/{kind}/{{id}}/assignment"), reads, move || {
                web::route().to(move |who, id, body| api::privacy::assign(kind, who, id, body))
            })
            .says("Say whose case it is, until when, and whose turn", Body::Named("Assignment"), Body::None),
        ]);
    }
    entries
}

/// Rights of people over their data, and of others over people.
fn privacy() -> Vec<Entry> {
    use Access::{Needs, SignedIn};
    use Action::{Create, Decide, Delete, List, Read, Update};
    use Subject::{CaseTransfer, Consent, Duplicate, ExceptionalAccess, PersonRequest, Proposal, SealedRecord, Team, Trainee};
    let page = |method: Method, path: &str, access: Access, mount: fn() -> Route| Entry::new(method, path, access, mount);
    vec![
        page(Method::GET, "/ui/my/consents", Needs(Decide, Consent), || web::route().to(ui::privacy::consent_list)),
        page(Method::POST, "/ui/my/consents", Needs(Decide, Consent), || web::route().to(ui::privacy::give_consent)),
        page(Method::GET, "/ui/my/consents/{id}/withdraw", Needs(Decide, Consent), || web::route().to(ui::privacy::ask_withdrawal)),
        page(Method::POST, "/ui/my/consents/{id}/withdraw", Needs(Decide, Consent), || web::route().to(ui::privacy::withdraw_consent)),
        page(Method::GET, "/ui/my/access", Needs(Create, PersonRequest), || web::route().to(ui::privacy::my_access)),
        page(Method::GET, "/ui/my/requests", Needs(Create, PersonRequest), || web::route().to(ui::privacy::requests)),
        page(Method::POST, "/ui/my/requests", Needs(Create, PersonRequest), || web::route().to(ui::privacy::ask)),
        page(Method::POST, "/ui/my/requests/{id}/withdraw", Needs(Create, PersonRequest), || {
            web::route().to(ui::privacy::withdraw_request)
        }),
        page(Method::GET, "/ui/my/sealed", Needs(Create, SealedRecord), || web::route().to(ui::privacy::sealed_list)),
        page(Method::POST, "/ui/my/sealed", Needs(Create, SealedRecord), || web::route().to(ui::privacy::seal)),
        page(Method::POST, "/ui/my/sealed/{id}/remove", Needs(Delete, SealedRecord), || web::route().to(ui::privacy::unseal)),
        page(Method::GET, "/ui/my/data", SignedIn, || web::route().to(ui::privacy::data)),
        page(Method::GET, "/ui/my/data.json", SignedIn, || web::route().to(ui::privacy::data_file)),
        page(Method::GET, "/ui/trainees/{id}/access", Needs(Read, Trainee), || web::route().to(ui::privacy::trainee_access)),
        page(Method::GET, "/ui/trainees/{id}/sealed", Needs(Read, SealedRecord), || web::route().to(ui::privacy::sealed_of)),
        page(Method::GET, "/ui/trainees/{id}/pass-on", Needs(Create, CaseTransfer), || web::route().to(ui::cases::pass_on_form)),
        page(Method::POST, "/ui/trainees/{id}/pass-on", Needs(Create, CaseTransfer), || web::route().to(ui::cases::pass_on)),
        page(Method::POST, "/ui/case-transfers/{id}/decision", Needs(Decide, CaseTransfer), || web::route().to(ui::cases::decide_transfer)),
        page(Method::POST, "/ui/person-requests/{id}/decision", Needs(Decide, PersonRequest), || {
            web::route().to(ui::cases::decide_request)
        }),
        page(Method::POST, "/ui/duplicates/{id}/decision", Needs(Decide, Duplicate), || web::route().to(ui::cases::decide_duplicate)),
        page(Method::GET, "/ui/exceptional-accesses/new", Needs(Create, ExceptionalAccess), || {
            web::route().to(ui::cases::exceptional_form)
        }),
        page(Method::POST, "/ui/exceptional-accesses", Needs(Create, ExceptionalAccess), || web::route().to(ui::cases::open_exceptional)),
        page(Method::POST, "/ui/exceptional-accesses/{id}/review", Needs(Decide, ExceptionalAccess), || web::route().to(ui::cases::review)),
        page(Method::POST, "/ui/proposals/{id}/offer", Needs(Decide, Proposal), || web::route().to(ui::match_runs::offer)),
        page(Method::GET, "/ui/team", Needs(List, Team), || web::route().to(ui::team::list)),
        page(Method::POST, "/ui/team/invite", Needs(Create, Team), || web::route().to(ui::team::invite)),
        page(Method::POST, "/ui/team/cover", Needs(List, Team), || web::route().to(ui::team::cover)),
        page(Method::POST, "/ui/team/{id}/end", Needs(List, Team), || web::route().to(ui::team::end)),
        page(Method::GET, "/ui/retention", Needs(List, Subject::Audit), || web::route().to(ui::team::retention_reports)),
        page(Method::POST, "/api/v1/consents", Needs(Create, Consent), || web::route().to(api::privacy::give_consent)).says(
            "Give consent, or enter consent given on paper",
            Body::Named("GiveConsent"),
            Body::Named("Made"),
        ),
        page(Method::POST, "/api/v1/consents/{id}/withdrawal", Needs(Decide, Consent), || web::route().to(api::privacy::withdraw_consent))
            .says("Withdraw consent; it counts at once", Body::None, Body::None),
        page(Method::POST, "/api/v1/person-requests", Needs(Create, PersonRequest), || web::route().to(api::privacy::ask)).says(
            "Ask for a correction, an objection, a restriction or an erasure",
            Body::Named("PersonRequestAsk"),
            Body::Named("Made"),
        ),
        page(Method::POST, "/api/v1/person-requests/{id}/decision", Needs(Decide, PersonRequest), || {
            web::route().to(api::privacy::decide_request)
        })
        .says("Answer a person's request", Body::Named("PersonRequestDecision"), Body::None),
        page(Method::POST, "/api/v1/case-transfers", Needs(Create, CaseTransfer), || web::route().to(api::privacy::transfer)).says(
            "Offer a case, or a referral, to another organisation",
            Body::Named("TransferOpen"),
            Body::Named("Made"),
        ),
        page(Method::POST, "/api/v1/case-transfers/{id}/decision", Needs(Decide, CaseTransfer), || {
            web::route().to(api::privacy::decide_transfer)
        })
        .says("Accept, decline, withdraw or end", Body::Named("TransferDecision"), Body::None),
        page(Method::POST, "/api/v1/duplicates/{id}/decision", Needs(Decide, Duplicate), || {
            web::route().to(api::privacy::decide_duplicate)
        })
        .says("Merge, keep apart, or take a merge apart", Body::Named("DuplicateDecision"), Body::None),
        page(Method::POST, "/api/v1/exceptional-accesses", Needs(Create, ExceptionalAccess), || {
            web::route().to(api::privacy::open_exceptional)
        })
        .says("Open a record for a short while, for a stated reason", Body::Named("ExceptionalOpen"), Body::Named("Made")),
        page(Method::POST, "/api/v1/exceptional-accesses/{id}/decision", Needs(Decide, ExceptionalAccess), || {
            web::route().to(api::privacy::review)
        })
        .says("Review an access", Body::Named("ExceptionalReview"), Body::None),
        page(Method::GET, "/api/v1/trainees/{id}/sealed-records", Needs(Read, SealedRecord), || web::route().to(api::privacy::sealed_of))
            .says("Open sealed facts: one's own, or by exception", Body::None, Body::Named("SealedPage")),
        page(Method::POST, "/ui/trainees/{id}/documents", Needs(Update, Trainee), || web::route().to(ui::cases::add_document)),
        page(Method::POST, "/api/v1/trainees/{id}/identity-documents", Needs(Update, Trainee), || {
            web::route().to(api::privacy::identity_document)
        })
        .says(
            "Enter an identity document; only a keyed hash of its number is kept",
            Body::Named("IdentityDocumentAdd"),
            Body::None,
        ),
        page(Method::POST, "/api/v1/sealed-records", Needs(Create, SealedRecord), || web::route().to(api::privacy::seal)).says(
            "Seal a fact about yourself",
            Body::Named("SealedAdd"),
            Body::Named("Made"),
        ),
        page(Method::DELETE, "/api/v1/sealed-records/{id}", Needs(Delete, SealedRecord), || web::route().to(api::privacy::unseal)).says(
            "Remove a sealed fact of your own",
            Body::None,
            Body::None,
        ),
        page(Method::GET, "/api/v1/trainees/{id}/onlookers", Needs(Read, Trainee), || web::route().to(api::privacy::onlookers)).says(
            "Who can see what of this person, and why",
            Body::None,
            Body::Named("OnlookerPage"),
        ),
        page(Method::GET, "/api/v1/me/data", SignedIn, || web::route().to(api::privacy::my_data)).says(
            "Everything about you",
            Body::None,
            Body::Named("MyData"),
        ),
        page(Method::POST, "/api/v1/team/invitations", Needs(Create, Team), || web::route().to(api::privacy::invite)).says(
            "Invite somebody to a role",
            Body::Named("Invitation"),
            Body::None,
        ),
        page(Method::POST, "/api/v1/team/covers", Needs(List, Team), || web::route().to(api::privacy::cover)).says(
            "Lend your role to a colleague for an absence",
            Body::Named("Cover"),
            Body::None,
        ),
        page(Method::DELETE, "/api/v1/team/grants/{id}", Needs(List, Team), || web::route().to(api::privacy::end_grant)).says(
            "End a role at once",
            Body::None,
            Body::None,
        ),
        page(Method::POST, "/api/v1/proposals/{id}/offer", Needs(Decide, Proposal), || web::route().to(api::privacy::offer)).says(
            "Make the offer that both sides have agreed on",
            Body::None,
            Body::Named("Decision"),
        ),
    ]
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
        Entry::new(Method::GET, "/ui/sign-up", Public, || web::route().to(ui::gate::sign_up_form)),
        Entry::new(Method::POST, "/ui/sign-up", Public, || web::route().to(ui::gate::sign_up)),
        Entry::new(Method::GET, "/ui/reset", Public, || web::route().to(ui::gate::ask_reset_form)),
        Entry::new(Method::POST, "/ui/reset", Public, || web::route().to(ui::gate::ask_reset)),
        Entry::new(Method::GET, "/ui/reset/{token}", Public, || web::route().to(ui::gate::reset_form)),
        Entry::new(Method::POST, "/ui/reset/{token}", Public, || web::route().to(ui::gate::reset)),
        Entry::new(Method::GET, "/ui/confirm/{token}", Public, || web::route().to(ui::gate::confirm_form)),
        Entry::new(Method::POST, "/ui/confirm/{token}", Public, || web::route().to(ui::gate::confirm)),
        Entry::new(Method::GET, "/ui/invite/{token}", Public, || web::route().to(ui::gate::invitation_form)),
        Entry::new(Method::POST, "/ui/invite/{token}", Public, || web::route().to(ui::gate::accept_invitation)),
        Entry::new(Method::GET, "/ui/components", SignedIn, || web::route().to(ui::components::components)),
        Entry::new(Method::GET, "/ui/account", SignedIn, || web::route().to(ui::account::account)),
        Entry::new(Method::POST, "/ui/account/tokens", SignedIn, || web::route().to(ui::account::create_token)),
        Entry::new(Method::POST, "/ui/account/tokens/{id}/revoke", SignedIn, || web::route().to(ui::account::revoke_token)),
        Entry::new(Method::POST, "/ui/account/sessions/{id}/end", SignedIn, || web::route().to(ui::account::end_session)),
        Entry::new(Method::POST, "/ui/account/second-factor", SignedIn, || web::route().to(ui::account::begin_factor)),
        Entry::new(Method::POST, "/ui/account/second-factor/on", SignedIn, || web::route().to(ui::account::enable_factor)),
        Entry::new(Method::POST, "/ui/account/second-factor/off", SignedIn, || web::route().to(ui::account::disable_factor)),
        Entry::new(Method::POST, "/ui/account/passkeys/options", SignedIn, || web::route().to(ui::keys::add_options)),
        Entry::new(Method::POST, "/ui/account/passkeys", SignedIn, || web::route().to(ui::keys::add)),
        Entry::new(Method::POST, "/ui/account/passkeys/{id}/remove", SignedIn, || web::route().to(ui::keys::remove)),
        Entry::new(Method::POST, "/ui/account/provider", SignedIn, || web::route().to(ui::keys::tie)),
        Entry::new(Method::POST, "/ui/account/provider/untie", SignedIn, || web::route().to(ui::keys::untie)),
        Entry::new(Method::POST, "/ui/sign-in/passkey/options", Public, || web::route().to(ui::keys::enter_options)),
        Entry::new(Method::POST, "/ui/sign-in/passkey", Public, || web::route().to(ui::keys::enter)),
        Entry::new(Method::GET, "/ui/sign-in/provider", Public, || web::route().to(ui::keys::leave)),
        Entry::new(Method::GET, "/ui/sign-in/provider/back", Public, || web::route().to(ui::keys::come_back)),
        Entry::new(Method::GET, "/ui/notifications", SignedIn, || web::route().to(ui::account::notification_list)),
        Entry::new(Method::POST, "/ui/notifications/read", SignedIn, || web::route().to(ui::account::read_notifications)),
        Entry::new(Method::POST, "/ui/notifications/choices", SignedIn, || web::route().to(ui::account::choose_notifications)),
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

/// Pathways in the making, ways through a pathway, and the law.
fn pathways() -> Vec<Entry> {
    use Access::{Needs, SignedIn};
    use Action::{Create, Decide, List, Read, Update};
    use Subject::{Agreement, Corridor, Journey, Law, MatchRun, Need, PathwayDraft, Programme, RecognitionCase};
    let api = |method: Method, path: &str, access: Access, mount: fn() -> Route| Entry::new(method, path, access, mount);
    let named = Body::Named;
    vec![
        api(Method::GET, "/api/v1/pathway-drafts", Needs(List, PathwayDraft), || web::route().to(api::pathways::list)).says(
            "Pathways in the making",
            Body::None,
            named("PathwayDrafts"),
        ),
        api(Method::POST, "/api/v1/pathway-drafts", Needs(Create, PathwayDraft), || web::route().to(api::pathways::begin)).says(
            "Begin a draft from a published pathway, a template or a file",
            named("BeginPathway"),
            named("Made"),
        ),
        api(Method::GET, "/api/v1/pathway-drafts/{id}", Needs(Read, PathwayDraft), || web::route().to(api::pathways::get)).says(
            "A draft with its findings, differences and keys",
            Body::None,
            named("PathwayDraft"),
        ),
        api(Method::PUT, "/api/v1/pathway-drafts/{id}", Needs(Update, PathwayDraft), || web::route().to(api::pathways::replace)).says(
            "Put another wording in place of a draft's; both keys come out",
            named("CorridorPack"),
            named("Changed"),
        ),
        api(Method::DELETE, "/api/v1/pathway-drafts/{id}", Needs(Update, PathwayDraft), || web::route().to(api::pathways::discard)).says(
            "Give a draft up; it stays to be read",
            Body::None,
            Body::None,
        ),
        api(Method::PUT, "/api/v1/pathway-drafts/{id}/steps/{step}", Needs(Update, PathwayDraft), || {
            web::route().to(api::pathways::put_step)
        })
        .says("Change a step, or add it", named("Step"), named("Changed")),
        api(Method::DELETE, "/api/v1/pathway-drafts/{id}/steps/{step}", Needs(Update, PathwayDraft), || {
            web::route().to(api::pathways::remove_step)
        })
        .says("Take a step out; what waited for it waits for what it waited for", Body::None, named("Changed")),
        api(Method::POST, "/api/v1/pathway-drafts/{id}/submission", Needs(Update, PathwayDraft), || web::route().to(api::pathways::submit))
            .says("Ask both sides for their keys; refused while there are errors", named("SubmitPathway"), named("Changed")),
        api(Method::POST, "/api/v1/pathway-drafts/{id}/approval", Needs(Decide, PathwayDraft), || web::route().to(api::pathways::approve))
            .says("Turn the key of your side; the second key publishes", Body::None, named("PathwayStage")),
        api(Method::POST, "/api/v1/pathway-drafts/{id}/refusal", Needs(Decide, PathwayDraft), || web::route().to(api::pathways::refuse))
            .says("Send a submitted draft back, with the reason", named("Refusal"), named("Changed")),
        api(Method::POST, "/api/v1/corridors/{pack}/plan", Needs(Read, Corridor), || web::route().to(api::pathways::plan)).says(
            "Every way that no other beats on days, cost and chance, with dates and a forecast",
            named("PlanQuestion"),
            named("Plan"),
        ),
        api(Method::GET, "/api/v1/rules", Needs(List, Law), || web::route().to(api::pathways::rules)).says(
            "The rules, in every version",
            Body::None,
            named("Rules"),
        ),
        api(Method::POST, "/api/v1/rules/check", Needs(Read, Law), || web::route().to(api::pathways::check)).says(
            "Judge facts by the rules",
            named("RulesQuestion"),
            named("Verdicts"),
        ),
        api(Method::POST, "/api/v1/law-entries", Needs(Create, Law), || web::route().to(api::pathways::enter)).says(
            "Enter a version of a rule, an index, a list, a table row, a convention, a link or a calendar",
            named("LawEntry"),
            named("Made"),
        ),
        api(Method::GET, "/api/v1/recognition-cases/{id}/events", Needs(Read, RecognitionCase), || {
            web::route().to(api::pathways::recognition_events)
        })
        .says(
            "A recognition case with its procedure, its history and what the actor may bring",
            Body::None,
            named("RecognitionCourse"),
        ),
        api(Method::POST, "/api/v1/recognition-cases/{id}/events", Needs(Read, RecognitionCase), || {
            web::route().to(api::pathways::recognition_act)
        })
        .says("Bring an event; it is judged by the state machine and kept", named("RecognitionEvent"), named("RecognitionCourse")),
        api(Method::GET, "/api/v1/recognition-outcomes", Needs(List, RecognitionCase), || {
            web::route().to(api::pathways::recognition_outcomes)
        })
        .says("How decisions came out, and in how many days", Body::None, named("RecognitionOutcomes")),
        api(Method::GET, "/api/v1/programmes/{id}/expectation", Needs(Read, Programme), || web::route().to(api::pathways::expectation))
            .says("What recognition notices have said of a programme, and what to expect of the next", Body::None, named("Expectations")),
        api(Method::GET, "/ui/recognition", Needs(List, RecognitionCase), || web::route().to(ui::recognition::board)),
        api(Method::GET, "/api/v1/recognition-board", Needs(List, RecognitionCase), || web::route().to(api::pathways::recognition_board))
            .says("Recognition cases by state, with what is due and overdue", Body::None, named("RecognitionBoard")),
        api(Method::POST, "/ui/recognition-cases/{id}/events", Needs(Read, RecognitionCase), || web::route().to(ui::recognition::act)),
        api(Method::GET, "/api/v1/journeys/{id}/events", Needs(Read, Journey), || web::route().to(api::events::journey)).says(
            "A journey with its history, its clocks, the way ahead and what the actor may bring",
            Body::None,
            named("JourneyCourse"),
        ),
        api(Method::POST, "/api/v1/journeys/{id}/events", Needs(Read, Journey), || web::route().to(api::events::journey_act)).says(
            "Bring an event; it is judged by the state machine and the pathway, and kept",
            named("JourneyEvent"),
            named("JourneyCourse"),
        ),
        api(Method::GET, "/api/v1/needs/{id}/events", Needs(Read, Need), || web::route().to(api::events::need)).says(
            "A need with its seats, its history and what the actor may bring",
            Body::None,
            named("NeedCourse"),
        ),
        api(Method::POST, "/api/v1/needs/{id}/events", Needs(Update, Need), || web::route().to(api::events::need_act)).says(
            "Validate, publish, suspend, resume or cancel a need",
            named("NeedEvent"),
            named("NeedCourse"),
        ),
        api(Method::GET, "/api/v1/agreements/{id}/events", Needs(Read, Agreement), || web::route().to(api::events::agreement)).says(
            "An agreement with its history, who is on the way under it, and what the actor may bring",
            Body::None,
            named("AgreementCourse"),
        ),
        api(Method::POST, "/api/v1/agreements/{id}/events", Needs(Update, Agreement), || web::route().to(api::events::agreement_act)).says(
            "Move an agreement from the idea to teach-out",
            named("AgreementEvent"),
            named("AgreementCourse"),
        ),
        api(Method::POST, "/api/v1/clocks", Needs(Create, MatchRun), || web::route().to(api::events::read_clocks)).says(
            "Read the clocks of every open journey now instead of in the night",
            Body::None,
            named("Job"),
        ),
        api(Method::POST, "/ui/journeys/{id}/events", Needs(Read, Journey), || web::route().to(ui::events::journey_act)),
        api(Method::POST, "/ui/needs/{id}/events", Needs(Update, Need), || web::route().to(ui::events::need_act)),
        api(Method::POST, "/ui/agreements/{id}/events", Needs(Update, Agreement), || web::route().to(ui::events::agreement_act)),
        api(Method::POST, "/ui/clocks", Needs(Create, MatchRun), || web::route().to(ui::events::read_clocks)),
        api(Method::POST, "/api/v1/deadlines", SignedIn, || web::route().to(api::pathways::deadline)).says(
            "The end of a legal period",
            named("Period"),
            named("PeriodEnd"),
        ),
        api(Method::GET, "/ui/pathway-drafts", Needs(List, PathwayDraft), || web::route().to(ui::pathways::list)),
        api(Method::POST, "/ui/pathway-drafts", Needs(Create, PathwayDraft), || web::route().to(ui::pathways::begin)),
        api(Method::GET, "/ui/pathway-drafts/{id}", Needs(Read, PathwayDraft), || web::route().to(ui::pathways::show)),
        api(Method::GET, "/ui/pathway-drafts/{id}/pack.yaml", Needs(Read, PathwayDraft), || web::route().to(ui::pathways::file)),
        api(Method::POST, "/ui/pathway-drafts/{id}/file", Needs(Update, PathwayDraft), || web::route().to(ui::pathways::take_file)),
        api(Method::GET, "/ui/pathway-drafts/{id}/steps/{step}", Needs(Read, PathwayDraft), || web::route().to(ui::pathway_step::show)),
        api(Method::POST, "/ui/pathway-drafts/{id}/steps/{step}", Needs(Update, PathwayDraft), || web::route().to(ui::pathway_step::save)),
        api(Method::POST, "/ui/pathway-drafts/{id}/steps/{step}/remove", Needs(Update, PathwayDraft), || {
            web::route().to(ui::pathways::remove_step)
        }),
        api(Method::POST, "/ui/pathway-drafts/{id}/submission", Needs(Update, PathwayDraft), || web::route().to(ui::pathways::submit)),
        api(Method::POST, "/ui/pathway-drafts/{id}/approval", Needs(Decide, PathwayDraft), || web::route().to(ui::pathways::approve)),
        api(Method::POST, "/ui/pathway-drafts/{id}/refusal", Needs(Decide, PathwayDraft), || web::route().to(ui::pathways::refuse)),
        api(Method::POST, "/ui/pathway-drafts/{id}/discard", Needs(Update, PathwayDraft), || web::route().to(ui::pathways::discard)),
        api(Method::GET, "/ui/corridors/{pack}/plan", Needs(Read, Corridor), || web::route().to(ui::plan::show)),
        api(Method::GET, "/api/v1/rules-outlook", Needs(List, Journey), || web::route().to(api::pathways::rules_outlook)).says(
            "What announced rules would do to the people who are on the way; nothing is written",
            Body::None,
            named("RulesOutlook"),
        ),
        api(Method::GET, "/ui/rules-outlook", Needs(List, Journey), || web::route().to(ui::law::outlook)),
        api(Method::GET, "/ui/law-tables", Needs(List, Law), || web::route().to(ui::law_tables::show)),
        api(Method::POST, "/ui/law-tables", Needs(Create, Law), || web::route().to(ui::law_tables::enter)),
        api(Method::GET, "/ui/rules", Needs(List, Law), || web::route().to(ui::law::list)),
        api(Method::POST, "/ui/rules", Needs(Create, Law), || web::route().to(ui::law::enter)),
        api(Method::GET, "/ui/rules/{rule}", Needs(Read, Law), || web::route().to(ui::law::show)),
    ]
}
