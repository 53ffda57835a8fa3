//! The job that makes records of the rows somebody has taken. Some hundreds at a time, each time with the rows'
//! own note of whom they became: a worker that dies is followed by one that goes on where it stopped.

use super::columns::Mapping;
use super::judge::{Person, Words, judge};
use super::{blocking, ground, insert_rows, set};
use crate::app::match_runs::job_lease::Lease;
use crate::app::work::{insert, notifications};
use crate::app::{duplicates, identity_documents, journeys};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_domain::ids::UserId;
use passerelle_domain::people::{ImportStatus, RowVerdict};
use passerelle_domain::privacy::{ConsentChannel, ConsentPurpose, IdentityDocumentKind};
use passerelle_store::entity::{account, consent, identity_document, import_batch, import_row, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx, job, record};
use serde_json::json;
use std::collections::BTreeSet;
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
        let count = i64::try_from(rows.len()).map_err(AppError::internal)?;
        write(state, &mut tx, &batch, rows, now).await?;
        set(&tx, id, vec![(import_batch::Column::Done, Expr::value(batch.done + count))]).await?;
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
    let judged: Vec<(import_row::Model, Person)> = blocking(move || {
        let words = Words::new();
        let one = |row: import_row::Model| {
            let cells: Vec<String> = serde_json::from_str(&row.cells)?;
            // What was right when somebody looked is right now; only the identifier is new.
            Ok((row, judge(&cells, &mapping, &ground, &words, Uuid::now_v7(), now_ms).person))
        };
        rows.into_iter().map(one).collect::<Result<_, AppError>>()
    })
    .await?;
    let people: Vec<trainee::Model> = judged.iter().map(|(_, person)| person.row.clone()).collect();
    record::insert_many::<trainee::Entity>(tx, people.clone()).await?;
    journeys::begin_many(state, tx, &people, now.date()).await?;
    let account = account::Entity::find_by_id(batch.account_id).one(tx.conn()).await.map_err(StoreError::from)?;
    let language = account.map_or_else(|| "en".to_owned(), |account| account.locale);
    let mut consents = Vec::new();
    let mut taken = Vec::with_capacity(judged.len());
    let mut numbers = BTreeSet::new();
    for (row, person) in judged {
        let id = person.row.id;
        if let Some((country, number)) = &person.passport
            && let Ok(plain) = identity_documents::plain(number)
        {
            let number_hash = identity_documents::index(state, IdentityDocumentKind::Passport, country, &plain);
            numbers.insert(number_hash.clone());
            let document = identity_document::Model {
                id: Uuid::now_v7(),
                trainee_id: id,
                kind: IdentityDocumentKind::Passport.to_string(),
                country: country.clone(),
                number_hash,
                valid_to: person.row.passport_valid_to,
                created_at_ms: now_ms,
            };
            insert::<identity_document::Entity, _>(tx, document).await?;
        }
        if person.consents {
            consents.push(signed(batch, &person.row, &language, now_ms));
        }
        taken.push(import_row::Model { trainee_id: Some(id), cells: "[]".into(), ..row });
    }
    if !consents.is_empty() {
        record::insert_many::<consent::Entity>(tx, consents).await?;
    }
    let ids: Vec<Uuid> = taken.iter().map(|row| row.id).collect();
    import_row::Entity::delete_many().filter(import_row::Column::Id.is_in(ids)).exec(tx.conn()).await.map_err(StoreError::from)?;
    insert_rows(tx, taken).await
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
