//! People from a spreadsheet: a file is read and judged row by row, somebody looks, and what she takes becomes
//! records. Nothing is a record before that, and all of it can be undone.

pub mod columns;
pub mod judge;
mod known;
pub mod sheet;
pub mod template;
mod undo;
mod write;

pub use undo::undo;
pub use write::{JOB, carry_out, give_up};

use super::Ctx;
use crate::error::AppError;
use crate::state::AppState;
use crate::vault::Sealed;
use columns::Mapping;
use judge::{Finding, Ground, Person, judge, order_of};
use known::Marks;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::people::{DateOrder, ImportStatus, JourneyState, RowVerdict};
use passerelle_store::entity::{cohort, import_batch, import_row, organisation, programme};
use passerelle_store::list::{ListQuery, Page};
use passerelle_store::query::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, Expr, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
};
use passerelle_store::{StoreError, Tx, job, list, record};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// States in which a person of a file may begin.
pub const BEGINS: [JourneyState; 3] = [JourneyState::Applied, JourneyState::Enrolled, JourneyState::InTraining];

/// A file as it is sent.
#[derive(Debug)]
pub struct Sent<'a> {
    pub name: &'a str,
    pub bytes: Vec<u8>,
    /// One of [`sheet::ENCODINGS`]; found out without it.
    pub encoding: Option<String>,
}

/// What somebody says about a file before she takes it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Column of each field, counted from 0; as it is without it.
    #[serde(default)]
    pub mapping: Option<Map<String, Value>>,
    #[serde(default)]
    pub date_order: Option<DateOrder>,
    #[serde(default)]
    pub begins_as: Option<JourneyState>,
}

/// A row for people to look at.
#[derive(Debug, Clone)]
pub struct Looked {
    pub line: i64,
    pub cells: Vec<String>,
    pub verdict: RowVerdict,
    pub findings: Vec<Finding>,
    pub trainee_id: Option<Uuid>,
}

/// Reads a file for a cohort and judges every row. No record of a person is made.
///
/// # Errors
/// When the cohort is not the actor's, or the file cannot be read.
pub async fn upload(ctx: &Ctx<'_>, cohort_id: Uuid, sent: Sent<'_>) -> Result<import_batch::Model, AppError> {
    permit(ctx.actor, Action::Create, Subject::Import)?;
    let cohorts = permit(ctx.actor, Action::Update, Subject::Cohort)?;
    let conn = ctx.state.store.read();
    record::find::<cohort::Entity>(conn, &cohorts, cohort_id).await?.ok_or(AppError::NotFound)?;
    // A partner's document of candidates is no spreadsheet, and comes in the same way. Nothing that looks like one is ever
    // read as a spreadsheet, where its sealed answers would stand in cells.
    if let Some(document) = sheet::json_text(&sent.bytes) {
        return super::exchange::import(ctx, cohort_id, sent.name, document.as_bytes()).await;
    }
    let (bytes, encoding) = (sent.bytes, sent.encoding);
    let read = blocking(move || sheet::read(&bytes, encoding.as_deref())).await?;
    take_in(ctx, cohort_id, sent.name, read, BTreeMap::new()).await
}

/// The same for rows that have been read. With answers of people, by line, that are sealed as they come in.
///
/// # Errors
/// When the cohort is not the actor's, or there are no rows.
pub async fn take_in(
    ctx: &Ctx<'_>,
    cohort_id: Uuid,
    name: &str,
    read: sheet::Sheet,
    answers: BTreeMap<u32, String>,
) -> Result<import_batch::Model, AppError> {
    permit(ctx.actor, Action::Create, Subject::Import)?;
    let cohorts = permit(ctx.actor, Action::Update, Subject::Cohort)?;
    let conn = ctx.state.store.read();
    let cohort = record::find::<cohort::Entity>(conn, &cohorts, cohort_id).await?.ok_or(AppError::NotFound)?;
    let (read, header, guessed) = blocking(move || {
        let header = columns::header(&read)?;
        let guessed = columns::guessed(&header.titles);
        Ok((read, header, guessed))
    })
    .await?;
    let mapping = remembered(conn, cohort.institute_id, &header.titles).await?.unwrap_or(guessed);
    let rows: Vec<(i64, Vec<String>)> = read.rows.into_iter().skip(header.rows_above).map(|row| (i64::from(row.line), row.cells)).collect();
    if rows.is_empty() {
        return Err(AppError::invalid("file", "import-empty", "has titles and no rows below them"));
    }
    let dates = mapping.get("birth_date").copied();
    let (order, _) = order_of(rows.iter().filter_map(|(_, cells)| dates.and_then(|at| cells.get(at))).map(String::as_str));
    let name: String = name.chars().filter(|c| !crate::app::resource::is_invisible(*c) && *c != '\n').take(200).collect();
    let mut batch = import_batch::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: ctx.now.ms(),
        updated_at_ms: ctx.now.ms(),
        institute_id: cohort.institute_id,
        cohort_id,
        account_id: ctx.actor.user.0,
        file_name: if name.trim().is_empty() { "—".into() } else { name },
        file_format: read.format,
        status: ImportStatus::Preview.to_string(),
        header: json!(header.titles).to_string(),
        mapping: json!(mapping).to_string(),
        date_order: order.to_string(),
        begins_as: JourneyState::Applied.to_string(),
        takes_doubtful: false,
        good: 0,
        doubtful: 0,
        bad: 0,
        done: 0,
        kept: 0,
        failure: None,
    };
    let judged = judged(ctx.state, conn, &batch, rows, ctx.now.ms()).await?;
    count(&mut batch, &judged);
    let mut tx = ctx.begin().await?;
    record::insert::<import_batch::Entity>(&mut tx, batch.clone()).await?;
    keep(ctx.state, &tx, batch.id, judged, &answers).await?;
    tx.commit().await?;
    Ok(batch)
}

/// Judges a file again with another meaning of its columns.
///
/// # Errors
/// When it is not the actor's, has been taken already, or the mapping is not right.
pub async fn change(ctx: &Ctx<'_>, id: Uuid, version: i64, change: &Change) -> Result<import_batch::Model, AppError> {
    let mut batch = preview(ctx, id, version).await?;
    let titles: Vec<String> = serde_json::from_str(&batch.header)?;
    if let Some(asked) = &change.mapping {
        batch.mapping = json!(columns::checked(asked, titles.len())?).to_string();
    }
    if let Some(order) = change.date_order {
        batch.date_order = order.to_string();
    }
    if let Some(state) = change.begins_as {
        if !BEGINS.contains(&state) {
            return Err(AppError::invalid("begins_as", "choice", "is not one of: applied, enrolled, in_training"));
        }
        batch.begins_as = state.to_string();
    }
    ensure_gates(ctx, &batch).await?;
    let conn = ctx.state.store.read();
    let rows = import_row::Entity::find().filter(import_row::Column::BatchId.eq(id)).order_by_asc(import_row::Column::Line);
    let rows = rows.all(conn).await.map_err(StoreError::from)?;
    let answers = answers(ctx.state, &rows)?;
    let cells: Vec<(i64, Vec<String>)> =
        rows.into_iter().map(|row| Ok((row.line, serde_json::from_str(&row.cells)?))).collect::<Result<_, AppError>>()?;
    let judged = judged(ctx.state, conn, &batch, cells, ctx.now.ms()).await?;
    count(&mut batch, &judged);
    let mut tx = ctx.begin().await?;
    let next = record::update::<import_batch::Entity>(&mut tx, batch.clone(), version, &["mapping", "date_order", "begins_as"]).await?;
    import_row::Entity::delete_many().filter(import_row::Column::BatchId.eq(id)).exec(tx.conn()).await.map_err(StoreError::from)?;
    keep(ctx.state, &tx, id, judged, &answers).await?;
    tx.commit().await?;
    Ok(import_batch::Model { version: next, ..batch })
}

/// Takes the good rows, and the doubtful ones where somebody says so: a job writes them.
///
/// # Errors
/// When it is not the actor's, has been taken already, or there is nothing to take.
pub async fn accept(ctx: &Ctx<'_>, id: Uuid, version: i64, doubtful: bool) -> Result<import_batch::Model, AppError> {
    permit(ctx.actor, Action::Create, Subject::Trainee)?;
    let mut batch = preview(ctx, id, version).await?;
    if batch.good + if doubtful { batch.doubtful } else { 0 } == 0 {
        return Err(AppError::Conflict("no row of this file can be taken as it is".into()));
    }
    ensure_gates(ctx, &batch).await?;
    batch.status = ImportStatus::Running.to_string();
    batch.takes_doubtful = doubtful;
    let mut tx = ctx.begin().await?;
    let next = record::update::<import_batch::Entity>(&mut tx, batch.clone(), version, &["status"]).await?;
    job::enqueue(&tx, JOB, &json!({ "import": id })).await?;
    tx.commit().await?;
    Ok(import_batch::Model { version: next, ..batch })
}

/// Under an agreement nobody is enrolled by a file: the gates are passed one by one.
async fn ensure_gates(ctx: &Ctx<'_>, batch: &import_batch::Model) -> Result<(), AppError> {
    use passerelle_store::entity::cohort;
    let found = cohort::Entity::find_by_id(batch.cohort_id).one(ctx.state.store.read()).await.map_err(StoreError::from)?;
    let bound = found.is_some_and(|cohort| cohort.agreement_id.is_some());
    if bound && batch.begins_as != JourneyState::Applied.as_str() {
        return Err(AppError::invalid("begins_as", "cohort-gate", "must be applied: the cohort is bound by an agreement"));
    }
    Ok(())
}

/// Throws a file away that has not been taken: its rows go.
///
/// # Errors
/// When it is not the actor's, or has been taken.
pub async fn discard(ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<(), AppError> {
    let mut batch = preview(ctx, id, version).await?;
    batch.status = ImportStatus::Discarded.to_string();
    let mut tx = ctx.begin().await?;
    record::update::<import_batch::Entity>(&mut tx, batch, version, &["status"]).await?;
    import_row::Entity::delete_many().filter(import_row::Column::BatchId.eq(id)).exec(tx.conn()).await.map_err(StoreError::from)?;
    tx.commit().await?;
    Ok(())
}

/// One file.
///
/// # Errors
/// When it is not the actor's.
pub async fn get(ctx: &Ctx<'_>, id: Uuid) -> Result<import_batch::Model, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Import)?;
    record::find::<import_batch::Entity>(ctx.state.store.read(), &scope, id).await?.ok_or(AppError::NotFound)
}

/// Files, the newest first.
///
/// # Errors
/// When the actor may not.
pub async fn list(ctx: &Ctx<'_>) -> Result<Page<import_batch::Model>, AppError> {
    let scope = permit(ctx.actor, Action::List, Subject::Import)?;
    let query = ListQuery { limit: 50, sort: Some(("created_at_ms", true)), ..ListQuery::default() };
    Ok(list::page::<import_batch::Entity>(ctx.state.store.read(), &scope, &query).await?)
}

/// Rows of a file after a line, of one verdict or of all, at most so many.
///
/// # Errors
/// When it is not the actor's.
pub async fn rows(ctx: &Ctx<'_>, id: Uuid, verdict: Option<RowVerdict>, after: i64, limit: u64) -> Result<Vec<Looked>, AppError> {
    get(ctx, id).await?;
    let mut find = import_row::Entity::find().filter(import_row::Column::BatchId.eq(id)).filter(import_row::Column::Line.gt(after));
    if let Some(verdict) = verdict {
        find = find.filter(import_row::Column::Verdict.eq(verdict.as_str()));
    }
    let rows = find.order_by_asc(import_row::Column::Line).limit(limit).all(ctx.state.store.read()).await.map_err(StoreError::from)?;
    let looked = |row: import_row::Model| {
        Ok(Looked {
            line: row.line,
            cells: serde_json::from_str(&row.cells)?,
            verdict: RowVerdict::parse(&row.verdict).map_err(|_| StoreError::Corrupt { table: "import_row", column: "verdict" })?,
            findings: serde_json::from_str(&row.findings)?,
            trainee_id: row.trainee_id,
        })
    };
    rows.into_iter().map(looked).collect()
}

/// A file of the actor's that has not been taken yet.
async fn preview(ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<import_batch::Model, AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Import)?;
    let batch = record::find::<import_batch::Entity>(ctx.state.store.read(), &scope, id).await?.ok_or(AppError::NotFound)?;
    if batch.status != ImportStatus::Preview.as_str() {
        return Err(AppError::TransitionRefused { state: batch.status, allowed: vec![] });
    }
    if batch.version != version {
        return Err(AppError::Stale);
    }
    Ok(batch)
}

/// What the institute last said about a file with the same titles.
async fn remembered(conn: &impl ConnectionTrait, institute: Uuid, titles: &[String]) -> Result<Option<Mapping>, AppError> {
    let last = import_batch::Entity::find()
        .filter(import_batch::Column::InstituteId.eq(institute))
        .filter(import_batch::Column::Header.eq(json!(titles).to_string()))
        .filter(import_batch::Column::Status.is_in([ImportStatus::Done.as_str(), ImportStatus::Undone.as_str()]))
        .order_by_desc(import_batch::Column::CreatedAtMs)
        .one(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(last.map(|batch| serde_json::from_str(&batch.mapping)).transpose()?)
}

/// What holds for every row of a file.
async fn ground(conn: &impl ConnectionTrait, batch: &import_batch::Model, today: chrono::NaiveDate) -> Result<Ground, AppError> {
    let gone = || AppError::Conflict("the cohort of this file is no longer there".into());
    let cohort = cohort::Entity::find_by_id(batch.cohort_id).one(conn).await.map_err(StoreError::from)?.ok_or_else(gone)?;
    let programme = programme::Entity::find_by_id(cohort.programme_id).one(conn).await.map_err(StoreError::from)?.ok_or_else(gone)?;
    let institute = organisation::Entity::find_by_id(batch.institute_id).one(conn).await.map_err(StoreError::from)?.ok_or_else(gone)?;
    Ok(Ground {
        institute_id: batch.institute_id,
        cohort_id: batch.cohort_id,
        country: institute.country,
        occupation: programme.occupation,
        ready_on: cohort.ends_on,
        today,
        order: DateOrder::parse(&batch.date_order).map_err(|_| StoreError::Corrupt { table: "import_batch", column: "date_order" })?,
        mixed: BTreeSet::new(),
        begins_as: batch.begins_as.clone(),
    })
}

/// A row with what was found in it.
struct Found {
    line: i64,
    cells: Vec<String>,
    findings: Vec<Finding>,
}

/// Judges all rows: each by itself, then beside the others of the file, then beside who is known already.
async fn judged(
    state: &AppState,
    conn: &impl ConnectionTrait,
    batch: &import_batch::Model,
    rows: Vec<(i64, Vec<String>)>,
    now_ms: i64,
) -> Result<Vec<Found>, AppError> {
    let today = crate::clock::Moment::from_ms(now_ms).date();
    let mut ground = ground(conn, batch, today).await?;
    let mapping: Mapping = serde_json::from_str(&batch.mapping)?;
    for field in ["birth_date", "ready_on", "passport_valid_to"] {
        let Some(at) = mapping.get(field) else { continue };
        if order_of(rows.iter().filter_map(|(_, cells)| cells.get(*at)).map(String::as_str)).1 {
            ground.mixed.insert(field.into());
        }
    }
    let columns = mapping.clone();
    let (mut found_rows, marks) = blocking(move || {
        let (mut found_rows, mut marks) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for (line, cells) in rows {
            let judged = judge(&cells, &columns, &ground, Uuid::nil(), now_ms);
            let Person { row, passport, .. } = judged.person;
            marks.push(Marks { name: row.search, name_key: row.name_key, birth: row.birth_date, passport });
            found_rows.push(Found { line, cells, findings: judged.findings });
        }
        Ok((found_rows, marks))
    })
    .await?;
    known::twice_in_the_file(&mut found_rows, &marks, &mapping);
    known::already(state, conn, batch.institute_id, &mut found_rows, &marks, &mapping).await?;
    Ok(found_rows)
}

fn count(batch: &mut import_batch::Model, rows: &[Found]) {
    (batch.good, batch.doubtful, batch.bad) = (0, 0, 0);
    for row in rows {
        match judge::verdict(&row.findings) {
            RowVerdict::Good => batch.good += 1,
            RowVerdict::Doubtful => batch.doubtful += 1,
            RowVerdict::Bad => batch.bad += 1,
        }
    }
}

/// Sealed answers of rows that are judged anew, opened to be sealed for the rows that take their place.
fn answers(state: &AppState, rows: &[import_row::Model]) -> Result<BTreeMap<u32, String>, AppError> {
    let sealed = rows.iter().filter_map(|row| Some((row, row.sealed.as_deref()?)));
    sealed.map(|(row, text)| Ok((u32::try_from(row.line).map_err(AppError::internal)?, opened(state, row.id, text)?))).collect()
}

/// Seals answers that wait with their rows anew, with the key of today; how many.
///
/// # Errors
/// When a key is not at hand, or the database refuses.
pub async fn rotate(state: &AppState, now_ms: i64) -> Result<usize, AppError> {
    let tx = state.store.begin(None, now_ms).await?;
    let old = format!("[\"{}\",", state.vault.current());
    let rows =
        import_row::Entity::find().filter(import_row::Column::Sealed.is_not_null()).all(tx.conn()).await.map_err(StoreError::from)?;
    let mut done = 0;
    for row in rows {
        let Some(kept) = row.sealed.as_deref().filter(|kept| !kept.starts_with(&old)) else { continue };
        let sealed = state.vault.seal(&sealed_place(row.id), &opened(state, row.id, kept)?)?;
        import_row::Entity::update_many()
            .col_expr(import_row::Column::Sealed, Expr::value(json!([sealed.key_id, sealed.nonce, sealed.text]).to_string()))
            .filter(import_row::Column::Id.eq(row.id))
            .exec(tx.conn())
            .await
            .map_err(StoreError::from)?;
        done += 1;
    }
    tx.commit().await?;
    Ok(done)
}

fn opened(state: &AppState, row: Uuid, kept: &str) -> Result<String, AppError> {
    let (key_id, nonce, text): (String, String, String) = serde_json::from_str(kept)?;
    state.vault.unseal(&sealed_place(row), &Sealed { key_id, nonce, text })
}

/// The place that a row's sealed answers are bound to.
fn sealed_place(row: Uuid) -> String {
    format!("import_row/{row}")
}

async fn keep(state: &AppState, tx: &Tx, batch: Uuid, rows: Vec<Found>, answers: &BTreeMap<u32, String>) -> Result<(), AppError> {
    let mut kept = Vec::with_capacity(rows.len());
    for row in rows {
        let id = Uuid::now_v7();
        let answer = u32::try_from(row.line).ok().and_then(|line| answers.get(&line));
        let sealed = answer.map(|text| state.vault.seal(&sealed_place(id), text)).transpose()?;
        kept.push(import_row::Model {
            id,
            sealed: sealed.map(|sealed| json!([sealed.key_id, sealed.nonce, sealed.text]).to_string()),
            batch_id: batch,
            line: row.line,
            cells: json!(row.cells).to_string(),
            verdict: judge::verdict(&row.findings).to_string(),
            findings: json!(row.findings).to_string(),
            trainee_id: None,
        });
    }
    insert_rows(tx, kept).await
}

async fn insert_rows(tx: &Tx, rows: Vec<import_row::Model>) -> Result<(), AppError> {
    // SQLite takes 32,766 bound values in a statement.
    for some in rows.chunks(4_000) {
        let rows = some.iter().cloned().map(|row| import_row::ActiveModel::from(row).reset_all());
        import_row::Entity::insert_many(rows).exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    }
    Ok(())
}

/// Work that takes a core for a while, away from the threads that answer everybody.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, AppError> + Send + 'static) -> Result<T, AppError> {
    tokio::task::spawn_blocking(work).await.map_err(AppError::internal)?
}

/// Sets what moves on without anybody's compare-and-swap, within the transaction that moves it.
async fn set(tx: &Tx, id: Uuid, values: Vec<(import_batch::Column, Expr)>) -> Result<(), AppError> {
    let mut update = import_batch::Entity::update_many()
        .col_expr(import_batch::Column::UpdatedAtMs, Expr::value(tx.now_ms()))
        .col_expr(import_batch::Column::Version, Expr::col(import_batch::Column::Version).add(1))
        .filter(import_batch::Column::Id.eq(id));
    for (column, value) in values {
        update = update.col_expr(column, value);
    }
    update.exec(tx.conn()).await.map_err(StoreError::from)?;
    Ok(())
}
