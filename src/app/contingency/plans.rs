//! Plans before trouble: one for each agreement, written by either side, checked against what stands behind it, and in
//! force when both sides have turned their key for the same wording.

use super::options;
use crate::app::Ctx;
use crate::app::money::ledger;
use crate::error::{AppError, FieldError};
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::plan::{Behind, Found, Plan};
use passerelle_domain::corridor::Party;
use passerelle_domain::money::Currency;
use passerelle_engine::matching::snapshot::digest;
use passerelle_store::entity::{agreement, budget_line, cohort, contingency_plan, programme, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, record};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// In force, still written, or followed by another.
const PUBLISHED: &str = "published";
const DRAFT: &str = "draft";
const SUPERSEDED: &str = "superseded";

/// One plan of an agreement.
#[derive(Debug, Clone, Serialize)]
pub struct Version {
    pub number: i64,
    pub version: i64,
    pub digest: String,
    pub plan: Plan,
    pub findings: Vec<Found>,
    pub origin_key_on: Option<NaiveDate>,
    pub destination_key_on: Option<NaiveDate>,
    pub published_on: Option<NaiveDate>,
}

/// The plan in force, and the one that is being written.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Plans {
    pub published: Option<Version>,
    pub draft: Option<Version>,
}

fn read(row: &contingency_plan::Model) -> Result<Plan, AppError> {
    serde_json::from_str(&row.document).map_err(|_| StoreError::Corrupt { table: "contingency_plan", column: "document" }.into())
}

/// The plans of an agreement.
///
/// # Errors
/// When the agreement is not the actor's to read.
pub async fn of(ctx: &Ctx<'_>, agreement_id: Uuid) -> Result<Plans, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Agreement)?;
    let conn = ctx.state.store.read();
    let agreement = record::find::<agreement::Entity>(conn, &scope, agreement_id).await?.ok_or(AppError::NotFound)?;
    let rows = contingency_plan::Entity::find()
        .filter(contingency_plan::Column::AgreementId.eq(agreement_id))
        .filter(contingency_plan::Column::Status.is_in([PUBLISHED, DRAFT]))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut plans = Plans::default();
    for row in rows {
        let plan = read(&row)?;
        let findings = plan.check(behind(conn, &agreement, &plan).await?);
        let version = Version {
            number: row.number,
            version: row.version,
            digest: row.digest.clone(),
            plan,
            findings,
            origin_key_on: row.origin_key_on,
            destination_key_on: row.destination_key_on,
            published_on: row.published_on,
        };
        *(if row.status == PUBLISHED { &mut plans.published } else { &mut plans.draft }) = Some(version);
    }
    Ok(plans)
}

/// What stands behind a plan today.
async fn behind(conn: &impl ConnectionTrait, agreement: &agreement::Model, plan: &Plan) -> Result<Behind, AppError> {
    let cohorts = cohort::Entity::find().filter(cohort::Column::AgreementId.eq(agreement.id)).all(conn).await.map_err(StoreError::from)?;
    let home_places = cohorts.iter().any(|cohort| cohort.seats_home + cohort.seats_undecided > 0)
        || agreement.equity_percent.is_some_and(|percent| percent > 0);
    let (_, taught) = options::teaching(conn).await?;
    let own: BTreeSet<Uuid> = cohorts.iter().map(|cohort| cohort.institute_id).collect();
    let occupations: Vec<String> = programme::Entity::find()
        .select_only()
        .column(programme::Column::Occupation)
        .distinct()
        .filter(programme::Column::Id.is_in(cohorts.iter().map(|cohort| cohort.programme_id)))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let elsewhere = |occupation: String| {
        taught.get(&(agreement.origin.clone(), occupation)).is_some_and(|institutes| institutes.iter().any(|id| !own.contains(id)))
    };
    let other_institute = occupations.into_iter().any(elsewhere);
    let reserve_minor = match plan.stipend {
        Some(stipend) => ledger::reserve(conn, agreement.id, stipend.currency).await?,
        None => 0,
    };
    let codes: Vec<String> = budget_line::Entity::find()
        .select_only()
        .column(budget_line::Column::Currency)
        .distinct()
        .filter(budget_line::Column::CohortId.is_in(cohorts.iter().map(|cohort| cohort.id)))
        .order_by_asc(budget_line::Column::Currency)
        .limit(2)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut currencies = codes.iter().map(|code| Currency::parse(code).ok());
    let currencies = [currencies.next().flatten(), currencies.next().flatten()];
    Ok(Behind { home_places, other_institute, between_governments: agreement.between_governments, reserve_minor, currencies })
}

/// Writes a plan as the draft of an agreement. Keys that were turned for another wording fall. Whoever changes a part of it
/// says which draft she has read, by its digest; an empty one where none was being written.
///
/// # Errors
/// When the agreement is not the actor's to change, the plan is too long, or somebody else has written since.
pub async fn save(ctx: &Ctx<'_>, agreement_id: Uuid, plan: &Plan, seen: Option<&str>) -> Result<(), AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Agreement)?;
    if plan.answers.len() > 200 || plan.answers.iter().any(|answer| answer.responses.len() > 50 || answer.cause.len() > 40) {
        return Err(AppError::invalid("answers", "too-many", "has more causes or responses than there are"));
    }
    let document = serde_json::to_string_pretty(plan)?;
    let mut tx = ctx.begin().await?;
    record::find::<agreement::Entity>(tx.conn(), &scope, agreement_id).await?.ok_or(AppError::NotFound)?;
    record::hold::<agreement::Entity>(&tx, agreement_id).await?.ok_or(AppError::NotFound)?;
    let newest = newest(tx.conn(), agreement_id).await?;
    let written = newest.as_ref().filter(|row| row.status == DRAFT).map_or("", |row| row.digest.as_str());
    if seen.is_some_and(|seen| seen != written) {
        return Err(AppError::Stale);
    }
    let (id, now) = (Uuid::now_v7(), ctx.now.ms());
    let digest = digest(&document);
    match newest {
        Some(row) if row.status == DRAFT => {
            let version = row.version;
            let changed = contingency_plan::Model {
                document,
                digest,
                origin_key: None,
                origin_key_on: None,
                destination_key: None,
                destination_key_on: None,
                ..row
            };
            record::update::<contingency_plan::Entity>(&mut tx, changed, version, &["document"]).await?;
        }
        other => {
            let row = contingency_plan::Model {
                id,
                version: 1,
                created_at_ms: now,
                updated_at_ms: now,
                agreement_id,
                number: other.map_or(1, |row| row.number + 1),
                status: DRAFT.into(),
                document,
                digest,
                origin_key: None,
                origin_key_on: None,
                destination_key: None,
                destination_key_on: None,
                published_on: None,
            };
            record::insert::<contingency_plan::Entity>(&mut tx, row).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn newest(conn: &impl ConnectionTrait, agreement_id: Uuid) -> Result<Option<contingency_plan::Model>, AppError> {
    let find = contingency_plan::Entity::find()
        .filter(contingency_plan::Column::AgreementId.eq(agreement_id))
        .order_by_desc(contingency_plan::Column::Number);
    Ok(find.one(conn).await.map_err(StoreError::from)?)
}

/// Turns the key of the actor's side for the wording that she has read. With both keys the plan is in force, and the one
/// before it is followed.
///
/// # Errors
/// When the draft is another one by now, something in it cannot be kept, or the actor holds no key.
pub async fn turn_key(ctx: &Ctx<'_>, agreement_id: Uuid, read_digest: &str) -> Result<bool, AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Agreement)?;
    let mut tx = ctx.begin().await?;
    let agreement = record::find::<agreement::Entity>(tx.conn(), &scope, agreement_id).await?.ok_or(AppError::NotFound)?;
    record::hold::<agreement::Entity>(&tx, agreement_id).await?.ok_or(AppError::NotFound)?;
    let Some(row) = newest(tx.conn(), agreement_id).await?.filter(|row| row.status == DRAFT) else {
        return Err(AppError::Conflict("no plan is being written: write one first".into()));
    };
    if row.digest != read_digest {
        return Err(AppError::Stale);
    }
    let plan = read(&row)?;
    let findings = plan.check(behind(tx.conn(), &agreement, &plan).await?);
    if !findings.is_empty() {
        let errors = findings.iter().map(|found| {
            let about = found.cause.as_deref().unwrap_or("plan");
            FieldError::new(about, "plan-finding", format!("cannot be kept: {}", found.finding)).with("finding", found.finding)
        });
        return Err(AppError::Invalid(errors.collect()));
    }
    let side = side(ctx, &agreement).ok_or(AppError::Forbidden)?;
    let (today, me, version) = (ctx.now.date(), ctx.actor.user.0, row.version);
    let mut changed = row;
    let (key, on, other) = match side {
        Party::OriginAuthority => (&mut changed.origin_key, &mut changed.origin_key_on, changed.destination_key),
        _ => (&mut changed.destination_key, &mut changed.destination_key_on, changed.origin_key),
    };
    // Two keys are two people.
    if other == Some(me) {
        return Err(AppError::Conflict("the other key was turned by you: somebody else turns this one".into()));
    }
    (*key, *on) = (Some(me), Some(today));
    let both = other.is_some();
    if both {
        let before = contingency_plan::Entity::find()
            .filter(contingency_plan::Column::AgreementId.eq(agreement_id))
            .filter(contingency_plan::Column::Status.eq(PUBLISHED))
            .all(tx.conn())
            .await
            .map_err(StoreError::from)?;
        for row in before {
            let version = row.version;
            let followed = contingency_plan::Model { status: SUPERSEDED.into(), ..row };
            record::update::<contingency_plan::Entity>(&mut tx, followed, version, &["status"]).await?;
        }
        (changed.status, changed.published_on) = (PUBLISHED.into(), Some(today));
    }
    record::update::<contingency_plan::Entity>(&mut tx, changed, version, &["status", "origin_key_on", "destination_key_on"]).await?;
    tx.note("contingency_plan_key", "agreement", Some(agreement_id), serde_json::json!({ "side": side, "published": both }));
    tx.commit().await?;
    Ok(both)
}

/// The side of an agreement whose key the actor holds: her country's.
fn side(ctx: &Ctx<'_>, agreement: &agreement::Model) -> Option<Party> {
    use passerelle_domain::access::{Grant, Role};
    let here = |grant: &Grant, country: &str| grant.territory.countries.iter().any(|known| known.as_str() == country);
    ctx.actor.grants.iter().find_map(|grant| match grant.role {
        Role::OriginApprover if here(grant, &agreement.origin) => Some(Party::OriginAuthority),
        Role::DestinationApprover if here(grant, &agreement.destination) => Some(Party::DestinationAuthority),
        _ => None,
    })
}

/// Which wording of a plan is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wording {
    InForce,
    Draft,
}

/// Plans of the agreements that bind some people, in force or being written, by person.
///
/// # Errors
/// When the database refuses or holds what this version cannot read.
pub(super) async fn of_people(
    conn: &impl ConnectionTrait,
    people: &BTreeMap<Uuid, trainee::Model>,
    wording: Wording,
) -> Result<BTreeMap<Uuid, Plan>, AppError> {
    let cohorts: BTreeSet<Uuid> = people.values().filter_map(|person| person.cohort_id).collect();
    let bound: Vec<(Uuid, Option<Uuid>)> = cohort::Entity::find()
        .select_only()
        .columns([cohort::Column::Id, cohort::Column::AgreementId])
        .filter(cohort::Column::Id.is_in(cohorts))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let bound: BTreeMap<Uuid, Uuid> = bound.into_iter().filter_map(|(cohort, agreement)| Some((cohort, agreement?))).collect();
    let agreements: BTreeSet<Uuid> = bound.values().copied().collect();
    let rows = contingency_plan::Entity::find()
        .filter(contingency_plan::Column::AgreementId.is_in(agreements))
        .filter(contingency_plan::Column::Status.eq(match wording {
            Wording::InForce => PUBLISHED,
            Wording::Draft => DRAFT,
        }))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let plans: BTreeMap<Uuid, Plan> = rows.iter().map(|row| Ok((row.agreement_id, read(row)?))).collect::<Result<_, AppError>>()?;
    let plan_of = |person: &trainee::Model| plans.get(bound.get(&person.cohort_id?)?).cloned();
    Ok(people.values().filter_map(|person| Some((person.id, plan_of(person)?))).collect())
}

/// The plan in force that binds a person.
///
/// # Errors
/// When the database refuses or holds what this version cannot read.
pub(super) async fn of_person(conn: &impl ConnectionTrait, person: Uuid) -> Result<Option<Plan>, AppError> {
    let row = trainee::Entity::find_by_id(person).one(conn).await.map_err(StoreError::from)?;
    let people = row.into_iter().map(|row| (row.id, row)).collect();
    Ok(of_people(conn, &people, Wording::InForce).await?.remove(&person))
}

/// The plan in force under an agreement.
///
/// # Errors
/// When the database refuses or holds what this version cannot read.
pub(crate) async fn in_force(conn: &impl ConnectionTrait, agreement_id: Uuid) -> Result<Option<Plan>, AppError> {
    let find = contingency_plan::Entity::find()
        .filter(contingency_plan::Column::AgreementId.eq(agreement_id))
        .filter(contingency_plan::Column::Status.eq(PUBLISHED));
    find.one(conn).await.map_err(StoreError::from)?.as_ref().map(read).transpose()
}
