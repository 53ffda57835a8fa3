//! The law as people read it: the rules with their sentences, sources, versions and cases, and a form
//! for whoever may enter a later version.

use super::cells::word_key;
use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::Sent;
use super::sentences::sentence;
use super::shell::Page;
use super::{Answer, see};
use crate::app::law::{self, Enter, EntryKind};
use crate::app::outlook::{self, Effect};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::plain;
use actix_web::web;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::law::{Rule, RuleId};

/// `GET /ui/rules`
pub async fn list(page: Page) -> Answer {
    let t = page.locale;
    let law = law::read(&page.ctx()).await?;
    let today = page.now.date();
    let rows = RuleId::ALL.iter().filter_map(|id| {
        let rule = law.catalogue.on(*id, today, false).or_else(|| law.catalogue.rules.iter().rfind(|rule| rule.rule == *id))?;
        Some(vec![
            Cell::link(format!("{} {}", rule.rule, rule.title.in_language(t.code())), format!("/ui/rules/{}", rule.rule)),
            Cell::tag(
                t.get(&word_key("rule-severity", rule.severity.as_str())),
                if rule.severity.as_str() == "block" { "block" } else { "warn" },
            ),
            Cell::text(t.get(&word_key("rule-anchor", rule.anchor.as_str()))),
            Cell::number(rule.version.to_string()),
            Cell::text(t.get(&word_key("fact-status", rule.status.as_str()))),
            Cell::text(rule.source.clone()),
        ])
    });
    let columns =
        ["rules-rule", "rules-severity", "rules-anchor", "rules-version", "field-status", "rules-source"].map(|key| t.get(key)).into();
    let table = Table { heading: String::new(), columns, rows: rows.collect(), empty: t.get("list-empty") };
    let mut sheet = Sheet::new(page.shell("rules-title")).lead(t.get("rules-lead")).table(table);
    sheet = sheet.action("/ui/law-tables", t.get("law-tables-title"));
    if permit(&page.actor, Action::List, Subject::Journey).is_ok() {
        sheet = sheet.action("/ui/rules-outlook", t.get("outlook-title"));
    }
    let series = law.reference.series.iter().map(|series| {
        let values = series.values.iter().map(|(year, value)| format!("{year}: {value}")).collect::<Vec<_>>().join(" · ");
        vec![Cell::text(series.name.clone()), Cell::text(values), Cell::text(series.source.clone())]
    });
    let columns = ["field-name", "rules-values", "rules-source"].map(|key| t.get(key)).into();
    sheet = sheet.table(Table { heading: t.get("rules-series"), columns, rows: series.collect(), empty: String::new() });
    let lists = law.reference.lists.iter().map(|list| {
        let countries = list.countries.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        vec![
            Cell::text(format!("{} {}", list.id, list.edition)),
            Cell::text(formats::date(t, list.valid_from)),
            Cell::text(countries),
            Cell::text(list.source.clone()),
        ]
    });
    let columns = ["field-name", "field-valid-from", "rules-countries", "rules-source"].map(|key| t.get(key)).into();
    sheet = sheet.table(Table { heading: t.get("rules-lists"), columns, rows: lists.collect(), empty: String::new() });
    let calendars = law.calendars.values().map(|calendar| {
        vec![
            Cell::text(calendar.id.clone()),
            Cell::text(format!("{} – {}", formats::date(t, calendar.valid_from), formats::date(t, calendar.valid_to))),
            Cell::number(calendar.holidays.len().to_string()),
            Cell::text(calendar.source.clone()),
        ]
    });
    let columns = ["field-name", "rules-covers", "rules-holidays", "rules-source"].map(|key| t.get(key)).into();
    sheet.table(Table { heading: t.get("rules-calendars"), columns, rows: calendars.collect(), empty: String::new() }).answer()
}

/// `GET /ui/rules/{rule}`
pub async fn show(page: Page, id: web::Path<String>) -> Answer {
    let id = RuleId::parse(&id).map_err(|_| AppError::NotFound)?;
    rule_page(&page, id, &[], &Sent::default()).await
}

async fn rule_page(page: &Page, id: RuleId, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    let law = law::read(&page.ctx()).await?;
    let today = page.now.date();
    let versions: Vec<&Rule> = law.catalogue.rules.iter().filter(|rule| rule.rule == id).collect();
    let current = law.catalogue.on(id, today, false).or(versions.last().copied()).ok_or(AppError::NotFound)?;
    let yaml = |rule: &Rule| serde_saphyr::to_string(rule).map_err(|error| AppError::internal(error.to_string()));
    let expression = |expr: &passerelle_domain::law::Expr| serde_saphyr::to_string(expr).unwrap_or_default();
    let mut facts: Vec<String> = current.holds.facts().into_iter().collect();
    for part in [&current.applies, &current.advises].into_iter().flatten() {
        facts.extend(part.facts());
    }
    facts.sort_unstable();
    facts.dedup();
    let mut sheet = Sheet::new(page.shell_titled(format!("{id} {}", current.title.in_language(t.code()))))
        .crumb("/ui/rules", t.get("rules-title"))
        .part(Part::Facts {
            heading: String::new(),
            facts: vec![
                (t.get("rules-severity"), Cell::text(t.get(&word_key("rule-severity", current.severity.as_str())))),
                (t.get("rules-anchor"), Cell::text(t.get(&word_key("rule-anchor", current.anchor.as_str())))),
                (t.get("rules-source"), Cell::text(current.source.clone())),
                (t.get("rules-fix"), Cell::text(current.fix.in_language(t.code()))),
                (t.get("rules-facts"), Cell::text(facts.join(", "))),
            ],
        });
    let mut parts = vec![(t.get("rules-holds"), &current.holds)];
    parts.extend(current.applies.as_ref().map(|expr| (t.get("rules-applies"), expr)));
    parts.extend(current.advises.as_ref().map(|expr| (t.get("rules-advises"), expr)));
    let written: Vec<(String, String)> =
        parts.iter().map(|(heading, expr)| (t.with1("rules-written", "part", heading), expression(expr))).collect();
    for (heading, expr) in parts {
        sheet = sheet.part(Part::Text { heading: heading.clone(), paragraphs: vec![plain(&sentence(t, expr))] });
    }
    for (heading, text) in written {
        sheet = sheet.part(Part::Code { heading, text });
    }
    let cases = current.tests.iter().map(|test| {
        let got = current.judge(&test.facts, &law.reference).verdict;
        let facts = test.facts.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join("; ");
        vec![Cell::text(test.name.clone()), Cell::tag(t.get(&word_key("verdict", got.as_str())), got.as_str()), Cell::text(facts)]
    });
    let columns = ["rules-case", "rules-verdict", "rules-facts"].map(|key| t.get(key)).into();
    sheet = sheet.table(Table { heading: t.get("rules-cases"), columns, rows: cases.collect(), empty: String::new() });
    let history = versions.iter().map(|rule| {
        vec![
            Cell::number(rule.version.to_string()),
            Cell::text(t.get(&word_key("fact-status", rule.status.as_str()))),
            Cell::text(formats::date(t, rule.valid_from)),
            Cell::text(rule.valid_to.map(|day| formats::date(t, day)).unwrap_or_default()),
            Cell::text(rule.source.clone()),
        ]
    });
    let columns = ["rules-version", "field-status", "field-valid-from", "field-valid-to", "rules-source"].map(|key| t.get(key)).into();
    sheet = sheet.table(Table { heading: t.get("rules-versions"), columns, rows: history.collect(), empty: String::new() });
    if permit(&page.actor, Action::Create, Subject::Law).is_ok() {
        let next = Rule { version: versions.iter().map(|rule| rule.version).max().unwrap_or(0) + 1, ..current.clone() };
        let form = Form::new("/ui/rules", t.get("rules-enter"))
            .heading(t.get("rules-enter"))
            .lead(t.get("rules-enter-lead"))
            .hidden("rule", id.as_str())
            .input(Input::new("textarea", "document", t.get("rules-document")).value(yaml(&next)?).required())
            .folded();
        sheet = sheet.form(form.refused(t, errors, |name| sent.some(name)));
    }
    sheet.answer()
}

/// `POST /ui/rules`: a later version of a rule, as YAML. Its cases run before it is kept.
pub async fn enter(page: Page, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Create, Subject::Law)?;
    let id = RuleId::parse(sent.get("rule")).map_err(|_| AppError::NotFound)?;
    let read: Result<Rule, _> = serde_saphyr::from_str(sent.raw("document"));
    let result = match read {
        Err(error) => Err(AppError::invalid("document", "document", error.without_snippet().to_string())),
        Ok(rule) if rule.rule != id => {
            Err(AppError::invalid("document", "document", format!("is a version of {}, not of {id}", rule.rule)))
        }
        Ok(rule) => law::enter(&page.ctx(), &Enter { kind: EntryKind::Rule, document: serde_json::to_value(&rule)? }).await,
    };
    match result {
        Ok(_) => Ok(see(format!("/ui/rules/{id}?notice=saved"))),
        Err(error) => {
            // Every complaint is about the one field of the form.
            let errors = mendable(error)?.into_iter().map(|error| {
                let detail = if error.field == "document" { error.detail } else { format!("{}: {}", error.field, error.detail) };
                FieldError { field: "document".into(), code: "as-said", detail, args: error.args }
            });
            rule_page(&page, id, &errors.collect::<Vec<_>>(), &sent).await
        }
    }
}

/// `GET /ui/rules-outlook`: announced rules over the people who are on the way.
pub async fn outlook(page: Page) -> Answer {
    let t = page.locale;
    let found = outlook::outlook(&page.ctx()).await?;
    let count = |number: usize| formats::count(t, number);
    let law = law::read(&page.ctx()).await?;
    let lead = t.with1("outlook-lead", "count", count(found.journeys));
    let mut sheet = Sheet::new(page.shell("outlook-title")).crumb("/ui/rules", t.get("rules-title")).lead(lead);
    if found.changes.is_empty() {
        sheet = sheet.part(Part::Notice { text: t.get("outlook-nothing"), kind: "good" });
    }
    for change in &found.changes {
        let rule = law.catalogue.rules.iter().find(|rule| rule.rule == change.rule && rule.version == change.version);
        let title = rule.map_or("", |rule| rule.title.in_language(t.code()));
        let counts = Effect::ALL.iter().map(|effect| {
            let number = change.counts.get(effect.as_str()).copied().unwrap_or(0);
            (t.get(&word_key("outlook-effect", effect.as_str())), Cell::number(count(number)))
        });
        let from = (t.get("field-valid-from"), Cell::text(formats::date(t, change.valid_from)));
        sheet = sheet.part(Part::Facts {
            heading: format!("{} · {title} ({})", change.rule, change.version),
            facts: std::iter::once(from).chain(counts).collect(),
        });
        let rows = change.touched.iter().map(|touched| {
            let effect = t.get(&word_key("outlook-effect", touched.effect.as_str()));
            let what = match touched.months {
                Some(months) => t.with1("outlook-later", "count", count(usize::try_from(months).unwrap_or(0))),
                None => touched.missing.join(", "),
            };
            let reference = crate::app::resource::short_reference(touched.trainee);
            vec![Cell::link(reference, format!("/ui/journeys/{}", touched.journey)), Cell::text(effect), Cell::text(what)]
        });
        let columns = ["record-journeys", "outlook-effect", "outlook-what"].map(|key| t.get(key)).into();
        sheet = sheet.table(Table { heading: String::new(), columns, rows: rows.collect(), empty: t.get("outlook-nobody") });
    }
    sheet.answer()
}
