//! The job that makes records of the rows somebody has taken. Some hundreds at a time, each time with the rows'
//! own note of whom they became: a worker that dies is followed by one that goes on where it stopped.

use super::columns::Mapping;
use super::judge::{Judged, Person, judge};
use super::{blocking, ground, insert_rows, set};
use crate::app::match_runs::job_lease::Lease;
use crate::app::privacy::sealed;
use crate::app::work::notifications;
use crate::app::{duplicates, identity_documents, journeys, law};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_domain::ids::UserId;
use passerelle_domain::people::{ImportStatus, RowVerdict};
use passerelle_domain::privacy::{ConsentChannel, ConsentPurpose, IdentityDocumentKind, SealedClass, SealedKind};
use passerelle_store::entity::{account, consent, identity_document, import_batch, import_row, sealed_record, trainee};
use passerelle_store::query::{ActiveModelTrait, ColumnTrait, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx, job, record};
use serde_json::json;
use uuid::Uuid;

/// Kind of the job.
pub const JOB: &str = "import";

/// Rows that one transaction makes records of.
const AT_ONCE: u64 = 500;

/// Writes what was taken.
///
/// # Errors
/// When the database refuses, or another worker has taken over.
pub async fn carry_out(state: &AppState, lease: &Lease<'_>, id: Uuid) -> Result<(), AppError> {
    loop {
        let now = Moment::now();
        let find = import_batch::Entity::find_by_id(id);
        let Some(batch) = find.one(state.store.read()).await.map_err(StoreError::from)? else {
            return Err(AppError::Conflict("there is no such file".into()));
        };
        let mut tx = state.store.begin(Some(UserId(batch.account_id)), now.ms()).await?;
        // Held, so that two workers never write the same rows.
        let batch = record::hold::<import_batch::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
        if batch.status != ImportStatus::Running.as_str() {
            job::finish(&tx, lease.job_id, lease.worker).await?;
            return Ok(tx.commit().await?);
        }
        let rows = waiting(&tx, &batch).await?;
        if rows.is_empty() {
            set(&tx, id, vec![(import_batch::Column::Status, Expr::value(ImportStatus::Done.as_str()))]).await?;
            notifications::to_accounts(&mut tx, vec![batch.account_id], "import_done", &format!("/ui/imports/{id}"), &[]).await?;
            duplicates::ask_for_import(&tx, id).await?;
            tx.note("import_done", "import_batch", Some(id), json!({ "rows": batch.done }));
            job::finish(&tx, lease.job_id, lease.worker).await?;
            return Ok(tx.commit().await?);
        }
        write(state, &mut tx, &batch, rows, now).await?;
        tx.commit().await?;
    }
}

/// Rows that were taken and are nobody yet.
async fn waiting(tx: &Tx, batch: &import_batch::Model) -> Result<Vec<import_row::Model>, AppError> {
    let mut verdicts = vec![RowVerdict::Good.as_str()];
    if batch.takes_doubtful {
        verdicts.push(RowVerdict::Doubtful.as_str());
    }
    let find = import_row::Entity::find()
        .filter(import_row::Column::BatchId.eq(batch.id))
        .filter(import_row::Column::TraineeId.is_null())
        .filter(import_row::Column::Verdict.is_in(verdicts))
        .order_by_asc(import_row::Column::Line)
        .limit(AT_ONCE);
    Ok(find.all(tx.conn()).await.map_err(StoreError::from)?)
}

async fn write(
    state: &AppState,
    tx: &mut Tx,
    batch: &import_batch::Model,
    rows: Vec<import_row::Model>,
    now: Moment,
) -> Result<(), AppError> {
    let ground = ground(tx.conn(), batch, now.date()).await?;
    let mapping: Mapping = serde_json::from_str(&batch.mapping)?;
    let now_ms = now.ms();
    let judged: Vec<(import_row::Model, Judged)> = blocking(move || {
        let one = |row: import_row::Model| {
            let cells: Vec<String> = serde_json::from_str(&row.cells)?;
            Ok((row, judge(&cells, &mapping, &ground, Uuid::now_v7(), now_ms)))
        };
        rows.into_iter().map(one).collect::<Result<_, AppError>>()
    })
    .await?;
    let account = account::Entity::find_by_id(batch.account_id).one(tx.conn()).await.map_err(StoreError::from)?;
    let language = account.map_or_else(|| "en".to_owned(), |account| account.locale);
    let mut taken = Taken { rows: Vec::with_capacity(judged.len()), ..Taken::default() };
    for (row, judged) in judged {
        // What was right when somebody looked may no longer be: the cohort, or its programme, has changed since.
        if judged.verdict() == RowVerdict::Bad {
            let findings = serde_json::json!(judged.findings).to_string();
            taken.rows.push(import_row::Model { verdict: RowVerdict::Bad.to_string(), findings, ..row });
            taken.refused += 1;
            continue;
        }
        let person = judged.person;
        if let Some(text) = &row.sealed {
            taken.sealed.push(resealed(state, row.id, text, person.row.id, batch.account_id, now_ms)?);
        }
        taken.rows.push(import_row::Model { trainee_id: Some(person.row.id), cells: "[]".into(), sealed: None, ..row });
        taken.documents.extend(shown(state, &person, now_ms));
        taken.consents.extend(person.consents.then(|| signed(batch, &person.row, &language, now_ms)));
        taken.people.push(person.row);
    }
    let done = taken.people.len();
    if done > 0 {
        record::insert_many::<trainee::Entity>(tx, taken.people.clone()).await?;
        let law = law::current(state, tx.conn()).await?;
        journeys::begin_many(tx, &law, &taken.people, now.date()).await?;
    }
    if !taken.documents.is_empty() {
        let documents = taken.documents.into_iter().map(|row| identity_document::ActiveModel::from(row).reset_all());
        identity_document::Entity::insert_many(documents).exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    }
    if !taken.sealed.is_empty() {
        let sealed = taken.sealed.into_iter().map(|row| sealed_record::ActiveModel::from(row).reset_all());
        sealed_record::Entity::insert_many(sealed).exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    }
    if !taken.consents.is_empty() {
        record::insert_many::<consent::Entity>(tx, taken.consents).await?;
    }
    let ids: Vec<Uuid> = taken.rows.iter().map(|row| row.id).collect();
    import_row::Entity::delete_many().filter(import_row::Column::Id.is_in(ids)).exec(tx.conn()).await.map_err(StoreError::from)?;
    insert_rows(tx, taken.rows).await?;
    let values = vec![
        (import_batch::Column::Done, Expr::value(batch.done + i64::try_from(done).map_err(AppError::internal)?)),
        (import_batch::Column::Bad, Expr::value(batch.bad + taken.refused)),
    ];
    set(tx, batch.id, values).await
}

/// What one transaction writes.
#[derive(Default)]
struct Taken {
    rows: Vec<import_row::Model>,
    people: Vec<trainee::Model>,
    documents: Vec<identity_document::Model>,
    consents: Vec<consent::Model>,
    sealed: Vec<sealed_record::Model>,
    refused: i64,
}

/// Answers that came sealed with a row, bound to the person that it became.
fn resealed(state: &AppState, row: Uuid, kept: &str, person: Uuid, by: Uuid, now_ms: i64) -> Result<sealed_record::Model, AppError> {
    let answers = super::opened(state, row, kept)?;
    sealed::of_person(state, person, SealedKind::Admissibility, SealedClass::NoEffect, &answers, by, now_ms)
}

/// The passport that somebody has shown, by a hash of its number.
fn shown(state: &AppState, person: &Person, now_ms: i64) -> Option<identity_document::Model> {
    let (country, number) = person.passport.as_ref()?;
    let plain = identity_documents::plain(number).ok()?;
    Some(identity_document::Model {
        id: Uuid::now_v7(),
        trainee_id: person.row.id,
        kind: IdentityDocumentKind::Passport.to_string(),
        country: country.clone(),
        number_hash: identity_documents::index(state, IdentityDocumentKind::Passport, country, &plain),
        valid_to: person.row.passport_valid_to,
        created_at_ms: now_ms,
    })
}

/// Consent that somebody has signed on paper: to be matched, and nothing beyond. In the language in which whoever
/// enters it works.
fn signed(batch: &import_batch::Model, row: &trainee::Model, language: &str, now_ms: i64) -> consent::Model {
    consent::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: now_ms,
        updated_at_ms: now_ms,
        trainee_id: row.id,
        institute_id: row.institute_id,
        origin: row.training_country.clone(),
        purpose: ConsentPurpose::Matching.to_string(),
        recipient_id: None,
        text_version: ConsentPurpose::TEXT_VERSION.into(),
        language: language.into(),
        channel: ConsentChannel::Paper.to_string(),
        given_by: Some(batch.account_id),
        given_at_ms: now_ms,
        withdrawn_at_ms: None,
    }
}

/// Says of a file that its job was given up.
///
/// # Errors
/// When the database refuses.
pub async fn give_up(tx: &mut Tx, id: Uuid, failure: &str) -> Result<(), AppError> {
    let values = vec![
        (import_batch::Column::Status, Expr::value(ImportStatus::Failed.as_str())),
        (import_batch::Column::Failure, Expr::value(failure)),
    ];
    set(tx, id, values).await
}
