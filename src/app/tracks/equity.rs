//! Whether an agreement keeps its balance between the two tracks: over its whole time and over the last
//! twelve months, in people and in money.

use super::Barrier;
use super::seats::{HOLDS_NO_SEAT, seat_of};
use crate::app::{Ctx, journeys, law};
use crate::error::AppError;
use crate::state::AppState;
use chrono::{Months, NaiveDate};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::equity::{Balance, Tracks, money_holds};
use passerelle_domain::law::{Facts, Number, Outcome, RuleId, Value};
use passerelle_domain::people::{JourneyState, Track};
use passerelle_store::entity::{agreement, budget_line, case_event, cohort, journey, track_change, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, record};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Months of the rolling window.
pub const WINDOW_MONTHS: u32 = 12;

/// Money of one currency for the seats that are held, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Default)]
pub struct Money {
    pub home_minor: i64,
    pub away_minor: i64,
    pub holds: bool,
}

/// How an agreement stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub overall: Balance,
    pub window: Balance,
    pub window_from: NaiveDate,
    /// People of the away track who hold a seat and have not left.
    pub away_on_the_way: u64,
    /// Home places that are missing once they have all left.
    pub short_when_all_left: u64,
    /// Share of money that the agreement asks for; nothing where it asks for none.
    pub money_percent: Option<u32>,
    pub money: BTreeMap<String, Money>,
    pub breach: bool,
}

/// How an agreement stands, for somebody who may read it; nothing where it names no share.
///
/// # Errors
/// When there is none for the actor.
pub async fn of(ctx: &Ctx<'_>, id: Uuid) -> Result<Option<Standing>, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Agreement)?;
    let conn = ctx.state.store.read();
    let row = record::find::<agreement::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let mut found = standing(conn, &row, ctx.now.date()).await?;
    // An institute would learn what another one's places cost by taking off its own.
    let institutes_only = scope.reaches().all(|reach| matches!(reach, passerelle_domain::access::Reach::Organisations(_)));
    if institutes_only && let Some(found) = &mut found {
        found.money.clear();
    }
    Ok(found)
}

/// States of people who have left.
const LEFT: [JourneyState; 6] = [
    JourneyState::Departed,
    JourneyState::Arrived,
    JourneyState::Placed,
    JourneyState::Returned,
    JourneyState::Reintegrated,
    JourneyState::Settled,
];

struct Seat {
    person: Uuid,
    journey: Uuid,
    cohort: Uuid,
    track: Track,
    /// Day on which she left; nothing while she has not.
    left_on: Option<NaiveDate>,
    begun_on: NaiveDate,
}

/// Everybody who takes up a seat of the agreement, or left on one, whatever came after.
async fn seats(conn: &impl ConnectionTrait, agreement: Uuid) -> Result<Vec<Seat>, AppError> {
    let cohorts = cohort::Entity::find().select_only().column(cohort::Column::Id).filter(cohort::Column::AgreementId.eq(agreement));
    let people: Vec<(Uuid, Option<Uuid>, String)> = trainee::Entity::find()
        .select_only()
        .columns([trainee::Column::Id, trainee::Column::CohortId])
        .column(trainee::Column::Track)
        .filter(trainee::Column::CohortId.in_subquery(cohorts.clone().into_query()))
        .filter(trainee::Column::MergedInto.is_null())
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let ids = trainee::Entity::find()
        .select_only()
        .column(trainee::Column::Id)
        .filter(trainee::Column::CohortId.in_subquery(cohorts.into_query()))
        .into_query();
    let rows: Vec<(Uuid, Uuid, String, NaiveDate)> = journey::Entity::find()
        .select_only()
        .columns([journey::Column::TraineeId, journey::Column::Id, journey::Column::State, journey::Column::BegunOn])
        .filter(journey::Column::TraineeId.in_subquery(ids.clone()))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let on_hold = journeys::held_from(conn, ids).await?;
    let journeys: Vec<Uuid> = rows.iter().map(|(_, journey, _, _)| *journey).collect();
    let departed = reached(conn, &journeys, JourneyState::Departed).await?;
    let by_person: BTreeMap<Uuid, (Uuid, String, NaiveDate)> =
        rows.into_iter().map(|(person, journey, state, begun_on)| (person, (journey, state, begun_on))).collect();
    let mut seats = Vec::with_capacity(people.len());
    for (person, cohort, track) in people {
        let (Some((journey, state, begun_on)), Some(cohort)) = (by_person.get(&person), cohort) else { continue };
        let (Ok(track), Ok(known)) = (Track::parse(&track), JourneyState::parse(state)) else { continue };
        let gate = on_hold.get(&person).copied().unwrap_or(known);
        // Who was here before the service was has no event of leaving: her state says so.
        let left_on = departed.get(journey).copied().or_else(|| LEFT.contains(&gate).then_some(*begun_on));
        if left_on.is_none() && HOLDS_NO_SEAT.contains(&gate) {
            continue;
        }
        seats.push(Seat { person, journey: *journey, cohort, track: seat_of(track, known), left_on, begun_on: *begun_on });
    }
    Ok(seats)
}

/// The day on which each case first reached a state, of those that did by an event.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn reached(
    conn: &impl ConnectionTrait,
    cases: &[Uuid],
    state: JourneyState,
) -> Result<BTreeMap<Uuid, NaiveDate>, AppError> {
    let mut days = BTreeMap::new();
    for chunk in cases.chunks(10_000) {
        let rows: Vec<(Uuid, NaiveDate)> = case_event::Entity::find()
            .select_only()
            .columns([case_event::Column::CaseId, case_event::Column::OnDate])
            .filter(case_event::Column::CaseId.is_in(chunk.iter().copied()))
            .filter(case_event::Column::ToState.eq(state.as_str()))
            .filter(case_event::Column::FromState.ne(state.as_str()))
            .order_by_desc(case_event::Column::Seq)
            .into_tuple()
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        days.extend(rows);
    }
    Ok(days)
}

/// The day on which people last came to the home track.
async fn came_home(conn: &impl ConnectionTrait, agreement: Uuid) -> Result<BTreeMap<Uuid, NaiveDate>, AppError> {
    let rows: Vec<(Uuid, NaiveDate)> = track_change::Entity::find()
        .select_only()
        .columns([track_change::Column::TraineeId, track_change::Column::OnDate])
        .filter(track_change::Column::AgreementId.eq(agreement))
        .filter(track_change::Column::ToTrack.eq(Track::Home.as_str()))
        .filter(track_change::Column::FromTrack.ne(Track::Home.as_str()))
        .order_by_asc(track_change::Column::CreatedAtMs)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(rows.into_iter().collect())
}

async fn standing(conn: &impl ConnectionTrait, row: &agreement::Model, today: NaiveDate) -> Result<Option<Standing>, AppError> {
    let percent = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
    if row.equity_percent.is_none() && row.equity_money_percent.is_none() {
        return Ok(None);
    }
    let ratio = percent(row.equity_percent).unwrap_or(0);
    let seats = seats(conn, row.id).await?;
    let window_from = today.checked_sub_months(Months::new(WINDOW_MONTHS)).unwrap_or(today);
    let home: Vec<Uuid> = seats.iter().filter(|seat| seat.track == Track::Home).map(|seat| seat.journey).collect();
    let enrolled = reached(conn, &home, JourneyState::Enrolled).await?;
    let came_home = came_home(conn, row.id).await?;
    let (mut overall, mut window, mut away_on_the_way) = (Tracks::default(), Tracks::default(), 0);
    for seat in &seats {
        // Who left counts as having left, whatever was written down of the track.
        if let Some(left_on) = seat.left_on {
            overall.away_departed += 1;
            window.away_departed += u64::from(left_on >= window_from);
        } else if seat.track == Track::Home {
            let since = came_home.get(&seat.person).or_else(|| enrolled.get(&seat.journey)).unwrap_or(&seat.begun_on);
            overall.home_funded += 1;
            window.home_funded += u64::from(*since >= window_from);
        } else if seat.track == Track::Away {
            away_on_the_way += 1;
        }
    }
    let money_percent = percent(row.equity_money_percent);
    let money = money(conn, &seats, money_percent).await?;
    let (overall_balance, window_balance) = (Balance::of(ratio, overall), Balance::of(ratio, window));
    let all_left = Tracks { away_departed: overall.away_departed + away_on_the_way, ..overall };
    Ok(Some(Standing {
        breach: overall_balance.breach || window_balance.breach || money.values().any(|sum| !sum.holds),
        overall: overall_balance,
        window: window_balance,
        window_from,
        away_on_the_way,
        short_when_all_left: Balance::of(ratio, all_left).short,
        money_percent,
        money,
    }))
}

/// What the seats that are held cost on both tracks.
async fn money(conn: &impl ConnectionTrait, seats: &[Seat], percent: Option<u32>) -> Result<BTreeMap<String, Money>, AppError> {
    let mut held: BTreeMap<(Uuid, Track), i64> = BTreeMap::new();
    for seat in seats {
        let track = if seat.left_on.is_some() { Track::Away } else { seat.track };
        *held.entry((seat.cohort, track)).or_default() += 1;
    }
    let cohorts: std::collections::BTreeSet<Uuid> = seats.iter().map(|seat| seat.cohort).collect();
    let lines =
        budget_line::Entity::find().filter(budget_line::Column::CohortId.is_in(cohorts)).all(conn).await.map_err(StoreError::from)?;
    let mut sums: BTreeMap<String, Money> = BTreeMap::new();
    for line in lines {
        let places = |track| held.get(&(line.cohort_id, track)).copied().unwrap_or(0);
        let sum = sums.entry(line.currency.clone()).or_default();
        match Track::parse(&line.track) {
            Ok(Track::Home) => sum.home_minor = sum.home_minor.saturating_add(line.amount_minor.saturating_mul(places(Track::Home))),
            Ok(Track::Away) => sum.away_minor = sum.away_minor.saturating_add(line.amount_minor.saturating_mul(places(Track::Away))),
            _ => {}
        }
    }
    for sum in sums.values_mut() {
        sum.holds = percent.is_none_or(|percent| money_holds(percent, sum.home_minor, sum.away_minor));
    }
    Ok(sums)
}

/// What rule R24 reads, from the window that is further behind.
fn facts(standing: &Standing) -> Facts {
    let behind = if standing.window.short > standing.overall.short { standing.window } else { standing.overall };
    let number = |count: u64| Value::Number(Number::whole(i64::try_from(count).unwrap_or(i64::MAX)));
    Facts::from([
        ("equity.ratio".to_owned(), Value::Number(Number::hundredths(behind.ratio_percent.into()))),
        ("equity.away_departed".to_owned(), number(behind.away_departed)),
        ("equity.home_funded".to_owned(), number(behind.home_funded)),
    ])
}

/// What rule R24 reads of an agreement.
///
/// # Errors
/// When the database refuses.
pub(super) async fn facts_of(
    conn: &impl ConnectionTrait,
    row: &agreement::Model,
    today: NaiveDate,
) -> Result<(Option<Standing>, Facts), AppError> {
    let standing = standing(conn, row, today).await?;
    let facts = standing.as_ref().map(facts).unwrap_or_default();
    Ok((standing, facts))
}

/// Whether a new place of the away track has to wait. An agreement without a share of its own asks for none.
///
/// # Errors
/// When the database refuses.
pub(super) async fn barrier(
    state: &AppState,
    conn: &impl ConnectionTrait,
    row: &agreement::Model,
    today: NaiveDate,
) -> Result<Option<Barrier>, AppError> {
    let (Some(standing), facts) = facts_of(conn, row, today).await? else { return Ok(None) };
    let law = law::current(state, conn).await?;
    let blocked = law
        .catalogue
        .on(RuleId::R24, today, false)
        .is_some_and(|rule| matches!(rule.judge(&facts, &law.reference).verdict, Outcome::Block | Outcome::Unknown));
    if !blocked {
        return Ok((!standing.money.values().all(|sum| sum.holds)).then_some(Barrier::EquityMoney));
    }
    let behind = if standing.window.short > standing.overall.short { standing.window } else { standing.overall };
    Ok(Some(Barrier::Equity { home_needed: behind.home_needed, home_funded: behind.home_funded }))
}
