//! What the law says to facts, and when a legal period ends.

use super::Law;
use crate::error::{AppError, FieldError};
use chrono::NaiveDate;
use passerelle_domain::calendar::{Calendar, Deadline, Roll, Term, deadline};
use passerelle_domain::corridor::LocalText;
use passerelle_domain::law::{Anchor, Check, Facts, RuleId, Value};
use serde::{Deserialize, Serialize};

/// A question about facts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Facts by dotted name, or nested.
    pub facts: serde_json::Map<String, serde_json::Value>,
    /// Only these rules.
    #[serde(default)]
    pub rules: Vec<RuleId>,
    /// Only rules judged up to this event.
    #[serde(default)]
    pub until: Option<Anchor>,
    /// Day that counts where the facts name no date of the rule's event; today without it.
    #[serde(default)]
    pub on: Option<NaiveDate>,
    /// Take announced and enacted versions as if they were in force.
    #[serde(default)]
    pub as_if_in_force: bool,
}

/// What the law says.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// Whether any rule forbids it; not knowing forbids where the rule blocks.
    pub blocked: bool,
    pub verdicts: Vec<Judged>,
    /// Facts to find out, over all rules that do not know.
    pub missing: Vec<String>,
}

/// A verdict with what the rule is called and what would change a no.
#[derive(Debug, Clone, Serialize)]
pub struct Judged {
    #[serde(flatten)]
    pub check: Check,
    pub title: LocalText,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<LocalText>,
    pub source: String,
}

/// Facts may be written nested: `{"person": {"birth_date": …}}` is `person.birth_date`.
///
/// # Errors
/// Names the fact that is no value.
pub fn flatten(nested: &serde_json::Map<String, serde_json::Value>) -> Result<Facts, AppError> {
    fn walk(prefix: &str, map: &serde_json::Map<String, serde_json::Value>, facts: &mut Facts) -> Result<(), AppError> {
        for (key, value) in map {
            let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            match value {
                serde_json::Value::Object(inner) => walk(&name, inner, facts)?,
                value => {
                    let read: Result<Value, _> = serde_json::from_value(value.clone());
                    let value = read.map_err(|error| AppError::invalid(&format!("facts.{name}"), "fact", error.to_string()))?;
                    facts.insert(name, value);
                }
            }
        }
        Ok(())
    }
    let mut facts = Facts::new();
    walk("", nested, &mut facts)?;
    Ok(facts)
}

/// Judges facts by the law.
///
/// # Errors
/// When a fact is no value.
pub fn check(law: &Law, question: &Question, today: NaiveDate) -> Result<Answer, AppError> {
    let facts = flatten(&question.facts)?;
    let on = question.on.unwrap_or(today);
    let until = question.until.unwrap_or(Anchor::Start);
    let mut checks = law.catalogue.check(&facts, &law.reference, on, until, question.as_if_in_force);
    if !question.rules.is_empty() {
        checks.retain(|check| question.rules.contains(&check.rule));
    }
    let mut missing: Vec<String> = checks.iter().flat_map(|check| check.missing.iter().cloned()).collect();
    missing.sort_unstable();
    missing.dedup();
    let verdicts = checks.into_iter().filter_map(|check| {
        let rule = law.catalogue.rules.iter().find(|rule| rule.rule == check.rule && rule.version == check.version)?;
        let fix = (check.verdict != passerelle_domain::law::Outcome::Pass).then(|| rule.fix.clone());
        Some(Judged { title: rule.title.clone(), fix, source: rule.source.clone(), check })
    });
    let verdicts: Vec<Judged> = verdicts.collect();
    Ok(Answer { blocked: verdicts.iter().any(|judged| judged.check.blocks()), missing, verdicts })
}

/// A question about a legal period.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    pub anchor: NaiveDate,
    #[serde(default)]
    pub months: Option<u32>,
    #[serde(default)]
    pub days: Option<u32>,
    #[serde(default)]
    pub business_days: Option<u32>,
    /// Identifier of a calendar, such as `DE-BY`; without one only Saturdays and Sundays are rest.
    #[serde(default)]
    pub calendar: Option<String>,
    /// `none` without it. `next` and `previous` stand for the next and the previous business day.
    #[serde(default)]
    pub roll: Option<String>,
}

/// The end of a legal period.
#[derive(Debug, Clone, Serialize)]
pub struct PeriodEnd {
    pub due: NaiveDate,
    pub unrolled: NaiveDate,
    /// Why it was moved: a weekday or the name of a holiday.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved_off: Option<String>,
    pub calendar: String,
    pub roll: Roll,
    /// False where the calendar lists no holidays for that year.
    pub covered: bool,
}

/// Works out the end of a period.
///
/// # Errors
/// Names the field that is not right, and the calendars that there are.
pub fn period(law: &Law, asked: &Period) -> Result<PeriodEnd, AppError> {
    let terms = [asked.months.map(Term::Months), asked.days.map(Term::Days), asked.business_days.map(Term::BusinessDays)];
    let mut terms = terms.into_iter().flatten();
    let (Some(term), None) = (terms.next(), terms.next()) else {
        return Err(AppError::invalid("months", "one-period", "give one of months, days and business_days"));
    };
    let weekends = Calendar::weekends();
    let calendar = match asked.calendar.as_deref().filter(|id| !id.is_empty()) {
        None => &weekends,
        Some(id) => law.calendars.get(id).ok_or_else(|| {
            let known: Vec<&str> = law.calendars.keys().map(String::as_str).collect();
            AppError::invalid("calendar", "calendar", format!("is not one of: {}", known.join(", ")))
        })?,
    };
    let roll = match asked.roll.as_deref().unwrap_or("none") {
        "next" | "following" => Roll::NextBusinessDay,
        "previous" | "preceding" => Roll::PreviousBusinessDay,
        "modified_next" | "modified_following" => Roll::ModifiedNextBusinessDay,
        word => Roll::parse(word).map_err(|error| AppError::Invalid(vec![FieldError::of("roll", &error)]))?,
    };
    if matches!(term, Term::BusinessDays(days) if days > 100_000) {
        return Err(AppError::invalid("business_days", "range", "is more than 100000"));
    }
    let Deadline { due, unrolled, covered } =
        deadline(asked.anchor, term, calendar, roll).map_err(|error| AppError::Invalid(vec![FieldError::of("anchor", &error)]))?;
    let moved_off =
        (due != unrolled).then(|| calendar.holidays.get(&unrolled).cloned().unwrap_or_else(|| unrolled.format("%A").to_string()));
    Ok(PeriodEnd { due, unrolled, moved_off, calendar: calendar.id.clone(), roll, covered })
}
