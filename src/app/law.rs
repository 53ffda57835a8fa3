//! Law as data: the catalogue of rules, what rules look up, and calendars. What comes with
//! Passerelle, or stands in the configured folder, and beside it what authorities have entered.
//! Entries are versions: nothing is overwritten, the newest that is in force counts.

use super::Ctx;
use crate::error::{AppError, FieldError};
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::calendar::{Calendar, Deadline, Roll, Term, deadline};
use passerelle_domain::corridor::LocalText;
use passerelle_domain::law::{
    Anchor, Catalogue, Check, Convention, CountryList, Facts, JourneyTerms, ProcedureEntry, Reference, Rule, RuleId, Series,
    SocialSecurityAgreement, TableRow, Value, faults,
};
use passerelle_domain::words;
use passerelle_store::StoreError;
use passerelle_store::entity::law_entry;
use passerelle_store::query::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

words!(
    /// Kinds of entries.
    EntryKind {
        Rule = "rule",
        Series = "series",
        List = "list",
        TableRow = "table_row",
        Convention = "convention",
        SocialSecurity = "social_security",
        Calendar = "calendar",
        Procedure = "procedure",
        JourneyTerms = "journey_terms",
    }
);

/// All law of an installation.
#[derive(Debug, Clone, PartialEq)]
pub struct Law {
    pub catalogue: Catalogue,
    pub reference: Reference,
    pub calendars: BTreeMap<String, Calendar>,
}

const CATALOGUE: &str = include_str!("../../config/law/catalogue.yaml");
const REFERENCE: &str = include_str!("../../config/law/reference.yaml");
const CALENDARS: &str = include_str!("../../config/law/calendars.yaml");

impl Law {
    /// Reads `catalogue.yaml`, `reference.yaml` and `calendars.yaml` of a folder; an empty name
    /// takes those that come with Passerelle.
    ///
    /// # Errors
    /// The file, and what is wrong with it.
    pub fn read(folder: &str) -> Result<Self, String> {
        let text = |name: &str, built_in: &str| {
            if folder.is_empty() {
                return Ok(built_in.to_owned());
            }
            let file = std::path::Path::new(folder).join(name);
            std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))
        };
        fn parse<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> Result<T, String> {
            serde_saphyr::from_str(text).map_err(|error| format!("{name}: {}", error.without_snippet()))
        }
        let calendars: Vec<Calendar> = parse("calendars.yaml", &text("calendars.yaml", CALENDARS)?)?;
        let law = Self {
            catalogue: parse("catalogue.yaml", &text("catalogue.yaml", CATALOGUE)?)?,
            reference: parse("reference.yaml", &text("reference.yaml", REFERENCE)?)?,
            calendars: calendars.into_iter().map(|calendar| (calendar.id.clone(), calendar)).collect(),
        };
        for rule in RuleId::ALL {
            if !law.catalogue.rules.iter().any(|known| known.rule == *rule) {
                return Err(format!("catalogue.yaml: {rule} has no version"));
            }
        }
        for rule in &law.catalogue.rules {
            if let Some(fault) = faults(rule, &law.reference).first() {
                return Err(format!("catalogue.yaml: {} version {}: {}: {}", rule.rule, rule.version, fault.field, fault.problem));
            }
        }
        Ok(law)
    }

    fn add(&mut self, row: &law_entry::Model) -> Result<(), AppError> {
        fn read<T: serde::de::DeserializeOwned>(row: &law_entry::Model) -> Result<T, AppError> {
            serde_json::from_str(&row.document).map_err(|_| StoreError::Corrupt { table: "law_entry", column: "document" }.into())
        }
        let reference = &mut self.reference;
        match EntryKind::parse(&row.kind).map_err(|_| StoreError::Corrupt { table: "law_entry", column: "kind" })? {
            EntryKind::Rule => self.catalogue.rules.push(read(row)?),
            EntryKind::Series => {
                let series: Series = read(row)?;
                reference.series.retain(|known| known.id != series.id);
                reference.series.push(series);
            }
            EntryKind::List => {
                let list: CountryList = read(row)?;
                reference.lists.retain(|known| (&known.id, &known.edition) != (&list.id, &list.edition));
                reference.lists.push(list);
            }
            EntryKind::TableRow => reference.tables.push(read::<TableRow>(row)?),
            EntryKind::Convention => {
                let standing: Convention = read(row)?;
                reference.conventions.retain(|known| (known.country, &known.instrument) != (standing.country, &standing.instrument));
                reference.conventions.push(standing);
            }
            EntryKind::SocialSecurity => {
                let agreement: SocialSecurityAgreement = read(row)?;
                reference.social_security.retain(|known| known.between != agreement.between);
                reference.social_security.push(agreement);
            }
            EntryKind::JourneyTerms => reference.journey_terms.push(read::<JourneyTerms>(row)?),
            EntryKind::Procedure => reference.procedures.push(read::<ProcedureEntry>(row)?),
            EntryKind::Calendar => {
                let calendar: Calendar = read(row)?;
                self.calendars.insert(calendar.id.clone(), calendar);
            }
        }
        Ok(())
    }
}

/// The law as it stands: files and entries. One statement.
///
/// # Errors
/// When the database cannot be reached or holds what this version cannot read.
pub async fn current(state: &AppState, conn: &impl ConnectionTrait) -> Result<Arc<Law>, AppError> {
    let rows = law_entry::Entity::find().order_by_asc(law_entry::Column::EntryVersion).all(conn).await.map_err(StoreError::from)?;
    if rows.is_empty() {
        return Ok(state.law.clone());
    }
    let mut law = (*state.law).clone();
    for row in &rows {
        law.add(row)?;
    }
    Ok(Arc::new(law))
}

/// The law for somebody who may read it.
///
/// # Errors
/// When the actor may not.
pub async fn read(ctx: &Ctx<'_>) -> Result<Arc<Law>, AppError> {
    permit(ctx.actor, Action::Read, Subject::Law)?;
    current(ctx.state, ctx.state.store.read()).await
}

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

/// A new version of something, as an authority enters it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enter {
    pub kind: EntryKind,
    pub document: serde_json::Value,
}

/// Enters a version. Rules run their test cases first; a version with a failing case is not kept.
///
/// # Errors
/// What is wrong with it, by field; a conflict when the version stands already.
pub async fn enter(ctx: &Ctx<'_>, entry: &Enter) -> Result<Uuid, AppError> {
    permit(ctx.actor, Action::Create, Subject::Law)?;
    let mut tx = ctx.begin().await?;
    let law = current(ctx.state, tx.conn()).await?;
    let wrong = |error: serde_json::Error| AppError::invalid("document", "document", error.to_string());
    let document = entry.document.clone();
    let (key, version) = match entry.kind {
        EntryKind::Rule => {
            let rule: Rule = serde_json::from_value(document.clone()).map_err(wrong)?;
            let found = faults(&rule, &law.reference);
            if !found.is_empty() {
                return Err(AppError::Invalid(
                    found.into_iter().map(|fault| FieldError::new(fault.field, "rule-fault", fault.problem)).collect(),
                ));
            }
            let newest = law.catalogue.rules.iter().filter(|known| known.rule == rule.rule).map(|known| known.version).max().unwrap_or(0);
            if rule.version != newest + 1 {
                return Err(AppError::invalid("version", "next-version", format!("must be {}", newest + 1)));
            }
            (rule.rule.to_string(), rule.version)
        }
        EntryKind::Series => (serde_json::from_value::<Series>(document.clone()).map_err(wrong)?.id, 0),
        EntryKind::List => {
            let list: CountryList = serde_json::from_value(document.clone()).map_err(wrong)?;
            (format!("{} {}", list.id, list.edition), 0)
        }
        EntryKind::TableRow => {
            let row: TableRow = serde_json::from_value(document.clone()).map_err(wrong)?;
            (format!("{} {} {}", row.table, row.country.map(|c| c.to_string()).unwrap_or_default(), row.isco), 0)
        }
        EntryKind::Convention => {
            let standing: Convention = serde_json::from_value(document.clone()).map_err(wrong)?;
            (format!("{} {}", standing.country, standing.instrument), 0)
        }
        EntryKind::SocialSecurity => {
            let agreement: SocialSecurityAgreement = serde_json::from_value(document.clone()).map_err(wrong)?;
            (agreement.between.map(|country| country.to_string()).join(" "), 0)
        }
        EntryKind::Procedure => {
            let entry: ProcedureEntry = serde_json::from_value(document.clone()).map_err(wrong)?;
            if entry.procedure.measures.is_empty() || entry.procedure.attempts_max == 0 {
                return Err(AppError::invalid("procedure", "document", "names no measure, or no attempt at one"));
            }
            (format!("{} {} {}", entry.country, entry.subdivision.unwrap_or_default(), entry.isco), 0)
        }
        EntryKind::JourneyTerms => {
            let entry: JourneyTerms = serde_json::from_value(document.clone()).map_err(wrong)?;
            if entry.terms.attendance_min_percent > 100 || entry.terms.reintegration_min_percent > 100 {
                return Err(AppError::invalid("terms", "document", "asks for more than 100 percent"));
            }
            (entry.destination.map(|country| country.to_string()).unwrap_or_default(), 0)
        }
        EntryKind::Calendar => {
            let calendar: Calendar = serde_json::from_value(document.clone()).map_err(wrong)?;
            if (1..=7).all(|day| calendar.weekend.contains(&day)) {
                return Err(AppError::invalid("weekend", "range", "leaves no business day"));
            }
            (calendar.id, 0)
        }
    };
    let before = law_entry::Entity::find()
        .filter(law_entry::Column::Kind.eq(entry.kind.as_str()))
        .filter(law_entry::Column::EntryKey.eq(&key))
        .order_by_desc(law_entry::Column::EntryVersion)
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let version =
        if version > 0 { i32::try_from(version).map_err(AppError::internal)? } else { before.map_or(1, |row| row.entry_version + 1) };
    let row = law_entry::Model {
        id: Uuid::now_v7(),
        kind: entry.kind.to_string(),
        entry_key: key.clone(),
        entry_version: version,
        document: document.to_string(),
        account_id: ctx.actor.user.0,
        created_at_ms: ctx.now.ms(),
    };
    let id = row.id;
    law_entry::Entity::insert(law_entry::ActiveModel::from(row).reset_all())
        .exec_without_returning(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.note("enter", "law_entry", Some(id), serde_json::json!({ "kind": entry.kind, "key": key, "version": version }));
    tx.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_law_that_comes_along_has_every_rule_and_passes_its_own_cases() {
        let law = Law::read("").unwrap();
        assert_eq!(law.catalogue.rules.len(), 32);
        assert!(law.catalogue.rules.iter().map(|rule| rule.tests.len()).sum::<usize>() > 90);
        for rule in &law.catalogue.rules {
            for text in [&rule.title, &rule.fix] {
                assert!(text.fr.is_some() && text.de.is_some() && text.ar.is_some(), "{}", rule.rule);
            }
        }
    }

    /// The compiled form of a rule and its expression give one answer on many random facts.
    #[test]
    fn compiled_rules_and_their_expressions_agree() {
        use passerelle_domain::law::{Outcome, RuleId, judge};
        use rand::Rng;
        use rand_chacha::rand_core::SeedableRng;
        let law = Law::read("").unwrap();
        let book = law.catalogue.book(&law.reference, passerelle_domain::law::Severity::Block);
        let world: Pair = serde_json::from_value(serde_json::json!({
            "trainee": {
                "id": Uuid::from_u128(1), "birth_date": null, "nationalities": ["MA"], "habitual_residence": "MA", "training_country": "MA",
                "institute": Uuid::from_u128(2), "occupation": "7411", "track": "away", "journey": "in_training", "ready_on": "2027-07-01",
                "passport_valid_to": null, "identity_confirmed": "yes", "possible_duplicate": false, "languages": [], "skills": [], "recognitions": [],
                "preferred_destinations": [], "waiting_since": "2026-01-01", "merit": 70,
            },
            "need": {
                "id": Uuid::from_u128(3), "country": "DE", "occupation": "7411", "skills": [], "start": { "from": "2027-09-01", "to": "2027-12-01" },
                "employer": {
                    "id": Uuid::from_u128(4), "suspended": false, "licence_valid_to": null, "insolvent": "no", "open_sanction": "no",
                    "unpaid_wage_judgment": "no", "provides_housing": false, "housing_approved": "unknown",
                },
                "wage": "EUR 3000", "wage_per": "month", "hours_per_week_centi": 4000, "comparable_wage": "EUR 3000", "language": null, "open": true,
                "subdivision": null, "pools": [],
            },
            "pathway": {
                "id": "DE-NAFR-THAMM/MA", "pack_version": 1, "destination": "DE", "status": "in_force", "open": true, "occupations": { "isco": [] },
                "age": { "min": 18 }, "languages": [], "recognition": [], "wage_floors": [], "employer_licence": false, "permit_days": 70, "agreement": null,
            },
        }))
        .unwrap();
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(5);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..2_000 {
            let mut pair = world.clone();
            let unknown = random.random_bool(0.05);
            let birth = NaiveDate::from_ymd_opt(random.random_range(1975..2013), random.random_range(1..13), random.random_range(1..29));
            pair.trainee.birth_date = birth.filter(|_| !unknown);
            pair.pathway.age.min = random.random_range(16..30);
            pair.pathway.age.max = random.random_bool(0.5).then(|| random.random_range(28..50));
            let answer = |random: &mut rand_chacha::ChaCha8Rng| match random.random_range(0..5) {
                0 => passerelle_domain::people::Answer::Yes,
                1 => passerelle_domain::people::Answer::Unknown,
                _ => passerelle_domain::people::Answer::No,
            };
            let employer = &mut pair.need.employer;
            (employer.insolvent, employer.open_sanction) = (answer(&mut random), answer(&mut random));
            let (wage, comparable) = (random.random_range(2_500..3_500), random.random_range(2_500..3_500));
            pair.need.wage = Some(passerelle_domain::money::Money { minor: wage * 100, ..pair.need.wage.unwrap() });
            pair.need.comparable_wage = Some(passerelle_domain::money::Money { minor: comparable * 100, ..pair.need.wage.unwrap() });
            let facts = passerelle_domain::law::MatchFacts {
                trainee: &pair.trainee,
                need: &pair.need,
                pathway: &pair.pathway,
                quotas: &[],
                ranking_features: &[],
                match_date: "2026-11-24".parse().unwrap(),
            };
            let mut said = serde_json::json!({
                "person": {}, "dates": { "departure": facts.departure(), "start": pair.need.start.from },
                "pathway": { "min_age": pair.pathway.age.min, "max_age": pair.pathway.age.max, "proof_age": null },
                "employer": { "suspended": false, "unpaid_wage_judgment": false, "licence_required": false, "provides_housing": false },
                "wage": { "gross_year": pair.need.wage, "comparable_year": pair.need.comparable_wage },
            });
            if let Some(birth) = pair.trainee.birth_date {
                said["person"]["birth_date"] = serde_json::json!(birth);
            }
            for (name, value) in [("insolvent", pair.need.employer.insolvent), ("open_sanction", pair.need.employer.open_sanction)] {
                if let Some(known) = value.known() {
                    said["employer"][name] = known.into();
                }
            }
            let said = flatten(said.as_object().unwrap()).unwrap();
            for rule in [RuleId::R01, RuleId::R06, RuleId::R12] {
                let compiled = judge(rule, &facts, &book).unwrap().outcome;
                let written = law.catalogue.on(rule, facts.match_date, false).unwrap().judge(&said, &law.reference).verdict;
                // The compiled form stops at the first ground; both forbid, and that is what counts.
                let forbids = |outcome: Outcome| matches!(outcome, Outcome::Block | Outcome::Unknown);
                assert_eq!(forbids(compiled), forbids(written), "{rule}: {compiled} against {written} on {said:?}");
                seen.insert((rule, compiled));
            }
        }
        assert!(seen.len() >= 7, "passes, blocks and unknowns were met: {seen:?}");
    }

    #[derive(Clone, Deserialize)]
    struct Pair {
        trainee: passerelle_domain::law::TraineeFacts,
        need: passerelle_domain::law::NeedFacts,
        pathway: passerelle_domain::law::PathwayFacts,
    }
}
