//! Candidates for partners: which profile, which cohort, and the document.

use super::Answer;
use super::parts::{Input, Part, Question, Sheet};
use super::shell::Page;
use crate::app::exchange::{self, Profile, SCHEMA};
use crate::app::records;
use crate::app::resource::ListRequest;
use crate::error::{AppError, FieldError};
use crate::web::extract::{Params, id_in};
use crate::web::ui::cells::choices;
use actix_web::HttpResponse;
use actix_web::http::header;
use passerelle_domain::access::{Action, Subject, permit};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What is asked for: a profile, the anonymous one where none is named, and perhaps a cohort.
///
/// # Errors
/// When the profile is none, or the cohort no identifier.
pub fn asked(params: &BTreeMap<String, String>) -> Result<(Profile, Option<Uuid>), AppError> {
    let asked = params.get("profile").map(|text| text.trim()).filter(|text| !text.is_empty());
    let profile = Profile::parse(asked.unwrap_or(Profile::Anonymous.as_str()))
        .map_err(|error| AppError::Invalid(vec![FieldError::of("profile", &error)]))?;
    let cohort = id_in(params, "cohort")?;
    Ok((profile, cohort))
}

/// `GET /ui/exchange`
pub async fn show(page: Page) -> Answer {
    let t = page.locale;
    permit(&page.actor, Action::Export, Subject::Exchange)?;
    let cohorts = records::find("cohorts").ok_or_else(|| AppError::internal("there are no cohorts among the records"))?;
    let mut options = vec![(String::new(), t.get("warnings-every-cohort"))];
    if cohorts.may(&page.ctx(), Action::List) {
        let listed = cohorts.list(&page.ctx(), &ListRequest::new([("limit".to_owned(), "200".to_owned())].into())).await?;
        options.extend(listed.documents.into_iter().map(|document| (document.id.to_string(), document.title)));
    }
    let inputs = vec![
        Input::new("select", "profile", t.get("exchange-profile")).options(choices(t, "exchange-profile", Profile::WORDS)).required(),
        Input::new("select", "cohort", t.get("field-cohort-id")).options(options),
    ];
    let question = Question { action: "/ui/exchange.json".into(), inputs, submit: t.get("exchange-download") };
    let links = vec![("/schemas/candidate-exchange-1.schema.json".to_owned(), t.get("exchange-schema"))];
    Sheet::new(page.shell("exchange-title"))
        .lead(t.get("exchange-lead"))
        .part(Part::Question(Box::new(question)))
        .part(Part::Text { heading: t.get("exchange-in"), paragraphs: vec![t.get("exchange-in-lead")] })
        .part(Part::Links { heading: String::new(), links })
        .answer()
}

/// `GET /ui/exchange.json`
pub async fn file(page: Page, Params(params): Params) -> Answer {
    permit(&page.actor, Action::Export, Subject::Exchange)?;
    let (profile, cohort) = asked(&params)?;
    let document = exchange::export(&page.ctx(), profile, cohort).await?;
    let disposition = format!("attachment; filename=\"candidates-{}.json\"", profile.as_str().replace('_', "-"));
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_DISPOSITION, disposition)).json(document))
}

/// `GET /schemas/candidate-exchange-1.schema.json`
pub async fn schema() -> Answer {
    Ok(HttpResponse::Ok().content_type("application/schema+json").body(SCHEMA))
}
