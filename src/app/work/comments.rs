//! Remarks on a case: for one's own organisation, or for all who may read the case.

use super::{insert, notifications};
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use passerelle_domain::access::FieldGroup;
use passerelle_domain::words;
use passerelle_store::StoreError;
use passerelle_store::entity::{account, assignment, comment};
use passerelle_store::query::{ColumnTrait, Condition, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

words!(
    /// Who reads a remark or a file.
    Audience {
        /// Whoever works for the writer's organisation.
        Team = "team",
        /// Everybody who may read the case, the person included.
        Everybody = "everybody",
    }
);

const TEXT_MAX: usize = 4_000;

/// A remark with who wrote it.
#[derive(Debug, Clone)]
pub struct Remark {
    pub row: comment::Model,
    /// `None` for a trainee whose name the reader is not shown.
    pub author: Option<String>,
    pub own: bool,
}

/// The part of remarks and files on a case that the actor reads.
pub(super) fn within(ctx: &Ctx<'_>, audience: impl ColumnTrait, organisation: impl ColumnTrait, account: impl ColumnTrait) -> Condition {
    let own: Vec<Uuid> = ctx.actor.grants.iter().flat_map(|grant| grant.organisations()).map(|id| id.0).collect();
    Condition::any().add(audience.eq(Audience::Everybody.as_str())).add(organisation.is_in(own)).add(account.eq(ctx.actor.user.0))
}

/// Remarks on a case, the oldest first.
///
/// # Errors
/// When the case is not the actor's to read.
pub async fn list(ctx: &Ctx<'_>, kind: &str, id: Uuid) -> Result<Vec<Remark>, AppError> {
    super::case(ctx, kind, id).await?;
    let conn = ctx.state.store.read();
    let rows = comment::Entity::find()
        .filter(comment::Column::Kind.eq(kind))
        .filter(comment::Column::RecordId.eq(id))
        .filter(comment::Column::RemovedAtMs.is_null())
        .filter(within(ctx, comment::Column::Audience, comment::Column::OrganisationId, comment::Column::AccountId))
        .order_by_asc(comment::Column::CreatedAtMs)
        .limit(200)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let authors: Vec<Uuid> = rows.iter().map(|row| row.account_id).collect();
    let accounts = account::Entity::find().filter(account::Column::Id.is_in(authors)).all(conn).await.map_err(StoreError::from)?;
    // A remark does not tell a name that its reader is not shown yet.
    let writers: Vec<Uuid> = accounts.iter().filter_map(|row| row.trainee_id).collect();
    let named = super::shown(ctx, &writers, FieldGroup::Name).await?;
    let names: std::collections::BTreeMap<Uuid, Option<String>> = accounts
        .into_iter()
        .map(|row| {
            let hidden = row.trainee_id.is_some_and(|person| row.id != ctx.actor.user.0 && !named.contains(&person));
            (row.id, (!hidden).then_some(row.name))
        })
        .collect();
    let remark = |row: comment::Model| Remark {
        author: names.get(&row.account_id).cloned().unwrap_or_default(),
        own: row.account_id == ctx.actor.user.0,
        row,
    };
    Ok(rows.into_iter().map(remark).collect())
}

/// Adds a remark, and tells whoever has the case.
///
/// # Errors
/// When the case is not the actor's to read, or the text is empty or too long.
pub async fn add(ctx: &Ctx<'_>, kind: &str, id: Uuid, text: &str, audience: Audience) -> Result<Uuid, AppError> {
    ctx.ensure_writes()?;
    super::case(ctx, kind, id).await?;
    let text = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\r' && c != '\t') {
        return Err(AppError::invalid("text", "control-characters", "holds characters that cannot be seen"));
    }
    if text.is_empty() {
        return Err(AppError::invalid("text", "required", "is needed"));
    }
    if text.chars().count() > TEXT_MAX {
        return Err(AppError::Invalid(vec![
            FieldError::new("text", "too-long", format!("is longer than {TEXT_MAX} characters")).with("max", TEXT_MAX),
        ]));
    }
    let mut tx = ctx.begin().await?;
    let row = comment::Model {
        id: Uuid::now_v7(),
        kind: kind.into(),
        record_id: id,
        account_id: ctx.actor.user.0,
        organisation_id: ctx.actor.grants.iter().find_map(|grant| grant.organisation).map(|id| id.0),
        audience: audience.to_string(),
        body: text.into(),
        created_at_ms: ctx.now.ms(),
        removed_at_ms: None,
    };
    let made = row.id;
    insert::<comment::Entity, _>(&tx, row).await?;
    let whose = assignment::Entity::find()
        .filter(assignment::Column::Kind.eq(kind))
        .filter(assignment::Column::RecordId.eq(id))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    // A remark for the team is news for the team only.
    let same_team = |other: &assignment::Model| {
        audience == Audience::Everybody
            || ctx.actor.grants.iter().any(|grant| grant.organisations().iter().any(|id| Some(id.0) == other.organisation_id))
    };
    let others = whose.iter().filter(|row| same_team(row)).filter_map(|row| row.account_id).filter(|account| *account != ctx.actor.user.0);
    notifications::to_accounts(&mut tx, others.collect(), "comment", &format!("/ui/{kind}/{id}"), &[]).await?;
    tx.note("comment", kind, Some(id), serde_json::json!({ "audience": audience }));
    tx.commit().await?;
    Ok(made)
}

/// Takes one's own remark out of sight.
///
/// # Errors
/// When it is not the actor's.
pub async fn remove(ctx: &Ctx<'_>, id: Uuid) -> Result<String, AppError> {
    ctx.ensure_writes()?;
    let mut tx = ctx.begin().await?;
    let row = comment::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let done = comment::Entity::update_many()
        .col_expr(comment::Column::RemovedAtMs, Expr::value(ctx.now.ms()))
        .col_expr(comment::Column::Body, Expr::value(""))
        .filter(comment::Column::Id.eq(id))
        .filter(comment::Column::AccountId.eq(ctx.actor.user.0))
        .filter(comment::Column::RemovedAtMs.is_null())
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if done.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    tx.note("comment_removed", "comment", Some(id), serde_json::json!({}));
    tx.commit().await?;
    Ok(format!("/ui/{}/{}", row.kind, row.record_id))
}
