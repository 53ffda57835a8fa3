//! The keys of the two sides, each turned by another person on one and the same wording.

use super::{Stage, open, pack_of, parties, row_in, sides, swap};
use crate::app::{Ctx, corridors, pathways, work};
use crate::error::{AppError, FieldError};
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::CorridorPack;
use passerelle_engine::pathway::Severity;
use passerelle_store::StoreError;
use passerelle_store::entity::{pathway_approval, pathway_draft};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;
/// Asks both sides for their keys. From then on the wording stands.
///
/// # Errors
/// When there are errors among the findings, or the day lies in the past.
pub async fn submit(ctx: &Ctx<'_>, id: Uuid, version: i64, effective_from: NaiveDate) -> Result<i64, AppError> {
    permit(ctx.actor, Action::Update, Subject::PathwayDraft)?;
    if effective_from < ctx.now.date() {
        return Err(AppError::invalid("effective_from", "past", "lies in the past"));
    }
    let mut tx = ctx.begin().await?;
    let row = row_in(ctx, tx.conn(), id).await?;
    open(&row)?;
    ensure_sound(ctx, tx.conn(), &pack_of(&row)?).await?;
    let asked =
        pathway_draft::Model { stage: Stage::AwaitingCounterpart.to_string(), effective_from: Some(effective_from), refusal: None, ..row };
    let next = swap(&mut tx, asked, version, "submit").await?;
    tx.commit().await?;
    Ok(next)
}

/// Refuses a pathway with errors, and names the first of them.
async fn ensure_sound(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, pack: &CorridorPack) -> Result<(), AppError> {
    let parties = parties(conn, pack).await?;
    let mut errors: Vec<FieldError> = pathways::findings(pack, ctx.now.date(), Some(&parties))
        .iter()
        .filter(|finding| finding.severity == Severity::Forbids)
        .map(|finding| {
            let said = crate::i18n::plain(&pathways::words(crate::i18n::Locale::En, finding).0);
            FieldError::new(&format!("steps.{}", finding.place), "finding", format!("{}: {said}", finding.code))
                .with("problem", format!("{}: {said}", finding.place))
        })
        .collect();
    errors.extend(passerelle_domain::corridor::check(pack).into_iter().map(|finding| {
        FieldError::new(&finding.key, "finding", format!("{}; {}", finding.problem, finding.fix)).with("problem", finding.problem)
    }));
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid(errors)) }
}

/// Turns the key of every side that the actor may speak for. The second key publishes.
///
/// # Errors
/// When the actor holds no key, the wording is not submitted, or both keys would be hers.
pub async fn approve(ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<Stage, AppError> {
    permit(ctx.actor, Action::Decide, Subject::PathwayDraft)?;
    let mut tx = ctx.begin().await?;
    let row = row_in(ctx, tx.conn(), id).await?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    if row.stage != Stage::AwaitingCounterpart.as_str() {
        return Err(AppError::TransitionRefused { state: row.stage, allowed: vec!["submit"] });
    }
    let mine = sides(ctx, &row.destination, &row.origins, true);
    let turned = pathway_approval::Entity::find()
        .filter(pathway_approval::Column::DraftId.eq(id))
        .filter(pathway_approval::Column::Digest.eq(&row.digest))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    // Two keys are two people, whatever roles one of them holds.
    if turned.iter().any(|key| key.account_id == ctx.actor.user.0) {
        return Err(AppError::Conflict("you have turned a key already: the other one is the counterpart's".into()));
    }
    let side = mine.into_iter().find(|side| !turned.iter().any(|key| key.side == side.as_str()));
    let Some(side) = side else {
        return Err(AppError::Conflict("the key of your side is turned already, or your side has none".into()));
    };
    let key = pathway_approval::Model {
        id: Uuid::now_v7(),
        draft_id: id,
        side: side.to_string(),
        digest: row.digest.clone(),
        account_id: ctx.actor.user.0,
        at_ms: ctx.now.ms(),
    };
    work::insert::<pathway_approval::Entity, _>(&tx, key).await?;
    tx.note("approve", "pathway_draft", Some(id), json!({ "side": side }));
    let both = !turned.is_empty();
    let stage = if both { Stage::Published } else { Stage::AwaitingCounterpart };
    let mut row = row;
    if both {
        // What was sound when it was submitted must be so when it counts.
        let mut pack = pack_of(&row)?;
        ensure_sound(ctx, tx.conn(), &pack).await?;
        let newest = corridors::latest_in(tx.conn(), &row.pack_id).await?.map_or(0, |published| published.version);
        if i32::try_from(newest).map_err(AppError::internal)? != row.base_version {
            return Err(AppError::Conflict("another version was published meanwhile: begin again from that one".into()));
        }
        pack.version = newest + 1;
        corridors::publish(&mut tx, &pack, row.effective_from).await?;
        row.published_version = Some(i32::try_from(pack.version).map_err(AppError::internal)?);
    }
    row.stage = stage.to_string();
    swap(&mut tx, row, version, if both { "publish" } else { "approve" }).await?;
    tx.commit().await?;
    Ok(stage)
}

/// Sends a submitted draft back, with the reason.
///
/// # Errors
/// When the actor holds no key, or says no reason.
pub async fn refuse(ctx: &Ctx<'_>, id: Uuid, version: i64, reason: &str) -> Result<i64, AppError> {
    permit(ctx.actor, Action::Decide, Subject::PathwayDraft)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(AppError::invalid("reason", "required", "is needed, with at most 500 characters"));
    }
    let mut tx = ctx.begin().await?;
    let row = row_in(ctx, tx.conn(), id).await?;
    if row.stage != Stage::AwaitingCounterpart.as_str() || sides(ctx, &row.destination, &row.origins, true).is_empty() {
        return Err(AppError::TransitionRefused { state: row.stage, allowed: vec![] });
    }
    pathway_approval::Entity::delete_many()
        .filter(pathway_approval::Column::DraftId.eq(id))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let back = pathway_draft::Model { stage: Stage::Draft.to_string(), refusal: Some(reason.into()), ..row };
    let next = swap(&mut tx, back, version, "refuse").await?;
    tx.commit().await?;
    Ok(next)
}
