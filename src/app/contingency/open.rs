//! How a case begins and, when its person is erased, what of it stays.

use super::{MACHINE, letters, loans};
use crate::app::case_events::{self, Happened};
use crate::app::work::notifications;
use crate::app::{journeys, law};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::calendar::Calendar;
use passerelle_domain::contingency::letter::LetterKind;
use passerelle_domain::contingency::plan::Plan;
use passerelle_domain::contingency::waiting_list::WaitingList;
use passerelle_domain::contingency::{Control, Response, may_be_in_danger};
use passerelle_domain::corridor::Party;
use passerelle_domain::machine::contingency::{Case, Event, State, Terms};
use passerelle_store::entity::{case_event, contingency_case, journey, proposal};
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, Expr, QueryFilter, QuerySelect};
use passerelle_store::{StoreError, Tx, record};
use serde_json::json;
use uuid::Uuid;

/// What the clocks of a case run by.
pub(super) struct Ground {
    pub terms: Terms,
    pub calendar: Calendar,
    /// What the agreement that binds her has laid down.
    pub plan: Option<Plan>,
}

impl Ground {
    /// Periods are those of the plan that binds her; working days those of the country of training, where her case is
    /// handled.
    pub async fn of(state: &AppState, conn: &impl ConnectionTrait, row: &journey::Model) -> Result<Self, AppError> {
        let law = law::current(state, conn).await?;
        let plan = super::plans::of_person(conn, row.trainee_id).await?;
        let terms = plan.as_ref().map(|plan| plan.terms).unwrap_or_default();
        Ok(Self { terms, calendar: law.calendars.get(&row.origin).cloned().unwrap_or_else(Calendar::weekends), plan })
    }

    /// The last day on which somebody goes first whose case ends so.
    pub fn turn_until(&self, outcome: Response, control: Control, on: NaiveDate) -> Option<NaiveDate> {
        let usual = WaitingList::default();
        self.plan.as_ref().map_or(&usual, |plan| &plan.waiting_list).turn_until(outcome, control, on)
    }
}

/// The case of a person that has not come to an end.
///
/// # Errors
/// When the database refuses.
pub(super) async fn open_case(conn: &impl ConnectionTrait, person: Uuid) -> Result<Option<contingency_case::Model>, AppError> {
    let ended = [State::Resolved, State::Rejected, State::Closed].map(State::as_str);
    let find = contingency_case::Entity::find()
        .filter(contingency_case::Column::TraineeId.eq(person))
        .filter(contingency_case::Column::State.is_not_in(ended))
        // An appeal against how a case ended keeps nobody from reporting what has happened since.
        .filter(
            Condition::any()
                .add(contingency_case::Column::State.ne(State::Appeal.as_str()))
                .add(contingency_case::Column::Outcome.is_null()),
        );
    Ok(find.one(conn).await.map_err(StoreError::from)?)
}

/// Opens a case for somebody whose journey was stopped, unless one is open.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn reported(state: &AppState, tx: &mut Tx, row: &journey::Model, cause: &str, on: NaiveDate) -> Result<(), AppError> {
    if open_case(tx.conn(), row.trainee_id).await?.is_some() {
        return Ok(());
    }
    let (made, ground) = begin(state, tx, row, cause, may_be_in_danger(cause), on, None).await?;
    letters::write(tx, &made, LetterKind::Opened, None, &ground, Moment::from_ms(tx.now_ms()).date()).await?;
    let post = journeys::agreed(tx, row.trainee_id).await?;
    tell_employer(tx, post.as_ref(), cause, "post_waits").await?;
    notifications::to_person(tx, row.trainee_id, "contingency_opened", &format!("/ui/contingency-cases/{}", made.id), &[]).await
}

/// Tells the employer who waits for somebody that she stands still, or how she goes on: never why.
///
/// # Errors
/// When the database refuses.
pub(super) async fn tell_employer(tx: &mut Tx, post: Option<&proposal::Model>, cause: &str, kind: &str) -> Result<(), AppError> {
    // Who is accused is not warned by the service.
    let Some(post) = post.filter(|_| !matches!(cause, "EMP.ABUSE" | "EMP.LICENCE" | "PER.VICTIM")) else { return Ok(()) };
    notifications::to_organisation(tx, post.employer_id, kind, &format!("/ui/proposals/{}", post.id)).await
}

/// Writes down a case as it begins.
///
/// # Errors
/// When the database refuses.
pub(super) async fn begin(
    state: &AppState,
    tx: &mut Tx,
    row: &journey::Model,
    cause: &str,
    safety_risk: bool,
    on: NaiveDate,
    disruption: Option<Uuid>,
) -> Result<(contingency_case::Model, Ground), AppError> {
    let ground = Ground::of(state, tx.conn(), row).await?;
    let case = Case::new(cause, safety_risk, on, &ground.terms, &ground.calendar);
    let made = projected(
        contingency_case::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: tx.now_ms(),
            updated_at_ms: tx.now_ms(),
            disruption_id: disruption,
            trainee_id: row.trainee_id,
            journey_id: row.id,
            cause: String::new(),
            control: String::new(),
            safety_risk,
            state: String::new(),
            reported_on: on,
            due_on: None,
            horizon_on: row.horizon_on,
            chosen: None,
            outcome: None,
            held_need_id: None,
            closed_on: None,
            turn_until: None,
            options: None,
            settlement: None,
            facts: String::new(),
        },
        &case,
    )?;
    record::insert::<contingency_case::Entity>(tx, made.clone()).await?;
    loans::follow(tx, row.trainee_id, &case, on).await?;
    tx.note("contingency_opened", "contingency_case", Some(made.id), json!({ "disruption": disruption }));
    Ok((made, ground))
}

/// The columns of a case that follow from its facts.
pub(super) fn projected(mut row: contingency_case::Model, case: &Case) -> Result<contingency_case::Model, AppError> {
    row.cause.clone_from(&case.cause);
    row.control = case.control().to_string();
    row.safety_risk = case.safety_risk;
    row.state = case.state.to_string();
    row.due_on = case.due_on;
    row.chosen = case.chosen.map(|chosen| chosen.to_string());
    row.outcome = case.outcome.map(|outcome| outcome.to_string());
    row.held_need_id = held(&row, case)?;
    row.closed_on = (case.state == State::Closed).then_some(case.since);
    row.facts = serde_json::to_string(case)?;
    Ok(row)
}

/// The post that is hers as long as the case says so: what she chose, or what was allotted to her until she has chosen.
/// Abroad a choice that was carried out is a proposal, and holds its place there.
fn held(row: &contingency_case::Model, case: &Case) -> Result<Option<Uuid>, AppError> {
    let at_home = case.outcome == Some(Response::HomeTrack);
    Ok(match case.state {
        State::Proposed => super::kept::<super::Options>(row.options.as_deref(), "options")?.and_then(|options| options.allotted),
        State::Executing => case.need,
        State::Resolved | State::Closed if at_home => case.need,
        _ => None,
    })
}

/// Keeps an event and moves the record, in the transaction at hand.
///
/// # Errors
/// Why it cannot happen.
pub(super) async fn carry(
    tx: &mut Tx,
    row: contingency_case::Model,
    event: &Event,
    by: Option<Party>,
    on: NaiveDate,
    ground: &Ground,
) -> Result<(contingency_case::Model, Case), AppError> {
    let case = super::facts(&row)?;
    let seq = case_events::last::<Case>(tx.conn(), row.id).await?.map_or(0, |(_, event)| event.seq);
    let next = case.apply(event, by, on, &ground.terms, &ground.calendar).map_err(case_events::said)?;
    let happened = Happened {
        machine: MACHINE,
        case: row.id,
        event,
        from: case.state.as_str(),
        to: next.state.as_str(),
        after: &next,
        on,
        by,
        account: by.and(tx.actor()),
    };
    case_events::keep(tx, seq + 1, happened).await?;
    let (id, version) = (row.id, row.version);
    let changed = projected(row, &next)?;
    let version = record::update::<contingency_case::Entity>(tx, changed.clone(), version, &["state"]).await?;
    tx.note("contingency_event", "contingency_case", Some(id), json!({ "event": event.kind(), "to": next.state }));
    Ok((contingency_case::Model { version, ..changed }, next))
}

/// "Force majeure" is what is left of any cause.
pub(super) const NO_CAUSE: &str = "FMJ";

/// The cases of a person.
async fn cases_of(tx: &Tx, person: Uuid) -> Result<Vec<Uuid>, AppError> {
    let find = contingency_case::Entity::find()
        .select_only()
        .column(contingency_case::Column::Id)
        .filter(contingency_case::Column::TraineeId.eq(person));
    Ok(find.into_tuple().all(tx.conn()).await.map_err(StoreError::from)?)
}

/// Takes out of the cases of somebody who is erased why she could not go on and what was open to her. That there was a
/// case, how it ended, and what was booked stays.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn erase(tx: &Tx, person: Uuid) -> Result<(), AppError> {
    letters::erase(tx, person).await?;
    for id in cases_of(tx, person).await? {
        for row in case_events::history(tx.conn(), id).await? {
            let (mut event, mut after): (serde_json::Value, serde_json::Value) =
                (serde_json::from_str(&row.event)?, serde_json::from_str(&row.after)?);
            for (name, value) in event.as_object_mut().into_iter().flatten() {
                match name.as_str() {
                    "reason" => *value = "—".into(),
                    "cause" => *value = NO_CAUSE.into(),
                    _ => {}
                }
            }
            after["cause"] = NO_CAUSE.into();
            case_event::Entity::update_many()
                .col_expr(case_event::Column::Event, Expr::value(event.to_string()))
                .col_expr(case_event::Column::After, Expr::value(after.to_string()))
                .filter(case_event::Column::Id.eq(row.id))
                .exec(tx.conn())
                .await
                .map_err(StoreError::from)?;
        }
        let Some(row) = contingency_case::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)? else { continue };
        let mut case = super::facts(&row)?;
        (case.cause, case.safety_risk) = (NO_CAUSE.into(), false);
        contingency_case::Entity::update_many()
            .col_expr(contingency_case::Column::Cause, Expr::value(NO_CAUSE))
            .col_expr(contingency_case::Column::TurnUntil, Expr::value(Option::<NaiveDate>::None))
            .col_expr(contingency_case::Column::SafetyRisk, Expr::value(false))
            .col_expr(contingency_case::Column::Options, Expr::value(Option::<String>::None))
            .col_expr(contingency_case::Column::Facts, Expr::value(serde_json::to_string(&case)?))
            .filter(contingency_case::Column::Id.eq(id))
            .exec(tx.conn())
            .await
            .map_err(StoreError::from)?;
    }
    Ok(())
}
