//! Announced rules over the people who are on the way: judged as if they were in force today, beside
//! the rules that are. Nothing is written.

use super::{Ctx, corridors, law};
use crate::error::AppError;
use chrono::{Months, NaiveDate};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::CorridorPack;
use passerelle_domain::fact::FactStatus;
use passerelle_domain::law::{Catalogue, Facts, Number, Outcome, Rule, RuleId, Value};
use passerelle_domain::words;
use passerelle_engine::pathway::JourneyStanding;
use passerelle_store::StoreError;
use passerelle_store::entity::{agreement, journey, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::record::Record;
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Journeys that are looked at; the answer says when there are more.
const MOST: u64 = 20_000;
/// Journeys that are named for each rule.
const NAMED: usize = 100;
/// Months by which a later departure is tried before somebody counts as blocked.
const LATER_MONTHS: u32 = 24;

words!(
    /// What an announced version would do to somebody.
    Effect {
        Blocked = "blocked",
        /// A later departure would satisfy it.
        Delayed = "delayed",
        Freed = "freed",
        /// Facts that it asks for are not known here.
        Unclear = "unclear",
    }
);

/// Somebody whom an announced version would touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Touched {
    pub journey: Uuid,
    pub trainee: Uuid,
    pub effect: Effect,
    /// Months by which the departure would have to move.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
}

/// What one announced version would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub rule: RuleId,
    pub version: u32,
    pub valid_from: NaiveDate,
    pub counts: BTreeMap<String, usize>,
    /// At most a hundred, the blocked first.
    pub touched: Vec<Touched>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outlook {
    pub journeys: usize,
    /// More journeys than were looked at.
    pub more: bool,
    pub changes: Vec<Change>,
}

/// Announced versions over the open journeys that the actor may list.
///
/// # Errors
/// When the actor may not list journeys.
pub async fn outlook(ctx: &Ctx<'_>) -> Result<Outlook, AppError> {
    let scope = permit(ctx.actor, Action::List, Subject::Journey)?;
    let conn = ctx.state.store.read();
    let today = ctx.now.date();
    let law = law::current(ctx.state, conn).await?;
    let announced: Vec<(Option<&Rule>, &Rule)> =
        RuleId::ALL.iter().filter_map(|id| Some((law.catalogue.on(*id, today, false), newest_announced(&law.catalogue, *id)?))).collect();
    let rows = journey::Entity::find()
        .filter(journey::Entity::visible(&scope))
        .filter(journey::Column::Standing.ne(JourneyStanding::Ended.as_str()))
        .order_by_asc(journey::Column::Id)
        .limit(MOST + 1)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let more = rows.len() > usize::try_from(MOST).unwrap_or(usize::MAX);
    let packs: BTreeMap<String, CorridorPack> =
        corridors::latest_all(conn).await?.into_iter().map(|pack| (pack.id.to_string(), pack)).collect();
    let agreements = agreement::Entity::find().all(conn).await.map_err(StoreError::from)?;
    let mut persons: BTreeMap<Uuid, trainee::Model> = BTreeMap::new();
    for chunk in rows.chunks(10_000) {
        let find = trainee::Entity::find().filter(trainee::Column::Id.is_in(chunk.iter().map(|row| row.trainee_id)));
        persons.extend(find.all(conn).await.map_err(StoreError::from)?.into_iter().map(|person| (person.id, person)));
    }
    let people: Vec<(journey::Model, Facts)> = rows
        .into_iter()
        .take(usize::try_from(MOST).unwrap_or(usize::MAX))
        .filter_map(|row| {
            let person = persons.get(&row.trainee_id)?;
            let pack = row.pathway.as_ref().and_then(|id| packs.get(id));
            let agreement = agreements.iter().find(|known| Some(&known.pack) == row.pathway.as_ref() && known.origin == row.origin);
            let facts = facts(&row, person, pack, agreement);
            Some((row, facts))
        })
        .collect();
    let change = |(now, then): (Option<&Rule>, &Rule)| {
        let mut touched: Vec<Touched> = people.iter().filter_map(|(row, facts)| effect(row, facts, now, then, &law.reference)).collect();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for one in &touched {
            *counts.entry(one.effect.to_string()).or_insert(0) += 1;
        }
        touched.sort_by_key(|one| (one.effect, one.journey));
        touched.truncate(NAMED);
        Change { rule: then.rule, version: then.version, valid_from: then.valid_from, counts, touched }
    };
    Ok(Outlook { journeys: people.len(), more, changes: announced.into_iter().map(change).collect() })
}

fn newest_announced(catalogue: &Catalogue, id: RuleId) -> Option<&Rule> {
    let announced = |rule: &&Rule| rule.rule == id && matches!(rule.status, FactStatus::Announced | FactStatus::Enacted);
    catalogue.rules.iter().filter(announced).max_by_key(|rule| rule.version)
}

/// What the service knows of somebody, by the names that rules use. What it does not know is left out:
/// a rule that asks for it says so.
fn facts(row: &journey::Model, person: &trainee::Model, pack: Option<&CorridorPack>, agreement: Option<&agreement::Model>) -> Facts {
    let text = |text: &str| Value::Text(text.to_owned());
    let number = |number: i32| Value::Number(Number::whole(number.into()));
    let or_nothing = |value: Option<Value>| value.unwrap_or(Value::Nothing);
    let departure = row.ready_on.unwrap_or(person.ready_on);
    let mut facts = Facts::from([
        ("dates.departure".to_owned(), Value::Date(departure)),
        ("dates.start".to_owned(), Value::Date(departure)),
        ("dates.entry".to_owned(), Value::Date(departure)),
        ("person.training_country".to_owned(), text(&person.training_country)),
        ("person.residence".to_owned(), text(&person.habitual_residence)),
        ("need.isco".to_owned(), text(&person.occupation)),
        ("identity.duplicate".to_owned(), Value::Bool(person.possible_duplicate)),
    ]);
    facts.extend(person.birth_date.map(|day| ("person.birth_date".to_owned(), Value::Date(day))));
    facts.extend(person.passport_valid_to.map(|day| ("passport.valid_to".to_owned(), Value::Date(day))));
    facts.extend(row.destination.as_ref().map(|country| ("need.country".to_owned(), text(country))));
    if let Some(pack) = pack {
        let age = &pack.age.value;
        facts.insert("pathway.min_age".into(), number(age.min));
        facts.insert("pathway.max_age".into(), or_nothing(age.max.map(number)));
        facts.insert("pathway.proof_age".into(), or_nothing(age.proof_from.map(number)));
    }
    if let Some(agreement) = agreement {
        facts.insert("agreement.government".into(), Value::Bool(agreement.between_governments));
        facts.insert("agreement.labour_market_analysis".into(), Value::Bool(agreement.labour_market_analysis));
        facts.insert("agreement.support_to_origin".into(), Value::Bool(agreement.support_to_origin));
        facts.insert("agreement.mode".into(), text(&agreement.cost_mode));
    }
    facts
}

fn effect(
    row: &journey::Model,
    facts: &Facts,
    now: Option<&Rule>,
    then: &Rule,
    reference: &passerelle_domain::law::Reference,
) -> Option<Touched> {
    let before = now.map(|rule| rule.judge(facts, reference).verdict);
    let after = then.judge(facts, reference);
    let touched = |effect, months, missing| Some(Touched { journey: row.id, trainee: row.trainee_id, effect, months, missing });
    match (before, after.verdict) {
        (Some(Outcome::Block), Outcome::Pass | Outcome::Warn) => touched(Effect::Freed, None, vec![]),
        (before, Outcome::Block) if before != Some(Outcome::Block) => {
            let later = (1..=LATER_MONTHS).find(|months| then.judge(&departing_later(facts, *months), reference).verdict == Outcome::Pass);
            match later {
                Some(months) => touched(Effect::Delayed, Some(months), vec![]),
                None => touched(Effect::Blocked, None, vec![]),
            }
        }
        (before, Outcome::Unknown) if before != Some(Outcome::Unknown) => touched(Effect::Unclear, None, after.missing),
        _ => None,
    }
}

fn departing_later(facts: &Facts, months: u32) -> Facts {
    let mut later = facts.clone();
    for name in ["dates.departure", "dates.start", "dates.entry"] {
        if let Some(Value::Date(day)) = facts.get(name)
            && let Some(day) = day.checked_add_months(Months::new(months))
        {
            later.insert(name.into(), Value::Date(day));
        }
    }
    later
}
