//! Who stands in a file twice, and who is known already.

use super::Found;
use super::columns::Mapping;
use super::judge::found;
use crate::app::identity_documents;
use crate::error::{AppError, FieldError};
use crate::state::AppState;
use passerelle_domain::privacy::IdentityDocumentKind;
use passerelle_store::StoreError;
use passerelle_store::entity::{identity_document, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Values that are asked for in one statement.
const ASKED_AT_ONCE: usize = 500;

/// By what a person is known again.
pub(super) struct Marks {
    /// The name as it is written, but for accents and case.
    pub name: String,
    pub name_key: String,
    pub birth: Option<chrono::NaiveDate>,
    pub passport: Option<(String, String)>,
}

/// The second of two rows about one person is bad: which of them is right only a person can say. Where the names are
/// only alike it is doubtful: twins are often named so.
pub(super) fn twice_in_the_file(rows: &mut [Found], marks: &[Marks], mapping: &Mapping) {
    let mut people: BTreeMap<(&str, chrono::NaiveDate), (&str, i64)> = BTreeMap::new();
    let mut passports: BTreeMap<&(String, String), i64> = BTreeMap::new();
    for (row, mark) in rows.iter_mut().zip(marks) {
        let mut say = |field: &str, code, detail: &str, line: i64, doubt| {
            let error = FieldError::new(field, code, format!("{detail} line {line}")).with("line", line);
            row.findings.push(found(mapping.get(field).copied(), &error, doubt));
        };
        if let Some(line) = mark.passport.as_ref().and_then(|passport| passports.get(passport)) {
            say("passport_number", "import-twice", "stands already in", *line, false);
        } else if let Some(birth) = mark.birth.filter(|_| !mark.name_key.is_empty()) {
            match people.get(&(mark.name_key.as_str(), birth)) {
                Some((name, line)) if *name == mark.name => say("given_name", "import-twice", "stands already in", *line, false),
                Some((_, line)) => say("given_name", "import-alike", "is very like somebody in", *line, true),
                None => {}
            }
        }
        if let Some(passport) = &mark.passport {
            passports.entry(passport).or_insert(row.line);
        }
        if let Some(birth) = mark.birth.filter(|_| !mark.name_key.is_empty()) {
            people.entry((mark.name_key.as_str(), birth)).or_insert((mark.name.as_str(), row.line));
        }
    }
}

/// Who is known already, here or elsewhere, makes a row doubtful. Of others' people nothing is said but that.
pub(super) async fn already(
    state: &AppState,
    conn: &impl ConnectionTrait,
    institute: Uuid,
    rows: &mut [Found],
    marks: &[Marks],
    mapping: &Mapping,
) -> Result<(), AppError> {
    let keys: Vec<String> = marks.iter().map(|mark| mark.name_key.clone()).filter(|key| !key.is_empty()).collect();
    let mut people: BTreeMap<String, Vec<(Option<chrono::NaiveDate>, Uuid)>> = BTreeMap::new();
    for some in keys.chunks(ASKED_AT_ONCE) {
        let known: Vec<(String, Option<chrono::NaiveDate>, Uuid)> = trainee::Entity::find()
            .select_only()
            .columns([trainee::Column::NameKey, trainee::Column::BirthDate, trainee::Column::InstituteId])
            .filter(trainee::Column::NameKey.is_in(some.iter().cloned()))
            .filter(trainee::Column::MergedInto.is_null())
            .filter(trainee::Column::ErasedAtMs.is_null())
            .into_tuple()
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        for (key, birth, of) in known {
            people.entry(key).or_default().push((birth, of));
        }
    }
    let hash = |(country, number): &(String, String)| {
        let plain = identity_documents::plain(number).ok()?;
        Some(identity_documents::index(state, IdentityDocumentKind::Passport, country, &plain))
    };
    let hashes: Vec<Option<String>> = marks.iter().map(|mark| mark.passport.as_ref().and_then(hash)).collect();
    let asked: Vec<String> = hashes.iter().flatten().cloned().collect();
    let mut documents = BTreeSet::new();
    for some in asked.chunks(ASKED_AT_ONCE) {
        let known: Vec<String> = identity_document::Entity::find()
            .select_only()
            .column(identity_document::Column::NumberHash)
            .filter(identity_document::Column::NumberHash.is_in(some.iter().cloned()))
            .into_tuple()
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        documents.extend(known);
    }
    for ((row, mark), hash) in rows.iter_mut().zip(marks.iter()).zip(&hashes) {
        let mut say = |field: &str, code, detail: &str| {
            row.findings.push(found(mapping.get(field).copied(), &FieldError::new(field, code, detail), true));
        };
        if hash.as_ref().is_some_and(|hash| documents.contains(hash)) {
            say("passport_number", "import-document", "has been shown by somebody before");
        }
        let same = |(birth, _): &&(Option<chrono::NaiveDate>, Uuid)| birth.is_none() || mark.birth.is_none() || *birth == mark.birth;
        let like: Vec<_> = people.get(&mark.name_key).into_iter().flatten().filter(same).collect();
        if like.iter().any(|(_, of)| *of == institute) {
            say("family_name", "import-here", "is like somebody in your own list");
        } else if !like.is_empty() {
            say("family_name", "import-elsewhere", "is like somebody who is known elsewhere: the authority will look");
        }
    }
    Ok(())
}
