//! Events of cases that a state machine carries: kept in order, never changed, and read back.

use super::resource::is_invisible;
use super::work::insert;
use crate::error::{AppError, FieldError};
use chrono::{Datelike, NaiveDate};
use passerelle_domain::access::{Actor, Role};
use passerelle_domain::corridor::Party;
use passerelle_domain::machine::Refusal;
use passerelle_store::entity::case_event;
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Events of one case that are read at once; more than any case has.
const MOST: u64 = 1_000;

/// What happens, and on which day.
#[derive(Debug, Clone, Deserialize)]
pub struct Act<E> {
    #[serde(flatten)]
    pub event: E,
    /// Day on which it happened; today without it, never later.
    #[serde(default)]
    pub on: Option<NaiveDate>,
}

impl<E: Serialize + DeserializeOwned> Act<E> {
    /// Reads an event as a program or a form sends it. A member that the event does not know is refused:
    /// who says `dry_run` here would otherwise bring the event.
    ///
    /// # Errors
    /// What cannot be read, and members that are not known.
    pub fn read(sent: &Value) -> Result<Self, AppError> {
        let act: Self =
            serde_json::from_value(sent.clone()).map_err(|error| AppError::Malformed(format!("the body cannot be read: {error}")))?;
        let known = serde_json::to_value(&act.event)?;
        let strange = sent.as_object().into_iter().flatten().filter(|(name, _)| *name != "on" && known.get(name.as_str()).is_none());
        let errors: Vec<FieldError> =
            strange.map(|(name, _)| FieldError::new(name, "unknown-field", "is not a part of this event")).collect();
        if errors.is_empty() { Ok(act) } else { Err(AppError::Invalid(errors)) }
    }

    /// Texts that people write, and days that they mean.
    ///
    /// # Errors
    /// The fields that are too long, hold what cannot be seen, or lie outside the years that are kept.
    pub fn ensure_sound(&self) -> Result<(), AppError> {
        let mut errors = Vec::new();
        if let Value::Object(event) = serde_json::to_value(&self.event)? {
            for (name, value) in &event {
                sound(name, value, &mut errors);
            }
        }
        if self.on.is_some_and(|on| !YEARS.contains(&on.year())) {
            errors.push(FieldError::new("on", "date", "is not a date from 1900 to 2199"));
        }
        if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid(errors)) }
    }
}

/// Years in which days are kept.
const YEARS: std::ops::Range<i32> = 1900..2200;

fn sound(name: &str, value: &Value, errors: &mut Vec<FieldError>) {
    match value {
        Value::String(text) => {
            let most = if name == "reason" { 2_000 } else { 200 };
            if text.chars().count() > most {
                errors.push(FieldError::new(name, "too-long", format!("is longer than {most} characters")).with("max", most));
            }
            if text.chars().any(is_invisible) {
                errors.push(FieldError::new(name, "control-characters", "contains control characters"));
            }
            if text.parse::<NaiveDate>().is_ok_and(|day| !YEARS.contains(&day.year())) {
                errors.push(FieldError::new(name, "date", "is not a date from 1900 to 2199"));
            }
        }
        Value::Array(items) => {
            if items.len() > 200 {
                errors.push(FieldError::new(name, "too-many", "has more than 200 entries").with("max", 200));
            }
            items.iter().take(200).for_each(|item| sound(name, item, errors));
        }
        Value::Object(fields) => fields.values().for_each(|field| sound(name, field, errors)),
        _ => {}
    }
}

/// One event as a program reads it.
#[derive(Debug, Clone, Serialize)]
pub struct EventView {
    pub seq: i32,
    pub event: serde_json::Value,
    pub from: String,
    pub to: String,
    pub on: NaiveDate,
    pub party: String,
    pub at_ms: i64,
}

impl EventView {
    pub fn of(row: &case_event::Model) -> Self {
        Self {
            seq: row.seq,
            event: serde_json::from_str(&row.event).unwrap_or_default(),
            from: row.from_state.clone(),
            to: row.to_state.clone(),
            on: row.on_date,
            party: row.party.clone(),
            at_ms: row.at_ms,
        }
    }
}

/// The events of a case, oldest first.
///
/// # Errors
/// When the database refuses.
pub async fn history(conn: &impl ConnectionTrait, id: Uuid) -> Result<Vec<case_event::Model>, AppError> {
    let find = case_event::Entity::find().filter(case_event::Column::CaseId.eq(id)).order_by_asc(case_event::Column::Seq).limit(MOST);
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

/// The case after its last event, and that event's place.
///
/// # Errors
/// When the database refuses or holds what this version cannot read.
pub async fn last<C: DeserializeOwned>(conn: &impl ConnectionTrait, id: Uuid) -> Result<Option<(C, case_event::Model)>, AppError> {
    let newest = case_event::Entity::find()
        .filter(case_event::Column::CaseId.eq(id))
        .order_by_desc(case_event::Column::Seq)
        .one(conn)
        .await
        .map_err(StoreError::from)?;
    let Some(event) = newest else { return Ok(None) };
    let case = serde_json::from_str(&event.after).map_err(|_| StoreError::Corrupt { table: "case_event", column: "after" })?;
    Ok(Some((case, event)))
}

/// What happened, with the states before and after.
#[derive(Debug)]
pub struct Happened<'a, E, C> {
    pub machine: &'a str,
    pub case: Uuid,
    pub event: &'a E,
    pub from: &'a str,
    pub to: &'a str,
    pub after: &'a C,
    pub on: NaiveDate,
    /// Who brought it; nobody where the system did.
    pub by: Option<Party>,
    pub account: Option<Uuid>,
}

/// Keeps an event in the transaction that moves the case.
///
/// # Errors
/// When somebody kept another one meanwhile.
pub async fn keep<E: Serialize, C: Serialize>(tx: &Tx, seq: i32, happened: Happened<'_, E, C>) -> Result<(), AppError> {
    let row = case_event::Model {
        id: Uuid::now_v7(),
        machine: happened.machine.into(),
        case_id: happened.case,
        seq,
        event: serde_json::to_string(happened.event)?,
        from_state: happened.from.into(),
        to_state: happened.to.into(),
        after: serde_json::to_string(happened.after)?,
        on_date: happened.on,
        party: happened.by.map_or("system", Party::as_str).into(),
        account_id: happened.account,
        at_ms: tx.now_ms(),
    };
    insert::<case_event::Entity, _>(tx, row).await
}

/// As which party the actor acts: the first of her roles whose party is allowed.
pub fn party(actor: &Actor, allowed: &[Party]) -> Option<Party> {
    parties(actor).find(|party| allowed.contains(party))
}

/// The parties that the actor's roles are.
pub fn parties(actor: &Actor) -> impl Iterator<Item = Party> + '_ {
    actor.grants.iter().filter_map(|grant| match grant.role {
        Role::Trainee => Some(Party::Trainee),
        Role::InstituteClerk | Role::InstituteHead => Some(Party::Institute),
        Role::EmployerClerk | Role::EmployerApprover => Some(Party::Employer),
        Role::OriginOfficer | Role::OriginApprover => Some(Party::OriginAuthority),
        Role::DestinationOfficer | Role::DestinationApprover => Some(Party::DestinationAuthority),
        Role::RecognitionOfficer => Some(Party::RecognitionAuthority),
        Role::WorkerRepresentative => Some(Party::WorkerOrganisation),
        Role::OriginAuditor | Role::DestinationAuditor | Role::Funder | Role::Operator => None,
    })
}

/// A refusal of a machine as the caller is told it.
pub fn said(refusal: Refusal) -> AppError {
    match refusal {
        Refusal::NotNow { state, allowed } => AppError::TransitionRefused { state: state.into(), allowed },
        Refusal::NotYours { .. } => AppError::Forbidden,
        Refusal::Guard(name) => {
            AppError::Invalid(vec![FieldError::new(name, "guard", format!("is a condition that is not met: {name}")).with("name", name)])
        }
    }
}

/// The day of an event: today when none is named, never later, never before what happened last.
///
/// # Errors
/// What is wrong with the day.
pub fn day_of(on: Option<NaiveDate>, today: NaiveDate, last: Option<NaiveDate>) -> Result<NaiveDate, AppError> {
    let on = on.unwrap_or(today);
    if on > today {
        return Err(AppError::invalid("on", "future", "lies ahead: an event is entered when it has happened"));
    }
    match last.filter(|last| on < *last) {
        Some(last) => Err(AppError::invalid("on", "before-last-event", format!("lies before what happened on {last}"))),
        None => Ok(on),
    }
}
