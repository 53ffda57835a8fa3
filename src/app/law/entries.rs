//! Versions of the law as authorities enter them: one, or a file of many with a preview first. Nothing
//! is overwritten; what was entered by mistake is withdrawn and stays to be read.

use super::{EntryKind, Law, current};
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use chrono::{Datelike, NaiveDate};
use passerelle_domain::access::{Action, Role, Subject, permit};
use passerelle_domain::calendar::Calendar;
use passerelle_domain::finance::exchange::ExchangeRate;
use passerelle_domain::law::{
    Convention, CountryList, JourneyTerms, ProcedureEntry, Rule, Series, SocialSecurityAgreement, TableRow, faults,
};
use passerelle_store::entity::law_entry;
use passerelle_store::query::{ActiveModelTrait, ColumnTrait, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Versions that one file can bring.
pub const ENTRIES_MAX: usize = 500;

/// A new version of something, as an authority enters it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enter {
    pub kind: EntryKind,
    pub document: Value,
}

/// A file of versions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Import {
    pub entries: Vec<Enter>,
}

/// What one line of a file would do, or has done.
#[derive(Debug, Clone)]
pub struct Imported {
    pub kind: EntryKind,
    /// What it is a version of.
    pub key: String,
    pub version: i32,
    /// What stood there before; nothing where it is new.
    pub before: Option<Value>,
    pub after: Value,
    pub refused: Vec<FieldError>,
}

fn typed<T: DeserializeOwned>(document: &Value) -> Result<T, AppError> {
    serde_json::from_value(document.clone()).map_err(|error| AppError::invalid("document", "document", error.to_string()))
}

fn unfit(field: &str, faults: Vec<&'static str>) -> Result<(), AppError> {
    if faults.is_empty() {
        return Ok(());
    }
    let wrong = |name| FieldError::new(&format!("{field}.{name}"), "document", "is beyond what such a period or share can be");
    Err(AppError::Invalid(faults.into_iter().map(wrong).collect()))
}

/// Facts have a source, and a validity that ends after it begins, within the years that dates are kept in.
fn dated(from: NaiveDate, to: Option<NaiveDate>, source: &str) -> Result<(), AppError> {
    if to.is_some_and(|to| to < from) {
        return Err(AppError::invalid("valid_to", "ends-before-start", "lies before valid_from"));
    }
    if !(1900..2200).contains(&from.year()) {
        return Err(AppError::invalid("valid_from", "date", "is not a date from 1900 to 2199"));
    }
    if source.trim().is_empty() {
        return Err(AppError::invalid("source", "required", "is needed: say where it is written"));
    }
    Ok(())
}

/// What a document is a version of, and the number that it gives itself, if it does. Rules run their
/// test cases here; a version with a failing case is refused.
fn examined(law: &Law, entry: &Enter) -> Result<(String, Option<u32>), AppError> {
    let document = &entry.document;
    Ok(match entry.kind {
        EntryKind::Rule => {
            let rule: Rule = typed(document)?;
            let found = faults(&rule, &law.reference);
            if !found.is_empty() {
                let errors = found.into_iter().map(|fault| FieldError::new(fault.field, "rule-fault", fault.problem));
                return Err(AppError::Invalid(errors.collect()));
            }
            (rule.rule.to_string(), Some(rule.version))
        }
        EntryKind::Series => (typed::<Series>(document)?.id, None),
        EntryKind::List => {
            let list: CountryList = typed(document)?;
            dated(list.valid_from, list.valid_to, &list.source)?;
            if list.countries.is_empty() {
                return Err(AppError::invalid("countries", "required", "names no country"));
            }
            (format!("{} {}", list.id, list.edition), None)
        }
        EntryKind::TableRow => {
            let row: TableRow = typed(document)?;
            dated(row.valid_from, row.valid_to, &row.source)?;
            (format!("{} {} {}", row.table, row.country.map(|c| c.to_string()).unwrap_or_default(), row.isco), None)
        }
        EntryKind::Convention => {
            let standing: Convention = typed(document)?;
            (format!("{} {}", standing.country, standing.instrument), None)
        }
        EntryKind::SocialSecurity => {
            let agreement: SocialSecurityAgreement = typed(document)?;
            (agreement.between.map(|country| country.to_string()).join(" "), None)
        }
        EntryKind::Procedure => {
            let entry: ProcedureEntry = typed(document)?;
            unfit("procedure", entry.procedure.faults())?;
            let papers = entry.papers.iter().all(|paper| (1..=200).contains(&paper.trim().chars().count()));
            dated(entry.valid_from, entry.valid_to, &entry.source)?;
            if !papers || entry.papers.len() > 100 {
                return Err(AppError::invalid("papers", "document", "has a paper without a name, or more than 100"));
            }
            (format!("{} {} {}", entry.country, entry.subdivision.unwrap_or_default(), entry.isco), None)
        }
        EntryKind::JourneyTerms => {
            let entry: JourneyTerms = typed(document)?;
            unfit("terms", entry.terms.faults())?;
            dated(entry.valid_from, entry.valid_to, &entry.source)?;
            (entry.destination.map(|country| country.to_string()).unwrap_or_default(), None)
        }
        EntryKind::ExchangeRate => {
            let entry: ExchangeRate = typed(document)?;
            dated(entry.valid_from, entry.valid_to, &entry.source)?;
            if entry.from == entry.to {
                return Err(AppError::invalid("to", "currency-same", "is the currency that it is exchanged from"));
            }
            (format!("{} {} {}", entry.from, entry.to, entry.valid_from), None)
        }
        EntryKind::Calendar => {
            let calendar: Calendar = typed(document)?;
            dated(calendar.valid_from, Some(calendar.valid_to), &calendar.source)?;
            let days = calendar.weekend.iter().all(|day| (1..=7).contains(day));
            if !days || (1..=7).all(|day| calendar.weekend.contains(&day)) {
                return Err(AppError::invalid("weekend", "range", "names a day that there is not, or leaves no business day"));
            }
            if calendar.holidays.len() > 2_000 || !(2..=10).contains(&calendar.id.len()) {
                return Err(AppError::invalid("holidays", "range", "are more than 2000, or the calendar has no such name as DE-BY"));
            }
            (calendar.id, None)
        }
    })
}

/// The country whose law an entry is, where it is one country's.
fn countries(entry: &Enter) -> Vec<String> {
    let named = |name: &str| entry.document.get(name).and_then(Value::as_str).map(|code| code.chars().take(2).collect());
    match entry.kind {
        EntryKind::Procedure | EntryKind::TableRow => named("country").into_iter().collect(),
        EntryKind::JourneyTerms => named("destination").into_iter().collect(),
        EntryKind::Calendar => named("id").into_iter().collect(),
        EntryKind::SocialSecurity => {
            let between = entry.document.get("between").and_then(Value::as_array);
            between.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        // What a country has ratified stands in a public register, for anybody to write down.
        EntryKind::Rule | EntryKind::Series | EntryKind::List | EntryKind::Convention | EntryKind::ExchangeRate => vec![],
    }
}

/// A country's own law is entered, and withdrawn, by its own authority; what belongs to no country by any.
fn ensure_own(ctx: &Ctx<'_>, entry: &Enter) -> Result<(), AppError> {
    let of = countries(entry);
    let own = |grant: &passerelle_domain::access::Grant| {
        grant.role == Role::Operator || grant.territory.countries.iter().any(|code| of.iter().any(|named| code.as_str() == named))
    };
    if of.is_empty() || ctx.actor.grants.iter().any(own) {
        return Ok(());
    }
    Err(AppError::invalid("document", "other-country", "is the law of another country; its own authority enters it"))
}

/// Keeps one version in the transaction, as part of a batch.
async fn keep(ctx: &Ctx<'_>, tx: &mut Tx, law: &mut Law, entry: &Enter, batch: Uuid) -> Result<Imported, AppError> {
    let (key, numbered) = examined(law, entry)?;
    ensure_own(ctx, entry)?;
    let mut rows = law_entry::Entity::find()
        .filter(law_entry::Column::Kind.eq(entry.kind.as_str()))
        .filter(law_entry::Column::EntryKey.eq(&key))
        .order_by_desc(law_entry::Column::EntryVersion)
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    // A withdrawn version keeps its number: no two wordings are ever called the same.
    let mut newest = rows.first().map_or(0, |row| row.entry_version);
    if entry.kind == EntryKind::Rule {
        let built_in = law.catalogue.rules.iter().filter(|known| known.rule.to_string() == key).map(|known| known.version).max();
        newest = newest.max(i32::try_from(built_in.unwrap_or(0)).map_err(AppError::internal)?);
    }
    if numbered.is_some_and(|number| i64::from(number) != i64::from(newest) + 1) {
        return Err(AppError::invalid("version", "next-version", format!("must be {}", newest + 1)));
    }
    rows.retain(|row| row.withdrawn_at_ms.is_none());
    let before = rows.first().map(|row| serde_json::from_str(&row.document)).transpose()?;
    let row = law_entry::Model {
        id: Uuid::now_v7(),
        kind: entry.kind.to_string(),
        entry_key: key.clone(),
        entry_version: newest + 1,
        document: entry.document.to_string(),
        account_id: ctx.actor.user.0,
        created_at_ms: ctx.now.ms(),
        batch: Some(batch),
        withdrawn_at_ms: None,
    };
    law.add(&row)?;
    tx.note("enter", "law_entry", Some(row.id), serde_json::json!({ "kind": entry.kind, "key": key, "version": row.entry_version }));
    let kept = law_entry::Entity::insert(law_entry::ActiveModel::from(row).reset_all());
    kept.exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    Ok(Imported { kind: entry.kind, key, version: newest + 1, before, after: entry.document.clone(), refused: vec![] })
}

/// Enters a version. Its identifier is that of a batch of one, which can be withdrawn.
///
/// # Errors
/// What is wrong with it, by field; a conflict when the version stands already.
pub async fn enter(ctx: &Ctx<'_>, entry: &Enter) -> Result<Uuid, AppError> {
    permit(ctx.actor, Action::Create, Subject::Law)?;
    let mut tx = ctx.begin().await?;
    let mut law = (*current(ctx.state, tx.conn()).await?).clone();
    let batch = Uuid::now_v7();
    keep(ctx, &mut tx, &mut law, entry, batch).await?;
    tx.commit().await?;
    Ok(batch)
}

/// Enters a file of versions, all or none; each is judged with those before it in force. A dry run
/// writes nothing and says of every line what it would do.
///
/// # Errors
/// When the actor may not, when there are too many, and, unless it is a dry run, when a line is refused.
pub async fn import(ctx: &Ctx<'_>, import: &Import, dry: bool) -> Result<(Option<Uuid>, Vec<Imported>), AppError> {
    permit(ctx.actor, Action::Create, Subject::Law)?;
    if import.entries.is_empty() || import.entries.len() > ENTRIES_MAX {
        let error = FieldError::new("entries", "rows", format!("has no entry, or more than {ENTRIES_MAX}")).with("max", ENTRIES_MAX);
        return Err(AppError::Invalid(vec![error]));
    }
    let mut tx = ctx.begin().await?;
    let mut law = (*current(ctx.state, tx.conn()).await?).clone();
    let (batch, mut lines) = (Uuid::now_v7(), Vec::new());
    for entry in &import.entries {
        lines.push(match keep(ctx, &mut tx, &mut law, entry, batch).await {
            Ok(line) => line,
            Err(AppError::Invalid(refused)) => {
                Imported { kind: entry.kind, key: String::new(), version: 0, before: None, after: entry.document.clone(), refused }
            }
            Err(error) => return Err(error),
        });
    }
    if dry {
        return Ok((None, lines));
    }
    let at = |(number, line): (usize, &Imported)| -> Vec<FieldError> {
        let named = |error: &FieldError| FieldError { field: format!("entries[{number}].{}", error.field), ..error.clone() };
        line.refused.iter().map(named).collect()
    };
    let refused: Vec<FieldError> = lines.iter().enumerate().flat_map(at).collect();
    if !refused.is_empty() {
        return Err(AppError::Invalid(refused));
    }
    tx.commit().await?;
    Ok((Some(batch), lines))
}

/// What was entered together.
#[derive(Debug, Clone, Serialize)]
pub struct Batch {
    pub id: Uuid,
    pub at_ms: i64,
    pub entries: usize,
    /// The first things that it names.
    pub keys: Vec<String>,
    pub withdrawn_at_ms: Option<i64>,
}

/// What has been entered, the newest first; the last 50 batches among the last 2,000 versions.
///
/// # Errors
/// When the actor may not enter law.
pub async fn batches(ctx: &Ctx<'_>) -> Result<Vec<Batch>, AppError> {
    permit(ctx.actor, Action::Create, Subject::Law)?;
    let find = law_entry::Entity::find()
        .filter(law_entry::Column::Batch.is_not_null())
        .order_by_desc(law_entry::Column::CreatedAtMs)
        .order_by_desc(law_entry::Column::Id)
        .limit(2_000);
    let mut batches: BTreeMap<Uuid, Batch> = BTreeMap::new();
    for row in find.all(ctx.state.store.read()).await.map_err(StoreError::from)? {
        let Some(id) = row.batch else { continue };
        let empty = || Batch { id, at_ms: row.created_at_ms, entries: 0, keys: vec![], withdrawn_at_ms: row.withdrawn_at_ms };
        let batch = batches.entry(id).or_insert_with(empty);
        batch.entries += 1;
        if batch.keys.len() < 3 {
            batch.keys.push(format!("{} {}", row.kind, row.entry_key));
        }
    }
    // Identifiers are made in order of time.
    Ok(batches.into_values().rev().take(50).collect())
}

/// Withdraws what was entered together: it counts no longer, and stays to be read.
///
/// # Errors
/// When there is no such batch, it is withdrawn already, or a later version stands on it.
pub async fn withdraw(ctx: &Ctx<'_>, batch: Uuid) -> Result<u64, AppError> {
    permit(ctx.actor, Action::Create, Subject::Law)?;
    ctx.ensure_writes()?;
    let mut tx = ctx.begin().await?;
    let find = law_entry::Entity::find().filter(law_entry::Column::Batch.eq(batch));
    let rows = find.all(tx.conn()).await.map_err(StoreError::from)?;
    if rows.is_empty() {
        return Err(AppError::NotFound);
    }
    if rows.iter().any(|row| row.withdrawn_at_ms.is_some()) {
        return Err(AppError::TransitionRefused { state: "withdrawn".into(), allowed: vec![] });
    }
    for row in &rows {
        let kind = EntryKind::parse(&row.kind).map_err(|_| StoreError::Corrupt { table: "law_entry", column: "kind" })?;
        ensure_own(ctx, &Enter { kind, document: serde_json::from_str(&row.document)? })?;
        let later = law_entry::Entity::find()
            .filter(law_entry::Column::Kind.eq(&row.kind))
            .filter(law_entry::Column::EntryKey.eq(&row.entry_key))
            .filter(law_entry::Column::EntryVersion.gt(row.entry_version))
            .filter(law_entry::Column::WithdrawnAtMs.is_null())
            .filter(law_entry::Column::Batch.ne(batch))
            .one(tx.conn())
            .await
            .map_err(StoreError::from)?;
        if later.is_some() {
            return Err(AppError::Conflict(format!("{} {} has a later version; withdraw that one first", row.kind, row.entry_key)));
        }
    }
    let done = law_entry::Entity::update_many()
        .col_expr(law_entry::Column::WithdrawnAtMs, Expr::value(ctx.now.ms()))
        .filter(law_entry::Column::Batch.eq(batch))
        .filter(law_entry::Column::WithdrawnAtMs.is_null())
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.note("withdraw", "law_entry", Some(batch), serde_json::json!({ "entries": done.rows_affected }));
    tx.commit().await?;
    Ok(done.rows_affected)
}
