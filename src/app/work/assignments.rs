//! Whose case it is, until when it is due, whose turn it is, and what blocks it.

use super::{insert, notifications};
use crate::app::Ctx;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Role, Subject};
use passerelle_store::StoreError;
use passerelle_store::caseload::{self, Case};
use passerelle_store::entity::{account, assignment, role_grant};
use passerelle_store::query::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::Deserialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Whose turn it can be.
pub const PARTIES: [&str; 6] = ["trainee", "institute", "employer", "origin_authority", "destination_authority", "recognition_authority"];

/// How a case stands.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assign {
    /// A colleague; nobody when absent.
    #[serde(default)]
    pub account: Option<Uuid>,
    #[serde(default)]
    pub due_on: Option<NaiveDate>,
    #[serde(default)]
    pub waiting_for: Option<String>,
    #[serde(default)]
    pub blocked_by: Option<String>,
}

/// How the case stands now.
///
/// # Errors
/// When it is not the actor's to read.
pub async fn of(ctx: &Ctx<'_>, kind: &str, id: Uuid) -> Result<Option<assignment::Model>, AppError> {
    super::case(ctx, kind, id).await?;
    Ok(own(ctx, kind, id).one(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// How the actor's own organisation has assigned a case: another one's way is its own.
fn own(ctx: &Ctx<'_>, kind: &str, id: Uuid) -> passerelle_store::query::Select<assignment::Entity> {
    let find = assignment::Entity::find().filter(assignment::Column::Kind.eq(kind)).filter(assignment::Column::RecordId.eq(id));
    match home(ctx) {
        Some(home) => find.filter(assignment::Column::OrganisationId.eq(home)),
        None => find.filter(assignment::Column::OrganisationId.is_null()).filter(assignment::Column::AccountId.eq(ctx.actor.user.0)),
    }
}

/// The organisation for which the actor shares out work.
fn home(ctx: &Ctx<'_>) -> Option<Uuid> {
    ctx.actor.grants.iter().find_map(|grant| grant.organisation).map(|id| id.0)
}

fn colleagues_organisations(ctx: &Ctx<'_>) -> Vec<Uuid> {
    ctx.actor.grants.iter().flat_map(|grant| grant.organisations()).map(|id| id.0).collect()
}

/// People whom the actor can give a case to: those who work for the same organisations.
///
/// # Errors
/// When the database refuses.
pub async fn colleagues(ctx: &Ctx<'_>) -> Result<BTreeMap<Uuid, String>, AppError> {
    let conn = ctx.state.store.read();
    let ids: Vec<Uuid> = role_grant::Entity::find()
        .select_only()
        .column(role_grant::Column::AccountId)
        .filter(role_grant::Column::OrganisationId.is_in(colleagues_organisations(ctx)))
        .filter(role_grant::Column::RevokedAtMs.is_null())
        .limit(200)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let find = account::Entity::find().filter(account::Column::Id.is_in(ids)).filter(account::Column::Status.eq("active"));
    Ok(find.all(conn).await.map_err(StoreError::from)?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Writes down how a case stands.
///
/// # Errors
/// When the actor may only look at such cases, or gives it to somebody who is no colleague.
pub async fn assign(ctx: &Ctx<'_>, kind: &str, id: Uuid, assign: &Assign) -> Result<(), AppError> {
    let resource = super::case(ctx, kind, id).await?;
    // Recognition officers change cases by events alone, and share them out among themselves.
    let by_events = resource.subject() == Subject::RecognitionCase && ctx.actor.holds(Role::RecognitionOfficer);
    if by_events {
        ctx.ensure_writes()?;
    }
    if !(by_events || resource.may(ctx, Action::Update) || resource.may(ctx, Action::Decide)) || ctx.actor.trainee.is_some() {
        return Err(AppError::Forbidden);
    }
    if let Some(account) = assign.account
        && !colleagues(ctx).await?.contains_key(&account)
    {
        return Err(AppError::invalid("account", "reference", "does not name a colleague"));
    }
    let waiting_for = assign.waiting_for.as_deref().filter(|word| !word.is_empty());
    if waiting_for.is_some_and(|word| !PARTIES.contains(&word)) {
        return Err(AppError::invalid("waiting_for", "choice", format!("is not one of: {}", PARTIES.join(", "))));
    }
    let blocked_by = assign.blocked_by.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if blocked_by.is_some_and(|text| text.chars().count() > 200) {
        return Err(AppError::invalid("blocked_by", "too-long", "is longer than 200 characters"));
    }
    let mut tx = ctx.begin().await?;
    let before = own(ctx, kind, id).one(tx.conn()).await.map_err(StoreError::from)?;
    let news =
        assign.account.filter(|account| before.as_ref().and_then(|row| row.account_id) != Some(*account) && *account != ctx.actor.user.0);
    let row = assignment::Model {
        id: before.as_ref().map_or_else(Uuid::now_v7, |row| row.id),
        version: before.as_ref().map_or(1, |row| row.version + 1),
        created_at_ms: before.as_ref().map_or(ctx.now.ms(), |row| row.created_at_ms),
        updated_at_ms: ctx.now.ms(),
        kind: kind.into(),
        record_id: id,
        organisation_id: home(ctx),
        account_id: assign.account,
        due_on: assign.due_on,
        waiting_for: waiting_for.map(str::to_owned),
        blocked_by: blocked_by.map(str::to_owned),
    };
    if before.is_some() {
        assignment::Entity::update(row.into_active_model().reset_all()).exec(tx.conn()).await.map_err(StoreError::from)?;
    } else {
        insert::<assignment::Entity, _>(&tx, row).await?;
    }
    tx.note("assign", kind, Some(id), serde_json::json!({ "assigned": assign.account.is_some() }));
    if let Some(account) = news {
        notifications::to_accounts(&mut tx, vec![account], "case_assigned", &format!("/ui/{kind}/{id}"), &[]).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Parts of the caseload that a first page counts.
const COUNTED: [Case; 5] = [Case::Mine, Case::Due, Case::Overdue, Case::Blocked, Case::Waiting];

/// How many cases are in each part of the actor's caseload, by kind of record.
///
/// # Errors
/// When the database refuses.
pub async fn counts(ctx: &Ctx<'_>) -> Result<BTreeMap<String, Vec<(Case, u64)>>, AppError> {
    let whose = caseload::Whose { account: ctx.actor.user.0, organisations: colleagues_organisations(ctx), today: ctx.now.date() };
    let counted = caseload::counts(ctx.state.store.read(), &COUNTED, &whose).await?;
    let by_case = |numbers: Vec<i64>| COUNTED.into_iter().zip(numbers.into_iter().map(|number| u64::try_from(number).unwrap_or_default()));
    Ok(counted.into_iter().map(|(kind, numbers)| (kind, by_case(numbers).collect())).collect())
}
