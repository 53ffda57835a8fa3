//! Pathways in the making. A draft changes a published pathway or begins a new one; it is published
//! when it has no error and both sides have turned their key on the same wording. Each change of
//! the wording takes both keys out again.

mod begin;
mod keys;

pub use begin::{Begin, TEMPLATES, begin};
pub use keys::{approve, refuse, submit};

use super::{Ctx, corridors, pathways};
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Role, Subject, permit};
use passerelle_domain::corridor::{CorridorPack, Party, Step};
use passerelle_domain::people::{OrganisationKind, OrganisationStatus};
use passerelle_domain::words;
use passerelle_engine::matching::snapshot::digest;
use passerelle_engine::pathway::{Change, Finding, Severity, diff};
use passerelle_store::entity::pathway_draft::Listed;
use passerelle_store::entity::{account, organisation, pathway_approval, pathway_draft};
use passerelle_store::query::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use passerelle_store::{StoreError, Tx};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

words!(
    /// How far a draft is.
    Stage {
        Draft = "draft",
        /// Submitted without errors; keys are being turned.
        AwaitingCounterpart = "awaiting_counterpart",
        Published = "published",
        Discarded = "discarded",
    }
);

words!(
    /// The two sides that each hold a key.
    Side { Origin = "origin", Destination = "destination" }
);

/// A draft with everything that its page says.
#[derive(Debug, Clone)]
pub struct Draft {
    pub row: pathway_draft::Model,
    pub pack: CorridorPack,
    pub findings: Vec<Finding>,
    /// Against the published version; empty for a new pathway.
    pub changes: Vec<Change>,
    /// Keys turned on this wording: side, who, when.
    pub keys: Vec<(Side, String, i64)>,
    /// Sides that the actor may speak for.
    pub mine: BTreeSet<Side>,
}

impl Draft {
    pub fn stage(&self) -> Stage {
        Stage::parse(&self.row.stage).unwrap_or(Stage::Draft)
    }

    pub fn errors(&self) -> usize {
        self.findings.iter().filter(|finding| finding.severity == Severity::Forbids).count()
    }
}

/// Sides that the actor speaks for, by country; approvers hold the keys.
fn sides(ctx: &Ctx<'_>, destination: &str, origins: &str, keys_only: bool) -> BTreeSet<Side> {
    let origins: BTreeSet<&str> = origins.split(',').filter(|code| !code.is_empty()).collect();
    let mut sides = BTreeSet::new();
    for grant in &ctx.actor.grants {
        let within = |code: &str| grant.territory.countries.iter().any(|country| country.as_str() == code);
        match grant.role {
            Role::OriginApprover | Role::OriginOfficer => {
                let fits = if origins.is_empty() { !grant.territory.countries.is_empty() } else { origins.iter().any(|code| within(code)) };
                if fits && (!keys_only || grant.role == Role::OriginApprover) {
                    sides.insert(Side::Origin);
                }
            }
            Role::DestinationApprover | Role::DestinationOfficer
                if within(destination) && (!keys_only || grant.role == Role::DestinationApprover) =>
            {
                sides.insert(Side::Destination);
            }
            _ => {}
        }
    }
    sides
}

fn codes(pack: &CorridorPack) -> String {
    pack.origins.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn sees_all(ctx: &Ctx<'_>) -> bool {
    permit(ctx.actor, Action::Read, Subject::PathwayDraft).is_ok_and(|scope| scope.is_everything())
}

/// Drafts that concern the actor's countries, the newest first.
///
/// # Errors
/// When the actor may not see drafts.
pub async fn list(ctx: &Ctx<'_>) -> Result<Vec<Listed>, AppError> {
    use pathway_draft::Column as C;
    permit(ctx.actor, Action::List, Subject::PathwayDraft)?;
    let all = sees_all(ctx);
    let mut find = pathway_draft::Entity::find()
        .select_only()
        .columns([C::Id, C::Version, C::PackId, C::BaseVersion, C::Name, C::Destination, C::Origins, C::Stage, C::EffectiveFrom])
        .columns([C::PublishedVersion, C::UpdatedAtMs, C::Digest])
        .order_by_desc(C::UpdatedAtMs)
        .limit(200);
    if !all {
        let countries = ctx.actor.grants.iter().flat_map(|grant| grant.territory.countries.iter().map(ToString::to_string));
        let mine = countries.fold(Condition::any().add(C::Origins.eq("")), |mine, code| {
            mine.add(C::Destination.eq(code.as_str())).add(C::Origins.contains(&code))
        });
        find = find.filter(mine);
    }
    let rows: Vec<Listed> = find.into_model().all(ctx.state.store.read()).await.map_err(StoreError::from)?;
    Ok(rows.into_iter().filter(|row| all || !sides(ctx, &row.destination, &row.origins, false).is_empty()).collect())
}

/// Drafts that wait for the key of the actor's side.
///
/// # Errors
/// When the database refuses.
pub async fn waiting_for_me(ctx: &Ctx<'_>) -> Result<usize, AppError> {
    if permit(ctx.actor, Action::Decide, Subject::PathwayDraft).is_err() {
        return Ok(0);
    }
    let asked: Vec<Listed> = list(ctx).await?.into_iter().filter(|row| row.stage == Stage::AwaitingCounterpart.as_str()).collect();
    if asked.is_empty() {
        return Ok(0);
    }
    let turned: Vec<(Uuid, String, String)> = pathway_approval::Entity::find()
        .select_only()
        .columns([pathway_approval::Column::DraftId, pathway_approval::Column::Side, pathway_approval::Column::Digest])
        .filter(pathway_approval::Column::DraftId.is_in(asked.iter().map(|row| row.id)))
        .into_tuple()
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    // Keys of older wordings count for nothing.
    let is_turned =
        |row: &Listed, side: Side| turned.iter().any(|(id, by, digest)| *id == row.id && by == side.as_str() && *digest == row.digest);
    let open = |row: &&Listed| sides(ctx, &row.destination, &row.origins, true).into_iter().any(|side| !is_turned(row, side));
    Ok(asked.iter().filter(open).count())
}

async fn row_in(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, id: Uuid) -> Result<pathway_draft::Model, AppError> {
    let row = pathway_draft::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)?;
    row.filter(|row| sees_all(ctx) || !sides(ctx, &row.destination, &row.origins, false).is_empty()).ok_or(AppError::NotFound)
}

/// One draft with its findings, differences and keys.
///
/// # Errors
/// When there is none for the actor.
pub async fn get(ctx: &Ctx<'_>, id: Uuid) -> Result<Draft, AppError> {
    permit(ctx.actor, Action::Read, Subject::PathwayDraft)?;
    let conn = ctx.state.store.read();
    let row = row_in(ctx, conn, id).await?;
    let pack = pack_of(&row)?;
    let parties = parties(conn, &pack).await?;
    let changes = match corridors::latest_in(conn, &row.pack_id).await? {
        Some(published) => diff(&published, &pack),
        None => vec![],
    };
    let approvals = pathway_approval::Entity::find()
        .filter(pathway_approval::Column::DraftId.eq(id))
        .filter(pathway_approval::Column::Digest.eq(&row.digest))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let names = account::Entity::find()
        .filter(account::Column::Id.is_in(approvals.iter().map(|key| key.account_id)))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let name = |id: Uuid| names.iter().find(|account| account.id == id).map(|account| account.name.clone()).unwrap_or_default();
    let keys = approvals.iter().filter_map(|key| Some((Side::parse(&key.side).ok()?, name(key.account_id), key.at_ms))).collect();
    Ok(Draft {
        findings: pathways::findings(&pack, ctx.now.date(), Some(&parties)),
        changes,
        keys,
        mine: sides(ctx, &row.destination, &row.origins, false),
        pack,
        row,
    })
}

fn pack_of(row: &pathway_draft::Model) -> Result<CorridorPack, AppError> {
    serde_json::from_str(&row.document).map_err(|_| StoreError::Corrupt { table: "pathway_draft", column: "document" }.into())
}

/// Parties that take part: those that any pathway has, and those with an active organisation in one
/// of the pathway's countries.
async fn parties(conn: &impl ConnectionTrait, pack: &CorridorPack) -> Result<BTreeSet<Party>, AppError> {
    let mut parties: BTreeSet<Party> = [Party::Trainee, Party::Consulate, Party::Examiner].into();
    let mut countries: Vec<String> = pack.origins.iter().map(ToString::to_string).collect();
    countries.push(pack.destination.to_string());
    let mut find = organisation::Entity::find()
        .select_only()
        .column(organisation::Column::Kind)
        .distinct()
        .filter(organisation::Column::Status.eq(OrganisationStatus::Active.as_str()));
    if !pack.origins.is_empty() {
        find = find.filter(organisation::Column::Country.is_in(countries));
    }
    let kinds: Vec<String> = find.into_tuple().all(conn).await.map_err(StoreError::from)?;
    parties.extend(kinds.iter().filter_map(|kind| {
        Some(match OrganisationKind::parse(kind).ok()? {
            OrganisationKind::Employer => Party::Employer,
            OrganisationKind::Institute => Party::Institute,
            OrganisationKind::OriginAuthority => Party::OriginAuthority,
            OrganisationKind::DestinationAuthority => Party::DestinationAuthority,
            OrganisationKind::RecognitionAuthority => Party::RecognitionAuthority,
            OrganisationKind::WorkerOrganisation => Party::WorkerOrganisation,
            OrganisationKind::Funder => Party::Funder,
        })
    }));
    Ok(parties)
}

/// Puts another wording in place of the old one; both keys come out.
async fn rewrite(
    ctx: &Ctx<'_>,
    id: Uuid,
    version: i64,
    change: impl FnOnce(&mut CorridorPack) -> Result<(), AppError>,
) -> Result<i64, AppError> {
    permit(ctx.actor, Action::Update, Subject::PathwayDraft)?;
    let mut tx = ctx.begin().await?;
    let row = row_in(ctx, tx.conn(), id).await?;
    open(&row)?;
    let mut pack = pack_of(&row)?;
    change(&mut pack)?;
    if pack.id.as_str() != row.pack_id {
        return Err(AppError::invalid("id", "fixed", format!("stays {}: begin another draft for another pathway", row.pack_id)));
    }
    if pack.destination.as_str() != row.destination || codes(&pack) != row.origins {
        let moved = sides(ctx, pack.destination.as_str(), &codes(&pack), false);
        if moved.is_empty() {
            return Err(AppError::invalid("destination", "not-your-country", "would be a pathway between other countries than yours"));
        }
    }
    let document = serde_json::to_string(&pack)?;
    let changed = pathway_draft::Model {
        name: pack.name.en.clone(),
        destination: pack.destination.to_string(),
        origins: codes(&pack),
        stage: Stage::Draft.to_string(),
        digest: digest(&document),
        document,
        ..row
    };
    let next = swap(&mut tx, changed, version, "rewrite").await?;
    tx.commit().await?;
    Ok(next)
}

/// Only a draft that is under way can be changed.
fn open(row: &pathway_draft::Model) -> Result<(), AppError> {
    if [Stage::Draft.as_str(), Stage::AwaitingCounterpart.as_str()].contains(&row.stage.as_str()) {
        return Ok(());
    }
    Err(AppError::TransitionRefused { state: row.stage.clone(), allowed: vec![] })
}

/// Writes a row if it still has the version that was read.
async fn swap(tx: &mut Tx, row: pathway_draft::Model, expected: i64, what: &str) -> Result<i64, AppError> {
    let (id, next) = (row.id, expected + 1);
    let row = pathway_draft::Model { version: next, updated_at_ms: tx.now_ms(), ..row };
    let done = pathway_draft::Entity::update_many()
        .set(pathway_draft::ActiveModel::from(row).reset_all())
        .filter(pathway_draft::Column::Id.eq(id))
        .filter(pathway_draft::Column::Version.eq(expected))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if done.rows_affected == 0 {
        return Err(AppError::Stale);
    }
    tx.note(what, "pathway_draft", Some(id), json!({ "version": next }));
    Ok(next)
}

/// Replaces the whole document.
///
/// # Errors
/// When somebody was faster, or the identifier changed.
pub async fn replace(ctx: &Ctx<'_>, id: Uuid, version: i64, pack: CorridorPack) -> Result<i64, AppError> {
    rewrite(ctx, id, version, |old| {
        *old = pack;
        Ok(())
    })
    .await
}

/// Replaces the whole document by a file.
///
/// # Errors
/// As [`replace`], and what is wrong with the file.
pub async fn replace_by_yaml(ctx: &Ctx<'_>, id: Uuid, version: i64, text: &str) -> Result<i64, AppError> {
    replace(ctx, id, version, begin::read_yaml(text)?).await
}

/// Adds a step, or puts it in place of another.
///
/// # Errors
/// When the name is taken, or there is no such step.
pub async fn put_step(ctx: &Ctx<'_>, id: Uuid, version: i64, old: Option<&str>, step: Step) -> Result<i64, AppError> {
    rewrite(ctx, id, version, |pack| {
        let well_formed =
            (1..=40).contains(&step.id.len()) && step.id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !well_formed {
            return Err(AppError::invalid("id", "step-id", "is not 1 to 40 small letters, digits and hyphens"));
        }
        let place = match old {
            Some(old) => Some(pack.steps.iter().position(|known| known.id == old).ok_or(AppError::NotFound)?),
            None => None,
        };
        if pack.steps.iter().enumerate().any(|(at, known)| Some(at) != place && known.id == step.id) {
            return Err(AppError::invalid("id", "duplicate", "is the name of another step"));
        }
        match place {
            Some(at) => {
                // Whoever waited for the step by its old name waits for it by its new one.
                let (before, after) = (pack.steps[at].id.clone(), step.id.clone());
                for other in &mut pack.steps {
                    other.after.iter_mut().filter(|name| **name == before).for_each(|name| name.clone_from(&after));
                }
                pack.steps[at] = step;
            }
            None => {
                if pack.steps.len() >= STEPS_MAX {
                    return Err(AppError::Conflict(format!("a pathway has at most {STEPS_MAX} steps")));
                }
                pack.steps.push(step);
            }
        }
        Ok(())
    })
    .await
}

const STEPS_MAX: usize = 500;

/// Takes a step out; what waited for it waits for what it waited for.
///
/// # Errors
/// When there is no such step.
pub async fn remove_step(ctx: &Ctx<'_>, id: Uuid, version: i64, name: &str) -> Result<i64, AppError> {
    rewrite(ctx, id, version, |pack| {
        let at = pack.steps.iter().position(|step| step.id == name).ok_or(AppError::NotFound)?;
        let gone = pack.steps.remove(at);
        for step in &mut pack.steps {
            if let Some(place) = step.after.iter().position(|before| *before == gone.id) {
                step.after.remove(place);
                for before in &gone.after {
                    if !step.after.contains(before) && *before != step.id {
                        step.after.push(before.clone());
                    }
                }
            }
        }
        Ok(())
    })
    .await
}

/// Gives a draft up. It stays to be read.
///
/// # Errors
/// When it is published or was given up before.
pub async fn discard(ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<(), AppError> {
    permit(ctx.actor, Action::Update, Subject::PathwayDraft)?;
    let mut tx = ctx.begin().await?;
    let row = row_in(ctx, tx.conn(), id).await?;
    open(&row)?;
    swap(&mut tx, pathway_draft::Model { stage: Stage::Discarded.to_string(), ..row }, version, "discard").await?;
    tx.commit().await?;
    Ok(())
}

/// A draft as a program reads it.
#[derive(Debug, Serialize)]
pub struct View<'a> {
    pub id: Uuid,
    pub version: i64,
    pub stage: Stage,
    pub base_version: i32,
    pub published_version: Option<i32>,
    pub effective_from: Option<NaiveDate>,
    pub refusal: Option<&'a str>,
    pub findings: &'a [Finding],
    pub changes: &'a [Change],
    /// Sides whose key is turned on this wording.
    pub keys: Vec<Side>,
    pub pack: &'a CorridorPack,
}

impl Draft {
    pub fn view(&self) -> View<'_> {
        View {
            id: self.row.id,
            version: self.row.version,
            stage: self.stage(),
            base_version: self.row.base_version,
            published_version: self.row.published_version,
            effective_from: self.row.effective_from,
            refusal: self.row.refusal.as_deref(),
            findings: &self.findings,
            changes: &self.changes,
            keys: self.keys.iter().map(|(side, _, _)| *side).collect(),
            pack: &self.pack,
        }
    }
}
