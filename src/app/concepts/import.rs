//! Imports one language of one version of ESCO. All of it, or nothing.
//!
//! The first import of a version brings its concepts and relations; further languages add labels.
//! Importing the same files again changes nothing.

use super::esco_files::{EscoError, ImportOptions, RowRef, Source, Table};
use crate::clock::Moment;
use crate::error::AppError;
use passerelle_domain::occupation::ConceptUri;
use passerelle_store::entity::{concept, concept_import, concept_label, concept_relation};
use passerelle_store::query::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use passerelle_store::{Store, StoreError, Tx};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;
use uuid::Uuid;

/// Labels of a concept longer than this are no labels.
const LABEL_CHARS_MAX: usize = 1_000;

#[derive(Debug, Error)]
pub enum ImportError {
    #[error("{0}")]
    Files(EscoError),
    #[error(transparent)]
    App(#[from] AppError),
}

impl From<EscoError> for ImportError {
    fn from(error: EscoError) -> Self {
        Self::Files(error)
    }
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::App(error.into())
    }
}

/// What an import found and did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Imported {
    pub unchanged: bool,
    pub concepts: u64,
    pub labels: u64,
    pub relations: u64,
    /// Things that a person should know of, none of which keeps the import from standing.
    pub notes: Vec<String>,
}

/// Files of an import, parsed and checked; nothing is in the database yet.
#[derive(Debug, Default)]
pub struct Parsed {
    digest: String,
    concepts: BTreeMap<String, Concept>,
    relations: BTreeSet<(String, &'static str, String)>,
    notes: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Concept {
    kind: &'static str,
    code: Option<String>,
    isco: Option<String>,
    skill_type: Option<String>,
    reuse_level: Option<String>,
    status: String,
    replaced_by: Option<String>,
    modified: String,
    labels: Vec<(&'static str, String)>,
}

/// Reads and checks the files.
///
/// # Errors
/// The first thing that is wrong, with file, line and column.
pub fn parse(source: &Source, language: &str) -> Result<Parsed, EscoError> {
    let mut parsed = Parsed::default();
    let mut hasher = Sha256::new();
    let mut seen = 0;
    for (stem, kind) in [("ISCOGroups", "isco_group"), ("skillGroups", "skill_group"), ("occupations", "occupation"), ("skills", "skill")] {
        let Some(table) = source.table(stem, language)? else { continue };
        seen += 1;
        table.require(&["conceptUri", "preferredLabel"])?;
        hash_table(&mut hasher, &table);
        let mut twice = 0;
        for row in table.iter() {
            twice += u64::from(!add_concept(&mut parsed, &row, kind)?);
        }
        if twice > 0 {
            parsed.notes.push(format!("{}: {twice} address(es) stand twice; the one modified last was kept", table.file));
        }
    }
    if seen == 0 {
        let known = source.languages().join(", ");
        let reason = if known.is_empty() {
            "has no file occupations_*.csv or skills_*.csv; give the unpacked download or its zip".to_owned()
        } else {
            format!("has no file for language {language}; it has {known}")
        };
        return Err(EscoError::file("the download", reason));
    }
    if let Some(table) = source.table("occupationSkillRelations", language)? {
        table.require(&["occupationUri", "relationType", "skillUri"])?;
        hash_table(&mut hasher, &table);
        for row in table.iter() {
            let kind = match row.get("relationType") {
                "essential" => "essential",
                "optional" => "optional",
                other => return Err(row.error("relationType", format!("is {other:?}; essential or optional are known"))),
            };
            add_relation(&mut parsed, &row, "occupationUri", kind, "skillUri")?;
        }
    }
    for stem in ["broaderRelationsOccPillar", "broaderRelationsSkillPillar"] {
        let Some(table) = source.table(stem, language)? else { continue };
        table.require(&["conceptUri", "broaderUri"])?;
        hash_table(&mut hasher, &table);
        for row in table.iter() {
            add_relation(&mut parsed, &row, "conceptUri", "broader", "broaderUri")?;
        }
    }
    parsed.digest = crate::text::hex(&hasher.finalize());
    Ok(parsed)
}

fn hash_table(hasher: &mut Sha256, table: &Table) {
    for (_, record) in &table.rows {
        for field in record {
            hasher.update(field.as_bytes());
            hasher.update([0]);
        }
    }
}

fn uri(row: &RowRef<'_>, column: &str) -> Result<String, EscoError> {
    let text = row.get(column);
    match ConceptUri::parse(text) {
        Ok(uri) => Ok(uri.to_string()),
        Err(error) => Err(row.error(column, if text.is_empty() { "is empty".to_owned() } else { error.detail })),
    }
}

/// False when the address stood before.
fn add_concept(parsed: &mut Parsed, row: &RowRef<'_>, kind: &'static str) -> Result<bool, EscoError> {
    let uri = uri(row, "conceptUri")?;
    let preferred = row.get("preferredLabel");
    if preferred.is_empty() {
        return Err(row.error("preferredLabel", "is empty"));
    }
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut labels = vec![("preferred", preferred.to_owned())];
    // Lists are separated by line feeds; a third party's files use a bar.
    for (column, kind) in [("altLabels", "alternative"), ("hiddenLabels", "hidden")] {
        labels.extend(
            row.get(column).split(['\n', '|']).map(str::trim).filter(|label| !label.is_empty()).map(|label| (kind, label.to_owned())),
        );
    }
    if let Some((_, long)) = labels.iter().find(|(_, label)| label.chars().count() > LABEL_CHARS_MAX) {
        return Err(row.error(
            "preferredLabel",
            format!("a label has {} characters; an unclosed quote may have swallowed lines", long.chars().count()),
        ));
    }
    let isco = row.get("iscoGroup");
    if kind == "occupation" && !isco.is_empty() && (isco.len() > 4 || !isco.bytes().all(|b| b.is_ascii_digit())) {
        return Err(row.error("iscoGroup", "is not an ISCO code of up to four digits"));
    }
    let concept = Concept {
        kind,
        code: some(row.get("code")),
        isco: some(isco),
        skill_type: some(row.get("skillType")),
        reuse_level: some(row.get("reuseLevel")),
        status: some(row.get("status")).unwrap_or_else(|| "released".into()),
        replaced_by: some(row.get("replacedBy")).or_else(|| some(row.get("replacedByUri"))),
        modified: row.get("modifiedDate").to_owned(),
        labels,
    };
    match parsed.concepts.get(&uri) {
        None => {
            parsed.concepts.insert(uri, concept);
            Ok(true)
        }
        Some(known) => {
            if known.modified < concept.modified {
                parsed.concepts.insert(uri, concept);
            }
            Ok(false)
        }
    }
}

fn add_relation(parsed: &mut Parsed, row: &RowRef<'_>, from: &str, kind: &'static str, to: &str) -> Result<(), EscoError> {
    let (from, to) = (uri(row, from)?, uri(row, to)?);
    parsed.relations.insert((from, kind, to));
    Ok(())
}

/// Writes parsed files into the database, in one transaction. `progress` hears how many rows of
/// how many are written.
///
/// # Errors
/// When the database refuses; then nothing was written.
pub async fn write(
    store: &Store,
    now: Moment,
    options: &ImportOptions,
    parsed: Parsed,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Imported, ImportError> {
    let mut tx = store.begin(None, now.ms()).await?;
    let before = concept_import::Entity::find()
        .filter(concept_import::Column::SchemeVersion.eq(options.scheme_version.as_str()))
        .filter(concept_import::Column::Language.eq(options.language.as_str()))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let mut outcome = Imported { notes: parsed.notes.clone(), ..Imported::default() };
    if before.as_ref().is_some_and(|row| row.digest == parsed.digest) {
        return Ok(Imported { unchanged: true, ..outcome });
    }
    let known = known_concepts(tx.conn(), &options.scheme_version).await?;
    if before.is_some() {
        forget_labels(&tx, &known, &options.language).await?;
    }
    let total = (parsed.concepts.len() + parsed.relations.len()) as u64;
    let ids = write_concepts(&tx, options, &parsed, known, &mut outcome, &mut |done| progress(done, total)).await?;
    let after_concepts = parsed.concepts.len() as u64;
    write_relations(&tx, &parsed, &ids, &mut outcome, &mut |done| progress(after_concepts + done, total)).await?;
    if let Some(row) = before {
        concept_import::Entity::delete_by_id(row.id).exec(tx.conn()).await.map_err(StoreError::from)?;
    }
    let row = concept_import::Model {
        id: Uuid::now_v7(),
        scheme_version: options.scheme_version.clone(),
        language: options.language.clone(),
        digest: parsed.digest,
        concepts: i64::try_from(outcome.concepts).unwrap_or_default(),
        labels: i64::try_from(outcome.labels).unwrap_or_default(),
        relations: i64::try_from(outcome.relations).unwrap_or_default(),
        imported_at_ms: now.ms(),
    };
    let id = row.id;
    let insert = concept_import::Entity::insert(concept_import::ActiveModel::from(row).reset_all());
    insert.exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    let detail = serde_json::json!({ "version": options.scheme_version, "language": options.language, "concepts": outcome.concepts });
    tx.note("import", "concept_import", Some(id), detail);
    tx.commit().await?;
    Ok(outcome)
}

async fn known_concepts(conn: &impl ConnectionTrait, version: &str) -> Result<BTreeMap<String, i64>, StoreError> {
    let rows = concept::Entity::find().filter(concept::Column::SchemeVersion.eq(version)).all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.uri, row.id)).collect())
}

async fn forget_labels(tx: &Tx, known: &BTreeMap<String, i64>, language: &str) -> Result<(), StoreError> {
    let ids: Vec<i64> = known.values().copied().collect();
    for batch in ids.chunks(10_000) {
        concept_label::Entity::delete_many()
            .filter(concept_label::Column::Language.eq(language))
            .filter(concept_label::Column::ConceptId.is_in(batch.to_vec()))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// The next free number of a table that numbers its rows itself.
macro_rules! next_id {
    ($conn:expr, $module:ident) => {
        $module::Entity::find().order_by_desc($module::Column::Id).one($conn).await.map_err(StoreError::from)?.map_or(1, |row| row.id + 1)
    };
}

async fn write_concepts(
    tx: &Tx,
    options: &ImportOptions,
    parsed: &Parsed,
    known: BTreeMap<String, i64>,
    outcome: &mut Imported,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut next_concept: i64 = next_id!(tx.conn(), concept);
    let mut next_label: i64 = next_id!(tx.conn(), concept_label);
    let mut ids = known;
    let mut concepts = Vec::new();
    let mut labels = Vec::new();
    for (done, (uri, parsed)) in parsed.concepts.iter().enumerate() {
        let id = *ids.entry(uri.clone()).or_insert_with(|| {
            let id = next_concept;
            next_concept += 1;
            concepts.push(
                concept::ActiveModel::from(concept::Model {
                    id,
                    scheme_version: options.scheme_version.clone(),
                    uri: uri.clone(),
                    kind: parsed.kind.into(),
                    code: parsed.code.clone(),
                    isco: parsed.isco.clone(),
                    skill_type: parsed.skill_type.clone(),
                    reuse_level: parsed.reuse_level.clone(),
                    status: parsed.status.clone(),
                    replaced_by: parsed.replaced_by.clone(),
                })
                .reset_all(),
            );
            outcome.concepts += 1;
            id
        });
        for (kind, label) in &parsed.labels {
            let row = concept_label::Model {
                id: next_label,
                concept_id: id,
                language: options.language.clone(),
                kind: (*kind).into(),
                label: label.clone(),
            };
            next_label += 1;
            labels.push(concept_label::ActiveModel::from(row).reset_all());
        }
        outcome.labels += parsed.labels.len() as u64;
        if concepts.len() >= 1_000 {
            concept::Entity::insert_many(std::mem::take(&mut concepts)).exec_without_returning(tx.conn()).await?;
        }
        if labels.len() >= 2_000 {
            let batch: Vec<_> = std::mem::take(&mut labels);
            for part in batch.chunks(5_000) {
                concept_label::Entity::insert_many(part.to_vec()).exec_without_returning(tx.conn()).await?;
            }
            progress(done as u64);
        }
    }
    if !concepts.is_empty() {
        concept::Entity::insert_many(concepts).exec_without_returning(tx.conn()).await?;
    }
    for part in labels.chunks(5_000) {
        concept_label::Entity::insert_many(part.to_vec()).exec_without_returning(tx.conn()).await?;
    }
    Ok(ids)
}

async fn write_relations(
    tx: &Tx,
    parsed: &Parsed,
    ids: &BTreeMap<String, i64>,
    outcome: &mut Imported,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<(), StoreError> {
    // Relations have no language: the first import of a version brings them all.
    let own: BTreeSet<i64> = parsed.relations.iter().filter_map(|(from, _, _)| ids.get(from)).copied().collect();
    let mut stand: BTreeSet<(i64, i64, String)> = BTreeSet::new();
    let all: Vec<i64> = own.iter().copied().collect();
    for batch in all.chunks(10_000) {
        let rows = concept_relation::Entity::find().filter(concept_relation::Column::FromId.is_in(batch.to_vec())).all(tx.conn()).await?;
        stand.extend(rows.into_iter().map(|row| (row.from_id, row.to_id, row.kind)));
    }
    let mut next: i64 = next_id!(tx.conn(), concept_relation);
    let mut rows = Vec::new();
    let mut withdrawn = 0_u64;
    for (done, (from, kind, to)) in parsed.relations.iter().enumerate() {
        let (Some(from_id), Some(to_id)) = (ids.get(from).copied(), ids.get(to).copied()) else {
            withdrawn += 1;
            continue;
        };
        if stand.contains(&(from_id, to_id, (*kind).to_owned())) {
            continue;
        }
        rows.push(
            concept_relation::ActiveModel::from(concept_relation::Model { id: next, from_id, to_id, kind: (*kind).into() }).reset_all(),
        );
        next += 1;
        outcome.relations += 1;
        if rows.len() >= 5_000 {
            concept_relation::Entity::insert_many(std::mem::take(&mut rows)).exec_without_returning(tx.conn()).await?;
            progress(done as u64);
        }
    }
    if !rows.is_empty() {
        concept_relation::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    if withdrawn > 0 {
        outcome.notes.push(format!("{withdrawn} relation(s) name a concept that is not in the files (withdrawn); they were left out"));
    }
    Ok(())
}
