//! `/ui/components`: every part in every state, for whoever builds or judges pages. Sample words
//! stand for content and come from the catalogues, so that each language and direction is seen.

use super::charts;
use super::parts::{Card, Cell, Form, Input, Moment, Part, Sheet, Table};
use super::shell::Page;
use super::{Answer, cells};
use crate::error::FieldError;
use crate::formats;

/// `GET /ui/components`
pub async fn components(page: Page) -> Answer {
    let t = page.locale;
    let word = |key: &str| t.get(key);
    let options = || vec![("away".to_owned(), word("track-away")), ("home".to_owned(), word("track-home"))];
    let form = || {
        Form::new("/ui/components", word("form-save"))
            .input(Input::new("text", "name", word("field-name")).value("Salma").required())
            .input(Input::new("email", "email", word("field-email")).hint(word("hint-kind-date")))
            .input(Input::new("select", "track", word("field-track")).options(options()).value("away"))
            .input(Input::new("choices", "stages", word("field-stages")).options(options()).value("home"))
            .input(Input::new("checkbox", "flag", word("field-possible-duplicate")).value("true"))
            .input(Input::new("textarea", "reason", word("field-reason")))
            .input(Input::new("fixed", "fixed", word("field-organisation-id")).value("Rabat"))
    };
    let popover = |id: &'static str, title: &str, side: bool| {
        let form = Form::new("/ui/components", word("form-save")).heading(word(title)).lead(word("components-popover"));
        Part::Popover { id, label: word(title), side, form: Box::new(form) }
    };
    let errors = [FieldError::new("email", "email", "is not an e-mail address"), FieldError::new("reason", "required", "is needed")];
    let day = |text: &str| formats::date_text(t, text);
    let row = |name: &str, tag: &str, count: i64| {
        vec![
            Cell::link(name, "/ui/components"),
            Cell::tag(cells::word_name(t, tag), tag),
            Cell::number(formats::number(t, count)),
            Cell::text(day("2026-11-23")),
        ]
    };
    let columns = ["field-name", "field-status", "field-score", "field-valid-from"].map(word);
    let table = |rows| Table { heading: word("components-table"), columns: columns.to_vec(), rows, empty: word("list-empty") };
    let moments = vec![
        Moment { when: day("2026-03-01"), what: word("journey-state-enrolled"), note: String::new(), state: "done" },
        Moment { when: day("2026-11-23"), what: word("journey-state-in-training"), note: word("party-institute"), state: "now" },
        Moment { when: day("2027-07-01"), what: word("journey-state-certified"), note: word("party-trainee"), state: "next" },
        Moment { when: day("2027-09-15"), what: word("journey-state-visa"), note: word("party-destination-authority"), state: "risk" },
    ];
    let steps = [("journey-state-enrolled", "done"), ("journey-state-matched", "now"), ("journey-state-visa", "next")];
    let bars = [(word("track-away"), 120_u64), (word("track-home"), 45), (word("track-undecided"), 12)];
    let cards = vec![
        Card { title: word("case-mine"), count: Some(formats::number(t, 12)), href: "/ui/components".into(), state: "" },
        Card { title: word("case-due"), count: Some(formats::number(t, 3)), href: "/ui/components".into(), state: "warn" },
        Card { title: word("case-overdue"), count: Some(formats::number(t, 1)), href: "/ui/components".into(), state: "bad" },
    ];
    Sheet::new(page.shell("components-title"))
        .lead(word("components-lead"))
        .part(Part::Notice { text: word("notice-saved"), kind: "good" })
        .part(Part::Notice { text: word("list-empty"), kind: "warn" })
        .part(Part::Cards { heading: word("home-queue"), cards })
        .part(Part::Stepper { heading: word("components-stepper"), steps: steps.map(|(key, state)| (word(key), state)).into() })
        .part(Part::Timeline { heading: word("components-timeline"), moments })
        .part(Part::Facts {
            heading: word("components-facts"),
            facts: vec![
                (word("field-name"), Cell::text("سلمى برادة · Salma Berrada")),
                (word("field-valid-from"), Cell::text(day("2026-11-23"))),
            ],
        })
        .table(table(vec![row("Salma Berrada", "pass", 9_120), row("Omar Trabelsi", "warn", 1_284), row("آمنة", "block", 77)]))
        .table(table(vec![]))
        .part(Part::Picture {
            heading: word("components-chart"),
            svg: charts::bars(&word("components-chart"), &bars),
            columns: vec![word("field-track"), word("field-score")],
            rows: bars.iter().map(|(label, number)| vec![label.clone(), formats::count(t, *number)]).collect(),
        })
        .form(form().heading(word("components-form")))
        .form(form().heading(word("components-form-refused")).refused(t, &errors, |_| None).unnamed())
        .form(Form::new("/ui/components", word("action-delete")).heading(word("components-danger")).danger().folded())
        .part(popover("sample-dialog", "components-dialog", false))
        .part(popover("sample-side-panel", "components-side-panel", true))
        .answer()
}
