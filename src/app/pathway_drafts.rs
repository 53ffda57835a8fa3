//! Pathways in the making. A draft changes a published pathway or begins a new one; it is published
//! when it has no error and both sides have turned their key on the same wording. Each change of
//! the wording takes both keys out again.

use super::{Ctx, corridor_yaml, corridors, pathways};
use crate::error::{AppError, FieldError};
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Role, Subject, permit};
use passerelle_domain::corridor::{CorridorPack, PackId, Party, Step};
use passerelle_domain::country::CountryCode;
use passerelle_domain::fact::FactStatus;
use passerelle_domain::people::{OrganisationKind, OrganisationStatus};
use passerelle_domain::words;
use passerelle_engine::matching::snapshot::digest;
use passerelle_engine::pathway::{Change, Finding, Severity, diff};
use passerelle_store::entity::{account, organisation, pathway_approval, pathway_draft};
use passerelle_store::query::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use passerelle_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
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

/// Templates to begin with, and the pack that each is drawn from.
pub const TEMPLATES: [(&str, &str); 5] = [
    ("apprenticeship", "DE-NAFR-THAMM"),
    ("recognised-nurse", "DE-NURSE-TRIPLEWIN"),
    ("trained-abroad", "IT-ART23"),
    ("skills-test-worker", "JP-SSW"),
    ("seasonal", "AU-PAC-PALM"),
];

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
pub async fn list(ctx: &Ctx<'_>) -> Result<Vec<pathway_draft::Model>, AppError> {
    permit(ctx.actor, Action::List, Subject::PathwayDraft)?;
    let all = sees_all(ctx);
    let countries: Vec<String> =
        ctx.actor.grants.iter().flat_map(|grant| grant.territory.countries.iter().map(ToString::to_string)).collect();
    let mut find = pathway_draft::Entity::find().order_by_desc(pathway_draft::Column::UpdatedAtMs).limit(200);
    if !all {
        let mut mine =
            Condition::any().add(pathway_draft::Column::Destination.is_in(countries.iter())).add(pathway_draft::Column::Origins.eq(""));
        for code in &countries {
            mine = mine.add(pathway_draft::Column::Origins.contains(code));
        }
        find = find.filter(mine);
    }
    let rows = find.all(ctx.state.store.read()).await.map_err(StoreError::from)?;
    Ok(rows.into_iter().filter(|row| all || !sides(ctx, &row.destination, &row.origins, false).is_empty()).collect())
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

/// What a draft begins with: exactly one of the three.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    /// A published pathway to change.
    #[serde(default)]
    pub pack: Option<String>,
    /// A template for a new one, with its identifier and countries.
    #[serde(default)]
    pub template: Option<String>,
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub destination: Option<CountryCode>,
    #[serde(default)]
    pub origins: Vec<CountryCode>,
    /// A file.
    #[serde(default)]
    pub yaml: Option<String>,
}

/// Begins a draft.
///
/// # Errors
/// What is missing or not right, or a conflict where a draft of the pathway is under way.
pub async fn begin(ctx: &Ctx<'_>, begin: &Begin) -> Result<Uuid, AppError> {
    permit(ctx.actor, Action::Create, Subject::PathwayDraft)?;
    let mut tx = ctx.begin().await?;
    let pack = match (&begin.pack, &begin.template, &begin.yaml) {
        (Some(id), None, None) => {
            corridors::latest_in(tx.conn(), id).await?.ok_or_else(|| AppError::invalid("pack", "reference", "is no published pathway"))?
        }
        (None, Some(template), None) => from_template(template, begin)?,
        (None, None, Some(text)) => read_yaml(text)?,
        _ => return Err(AppError::invalid("pack", "one-beginning", "give one of pack, template and yaml")),
    };
    let base = corridors::latest_in(tx.conn(), pack.id.as_str()).await?.map_or(0, |published| published.version);
    let document = serde_json::to_string(&pack)?;
    let row = pathway_draft::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: ctx.now.ms(),
        updated_at_ms: ctx.now.ms(),
        pack_id: pack.id.to_string(),
        base_version: i32::try_from(base).map_err(AppError::internal)?,
        name: pack.name.en.clone(),
        destination: pack.destination.to_string(),
        origins: codes(&pack),
        stage: Stage::Draft.to_string(),
        effective_from: None,
        refusal: None,
        published_version: None,
        digest: digest(&document),
        document,
        account_id: ctx.actor.user.0,
    };
    if sides(ctx, &row.destination, &row.origins, false).is_empty() {
        return Err(AppError::invalid("destination", "not-your-country", "is a pathway between other countries than yours"));
    }
    let open = pathway_draft::Entity::find()
        .filter(pathway_draft::Column::PackId.eq(&row.pack_id))
        .filter(pathway_draft::Column::Stage.is_in([Stage::Draft.as_str(), Stage::AwaitingCounterpart.as_str()]))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if open.is_some() {
        return Err(AppError::Conflict("a draft of this pathway is under way already: work on that one".into()));
    }
    let id = row.id;
    super::work::insert::<pathway_draft::Entity, _>(&tx, row).await?;
    tx.note("create", "pathway_draft", Some(id), json!({ "pack": pack.id }));
    tx.commit().await?;
    Ok(id)
}

/// Reads a file into a draft: its shape must be right, the rest is for the findings to say.
fn read_yaml(text: &str) -> Result<CorridorPack, AppError> {
    corridor_yaml::shape("yaml", text).map_err(|error| {
        let line = error.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        AppError::Invalid(vec![
            FieldError::new("yaml", "yaml", format!("{line}{}: {}", error.key, error.problem))
                .with("problem", format!("{line}{}: {}", error.key, error.problem)),
        ])
    })
}

/// A new pathway drawn from one that exists: its steps and facts, with a source that says that they
/// are a template and have to be replaced.
fn from_template(template: &str, begin: &Begin) -> Result<CorridorPack, AppError> {
    let Some((_, pack_id)) = TEMPLATES.iter().find(|(name, _)| *name == template) else {
        let names: Vec<&str> = TEMPLATES.iter().map(|(name, _)| *name).collect();
        return Err(AppError::invalid("template", "choice", format!("is not one of: {}", names.join(", "))));
    };
    let id = begin.id.as_deref().unwrap_or_default();
    let id = PackId::parse(id).map_err(|error| AppError::Invalid(vec![FieldError::of("id", &error)]))?;
    let destination = begin.destination.ok_or_else(|| AppError::invalid("destination", "required", "is needed"))?;
    let built_in =
        corridors::built_in().map_err(|errors| AppError::internal(errors.iter().map(ToString::to_string).collect::<String>()))?;
    let model = built_in.into_iter().find(|pack| pack.id.as_str() == *pack_id).ok_or(AppError::NotFound)?;
    let mut value = serde_json::to_value(&model)?;
    fn resource(value: &mut Value, key: &str) {
        match value {
            Value::Object(map) => {
                if map.contains_key("source") {
                    map.insert("source".into(), key.into());
                    if map.contains_key("valid_from") {
                        map.insert("illustrative".into(), true.into());
                    }
                }
                map.iter_mut().filter(|(name, _)| *name != "sources").for_each(|(_, inner)| resource(inner, key));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| resource(item, key)),
            _ => {}
        }
    }
    resource(&mut value, "TEMPLATE");
    let mut pack: CorridorPack = serde_json::from_value(value)?;
    pack.sources = serde_json::from_value(json!({ "TEMPLATE": {
        "title": format!("Template {template}, drawn from {pack_id}: to be replaced by sources of this pathway"), "kind": "illustrative",
    } }))?;
    pack.id = id;
    pack.version = 1;
    pack.name = serde_json::from_value(json!({ "en": begin.name.clone().unwrap_or_else(|| begin.id.clone().unwrap_or_default()) }))?;
    pack.destination = destination;
    pack.origins = begin.origins.clone();
    (pack.origin_subdivisions, pack.destination_subdivisions) = (vec![], vec![]);
    pack.status = FactStatus::InForce;
    Ok(pack)
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
    replace(ctx, id, version, read_yaml(text)?).await
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
    super::work::insert::<pathway_approval::Entity, _>(&tx, key).await?;
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
