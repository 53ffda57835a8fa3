//! What happens in a case: its events, brought by a hand that may, each in one transaction with whatever follows from it
//! on her journey and in the books.

use super::disruptions::declared_for;
use super::open::{Ground, carry, open_case, tell_employer};
use super::options::{self, Stopped, Struck};
use super::settlement::{self, Paid};
use super::{Options, acting, facts, kept, letters, loans, pass_on, posts};
use crate::app::case_events::{self, Act};
use crate::app::tracks::enrolment;
use crate::app::work::notifications;
use crate::app::{Ctx, journeys};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::contingency::{AtFault, Response, cause};
use passerelle_domain::corridor::Party;
use passerelle_domain::finance::settlement::Settlement;
use passerelle_domain::machine::contingency::{Case, Event, EventKind, Proof, State, hands};
use passerelle_domain::machine::journey::{self, Resolution};
use passerelle_domain::people::{Decision as Word, TransferKind, TransferStatus};
use passerelle_store::entity::{case_event, case_transfer, contingency_case, disruption, journey as journey_row, need, proposal, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx, record};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Cases that one night looks at.
const PAGE: u64 = 500;

/// Brings an event.
///
/// # Errors
/// Why it cannot happen.
pub async fn act(ctx: &Ctx<'_>, id: Uuid, version: i64, act: &Act<Event>) -> Result<Case, AppError> {
    let scope = acting(ctx)?;
    act.ensure_sound()?;
    let mut tx = ctx.begin().await?;
    record::find::<contingency_case::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let row = hold(&tx, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    if act.event.kind() == EventKind::Decide {
        ensure_independent(ctx, tx.conn(), id).await?;
    }
    let by = case_events::party(ctx.actor, hands(act.event.kind())).ok_or(AppError::Forbidden)?;
    let last = case_events::last::<Case>(tx.conn(), id).await?.map(|(_, event)| event.on_date);
    let on = case_events::day_of(act.on, ctx.now.date(), last.or(Some(row.reported_on)))?;
    let row = bring(ctx.state, &mut tx, row, &act.event, Some(by), on, ctx.now.date()).await?;
    tx.commit().await?;
    facts(&row)
}

/// Whoever had a hand in what is appealed against does not decide on the appeal.
async fn ensure_independent(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, id: Uuid) -> Result<(), AppError> {
    let decided = |event: &case_event::Model| {
        matches!(
            serde_json::from_str::<Event>(&event.event).map(|event| event.kind()),
            Ok(EventKind::Triage
                | EventKind::Verify
                | EventKind::Reject
                | EventKind::Propose
                | EventKind::Consent
                | EventKind::Done
                | EventKind::Decide)
        )
    };
    let before = case_events::history(conn, id).await?;
    if before.iter().any(|event| event.account_id == Some(ctx.actor.user.0) && decided(event)) {
        return Err(AppError::invalid(
            "independent_panel",
            "panel-not-independent",
            "is brought by somebody who decided in this case before: another one brings what the panel says",
        ));
    }
    Ok(())
}

/// Takes a case for the transaction at hand: agreement, cohort and person first, in the order of whoever claims or enrols.
pub(super) async fn hold(tx: &Tx, id: Uuid) -> Result<Option<contingency_case::Model>, AppError> {
    let found = contingency_case::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?;
    let Some(found) = found else { return Ok(None) };
    enrolment::wait_in_line(tx, found.trainee_id).await?;
    Ok(record::hold::<contingency_case::Entity>(tx, id).await?)
}

/// Brings an event in the transaction at hand, with all that follows from it: the case as it stands then.
///
/// # Errors
/// Why it cannot happen.
pub(super) async fn bring(
    state: &AppState,
    tx: &mut Tx,
    row: contingency_case::Model,
    event: &Event,
    by: Option<Party>,
    on: NaiveDate,
    today: NaiveDate,
) -> Result<contingency_case::Model, AppError> {
    let case = facts(&row)?;
    let journey = journey_of(tx.conn(), row.journey_id).await?;
    let ground = Ground::of(state, tx.conn(), &journey).await?;
    // What the service finds out itself is not taken from whoever sends the event.
    let (mut row, mut event) = (row, event.clone());
    match &mut event {
        Event::Propose { shown } if case.takes().contains(&EventKind::Propose) => {
            let found = work_out(state, tx.conn(), &row, &case, &journey, today).await?;
            *shown = u32::try_from(found.decision.shown.len()).unwrap_or(0);
            row.options = Some(serde_json::to_string(&found)?);
        }
        // What is shown already is put in her order at once.
        Event::Wish { first, second } if case.state == State::Proposed => {
            let wishing = Case { wishes: vec![*first, *second], ..case.clone() };
            let found = work_out(state, tx.conn(), &row, &wishing, &journey, today).await?;
            row.options = Some(serde_json::to_string(&found)?);
        }
        Event::Close { balanced } => {
            let settlements: Vec<Settlement> = kept(row.settlement.as_deref(), "settlement")?.unwrap_or_default();
            *balanced = settlement::is_balanced(tx.conn(), row.id, &settlements).await?;
        }
        Event::Consent { response, need, .. } if case.takes().contains(&EventKind::Consent) => {
            ensure_offered(state, tx, &row, &case, &journey, (*response, *need), today).await?;
        }
        _ => {}
    }
    let person = row.trainee_id;
    let (mut row, next) = carry(tx, row, &event, by, on, &ground).await?;
    match &event {
        Event::Done { insurance, fault_cap, refund_item, refund } => {
            ensure_own_fault(&next, by, fault_cap.is_some())?;
            let paid = Paid { insurance: *insurance, fault_cap: *fault_cap, refund: refund_item.clone().zip(*refund) };
            row = resolve(state, tx, row, &next, paid, &ground, (on, today)).await?;
        }
        Event::Decide { .. } if next.state == State::Verified && open_elsewhere(tx, &row).await? => {
            return Err(AppError::Conflict("another case of hers is open: bring that one to an end first".into()));
        }
        // What was settled is settled anew when the case is decided again, and her time stands still until it is.
        Event::Decide { .. } if next.state == State::Verified => {
            settlement::take_back(tx, row.id, on).await?;
            row = settled(tx, row, None, None).await?;
            take_up(state, tx, journey, &next.cause, today).await?;
        }
        Event::Propose { .. } => tell(tx, &row, "contingency_options").await?,
        Event::Reject { .. } => tell(tx, &row, "contingency_rejected").await?,
        Event::AskAdvice { .. } => ask_advisers(tx, &row).await?,
        Event::Advise { .. } => tell(tx, &row, "contingency_advice").await?,
        // What somebody wrote down on her word is told to her, so that she can say that it was not hers.
        Event::Consent { .. } if by != Some(Party::Trainee) => tell(tx, &row, "contingency_her_word").await?,
        _ => {}
    }
    loans::follow(tx, person, &next, on).await?;
    if let Some((kind, words)) = letters::told_by(&event, &next) {
        letters::write(tx, &row, kind, words, &ground, today).await?;
    }
    // Nothing came of the report, and nothing else keeps her: she goes on where she was.
    let ends = next.state == State::Closed && next.outcome.is_none() && event.kind() != EventKind::Withdraw;
    if ends && open_case(tx.conn(), person).await?.is_none() {
        go_on(state, tx, person, Resolution::Defer, today).await?;
    }
    Ok(row)
}

/// Whether she has another case that is not over.
async fn open_elsewhere(tx: &Tx, row: &contingency_case::Model) -> Result<bool, AppError> {
    Ok(open_case(tx.conn(), row.trainee_id).await?.is_some_and(|other| other.id != row.id))
}

/// A case with who bears what and the turn that it gives, or without both where it is to be settled anew.
async fn settled(
    tx: &mut Tx,
    row: contingency_case::Model,
    settlement: Option<String>,
    turn_until: Option<NaiveDate>,
) -> Result<contingency_case::Model, AppError> {
    let before = row.version;
    let changed = contingency_case::Model { settlement, turn_until, ..row };
    let version = record::update::<contingency_case::Entity>(tx, changed.clone(), before, &["settlement", "turn_until"]).await?;
    Ok(contingency_case::Model { version, ..changed })
}

/// Tells the organisations to which she was referred that she asks; the authority reads it in its queue.
async fn ask_advisers(tx: &mut Tx, row: &contingency_case::Model) -> Result<(), AppError> {
    let find = case_transfer::Entity::find()
        .select_only()
        .column(case_transfer::Column::ToId)
        .distinct()
        .filter(case_transfer::Column::TraineeId.eq(row.trainee_id))
        .filter(case_transfer::Column::Kind.eq(TransferKind::Referral.as_str()))
        .filter(case_transfer::Column::Status.eq(TransferStatus::Accepted.as_str()));
    let organisations: Vec<Uuid> = find.into_tuple().all(tx.conn()).await.map_err(StoreError::from)?;
    for organisation in organisations {
        notifications::to_organisation(tx, organisation, "contingency_question", &format!("/ui/contingency-cases/{}", row.id)).await?;
    }
    Ok(())
}

async fn tell(tx: &mut Tx, row: &contingency_case::Model, kind: &str) -> Result<(), AppError> {
    notifications::to_person(tx, row.trainee_id, kind, &format!("/ui/contingency-cases/{}", row.id), &[]).await
}

async fn journey_of(conn: &impl ConnectionTrait, id: Uuid) -> Result<journey_row::Model, AppError> {
    journey_row::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)
}

/// What is open to the person of a case today.
async fn work_out(
    state: &AppState,
    conn: &impl ConnectionTrait,
    row: &contingency_case::Model,
    case: &Case,
    journey: &journey_row::Model,
    today: NaiveDate,
) -> Result<Options, AppError> {
    let known = cause(&case.cause).ok_or(StoreError::Corrupt { table: "contingency_case", column: "cause" })?;
    let disruption = match row.disruption_id {
        Some(id) => disruption::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)?,
        None => None,
    };
    let own = match &disruption {
        Some(row) if row.cause == case.cause => Struck::by(row),
        Some(row) => Struck::alone(known, journey).beside(row, case.reported_on),
        None => Struck::alone(known, journey),
    };
    // What else is declared strikes her as well, whichever of them her case belongs to.
    let others = declared_for(conn, journey, row.disruption_id).await?;
    let struck = others.iter().fold(own, |struck, other| struck.beside(other, case.reported_on));
    let seed = disruption.as_ref().map_or(0, |row| u64::try_from(row.seed).unwrap_or(0));
    let one = Stopped {
        journey: journey.clone(),
        cause: known,
        reported_on: case.reported_on,
        safety_risk: case.safety_risk,
        decided: case.decided,
        wishes: case.wishes.clone(),
        heard: case.proof == Some(Proof::Hearing),
        struck,
    };
    let mut found = options::of(state, conn, &[one], today, seed).await?.pop().ok_or(AppError::NotFound)?;
    // What was kept for her where posts are scarce stays kept until she has chosen.
    let before: Option<Options> = kept(row.options.as_deref(), "options")?;
    let mine = before.and_then(|options| options.allotted).filter(|_| case.state == State::Proposed);
    found.allotted = mine.filter(|need| found.names(*need)).or(found.allotted);
    Ok(found)
}

/// What a state owes is for its own authority to say: neither charges the other.
fn ensure_own_fault(case: &Case, by: Option<Party>, charged: bool) -> Result<(), AppError> {
    let fault = cause(&case.cause).map(|known| known.at_fault);
    let others = match fault {
        Some(AtFault::OriginState) => by == Some(Party::DestinationAuthority),
        Some(AtFault::DestinationState) => by == Some(Party::OriginAuthority),
        _ => false,
    };
    if charged && others {
        return Err(AppError::invalid("fault_cap", "fault-not-yours", "is for the authority of the state that owes it to say"));
    }
    Ok(())
}

/// Whether what she chooses was offered to her, and is open still: the law and the places of today are asked again.
async fn ensure_offered(
    state: &AppState,
    tx: &Tx,
    row: &contingency_case::Model,
    case: &Case,
    journey: &journey_row::Model,
    (response, need): (Response, Option<Uuid>),
    today: NaiveDate,
) -> Result<(), AppError> {
    let offered: Option<Options> = kept(row.options.as_deref(), "options")?;
    let fresh = offered.as_ref().is_some_and(|options| options.as_of == today);
    if !offered.is_some_and(|options| options.offers(response, need)) {
        return Err(AppError::invalid("response", "not-offered", "is not among the options that were worked out for her"));
    }
    // Two who choose the last place wait for each other here.
    if let Some(need_id) = need {
        record::hold::<need::Entity>(tx, need_id).await?.ok_or(AppError::NotFound)?;
    }
    // Papers of yesterday may have lapsed today, and a post may be gone at any moment.
    if (need.is_some() || !fresh) && !work_out(state, tx.conn(), row, case, journey, today).await?.offers(response, need) {
        return Err(AppError::Conflict("this is no longer open to her: have her options worked out again".into()));
    }
    Ok(())
}

/// Her journey goes on, the post she chose is put before its employer, and what is lost gets its bearers.
async fn resolve(
    state: &AppState,
    tx: &mut Tx,
    row: contingency_case::Model,
    case: &Case,
    paid: Paid,
    ground: &Ground,
    (on, today): (NaiveDate, NaiveDate),
) -> Result<contingency_case::Model, AppError> {
    let options: Option<Options> = kept(row.options.as_deref(), "options")?;
    let settlements = settlement::settle_case(tx, &row, case, options.as_ref(), paid, on).await?;
    let Some(response) = case.chosen else { return Ok(row) };
    // A post on another pathway into the same country is another match, with its own filing.
    let posted = matches!(response, Response::SubEmployer | Response::SubDest | Response::SwitchPathway | Response::SwitchOccupation);
    let outcome = match (response, case.need) {
        (Response::SwitchPathway | Response::SwitchOccupation, Some(_)) => Some(Resolution::SubstituteDestination),
        _ => response.resolution(),
    };
    if response == Response::SwitchOccupation
        && let Some(need_id) = case.need
    {
        take_up_occupation(tx, row.trainee_id, need_id).await?;
    }
    // What she gives up is looked at before it is given back.
    let post = journeys::agreed(tx, row.trainee_id).await?;
    loans::relieve(tx, (row.id, row.trainee_id), case, &settlements, on).await?;
    if let Some(outcome) = outcome {
        go_on(state, tx, row.trainee_id, outcome, today).await?;
    }
    if posted && let Some(need_id) = case.need {
        propose_post(tx, &row, need_id, options.as_ref(), response).await?;
    }
    tell_employer(tx, post.as_ref(), &case.cause, "post_decided").await?;
    if response == Response::HomeTrack
        && let Some(need_id) = case.need
    {
        tell_home_employer(tx, need_id).await?;
    }
    if let Some(post) = post.filter(|_| matches!(response, Response::TransferPlace | Response::Unplaced) && is_hers_alone(&case.cause)) {
        pass_on::offer(state, tx, &post, ground, today).await?;
    }
    tell(tx, &row, "contingency_resolved").await?;
    settled(tx, row, Some(serde_json::to_string(&settlements)?), ground.turn_until(response, case.control(), on)).await
}

/// An employer at home learns that one of its posts is taken by a graduate of the agreement.
async fn tell_home_employer(tx: &mut Tx, need_id: Uuid) -> Result<(), AppError> {
    let asked = need::Entity::find_by_id(need_id).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    notifications::to_organisation(tx, asked.employer_id, "home_post_taken", &format!("/ui/needs/{need_id}")).await
}

/// Whether a cause strikes her and not the post, the border, or everybody of her country: somebody else could go.
fn is_hers_alone(code: &str) -> bool {
    ["PER.", "FAM.", "HLT.", "VIS.", "REC."].iter().any(|group| code.starts_with(group)) && code != "HLT.EPIDEMIC"
}

/// From now on she is matched and judged in the occupation of the post that she chose.
async fn take_up_occupation(tx: &mut Tx, person: Uuid, need_id: Uuid) -> Result<(), AppError> {
    let asked = need::Entity::find_by_id(need_id).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let Some(row) = record::hold::<trainee::Entity>(tx, person).await? else { return Ok(()) };
    let version = row.version;
    record::update::<trainee::Entity>(tx, trainee::Model { occupation: asked.occupation, ..row }, version, &["occupation"]).await?;
    Ok(())
}

/// A case that is decided again: her journey stands still, taken up again where it had ended.
async fn take_up(state: &AppState, tx: &mut Tx, row: journey_row::Model, cause: &str, today: NaiveDate) -> Result<(), AppError> {
    let person = row.trainee_id;
    if journeys::takes(tx, person, journey::EventKind::Reopen).await? {
        let history = case_events::history(tx.conn(), row.id).await?;
        let ended = history.iter().rev().find_map(|event| serde_json::from_str::<journey::Journey>(&event.after).ok()?.held_from);
        let Some(gate) = ended else { return Ok(()) };
        journeys::by_system(state, tx, person, &journey::Event::Reopen { gate, cause: cause.to_owned() }, today).await?;
        return Ok(());
    }
    journeys::strike(state, tx, person, cause, today, today).await
}

/// Ends the standstill of a journey. One that goes on or has ended already, as after an appeal, stays as it is.
async fn go_on(state: &AppState, tx: &mut Tx, person: Uuid, outcome: Resolution, today: NaiveDate) -> Result<(), AppError> {
    if journeys::takes(tx, person, journey::EventKind::Resolve).await? {
        journeys::by_system(state, tx, person, &journey::Event::Resolve { outcome }, today).await?;
    }
    Ok(())
}

/// Her journey came to an end by another way: the case that was open ends with it.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn ended(state: &AppState, tx: &mut Tx, person: Uuid, on: NaiveDate, today: NaiveDate) -> Result<(), AppError> {
    let Some(row) = open_case(tx.conn(), person).await? else { return Ok(()) };
    let on = on.max(row.reported_on);
    Box::pin(bring(state, tx, row, &Event::Withdraw, None, on, today)).await.map(|_| ())
}

/// The post that she chose, with her word on it: the employer's is awaited as after any match.
async fn propose_post(
    tx: &mut Tx,
    row: &contingency_case::Model,
    need_id: Uuid,
    options: Option<&Options>,
    response: Response,
) -> Result<(), AppError> {
    let chosen = options.and_then(|options| options.choice(response, Some(need_id))).and_then(|one| one.opening.as_ref());
    let Some(pathway) = chosen.and_then(|opening| opening.pathway.clone()) else { return Ok(()) };
    let asked = need::Entity::find_by_id(need_id).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let before = proposal::Entity::find()
        .filter(proposal::Column::TraineeId.eq(row.trainee_id))
        .order_by_desc(proposal::Column::CreatedAtMs)
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    // The run that knew of her keeps what is proposed to her after it; whoever was in none waits for the next one.
    let Some(before) = before else { return Ok(()) };
    let made = proposal::Model {
        need_id,
        employer_id: asked.employer_id,
        destination: asked.country.clone(),
        pathway,
        trainee_decision: Word::Accepted.to_string(),
        trainee_reason: None,
        employer_decision: Word::Pending.to_string(),
        employer_reason: None,
        ..before
    };
    posts::put(tx, made).await?;
    notifications::to_organisation(tx, asked.employer_id, "proposal", "/ui/proposals").await
}

/// What happened in the cases of a night.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Night {
    /// Cases that the clock has moved, by the event that it brought.
    pub moved: BTreeMap<&'static str, u64>,
    pub reminded: u64,
    pub failed: u64,
}

/// Moves one case on whose day is over.
async fn overdue(state: &AppState, now: Moment, id: Uuid, night: &mut Night) -> Result<(), AppError> {
    let today = now.date();
    let mut begun = state.store.begin(None, now.ms()).await?;
    let tx = &mut begun;
    let Some(row) = hold(tx, id).await?.filter(|row| row.due_on.is_some_and(|due| due < today)) else { return Ok(()) };
    let case = facts(&row)?;
    match case.when_late() {
        Some(event) => {
            bring(state, tx, row, &event, None, today, today).await?;
            *night.moved.entry(event.kind().as_str()).or_insert(0) += 1;
        }
        // Once a week, and no oftener.
        None if case.state == State::Proposed && row.due_on.is_some_and(|due| (today - due).num_days() % 7 == 1) => {
            tell(tx, &row, "contingency_reminder").await?;
            night.reminded += 1;
        }
        None if matches!(case.state, State::Executing | State::Appeal)
            && row.due_on.is_some_and(|due| (today - due).num_days() % 7 == 1) =>
        {
            remind_officers(tx, &row).await?;
            night.reminded += 1;
        }
        None => return Ok(()),
    }
    begun.commit().await?;
    Ok(())
}

/// Reminds whoever has acted in a case for an office that what follows is late.
async fn remind_officers(tx: &mut Tx, row: &contingency_case::Model) -> Result<(), AppError> {
    let offices = [Party::OriginAuthority, Party::DestinationAuthority].map(Party::as_str);
    let acted = case_events::history(tx.conn(), row.id).await?;
    let accounts: BTreeSet<Uuid> =
        acted.iter().filter(|event| offices.contains(&event.party.as_str())).filter_map(|event| event.account_id).collect();
    let href = format!("/ui/contingency-cases/{}", row.id);
    notifications::to_accounts(tx, accounts.into_iter().collect(), "contingency_late", &href, &[]).await
}

/// Cases whose day is over: the clock brings what it may, and whoever was asked to choose is reminded. Nothing is ever
/// chosen for her.
///
/// # Errors
/// When the database refuses.
pub async fn night(state: &AppState, now: Moment) -> Result<Night, AppError> {
    let (today, mut night) = (now.date(), Night::default());
    let ended = State::Closed.as_str();
    let mut after = Uuid::nil();
    loop {
        let ids: Vec<Uuid> = contingency_case::Entity::find()
            .select_only()
            .column(contingency_case::Column::Id)
            .filter(contingency_case::Column::Id.gt(after))
            .filter(contingency_case::Column::DueOn.lt(today))
            .filter(contingency_case::Column::State.ne(ended))
            .order_by_asc(contingency_case::Column::Id)
            .limit(PAGE)
            .into_tuple()
            .all(state.store.read())
            .await
            .map_err(StoreError::from)?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for id in ids {
            // One case that cannot be moved keeps none of the others, nor the next night.
            if let Err(error) = overdue(state, now, id, &mut night).await {
                tracing::error!(case.id = %id, error = %error, "a contingency case could not be moved on in the night");
                night.failed += 1;
            }
        }
    }
    Ok(night)
}
