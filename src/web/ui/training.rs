//! Courses as institutes watch them: who may not reach the end, and which papers are missing.

use super::cells::{Names, choices, word_key};
use super::parts::{Cell, Form, Input, Part, Question, Sheet, Table, mendable};
use super::sent::Sent;
use super::shell::Page;
use super::{Answer, see};
use crate::app::early_warnings::{self, Warned};
use crate::app::paper_matrix::{self, Enter, Matrix};
use crate::app::records;
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::csv_export;
use crate::web::extract::{Params, PathId, id_in};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::training::{CohortPaper, PaperStanding, Warning};
use uuid::Uuid;

/// People that the page of warnings shows; the file has them all.
const SHOWN: usize = 200;

fn told(t: Locale, warning: &Warning) -> String {
    let number = |number: u32| formats::count(t, number);
    match warning {
        Warning::AttendanceLow { percent, least } => {
            t.with_all("warning-attendance-low", [("percent", number(*percent)), ("least", number(*least))])
        }
        Warning::AttendanceClose { percent, least } => {
            t.with_all("warning-attendance-close", [("percent", number(*percent)), ("least", number(*least))])
        }
        Warning::NoAttemptLeft { unit } => t.with1("warning-no-attempt", "unit", unit),
        Warning::LastAttempt { unit } => t.with1("warning-last-attempt", "unit", unit),
        Warning::Failed { unit } => t.with1("warning-failed", "unit", unit),
        Warning::LanguageFailed { times } => t.with1("warning-language-failed", "times", number(*times)),
        Warning::LanguageMissing { days } => t.with1("warning-language-missing", "days", formats::number(t, *days)),
        Warning::PapersMissing { count, days } => {
            t.with_all("warning-papers", [("count", number(*count)), ("days", formats::number(t, *days))])
        }
        Warning::Silent { days } => t.with1("warning-silent", "days", formats::number(t, *days)),
    }
}

fn kind(warning: &Warning) -> &'static str {
    match warning.weight() {
        3 => "block",
        2 => "warn",
        _ => "",
    }
}

/// `GET /ui/early-warnings`
pub async fn warnings(page: Page, Params(params): Params) -> Answer {
    let t = page.locale;
    let cohort = id_in(&params, "cohort")?;
    let list = early_warnings::list(&page.ctx(), cohort).await?;
    let people = Names::of(&page.ctx(), "trainees", list.warned.iter().take(SHOWN).map(|one| one.person)).await?;
    let cohorts = Names::of(&page.ctx(), "cohorts", list.warned.iter().filter_map(|one| one.cohort)).await?;
    let row = |one: &Warned| {
        let (first, rest) = one.warnings.split_first().map_or((Cell::default(), String::new()), |(first, rest)| {
            (Cell::tag(told(t, first), kind(first)), rest.iter().map(|warning| told(t, warning)).collect::<Vec<_>>().join(" · "))
        });
        vec![
            Cell::link(people.name(one.person), format!("/ui/trainees/{}", one.person)),
            one.cohort.map_or_else(Cell::default, |id| Cell::link(cohorts.name(id), format!("/ui/early-warnings?cohort={id}"))),
            first,
            Cell::text(rest),
        ]
    };
    let columns = ["record-trainees", "field-cohort-id", "warnings-first", "warnings-others"].map(|key| t.get(key)).into();
    let count = |count: usize| formats::count(t, count);
    let heading = t.with_all("warnings-found", [("found", count(list.warned.len())), ("of", count(list.looked_at))]);
    let rows = list.warned.iter().take(SHOWN).map(row).collect();
    let mut sheet = Sheet::new(page.shell("warnings-title")).lead(t.get("warnings-lead"));
    if permit(&page.actor, Action::Export, Subject::TrainingRecord).is_ok() {
        let query = cohort.map(|id| format!("?cohort={id}")).unwrap_or_default();
        sheet = sheet.action(format!("/ui/early-warnings.csv{query}"), t.get("action-csv"));
    }
    if list.cut {
        sheet = sheet.part(Part::Notice { text: t.with1("warnings-cut", "most", count(list.looked_at)), kind: "warn" });
    }
    let options = std::iter::once((String::new(), t.get("warnings-every-cohort"))).chain(cohorts.options()).collect();
    let input = Input::new("select", "cohort", t.get("field-cohort-id"))
        .options(options)
        .value(cohort.map(|id| id.to_string()).unwrap_or_default());
    let question = Question { action: "/ui/early-warnings".into(), inputs: vec![input], submit: t.get("pipeline-show") };
    sheet.part(Part::Question(Box::new(question))).table(Table { heading, columns, rows, empty: t.get("warnings-none") }).answer()
}

/// `GET /ui/early-warnings.csv`
pub async fn warnings_file(page: Page, Params(params): Params) -> Answer {
    let t = page.locale;
    permit(&page.actor, Action::Export, Subject::TrainingRecord)?;
    let list = early_warnings::list(&page.ctx(), id_in(&params, "cohort")?).await?;
    let people = Names::of(&page.ctx(), "trainees", list.warned.iter().map(|one| one.person)).await?;
    let rows: Vec<Vec<String>> = list
        .warned
        .iter()
        .flat_map(|one| {
            one.warnings
                .iter()
                .map(|warning| vec![people.name(one.person), told(t, warning), warning.weight().to_string()])
                .collect::<Vec<_>>()
        })
        .collect();
    csv_export::table("early-warnings", &["record-trainees", "warnings-first", "warnings-weight"].map(|key| t.get(key)), &rows)
}

/// `GET /ui/cohorts/{id}/papers`
pub async fn papers(page: Page, PathId(id): PathId) -> Answer {
    papers_page(&page, id, &[], &Sent::default()).await
}

/// `POST /ui/cohorts/{id}/papers`
pub async fn enter_papers(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    permit(&page.actor, Action::Update, Subject::TrainingRecord)?;
    sent.guard(&page)?;
    let done = match read(&sent) {
        Ok(enter) => paper_matrix::enter(&page.ctx(), id, &enter).await,
        Err(errors) => Err(AppError::Invalid(errors)),
    };
    match done {
        Ok(_) => Ok(see(format!("/ui/cohorts/{id}/papers?notice=saved"))),
        Err(refused) => papers_page(&page, id, &mendable(refused)?, &sent).await,
    }
}

fn read(sent: &Sent) -> Result<Enter, Vec<FieldError>> {
    let mut errors = Vec::new();
    let paper = CohortPaper::parse(sent.get("paper")).map_err(|error| errors.push(FieldError::of("paper", &error))).ok();
    let standing = PaperStanding::parse(sent.get("standing")).map_err(|error| errors.push(FieldError::of("standing", &error))).ok();
    let mut day = |name: &str| {
        sent.some(name)?;
        let day = sent.date(name);
        if day.is_none() {
            errors.push(FieldError::new(name, "date", "is not a date"));
        }
        day
    };
    let (checked_on, valid_to) = (day("checked_on"), day("valid_to"));
    match (paper, standing, errors.is_empty()) {
        (Some(paper), Some(standing), true) => Ok(Enter { people: sent.ids("people"), paper, standing, checked_on, valid_to }),
        _ => Err(errors),
    }
}

async fn papers_page(page: &Page, id: Uuid, errors: &[FieldError], sent: &Sent) -> Answer {
    let t = page.locale;
    let matrix = paper_matrix::of(&page.ctx(), id).await?;
    let cohort = records::find("cohorts").ok_or(AppError::NotFound)?.get(&page.ctx(), id).await?;
    let names = Names::of(&page.ctx(), "trainees", matrix.people.iter().copied()).await?;
    let mut sheet = Sheet::new(page.shell("papers-title")).crumb(format!("/ui/cohorts/{id}"), cohort.title).lead(t.get("papers-lead"));
    if permit(&page.actor, Action::Export, Subject::TrainingRecord).is_ok() {
        sheet = sheet.action(format!("/ui/cohorts/{id}/papers.csv"), t.get("action-csv"));
    }
    if matrix.cut {
        sheet = sheet.part(Part::Notice { text: t.with1("warnings-cut", "most", paper_matrix::PEOPLE_MAX), kind: "warn" });
    }
    let rows = matrix.missing.iter().map(|(paper, count)| {
        let (told, count) = (formats::count(t, *count), *count);
        vec![
            Cell::text(t.get(&word_key("cohort-paper", paper.as_str()))),
            if count > 0 { Cell::tag(told, "warn") } else { Cell::tag(told, "pass") },
        ]
    });
    let columns = ["field-paper", "papers-missing-count"].map(|key| t.get(key)).into();
    sheet = sheet.table(Table { heading: t.get("papers-missing"), columns, rows: rows.collect(), empty: String::new() });
    let columns = std::iter::once(t.get("record-trainees"))
        .chain(CohortPaper::ALL.iter().map(|paper| t.get(&word_key("cohort-paper", paper.as_str()))));
    let rows = matrix.people.iter().map(|person| {
        let first = Cell::link(names.name(*person), format!("/ui/trainees/{person}"));
        std::iter::once(first).chain(CohortPaper::ALL.iter().map(|paper| cell(t, &matrix, *person, *paper))).collect()
    });
    let heading = t.get("papers-matrix");
    sheet = sheet.table(Table { heading, columns: columns.collect(), rows: rows.collect(), empty: t.get("papers-nobody") });
    if permit(&page.actor, Action::Update, Subject::TrainingRecord).is_ok() && !matrix.people.is_empty() {
        let people = matrix.people.iter().map(|person| (person.to_string(), names.name(*person))).collect();
        let form = Form::new(format!("/ui/cohorts/{id}/papers"), t.get("form-save"))
            .heading(t.get("papers-enter"))
            .input(Input::new("select", "paper", t.get("field-paper")).options(choices(t, "cohort-paper", CohortPaper::WORDS)).required())
            .input(
                Input::new("select", "standing", t.get("field-paper-standing"))
                    .options(choices(t, "paper-standing", PaperStanding::WORDS))
                    .required(),
            )
            .input(Input::new("text", "checked_on", t.get("field-checked-on")).hint(t.get("hint-kind-date")))
            .input(Input::new("text", "valid_to", t.get("field-valid-to")).hint(t.get("hint-kind-date")))
            .input(
                Input::new("choices", "people", t.get("records-trainees")).options(people).value(sent.all("people").join(",")).required(),
            );
        sheet = sheet.form(form.refused(t, errors, |name| if name == "people" { None } else { sent.some(name) }));
    }
    sheet.answer()
}

fn cell(t: Locale, matrix: &Matrix, person: Uuid, paper: CohortPaper) -> Cell {
    match matrix.papers.get(&person).and_then(|held| held.get(&paper)) {
        None => Cell::tag(t.get("papers-none"), "block"),
        Some(held) if held.lapsed => Cell::tag(t.get("papers-lapsed"), "block"),
        Some(held) => Cell::tag(t.get(&word_key("paper-standing", held.standing.as_str())), "pass"),
    }
}

/// `GET /ui/cohorts/{id}/papers.csv`
pub async fn papers_file(page: Page, PathId(id): PathId) -> Answer {
    let t = page.locale;
    permit(&page.actor, Action::Export, Subject::TrainingRecord)?;
    let matrix = paper_matrix::of(&page.ctx(), id).await?;
    let names = Names::of(&page.ctx(), "trainees", matrix.people.iter().copied()).await?;
    let head: Vec<String> = std::iter::once(t.get("record-trainees"))
        .chain(CohortPaper::ALL.iter().map(|paper| t.get(&word_key("cohort-paper", paper.as_str()))))
        .collect();
    let rows: Vec<Vec<String>> = matrix
        .people
        .iter()
        .map(|person| {
            let cells = CohortPaper::ALL.iter().map(|paper| cell(t, &matrix, *person, *paper).text);
            std::iter::once(names.name(*person)).chain(cells).collect()
        })
        .collect();
    csv_export::table("papers", &head, &rows)
}
