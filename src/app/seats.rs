//! Seats planned from demand: what is pledged and wanted, who is on the way, which cohorts come, and what the pathways'
//! own steps say of who arrives.

use super::Ctx;
use super::corridors;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::CorridorPack;
use passerelle_domain::country::CountryCode;
use passerelle_domain::fact::FactStatus;
use passerelle_domain::people::{JourneyState, NeedStatus, Track};
use passerelle_domain::pledge::PledgeStatus;
use passerelle_engine::seats::{Demand, Intake, OnTheWay, Reached, SeatFacts, SeatPlan, SeatPolicy, Way, plan, way};
use passerelle_store::StoreError;
use passerelle_store::entity::{cohort, journey, need, pledge, programme, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use passerelle_store::record::Record;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Makes the plan for the programmes that the actor may see, from the demand of all. Demand is summed by occupation,
/// destination and half-year: no employer is named.
///
/// # Errors
/// When the actor may see no programmes, or a share is none.
pub async fn planned(ctx: &Ctx<'_>, unpledged_percent: u32) -> Result<SeatPlan, AppError> {
    permit(ctx.actor, Action::List, Subject::Programme)?;
    if unpledged_percent > 100 {
        return Err(AppError::invalid("unpledged_percent", "share-range", "is a share in percent, from 0 to 100"));
    }
    let mut facts = facts(ctx).await?;
    let (packs, today) = (corridors::list(ctx).await?, ctx.now.date());
    // Ways through pathways, and passing through everybody on the way: not on the threads that answer.
    let work = move || {
        facts.ways = ways(&packs, today);
        plan(&facts, SeatPolicy { unpledged_percent })
    };
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)
}

/// The ways that people can still be trained for: neither closed nor suspended, nor one through which nothing leads today.
pub(super) fn ways(packs: &[CorridorPack], today: NaiveDate) -> Vec<Way> {
    let lasts = |pack: &&CorridorPack| {
        !matches!(pack.status, FactStatus::Closed | FactStatus::Suspended) && pack.valid_to.is_none_or(|end| today <= end)
    };
    packs.iter().filter(lasts).filter_map(|pack| way(pack, today).ok()).collect()
}

async fn facts(ctx: &Ctx<'_>) -> Result<SeatFacts, AppError> {
    let conn = ctx.state.store.read();
    let today = ctx.now.date();
    let scope = permit(ctx.actor, Action::List, Subject::Programme)?;
    let programmes = programme::Entity::find().filter(programme::Entity::visible(&scope)).all(conn).await.map_err(StoreError::from)?;
    let by_id: BTreeMap<Uuid, &programme::Model> = programmes.iter().map(|row| (row.id, row)).collect();
    let cohorts = permit(ctx.actor, Action::List, Subject::Cohort)?;
    let cohorts = cohort::Entity::find().filter(cohort::Entity::visible(&cohorts)).all(conn).await.map_err(StoreError::from)?;
    let mut lengths: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let mut intakes = Vec::new();
    for row in cohorts {
        let Some(programme) = by_id.get(&row.programme_id) else { continue };
        lengths.entry(programme.occupation.clone()).or_default().push((row.ends_on - row.starts_on).num_days());
        if row.starts_on > today {
            intakes.push(Intake {
                id: row.id,
                name: row.name,
                occupation: programme.occupation.clone(),
                starts_on: row.starts_on,
                ends_on: row.ends_on,
                seats: u32::try_from(row.seats_away + row.seats_undecided).unwrap_or(0),
            });
        }
    }
    let training_days = lengths.into_iter().map(|(occupation, mut days)| {
        days.sort_unstable();
        (occupation, u32::try_from(days[days.len() / 2]).unwrap_or(0))
    });
    Ok(SeatFacts {
        demand: demand(ctx).await?,
        on_the_way: on_the_way(ctx).await?,
        intakes,
        ways: vec![],
        training_days: training_days.collect(),
    })
}

/// What is pledged and acknowledged, and of what is wanted the part that goes beyond.
async fn demand(ctx: &Ctx<'_>) -> Result<Vec<Demand>, AppError> {
    let (conn, today) = (ctx.state.store.read(), ctx.now.date());
    let country = |code: &str, table| CountryCode::parse(code).map_err(|_| StoreError::Corrupt { table, column: "country" });
    let pledges = pledge::Entity::find()
        .filter(pledge::Column::Status.eq(PledgeStatus::Acknowledged.as_str()))
        .filter(pledge::Column::StartTo.gte(today))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let open = [NeedStatus::Forecast, NeedStatus::Validated, NeedStatus::Open].map(NeedStatus::as_str);
    let needs = need::Entity::find()
        .filter(need::Column::Status.is_in(open))
        .filter(need::Column::StartTo.gte(today))
        .filter(need::Column::Side.eq("destination"))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    // A need of an employer that has pledged is the pledge come due, and is not counted beside it.
    let mut pledged: BTreeMap<(Uuid, String, String), i64> = BTreeMap::new();
    for row in &pledges {
        *pledged.entry((row.employer_id, row.occupation.clone(), row.destination.clone())).or_default() += row.seats;
    }
    let mut demand = Vec::with_capacity(pledges.len() + needs.len());
    for row in needs {
        let covered = pledged.entry((row.employer_id, row.occupation.clone(), row.country.clone())).or_default();
        let free = (row.positions - *covered).max(0);
        *covered -= row.positions.min(*covered);
        if free > 0 {
            let (destination, seats) = (country(&row.country, "need")?, u32::try_from(free).unwrap_or(0));
            demand.push(Demand { occupation: row.occupation, destination, from: row.start_from, seats, pledged: false });
        }
    }
    for row in pledges {
        let (destination, seats) = (country(&row.destination, "pledge")?, u32::try_from(row.seats).unwrap_or(0));
        demand.push(Demand { occupation: row.occupation, destination, from: row.start_from, seats, pledged: true });
    }
    Ok(demand)
}

/// Everybody who is in training for the away track, or beyond and not yet at work. Counted, never named.
async fn on_the_way(ctx: &Ctx<'_>) -> Result<Vec<OnTheWay>, AppError> {
    let states: Vec<JourneyState> = TRAINING.iter().chain(&TRAINED).chain(&RECOGNISED).copied().collect();
    Ok(people(ctx.state.store.read(), &states).await?.into_iter().map(|(_, person)| person).collect())
}

const TRAINING: [JourneyState; 2] = [JourneyState::Enrolled, JourneyState::InTraining];
const TRAINED: [JourneyState; 4] = [JourneyState::Certified, JourneyState::Matched, JourneyState::Offered, JourneyState::Recognition];
const RECOGNISED: [JourneyState; 4] = [JourneyState::Visa, JourneyState::PreDeparture, JourneyState::Departed, JourneyState::Arrived];

/// People of the away track and the undecided who stand at one of some stages.
pub(super) async fn people(conn: &impl ConnectionTrait, states: &[JourneyState]) -> Result<Vec<(Uuid, OnTheWay)>, AppError> {
    let rows: Vec<(Uuid, String, NaiveDate, String, Option<String>)> = trainee::Entity::find()
        .select_only()
        .columns([trainee::Column::Id, trainee::Column::Occupation, trainee::Column::ReadyOn, trainee::Column::Journey])
        .column(journey::Column::Destination)
        .join_rev(
            passerelle_store::query::JoinType::LeftJoin,
            journey::Entity::belongs_to(trainee::Entity).from(journey::Column::TraineeId).to(trainee::Column::Id).into(),
        )
        .filter(trainee::Column::Journey.is_in(states.iter().map(|state| state.as_str())))
        .filter(trainee::Column::Track.ne(Track::Home.as_str()))
        .filter(trainee::Column::MergedInto.is_null())
        .filter(trainee::Column::ErasedAtMs.is_null())
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let reached = |state: &str| match JourneyState::parse(state) {
        Ok(state) if TRAINING.contains(&state) => Reached::Training,
        Ok(state) if RECOGNISED.contains(&state) => Reached::Recognised,
        _ => Reached::Certified,
    };
    let one = |(id, occupation, ready_on, state, to): (Uuid, String, NaiveDate, String, Option<String>)| {
        let destination = to.and_then(|code| CountryCode::parse(&code).ok());
        (id, OnTheWay { occupation, destination, ready_on, reached: reached(&state) })
    };
    Ok(rows.into_iter().map(one).collect())
}
