//! Letters: what somebody is told in her case is kept with its day, can be printed in any language, and it is known whether
//! she has it. Who has no account, or no network, is told on paper.

use super::open::Ground;
use super::{Options, facts, kept, readable};
use crate::app::Ctx;
use crate::app::case_events;
use crate::error::{AppError, FieldError};
use chrono::{Days, NaiveDate};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::decision::Choice;
use passerelle_domain::contingency::letter::{LetterKind, Receipt};
use passerelle_domain::contingency::{Control, Response, Support};
use passerelle_domain::corridor::Party;
use passerelle_domain::finance::settlement::Settlement;
use passerelle_domain::machine::contingency::Event;
use passerelle_store::entity::{account, case_letter, contingency_case, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, Expr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, Tx, record};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Letters of one disruption that are printed at once.
pub const PRINTED: u64 = 100;
/// Letters of one case that are listed.
const LISTED: u64 = 100;

/// What a letter says, in no language yet. What does not belong to its kind is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub cause: String,
    pub control: Control,
    pub reported_on: NaiveDate,
    /// Day by which the next step is due, or she chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_until: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// Nothing is open to her: the end is offered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unplaced: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub support: Vec<Support>,
    /// Why she was refused, or what everybody is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Response>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settlements: Vec<Settlement>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn_until: Option<NaiveDate>,
}

/// A letter to print, with the name that it is addressed to.
#[derive(Debug, Clone)]
pub struct Letter {
    pub row: case_letter::Model,
    pub kind: LetterKind,
    pub name: String,
    pub said: Said,
    /// The language of her account, where she has one.
    pub language: Option<String>,
}

/// How she came to have a letter.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    pub how: Receipt,
    /// Today where it is left out.
    #[serde(default)]
    pub on: Option<NaiveDate>,
}

/// Whether an event is told in a letter, and with which words of whoever brings it.
pub(super) fn told_by(event: &Event) -> Option<(LetterKind, Option<&str>)> {
    match event {
        Event::Propose { .. } => Some((LetterKind::Options, None)),
        Event::Reject { reason } => Some((LetterKind::Rejected, Some(reason))),
        Event::Done { .. } => Some((LetterKind::Resolved, None)),
        _ => None,
    }
}

/// Writes a letter about a case as it stands.
///
/// # Errors
/// When the database refuses.
pub(super) async fn write(
    tx: &mut Tx,
    row: &contingency_case::Model,
    kind: LetterKind,
    words: Option<&str>,
    ground: &Ground,
    on: NaiveDate,
) -> Result<(), AppError> {
    let made = letter(tx, row, kind, &said(row, kind, words, ground)?, on)?;
    record::insert::<case_letter::Entity>(tx, made).await?;
    Ok(())
}

/// The same message in many cases; a message says nothing of the case that it is sent in.
///
/// # Errors
/// When the database refuses.
pub(super) async fn write_to_all(tx: &mut Tx, rows: &[contingency_case::Model], text: &str, on: NaiveDate) -> Result<(), AppError> {
    let mut letters = Vec::with_capacity(rows.len());
    for row in rows {
        let case = facts(row)?;
        let said = Said { words: Some(text.to_owned()), ..Said::new(row, case.control()) };
        letters.push(letter(tx, row, LetterKind::Message, &said, on)?);
    }
    record::insert_many::<case_letter::Entity>(tx, letters).await?;
    Ok(())
}

impl Said {
    fn new(row: &contingency_case::Model, control: Control) -> Self {
        Self {
            cause: row.cause.clone(),
            control,
            reported_on: row.reported_on,
            due_on: None,
            appeal_until: None,
            choices: vec![],
            unplaced: false,
            support: vec![],
            words: None,
            outcome: None,
            settlements: vec![],
            turn_until: None,
        }
    }
}

fn said(row: &contingency_case::Model, kind: LetterKind, words: Option<&str>, ground: &Ground) -> Result<Said, AppError> {
    let case = facts(row)?;
    let mut said = Said { words: words.map(str::to_owned), ..Said::new(row, case.control()) };
    let support = || ground.plan.as_ref().map_or_else(Vec::new, |plan| plan.support(&row.cause).to_vec());
    let days = Days::new(ground.terms.appeal_days.into());
    match kind {
        LetterKind::Opened => (said.due_on, said.support) = (row.due_on, support()),
        LetterKind::Options => {
            (said.due_on, said.support) = (row.due_on, support());
            if let Some(options) = kept::<Options>(row.options.as_deref(), "options")? {
                let decision = options.decision;
                said.unplaced = decision.unplaced;
                said.choices = decision.shown.iter().filter_map(|at| decision.choices.get(*at)).cloned().collect();
            }
        }
        LetterKind::Rejected => said.appeal_until = case.ended_on.and_then(|day| day.checked_add_days(days)),
        LetterKind::Resolved => {
            said.appeal_until = case.ended_on.and_then(|day| day.checked_add_days(days));
            (said.outcome, said.turn_until) = (case.outcome, row.turn_until);
            said.settlements = kept(row.settlement.as_deref(), "settlement")?.unwrap_or_default();
        }
        LetterKind::Message => {}
    }
    Ok(said)
}

fn letter(tx: &Tx, row: &contingency_case::Model, kind: LetterKind, said: &Said, on: NaiveDate) -> Result<case_letter::Model, AppError> {
    Ok(case_letter::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: tx.now_ms(),
        updated_at_ms: tx.now_ms(),
        contingency_case_id: row.id,
        trainee_id: row.trainee_id,
        disruption_id: row.disruption_id,
        kind: kind.to_string(),
        facts: serde_json::to_string(said)?,
        sent_on: on,
        received_how: Receipt::NotYet.to_string(),
        received_on: None,
        received_by: None,
    })
}

/// The letters of a case, the newest first.
///
/// # Errors
/// When the actor may not read cases.
pub async fn of_case(ctx: &Ctx<'_>, case: Uuid) -> Result<Vec<case_letter::Model>, AppError> {
    let scope = readable(ctx)?;
    let find = case_letter::Entity::find()
        .filter(case_letter::Entity::visible(&scope))
        .filter(case_letter::Column::ContingencyCaseId.eq(case))
        .order_by_desc(case_letter::Column::CreatedAtMs)
        .order_by_desc(case_letter::Column::Id)
        .limit(LISTED);
    Ok(find.all(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// One letter to read or to print.
///
/// # Errors
/// When it is not the actor's to read.
pub async fn one(ctx: &Ctx<'_>, id: Uuid) -> Result<Letter, AppError> {
    let conn = ctx.state.store.read();
    let row = record::find::<case_letter::Entity>(conn, &readable(ctx)?, id).await?.ok_or(AppError::NotFound)?;
    addressed(conn, vec![row]).await?.pop().ok_or(AppError::NotFound)
}

/// Letters of a disruption that nobody has confirmed yet, the oldest first: what is left to be handed over.
///
/// # Errors
/// When the actor may not read cases.
pub async fn to_hand_over(ctx: &Ctx<'_>, disruption: Uuid) -> Result<Vec<Letter>, AppError> {
    let conn = ctx.state.store.read();
    let rows = case_letter::Entity::find()
        .filter(case_letter::Entity::visible(&readable(ctx)?))
        .filter(case_letter::Column::DisruptionId.eq(disruption))
        .filter(case_letter::Column::ReceivedHow.eq(Receipt::NotYet.as_str()))
        .order_by_asc(case_letter::Column::CreatedAtMs)
        .order_by_asc(case_letter::Column::Id)
        .limit(PRINTED)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    addressed(conn, rows).await
}

/// Letters with names and languages, in three statements however many there are.
async fn addressed(conn: &impl ConnectionTrait, rows: Vec<case_letter::Model>) -> Result<Vec<Letter>, AppError> {
    let ids = || rows.iter().map(|row| row.trainee_id);
    let people = trainee::Entity::find().filter(trainee::Column::Id.is_in(ids())).all(conn).await.map_err(StoreError::from)?;
    let names: BTreeMap<Uuid, String> = people.into_iter().map(|row| (row.id, format!("{} {}", row.given_name, row.family_name))).collect();
    let languages: Vec<(Option<Uuid>, String)> = account::Entity::find()
        .select_only()
        .columns([account::Column::TraineeId, account::Column::Locale])
        .filter(account::Column::TraineeId.is_in(ids()))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let languages: BTreeMap<Uuid, String> = languages.into_iter().filter_map(|(person, language)| Some((person?, language))).collect();
    let corrupt = |column| StoreError::Corrupt { table: "case_letter", column };
    rows.into_iter()
        .map(|row| {
            Ok(Letter {
                kind: LetterKind::parse(&row.kind).map_err(|_| corrupt("kind"))?,
                name: names.get(&row.trainee_id).cloned().unwrap_or_default(),
                said: serde_json::from_str(&row.facts).map_err(|_| corrupt("facts"))?,
                language: languages.get(&row.trainee_id).cloned(),
                row,
            })
        })
        .collect()
}

/// Who may confirm that a letter was received.
const CONFIRM: [Party; 4] = [Party::Trainee, Party::Institute, Party::OriginAuthority, Party::DestinationAuthority];

/// Whether the actor may confirm letters at all.
pub fn may_confirm(ctx: &Ctx<'_>) -> bool {
    ctx.ensure_writes().is_ok() && case_events::party(ctx.actor, &CONFIRM).is_some()
}

/// Notes that she has a letter: she says so here, or somebody has handed it over or read it to her.
///
/// # Errors
/// When it is not the actor's, was confirmed before, or the day or the way cannot be.
pub async fn receive(ctx: &Ctx<'_>, id: Uuid, version: i64, received: &Received) -> Result<(), AppError> {
    let scope = readable(ctx)?;
    ctx.ensure_writes()?;
    case_events::party(ctx.actor, &CONFIRM).ok_or(AppError::Forbidden)?;
    let (today, herself) = (ctx.now.date(), ctx.actor.trainee.is_some());
    let on = received.on.unwrap_or(today);
    let mut tx = ctx.begin().await?;
    record::find::<case_letter::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let row = record::hold::<case_letter::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    if row.received_how != Receipt::NotYet.as_str() {
        return Err(AppError::Conflict("this letter was confirmed before: a confirmation is not taken back".into()));
    }
    let mut errors = Vec::new();
    let fits = match received.how {
        Receipt::NotYet => false,
        Receipt::App => herself,
        Receipt::Paper | Receipt::Spoken => !herself,
    };
    if !fits {
        errors.push(FieldError::new("how", "receipt-not-yours", "is app for her own word, and paper or spoken for whoever told her"));
    }
    if on > today || on < row.sent_on {
        errors.push(FieldError::new("on", "range", "lies ahead, or before the day of the letter"));
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let changed =
        case_letter::Model { received_how: received.how.to_string(), received_on: Some(on), received_by: Some(ctx.actor.user.0), ..row };
    record::update::<case_letter::Entity>(&mut tx, changed, version, &["received_how", "received_on"]).await?;
    tx.note("case_letter_received", "case_letter", Some(id), serde_json::json!({ "how": received.how }));
    tx.commit().await?;
    Ok(())
}

/// How many letters of a disruption there are, and how many were confirmed, of the cases that the actor may list.
///
/// # Errors
/// When the actor may list no cases.
pub async fn counted(ctx: &Ctx<'_>, disruption: Uuid) -> Result<(u64, u64), AppError> {
    let scope = permit(ctx.actor, Action::List, Subject::ContingencyCase)?;
    let conn = ctx.state.store.read();
    let all = || {
        case_letter::Entity::find().filter(case_letter::Entity::visible(&scope)).filter(case_letter::Column::DisruptionId.eq(disruption))
    };
    let confirmed = all().filter(case_letter::Column::ReceivedOn.is_not_null());
    Ok((all().count(conn).await.map_err(StoreError::from)?, confirmed.count(conn).await.map_err(StoreError::from)?))
}

/// Takes what letters say out of them when their person is erased; that there were letters stays.
///
/// # Errors
/// When the database refuses.
pub(super) async fn erase(tx: &Tx, person: Uuid) -> Result<(), AppError> {
    let day = crate::clock::Moment::from_ms(tx.now_ms()).date();
    let nothing = serde_json::json!({ "cause": super::open::NO_CAUSE, "control": Control::Outside, "reported_on": day });
    case_letter::Entity::update_many()
        .col_expr(case_letter::Column::Facts, Expr::value(nothing.to_string()))
        .filter(case_letter::Column::TraineeId.eq(person))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(())
}
