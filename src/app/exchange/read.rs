//! A partner's document of candidates, read into the preview of an import: each candidate a row, judged and taken like a
//! row of any spreadsheet. Answers on admissibility are sealed as they come in.

use super::{Candidate, Exchange, MOST, Profile, VERSION};
use crate::app::imports::sheet::{Row, Sheet};
use crate::app::{Ctx, imports};
use crate::error::{AppError, FieldError};
use passerelle_store::entity::import_batch;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Titles of the columns that a document is read into: names of fields that the import knows.
const TITLES: [&str; 12] = [
    "family name",
    "given name",
    "birth date",
    "sex",
    "nationalities",
    "habitual residence",
    "occupation",
    "track",
    "ready on",
    "email",
    "phone",
    "passport valid to",
];

/// Reads a document for a cohort. No record of a person is made.
///
/// # Errors
/// What is wrong with the document, and as an import.
pub async fn import(ctx: &Ctx<'_>, cohort: Uuid, name: &str, bytes: &[u8]) -> Result<import_batch::Model, AppError> {
    if bytes.len() > imports::sheet::BYTES_MAX {
        return Err(AppError::TooLarge { limit: imports::sheet::BYTES_MAX });
    }
    let document = read(bytes)?;
    let (sheet, answers) = rows(&document);
    imports::take_in(ctx, cohort, name, sheet, answers).await
}

fn read(bytes: &[u8]) -> Result<Exchange, AppError> {
    let wrong = |code, detail: String| AppError::Invalid(vec![FieldError::new("file", code, detail)]);
    let document: Exchange = serde_json::from_slice(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes)).map_err(|error| {
        wrong("exchange-unreadable", format!("is no document of candidates (line {}, column {})", error.line(), error.column()))
    })?;
    if document.schema_version != VERSION {
        return Err(wrong("exchange-version", format!("follows another version of the schema; this service reads version {VERSION}")));
    }
    if document.profile == Profile::Anonymous {
        return Err(wrong(
            "exchange-anonymous",
            "is anonymous: nobody in it can be enrolled; ask the partner for people who consent".into(),
        ));
    }
    if document.candidates.is_empty() || document.candidates.len() as u64 > MOST {
        return Err(wrong("exchange-size", format!("holds no candidates, or more than {MOST}")));
    }
    Ok(document)
}

/// Candidates as rows, and their sealed answers by line.
fn rows(document: &Exchange) -> (Sheet, BTreeMap<u32, String>) {
    let titles = Row { line: 1, cells: TITLES.map(str::to_owned).into() };
    let mut sheet = Sheet { rows: vec![titles], format: "exchange".into() };
    let mut answers = BTreeMap::new();
    for (at, one) in document.candidates.iter().enumerate() {
        let line = u32::try_from(at).unwrap_or(u32::MAX).saturating_add(2);
        sheet.rows.push(Row { line, cells: cells(one).into() });
        let said = one.admissibility();
        if !said.is_empty() {
            answers.insert(line, said.iter().map(|(name, answer)| format!("{name}: {answer}")).collect::<Vec<_>>().join("\n"));
        }
    }
    (sheet, answers)
}

fn cells(one: &Candidate) -> [String; 12] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let nationalities: Vec<&str> =
        one.country_of_citizenship.iter().chain(&one.additional_citizenships).map(String::as_str).filter(|code| !code.is_empty()).collect();
    let extension = one.x_gsp.clone().unwrap_or_default();
    let occupation = if extension.occupation.is_empty() {
        one.main_occupation.trim_start_matches("ISCO-08 ").to_owned()
    } else {
        extension.occupation.clone()
    };
    let sex = match one.gender.as_deref() {
        Some("Female") => "female",
        Some("Male") => "male",
        Some("Other" | "Non-binary") => "other",
        _ => "",
    };
    [
        text(&one.family_names),
        text(&one.given_names),
        day(one.date_of_birth),
        sex.to_owned(),
        nationalities.join(", "),
        one.country_of_residence.clone(),
        occupation,
        extension.track,
        extension.ready,
        text(&one.email),
        text(&one.phone),
        day(one.passport_expiry),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_says_what_is_wrong_with_it() {
        let code = |text: &str| match read(text.as_bytes()) {
            Err(AppError::Invalid(errors)) => errors[0].code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code("[]"), "exchange-unreadable");
        assert_eq!(code(r#"{"schema_version":"2","profile":"anonymous","made_at":"","candidates":[]}"#), "exchange-version");
        assert_eq!(code(r#"{"schema_version":"1","profile":"anonymous","made_at":"","candidates":[]}"#), "exchange-anonymous");
        assert_eq!(code(r#"{"schema_version":"1","profile":"full_with_consent","made_at":"","candidates":[]}"#), "exchange-size");
    }

    #[test]
    fn answers_on_admissibility_are_in_no_cell() {
        let one = Candidate {
            family_names: Some("Hashimi".into()),
            serious_health_condition: Some("yes, diabetes".into()),
            had_military_service: Some(" ".into()),
            ..Candidate::default()
        };
        let document = Exchange {
            schema_version: "1".into(),
            profile: Profile::FullWithConsent,
            made_at: String::new(),
            withheld: 0,
            candidates: vec![one],
        };
        let (sheet, answers) = rows(&document);
        assert!(!format!("{sheet:?}").contains("diabetes"));
        assert_eq!(answers, BTreeMap::from([(2, "serious_health_condition: yes, diabetes".to_owned())]));
    }
}
