//! The two tracks of a cohort. A track is chosen freely and changed within the agreement's rule; a
//! change moves the seat, the match, the money and the counters of equity in one transaction, and
//! never costs her anything.

pub mod enrolment;
pub mod equity;

use super::case_events;
use super::{Ctx, journeys, proposals};
use crate::error::AppError;
use chrono::{Days, NaiveDate};
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_group};
use passerelle_domain::corridor::Party;
use passerelle_domain::equity::TrackReason;
use passerelle_domain::law::{Outcome, RuleId};
use passerelle_domain::machine::journey::{Event, EventKind, is_before_departure};
use passerelle_domain::people::{DeclineReason, JourneyState, Track};
use passerelle_store::entity::{agreement, budget_line, cohort, track_change, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx, record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Her word on a track.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choose {
    pub track: Track,
    pub reason: TrackReason,
    /// Whoever writes it down for her has it from her, in writing.
    #[serde(default)]
    pub her_word: bool,
}

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

/// States in which somebody takes up a seat of her cohort.
pub(super) const HOLDS_NO_SEAT: [JourneyState; 5] =
    [JourneyState::Applied, JourneyState::Rejected, JourneyState::Dropped, JourneyState::Transferred, JourneyState::Unplaced];

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
        !HOLDS_NO_SEAT.contains(&self.journey)
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
    let mut prospects = Vec::new();
    for track in Track::ALL {
        prospects.push(prospect(ctx, conn, &standing, *track).await?);
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

async fn prospect(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, standing: &Standing, to: Track) -> Result<Prospect, AppError> {
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
    use JourneyState as S;
    let matched = matches!(standing.journey, S::Matched | S::Offered | S::Recognition | S::Visa | S::PreDeparture);
    made.gives_back_match = to != Track::Away && (matched || journeys::has_match(conn, standing.person.id).await?);
    let Some(cohort) = &standing.cohort else { return Ok(made) };
    made.costs = costs(conn, cohort.id, standing.track, to).await?;
    if standing.holds_seat() {
        let free = |track: Track, taken: &BTreeMap<Track, i64>| seats(cohort, track) - taken.get(&track).copied().unwrap_or(0);
        let mut taken = taken(conn, cohort.id).await?;
        *taken.entry(standing.track).or_default() -= 1;
        if free(to, &taken) <= 0 {
            made.takes_undecided_seat = to != Track::Undecided && free(Track::Undecided, &taken) > 0;
            if !made.takes_undecided_seat {
                made.barrier = Some(Barrier::NoSeat { seats: seats(cohort, to), taken: taken.get(&to).copied().unwrap_or(0) });
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

/// Whether an agreement takes people on a day. Whoever is on the way is not asked again.
fn takes_people(agreement: &agreement::Model, on: NaiveDate) -> bool {
    use passerelle_domain::people::AgreementStatus::{Active, Amending};
    [Active, Amending].iter().any(|status| status.as_str() == agreement.status) && agreement.ends_on.is_none_or(|end| on <= end)
}

const fn seats(cohort: &cohort::Model, track: Track) -> i64 {
    match track {
        Track::Away => cohort.seats_away,
        Track::Home => cohort.seats_home,
        Track::Undecided => cohort.seats_undecided,
    }
}

/// Seats of a cohort that are taken, by track.
///
/// # Errors
/// When the database refuses.
pub async fn taken(conn: &impl ConnectionTrait, cohort: Uuid) -> Result<BTreeMap<Track, i64>, AppError> {
    let rows: Vec<(String, String, i64)> = trainee::Entity::find()
        .select_only()
        .columns([trainee::Column::Track, trainee::Column::Journey])
        .column_as(trainee::Column::Id.count(), "n")
        .filter(trainee::Column::CohortId.eq(cohort))
        .filter(trainee::Column::Journey.is_not_in(HOLDS_NO_SEAT.map(JourneyState::as_str)))
        .filter(trainee::Column::MergedInto.is_null())
        .group_by(trainee::Column::Track)
        .group_by(trainee::Column::Journey)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut taken = BTreeMap::new();
    for (track, journey, count) in rows {
        if let Ok(track) = Track::parse(&track) {
            *taken.entry(seat_of(track, &journey)).or_default() += count;
        }
    }
    // Whoever stands still keeps what she had; an applicant had no seat.
    for (track, count) in journeys::held_as(conn, cohort, JourneyState::Applied).await? {
        if let Ok(track) = Track::parse(&track) {
            *taken.entry(track).or_default() -= count;
        }
    }
    taken.retain(|_, count| *count > 0);
    Ok(taken)
}

/// The track whose seat somebody takes up: who was placed at home is at home, whatever she had chosen before.
fn seat_of(track: Track, journey: &str) -> Track {
    if journey == JourneyState::HomePlaced.as_str() { Track::Home } else { track }
}

/// What one place costs on both tracks, by currency.
async fn costs(conn: &impl ConnectionTrait, cohort: Uuid, from: Track, to: Track) -> Result<BTreeMap<String, Cost>, AppError> {
    let find = budget_line::Entity::find().filter(budget_line::Column::CohortId.eq(cohort));
    let mut sums: BTreeMap<String, Cost> = BTreeMap::new();
    for line in find.all(conn).await.map_err(StoreError::from)? {
        let sum = sums.entry(line.currency).or_default();
        if line.track == from.as_str() {
            sum.from_minor = sum.from_minor.saturating_add(line.amount_minor);
        }
        if line.track == to.as_str() {
            sum.to_minor = sum.to_minor.saturating_add(line.amount_minor);
        }
    }
    Ok(sums)
}

/// What a change moved, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Whether a seat of the undecided became one of the new track.
    pub undecided_seat: bool,
    pub match_given_back: bool,
    pub costs: BTreeMap<String, Cost>,
}

/// Writes down a choice and moves what hangs on it.
///
/// # Errors
/// When it is not the actor's to write, changed meanwhile, or a barrier stands before it.
pub async fn choose(ctx: &Ctx<'_>, id: Uuid, version: i64, choose: &Choose) -> Result<track_change::Model, AppError> {
    permit(ctx.actor, Action::Read, Subject::Trainee)?;
    ctx.ensure_writes()?;
    let mut tx = ctx.begin().await?;
    let found = seen(ctx, tx.conn(), id).await?;
    let by = hand(ctx, tx.conn(), id).await?.ok_or(AppError::Forbidden)?;
    if by != Party::Trainee && !choose.her_word {
        return Err(AppError::invalid("her_word", "her-word", "is needed: the choice is hers, and nobody makes it for her"));
    }
    let (held_cohort, binding) = hold_cohort(&tx, found.cohort_id).await?;
    let person = record::hold::<trainee::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if person.version != version || person.cohort_id != found.cohort_id {
        return Err(AppError::Stale);
    }
    if person.erased_at_ms.is_some() || person.merged_into.is_some() {
        return Err(AppError::NotFound);
    }
    let mut standing = Standing::of(tx.conn(), person).await?;
    standing.cohort = held_cohort;
    let prospect = prospect(ctx, tx.conn(), &standing, choose.track).await?;
    if let Some(barrier) = &prospect.barrier {
        return Err(said(barrier));
    }
    if prospect.mine && choose.reason != TrackReason::Confirmed {
        return Err(AppError::invalid("track", "track-same", "is the track that she has: confirm it, or choose another"));
    }
    if choose.track != Track::Away {
        give_back(ctx, &mut tx, &standing).await?;
    }
    if prospect.takes_undecided_seat
        && let Some(cohort) = &standing.cohort
    {
        convert_seat(&mut tx, cohort.clone(), choose.track).await?;
    }
    let row = track_change::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: ctx.now.ms(),
        updated_at_ms: ctx.now.ms(),
        trainee_id: id,
        cohort_id: standing.person.cohort_id,
        agreement_id: binding,
        from_track: standing.track.to_string(),
        to_track: choose.track.to_string(),
        reason: choose.reason.to_string(),
        party: by.to_string(),
        account_id: tx.actor(),
        on_date: ctx.now.date(),
        moved: serde_json::to_string(&Moved {
            undecided_seat: prospect.takes_undecided_seat,
            match_given_back: prospect.gives_back_match,
            costs: prospect.costs,
        })?,
    };
    record::insert::<track_change::Entity>(&mut tx, row.clone()).await?;
    if !prospect.mine {
        // Giving back a match has moved the person's row on.
        let mut now = record::hold::<trainee::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
        let version = now.version;
        now.track = choose.track.to_string();
        record::update::<trainee::Entity>(&mut tx, now, version, &["track"]).await?;
    }
    tx.commit().await?;
    Ok(row)
}

/// Takes the agreement, then the cohort: whoever fills seats or changes tracks waits in one line.
async fn hold_cohort(tx: &Tx, cohort: Option<Uuid>) -> Result<(Option<cohort::Model>, Option<Uuid>), AppError> {
    let Some(id) = cohort else { return Ok((None, None)) };
    let row = cohort::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?;
    let binding = row.and_then(|row| row.agreement_id);
    if let Some(agreement_id) = binding {
        record::hold::<agreement::Entity>(tx, agreement_id).await?;
    }
    let held = record::hold::<cohort::Entity>(tx, id).await?;
    // Bound anew while this waited: what is held is not what binds.
    if held.as_ref().and_then(|row| row.agreement_id) != binding {
        return Err(AppError::Stale);
    }
    Ok((held, binding))
}

/// Gives back what was proposed and agreed abroad: seats and quotas are free for others.
async fn give_back(ctx: &Ctx<'_>, tx: &mut Tx, standing: &Standing) -> Result<(), AppError> {
    let person = standing.person.id;
    let today = ctx.now.date();
    proposals::decline_pending(tx, person, DeclineReason::TrackChanged).await?;
    if journeys::takes(tx, person, EventKind::Release).await? {
        let event = Event::Release { reason: "track_changed".into() };
        journeys::by_system(ctx.state, tx, person, &event, today).await?;
    }
    Ok(())
}

async fn convert_seat(tx: &mut Tx, mut cohort: cohort::Model, to: Track) -> Result<(), AppError> {
    let version = cohort.version;
    cohort.seats_undecided -= 1;
    match to {
        Track::Away => cohort.seats_away += 1,
        Track::Home => cohort.seats_home += 1,
        Track::Undecided => cohort.seats_undecided += 1,
    }
    record::update::<cohort::Entity>(tx, cohort, version, &["seats_undecided", "seats_away", "seats_home"]).await?;
    Ok(())
}

/// A barrier as the caller is told it.
fn said(barrier: &Barrier) -> AppError {
    use crate::error::FieldError;
    let error = |code, detail: String| FieldError::new("track", code, detail);
    AppError::Invalid(vec![match barrier {
        Barrier::PastChoice { state } => {
            error("track-past", format!("can no longer be chosen: the journey is {state}")).with("state", state)
        }
        Barrier::OnHold => error("track-held", "waits for the contingency case, which holds her place meanwhile".into()),
        Barrier::TooLate { until } => {
            error("track-late", format!("could be changed until {until} under the agreement")).with("until", until)
        }
        Barrier::NoSeat { seats, taken } => error("track-full", format!("has no free seat in the cohort: {taken} of {seats} are taken"))
            .with("seats", seats)
            .with("taken", taken),
        Barrier::Equity { home_needed, home_funded } => {
            error("track-equity", format!("takes nobody new while {home_funded} of {home_needed} home places are funded (R24)"))
                .with("needed", home_needed)
                .with("funded", home_funded)
        }
        Barrier::EquityMoney => {
            error("track-equity-money", "takes nobody new while the home track has not its share of the money (R24)".into())
        }
        Barrier::AgreementShut { status } => {
            error("track-agreement", format!("takes nobody new: the agreement is {status}")).with("status", status)
        }
    }])
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

/// Rules that say yes or no to an enrolment.
pub const ENROLMENT_RULES: [RuleId; 4] = [RuleId::R19, RuleId::R24, RuleId::R27, RuleId::R31];

/// Whether a verdict keeps somebody out: what is not known keeps out as well.
pub const fn keeps_out(verdict: Outcome) -> bool {
    matches!(verdict, Outcome::Block | Outcome::Unknown)
}
