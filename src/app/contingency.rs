//! Contingency: what happens when somebody who was trained cannot leave.
//!
//! A report opens a case and stops the time that works against her (`open`); what is open to her is worked out from her
//! papers, the pathway, the matching and the law (`options`); she chooses, and what follows is done in one transaction
//! with her journey and the books (`act`, `settlement`). What an agreement has laid down for it before is its plan
//! (`plans`). What strikes many is declared once (`disruptions`), and can be drilled before. A place that is given up goes
//! to the next (`pass_on`), and whoever gave it up goes first for a time (`turns`). Nobody who is ready and has not left
//! is lost sight of (`register`).

pub mod act;
pub mod cover;
pub mod disruptions;
pub mod letters;
mod loans;
mod open;
mod options;
mod pass_on;
pub mod plans;
mod posts;
pub mod register;
mod settlement;
pub mod stipends;
mod turns;

pub(crate) use act::ended;
pub(crate) use open::{erase, reported};
pub(crate) use turns::{reentry, spend as spend_turn, standing as first_turns};

use super::Ctx;
use super::case_events::{self, EventView};
use crate::error::{AppError, FieldError};
use passerelle_domain::access::{Action, FieldGroup, Scope, Subject, permit_acting, permit_group};
use passerelle_domain::contingency::decision::{Choice, Decision, Situation, decide};
use passerelle_domain::contingency::{Response, Support, cause};
use passerelle_domain::corridor::Party;
use passerelle_domain::finance::settlement::Settlement;
use passerelle_domain::ids::TraineeId;
use passerelle_domain::machine::contingency::{Case, EventKind, hands};
use passerelle_domain::money::Money;
use passerelle_store::entity::contingency_case;
use passerelle_store::{StoreError, record};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const MACHINE: &str = "contingency";

/// A situation that is asked about without anybody: what would be open?
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// A cause of the taxonomy, such as `HLT.ACUTE`.
    pub cause: String,
    /// Responses in the order of a plan; those of the taxonomy where it is left out.
    #[serde(default)]
    pub order: Vec<Response>,
    pub situation: Situation,
}

/// Works out the options of a situation. Nothing is read and nothing is written.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn estimate(asked: &Asked) -> Result<Decision, AppError> {
    let Some(known) = cause(&asked.cause) else {
        return Err(AppError::invalid("cause", "cause-unknown", "is no cause of the taxonomy, such as DST.BORDER"));
    };
    let mut wrong = asked.situation.faults();
    wrong.extend((asked.order.len() > Response::ALL.len()).then_some("order"));
    if !wrong.is_empty() {
        let error = |field| FieldError::new(&format!("situation.{field}"), "range", "is beyond what a situation can be");
        return Err(AppError::Invalid(wrong.into_iter().map(error).collect()));
    }
    let order = if asked.order.is_empty() { known.responses } else { &asked.order };
    Ok(decide(known, order, &asked.situation))
}

/// What was open to somebody on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    pub as_of: chrono::NaiveDate,
    pub decision: Decision,
    /// What she is paid each month while she waits, where the plan promises it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly: Option<Money>,
    /// The post that she was allotted where posts are scarce; others of the same kind are somebody else's turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allotted: Option<Uuid>,
}

/// A case with its history, what is open to her, and who bears what.
#[derive(Debug)]
pub struct Course {
    pub row: contingency_case::Model,
    pub case: Case,
    pub options: Option<Options>,
    pub settlements: Vec<Settlement>,
    pub events: Vec<EventView>,
    /// What the plan of her agreement gives her beside.
    pub support: Vec<Support>,
    /// The most that may be asked back of her, where the cause is hers and the plan says so.
    pub asked_back: Option<Money>,
    /// Costs that were paid for her, where the actor may say what came back of them.
    pub items: Vec<String>,
    /// Events that the actor may bring now.
    pub mine: Vec<EventKind>,
}

fn facts(row: &contingency_case::Model) -> Result<Case, AppError> {
    serde_json::from_str(&row.facts).map_err(|_| StoreError::Corrupt { table: "contingency_case", column: "facts" }.into())
}

/// What is stored as options or settlement of a case.
fn kept<T: serde::de::DeserializeOwned>(text: Option<&str>, column: &'static str) -> Result<Option<T>, AppError> {
    let read = |text| serde_json::from_str(text).map_err(|_| StoreError::Corrupt { table: "contingency_case", column });
    Ok(text.map(read).transpose()?)
}

fn readable(ctx: &Ctx<'_>) -> Result<Scope, AppError> {
    Ok(permit_group(ctx.actor, Action::Read, Subject::ContingencyCase, FieldGroup::Journey)?)
}

/// The cases in which the actor may act, which are fewer than she may read.
fn acting(ctx: &Ctx<'_>) -> Result<Scope, AppError> {
    ctx.ensure_writes()?;
    Ok(permit_acting(ctx.actor, Subject::ContingencyCase, FieldGroup::Journey)?)
}

/// Whether the actor may act in a case that she reads.
async fn acts_on(ctx: &Ctx<'_>, row: &contingency_case::Model) -> Result<bool, AppError> {
    let Ok(scope) = acting(ctx) else { return Ok(false) };
    if !ctx.actor.exceptional.contains(&TraineeId(row.trainee_id)) {
        return Ok(true);
    }
    Ok(record::find::<contingency_case::Entity>(ctx.state.store.read(), &scope, row.id).await?.is_some())
}

/// A case with its course, for somebody who may read it.
///
/// # Errors
/// When there is none for the actor.
pub async fn course(ctx: &Ctx<'_>, id: Uuid) -> Result<Course, AppError> {
    let scope = readable(ctx)?;
    let conn = ctx.state.store.read();
    let row = record::find::<contingency_case::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let case = facts(&row)?;
    let options = kept(row.options.as_deref(), "options")?;
    let settlements = kept(row.settlement.as_deref(), "settlement")?.unwrap_or_default();
    let events = case_events::history(conn, id).await?.iter().map(EventView::of).collect();
    let parties: Vec<Party> = case_events::parties(ctx.actor).collect();
    let writes = acts_on(ctx, &row).await?;
    let brings = |kind: &EventKind| writes && parties.iter().any(|party| hands(*kind).contains(party));
    let mine: Vec<EventKind> = case.takes().into_iter().filter(brings).collect();
    let items = if mine.contains(&EventKind::Done) { settlement::items(conn, &row).await? } else { vec![] };
    let plan = plans::of_person(conn, row.trainee_id).await?;
    let support = plan.as_ref().map_or_else(Vec::new, |plan| plan.support(&case.cause).to_vec());
    let asked_back = plan.and_then(|plan| plan.asked_back(case.control()));
    Ok(Course { row, case, options, settlements, events, support, asked_back, items, mine })
}

/// The case of the actor herself that has not come to an end, if she is a trainee and has one.
///
/// # Errors
/// When the database refuses.
pub async fn my_open(ctx: &Ctx<'_>) -> Result<Option<Uuid>, AppError> {
    let Some(me) = ctx.actor.trainee else { return Ok(None) };
    Ok(open::open_case(ctx.state.store.read(), me.0).await?.map(|row| row.id))
}

impl Options {
    /// Whether she may choose this: what is open, and the end where nothing is.
    pub fn offers(&self, response: Response, need: Option<Uuid>) -> bool {
        if response == Response::Unplaced {
            return self.decision.unplaced && need.is_none();
        }
        self.choice(response, need).is_some()
    }

    /// Whether a post is among what is open to her.
    pub fn names(&self, need: Uuid) -> bool {
        self.decision.choices.iter().any(|one| one.opening.as_ref().is_some_and(|opening| opening.need == need))
    }

    /// The option of that response and post.
    pub fn choice(&self, response: Response, need: Option<Uuid>) -> Option<&Choice> {
        self.decision.choices.iter().find(|one| one.response == response && one.opening.as_ref().map(|opening| opening.need) == need)
    }
}

/// What a machine reads of a case.
#[derive(Debug, Serialize)]
pub struct CourseView<'a> {
    pub id: Uuid,
    pub version: i64,
    pub trainee_id: Uuid,
    pub case: &'a Case,
    pub control: passerelle_domain::contingency::Control,
    /// The last day on which she goes before others.
    pub turn_until: Option<chrono::NaiveDate>,
    pub support: &'a [Support],
    pub asked_back: Option<Money>,
    pub options: Option<&'a Options>,
    pub settlements: &'a [Settlement],
    pub items: &'a [EventView],
    pub may: &'a [EventKind],
}

impl Course {
    pub fn view(&self) -> CourseView<'_> {
        CourseView {
            id: self.row.id,
            version: self.row.version,
            trainee_id: self.row.trainee_id,
            case: &self.case,
            control: self.case.control(),
            turn_until: self.row.turn_until,
            support: &self.support,
            asked_back: self.asked_back,
            options: self.options.as_ref(),
            settlements: &self.settlements,
            items: &self.events,
            may: &self.mine,
        }
    }
}
