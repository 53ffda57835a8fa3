//! Skills from a person's own words or CV: suggested, and confirmed one by one before anything is kept.

use super::parts::{Cell, Form, Input, Part, Sheet, Table, mendable};
use super::sent::{Sent, Upload};
use super::shell::Page;
use super::{Answer, see};
use crate::app::concepts::suggest::{self, Meant};
use crate::app::cv::{self, Cv};
use crate::app::records;
use crate::app::skill_claims::{self, CONFIRMED_MAX};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::web::extract::PathId;
use actix_multipart::Multipart;
use passerelle_domain::access::{Action, Subject, permit};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Largest CV that is read.
const LARGEST: usize = 1024 * 1024;
/// `GET /ui/trainees/{id}/suggestions`
pub async fn form(page: Page, PathId(id): PathId) -> Answer {
    permit(&page.actor, Action::Create, Subject::SkillClaim)?;
    shown(&page, id, &[], None).await
}

/// `POST /ui/trainees/{id}/suggestions`
pub async fn look(page: Page, PathId(id): PathId, parts: Multipart) -> Answer {
    permit(&page.actor, Action::Create, Subject::SkillClaim)?;
    let upload = Upload::read(parts, LARGEST).await?;
    upload.fields.guard(&page)?;
    let typed = upload.fields.get("text");
    let read = match (upload.bytes.is_empty(), typed.is_empty()) {
        (false, _) => cv::read(&upload.bytes),
        (true, false) => Ok(cv::plain(typed)),
        (true, true) => Err(AppError::invalid("text", "required", "write something, or choose a file")),
    };
    match read {
        Ok(cv) => shown(&page, id, &[], Some(&cv)).await,
        Err(refused) => shown(&page, id, &mendable(refused)?, None).await,
    }
}

async fn shown(page: &Page, id: Uuid, errors: &[FieldError], cv: Option<&Cv>) -> Answer {
    let t = page.locale;
    let trainees = records::find("trainees").ok_or_else(|| AppError::internal("there are no trainees among the records"))?;
    let person = trainees.get(&page.ctx(), id).await?;
    let address = format!("/ui/trainees/{id}/suggestions");
    let mut sheet = Sheet::new(page.shell("suggestions-title"))
        .lead(t.get("suggestions-lead"))
        .crumb(format!("/ui/trainees/{id}"), person.title.clone());
    if let Some(cv) = cv {
        let (posts, skills) = suggest::of_cv(&page.ctx(), cv, t.code()).await?;
        sheet = results(page, sheet, &address, &posts, &skills);
    }
    let form = Form::new(address, t.get("suggestions-look"))
        .input(Input::new("textarea", "text", t.get("suggestions-text")).hint(t.get("suggestions-text-hint")))
        .input(Input::new("file", "file", t.get("suggestions-file")).hint(t.get("suggestions-file-hint")))
        .refused(t, errors, |_| None);
    sheet.form(form).answer()
}

fn results(page: &Page, sheet: Sheet, address: &str, posts: &[Meant], skills: &[Meant]) -> Sheet {
    let t = page.locale;
    let mut sheet = sheet;
    // A skill that two phrases mean is offered once, for the phrase that it fits better.
    let mut offered: BTreeMap<&str, (u8, String)> = BTreeMap::new();
    for meant in skills {
        for found in &meant.suggestions {
            let text = format!("{} ({}, {} %)", found.hit.label, meant.phrase, formats::number(t, i64::from(found.percent)));
            let entry = offered.entry(&found.hit.uri).or_insert((found.percent, text.clone()));
            if found.percent > entry.0 {
                *entry = (found.percent, text);
            }
        }
    }
    let mut offered: Vec<(&str, (u8, String))> = offered.into_iter().collect();
    offered.sort_by(|a, b| b.1.0.cmp(&a.1.0).then_with(|| a.1.1.cmp(&b.1.1)));
    offered.truncate(CONFIRMED_MAX);
    if offered.is_empty() {
        sheet = sheet.part(Part::Notice { text: t.get("suggestions-none"), kind: "warn" });
    } else {
        let options = offered.into_iter().map(|(uri, (_, text))| (uri.to_owned(), text)).collect();
        let form = Form::new(format!("{address}/confirmed"), t.get("suggestions-keep"))
            .heading(t.get("suggestions-skills"))
            .lead(t.get("suggestions-skills-lead"))
            .input(Input::new("choices", "skill", t.get("field-skill")).options(options).required());
        sheet = sheet.form(form);
    }
    let rows: Vec<Vec<Cell>> = posts
        .iter()
        .flat_map(|meant| meant.suggestions.iter().map(move |found| (meant, found)))
        .map(|(meant, found)| {
            vec![
                Cell::text(meant.phrase.clone()),
                Cell::text(found.hit.label.clone()),
                Cell::text(found.hit.isco.clone().unwrap_or_default()),
                Cell::number(formats::number(t, i64::from(found.percent))),
            ]
        })
        .collect();
    if rows.is_empty() {
        return sheet;
    }
    let columns = ["suggestions-phrase", "field-occupation", "suggestions-isco", "suggestions-percent"].map(|key| t.get(key)).to_vec();
    sheet.table(Table { heading: t.get("suggestions-posts"), columns, rows, empty: String::new() })
}

/// `POST /ui/trainees/{id}/suggestions/confirmed`
pub async fn confirm(page: Page, PathId(id): PathId, sent: Sent) -> Answer {
    sent.guard(&page)?;
    permit(&page.actor, Action::Create, Subject::SkillClaim)?;
    match skill_claims::confirm(&page.ctx(), id, &sent.all("skill")).await {
        Ok(_) => Ok(see(format!("/ui/skill-claims?trainee_id={id}&notice=saved"))),
        Err(refused) => shown(&page, id, &mendable(refused)?, None).await,
    }
}
