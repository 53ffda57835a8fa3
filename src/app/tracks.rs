//! The two tracks of a cohort. A track is chosen freely and changed within the agreement's rule; a
//! change moves the seat, the match, the money and the counters of equity in one transaction, and
//! never costs her anything.

mod choose;
pub mod enrolment;
pub mod equity;
pub(crate) mod seats;

pub use choose::{Choose, choose};
pub use seats::{in_line, of_track as seats_of, taken};

use super::case_events;
use super::{Ctx, journeys};
use crate::error::AppError;
use chrono::{Days, NaiveDate};
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_group};
use passerelle_domain::corridor::Party;
use passerelle_domain::equity::TrackReason;
use passerelle_domain::machine::journey::is_before_departure;
use passerelle_domain::people::{JourneyState, Track};
use passerelle_store::entity::{agreement, budget_line, cohort, track_change, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx, record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Why a track cannot be taken now. Each says what would change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Barrier {
    /// Her journey is past the choice: she has left, or it has ended.
    PastChoice {
        state: String,
    },
    /// She stands still: the contingency case decides, and holds her place meanwhile.
    OnHold,
    /// The agreement lets tracks be changed until a day.
    TooLate {
        until: NaiveDate,
    },
    NoSeat {
        seats: i64,
        taken: i64,
    },
    /// New away places wait for places at home (rule R24).
    Equity {
        home_needed: u64,
        home_funded: u64,
    },
    /// New away places wait until the home track has its share of the money.
    EquityMoney,
    /// The agreement takes nobody new: it is suspended, has ended, or has not begun.
    AgreementShut {
        status: String,
    },
}

/// Money of one currency that a change moves, in minor units for one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Cost {
    pub from_minor: i64,
    pub to_minor: i64,
}

/// What taking a track would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Prospect {
    pub track: Track,
    pub mine: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub barrier: Option<Barrier>,
    /// A seat that is kept for the undecided would become one of this track.
    pub takes_undecided_seat: bool,
    /// A match or an offer abroad would be given back.
    pub gives_back_match: bool,
    pub costs: BTreeMap<String, Cost>,
}

/// A person with her cohort and what binds it.
#[derive(Debug)]
pub struct Standing {
    pub person: trainee::Model,
    pub track: Track,
    pub journey: JourneyState,
    pub cohort: Option<cohort::Model>,
    pub agreement: Option<agreement::Model>,
}

impl Standing {
    async fn of(conn: &impl ConnectionTrait, person: trainee::Model) -> Result<Self, AppError> {
        let cohort = match person.cohort_id {
            Some(id) => cohort::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)?,
            None => None,
        };
        let agreement = match cohort.as_ref().and_then(|cohort| cohort.agreement_id) {
            Some(id) => agreement::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)?,
            None => None,
        };
        let track = Track::parse(&person.track).map_err(|_| StoreError::Corrupt { table: "trainee", column: "track" })?;
        let journey = JourneyState::parse(&person.journey).map_err(|_| StoreError::Corrupt { table: "trainee", column: "journey" })?;
        Ok(Self { person, track, journey, cohort, agreement })
    }

    fn holds_seat(&self) -> bool {
        !seats::HOLDS_NO_SEAT.contains(&self.journey)
    }

    /// The last day on which the agreement lets a track be changed.
    fn until(&self) -> Option<NaiveDate> {
        let days = self.agreement.as_ref()?.track_choice_days?;
        self.cohort.as_ref()?.ends_on.checked_sub_days(Days::new(u64::try_from(days).ok()?))
    }
}

/// A person whose stages the actor is shown; nobody for those who are shown none.
async fn seen(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, id: Uuid) -> Result<trainee::Model, AppError> {
    permit(ctx.actor, Action::Read, Subject::Trainee)?;
    let Ok(scope) = permit_group(ctx.actor, Action::Read, Subject::Trainee, FieldGroup::Journey) else { return Err(AppError::NotFound) };
    record::find::<trainee::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)
}

/// What each track would mean for a person today, and what was chosen before.
///
/// # Errors
/// When she is not the actor's to see.
pub async fn prospects(ctx: &Ctx<'_>, id: Uuid) -> Result<(Standing, Vec<Prospect>, Vec<track_change::Model>), AppError> {
    let conn = ctx.state.store.read();
    let standing = Standing::of(conn, seen(ctx, conn, id).await?).await?;
    let books = Books::of(conn, &standing).await?;
    let mut prospects = Vec::new();
    for track in Track::ALL {
        prospects.push(prospect(ctx, conn, &standing, &books, *track).await?);
    }
    if !sees_budget(ctx, conn, &standing).await? {
        prospects.iter_mut().for_each(|prospect| prospect.costs.clear());
    }
    let find = track_change::Entity::find()
        .filter(track_change::Column::TraineeId.eq(id))
        .order_by_asc(track_change::Column::CreatedAtMs)
        .limit(100);
    // Why she chose is for her and those who read such choices; others see the track that she has.
    let reads = permit(ctx.actor, Action::List, Subject::TrackChange);
    let history = match reads {
        Ok(scope) => find.filter(<track_change::Entity as record::Record>::visible(&scope)).all(conn).await.map_err(StoreError::from)?,
        Err(_) => vec![],
    };
    Ok((standing, prospects, history))
}

/// Whether the budget of her cohort is the actor's to see: her own is hers to know, the cohort's that of whoever
/// reads cohorts.
async fn sees_budget(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, standing: &Standing) -> Result<bool, AppError> {
    if ctx.actor.trainee.is_some_and(|me| me.0 == standing.person.id) {
        return Ok(true);
    }
    let (Some(cohort), Ok(scope)) = (&standing.cohort, permit(ctx.actor, Action::Read, Subject::Cohort)) else { return Ok(false) };
    Ok(record::find::<cohort::Entity>(conn, &scope, cohort.id).await?.is_some())
}

/// As whom the actor writes down a person's choice; nobody when it is not hers to write. To see a person is
/// not enough: whoever was only shown her, by exception or by referral, chooses nothing for her.
///
/// # Errors
/// When the database refuses.
pub async fn hand(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Party>, AppError> {
    if ctx.ensure_writes().is_err() {
        return Ok(None);
    }
    if ctx.actor.trainee.is_some_and(|me| me.0 == id) {
        return Ok(Some(Party::Trainee));
    }
    let Ok(scope) = permit_group(ctx.actor, Action::Update, Subject::Trainee, FieldGroup::Journey) else { return Ok(None) };
    if record::find::<trainee::Entity>(conn, &scope, id).await?.is_none() {
        return Ok(None);
    }
    Ok(case_events::party(ctx.actor, &[Party::Institute, Party::OriginAuthority]))
}

/// What a prospect is judged by, whichever the track.
struct Books {
    matched: bool,
    taken: BTreeMap<Track, i64>,
    lines: Vec<budget_line::Model>,
}

impl Books {
    async fn of(conn: &impl ConnectionTrait, standing: &Standing) -> Result<Self, AppError> {
        let matched = journeys::has_match(conn, standing.person.id).await?;
        let Some(cohort) = &standing.cohort else { return Ok(Self { matched, taken: BTreeMap::new(), lines: vec![] }) };
        let lines = budget_line::Entity::find().filter(budget_line::Column::CohortId.eq(cohort.id));
        Ok(Self { matched, taken: taken(conn, cohort.id).await?, lines: lines.all(conn).await.map_err(StoreError::from)? })
    }

    /// What one place costs on both tracks, by currency.
    fn costs(&self, from: Track, to: Track) -> BTreeMap<String, Cost> {
        let mut sums: BTreeMap<String, Cost> = BTreeMap::new();
        for line in &self.lines {
            let sum = sums.entry(line.currency.clone()).or_default();
            if line.track == from.as_str() {
                sum.from_minor = sum.from_minor.saturating_add(line.amount_minor);
            }
            if line.track == to.as_str() {
                sum.to_minor = sum.to_minor.saturating_add(line.amount_minor);
            }
        }
        sums
    }
}

async fn prospect(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, standing: &Standing, books: &Books, to: Track) -> Result<Prospect, AppError> {
    let mine = standing.track == to;
    let mut made =
        Prospect { track: to, mine, barrier: None, takes_undecided_seat: false, gives_back_match: false, costs: BTreeMap::new() };
    let today = ctx.now.date();
    made.barrier = match standing.journey {
        JourneyState::OnHold => Some(Barrier::OnHold),
        state if !is_before_departure(state) => Some(Barrier::PastChoice { state: state.to_string() }),
        _ => standing.until().filter(|until| !mine && today > *until).map(|until| Barrier::TooLate { until }),
    };
    if mine || made.barrier.is_some() {
        return Ok(made);
    }
    // Whoever stays gives back what was agreed abroad; whoever is undecided keeps it until she knows.
    made.gives_back_match = to == Track::Home && books.matched;
    let Some(cohort) = &standing.cohort else { return Ok(made) };
    made.costs = books.costs(standing.track, to);
    if standing.holds_seat() {
        let free = |track: Track| {
            let own = i64::from(seats::seat_of(standing.track, standing.journey) == track);
            seats::of_track(cohort, track) - books.taken.get(&track).copied().unwrap_or(0) + own
        };
        if free(to) <= 0 {
            made.takes_undecided_seat = to != Track::Undecided && free(Track::Undecided) > 0;
            if !made.takes_undecided_seat {
                let taken = books.taken.get(&to).copied().unwrap_or(0);
                made.barrier = Some(Barrier::NoSeat { seats: seats::of_track(cohort, to), taken });
            }
        }
        if made.barrier.is_none()
            && to == Track::Away
            && let Some(agreement) = &standing.agreement
        {
            made.barrier = match takes_people(agreement, today) {
                true => equity::barrier(ctx.state, conn, agreement, today).await?,
                false => Some(Barrier::AgreementShut { status: agreement.status.clone() }),
            };
        }
    }
    Ok(made)
}

/// Whether her last word on the track that she has is written down.
///
/// # Errors
/// When the database refuses.
pub async fn is_chosen(conn: &impl ConnectionTrait, person: &trainee::Model) -> Result<bool, AppError> {
    if person.track == Track::Undecided.as_str() {
        return Ok(true);
    }
    let find = track_change::Entity::find()
        .filter(track_change::Column::TraineeId.eq(person.id))
        .order_by_desc(track_change::Column::CreatedAtMs)
        .order_by_desc(track_change::Column::Id);
    let newest = find.one(conn).await.map_err(StoreError::from)?;
    Ok(newest.is_some_and(|row| row.to_track == person.track))
}

/// Takes out of her choices what says something of a person. That there was one stays: money moved with it.
///
/// # Errors
/// When the database refuses.
pub async fn anonymise(tx: &Tx, person: Uuid) -> Result<(), AppError> {
    use passerelle_store::query::Expr;
    track_change::Entity::update_many()
        .col_expr(track_change::Column::Reason, Expr::value(TrackReason::Other.as_str()))
        .filter(track_change::Column::TraineeId.eq(person))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

/// Whether the record can go: nothing was chosen that money moved with.
///
/// # Errors
/// When the database refuses.
pub async fn any(conn: &impl ConnectionTrait, person: Uuid) -> Result<bool, AppError> {
    let find = track_change::Entity::find().filter(track_change::Column::TraineeId.eq(person));
    Ok(find.count(conn).await.map_err(StoreError::from)? > 0)
}

/// Whether an agreement takes people on a day. Whoever is on the way is not asked again.
fn takes_people(agreement: &agreement::Model, on: NaiveDate) -> bool {
    use passerelle_domain::people::AgreementStatus::{Active, Amending};
    [Active, Amending].iter().any(|status| status.as_str() == agreement.status) && agreement.ends_on.is_none_or(|end| on <= end)
}
