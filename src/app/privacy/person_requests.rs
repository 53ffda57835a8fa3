//! What a person asks about her own data, as a tracked request: a correction, a decision by a person
//! instead of a ranking, data kept and not used, data erased.

use super::erasure;
use crate::app::resource::{objections, rewrite};
use crate::app::work::notifications;
use crate::app::{Ctx, records};
use crate::error::{AppError, FieldError};
use passerelle_domain::access::{Action, Reach, Subject, permit};
use passerelle_domain::privacy::{RequestKind, RequestStatus};
use passerelle_store::entity::{person_request, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use passerelle_store::{StoreError, Tx, record};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Fields that a person may ask to have corrected.
pub const CORRECTABLE: [&str; 8] = [
    "given_name",
    "family_name",
    "birth_date",
    "nationalities",
    "habitual_residence",
    "passport_valid_to",
    "preferred_destinations",
    "email",
];
/// Requests that may be open at once.
const OPEN_MAX: u64 = 20;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    pub kind: RequestKind,
    /// For a correction: the field and what it should say.
    #[serde(default)]
    pub field: Option<String>,
    #[serde(default)]
    pub value: Option<String>,
    pub reason: String,
}

/// Asks. The institute and the authority of the country of training see it in their queue.
///
/// # Errors
/// When the actor is no trainee, or what is asked is not complete.
pub async fn ask(ctx: &Ctx<'_>, ask: &Ask) -> Result<person_request::Model, AppError> {
    permit(ctx.actor, Action::Create, Subject::PersonRequest)?;
    let person = ctx.actor.trainee.ok_or(AppError::Forbidden)?;
    let reason = ask.reason.trim();
    if reason.is_empty() || reason.chars().count() > 1_000 {
        return Err(AppError::invalid("reason", "required", "is needed, with at most 1000 characters"));
    }
    let correction = ask.kind == RequestKind::Correction;
    let field = ask.field.as_deref().map(str::trim).filter(|field| !field.is_empty());
    let value = ask.value.as_deref().map(str::trim).filter(|value| !value.is_empty());
    if correction && !field.is_some_and(|field| CORRECTABLE.contains(&field)) {
        return Err(AppError::invalid("field", "choice", format!("is not one of: {}", CORRECTABLE.join(", "))));
    }
    if correction && value.is_none_or(|value| value.chars().count() > 500) {
        return Err(AppError::invalid("value", "required", "is needed, with at most 500 characters"));
    }
    let mut tx = ctx.begin().await?;
    let row = record::hold::<trainee::Entity>(&tx, person.0).await?.ok_or(AppError::NotFound)?;
    if let (true, Some(field), Some(value)) = (correction, field, value) {
        let objections = objections::<records::Trainees>(&row, field, value);
        if !objections.is_empty() {
            return Err(AppError::Invalid(objections.into_iter().map(|error| FieldError { field: "value".into(), ..error }).collect()));
        }
    }
    let open = person_request::Entity::find()
        .filter(person_request::Column::TraineeId.eq(person.0))
        .filter(person_request::Column::Status.eq(RequestStatus::Open.as_str()))
        .count(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if open >= OPEN_MAX {
        return Err(AppError::Conflict(format!("{OPEN_MAX} requests are open already; withdraw one first")));
    }
    let made = person_request::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: ctx.now.ms(),
        updated_at_ms: ctx.now.ms(),
        trainee_id: person.0,
        institute_id: row.institute_id,
        origin: row.training_country,
        kind: ask.kind.to_string(),
        field: field.filter(|_| correction).map(str::to_owned),
        value: value.filter(|_| correction).map(str::to_owned),
        reason: reason.into(),
        status: RequestStatus::Open.to_string(),
        answer: None,
        decided_by: None,
        decided_at_ms: None,
    };
    record::insert::<person_request::Entity>(&mut tx, made.clone()).await?;
    notifications::to_organisation(&mut tx, made.institute_id, "person_request", &format!("/ui/person-requests/{}", made.id)).await?;
    tx.commit().await?;
    Ok(made)
}

/// Takes an open request of the actor's own back.
///
/// # Errors
/// When it is not hers, or was answered.
pub async fn withdraw(ctx: &Ctx<'_>, id: Uuid) -> Result<(), AppError> {
    let scope = permit(ctx.actor, Action::Create, Subject::PersonRequest)?;
    let mut tx = ctx.begin().await?;
    let mut row = record::find::<person_request::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    still_open(&row)?;
    let version = row.version;
    row.status = RequestStatus::Withdrawn.to_string();
    record::update::<person_request::Entity>(&mut tx, row, version, &["status"]).await?;
    tx.commit().await?;
    Ok(())
}

fn still_open(row: &person_request::Model) -> Result<(), AppError> {
    if row.status == RequestStatus::Open.as_str() {
        return Ok(());
    }
    Err(AppError::TransitionRefused { state: row.status.clone(), allowed: vec![] })
}

/// An answer to a request.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    pub accept: bool,
    pub answer: String,
}

/// Answers. A correction that is accepted is made in the same transaction; an erasure likewise.
///
/// # Errors
/// When the request is another's to answer, was answered before, or cannot be carried out.
pub async fn decide(ctx: &Ctx<'_>, id: Uuid, version: i64, decide: &Decide) -> Result<(), AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::PersonRequest)?;
    let answer = decide.answer.trim();
    if answer.is_empty() || answer.chars().count() > 1_000 {
        return Err(AppError::invalid("answer", "required", "is needed, with at most 1000 characters: the person will read it"));
    }
    let mut tx = ctx.begin().await?;
    let mut row = record::find::<person_request::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    still_open(&row)?;
    let kind = RequestKind::parse(&row.kind).map_err(|_| StoreError::Corrupt { table: "person_request", column: "kind" })?;
    // The institute corrects its books; the rest touches rights and is the authority's.
    let authority = scope.reaches().any(|reach| matches!(reach, Reach::Origins(_)));
    if kind != RequestKind::Correction && !authority {
        return Err(AppError::Forbidden);
    }
    if decide.accept {
        carry_out(ctx, &mut tx, kind, &row).await?;
    }
    row.status = if decide.accept { RequestStatus::Accepted } else { RequestStatus::Refused }.to_string();
    row.answer = Some(answer.into());
    row.decided_by = Some(ctx.actor.user.0);
    row.decided_at_ms = Some(ctx.now.ms());
    let person = row.trainee_id;
    record::update::<person_request::Entity>(&mut tx, row, version, &["status", "answer"]).await?;
    if !(decide.accept && kind == RequestKind::Erasure) {
        notifications::to_person(&mut tx, person, "request_answered", "/ui/my/requests", &[]).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn carry_out(ctx: &Ctx<'_>, tx: &mut Tx, kind: RequestKind, row: &person_request::Model) -> Result<(), AppError> {
    match kind {
        RequestKind::Correction => {
            let (Some(field), Some(value)) = (&row.field, &row.value) else {
                return Err(AppError::Conflict("the request names no field to correct".into()));
            };
            let changes: Map<String, Value> = [(field.clone(), Value::from(value.as_str()))].into_iter().collect();
            rewrite::<records::Trainees>(ctx, tx, row.trainee_id, &changes).await
        }
        RequestKind::Erasure => erasure::anonymise(ctx.state, tx, row.trainee_id).await,
        // Matching asks for these when it gathers.
        RequestKind::Objection | RequestKind::Restriction => Ok(()),
    }
}
