//! What has to hold before somebody is enrolled under an agreement: consent (R19), equity (R24), cover
//! against contingencies (R27), a track of her own choosing (R31), and a free seat. Judged by the law
//! as it is on the day, from what is written down; nobody's word replaces it.

use super::seats::{HOLDS_NO_SEAT, hold_cohort, of_track, taken};
use super::{Standing, equity, is_chosen, seen, takes_people};
use crate::app::privacy::consents;
use crate::app::{Ctx, contingency, law};
use crate::error::{AppError, FieldError};
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::corridor::LocalText;
use passerelle_domain::law::{Check, Facts, Outcome, RuleId, Value};
use passerelle_domain::people::{JourneyState, Track};
use passerelle_domain::privacy::ConsentPurpose;
use passerelle_store::entity::{agreement, cohort, consent, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use passerelle_store::{StoreError, Tx, record};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Rules that say yes or no to an enrolment.
const RULES: [RuleId; 4] = [RuleId::R19, RuleId::R24, RuleId::R27, RuleId::R31];

/// Whether a verdict keeps somebody out: what is not known keeps out as well.
const fn keeps_out(verdict: Outcome) -> bool {
    matches!(verdict, Outcome::Block | Outcome::Unknown)
}

/// What an enrolment waits for.
#[derive(Debug, Serialize)]
pub struct Gates {
    pub checks: Vec<Check>,
    /// What to do about each rule that does not pass.
    pub fixes: BTreeMap<RuleId, LocalText>,
    pub seat_free: bool,
    /// The agreement takes people: it is neither suspended nor over.
    pub agreement_open: bool,
    pub open: bool,
}

/// The gates of a person; nothing where no agreement binds her cohort, or she is enrolled already.
///
/// # Errors
/// When she is not the actor's to see.
pub async fn gates(ctx: &Ctx<'_>, id: Uuid) -> Result<Option<Gates>, AppError> {
    let conn = ctx.state.store.read();
    let person = seen(ctx, conn, id).await?;
    if person.journey != JourneyState::Applied.as_str() {
        return Ok(None);
    }
    judged(ctx.state, conn, person, ctx.now.date()).await
}

async fn judged(state: &AppState, conn: &impl ConnectionTrait, person: trainee::Model, on: NaiveDate) -> Result<Option<Gates>, AppError> {
    let standing = Standing::of(conn, person).await?;
    let (Some(cohort), Some(agreement)) = (&standing.cohort, &standing.agreement) else { return Ok(None) };
    // The plan of the service, or the annex of the agreement where the two sides keep it on paper.
    let annexed = agreement.contingency_plan.as_ref().is_some_and(|plan| !plan.is_empty());
    let plan = contingency::plans::in_force(conn, agreement.id).await?;
    let planned = annexed || plan.is_some();
    let mut facts = Facts::from([
        ("dates.enrolment".to_owned(), Value::Date(on)),
        ("contingency.plan_attached".to_owned(), Value::Bool(planned)),
        ("contingency.premium_paid".to_owned(), Value::Bool(cohort.premium_paid_on.is_some_and(|day| day <= on))),
        ("track.chosen_freely".to_owned(), Value::Bool(is_chosen(conn, &standing.person).await?)),
        // Neither has a place in the service: no price hangs on a choice, and every journey takes a withdrawal before departure.
        ("track.penalty".to_owned(), Value::Bool(false)),
        ("withdrawal.free_before_departure".to_owned(), Value::Bool(true)),
    ]);
    facts.extend(cohort.insured_from.map(|day| ("contingency.insurance_active_from".to_owned(), Value::Date(day))));
    // A plan that names no cover asks for none.
    let above = match plan.and_then(|plan| plan.cover) {
        Some(cover) => Value::Bool(contingency::cover::standing(conn, agreement.id, cover, on).await?.is_open()),
        None => Value::Nothing,
    };
    facts.insert("contingency.reserve_above_floor".to_owned(), above);
    facts.extend(consent_facts(conn, standing.person.id).await?);
    let law = law::current(state, conn).await?;
    let mut checks = Vec::new();
    let mut fixes = BTreeMap::new();
    for id in RULES {
        let Some(rule) = law.catalogue.on(id, on, false) else { continue };
        if id == RuleId::R24 {
            // Who stays at home takes nobody's turn, and an agreement without a share asks for none.
            let asks = agreement.equity_percent.is_some() || agreement.equity_money_percent.is_some();
            if standing.track != Track::Away || !asks {
                continue;
            }
            let (found, equity) = equity::facts_of(conn, agreement, on).await?;
            facts.extend(equity);
            let mut check = rule.judge(&facts, &law.reference);
            if found.is_some_and(|found| found.money.values().any(|sum| !sum.holds)) {
                check.verdict = Outcome::Block;
            }
            checks.push(check);
        } else {
            checks.push(rule.judge(&facts, &law.reference));
        }
        if checks.last().is_some_and(|check| keeps_out(check.verdict)) {
            fixes.insert(id, rule.fix.clone());
        }
    }
    let free = of_track(cohort, standing.track) - taken(conn, cohort.id).await?.get(&standing.track).copied().unwrap_or(0);
    let seat_free = free > 0;
    let agreement_open = takes_people(agreement, on);
    let open = seat_free && agreement_open && checks.iter().all(|check| !keeps_out(check.verdict));
    Ok(Some(Gates { checks, fixes, seat_free, agreement_open, open }))
}

/// What rule R19 reads of consent to be matched, which every enrolled person is.
async fn consent_facts(conn: &impl ConnectionTrait, person: Uuid) -> Result<Facts, AppError> {
    let given = consents::in_force(conn, person, ConsentPurpose::Matching, None).await?;
    let ever = consent::Entity::find()
        .filter(consent::Column::TraineeId.eq(person))
        .filter(consent::Column::Purpose.eq(ConsentPurpose::Matching.as_str()))
        .one(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(Facts::from([
        ("consent.given".to_owned(), Value::Bool(ever.is_some())),
        ("consent.withdrawn".to_owned(), Value::Bool(ever.is_some() && given.is_none())),
        // Each purpose is asked for on its own, with a text in one of the languages of the pages, which she picks.
        ("consent.specific".to_owned(), Value::Bool(given.is_some())),
        ("consent.in_own_language".to_owned(), Value::Bool(given.as_ref().is_some_and(|row| !row.language.is_empty()))),
    ]))
}

/// Takes the agreement and the cohort of a person before her own row, as a change of track does: whoever
/// fills seats waits in one line.
///
/// # Errors
/// When the database refuses.
pub async fn wait_in_line(tx: &Tx, person: Uuid) -> Result<(), AppError> {
    let row = trainee::Entity::find_by_id(person).one(tx.conn()).await.map_err(StoreError::from)?;
    let Some(row) = row else { return Ok(()) };
    hold_cohort(tx, row.cohort_id).await?;
    let now = record::hold::<trainee::Entity>(tx, person).await?;
    if now.is_none_or(|now| now.cohort_id != row.cohort_id) { Err(AppError::Stale) } else { Ok(()) }
}

/// The same for many people, in one order whatever theirs is: two lists do not wait for each other.
///
/// # Errors
/// When the database refuses.
pub async fn all_in_line(tx: &Tx, people: &[Uuid]) -> Result<(), AppError> {
    let cohorts: Vec<Option<Uuid>> = trainee::Entity::find()
        .select_only()
        .column(trainee::Column::CohortId)
        .distinct()
        .filter(trainee::Column::Id.is_in(people.iter().copied()))
        .into_tuple()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let find = cohort::Entity::find().filter(cohort::Column::Id.is_in(cohorts.into_iter().flatten()));
    let rows = find.all(tx.conn()).await.map_err(StoreError::from)?;
    let agreements: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.agreement_id).collect();
    for id in agreements {
        record::hold::<agreement::Entity>(tx, id).await?;
    }
    let cohorts: BTreeSet<Uuid> = rows.iter().map(|row| row.id).collect();
    for id in cohorts {
        record::hold::<cohort::Entity>(tx, id).await?;
    }
    Ok(())
}

/// Refuses whoever comes back to an agreement that takes nobody. Her seat in a course that she has finished is not asked for.
///
/// # Errors
/// When the agreement of her cohort is suspended, has ended, or has not begun.
pub async fn ensure_open(state: &AppState, conn: &impl ConnectionTrait, person: Uuid, on: NaiveDate) -> Result<(), AppError> {
    let Some(row) = trainee::Entity::find_by_id(person).one(conn).await.map_err(StoreError::from)? else { return Ok(()) };
    match judged(state, conn, row, on).await? {
        Some(gates) if !gates.agreement_open => Err(AppError::Invalid(vec![agreement_shut()])),
        _ => Ok(()),
    }
}

fn agreement_shut() -> FieldError {
    FieldError::new("agreement", "agreement-shut", "takes nobody new: it is suspended, has ended, or has not begun")
}

/// Refuses an enrolment that a gate keeps out, each gate with what would open it.
///
/// # Errors
/// The gates that are shut.
pub async fn ensure(state: &AppState, conn: &impl ConnectionTrait, person: &trainee::Model, on: NaiveDate) -> Result<(), AppError> {
    if !HOLDS_NO_SEAT.iter().any(|state| state.as_str() == person.journey) {
        return Ok(());
    }
    let Some(gates) = judged(state, conn, person.clone(), on).await? else { return Ok(()) };
    let shut = gates.checks.iter().filter(|check| keeps_out(check.verdict)).map(|check| {
        let rule = check.rule.to_string();
        let fix = gates.fixes.get(&check.rule).map_or("", |fix| fix.en.as_str());
        FieldError::new(&rule, "gate", format!("keeps her from being enrolled. {fix}")).with("rule", &rule)
    });
    let mut errors: Vec<FieldError> = shut.collect();
    if !gates.seat_free {
        errors.push(FieldError::new("place_free", "no-seat", "is not so: every seat of her track in the cohort is taken"));
    }
    if !gates.agreement_open {
        errors.push(agreement_shut());
    }
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid(errors)) }
}
