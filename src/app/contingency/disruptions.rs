//! What strikes many at once: whom, drilled without writing anything of anybody, and declared once.

use super::Options;
use super::act::bring;
use super::letters;
use super::open::{Ground, begin, carry, open_case};
use super::options::{self, PlanSet, Stopped, Struck};
use crate::app::Ctx;
use crate::app::match_runs::job_lease::Lease;
use crate::app::money::ledger;
use crate::app::work::notifications;
use crate::app::{case_events, journeys};
use crate::error::{AppError, FieldError};
use crate::state::AppState;
use chrono::{Days, NaiveDate};
use passerelle_domain::access::{Action, Reach, Scope, Subject, permit};
use passerelle_domain::contingency::decision::Bar;
use passerelle_domain::contingency::letter::LetterKind;
use passerelle_domain::contingency::{Cause, Response, cause};
use passerelle_domain::corridor::Party;
use passerelle_domain::machine::contingency::{Event, EventKind, Proof, State, hands};
use passerelle_domain::people::{Decision, DisruptionStatus, JourneyState, Track};
use passerelle_store::entity::{
    account, case_letter, cohort, contingency_case, disruption, journey, notification, organisation, proposal, trainee,
};
use passerelle_store::query::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, Tx, job, record};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

pub const JOB: &str = "disruption";

/// People that one disruption is worked out for; a drill says when there are more.
const MOST: u64 = 100_000;
/// People whose cases are opened in one transaction.
const STEP: usize = 50;
/// People that a drill names.
const NAMED: usize = 200;

/// What a disruption would do, or does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    pub as_of: Option<NaiveDate>,
    pub affected: usize,
    pub more: bool,
    /// People by the first response that is open to them; those with none are under `unplaced`.
    pub by_response: BTreeMap<String, usize>,
    /// People to whom each response is open at all.
    pub open_to: BTreeMap<String, usize>,
    /// Why responses are not open, by response and bar.
    pub barred: BTreeMap<String, BTreeMap<String, usize>>,
    pub unplaced: usize,
    /// People who lose a post to others because too few are left.
    pub without_turn: usize,
    pub measures: BTreeMap<String, usize>,
    /// Minor units that the first responses would lose, by currency.
    pub loss: BTreeMap<String, i64>,
    /// The same for the worst that is open to each.
    pub loss_worst: BTreeMap<String, i64>,
    /// Minor units that the reserves of the agreements concerned hold, by currency.
    pub reserve: BTreeMap<String, i64>,
    /// The same under each plan that there is to compare, the one in force first.
    #[serde(default)]
    pub plans: Vec<UnderPlan>,
    pub people: Vec<DrilledPerson>,
}

/// What a disruption would do under one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderPlan {
    pub plan: PlanSet,
    pub unplaced: usize,
    pub without_turn: usize,
    pub by_response: BTreeMap<String, usize>,
    pub loss: BTreeMap<String, i64>,
    pub loss_worst: BTreeMap<String, i64>,
}

/// One person in a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrilledPerson {
    pub trainee: Uuid,
    pub gate: String,
    pub horizon_on: Option<NaiveDate>,
    pub options: Vec<Response>,
}

/// Works out what a disruption would do today, and keeps the answer with it.
///
/// # Errors
/// When the disruption is not the actor's.
pub async fn drill(ctx: &Ctx<'_>, id: Uuid) -> Result<Drill, AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Disruption)?;
    let people = permit(ctx.actor, Action::List, Subject::Journey)?;
    let conn = ctx.state.store.read();
    let row = record::find::<disruption::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    ensure_own(&scope, &row)?;
    let today = ctx.now.date();
    let drill = worked_out(ctx.state, conn, &row, &people, today).await?;
    let mut tx = ctx.begin().await?;
    let row = record::hold::<disruption::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    let version = row.version;
    let changed = disruption::Model { drill: Some(serde_json::to_string(&drill)?), drilled_on: Some(today), ..row };
    record::update::<disruption::Entity>(&mut tx, changed, version, &["drilled_on"]).await?;
    tx.commit().await?;
    Ok(drill)
}

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

/// The last drill that was kept; nothing for the other side, which it may name people to whom that side does not know.
///
/// # Errors
/// When the disruption is not the actor's to read.
pub async fn last_drill(ctx: &Ctx<'_>, id: Uuid) -> Result<(disruption::Model, Option<Drill>), AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Disruption)?;
    let row = record::find::<disruption::Entity>(ctx.state.store.read(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let read = |text| serde_json::from_str(text).map_err(|_| StoreError::Corrupt { table: "disruption", column: "drill" });
    let drill = row.drill.as_deref().filter(|_| is_own(&scope, &row)).map(read).transpose()?;
    Ok((row, drill))
}

async fn worked_out(
    state: &AppState,
    conn: &impl ConnectionTrait,
    row: &disruption::Model,
    scope: &Scope,
    today: NaiveDate,
) -> Result<Drill, AppError> {
    // Everybody is counted; named are those whom whoever drills may see.
    let (rows, more) = affected(conn, row).await?;
    let seen = seen(conn, &rows, scope).await?;
    let stopped = stopped(row, rows)?;
    let mut drill = Drill { as_of: Some(today), affected: stopped.len(), more, ..Drill::default() };
    for (plan, options) in options::compared(state, conn, &stopped, today, seed(row)).await? {
        let mut under = Drill::default();
        for (one, options) in stopped.iter().zip(&options) {
            match plan {
                PlanSet::InForce => drill.count(one, options, seen.contains(&one.journey.id)),
                PlanSet::Drafts | PlanSet::Taxonomy => under.count(one, options, false),
            }
        }
        let counted = if plan == PlanSet::InForce { drill.clone() } else { under };
        let Drill { unplaced, without_turn, by_response, loss, loss_worst, .. } = counted;
        drill.plans.push(UnderPlan { plan, unplaced, without_turn, by_response, loss, loss_worst });
    }
    drill.reserve = ledger::reserves(conn, &agreements_of(conn, &stopped).await?).await?;
    Ok(drill)
}

impl Drill {
    fn count(&mut self, one: &Stopped, options: &Options, named: bool) {
        let decision = &options.decision;
        let count = |counts: &mut BTreeMap<String, usize>, word: &str| *counts.entry(word.to_owned()).or_insert(0) += 1;
        match decision.choices.first() {
            Some(first) => {
                count(&mut self.by_response, first.response.as_str());
                first.loss.iter().for_each(|(currency, minor)| *self.loss.entry(currency.clone()).or_insert(0) += minor);
            }
            None => self.unplaced += 1,
        }
        let mut worst: BTreeMap<&String, i64> = BTreeMap::new();
        for (currency, minor) in decision.choices.iter().flat_map(|one| &one.loss) {
            let most = worst.entry(currency).or_insert(0);
            *most = (*most).max(*minor);
        }
        worst.into_iter().for_each(|(currency, minor)| *self.loss_worst.entry(currency.clone()).or_insert(0) += minor);
        let kinds: BTreeSet<Response> = decision.choices.iter().map(|one| one.response).collect();
        kinds.iter().for_each(|kind| count(&mut self.open_to, kind.as_str()));
        for barred in &decision.barred {
            count(self.barred.entry(barred.response.to_string()).or_default(), barred.bar.as_str());
        }
        self.without_turn += usize::from(decision.barred.iter().any(|one| one.bar == Bar::OtherTurn));
        decision.measures.iter().for_each(|measure| count(&mut self.measures, measure.as_str()));
        if named && self.people.len() < NAMED {
            let shown = decision.shown.iter().filter_map(|at| decision.choices.get(*at)).map(|one| one.response);
            self.people.push(DrilledPerson {
                trainee: one.journey.trainee_id,
                gate: one.journey.state.clone(),
                horizon_on: one.journey.horizon_on,
                options: shown.collect(),
            });
        }
    }
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

/// Those of some journeys that somebody may see.
async fn seen(conn: &impl ConnectionTrait, rows: &[journey::Model], scope: &Scope) -> Result<BTreeSet<Uuid>, AppError> {
    let mut seen = BTreeSet::new();
    for chunk in rows.chunks(5_000) {
        let find = journey::Entity::find()
            .select_only()
            .column(journey::Column::Id)
            .filter(journey::Entity::visible(scope))
            .filter(journey::Column::Id.is_in(chunk.iter().map(|row| row.id)));
        seen.extend(find.into_tuple::<Uuid>().all(conn).await.map_err(StoreError::from)?);
    }
    Ok(seen)
}

/// Journeys that a disruption strikes: those that have not left, have not ended and do not stand still, go the way that
/// it names, and would come to it before it is over. Whoever is trained would leave now; whoever is in training yet and
/// ready only later than nine of ten such causes last is not struck, for her way is open again by then.
async fn affected(conn: &impl ConnectionTrait, row: &disruption::Model) -> Result<(Vec<journey::Model>, bool), AppError> {
    use JourneyState as S;
    use journey::Column as C;
    let before_departure =
        [S::Enrolled, S::InTraining, S::Certified, S::Matched, S::Offered, S::Recognition, S::Visa, S::PreDeparture].map(S::as_str);
    let mut find = journey::Entity::find().filter(C::State.is_in(before_departure));
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
        who = who.filter(trainee::Column::InstituteId.in_subquery(there));
    }
    find = find.filter(C::TraineeId.in_subquery(who.into_query()));
    if let Some(id) = row.organisation_id {
        let learns = people().filter(trainee::Column::InstituteId.eq(id)).into_query();
        let bound = proposal::Entity::find()
            .select_only()
            .column(proposal::Column::TraineeId)
            .filter(proposal::Column::EmployerId.eq(id))
            .filter(proposal::Column::TraineeDecision.eq(Decision::Accepted.as_str()))
            .filter(proposal::Column::EmployerDecision.eq(Decision::Accepted.as_str()))
            .into_query();
        find = find.filter(Condition::any().add(C::TraineeId.in_subquery(learns)).add(C::TraineeId.in_subquery(bound)));
    }
    let mut rows = find.order_by_asc(C::Id).limit(MOST + 1).all(conn).await.map_err(StoreError::from)?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    Ok((rows, more))
}

/// Whether a cause keeps people from leaving and nothing else: whoever means to stay is not struck by it.
fn bars_departure(code: &str) -> bool {
    matches!(code, "ORI.EXITBAN" | "ORI.CAP" | "ORI.AIRSPACE") || ["DST.", "VIS.", "EMP."].iter().any(|begins| code.starts_with(begins))
}

/// The agreements under which people are trained.
async fn agreements_of(conn: &impl ConnectionTrait, stopped: &[Stopped]) -> Result<BTreeSet<Uuid>, AppError> {
    let mut agreements = BTreeSet::new();
    for chunk in stopped.chunks(5_000) {
        let cohorts = trainee::Entity::find()
            .select_only()
            .column(trainee::Column::CohortId)
            .filter(trainee::Column::Id.is_in(chunk.iter().map(|one| one.journey.trainee_id)))
            .into_query();
        let rows: Vec<Option<Uuid>> = cohort::Entity::find()
            .select_only()
            .column(cohort::Column::AgreementId)
            .distinct()
            .filter(cohort::Column::Id.in_subquery(cohorts))
            .into_tuple()
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        agreements.extend(rows.into_iter().flatten());
    }
    Ok(agreements)
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

/// Ends a disruption. Cases that it opened run on: what was chosen is carried out, what was not is worked out again.
///
/// # Errors
/// When it is not the actor's to end, or is not declared.
pub async fn end(ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<disruption::Model, AppError> {
    let mut tx = ctx.begin().await?;
    let row = to_decide(ctx, &tx, id, version, DisruptionStatus::Declared).await?;
    let changed = disruption::Model { status: DisruptionStatus::Ended.to_string(), ended_on: Some(ctx.now.date()), ..row };
    let version = record::update::<disruption::Entity>(&mut tx, changed.clone(), version, &["status"]).await?;
    tx.note("disruption_ended", "disruption", Some(id), json!({}));
    tx.commit().await?;
    Ok(disruption::Model { version, ..changed })
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
    let today = now.date();
    // Those who were struck before it broke off stand still by now: their cases are there.
    let (rows, _) = affected(conn, &row).await?;
    let people = stopped(&row, rows)?;
    let options = options::of(state, conn, &people, today, seed(&row)).await?;
    let all: Vec<(Stopped, Options)> = people.into_iter().zip(options).collect();
    for part in all.chunks(STEP) {
        let mut tx = state.store.begin(None, now.ms()).await?;
        // It may have been ended meanwhile, or declared by mistake: nobody else is stopped then.
        let stands = disruption::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?;
        if stands.is_none_or(|stands| stands.status != DisruptionStatus::Declared.as_str()) {
            break;
        }
        for (one, options) in part {
            open_for(state, &mut tx, &row, one, options, party, today).await?;
        }
        tx.commit().await?;
    }
    finish(state, held, now).await
}

async fn finish(state: &AppState, held: &Lease<'_>, now: crate::clock::Moment) -> Result<(), AppError> {
    let tx = state.store.begin(None, now.ms()).await?;
    job::finish(&tx, held.job_id, held.worker).await?;
    tx.commit().await?;
    Ok(())
}

/// A case of a declared disruption: seen, proven by the declaration, and with what is open, in one go.
async fn open_for(
    state: &AppState,
    tx: &mut Tx,
    row: &disruption::Model,
    one: &Stopped,
    options: &Options,
    party: Party,
    today: NaiveDate,
) -> Result<(), AppError> {
    let person = one.journey.trainee_id;
    record::hold::<trainee::Entity>(tx, person).await?;
    let known = contingency_case::Entity::find()
        .filter(contingency_case::Column::DisruptionId.eq(row.id))
        .filter(contingency_case::Column::TraineeId.eq(person))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if known.is_some() || open_case(tx.conn(), person).await?.is_some() {
        return Ok(());
    }
    let reported = row.begins_on.min(today);
    let (made, _) = begin(state, tx, &one.journey, &row.cause, row.safety_risk, reported, Some(row.id)).await?;
    journeys::strike(state, tx, person, &row.cause, today).await?;
    let mut case = made;
    for event in [Event::Triage { cause: row.cause.clone(), safety_risk: row.safety_risk }, Event::Verify { proof: Proof::Evidence }] {
        case = bring(state, tx, case, &event, Some(party), today, today).await?;
    }
    propose(state, tx, case, one, options, party, today).await
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
    let messages = told(ctx.state.store.read(), &scope, id).await?;
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

/// How far a message has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Accounts that were told in the application.
    pub sent: u64,
    pub read: u64,
    /// People who were written to, with an account or without.
    pub letters: u64,
}

/// Where a person reads about a disruption, and by what its messages are counted.
fn place(id: Uuid) -> String {
    format!("/ui/contingency-cases?disruption_id={id}")
}

/// Tells everybody with an open case of a disruption, as far as the actor may see them: each by a letter, and whoever has
/// an account in the application as well.
///
/// # Errors
/// When the disruption is not the actor's, or the text is empty or too long.
pub async fn tell_all(ctx: &Ctx<'_>, id: Uuid, text: &str) -> Result<Told, AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Disruption)?;
    let people = permit(ctx.actor, Action::List, Subject::ContingencyCase)?;
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 500 || text.chars().any(crate::app::resource::is_invisible) {
        return Err(AppError::invalid("text", "message-text", "is empty, longer than 500 characters, or holds what cannot be seen"));
    }
    let conn = ctx.state.store.read();
    record::find::<disruption::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let cases: Vec<Uuid> = contingency_case::Entity::find()
        .select_only()
        .column(contingency_case::Column::Id)
        .filter(contingency_case::Entity::visible(&people))
        .filter(contingency_case::Column::DisruptionId.eq(id))
        .filter(contingency_case::Column::State.ne(State::Closed.as_str()))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut told = Told::default();
    for part in cases.chunks(500) {
        let mut tx = ctx.begin().await?;
        let find = contingency_case::Entity::find().filter(contingency_case::Column::Id.is_in(part.iter().copied()));
        let rows = find.all(tx.conn()).await.map_err(StoreError::from)?;
        letters::write_to_all(&mut tx, &rows, text, ctx.now.date()).await?;
        told.letters += u64::try_from(rows.len()).unwrap_or(0);
        let accounts: Vec<Uuid> = account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .filter(account::Column::TraineeId.is_in(rows.iter().map(|row| row.trainee_id)))
            .filter(account::Column::Status.eq("active"))
            .into_tuple()
            .all(tx.conn())
            .await
            .map_err(StoreError::from)?;
        told.sent += u64::try_from(accounts.len()).unwrap_or(0);
        notifications::to_accounts(&mut tx, accounts, "disruption_message", &place(id), &[("text", text.to_owned())]).await?;
        tx.note("disruption_message", "disruption", Some(id), json!({ "people": part.len() }));
        tx.commit().await?;
    }
    Ok(told)
}

/// How many messages about a disruption were sent in the application, and how many of them were read.
async fn told(conn: &impl ConnectionTrait, scope: &Scope, id: Uuid) -> Result<Told, AppError> {
    let people = contingency_case::Entity::find()
        .select_only()
        .column(contingency_case::Column::TraineeId)
        .filter(contingency_case::Entity::visible(scope))
        .filter(contingency_case::Column::DisruptionId.eq(id))
        .into_query();
    let accounts =
        || account::Entity::find().select_only().column(account::Column::Id).filter(account::Column::TraineeId.in_subquery(people.clone()));
    let sent = || {
        notification::Entity::find()
            .filter(notification::Column::Kind.eq("disruption_message"))
            .filter(notification::Column::Href.eq(place(id)))
            .filter(notification::Column::AccountId.in_subquery(accounts().into_query()))
    };
    let read = sent().filter(notification::Column::ReadAtMs.is_not_null()).count(conn).await.map_err(StoreError::from)?;
    let letters = case_letter::Entity::find()
        .filter(case_letter::Entity::visible(scope))
        .filter(case_letter::Column::Kind.eq(LetterKind::Message.as_str()))
        .filter(case_letter::Column::DisruptionId.eq(id));
    let letters = letters.count(conn).await.map_err(StoreError::from)?;
    Ok(Told { sent: sent().count(conn).await.map_err(StoreError::from)?, read, letters })
}
