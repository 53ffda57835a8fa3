//! Selection for a cohort: who has applied, by what they are scored, in which order they come, and what is done with
//! each. The order is `domain::selection`'s; a seat is taken by the event of the journey, with all its gates.

mod decide;
mod marks;

pub use decide::{AT_ONCE, Decide, Decided, Did, decide};
pub use marks::{Entered, Mark, enter, read_file};

use super::Ctx;
use super::tracks;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_group};
use passerelle_domain::ids::TraineeId;
use passerelle_domain::people::{JourneyState, Track};
use passerelle_domain::selection::{Applicant, Placed, Rule, Standing, WaitingEnd, rank};
use passerelle_store::entity::{cohort, selection_rule, selection_score, trainee, waiting_place};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use passerelle_store::record::{self, Record};
use passerelle_store::{StoreError, Tx};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Applicants of one cohort that are ranked at once.
pub const APPLICANTS_MAX: u64 = 20_000;

/// How many people stand where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    pub applied: usize,
    pub ranked: usize,
    pub unscored: usize,
    pub short: usize,
    pub waiting: usize,
    /// Enrolled and beyond, of the people of the cohort.
    pub admitted: i64,
    pub rejected: i64,
}

/// The selection of a cohort as it stands.
#[derive(Debug)]
pub struct Funnel {
    pub cohort: cohort::Model,
    pub rules: Vec<Rule>,
    /// Everybody who has applied, in the order of selection.
    pub order: Vec<Placed>,
    /// Marks by person and rule.
    pub points: BTreeMap<Uuid, BTreeMap<Uuid, u32>>,
    /// Seats that nobody has taken, by track.
    pub free: BTreeMap<Track, u32>,
    pub counts: Counts,
    /// The highest place that was ever given in the waiting list: the next ones go on from there.
    pub highest: u32,
    /// What the lottery among equals is drawn with: the cohort's own number, so that it can be drawn again.
    pub seed: u64,
}

/// The selection of a cohort, for somebody who sees its applicants.
///
/// # Errors
/// When the cohort is not the actor's, or has more applicants than are ranked at once.
pub async fn funnel(ctx: &Ctx<'_>, id: Uuid) -> Result<Funnel, AppError> {
    let conn = ctx.state.store.read();
    let row = seen(ctx, conn, id, Action::Read).await?;
    gather(ctx, conn, row).await
}

/// A cohort whose selection the actor may look at or change.
async fn seen(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, id: Uuid, action: Action) -> Result<cohort::Model, AppError> {
    permit_group(ctx.actor, action, Subject::Selection, FieldGroup::Training)?;
    // Whoever has marks of her own and no cohorts has no selection to look at.
    let Ok(scope) = permit(ctx.actor, action, Subject::Cohort) else { return Err(AppError::NotFound) };
    record::find::<cohort::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)
}

async fn gather(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, cohort: cohort::Model) -> Result<Funnel, AppError> {
    let id = cohort.id;
    let people = permit(ctx.actor, Action::Read, Subject::Trainee)?;
    let marks = permit_group(ctx.actor, Action::Read, Subject::Selection, FieldGroup::Training)?;
    let rules: Vec<Rule> = selection_rule::Entity::find()
        .filter(selection_rule::Column::CohortId.eq(id))
        .order_by_asc(selection_rule::Column::Name)
        .all(conn)
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|row| Rule {
            id: row.id,
            name: row.name,
            weight: u32::try_from(row.weight).unwrap_or(1),
            least_points: row.least_points.and_then(|least| u32::try_from(least).ok()),
        })
        .collect();
    let applied = || {
        trainee::Entity::find()
            .select_only()
            .filter(trainee::Column::CohortId.eq(id))
            .filter(trainee::Column::Journey.eq(JourneyState::Applied.as_str()))
            .filter(trainee::Column::MergedInto.is_null())
            .filter(trainee::Entity::visible(&people))
    };
    let rows: Vec<(Uuid, String, NaiveDate)> = applied()
        .columns([trainee::Column::Id, trainee::Column::Track])
        .column(trainee::Column::WaitingSince)
        .limit(APPLICANTS_MAX + 1)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    if rows.len() as u64 > APPLICANTS_MAX {
        return Err(AppError::Conflict(format!("more than {APPLICANTS_MAX} people have applied here: split the cohort")));
    }
    let scored: Vec<(Uuid, Uuid, i64)> = selection_score::Entity::find()
        .select_only()
        .columns([selection_score::Column::TraineeId, selection_score::Column::RuleId, selection_score::Column::Points])
        .filter(selection_score::Entity::visible(&marks))
        .filter(selection_score::Column::TraineeId.in_subquery(applied().column(trainee::Column::Id).into_query()))
        .filter(selection_score::Column::RuleId.is_in(rules.iter().map(|rule| rule.id)))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut points: BTreeMap<Uuid, BTreeMap<Uuid, u32>> = BTreeMap::new();
    for (person, rule, mark) in scored {
        points.entry(person).or_default().insert(rule, u32::try_from(mark).unwrap_or(0));
    }
    let places = waiting(conn, id).await?;
    let applicants = rows.into_iter().map(|(person, track, waiting_since)| {
        let track = Track::parse(&track).map_err(|_| StoreError::Corrupt { table: "trainee", column: "track" })?;
        let place = places.get(&person).copied();
        Ok(Applicant { person: TraineeId(person), track, waiting_since, place, points: points.get(&person).cloned().unwrap_or_default() })
    });
    let applicants: Vec<Applicant> = applicants.collect::<Result<_, StoreError>>()?;
    let seed = id.as_u64_pair().1;
    let order = rank(&rules, &applicants, seed);
    let taken = tracks::taken(conn, id).await?;
    let free = [Track::Away, Track::Home, Track::Undecided].map(|track| {
        let seats = tracks::seats_of(&cohort, track) - taken.get(&track).copied().unwrap_or(0);
        (track, u32::try_from(seats).unwrap_or(0))
    });
    let of = |wanted: fn(&Standing) -> bool| order.iter().filter(|placed| wanted(&placed.standing)).count();
    let counts = Counts {
        applied: order.len(),
        ranked: of(|standing| *standing == Standing::Ranked),
        unscored: of(|standing| matches!(standing, Standing::Unscored { .. })),
        short: of(|standing| matches!(standing, Standing::Short { .. })),
        waiting: order.iter().filter(|placed| placed.place.is_some()).count(),
        admitted: taken.values().sum(),
        rejected: rejected(ctx, conn, id).await?,
    };
    let highest = highest(conn, id).await?;
    Ok(Funnel { cohort, rules, order, points, free: free.into(), counts, highest, seed })
}

async fn rejected(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, cohort: Uuid) -> Result<i64, AppError> {
    use passerelle_store::query::PaginatorTrait;
    let people = permit(ctx.actor, Action::Read, Subject::Trainee)?;
    let find = trainee::Entity::find()
        .filter(trainee::Column::CohortId.eq(cohort))
        .filter(trainee::Column::Journey.eq(JourneyState::Rejected.as_str()))
        .filter(trainee::Entity::visible(&people));
    Ok(i64::try_from(find.count(conn).await.map_err(StoreError::from)?).unwrap_or(i64::MAX))
}

async fn highest(conn: &impl ConnectionTrait, cohort: Uuid) -> Result<u32, AppError> {
    let last = waiting_place::Entity::find()
        .filter(waiting_place::Column::CohortId.eq(cohort))
        .order_by_desc(waiting_place::Column::Place)
        .one(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(last.map_or(0, |row| u32::try_from(row.place).unwrap_or(u32::MAX)))
}

/// Refuses an admission past the waiting list: whoever waits for a seat of the track comes first. The selection keeps the
/// order itself.
///
/// # Errors
/// When somebody else waits with an earlier place.
pub async fn ensure_turn(tx: &Tx, person: Uuid) -> Result<(), AppError> {
    let Some(row) = trainee::Entity::find_by_id(person).one(tx.conn()).await.map_err(StoreError::from)? else { return Ok(()) };
    let Some(cohort) = row.cohort_id else { return Ok(()) };
    let places: Vec<(Uuid, i64)> = waiting_place::Entity::find()
        .select_only()
        .columns([waiting_place::Column::TraineeId, waiting_place::Column::Place])
        .filter(waiting_place::Column::CohortId.eq(cohort))
        .filter(waiting_place::Column::Track.eq(row.track))
        .filter(waiting_place::Column::EndedOn.is_null())
        .into_tuple()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let hers = places.iter().find(|(who, _)| *who == person).map(|(_, place)| *place);
    if places.iter().any(|(who, place)| *who != person && hers.is_none_or(|hers| *place < hers)) {
        return Err(AppError::invalid(
            "place_free",
            "waiting-before",
            "is not hers yet: others wait for a seat of this track; admit by the selection of the cohort",
        ));
    }
    Ok(())
}

/// Places in the waiting list of a cohort that have not ended.
async fn waiting(conn: &impl ConnectionTrait, cohort: Uuid) -> Result<BTreeMap<Uuid, u32>, AppError> {
    let rows: Vec<(Uuid, i64)> = waiting_place::Entity::find()
        .select_only()
        .columns([waiting_place::Column::TraineeId, waiting_place::Column::Place])
        .filter(waiting_place::Column::CohortId.eq(cohort))
        .filter(waiting_place::Column::EndedOn.is_null())
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(rows.into_iter().map(|(person, place)| (person, u32::try_from(place).unwrap_or(u32::MAX))).collect())
}

/// Ends the place of somebody who waits no longer, if she has one.
///
/// # Errors
/// When the database refuses.
pub async fn leave_list(tx: &Tx, person: Uuid, end: WaitingEnd, on: NaiveDate) -> Result<(), AppError> {
    waiting_place::Entity::update_many()
        .col_expr(waiting_place::Column::EndedOn, Expr::value(on))
        .col_expr(waiting_place::Column::EndedFor, Expr::value(end.as_str()))
        .col_expr(waiting_place::Column::UpdatedAtMs, Expr::value(tx.now_ms()))
        .filter(waiting_place::Column::TraineeId.eq(person))
        .filter(waiting_place::Column::EndedOn.is_null())
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

/// How a journey that leaves the state of an applicant ends her place in the list.
pub const fn end_of(next: JourneyState) -> Option<WaitingEnd> {
    match next {
        // An emergency takes nobody's place away.
        JourneyState::Applied | JourneyState::OnHold => None,
        JourneyState::Rejected => Some(WaitingEnd::Rejected),
        JourneyState::Dropped | JourneyState::Transferred | JourneyState::Unplaced => Some(WaitingEnd::Left),
        _ => Some(WaitingEnd::Admitted),
    }
}
