//! One row of a file, judged as the form would judge it: what people write becomes what the record takes, and
//! what cannot is said cell by cell.

use super::columns::Mapping;
use crate::app::identity_documents;
use crate::app::records::Trainees;
use crate::app::resource::{Base, Reader, Spec};
use crate::error::FieldError;
use crate::formats;
use crate::i18n::Locale;
use crate::text::fold;
use chrono::NaiveDate;
use passerelle_domain::country::CountryCode;
use passerelle_domain::people::{Answer, DateOrder, RowVerdict, Sex, Track};
use passerelle_store::entity::trainee;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;
use uuid::Uuid;

/// Something about a cell, or about the row where no column is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    pub field: String,
    pub code: String,
    /// The English sentence, for programs.
    pub detail: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// The row may be taken all the same, by somebody who has looked.
    #[serde(default)]
    pub doubt: bool,
}

/// What holds for every row of a file.
#[derive(Debug, Clone)]
pub struct Ground {
    pub institute_id: Uuid,
    pub cohort_id: Uuid,
    /// Country of the institute.
    pub country: String,
    /// Occupation that the programme trains for.
    pub occupation: String,
    /// Last day of the cohort: who is in it is ready then, unless the file says otherwise.
    pub ready_on: NaiveDate,
    pub today: NaiveDate,
    pub order: DateOrder,
    /// Fields in which some days are written one way and some the other: what can be read both ways is asked about.
    pub mixed: BTreeSet<String>,
    pub begins_as: String,
}

/// A row that may become a person.
#[derive(Debug, Clone)]
pub struct Person {
    pub row: trainee::Model,
    /// Country and number of a passport.
    pub passport: Option<(String, String)>,
    /// She has signed that she may be matched.
    pub consents: bool,
}

/// A judged row.
#[derive(Debug)]
pub struct Judged {
    pub person: Person,
    pub findings: Vec<Finding>,
}

impl Judged {
    pub fn verdict(&self) -> RowVerdict {
        verdict(&self.findings)
    }
}

pub fn verdict(findings: &[Finding]) -> RowVerdict {
    match findings {
        [] => RowVerdict::Good,
        found if found.iter().all(|finding| finding.doubt) => RowVerdict::Doubtful,
        _ => RowVerdict::Bad,
    }
}

/// Words of closed lists and names of countries, in all our languages.
static WORDS: LazyLock<Words> = LazyLock::new(Words::new);

struct Words {
    sex: BTreeMap<String, &'static str>,
    track: BTreeMap<String, &'static str>,
    answer: BTreeMap<String, &'static str>,
    countries: BTreeMap<String, String>,
}

impl Words {
    fn new() -> Self {
        let list = |list: &str, words: &[&'static str]| {
            let mut known = BTreeMap::new();
            for word in words {
                known.insert(fold(&word.replace('_', " ")), *word);
                for locale in Locale::ALL {
                    let key = format!("{list}-{}", word.replace('_', "-"));
                    known.entry(fold(&locale.get(&key))).or_insert(*word);
                    for other in locale.get(&format!("import-words-{key}")).split('|') {
                        known.entry(fold(other)).or_insert(*word);
                    }
                }
            }
            known.remove("");
            known
        };
        let mut countries = BTreeMap::new();
        for code in CountryCode::all() {
            for locale in Locale::ALL {
                countries.entry(fold(&locale.get(&format!("country-{code}")))).or_insert_with(|| code.to_string());
            }
        }
        Self { sex: list("sex", Sex::WORDS), track: list("track", Track::WORDS), answer: list("answer", Answer::WORDS), countries }
    }

    /// A code, or a name in any of our languages; what is neither comes back as it is, and is refused by name.
    fn country(&self, text: &str) -> String {
        let code = text.trim().to_uppercase();
        if CountryCode::parse(&code).is_ok() {
            return code;
        }
        self.countries.get(&fold(text)).cloned().unwrap_or_else(|| text.to_owned())
    }

    fn countries(&self, text: &str) -> String {
        let parts = text.split([',', ';', '/']).map(str::trim).filter(|part| !part.is_empty());
        let codes: Vec<String> = parts.map(|part| self.country(part)).collect();
        codes.join(",")
    }
}

/// Judges a row. The identifier is the one that the person would get.
pub fn judge(cells: &[String], mapping: &Mapping, ground: &Ground, id: Uuid, now_ms: i64) -> Judged {
    let cell = |field: &str| mapping.get(field).and_then(|at| cells.get(*at)).map(|text| text.trim()).filter(|text| !text.is_empty());
    let word = |list: &BTreeMap<String, &'static str>, text: &str| {
        list.get(&fold(text)).map_or_else(|| text.to_owned(), |word| (*word).to_owned())
    };
    let mut document = Map::new();
    let mut set = |field: &str, value: String| {
        document.insert(field.to_owned(), Value::from(value));
    };
    let mut findings = Vec::new();
    for field in ["family_name", "given_name", "occupation", "email", "merit", "phone"] {
        if let Some(text) = cell(field) {
            let numbers = matches!(field, "occupation" | "merit" | "phone");
            set(field, if numbers { formats::latin_digits(text) } else { text.to_owned() });
        }
    }
    for field in ["birth_date", "ready_on", "passport_valid_to"] {
        if let Some(text) = cell(field) {
            set(field, day(text, ground.order));
            if ground.mixed.contains(field) && matches!(numbers(text).as_slice(), [first @ 1..=12, second @ 1..=12, _] if first != second) {
                let error = FieldError::new(field, "import-day-or-month", "can be read in two ways, and this column has both");
                findings.push(found(mapping.get(field).copied(), &error, true));
            }
        }
    }
    let or = |text: Option<String>, otherwise: &str| text.unwrap_or_else(|| otherwise.to_owned());
    set("sex", or(cell("sex").map(|text| word(&WORDS.sex, text)), Sex::Undisclosed.as_str()));
    set("track", or(cell("track").map(|text| word(&WORDS.track, text)), Track::Undecided.as_str()));
    set("nationalities", or(cell("nationalities").map(|text| WORDS.countries(text)), &ground.country));
    set("habitual_residence", or(cell("habitual_residence").map(|text| WORDS.country(text)), &ground.country));
    if cell("occupation").is_none() {
        set("occupation", ground.occupation.clone());
    }
    if cell("ready_on").is_none() {
        set("ready_on", ground.ready_on.to_string());
    }
    if cell("merit").is_none() {
        set("merit", MERIT_UNKNOWN.to_string());
    }
    set("institute_id", ground.institute_id.to_string());
    set("cohort_id", ground.cohort_id.to_string());
    set("training_country", ground.country.clone());
    set("journey", ground.begins_as.clone());
    set("waiting_since", ground.today.to_string());
    set("identity_confirmed", Answer::Unknown.to_string());
    // What a cell holds that is no value, such as #REF!, is a fault of the sheet and not of the person.
    for (field, at) in mapping {
        if cells.get(*at).is_some_and(|text| text.starts_with('#') && text.ends_with(['!', '?', 'A'])) {
            findings.push(found(Some(*at), &FieldError::new(field, "import-formula", "holds an error of the spreadsheet"), false));
            document.remove(field);
        }
    }
    let mut reader = Reader::new(Trainees::FIELDS, &document);
    let base = Base { id, version: 1, created_at_ms: now_ms, updated_at_ms: now_ms };
    let row = Trainees::read(&mut reader, base, None);
    for error in reader.finish() {
        let said = findings.iter().any(|finding: &Finding| finding.field == error.field);
        if !said {
            findings.push(found(mapping.get(&error.field).copied(), &error, false));
        }
    }
    let consents = match cell("consent").map(|text| word(&WORDS.answer, text)).as_deref() {
        None | Some("no" | "unknown") => false,
        Some("yes") => true,
        Some(_) => {
            let error = FieldError::new("consent", "choice", "is neither yes nor no");
            findings.push(found(mapping.get("consent").copied(), &error, false));
            false
        }
    };
    let passport = cell("passport_number").map(|number| {
        let country = row.nationalities.split(',').next().unwrap_or_default().to_owned();
        (country, formats::latin_digits(number))
    });
    if let Some((_, number)) = &passport
        && let Err(error) = identity_documents::plain(number)
    {
        findings.push(found(mapping.get("passport_number").copied(), &FieldError { field: "passport_number".into(), ..error }, false));
    }
    if row.birth_date.is_some_and(|birth| birth >= ground.today) {
        let error = FieldError::new("birth_date", "import-unborn", "lies in the future");
        findings.push(found(mapping.get("birth_date").copied(), &error, false));
    }
    Judged { person: Person { row, passport, consents }, findings }
}

/// Merit where the file says nothing of it: the middle of the scale, for all alike.
const MERIT_UNKNOWN: i64 = 50;

pub fn found(column: Option<usize>, error: &FieldError, doubt: bool) -> Finding {
    Finding {
        column,
        field: error.field.clone(),
        code: error.code.to_owned(),
        detail: error.detail.clone(),
        args: error.args.clone(),
        doubt,
    }
}

/// A day as people write it, in the form that records take.
fn day(text: &str, order: DateOrder) -> String {
    let read = formats::read_date(text);
    match (order, numbers(text).as_slice()) {
        (DateOrder::MonthFirst, [month, day, year]) if *year >= 1_000 => {
            let turned = i32::try_from(*year).ok().and_then(|year| NaiveDate::from_ymd_opt(year, *month, *day));
            turned.map_or_else(|| text.to_owned(), |day| day.to_string())
        }
        _ => read,
    }
}

/// The numbers of a day.
fn numbers(text: &str) -> Vec<u32> {
    formats::latin_digits(text).split(['/', '.', '-']).filter_map(|part| part.trim().parse().ok()).collect()
}

/// How the days of a column are written: with the month first where some can only be read so and none the other
/// way; and whether there are some of both.
pub fn order_of<'a>(cells: impl Iterator<Item = &'a str>) -> (DateOrder, bool) {
    let (mut day_first, mut month_first) = (false, false);
    for text in cells {
        if let [first, second, 1_000..=u32::MAX] = *numbers(text) {
            day_first |= first > 12;
            month_first |= second > 12;
        }
    }
    let order = if month_first && !day_first { DateOrder::MonthFirst } else { DateOrder::DayFirst };
    (order, month_first && day_first)
}

#[cfg(test)]
mod tests;
