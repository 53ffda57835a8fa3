//! What strikes many at once: whom, drilled without writing anything of anybody, and declared once.

mod after;
mod drill;
mod messages;

pub use after::{AT_ONCE, CarriedOut, END_JOB, carry_out_chosen, carry_out_end, chosen, end};
pub use drill::{Drill, DrilledPerson, UnderPlan, drill, last_drill};
pub use messages::{Told, tell_all};

use super::Options;
use super::act::bring;
use super::letters;
use super::open::{Ground, begin, carry, open_case, tell_employer};
use super::options::{self, Stopped, Struck};
use crate::app::Ctx;
use crate::app::match_runs::job_lease::Lease;
use crate::app::work::notifications;
use crate::app::{case_events, journeys};
use crate::error::{AppError, FieldError};
use crate::state::AppState;
use chrono::{Days, NaiveDate};
use passerelle_domain::access::{Action, Reach, Scope, Subject, permit};
use passerelle_domain::contingency::letter::LetterKind;
use passerelle_domain::contingency::{Cause, cause};
use passerelle_domain::corridor::Party;
use passerelle_domain::machine::contingency::{Event, EventKind, Proof, State, hands};
use passerelle_domain::people::{Decision, DisruptionStatus, JourneyState, Track};
use passerelle_store::entity::{contingency_case, disruption, journey, need, organisation, proposal, site, trainee};
use passerelle_store::query::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, Tx, job, record};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

pub const JOB: &str = "disruption";

/// People that one disruption is worked out for; a drill says when there are more.
const MOST: u64 = 100_000;
/// People whose cases are opened in one transaction.
const STEP: usize = 50;
/// Whether a disruption is of a country that a scope covers: whoever is struck by another's reads and tells, no more.
pub fn is_own(scope: &Scope, row: &disruption::Model) -> bool {
    scope.reaches().any(|reach| match reach {
        Reach::Everything => true,
        Reach::Origins(territory) | Reach::Destinations(territory) => territory.countries.iter().any(|code| code.as_str() == row.country),
        _ => false,
    })
}

fn ensure_own(scope: &Scope, row: &disruption::Model) -> Result<(), AppError> {
    if is_own(scope, row) { Ok(()) } else { Err(AppError::Forbidden) }
}

fn seed(row: &disruption::Model) -> u64 {
    u64::try_from(row.seed).unwrap_or(0)
}

fn cause_of(row: &disruption::Model) -> Result<&'static Cause, AppError> {
    cause(&row.cause).ok_or_else(|| StoreError::Corrupt { table: "disruption", column: "cause" }.into())
}

fn stopped(row: &disruption::Model, rows: Vec<journey::Model>) -> Result<Vec<Stopped>, AppError> {
    let (cause, struck) = (cause_of(row)?, Struck::by(row));
    Ok(rows
        .into_iter()
        .map(|journey| Stopped {
            journey,
            cause,
            reported_on: row.begins_on,
            safety_risk: row.safety_risk,
            decided: None,
            wishes: vec![],
            heard: false,
            struck: struck.clone(),
        })
        .collect())
}

/// States of people who have not left yet.
const NOT_LEFT: &[JourneyState] = {
    use JourneyState as S;
    &[S::Enrolled, S::InTraining, S::Certified, S::Matched, S::Offered, S::Recognition, S::Visa, S::PreDeparture]
};

/// Journeys in these states that a disruption strikes: those that go the way that it
/// names, and would come to it before it is over. Whoever is trained would leave now; whoever is in training yet and
/// ready only later than nine of ten such causes last is not struck, for her way is open again by then.
async fn affected(
    conn: &impl ConnectionTrait,
    row: &disruption::Model,
    states: &[JourneyState],
) -> Result<(Vec<journey::Model>, bool), AppError> {
    use JourneyState as S;
    use journey::Column as C;
    // Whose employer fails is struck at work as well.
    let at_work = [S::Departed, S::Arrived, S::Placed].into_iter().filter(|_| row.cause.starts_with("EMP.") && states == NOT_LEFT);
    let mut find = journey::Entity::find().filter(C::State.is_in(states.iter().copied().chain(at_work).map(S::as_str)));
    for (column, value) in [(C::Origin, &row.origin), (C::Destination, &row.destination), (C::Pathway, &row.pathway)] {
        if let Some(value) = value {
            find = find.filter(column.eq(value.as_str()));
        }
    }
    let last = match (row.p90_days.or(row.typical_days), cause_of(row)?.lasting.from(row.begins_on)) {
        (Some(days), _) => row.begins_on.checked_add_days(Days::new(u64::try_from(days).unwrap_or(0))),
        (None, Some(lasts)) => row.begins_on.checked_add_days(Days::new(lasts.p90.into())),
        (None, None) => None,
    };
    if let Some(last) = last {
        let trains = [S::Enrolled, S::InTraining].map(S::as_str);
        find = find.filter(Condition::any().add(C::State.is_not_in(trains)).add(C::ReadyOn.is_null()).add(C::ReadyOn.lte(last)));
    }
    // Who they are is asked in one place: what is "not in" a long list would be compared with all of it.
    let people = || trainee::Entity::find().select_only().column(trainee::Column::Id);
    let mut who = people().filter(trainee::Column::MergedInto.is_null());
    if bars_departure(&row.cause) {
        who = who.filter(trainee::Column::Track.ne(Track::Home.as_str()));
    }
    if let Some(prefix) = &row.occupation_prefix {
        who = who.filter(trainee::Column::Occupation.starts_with(prefix.as_str()));
    }
    if let Some(part) = &row.subdivision {
        let there = organisation::Entity::find()
            .select_only()
            .column(organisation::Column::Id)
            .filter(organisation::Column::Subdivision.eq(part.as_str()))
            .into_query();
        // Where she learns, or where the post lies that both sides have agreed on.
        let sites =
            site::Entity::find().select_only().column(site::Column::Id).filter(site::Column::Subdivision.eq(part.as_str())).into_query();
        let posts =
            need::Entity::find().select_only().column(need::Column::Id).filter(need::Column::SiteId.in_subquery(sites)).into_query();
        let bound = agreed().filter(proposal::Column::NeedId.in_subquery(posts)).into_query();
        who = who.filter(Condition::any().add(trainee::Column::InstituteId.in_subquery(there)).add(trainee::Column::Id.in_subquery(bound)));
    }
    find = find.filter(C::TraineeId.in_subquery(who.into_query()));
    if let Some(id) = row.organisation_id {
        let learns = people().filter(trainee::Column::InstituteId.eq(id)).into_query();
        let bound = agreed().filter(proposal::Column::EmployerId.eq(id)).into_query();
        find = find.filter(Condition::any().add(C::TraineeId.in_subquery(learns)).add(C::TraineeId.in_subquery(bound)));
    }
    let mut rows = find.order_by_asc(C::Id).limit(MOST + 1).all(conn).await.map_err(StoreError::from)?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    Ok((rows, more))
}

/// People who have agreed with an employer on a post.
fn agreed() -> Select<proposal::Entity> {
    proposal::Entity::find()
        .select_only()
        .column(proposal::Column::TraineeId)
        .filter(proposal::Column::TraineeDecision.eq(Decision::Accepted.as_str()))
        .filter(proposal::Column::EmployerDecision.eq(Decision::Accepted.as_str()))
}

/// Whether a cause keeps people from leaving and nothing else: whoever means to stay is not struck by it.
fn bars_departure(code: &str) -> bool {
    matches!(code, "ORI.EXITBAN" | "ORI.CAP" | "ORI.AIRSPACE") || ["DST.", "VIS.", "EMP."].iter().any(|begins| code.starts_with(begins))
}

/// Declares a disruption: a job opens a case for everybody whom it strikes, and works out what is open to each.
///
/// # Errors
/// When it is not the actor's to declare, or was declared before.
pub async fn declare(ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<disruption::Model, AppError> {
    let mut tx = ctx.begin().await?;
    let row = to_decide(ctx, &tx, id, version, DisruptionStatus::Draft).await?;
    if row.begins_on > ctx.now.date() {
        return Err(AppError::Invalid(vec![FieldError::new("begins_on", "future", "lies ahead: drill it until then")]));
    }
    if row.evidence.as_ref().is_none_or(|evidence| evidence.trim().is_empty()) {
        return Err(AppError::invalid(
            "evidence",
            "required",
            "says where it was made known: a declaration stands for proof in every case",
        ));
    }
    let changed = disruption::Model { status: DisruptionStatus::Declared.to_string(), declared_on: Some(ctx.now.date()), ..row };
    let party = case_events::party(ctx.actor, hands(EventKind::Verify)).ok_or(AppError::Forbidden)?;
    let version = record::update::<disruption::Entity>(&mut tx, changed.clone(), version, &["status"]).await?;
    job::enqueue(&tx, JOB, &json!({ "disruption": id, "party": party })).await?;
    tx.note("disruption_declared", "disruption", Some(id), json!({ "cause": changed.cause }));
    tx.commit().await?;
    Ok(disruption::Model { version, ..changed })
}

/// A disruption that is the actor's to decide on, as she has read it, in that state; held until the end.
async fn to_decide(ctx: &Ctx<'_>, tx: &Tx, id: Uuid, version: i64, state: DisruptionStatus) -> Result<disruption::Model, AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Disruption)?;
    record::find::<disruption::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let row = record::hold::<disruption::Entity>(tx, id).await?.ok_or(AppError::NotFound)?;
    ensure_own(&scope, &row)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    if row.status != state.as_str() {
        return Err(AppError::TransitionRefused { state: row.status, allowed: vec![] });
    }
    Ok(row)
}

/// The job of a declaration. It may break off anywhere: what is written stays, and whoever takes it up again goes on with
/// those who have no case yet.
///
/// # Errors
/// When the database refuses.
pub async fn carry_out(state: &AppState, held: &Lease<'_>, id: Uuid, party: Party, now: crate::clock::Moment) -> Result<(), AppError> {
    let conn = state.store.read();
    let Some(row) = disruption::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)? else {
        return finish(state, held, now).await;
    };
    // Those who were struck before it broke off stand still by now: their cases are there, and they are not found again.
    // So are those of a round before, where there are more people than one round takes.
    loop {
        let (rows, more) = affected(conn, &row, NOT_LEFT).await?;
        let opened = open_all(state, &row, rows, party, now).await?;
        if !more || opened == 0 {
            break;
        }
    }
    join_open(state, &row, now).await?;
    finish(state, held, now).await
}

/// Opens the cases of some people: how many there are now that were not before. Whoever ends the disruption meanwhile
/// stops it.
async fn open_all(
    state: &AppState,
    row: &disruption::Model,
    rows: Vec<journey::Model>,
    party: Party,
    now: crate::clock::Moment,
) -> Result<u64, AppError> {
    let (today, mut opened) = (now.date(), 0);
    let people = stopped(row, rows)?;
    let options = options::of(state, state.store.read(), &people, today, seed(row)).await?;
    let all: Vec<(Stopped, Options)> = people.into_iter().zip(options).collect();
    for part in all.chunks(STEP) {
        let mut tx = state.store.begin(None, now.ms()).await?;
        if !stands(tx.conn(), row.id).await? {
            return Ok(0);
        }
        for (one, options) in part {
            opened += u64::from(open_for(state, &mut tx, row, one, options, party, today).await?);
        }
        tx.commit().await?;
    }
    Ok(opened)
}

/// Whether a disruption is declared and not ended.
async fn stands(conn: &impl ConnectionTrait, id: Uuid) -> Result<bool, AppError> {
    let row = disruption::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)?;
    Ok(row.is_some_and(|row| row.status == DisruptionStatus::Declared.as_str()))
}

/// Whoever stands still already, for another cause, has a case of her own: it learns of what is shut now, and what she was
/// offered is worked out again.
async fn join_open(state: &AppState, row: &disruption::Model, now: crate::clock::Moment) -> Result<(), AppError> {
    let today = now.date();
    let (held, more) = affected(state.store.read(), row, &[JourneyState::OnHold]).await?;
    if more {
        tracing::error!(disruption.id = %row.id, "more people stand still than one round takes: have their options worked out by hand");
    }
    for one in held {
        let mut tx = state.store.begin(None, now.ms()).await?;
        if !stands(tx.conn(), row.id).await? {
            return Ok(());
        }
        record::hold::<trainee::Entity>(&tx, one.trainee_id).await?;
        let Some(case) = open_case(tx.conn(), one.trainee_id).await?.filter(|case| case.disruption_id.is_none()) else { continue };
        let (proposed, version) = (case.state == State::Proposed.as_str(), case.version);
        let joined = contingency_case::Model { disruption_id: Some(row.id), ..case };
        let version = record::update::<contingency_case::Entity>(&mut tx, joined.clone(), version, &["disruption_id"]).await?;
        if proposed {
            let joined = contingency_case::Model { version, ..joined };
            bring(state, &mut tx, joined, &Event::Propose { shown: 0 }, None, today, today).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}

async fn finish(state: &AppState, held: &Lease<'_>, now: crate::clock::Moment) -> Result<(), AppError> {
    let tx = state.store.begin(None, now.ms()).await?;
    job::finish(&tx, held.job_id, held.worker).await?;
    tx.commit().await?;
    Ok(())
}

/// A case of a declared disruption: seen, proven by the declaration, and with what is open, in one go. Whether there was
/// none before.
async fn open_for(
    state: &AppState,
    tx: &mut Tx,
    row: &disruption::Model,
    one: &Stopped,
    options: &Options,
    party: Party,
    today: NaiveDate,
) -> Result<bool, AppError> {
    let person = one.journey.trainee_id;
    record::hold::<trainee::Entity>(tx, person).await?;
    let known = contingency_case::Entity::find()
        .filter(contingency_case::Column::DisruptionId.eq(row.id))
        .filter(contingency_case::Column::TraineeId.eq(person))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if known.is_some() || open_case(tx.conn(), person).await?.is_some() {
        return Ok(false);
    }
    let reported = row.begins_on.min(today);
    let (made, _) = begin(state, tx, &one.journey, &row.cause, row.safety_risk, reported, Some(row.id)).await?;
    journeys::strike(state, tx, person, &row.cause, reported, today).await?;
    let mut case = made;
    for event in [Event::Triage { cause: row.cause.clone(), safety_risk: row.safety_risk }, Event::Verify { proof: Proof::Evidence }] {
        case = bring(state, tx, case, &event, Some(party), today, today).await?;
    }
    propose(state, tx, case, one, options, party, today).await?;
    let post = journeys::agreed(tx, person).await?;
    tell_employer(tx, post.as_ref(), &row.cause, "post_waits").await?;
    Ok(true)
}

/// Puts before her what was worked out for everybody together, so that no place is promised twice.
async fn propose(
    state: &AppState,
    tx: &mut Tx,
    row: contingency_case::Model,
    one: &Stopped,
    options: &Options,
    party: Party,
    today: NaiveDate,
) -> Result<(), AppError> {
    let ground = Ground::of(state, tx.conn(), &one.journey).await?;
    let row = contingency_case::Model { options: Some(serde_json::to_string(options)?), ..row };
    let shown = u32::try_from(options.decision.shown.len()).unwrap_or(0);
    let (row, _) = carry(tx, row, &Event::Propose { shown }, Some(party), today, &ground).await?;
    letters::write(tx, &row, LetterKind::Options, None, &ground, today).await?;
    notifications::to_person(tx, row.trainee_id, "contingency_options", &format!("/ui/contingency-cases/{}", row.id), &[]).await
}

/// How the cases of a disruption stand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub by_state: BTreeMap<String, u64>,
    pub by_outcome: BTreeMap<String, u64>,
    pub open: u64,
    /// Messages to those who are struck, in the application.
    pub messages: Told,
    /// Letters in these cases, and how many of them are known to have been received.
    pub letters: u64,
    pub confirmed: u64,
}

/// Counts the cases of a disruption that the actor may list.
///
/// # Errors
/// When the disruption is not the actor's to read.
pub async fn standing(ctx: &Ctx<'_>, id: Uuid) -> Result<Standing, AppError> {
    let scope = permit(ctx.actor, Action::List, Subject::ContingencyCase)?;
    let rows: Vec<(String, Option<String>, i64)> = contingency_case::Entity::find()
        .select_only()
        .column(contingency_case::Column::State)
        .column(contingency_case::Column::Outcome)
        .column_as(contingency_case::Column::Id.count(), "n")
        .filter(contingency_case::Entity::visible(&scope))
        .filter(contingency_case::Column::DisruptionId.eq(id))
        .group_by(contingency_case::Column::State)
        .group_by(contingency_case::Column::Outcome)
        .into_tuple()
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    let (letters, confirmed) = letters::counted(ctx, id).await?;
    let messages = messages::told(ctx.state.store.read(), &scope, id).await?;
    let mut standing = Standing { messages, letters, confirmed, ..Standing::default() };
    for (state, outcome, count) in rows {
        let count = u64::try_from(count).unwrap_or(0);
        if state != State::Closed.as_str() {
            standing.open += count;
        }
        *standing.by_state.entry(state).or_insert(0) += count;
        if let Some(outcome) = outcome {
            *standing.by_outcome.entry(outcome).or_insert(0) += count;
        }
    }
    Ok(standing)
}
