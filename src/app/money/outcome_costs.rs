//! What an agreement was to cost, what it has cost each payer, and what came of it: budget against actual, and cost per
//! outcome, for those who pay.

use super::ledger;
use super::tranches::dues_of;
use crate::app::Ctx;
use crate::app::contingency::plans;
use crate::app::tracks::seats::seat_of;
use crate::error::AppError;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::Party;
use passerelle_domain::finance::ledger::Account;
use passerelle_domain::finance::shares::Due;
use passerelle_domain::machine::journey::Journey;
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::{JourneyState, Track};
use passerelle_store::entity::{agreement, budget_line, cohort, journey, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, SelectStatement};
use passerelle_store::{StoreError, record};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One payer in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Payer {
    pub account: Account,
    pub currency: Currency,
    /// Whole places of everybody who was enrolled, at the agreed shares.
    pub budget_minor: i64,
    /// Booked for places of both tracks.
    pub places_minor: i64,
    /// Put into the reserve.
    pub reserve_minor: i64,
    /// Borne of what cases have lost.
    pub lost_minor: i64,
}

/// What came of the people under an agreement. Each is counted in every line that she has reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Outcomes {
    pub enrolled: u64,
    pub certified: u64,
    pub departed: u64,
    /// At work at the destination, or after it.
    pub placed: u64,
    pub home_placed: u64,
    /// Ended without work, with what she has learnt.
    pub unplaced: u64,
}

/// What one person at work has cost so far, on either side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PerOutcome {
    pub paid: Money,
    /// Nothing before somebody is at work.
    pub per_placed: Option<Money>,
    pub per_certified: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sheet {
    pub payers: Vec<Payer>,
    pub outcomes: Outcomes,
    pub costs: Vec<PerOutcome>,
}

/// The sheet of an agreement. Sums and counts: no person is in it.
///
/// # Errors
/// When the agreement is not the actor's to read.
pub async fn of(ctx: &Ctx<'_>, agreement_id: Uuid) -> Result<Sheet, AppError> {
    use passerelle_domain::access::Reach;
    let scope = permit(ctx.actor, Action::Read, Subject::Agreement)?;
    // An institute would learn what others' places cost.
    if scope.reaches().all(|reach| matches!(reach, Reach::Organisations(_))) {
        return Err(AppError::NotFound);
    }
    let conn = ctx.state.store.read();
    record::find::<agreement::Entity>(conn, &scope, agreement_id).await?.ok_or(AppError::NotFound)?;
    let cohorts = || {
        cohort::Entity::find().select_only().column(cohort::Column::Id).filter(cohort::Column::AgreementId.eq(agreement_id)).into_query()
    };
    let (outcomes, seats) = people(conn, &cohorts).await?;
    let budget = budget(conn, agreement_id, &cohorts, &seats).await?;
    let mut payers: BTreeMap<(Account, Currency), Payer> = BTreeMap::new();
    let empty = |(account, currency): (Account, Currency)| Payer {
        account,
        currency,
        budget_minor: 0,
        places_minor: 0,
        reserve_minor: 0,
        lost_minor: 0,
    };
    for ((account, currency), minor) in budget {
        payers.entry((account, currency)).or_insert_with(|| empty((account, currency))).budget_minor += minor;
    }
    let mut paid: BTreeMap<Currency, i64> = BTreeMap::new();
    for flow in ledger::flows(conn, agreement_id).await? {
        // A reversal moves the other way: it counts against what it takes back.
        let sides = [(flow.from, flow.to, flow.minor), (flow.to, flow.from, -flow.minor)];
        for (payer, use_of, minor) in sides.into_iter().filter(|(payer, use_of, _)| pays(*payer) && !pays(*use_of)) {
            let one = payers.entry((payer, flow.currency)).or_insert_with(|| empty((payer, flow.currency)));
            match use_of {
                Account::AwayPlaces | Account::HomePlaces => {
                    one.places_minor += minor;
                    *paid.entry(flow.currency).or_insert(0) += minor;
                }
                Account::Reserve => one.reserve_minor += minor,
                Account::Lost => one.lost_minor += minor,
                _ => {}
            }
        }
    }
    let each = |minor: i64, currency: Currency, count: u64| {
        let count = i64::try_from(count).ok().filter(|count| *count > 0)?;
        Some(Money::new(passerelle_domain::finance::per_head(minor, count), currency))
    };
    let at_work = outcomes.placed + outcomes.home_placed;
    let costs = paid.into_iter().map(|(currency, minor)| PerOutcome {
        paid: Money::new(minor, currency),
        per_placed: each(minor, currency, at_work),
        per_certified: each(minor, currency, outcomes.certified),
    });
    Ok(Sheet { payers: payers.into_values().collect(), outcomes, costs: costs.collect() })
}

/// Accounts of those who bring money in; the others say what it was spent on.
const fn pays(account: Account) -> bool {
    !matches!(account, Account::Reserve | Account::AwayPlaces | Account::HomePlaces | Account::Lost)
}

/// Who was enrolled, by cohort and track, and how far everybody has come.
async fn people(
    conn: &impl ConnectionTrait,
    cohorts: &impl Fn() -> SelectStatement,
) -> Result<(Outcomes, BTreeMap<(Uuid, String), i64>), AppError> {
    use JourneyState as S;
    let rows: Vec<(Uuid, Option<Uuid>, String)> = trainee::Entity::find()
        .select_only()
        .columns([trainee::Column::Id, trainee::Column::CohortId])
        .column(trainee::Column::Track)
        .filter(trainee::Column::CohortId.in_subquery(cohorts()))
        .filter(trainee::Column::MergedInto.is_null())
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let ids = trainee::Entity::find()
        .select_only()
        .column(trainee::Column::Id)
        .filter(trainee::Column::CohortId.in_subquery(cohorts()))
        .into_query();
    let facts: Vec<(Uuid, String)> = journey::Entity::find()
        .select_only()
        .columns([journey::Column::TraineeId, journey::Column::Facts])
        .filter(journey::Column::TraineeId.in_subquery(ids))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let facts: BTreeMap<Uuid, String> = facts.into_iter().collect();
    let (mut outcomes, mut seats) = (Outcomes::default(), BTreeMap::new());
    for (id, cohort, track) in rows {
        let (Some(text), Some(cohort)) = (facts.get(&id), cohort) else { continue };
        let journey: Journey = serde_json::from_str(text).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" })?;
        let gate = journey.gate();
        if matches!(gate, S::Applied | S::Rejected) {
            continue;
        }
        let left = matches!(gate, S::Departed | S::Arrived | S::Placed | S::Returned | S::Reintegrated | S::Settled);
        outcomes.enrolled += 1;
        outcomes.certified += u64::from(!matches!(gate, S::Enrolled | S::InTraining | S::Dropped));
        outcomes.departed += u64::from(left);
        outcomes.placed += u64::from(left && !matches!(gate, S::Departed | S::Arrived));
        outcomes.home_placed += u64::from(gate == S::HomePlaced);
        outcomes.unplaced += u64::from(gate == S::Unplaced);
        let track = Track::parse(&track).map_or(track, |track| seat_of(track, gate).to_string());
        *seats.entry((cohort, track)).or_insert(0) += 1;
    }
    Ok((outcomes, seats))
}

async fn budget(
    conn: &impl ConnectionTrait,
    agreement_id: Uuid,
    cohorts: &impl Fn() -> SelectStatement,
    seats: &BTreeMap<(Uuid, String), i64>,
) -> Result<BTreeMap<(Account, Currency), i64>, AppError> {
    let shares = plans::in_force(conn, agreement_id).await?.map_or_else(Vec::new, |plan| plan.shares);
    let find = budget_line::Entity::find().filter(budget_line::Column::CohortId.in_subquery(cohorts()));
    let lines = find.all(conn).await.map_err(StoreError::from)?;
    let mut sums = BTreeMap::new();
    for ((cohort, track), count) in seats {
        let own: Vec<&budget_line::Model> = lines.iter().filter(|line| line.cohort_id == *cohort && line.track == *track).collect();
        for Due { payer, amount, .. } in dues_of(&own, &shares)?.into_iter().filter(|due| due.payer != Party::Trainee) {
            *sums.entry((Account::of(payer), amount.currency)).or_insert(0) += amount.minor * count;
        }
    }
    Ok(sums)
}
