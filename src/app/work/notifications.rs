//! Telling people: in the application and by e-mail, as each of them has chosen.

use super::insert;
use crate::app::{Ctx, mail};
use crate::error::AppError;
use passerelle_store::entity::{account, notification, notification_choice, role_grant};
use passerelle_store::query::{ColumnTrait, Condition, EntityTrait, Expr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Everything that people are told about; `notification-<kind>` in the catalogues, with underscores
/// as hyphens.
pub const KINDS: [&str; 35] = [
    "contract_worse",
    "case_assigned",
    "case_offered",
    "case_answered",
    "case_moved",
    "comment",
    "exceptional_access",
    "person_request",
    "request_answered",
    "proposal",
    "security",
    "journey_moved",
    "task_deadline_near",
    "task_overdue",
    "task_paper_lapses",
    "task_on_hold",
    "task_recognition_near",
    "task_recognition_overdue",
    "import_done",
    "waiting_list",
    "contingency_opened",
    "contingency_options",
    "contingency_rejected",
    "contingency_resolved",
    "contingency_reminder",
    "disruption_message",
    "post_waits",
    "post_decided",
    "contingency_question",
    "contingency_advice",
    "contingency_her_word",
    "contingency_late",
    "disruption_ended",
    "home_post_taken",
    "first_turn",
];

/// What cannot be switched off: who opened one's record, and what happened to one's account.
pub const ALWAYS: [&str; 3] = ["contract_worse", "exceptional_access", "security"];

/// Tells the person who is the trainee, if she has an account.
///
/// # Errors
/// When the database refuses.
pub async fn to_person(tx: &mut Tx, person: Uuid, kind: &str, href: &str, args: &[(&str, String)]) -> Result<(), AppError> {
    let find = account::Entity::find().filter(account::Column::TraineeId.eq(person)).filter(account::Column::Status.eq("active"));
    let accounts = find.all(tx.conn()).await.map_err(StoreError::from)?;
    tell(tx, accounts, kind, href, args).await
}

/// Tells everybody who works for an organisation.
///
/// # Errors
/// When the database refuses.
pub async fn to_organisation(tx: &mut Tx, organisation: Uuid, kind: &str, href: &str) -> Result<(), AppError> {
    let ids: Vec<Uuid> = role_grant::Entity::find()
        .select_only()
        .column(role_grant::Column::AccountId)
        .filter(role_grant::Column::OrganisationId.eq(organisation))
        .filter(role_grant::Column::RevokedAtMs.is_null())
        .limit(200)
        .into_tuple()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    to_accounts(tx, ids, kind, href, &[]).await
}

/// Tells accounts.
///
/// # Errors
/// When the database refuses.
pub async fn to_accounts(tx: &mut Tx, ids: Vec<Uuid>, kind: &str, href: &str, args: &[(&str, String)]) -> Result<(), AppError> {
    let find = account::Entity::find().filter(account::Column::Id.is_in(ids)).filter(account::Column::Status.eq("active"));
    let accounts = find.all(tx.conn()).await.map_err(StoreError::from)?;
    tell(tx, accounts, kind, href, args).await
}

async fn tell(tx: &mut Tx, accounts: Vec<account::Model>, kind: &str, href: &str, args: &[(&str, String)]) -> Result<(), AppError> {
    let args: BTreeMap<&str, &String> = args.iter().map(|(name, value)| (*name, value)).collect();
    let ids: Vec<Uuid> = accounts.iter().map(|account| account.id).collect();
    let choices: BTreeMap<Uuid, notification_choice::Model> = notification_choice::Entity::find()
        .filter(Condition::all().add(notification_choice::Column::AccountId.is_in(ids)).add(notification_choice::Column::Kind.eq(kind)))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|choice| (choice.account_id, choice))
        .collect();
    for account in accounts {
        let chosen = choices.get(&account.id).filter(|_| !ALWAYS.contains(&kind));
        if chosen.is_none_or(|choice| choice.in_app) {
            let row = notification::Model {
                id: Uuid::now_v7(),
                account_id: account.id,
                kind: kind.into(),
                href: href.into(),
                args: serde_json::to_string(&args)?,
                created_at_ms: tx.now_ms(),
                read_at_ms: None,
            };
            insert::<notification::Entity, _>(tx, row).await?;
        }
        if chosen.is_none_or(|choice| choice.by_mail) {
            mail::queue(tx, &account.email, &account.locale, mail::Letter::Notification { kind, href }).await?;
        }
    }
    Ok(())
}

/// The actor's notifications, the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn list(ctx: &Ctx<'_>) -> Result<Vec<notification::Model>, AppError> {
    let find = notification::Entity::find()
        .filter(notification::Column::AccountId.eq(ctx.actor.user.0))
        .order_by_desc(notification::Column::CreatedAtMs)
        .limit(100);
    Ok(find.all(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// How many the actor has not read.
///
/// # Errors
/// When the database refuses.
pub async fn unread(ctx: &Ctx<'_>) -> Result<u64, AppError> {
    let find = notification::Entity::find()
        .filter(notification::Column::AccountId.eq(ctx.actor.user.0))
        .filter(notification::Column::ReadAtMs.is_null());
    Ok(find.count(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// Marks all as read.
///
/// # Errors
/// When the database refuses.
pub async fn read_all(ctx: &Ctx<'_>) -> Result<(), AppError> {
    let tx = ctx.begin().await?;
    notification::Entity::update_many()
        .col_expr(notification::Column::ReadAtMs, Expr::value(ctx.now.ms()))
        .filter(notification::Column::AccountId.eq(ctx.actor.user.0))
        .filter(notification::Column::ReadAtMs.is_null())
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.commit().await?;
    Ok(())
}

/// The actor's choices: in the application, by e-mail, for every kind.
///
/// # Errors
/// When the database refuses.
pub async fn choices(ctx: &Ctx<'_>) -> Result<BTreeMap<&'static str, (bool, bool)>, AppError> {
    let rows = notification_choice::Entity::find()
        .filter(notification_choice::Column::AccountId.eq(ctx.actor.user.0))
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    let of = |kind: &str| rows.iter().find(|row| row.kind == kind).map_or((true, true), |row| (row.in_app, row.by_mail));
    Ok(KINDS.iter().map(|kind| (*kind, if ALWAYS.contains(kind) { (true, true) } else { of(kind) })).collect())
}

/// Keeps the actor's choices. What cannot be switched off stays on whatever is sent.
///
/// # Errors
/// When the database refuses.
pub async fn choose(ctx: &Ctx<'_>, chosen: &BTreeMap<String, (bool, bool)>) -> Result<(), AppError> {
    let tx = ctx.begin().await?;
    notification_choice::Entity::delete_many()
        .filter(notification_choice::Column::AccountId.eq(ctx.actor.user.0))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    for kind in KINDS.iter().filter(|kind| !ALWAYS.contains(kind)) {
        let (in_app, by_mail) = chosen.get(*kind).copied().unwrap_or_default();
        let row = notification_choice::Model { id: Uuid::now_v7(), account_id: ctx.actor.user.0, kind: (*kind).into(), in_app, by_mail };
        insert::<notification_choice::Entity, _>(&tx, row).await?;
    }
    tx.commit().await?;
    Ok(())
}
