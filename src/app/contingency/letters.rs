//! Letters: what somebody is told in her case is kept with its day, can be printed in any language, and it is known whether
//! she has it. Who has no account, or no network, is told on paper.

use super::open::Ground;
use super::{Options, acting, facts, kept, readable};
use crate::app::Ctx;
use crate::app::case_events;
use crate::app::resource::short_reference;
use crate::error::{AppError, FieldError};
use chrono::{Days, NaiveDate};
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_group};
use passerelle_domain::contingency::decision::Choice;
use passerelle_domain::contingency::letter::{LetterKind, Receipt};
use passerelle_domain::contingency::{Control, Response, Support};
use passerelle_domain::corridor::Party;
use passerelle_domain::finance::settlement::Settlement;
use passerelle_domain::machine::contingency::{Case, Event, State};
use passerelle_domain::money::Money;
use passerelle_store::entity::{account, case_letter, contingency_case, disruption, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
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
    /// The most that may be asked back of her, where the cause is hers and the plan says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_back: Option<Money>,
    /// What it is about is left off the paper: others may hold it in their hands.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub guarded: bool,
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

/// What a letter says, in the document of her own data.
#[derive(Debug, Clone, Serialize)]
pub struct LetterSays {
    pub letter_id: Uuid,
    #[serde(flatten)]
    pub says: Said,
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
pub(super) fn told_by<'e>(event: &'e Event, next: &Case) -> Option<(LetterKind, Option<&'e str>)> {
    match event {
        Event::Decide { reason, .. } if next.state == State::Closed => Some((LetterKind::AppealDismissed, Some(reason))),
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
    supersede(tx, row.id, on).await?;
    let made = letter(tx, row, kind, &said(row, kind, words, ground)?, on)?;
    record::insert::<case_letter::Entity>(tx, made).await?;
    Ok(())
}

/// What a case said before, and nobody has confirmed, is not handed over any more: the next letter says how it stands.
async fn supersede(tx: &Tx, case: Uuid, on: NaiveDate) -> Result<(), AppError> {
    case_letter::Entity::update_many()
        .col_expr(case_letter::Column::ReceivedHow, Expr::value(Receipt::Superseded.as_str()))
        .col_expr(case_letter::Column::ReceivedOn, Expr::value(Some(on)))
        .col_expr(case_letter::Column::Version, Expr::col(case_letter::Column::Version).add(1))
        .filter(case_letter::Column::ContingencyCaseId.eq(case))
        .filter(case_letter::Column::Kind.ne(LetterKind::Message.as_str()))
        .filter(case_letter::Column::ReceivedHow.eq(Receipt::NotYet.as_str()))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
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
            asked_back: None,
            guarded: row.safety_risk || is_guarded(&row.cause),
        }
    }
}

/// Causes that nobody reads over her shoulder: what was done to her, and her health.
fn is_guarded(cause: &str) -> bool {
    matches!(cause, "PER.VICTIM" | "EMP.ABUSE") || cause.starts_with("HLT.")
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
                said.asked_back = ground.plan.as_ref().and_then(|plan| plan.asked_back(case.control()));
                said.choices = decision.shown.iter().filter_map(|at| decision.choices.get(*at)).cloned().collect();
            }
        }
        LetterKind::Rejected => said.appeal_until = case.ended_on.and_then(|day| day.checked_add_days(days)),
        LetterKind::Resolved => {
            said.appeal_until = case.ended_on.and_then(|day| day.checked_add_days(days));
            (said.outcome, said.turn_until) = (case.outcome, row.turn_until);
            said.settlements = kept(row.settlement.as_deref(), "settlement")?.unwrap_or_default();
        }
        LetterKind::Message | LetterKind::AppealDismissed => {}
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
    let row = record::find::<case_letter::Entity>(ctx.state.store.read(), &readable(ctx)?, id).await?.ok_or(AppError::NotFound)?;
    let letter = addressed(ctx, vec![row]).await?.pop().ok_or(AppError::NotFound)?;
    note_read(ctx, &[&letter]).await?;
    Ok(letter)
}

/// Who has read whose letter stays to be seen.
async fn note_read(ctx: &Ctx<'_>, letters: &[&Letter]) -> Result<(), AppError> {
    let mut tx = ctx.begin().await?;
    for letter in letters {
        tx.note("read", "case_letter", Some(letter.row.id), serde_json::json!({}));
    }
    tx.commit().await?;
    Ok(())
}

/// Letters of a disruption that nobody has confirmed yet, the oldest first, from the one after `after` on: what is left to
/// be handed over, and whether there is more of it.
///
/// # Errors
/// When the disruption is not the actor's to read, or she may not read cases.
pub async fn to_hand_over(ctx: &Ctx<'_>, id: Uuid, after: Option<Uuid>) -> Result<(Vec<Letter>, bool), AppError> {
    let conn = ctx.state.store.read();
    let declared = permit(ctx.actor, Action::Read, Subject::Disruption)?;
    record::find::<disruption::Entity>(conn, &declared, id).await?.ok_or(AppError::NotFound)?;
    let mut rows = case_letter::Entity::find()
        .filter(case_letter::Entity::visible(&readable(ctx)?))
        .filter(case_letter::Column::DisruptionId.eq(id))
        .filter(case_letter::Column::ReceivedHow.eq(Receipt::NotYet.as_str()))
        .filter(case_letter::Column::Id.gt(after.unwrap_or_default()))
        .order_by_asc(case_letter::Column::Id)
        .limit(PRINTED + 1)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let most = usize::try_from(PRINTED).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let letters = addressed(ctx, rows).await?;
    note_read(ctx, &letters.iter().collect::<Vec<_>>()).await?;
    Ok((letters, more))
}

/// Letters with names and languages, in two statements however many there are. Whose name the actor may not read is told by
/// a reference.
async fn addressed(ctx: &Ctx<'_>, rows: Vec<case_letter::Model>) -> Result<Vec<Letter>, AppError> {
    let conn = ctx.state.store.read();
    let ids = || rows.iter().map(|row| row.trainee_id);
    let people = match permit_group(ctx.actor, Action::Read, Subject::Trainee, FieldGroup::Name) {
        Ok(names) => {
            let find = trainee::Entity::find().filter(trainee::Entity::visible(&names)).filter(trainee::Column::Id.is_in(ids()));
            find.all(conn).await.map_err(StoreError::from)?
        }
        Err(_) => vec![],
    };
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
                name: names.get(&row.trainee_id).cloned().unwrap_or_else(|| short_reference(row.trainee_id)),
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

/// Notes that she has a letter: she says so here, or somebody has handed it over or read it to her. Gives its case.
///
/// # Errors
/// When it is not the actor's, was confirmed before, or the day or the way cannot be.
pub async fn receive(ctx: &Ctx<'_>, id: Uuid, version: i64, received: &Received) -> Result<Uuid, AppError> {
    let scope = acting(ctx)?;
    case_events::party(ctx.actor, &CONFIRM).ok_or(AppError::Forbidden)?;
    let today = ctx.now.date();
    let on = received.on.unwrap_or(today);
    let mut tx = ctx.begin().await?;
    record::find::<case_letter::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let row = record::hold::<case_letter::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    if row.received_how != Receipt::NotYet.as_str() {
        return Err(AppError::Conflict("this letter was confirmed before, or another one has followed it".into()));
    }
    let herself = ctx.actor.trainee.is_some_and(|me| me.0 == row.trainee_id);
    let mut errors = Vec::new();
    let fits = match received.how {
        Receipt::NotYet | Receipt::Superseded => false,
        Receipt::App => herself,
        Receipt::Paper | Receipt::Spoken => !herself,
    };
    if !fits {
        errors.push(FieldError::new("how", "receipt-not-yours", "is app for her own word, and paper or spoken for whoever told her"));
    }
    if on > today || on < row.sent_on {
        errors.push(FieldError::new("on", "receipt-day", "lies ahead, or before the day of the letter"));
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let case = row.contingency_case_id;
    let changed =
        case_letter::Model { received_how: received.how.to_string(), received_on: Some(on), received_by: Some(ctx.actor.user.0), ..row };
    record::update::<case_letter::Entity>(&mut tx, changed, version, &["received_how", "received_on"]).await?;
    tx.note("case_letter_received", "case_letter", Some(id), serde_json::json!({ "how": received.how }));
    tx.commit().await?;
    Ok(case)
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
    let confirmed =
        all().filter(case_letter::Column::ReceivedHow.is_in([Receipt::App, Receipt::Paper, Receipt::Spoken].map(Receipt::as_str)));
    Ok((all().count(conn).await.map_err(StoreError::from)?, confirmed.count(conn).await.map_err(StoreError::from)?))
}

/// What letters say goes with whoever is erased; that her case was told of stays in its history.
///
/// # Errors
/// When the database refuses.
pub(super) async fn erase(tx: &Tx, person: Uuid) -> Result<(), AppError> {
    case_letter::Entity::delete_many().filter(case_letter::Column::TraineeId.eq(person)).exec(tx.conn()).await.map_err(StoreError::from)?;
    Ok(())
}

/// What each letter to the actor herself says, for the document of her own data: the newest first, and no more than
/// `limit` of them.
///
/// # Errors
/// When the database refuses or holds what this version cannot read.
pub async fn mine(ctx: &Ctx<'_>, limit: u64) -> Result<Vec<LetterSays>, AppError> {
    let Some(me) = ctx.actor.trainee else { return Ok(Vec::new()) };
    let find = case_letter::Entity::find()
        .select_only()
        .columns([case_letter::Column::Id, case_letter::Column::Facts])
        .filter(case_letter::Column::TraineeId.eq(me.0))
        .order_by_desc(case_letter::Column::Id)
        .limit(limit);
    let rows: Vec<(Uuid, String)> = find.into_tuple().all(ctx.state.store.read()).await.map_err(StoreError::from)?;
    rows.into_iter().map(|(letter_id, facts)| Ok(LetterSays { letter_id, says: serde_json::from_str(&facts)? })).collect()
}
