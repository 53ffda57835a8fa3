//! Lists, records and forms of every kind, and the work around a case.

use super::{Access, Body, Entry};
use crate::app::records;
use crate::app::resource::Resource;
use crate::app::work::CASES;
use crate::web::{api, ui};
use actix_web::http::Method;
use actix_web::web;
use passerelle_domain::access::Action;

pub(super) fn of(resource: &'static dyn Resource) -> Vec<Entry> {
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
                web::route().to(move |who, params, body| api::bulk::change(resource.name(), who, params, body))
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
pub(super) fn of_cases() -> Vec<Entry> {
    use Access::{Needs, SignedIn};
    let mut entries = vec![
        Entry::new(Method::GET, "/ui/bulk-changes", SignedIn, || web::route().to(ui::work::bulk_list)),
        Entry::new(Method::POST, "/ui/bulk-changes/{id}/undo", SignedIn, || web::route().to(ui::work::undo)),
        Entry::new(Method::POST, "/api/v1/bulk-changes/{id}/undo", SignedIn, || web::route().to(api::bulk::undo)).says(
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
