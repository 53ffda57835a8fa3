//! Contracts in their versions: what was offered, attested and signed, what became worse between them (rules R03, R04),
//! and her word on it. Versions are added and never changed.

use super::case_events;
use super::resource::{Field, Kind, Reader};
use super::work::notifications;
use super::{Ctx, journeys};
use crate::error::{AppError, FieldError};
use chrono::NaiveDate;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_acting};
use passerelle_domain::calendar::{Calendar, Roll, Term, deadline};
use passerelle_domain::contract::{Change, Effect, Stage, Substituted, Terms, Version, changes, gaps, holds};
use passerelle_domain::corridor::{Party, WagePeriod};
use passerelle_domain::ids::OrganisationId;
use passerelle_domain::language::LanguageTag;
use passerelle_domain::occupation::IscoCode;
use passerelle_domain::people::Decision;
use passerelle_store::entity::{contract_version, proposal};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx, record};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Working days between the day on which she is given the text and her departure (illustrative; rule R03).
pub const DELIVERED_BEFORE_DAYS: u32 = 10;
/// Versions of one contract.
const VERSIONS_MAX: u64 = 20;

/// What a version says, as forms and programs send it (rule R03).
pub const FIELDS: &[Field] = &[
    Field::choice("stage", "contract-stage", Stage::WORDS).required(),
    Field::new("delivered_on", Kind::Date),
    Field::new("occupation", Kind::Occupation).required(),
    Field::text("site", 200).required(),
    Field::text("duties", 1_000).required(),
    Field::new("gross", Kind::Money).required(),
    Field::choice("per", "wage-period", WagePeriod::WORDS).required(),
    Field::new("hours_per_week", Kind::Decimal { min: 100, max: 16_800 }).required(),
    Field::new("overtime_percent", Kind::Number { min: 100, max: 500 }).required(),
    Field::new("leave_days", Kind::Number { min: 0, max: 366 }).required(),
    Field::new("deductions_percent", Kind::Number { min: 0, max: 100 }).required(),
    Field::new("housing", Kind::Money),
    Field::new("insured", Kind::Flag),
    Field::new("duration_months", Kind::Number { min: 1, max: 600 }),
    Field::new("notice_days", Kind::Number { min: 0, max: 1_000 }).required(),
    Field::new("return_travel_paid", Kind::Flag),
    Field::text("complaint_body", 200).required(),
    Field::text("languages", 60).required(),
];

/// A version as it is entered.
#[derive(Debug, Clone)]
pub struct Enter {
    pub stage: Stage,
    pub terms: Terms,
    /// Day on which she was given the text; today without it, never later.
    pub delivered_on: Option<NaiveDate>,
}

impl Enter {
    /// Reads a version.
    ///
    /// # Errors
    /// Every field that is missing or wrong.
    pub fn read(document: &Map<String, Value>) -> Result<Self, AppError> {
        let mut r = Reader::new(FIELDS, document);
        let whole = |number: i64| u32::try_from(number).unwrap_or_default();
        let (stage, per, occupation) = (r.choice("stage"), r.choice("per"), r.occupation("occupation"));
        let (gross, housing) = (r.money_or_none("gross"), r.money_or_none("housing"));
        let (site, duties, complaint_body) = (r.text("site"), r.text("duties"), r.text("complaint_body"));
        let hours_per_week_centi = whole(r.decimal("hours_per_week"));
        let (overtime_percent, leave_days) = (whole(r.number("overtime_percent")), whole(r.number("leave_days")));
        let (deductions_percent, notice_days) = (whole(r.number("deductions_percent")), whole(r.number("notice_days")));
        let duration_months = r.number_or_none("duration_months").map(whole);
        let (insured, return_travel_paid, delivered_on) = (r.flag("insured"), r.flag("return_travel_paid"), r.date_or_none("delivered_on"));
        let mut languages = Vec::new();
        for text in r.text("languages").split([',', ' ']).filter(|text| !text.is_empty()) {
            match LanguageTag::parse(text) {
                Ok(language) => languages.push(language),
                Err(error) => r.refuse(FieldError::of("languages", &error)),
            }
        }
        let errors = r.finish();
        let known = (Stage::parse(&stage), WagePeriod::parse(&per), IscoCode::parse(&occupation), gross);
        let (Ok(stage), Ok(per), Ok(occupation), Some(gross), true) = (known.0, known.1, known.2, known.3, errors.is_empty()) else {
            return Err(AppError::Invalid(errors));
        };
        let terms = Terms {
            occupation,
            site,
            duties,
            gross,
            per,
            hours_per_week_centi,
            overtime_percent,
            leave_days,
            deductions_percent,
            housing,
            insured,
            duration_months,
            notice_days,
            return_travel_paid,
            complaint_body,
            languages,
        };
        Ok(Self { stage, terms, delivered_on })
    }
}

/// A version as it is read, with what changed since the one before.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    pub id: Uuid,
    pub seq: i64,
    pub stage: Stage,
    pub terms: Terms,
    pub sha256: String,
    pub delivered_on: NaiveDate,
    pub party: String,
    pub agreed_on: Option<NaiveDate>,
    pub changes: Vec<Change>,
}

/// A contract with all its versions.
#[derive(Debug, Clone, Serialize)]
pub struct Contract {
    pub versions: Vec<Shown>,
    /// `worse` or `not_agreed` where the newest is not what was offered.
    pub substituted: Option<&'static str>,
    /// Stages that the actor may enter.
    pub mine: Vec<Stage>,
    /// Whether it is the actor's to agree to the newest version.
    pub agrees: bool,
}

async fn rows(conn: &impl ConnectionTrait, proposal: Uuid) -> Result<Vec<contract_version::Model>, AppError> {
    let find = contract_version::Entity::find()
        .filter(contract_version::Column::ProposalId.eq(proposal))
        .order_by_asc(contract_version::Column::Seq)
        .limit(VERSIONS_MAX);
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

fn versions(rows: &[contract_version::Model]) -> Result<Vec<Version>, AppError> {
    let read = |row: &contract_version::Model| {
        let terms = serde_json::from_str(&row.terms).map_err(|_| StoreError::Corrupt { table: "contract_version", column: "terms" })?;
        Ok(Version { terms, on: row.delivered_on, agreed: row.agreed_on.is_some() })
    };
    rows.iter().map(read).collect()
}

/// The contract of a proposal.
///
/// # Errors
/// When the proposal is not the actor's to read.
pub async fn of(ctx: &Ctx<'_>, id: Uuid) -> Result<Contract, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Proposal)?;
    let conn = ctx.state.store.read();
    let row = record::find::<proposal::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let rows = rows(conn, id).await?;
    let known = versions(&rows)?;
    let mut shown: Vec<Shown> = Vec::with_capacity(rows.len());
    for (at, (row, version)) in rows.iter().zip(&known).enumerate() {
        let before = at.checked_sub(1).and_then(|at| known.get(at));
        shown.push(Shown {
            id: row.id,
            seq: row.seq,
            stage: Stage::parse(&row.stage).map_err(|_| StoreError::Corrupt { table: "contract_version", column: "stage" })?,
            terms: version.terms.clone(),
            sha256: row.sha256.clone(),
            delivered_on: row.delivered_on,
            party: row.party.clone(),
            agreed_on: row.agreed_on,
            changes: before.map(|before| changes(&before.terms, &version.terms)).unwrap_or_default(),
        });
    }
    let substituted = match holds(&known) {
        Ok(()) => None,
        Err(Substituted::Worse) => Some("worse"),
        Err(Substituted::NotAgreed) => Some("not_agreed"),
    };
    let writes = ctx.ensure_writes().is_ok() && both_agreed(&row);
    let mine = Stage::ALL.iter().copied().filter(|stage| writes && hand(ctx, &row, *stage).is_some()).collect();
    let agrees = writes
        && ctx.actor.trainee.is_some_and(|me| me.0 == row.trainee_id)
        && shown.last().is_some_and(|last| last.agreed_on.is_none() && !last.changes.is_empty());
    Ok(Contract { versions: shown, substituted, mine, agrees })
}

fn both_agreed(row: &proposal::Model) -> bool {
    let accepted = Decision::Accepted.as_str();
    row.trainee_decision == accepted && row.employer_decision == accepted
}

/// Offer and signed contract are the employer's to enter, the attested one an authority's.
fn hand(ctx: &Ctx<'_>, row: &proposal::Model, stage: Stage) -> Option<Party> {
    match stage {
        Stage::Offer | Stage::Final => {
            case_events::party(ctx.actor, &[Party::Employer]).filter(|_| ctx.actor.works_for(OrganisationId(row.employer_id)))
        }
        Stage::Attested => case_events::party(ctx.actor, &[Party::OriginAuthority, Party::DestinationAuthority]),
    }
}

/// Enters a version. Whatever is worse than before is told to her at once, with both values.
///
/// # Errors
/// When it is not the actor's to enter, both sides have not agreed, the order of versions is not kept, or the terms
/// leave something open (rule R03).
pub async fn enter(ctx: &Ctx<'_>, id: Uuid, enter: &Enter) -> Result<contract_version::Model, AppError> {
    let scope = permit_acting(ctx.actor, Subject::Proposal, FieldGroup::General)?;
    ctx.ensure_writes()?;
    let mut tx = ctx.begin().await?;
    record::find::<proposal::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    // Held: two versions of one contract wait for each other.
    let row = record::hold::<proposal::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    let party = hand(ctx, &row, enter.stage).ok_or(AppError::Forbidden)?;
    if !both_agreed(&row) {
        return Err(AppError::TransitionRefused { state: "proposed".into(), allowed: vec!["accept", "decline"] });
    }
    let before = rows(tx.conn(), id).await?;
    ensure_sound(enter, &before, ctx.now.date())?;
    let terms = serde_json::to_string(&enter.terms)?;
    let made = contract_version::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: ctx.now.ms(),
        updated_at_ms: ctx.now.ms(),
        proposal_id: id,
        seq: before.last().map_or(1, |last| last.seq + 1),
        stage: enter.stage.to_string(),
        sha256: Sha256::digest(terms.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect(),
        terms,
        delivered_on: enter.delivered_on.unwrap_or_else(|| ctx.now.date()),
        party: party.to_string(),
        account_id: tx.actor(),
        agreed_on: None,
    };
    record::insert::<contract_version::Entity>(&mut tx, made.clone()).await?;
    let known = versions(&before)?;
    let worse = known.iter().any(|version| changes(&version.terms, &enter.terms).iter().any(|change| change.effect == Effect::Worse));
    let kind = if worse { "contract_worse" } else { "proposal" };
    notifications::to_person(&mut tx, row.trainee_id, kind, &format!("/ui/proposals/{id}/contract"), &[]).await?;
    if worse {
        tx.note("contract_worse", "proposal", Some(id), serde_json::json!({ "stage": enter.stage, "seq": made.seq }));
    }
    tx.commit().await?;
    Ok(made)
}

fn ensure_sound(enter: &Enter, before: &[contract_version::Model], today: NaiveDate) -> Result<(), AppError> {
    let mut errors: Vec<FieldError> = gaps(&enter.terms)
        .into_iter()
        .map(|field| FieldError::new(field, "contract-gap", "is left open or cannot be: a contract has to say it (rule R03)"))
        .collect();
    let last = before.last();
    let first_is_offer = last.is_some() || enter.stage == Stage::Offer;
    let in_order = last.and_then(|last| Stage::parse(&last.stage).ok()).is_none_or(|stage| stage <= enter.stage);
    if !first_is_offer || !in_order {
        errors.push(FieldError::new("stage", "contract-order", "is out of order: offer, then attested, then final"));
    }
    let delivered = enter.delivered_on.unwrap_or(today);
    if delivered > today || last.is_some_and(|last| delivered < last.delivered_on) {
        errors.push(FieldError::new("delivered_on", "contract-day", "lies ahead, or before the version before"));
    }
    if u64::try_from(before.len()).unwrap_or(u64::MAX) >= VERSIONS_MAX {
        errors.push(FieldError::new("stage", "too-many", "has more versions than a contract can have").with("max", VERSIONS_MAX));
    }
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid(errors)) }
}

/// Proposals whose newest version was handed over on or after a day, pays more than what held before that day, and is
/// worse in nothing. One statement.
///
/// # Errors
/// When the database refuses or holds what this version cannot read.
pub async fn raised(conn: &impl ConnectionTrait, since: BTreeMap<Uuid, NaiveDate>) -> Result<BTreeSet<Uuid>, AppError> {
    let find = contract_version::Entity::find()
        .filter(contract_version::Column::ProposalId.is_in(since.keys().copied()))
        .order_by_asc(contract_version::Column::Seq);
    let mut by_proposal: BTreeMap<Uuid, Vec<contract_version::Model>> = BTreeMap::new();
    for row in find.all(conn).await.map_err(StoreError::from)? {
        by_proposal.entry(row.proposal_id).or_default().push(row);
    }
    let mut raised = BTreeSet::new();
    for (proposal, rows) in by_proposal {
        let known = versions(&rows)?;
        let Some(day) = since.get(&proposal) else { continue };
        let [first, .., newest] = known.as_slice() else { continue };
        // What held on the day of the report is what it has to be better than.
        let before = known.iter().rfind(|version| version.on < *day).unwrap_or(first);
        let found = changes(&before.terms, &newest.terms);
        let better = found.iter().any(|change| change.field == "gross" && change.effect == Effect::Better);
        let worse = found.iter().any(|change| change.effect == Effect::Worse);
        if better && !worse && newest.on >= *day {
            raised.insert(proposal);
        }
    }
    Ok(raised)
}

/// Her word that she agrees to what changed in the newest version. What is worse stays a substitution all the same.
///
/// # Errors
/// When it is not hers to say, or a newer version came meanwhile.
pub async fn agree(ctx: &Ctx<'_>, id: Uuid, seq: i64) -> Result<(), AppError> {
    let scope = permit_acting(ctx.actor, Subject::Proposal, FieldGroup::General)?;
    ctx.ensure_writes()?;
    let mut tx = ctx.begin().await?;
    let row = record::find::<proposal::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    if ctx.actor.trainee.is_none_or(|me| me.0 != row.trainee_id) {
        return Err(AppError::Forbidden);
    }
    record::hold::<proposal::Entity>(&tx, id).await?;
    let Some(mut newest) = rows(tx.conn(), id).await?.pop() else { return Err(AppError::NotFound) };
    if newest.seq != seq {
        return Err(AppError::Stale);
    }
    let version = newest.version;
    newest.agreed_on = Some(ctx.now.date());
    record::update::<contract_version::Entity>(&mut tx, newest, version, &["agreed_on"]).await?;
    tx.commit().await?;
    Ok(())
}

/// Refuses a departure or a start of work on a contract that is not the one she was offered, or that she was given too
/// late. Where no version is written down, the word of whoever brings the event counts as before.
///
/// # Errors
/// What stands against it.
pub async fn ensure_same(tx: &Tx, person: Uuid, departs_on: Option<NaiveDate>, calendar: &Calendar) -> Result<(), AppError> {
    let Some(agreed) = journeys::agreed(tx, person).await? else { return Ok(()) };
    let rows = rows(tx.conn(), agreed.id).await?;
    let refused = |field: &str, code, detail: &str| Err(AppError::Invalid(vec![FieldError::new(field, code, detail)]));
    match holds(&versions(&rows)?) {
        Ok(()) => {}
        Err(Substituted::Worse) => {
            return refused("same_contract", "contract-worse", "is not so: a later version is worse than what she was promised (R04)");
        }
        Err(Substituted::NotAgreed) => {
            return refused("same_contract", "contract-not-agreed", "is not so: she has not agreed to what changed (R04)");
        }
    }
    if let (Some(first), Some(on)) = (rows.first(), departs_on) {
        let earliest = deadline(first.delivered_on, Term::BusinessDays(DELIVERED_BEFORE_DAYS), calendar, Roll::None).ok();
        if earliest.is_none_or(|earliest| on < earliest.due) {
            return refused("same_contract", "contract-late", "was given to her less than ten working days before (R03)");
        }
    }
    Ok(())
}
