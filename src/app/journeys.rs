//! Journeys: each event is judged by the state machine and by the version of the pathway that the
//! journey has, is kept for good, and moves the record in the same transaction.

mod begin;
mod follow;
mod forget;
pub mod many;
mod nightly;
mod tasks;

pub use begin::{begin_many, beginnings, of_person};
pub use follow::{agreed, matched, recognised};
pub use forget::{anonymise, erase, forget_unused};
pub use nightly::{JOB, Night, carry_out, plan_next, recompute, request};

use super::case_events::{self, Act, EventView, Happened};
use super::law::{self, Law};
use super::money::employer_pays;
use super::tracks::enrolment;
use super::work::notifications;
use super::{Ctx, contingency, contracts, corridors, selection};
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, FieldGroup, Role, Scope, Subject, permit, permit_acting, permit_group};
use passerelle_domain::calendar::Calendar;
use passerelle_domain::corridor::{CorridorPack, Party, Step};
use passerelle_domain::ids::TraineeId;
use passerelle_domain::machine::journey::{Event, EventKind, Ground, Journey, Terms, hands, is_final, steps};
use passerelle_domain::people::{JourneyState, RecognitionState};
use passerelle_engine::pathway::{Clocks, JourneyStanding, Next, Remaining, clocks, remaining};
use passerelle_store::entity::{journey, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, SelectStatement};
use passerelle_store::{StoreError, Tx, record};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

const MACHINE: &str = "journey";

/// What a journey is judged by, read from the law and its pathway.
#[derive(Debug)]
pub struct Grounds {
    pub terms: Terms,
    pub pack: Option<CorridorPack>,
    pub entry_states: Vec<RecognitionState>,
    /// Recognition is asked for nowhere on the pathway.
    pub unregulated: bool,
    pub calendar: Calendar,
}

/// The terms that hold towards a destination on a day.
fn terms_of<'l>(law: &'l Law, destination: Option<&str>, on: NaiveDate) -> Result<&'l Terms, AppError> {
    law.reference.journey_terms(destination, on).ok_or_else(|| {
        AppError::Conflict(format!("no terms of the journey are written down for {on}: enter them as law (journey_terms) first"))
    })
}

impl Grounds {
    fn new(law: &Law, pack: Option<CorridorPack>, destination: Option<&str>, occupation: &str, on: NaiveDate) -> Result<Self, AppError> {
        let terms = terms_of(law, destination, on)?.clone();
        let rules = pack.iter().flat_map(|pack| &pack.recognition).map(|fact| &fact.value);
        let bound: Vec<_> =
            rules.filter(|rule| rule.occupations.is_empty() || rule.occupations.iter().any(|code| code.as_str() == occupation)).collect();
        use passerelle_domain::corridor::Regulated;
        Ok(Self {
            terms,
            entry_states: bound.iter().flat_map(|rule| rule.entry_states.iter().copied()).collect(),
            unregulated: pack.is_some() && bound.iter().all(|rule| rule.regulated == Regulated::No),
            calendar: destination.and_then(|code| law.calendars.get(code)).cloned().unwrap_or_else(Calendar::weekends),
            pack,
        })
    }

    pub fn steps(&self) -> &[Step] {
        self.pack.as_ref().map_or(&[], |pack| &pack.steps)
    }

    fn ground(&self) -> Ground<'_> {
        Ground { terms: &self.terms, steps: self.steps(), entry_states: &self.entry_states, calendar: &self.calendar }
    }
}

/// A journey with its history, its clocks and what may happen next.
#[derive(Debug)]
pub struct Course {
    pub row: journey::Model,
    pub journey: Journey,
    pub grounds: Grounds,
    pub clocks: Clocks,
    /// The way that is left, with its dates.
    pub ahead: Option<Remaining>,
    pub events: Vec<EventView>,
    /// Events that the actor may bring now.
    pub mine: Vec<EventKind>,
    /// Steps that the actor may move: those of the pathway that can begin, run, or have a clock.
    pub steps: Vec<String>,
}

fn facts(row: &journey::Model) -> Result<Journey, AppError> {
    serde_json::from_str(&row.facts).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" }.into())
}

async fn pack_of(conn: &impl ConnectionTrait, pathway: Option<&(String, u32)>) -> Result<Option<CorridorPack>, AppError> {
    let Some((pack, version)) = pathway else { return Ok(None) };
    let version = i32::try_from(*version).map_err(AppError::internal)?;
    corridors::version_in(conn, pack, version).await
}

/// The journeys of which the actor is shown the stages: a rule of data that hides them hides the course.
fn readable(ctx: &Ctx<'_>) -> Result<Scope, AppError> {
    Ok(permit_group(ctx.actor, Action::Read, Subject::Journey, FieldGroup::Journey)?)
}

/// The journeys that the actor may move, which are fewer than she may read.
fn acting(ctx: &Ctx<'_>) -> Result<Scope, AppError> {
    ctx.ensure_writes()?;
    Ok(permit_acting(ctx.actor, Subject::Journey, FieldGroup::Journey)?)
}

/// A journey with its course, for somebody who may read it.
///
/// # Errors
/// When there is none for the actor.
pub async fn course(ctx: &Ctx<'_>, id: Uuid) -> Result<Course, AppError> {
    let scope = readable(ctx)?;
    let conn = ctx.state.store.read();
    let row = record::find::<journey::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let today = ctx.now.date();
    let law = law::current(ctx.state, conn).await?;
    let mut journey = facts(&row)?;
    let occupation = occupation_of(conn, row.trainee_id).await?;
    let pack = pack_of(conn, journey.pathway.as_ref()).await?;
    let grounds = Grounds::new(&law, pack, row.destination.as_deref(), &occupation, today)?;
    let mut events: Vec<EventView> = case_events::history(conn, row.id).await?.iter().map(EventView::of).collect();
    if !sees_causes(ctx) {
        events.iter_mut().for_each(|view| withhold(&mut view.event));
        journey.cause = journey.cause.filter(|cause| is_employers(cause));
        journey.return_type = None;
    }
    let clocks = clocks(&journey, grounds.steps(), &law.calendars, today);
    let ahead = (!is_final(journey.state) && !grounds.steps().is_empty())
        .then(|| remaining(&journey, grounds.steps(), &law.calendars, today).ok())
        .flatten();
    let acts = acts_on(ctx, &row).await?;
    let (mine, open) = offers(ctx, acts, &journey, grounds.steps());
    let steps = open.into_iter().map(|step| step.id.clone()).collect();
    Ok(Course { row, journey, grounds, clocks, ahead, events, mine, steps })
}

/// Whether the actor may move a journey that she reads.
async fn acts_on(ctx: &Ctx<'_>, row: &journey::Model) -> Result<bool, AppError> {
    let Ok(scope) = acting(ctx) else { return Ok(false) };
    if !ctx.actor.exceptional.contains(&TraineeId(row.trainee_id)) {
        return Ok(true);
    }
    Ok(record::find::<journey::Entity>(ctx.state.store.read(), &scope, row.id).await?.is_some())
}

/// What the actor may bring to a journey now, and the steps of its pathway that she may move.
fn offers<'s>(ctx: &Ctx<'_>, acts: bool, journey: &Journey, steps: &'s [Step]) -> (Vec<EventKind>, Vec<&'s Step>) {
    let parties: Vec<Party> = case_events::parties(ctx.actor).collect();
    let may_move = |step: &Step| {
        step.actor.is_some_and(|actor| parties.contains(&actor) || (actor == Party::Examiner && parties.contains(&Party::Institute)))
            || parties.iter().any(|party| hands(EventKind::FinishStep).contains(party))
    };
    // The step that leads to a gate is moved by the gate.
    let open: Vec<&'s Step> =
        journey.ready(steps).into_iter().filter(|step| acts && steps::gate_of(step).is_none() && may_move(step)).collect();
    let offers = |kind: EventKind| {
        let actual = |step: &Step| journey.actuals.get(&step.id).cloned().unwrap_or_default();
        open.iter().any(|step| match (kind, &step.clock) {
            (EventKind::StartClock, clock) => clock.is_some() && actual(step).clock_started_on.is_none(),
            (EventKind::ExtendClock, Some(clock)) => {
                clock.extendable_once && actual(step).clock_started_on.is_some() && !actual(step).extended
            }
            (EventKind::ExtendClock, None) => false,
            (EventKind::BeginStep, _) => actual(step).started_on.is_none(),
            _ => true,
        })
    };
    let brings = |kind: EventKind| match is_step(kind) {
        true => offers(kind),
        false => parties.iter().any(|party| hands(kind).contains(party)),
    };
    let mine = journey.takes().into_iter().filter(|kind| acts && brings(*kind)).collect();
    (mine, open)
}

/// Events about a step of the pathway.
pub const fn is_step(kind: EventKind) -> bool {
    use EventKind as K;
    matches!(kind, K::BeginStep | K::FinishStep | K::SkipStep | K::FailStep | K::StartClock | K::ExtendClock)
}

/// Why somebody stands still is for her, her institute and the authorities; an employer learns that
/// she does.
fn sees_causes(ctx: &Ctx<'_>) -> bool {
    ctx.actor.trainee.is_some() || ctx.actor.grants.iter().any(|grant| !matches!(grant.role, Role::EmployerClerk | Role::EmployerApprover))
}

/// What the employer brought about himself is his to know. That somebody complains of him is not.
fn is_employers(cause: &str) -> bool {
    matches!(cause, "EMP.INSOLV" | "EMP.WITHDRAW" | "EMP.LICENCE")
}

/// Facts of an event that whoever will employ her follows her way by; everything else is withheld.
const TOLD: [&str; 6] = ["event", "state", "step", "pack", "pack_version", "permanent_status"];

fn withhold(event: &mut serde_json::Value) {
    let Some(event) = event.as_object_mut() else { return };
    let employers = event.get("cause").and_then(|cause| cause.as_str()).is_some_and(is_employers);
    event.retain(|name, _| TOLD.contains(&name.as_str()) || (name == "cause" && employers));
}

async fn occupation_of(conn: &impl ConnectionTrait, person: Uuid) -> Result<String, AppError> {
    let row = trainee::Entity::find_by_id(person).one(conn).await.map_err(StoreError::from)?;
    Ok(row.ok_or(AppError::NotFound)?.occupation)
}

/// Brings an event.
///
/// # Errors
/// Why it cannot happen: the state, the hand, a condition, the pathway.
pub async fn act(ctx: &Ctx<'_>, id: Uuid, version: i64, act: &Act<Event>) -> Result<Journey, AppError> {
    let scope = acting(ctx)?;
    let mut tx = ctx.begin().await?;
    let row = record::find::<journey::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    if act.event.kind() == EventKind::Admit {
        enrolment::wait_in_line(&tx, row.trainee_id).await?;
        selection::ensure_turn(&tx, row.trainee_id).await?;
    }
    let next = act_in(ctx, &mut tx, row, act).await?;
    tx.commit().await?;
    Ok(next)
}

/// The same inside a transaction, for a journey that the actor is known to see.
pub(crate) async fn act_in(ctx: &Ctx<'_>, tx: &mut Tx, row: journey::Model, act: &Act<Event>) -> Result<Journey, AppError> {
    act.ensure_sound()?;
    let journey = facts(&row)?;
    let mut allowed = hands(act.event.kind()).to_vec();
    // Whoever performs a step of the pathway moves it.
    if let Some(step) = steps::of(&act.event) {
        let pack = pack_of(tx.conn(), journey.pathway.as_ref()).await?;
        let actor = pack.and_then(|pack| pack.steps.into_iter().find(|known| known.id == step)).and_then(|step| step.actor);
        allowed.extend(actor.into_iter().flat_map(|actor| [Some(actor), (actor == Party::Examiner).then_some(Party::Institute)]).flatten());
    }
    let by = case_events::party(ctx.actor, &allowed).ok_or(AppError::Forbidden)?;
    if act.event.kind() == EventKind::Admit {
        enrolment::wait_in_line(tx, row.trainee_id).await?;
    }
    let today = ctx.now.date();
    // What the service finds out itself is not taken from whoever sends the event.
    let found = match &act.event {
        Event::Reenter { accepted_freely, .. } => {
            enrolment::wait_in_line(tx, row.trainee_id).await?;
            enrolment::ensure_open(ctx.state, tx.conn(), row.trainee_id, today).await?;
            Some(contingency::reentry(tx, &row, *accepted_freely, today).await?)
        }
        _ => None,
    };
    move_on(ctx.state, tx, row, found.as_ref().unwrap_or(&act.event), Some(by), act.on, today).await
}

/// An event that the system itself brings because something else happened.
///
/// # Errors
/// As [`act`].
pub async fn by_system(state: &AppState, tx: &mut Tx, person: Uuid, event: &Event, today: NaiveDate) -> Result<Journey, AppError> {
    let row = of_person(state, tx, person, today).await?;
    move_on(state, tx, row, event, None, None, today).await
}

/// Whether a person's journey takes an event now.
///
/// # Errors
/// When the database refuses.
pub async fn takes(tx: &Tx, person: Uuid, kind: EventKind) -> Result<bool, AppError> {
    Ok(open_journey(tx.conn(), person).await?.is_some_and(|journey| journey.takes().contains(&kind)))
}

/// Whether both sides have agreed on a match for her.
///
/// # Errors
/// When the database refuses.
pub async fn has_match(conn: &impl ConnectionTrait, person: Uuid) -> Result<bool, AppError> {
    Ok(open_journey(conn, person).await?.is_some_and(|journey| journey.matched_on.is_some()))
}

/// The gates that people who stand still have passed, of the people whom a query names.
///
/// # Errors
/// When the database refuses or holds what this version cannot read.
pub async fn held_from(conn: &impl ConnectionTrait, people: SelectStatement) -> Result<BTreeMap<Uuid, JourneyState>, AppError> {
    let find = journey::Entity::find()
        .filter(journey::Column::State.eq(JourneyState::OnHold.as_str()))
        .filter(journey::Column::TraineeId.in_subquery(people));
    let rows = find.all(conn).await.map_err(StoreError::from)?;
    rows.iter().map(|row| Ok((row.trainee_id, facts(row)?.gate()))).collect()
}

async fn open_journey(conn: &impl ConnectionTrait, person: Uuid) -> Result<Option<Journey>, AppError> {
    let find = journey::Entity::find().filter(journey::Column::TraineeId.eq(person));
    find.one(conn).await.map_err(StoreError::from)?.as_ref().map(facts).transpose()
}

/// An emergency that others have brought about. Whoever stands still already, or has come to an end,
/// is not struck again.
///
/// # Errors
/// As [`act`].
pub async fn strike(state: &AppState, tx: &mut Tx, person: Uuid, cause: &str, on: NaiveDate, today: NaiveDate) -> Result<(), AppError> {
    let row = of_person(state, tx, person, today).await?;
    if !facts(&row)?.takes().contains(&EventKind::Emergency) {
        return Ok(());
    }
    // From the day of the report nothing runs against her, but for what had happened since.
    let last = case_events::last::<Journey>(tx.conn(), row.id).await?.map_or(on, |(_, event)| event.on_date);
    move_on(state, tx, row, &Event::Emergency { cause: cause.into() }, None, Some(on.max(last).min(today)), today).await?;
    Ok(())
}

/// The same on the day of what it follows from.
async fn following(state: &AppState, tx: &mut Tx, person: Uuid, event: &Event, on: NaiveDate, today: NaiveDate) -> Result<(), AppError> {
    let row = of_person(state, tx, person, today).await?;
    move_on(state, tx, row, event, None, Some(on), today).await?;
    Ok(())
}

/// The row of a journey after an event or a night.
///
/// # Errors
/// When the facts cannot be written.
fn projected(mut row: journey::Model, journey: &Journey, steps: &[Step], law: &Law, today: NaiveDate) -> Result<journey::Model, AppError> {
    let found = clocks(journey, steps, &law.calendars, today);
    row.state = journey.state.to_string();
    row.next_step = found.next.map(|next| match next {
        Next::Step(step) => step,
        Next::Gate(kind) => kind.to_string(),
    });
    row.owner = found.owner.map(|party| party.to_string());
    row.due_on = found.due_on;
    (row.horizon_on, row.horizon_paper) = found.horizon.unzip();
    row.ready_on = found.ready_on;
    row.standing = found.standing.to_string();
    row.trouble = found.trouble;
    row.facts = serde_json::to_string(journey)?;
    Ok(row)
}

async fn move_on(
    state: &AppState,
    tx: &mut Tx,
    row: journey::Model,
    event: &Event,
    by: Option<Party>,
    on: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<Journey, AppError> {
    let law = law::current(state, tx.conn()).await?;
    // Held until the end: two events of one journey wait for each other.
    let person = record::hold::<trainee::Entity>(tx, row.trainee_id).await?.ok_or(AppError::NotFound)?;
    let journey = facts(&row)?;
    let last = case_events::last::<Journey>(tx.conn(), row.id).await?;
    let on = case_events::day_of(on, today, last.as_ref().map(|(_, event)| event.on_date))?;
    let (pathway, destination) = match event {
        Event::TakePathway { pack, pack_version, .. } => {
            let taken = (pack.clone(), *pack_version);
            let found = pack_of(tx.conn(), Some(&taken)).await?;
            let found =
                found.ok_or_else(|| AppError::invalid("pack_version", "pathway-unknown", format!("is no published version of {pack}")))?;
            let serves = found.origins.is_empty() || found.origins.iter().any(|origin| origin.as_str() == row.origin);
            if !serves {
                return Err(AppError::invalid("pack", "pathway-other-origin", "does not lead from her country of training"));
            }
            (Some(found.clone()), Some(found.destination.to_string()))
        }
        _ => (pack_of(tx.conn(), journey.pathway.as_ref()).await?, row.destination.clone()),
    };
    let grounds = Grounds::new(&law, pathway, destination.as_deref(), &person.occupation, on)?;
    if event.kind() == EventKind::Admit {
        enrolment::ensure(state, tx.conn(), &person, today).await?;
    }
    match event.kind() {
        EventKind::Clear => {
            contracts::ensure_same(tx, person.id, Some(on), &grounds.calendar).await?;
            employer_pays::ensure_borne(state, tx.conn(), &person, on).await?;
        }
        EventKind::StartWork => contracts::ensure_same(tx, person.id, None, &grounds.calendar).await?,
        _ => {}
    }
    let next = journey.apply(event, by, on, &grounds.ground()).map_err(case_events::said)?;
    let happened = Happened {
        machine: MACHINE,
        case: row.id,
        event,
        from: journey.state.as_str(),
        to: next.state.as_str(),
        after: &next,
        on,
        by,
        account: None,
    };
    let account = by.and(tx.actor());
    case_events::keep(tx, last.map_or(0, |(_, event)| event.seq) + 1, Happened { account, ..happened }).await?;
    let (id, version) = (row.id, row.version);
    let mut changed = projected(row, &next, grounds.steps(), &law, today)?;
    changed.destination = destination;
    changed.pathway = next.pathway.as_ref().map(|(pack, _)| pack.clone());
    changed.pathway_version = next.pathway.as_ref().and_then(|(_, version)| i32::try_from(*version).ok());
    record::update::<journey::Entity>(tx, changed.clone(), version, &["state"]).await?;
    tx.note("journey_event", "journey", Some(id), serde_json::json!({ "event": event.kind(), "to": next.state }));
    tasks::settle(tx, &changed, today).await?;
    let moved = next.state != journey.state;
    let person_id = person.id;
    if journey.gate() == JourneyState::Applied
        && let Some(end) = selection::end_of(next.state)
    {
        selection::leave_list(tx, person_id, end, on).await?;
    }
    if moved {
        let expected = person.version;
        let person = trainee::Model { journey: next.state.to_string(), ..person };
        record::update::<trainee::Entity>(tx, person, expected, &["journey"]).await?;
    }
    follow::after(state, tx, person_id, follow::Moved { event, before: &journey, next: &next, on }, today).await?;
    if moved && by != Some(Party::Trainee) {
        notifications::to_person(tx, person_id, "journey_moved", &format!("/ui/journeys/{id}"), &[]).await?;
    }
    Ok(next)
}

/// A journey rebuilt from how it began and what happened since: what the record must equal.
///
/// # Errors
/// When an event is no longer taken, which would be a fault.
pub async fn rebuilt(state: &AppState, conn: &impl ConnectionTrait, row: &journey::Model) -> Result<Journey, AppError> {
    let law = law::current(state, conn).await?;
    let occupation = occupation_of(conn, row.trainee_id).await?;
    let begun = JourneyState::parse(&row.begun_as).map_err(|_| StoreError::Corrupt { table: "journey", column: "begun_as" })?;
    let terms = Grounds::new(&law, None, None, &occupation, row.begun_on)?.terms;
    let mut journey = Journey::new(begun, row.begun_on, &terms);
    let mut packs: BTreeMap<(String, u32), CorridorPack> = BTreeMap::new();
    for kept in case_events::history(conn, row.id).await? {
        let event: Event = serde_json::from_str(&kept.event).map_err(|_| StoreError::Corrupt { table: "case_event", column: "event" })?;
        let pathway = match &event {
            Event::TakePathway { pack, pack_version, .. } => Some((pack.clone(), *pack_version)),
            _ => journey.pathway.clone(),
        };
        let pack = match &pathway {
            Some(key) if !packs.contains_key(key) => pack_of(conn, Some(key)).await?.inspect(|pack| {
                packs.insert(key.clone(), pack.clone());
            }),
            Some(key) => packs.get(key).cloned(),
            None => None,
        };
        let destination = pack.as_ref().map(|pack| pack.destination.to_string());
        let grounds = Grounds::new(&law, pack, destination.as_deref(), &occupation, kept.on_date)?;
        let by = Party::parse(&kept.party).ok();
        journey = journey.apply(&event, by, kept.on_date, &grounds.ground()).map_err(case_events::said)?;
    }
    Ok(journey)
}

/// Journeys that the actor may list, by standing, and how many of them wait for her party.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    pub by_standing: BTreeMap<String, i64>,
    /// The actor's party, and how many wait for it.
    pub mine: Option<(Party, i64)>,
}

/// The actor's queue, in one statement.
///
/// # Errors
/// When the database refuses. Whoever may list no journeys has an empty queue.
pub async fn queue(ctx: &Ctx<'_>) -> Result<Queue, AppError> {
    use passerelle_store::query::QuerySelect;
    use passerelle_store::record::Record;
    let Ok(scope) = permit(ctx.actor, Action::List, Subject::Journey) else { return Ok(Queue::default()) };
    let rows: Vec<(String, Option<String>, i64)> = journey::Entity::find()
        .select_only()
        .column(journey::Column::Standing)
        .column(journey::Column::Owner)
        .column_as(journey::Column::Id.count(), "n")
        .filter(journey::Entity::visible(&scope))
        .filter(journey::Column::Standing.ne(JourneyStanding::Ended.as_str()))
        .group_by(journey::Column::Standing)
        .group_by(journey::Column::Owner)
        .into_tuple()
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    let mut queue = Queue { mine: case_events::parties(ctx.actor).next().map(|party| (party, 0)), ..Queue::default() };
    for (standing, owner, count) in rows {
        *queue.by_standing.entry(standing).or_insert(0) += count;
        if let Some((party, waiting)) = &mut queue.mine
            && owner.as_deref() == Some(party.as_str())
        {
            *waiting += count;
        }
    }
    Ok(queue)
}

/// The journey of the actor herself, if she is a trainee and has one.
///
/// # Errors
/// When the database refuses.
pub async fn my_own(ctx: &Ctx<'_>) -> Result<Option<Uuid>, AppError> {
    let Some(me) = ctx.actor.trainee else { return Ok(None) };
    let find = journey::Entity::find().filter(journey::Column::TraineeId.eq(me.0));
    Ok(find.one(ctx.state.store.read()).await.map_err(StoreError::from)?.map(|row| row.id))
}

/// What a machine reads of a journey's course.
#[derive(Debug, Serialize)]
pub struct CourseView<'a> {
    pub id: Uuid,
    pub version: i64,
    pub trainee_id: Uuid,
    pub journey: &'a Journey,
    pub next: Option<String>,
    pub owner: Option<Party>,
    pub due_on: Option<NaiveDate>,
    pub horizon_on: Option<NaiveDate>,
    pub horizon_paper: Option<&'a str>,
    pub ready_on: Option<NaiveDate>,
    pub standing: JourneyStanding,
    pub trouble: Option<&'a str>,
    pub ahead: Vec<&'a passerelle_engine::pathway::Planned>,
    pub events: &'a [EventView],
    pub may: &'a [EventKind],
    pub may_move: &'a [String],
}

impl Course {
    pub fn view(&self) -> CourseView<'_> {
        CourseView {
            id: self.row.id,
            version: self.row.version,
            trainee_id: self.row.trainee_id,
            journey: &self.journey,
            next: self.clocks.next.as_ref().map(|next| match next {
                Next::Step(step) => step.clone(),
                Next::Gate(kind) => kind.to_string(),
            }),
            owner: self.clocks.owner,
            due_on: self.clocks.due_on,
            horizon_on: self.clocks.horizon.as_ref().map(|(end, _)| *end),
            horizon_paper: self.clocks.horizon.as_ref().map(|(_, paper)| paper.as_str()),
            ready_on: self.clocks.ready_on,
            standing: self.clocks.standing,
            trouble: self.clocks.trouble.as_deref(),
            ahead: self.ahead.iter().flat_map(|ahead| &ahead.schedule.steps).collect(),
            events: &self.events,
            may: &self.mine,
            may_move: &self.steps,
        }
    }
}
