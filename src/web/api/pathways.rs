//! Pathways and law over the API: drafts and their keys, ways through a pathway, rules, legal periods.

use super::{Answer, typed};
use crate::app::case_events::Act;
use crate::app::{equivalence, law, outlook, pathway_drafts, pathways, recognition};
use crate::error::FieldError;
use crate::web::extract::{IfMatch, Params, PathId, SignedIn};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::{CorridorPack, Step};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

/// The new version of a draft.
fn changed(version: i64) -> Answer {
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{version}\""))).json(json!({ "version": version })))
}

/// `GET /api/v1/pathway-drafts`
pub async fn list(who: SignedIn) -> Answer {
    let items: Vec<_> = pathway_drafts::list(&who.ctx())
        .await?
        .into_iter()
        .map(|row| {
            json!({
                "id": row.id, "version": row.version, "pack": row.pack_id, "base_version": row.base_version, "name": row.name,
                "destination": row.destination, "stage": row.stage, "effective_from": row.effective_from, "published_version": row.published_version,
            })
        })
        .collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items })))
}

/// `POST /api/v1/pathway-drafts`
pub async fn begin(who: SignedIn, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Create, Subject::PathwayDraft)?;
    let id = pathway_drafts::begin(&who.ctx(), &typed(&body)?).await?;
    Ok(HttpResponse::Created().json(json!({ "id": id })))
}

/// `GET /api/v1/pathway-drafts/{id}`
pub async fn get(who: SignedIn, PathId(id): PathId) -> Answer {
    let draft = pathway_drafts::get(&who.ctx(), id).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", draft.row.version))).json(draft.view()))
}

/// `PUT /api/v1/pathway-drafts/{id}`
pub async fn replace(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::PathwayDraft)?;
    let pack: CorridorPack = typed(&body)?;
    changed(pathway_drafts::replace(&who.ctx(), id, version, pack).await?)
}

/// `PUT /api/v1/pathway-drafts/{id}/steps/{step}`: changes the step of that name, or adds it.
pub async fn put_step(who: SignedIn, path: web::Path<(Uuid, String)>, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::PathwayDraft)?;
    let (id, name) = path.into_inner();
    let step: Step = typed(&body)?;
    let ctx = who.ctx();
    let known = pathway_drafts::get(&ctx, id).await?.pack.steps.iter().any(|step| step.id == name);
    changed(pathway_drafts::put_step(&ctx, id, version, known.then_some(name.as_str()), step).await?)
}

/// `DELETE /api/v1/pathway-drafts/{id}/steps/{step}`
pub async fn remove_step(who: SignedIn, path: web::Path<(Uuid, String)>, IfMatch(version): IfMatch) -> Answer {
    let (id, name) = path.into_inner();
    changed(pathway_drafts::remove_step(&who.ctx(), id, version, &name).await?)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Submit {
    effective_from: NaiveDate,
}

/// `POST /api/v1/pathway-drafts/{id}/submission`
pub async fn submit(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Update, Subject::PathwayDraft)?;
    let Submit { effective_from } = typed(&body)?;
    changed(pathway_drafts::submit(&who.ctx(), id, version, effective_from).await?)
}

/// `POST /api/v1/pathway-drafts/{id}/approval`
pub async fn approve(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch) -> Answer {
    let stage = pathway_drafts::approve(&who.ctx(), id, version).await?;
    Ok(HttpResponse::Ok().json(json!({ "stage": stage })))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Refuse {
    reason: String,
}

/// `POST /api/v1/pathway-drafts/{id}/refusal`
pub async fn refuse(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Decide, Subject::PathwayDraft)?;
    let Refuse { reason } = typed(&body)?;
    changed(pathway_drafts::refuse(&who.ctx(), id, version, &reason).await?)
}

/// `DELETE /api/v1/pathway-drafts/{id}`: gives the draft up; it stays to be read.
pub async fn discard(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch) -> Answer {
    pathway_drafts::discard(&who.ctx(), id, version).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// `POST /api/v1/corridors/{pack}/plan`
pub async fn plan(who: SignedIn, pack: web::Path<String>, body: web::Bytes) -> Answer {
    Ok(HttpResponse::Ok().json(pathways::plan_published(&who.ctx(), &pack, &typed(&body)?).await?))
}

/// `GET /api/v1/rules`
pub async fn rules(who: SignedIn) -> Answer {
    let law = law::read(&who.ctx()).await?;
    Ok(HttpResponse::Ok().json(json!({ "items": law.catalogue.rules })))
}

/// `POST /api/v1/rules/check`
pub async fn check(who: SignedIn, body: web::Bytes) -> Answer {
    let ctx = who.ctx();
    let law = law::read(&ctx).await?;
    Ok(HttpResponse::Ok().json(law::check(&law, &typed(&body)?, ctx.now.date())?))
}

/// `POST /api/v1/law-entries`
pub async fn enter(who: SignedIn, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Create, Subject::Law)?;
    let id = law::enter(&who.ctx(), &typed(&body)?).await?;
    Ok(HttpResponse::Created().json(json!({ "id": id })))
}

/// `POST /api/v1/law-imports?dry_run=true`
pub async fn import(who: SignedIn, Params(params): Params, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Create, Subject::Law)?;
    let dry = super::bulk::only_asks(&params)?;
    let (id, lines) = law::import(&who.ctx(), &typed(&body)?, dry).await?;
    let refused = |error: &FieldError| json!({ "field": error.field, "code": error.code, "detail": error.detail });
    let line = |line: &law::Imported| {
        json!({
            "kind": line.kind, "key": line.key, "version": line.version, "before": line.before, "after": line.after,
            "refused": line.refused.iter().map(refused).collect::<Vec<_>>(),
        })
    };
    Ok(HttpResponse::Ok().json(json!({ "id": id, "items": lines.iter().map(line).collect::<Vec<_>>() })))
}

/// `GET /api/v1/law-imports`
pub async fn imports(who: SignedIn) -> Answer {
    Ok(HttpResponse::Ok().json(json!({ "items": law::batches(&who.ctx()).await? })))
}

/// `POST /api/v1/law-imports/{id}/withdrawal`
pub async fn withdraw(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(json!({ "withdrawn": law::withdraw(&who.ctx(), id).await? })))
}

/// `POST /api/v1/deadlines`
pub async fn deadline(who: SignedIn, body: web::Bytes) -> Answer {
    let law = law::read(&who.ctx()).await?;
    Ok(HttpResponse::Ok().json(law::period(&law, &typed(&body)?)?))
}

/// `GET /api/v1/recognition-cases/{id}/events`
pub async fn recognition_events(who: SignedIn, PathId(id): PathId) -> Answer {
    let course = recognition::course(&who.ctx(), id).await?;
    Ok(HttpResponse::Ok().insert_header((header::ETAG, format!("\"{}\"", course.row.version))).json(json!({
        "case": course.case, "procedure": course.procedure, "papers": course.papers, "items": course.events, "may": course.mine,
    })))
}

/// `POST /api/v1/recognition-cases/{id}/events`
pub async fn recognition_act(who: SignedIn, PathId(id): PathId, IfMatch(version): IfMatch, body: web::Bytes) -> Answer {
    permit(&who.actor, Action::Read, Subject::RecognitionCase)?;
    let case = recognition::act(&who.ctx(), id, version, &Act::read(&typed(&body)?)?).await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::ETAG, format!("\"{}\"", version + 1)))
        .json(json!({ "case": case, "version": version + 1 })))
}

/// `GET /api/v1/recognition-outcomes`
pub async fn recognition_outcomes(who: SignedIn) -> Answer {
    Ok(HttpResponse::Ok().json(json!({ "items": recognition::outcomes(&who.ctx()).await? })))
}

/// `GET /api/v1/recognition-board`
pub async fn recognition_board(who: SignedIn) -> Answer {
    Ok(HttpResponse::Ok().json(json!({ "items": recognition::board(&who.ctx()).await? })))
}

/// `GET /api/v1/programmes/{id}/expectation`
pub async fn expectation(who: SignedIn, PathId(id): PathId) -> Answer {
    Ok(HttpResponse::Ok().json(json!({ "items": equivalence::of_programme(&who.ctx(), id).await? })))
}

/// `GET /api/v1/rules-outlook`
pub async fn rules_outlook(who: SignedIn) -> Answer {
    Ok(HttpResponse::Ok().json(outlook::outlook(&who.ctx()).await?))
}
