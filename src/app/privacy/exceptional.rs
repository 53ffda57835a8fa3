//! Access by exception: somebody who has no right to a record opens it for a short while, for a
//! reason that the person and the auditor will read.

use crate::app::{Ctx, accounts};
use crate::error::AppError;
use crate::text::fold;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, allowed, permit};
use passerelle_store::entity::{exceptional_access, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use passerelle_store::{StoreError, Tx, record};
use serde::Deserialize;
use uuid::Uuid;

/// The longest that a record stays open.
pub const MINUTES_MAX: i64 = 240;
/// How many one account may open in a day.
pub const OPENED_MAX: u64 = 10;
const REASON_MIN: usize = 20;

/// Whose record is opened, why, and for how long.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// The reference of the record; or name and birth date as on the passport.
    #[serde(default)]
    pub trainee: Option<Uuid>,
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub birth_date: Option<NaiveDate>,
    pub reason: String,
    pub minutes: i64,
}

/// Opens a record.
///
/// # Errors
/// When the role may not, the reason says too little, too many were opened today, or nobody is
/// known by what was given.
pub async fn open(ctx: &Ctx<'_>, open: &Open) -> Result<exceptional_access::Model, AppError> {
    permit(ctx.actor, Action::Create, Subject::ExceptionalAccess)?;
    let reason = open.reason.trim();
    if reason.chars().count() < REASON_MIN || reason.chars().count() > 500 {
        return Err(AppError::invalid(
            "reason",
            "reason-length",
            "must have 20 to 500 characters: the person and the auditor will read it",
        ));
    }
    if !(5..=MINUTES_MAX).contains(&open.minutes) {
        return Err(AppError::Invalid(vec![
            crate::error::FieldError::new("minutes", "range", format!("must be from 5 to {MINUTES_MAX}"))
                .with("min", 5)
                .with("max", MINUTES_MAX),
        ]));
    }
    // Attempts count, found or not: otherwise the form would be a way to ask who exists.
    let key = (format!("exceptional:{}", ctx.actor.user), i32::try_from(OPENED_MAX).unwrap_or(i32::MAX));
    accounts::count_attempts(&ctx.state.store, ctx.now, &[key]).await?;
    let mut tx = ctx.begin().await?;
    let today = ctx.now.ms() - 86_400_000;
    let opened = exceptional_access::Entity::find()
        .filter(exceptional_access::Column::AccountId.eq(ctx.actor.user.0))
        .filter(exceptional_access::Column::CreatedAtMs.gt(today))
        .count(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if opened >= OPENED_MAX {
        return Err(AppError::RateLimited { wait_seconds: 86_400 });
    }
    let person = whose(&tx, open).await?;
    let grant = ctx.actor.grants.iter().find(|grant| allowed(grant.role, Action::Create, Subject::ExceptionalAccess).is_some());
    let grant = grant.ok_or(AppError::Forbidden)?;
    let row = exceptional_access::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: ctx.now.ms(),
        updated_at_ms: ctx.now.ms(),
        account_id: ctx.actor.user.0,
        trainee_id: person.id,
        role: grant.role.to_string(),
        organisation_id: grant.organisation.map(|id| id.0),
        origin: person.training_country,
        country: grant.territory.countries.iter().next().map(ToString::to_string),
        reason: reason.into(),
        ends_at_ms: ctx.now.ms() + open.minutes * 60_000,
        reviewed_by: None,
        reviewed_at_ms: None,
        review: None,
    };
    record::insert::<exceptional_access::Entity>(&mut tx, row.clone()).await?;
    tx.note("exceptional_access", "trainee", Some(person.id), serde_json::json!({ "minutes": open.minutes }));
    crate::app::work::notifications::to_person(&mut tx, person.id, "exceptional_access", "/ui/my/access", &[]).await?;
    tx.commit().await?;
    Ok(row)
}

async fn whose(tx: &Tx, open: &Open) -> Result<trainee::Model, AppError> {
    let find = trainee::Entity::find().filter(trainee::Column::ErasedAtMs.is_null());
    let find = match (open.trainee, open.birth_date) {
        (Some(id), _) => find.filter(trainee::Column::Id.eq(id)),
        (None, Some(birth)) if !open.name.trim().is_empty() => {
            find.filter(trainee::Column::BirthDate.eq(birth)).filter(trainee::Column::Search.eq(fold(&open.name)))
        }
        _ => return Err(AppError::invalid("name", "required", "is needed with the birth date, or the reference of the record")),
    };
    let mut found = find.all(tx.conn()).await.map_err(StoreError::from)?;
    // Two people of one name born on one day are told apart by the reference only.
    match (found.pop(), found.is_empty()) {
        (Some(person), true) => Ok(person),
        _ => Err(AppError::NotFound),
    }
}

/// The auditor's word on an access.
///
/// # Errors
/// When it is not in the auditor's territory, or was reviewed before.
pub async fn review(ctx: &Ctx<'_>, id: Uuid, version: i64, text: &str) -> Result<(), AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::ExceptionalAccess)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 500 {
        return Err(AppError::invalid("review", "required", "is needed, with at most 500 characters"));
    }
    let mut tx = ctx.begin().await?;
    let mut row = record::find::<exceptional_access::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    if row.account_id == ctx.actor.user.0 {
        return Err(AppError::Conflict("nobody reviews what she opened herself, whatever role is lent to her".into()));
    }
    if row.reviewed_at_ms.is_some() {
        return Err(AppError::TransitionRefused { state: "reviewed".into(), allowed: vec![] });
    }
    row.review = Some(text.into());
    row.reviewed_by = Some(ctx.actor.user.0);
    row.reviewed_at_ms = Some(ctx.now.ms());
    record::update::<exceptional_access::Entity>(&mut tx, row, version, &["review"]).await?;
    tx.commit().await?;
    Ok(())
}
