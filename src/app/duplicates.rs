//! Two records that may be one person, across institutes and scripts: by document, or by name and
//! birth date. Found by a job after a record is written; decided by an officer who may see both;
//! merged so that it can be taken apart again.

mod merge;
mod names;

pub use names::{likeness, name_key};

use super::Ctx;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::privacy::DuplicateStatus;
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, Tx, job, record};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

pub const JOB: &str = "duplicates";
/// Likeness of names, in hundredths, from which a pair with one birth date is looked at.
const LIKE_WITH_DATE: i64 = 82;
/// The same, where one of the birth dates is unknown.
const LIKE_WITHOUT_DATE: i64 = 94;
/// From here a pair keeps both records from being matched until somebody has looked.
const FLAG_FROM: i64 = 90;
/// Records that one record is compared with at the most.
const COMPARED_MAX: u64 = 500;

/// Looks for records like one that was written, once the transaction is through.
///
/// # Errors
/// When the database refuses.
pub async fn ask(tx: &Tx, person: Uuid) -> Result<(), AppError> {
    job::enqueue(tx, JOB, &json!({ "trainee": person })).await?;
    Ok(())
}

/// Kind of the job that looks at everybody whom a file has brought.
pub const IMPORT_JOB: &str = "duplicates_of_import";

/// The same for everybody whom a file has brought.
///
/// # Errors
/// When the database refuses.
pub async fn ask_for_import(tx: &Tx, batch: Uuid) -> Result<(), AppError> {
    job::enqueue(tx, IMPORT_JOB, &json!({ "import": batch })).await?;
    Ok(())
}

/// The job for a file: one person after the other, each in a transaction of her own.
///
/// # Errors
/// When the database refuses; what was found until then stays, and finding it again changes nothing.
pub async fn carry_out_import(state: &AppState, now_ms: i64, batch: Uuid) -> Result<usize, AppError> {
    let people: Vec<Uuid> = import_row::Entity::find()
        .select_only()
        .column(import_row::Column::TraineeId)
        .filter(import_row::Column::BatchId.eq(batch))
        .filter(import_row::Column::TraineeId.is_not_null())
        .into_tuple()
        .all(state.store.read())
        .await
        .map_err(StoreError::from)?;
    let mut found = 0;
    for person in people {
        found += carry_out(state, now_ms, person).await?;
    }
    Ok(found)
}

/// The job: compares one record with all that are worth it.
///
/// # Errors
/// When the database refuses.
pub async fn carry_out(state: &AppState, now_ms: i64, person: Uuid) -> Result<usize, AppError> {
    let mut tx = state.store.begin(None, now_ms).await?;
    let Some(row) = trainee::Entity::find_by_id(person).one(tx.conn()).await.map_err(StoreError::from)? else { return Ok(0) };
    if row.merged_into.is_some() || row.erased_at_ms.is_some() {
        return Ok(0);
    }
    let documents = shared_documents(tx.conn(), person).await?;
    let mut found = 0;
    for other in alike(tx.conn(), &row, &documents).await? {
        let (score, grounds) = judged(&row, &other, documents.contains(&other.id));
        if score > 0 && open_pair(&mut tx, &row, &other, score, &grounds).await? {
            found += 1;
        }
    }
    tx.commit().await?;
    Ok(found)
}

/// People who showed the same document.
async fn shared_documents(conn: &impl ConnectionTrait, person: Uuid) -> Result<BTreeSet<Uuid>, AppError> {
    let own = identity_document::Entity::find()
        .select_only()
        .column(identity_document::Column::NumberHash)
        .filter(identity_document::Column::TraineeId.eq(person));
    let hashes: Vec<String> = own.into_tuple().all(conn).await.map_err(StoreError::from)?;
    let others: Vec<Uuid> = identity_document::Entity::find()
        .select_only()
        .column(identity_document::Column::TraineeId)
        .filter(identity_document::Column::NumberHash.is_in(hashes))
        .filter(identity_document::Column::TraineeId.ne(person))
        .limit(COMPARED_MAX)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(others.into_iter().collect())
}

/// Records worth comparing: same document, same birth date, or same key of the name.
async fn alike(conn: &impl ConnectionTrait, row: &trainee::Model, documents: &BTreeSet<Uuid>) -> Result<Vec<trainee::Model>, AppError> {
    use trainee::Column::{BirthDate, ErasedAtMs, Id, MergedInto, NameKey};
    let mut any = Condition::any().add(Id.is_in(documents.iter().copied())).add(NameKey.eq(row.name_key.as_str()));
    if let Some(birth) = row.birth_date {
        any = any.add(BirthDate.eq(birth));
    }
    let find = trainee::Entity::find()
        .filter(any)
        .filter(Id.ne(row.id))
        .filter(MergedInto.is_null())
        .filter(ErasedAtMs.is_null())
        .limit(COMPARED_MAX);
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

fn judged(a: &trainee::Model, b: &trainee::Model, same_document: bool) -> (i64, String) {
    let like = likeness((&a.given_name, &a.family_name), (&b.given_name, &b.family_name));
    let dates = a.birth_date.zip(b.birth_date).map(|(a, b)| a == b);
    let mut grounds = Vec::new();
    let mut score = 0;
    if same_document {
        grounds.push("document");
        score = 100;
    }
    if (dates == Some(true) && like >= LIKE_WITH_DATE) || (dates.is_none() && like >= LIKE_WITHOUT_DATE) {
        grounds.push("name");
        score = score.max(if dates == Some(true) { like } else { like - 15 });
    }
    if dates == Some(true) && !grounds.is_empty() {
        grounds.push("birth_date");
    }
    (score, grounds.join(","))
}

/// True when the pair is new.
async fn open_pair(tx: &mut Tx, a: &trainee::Model, b: &trainee::Model, score: i64, grounds: &str) -> Result<bool, AppError> {
    let (first, second) = if a.id < b.id { (a, b) } else { (b, a) };
    let known = duplicate::Entity::find()
        .filter(duplicate::Column::FirstId.eq(first.id))
        .filter(duplicate::Column::SecondId.eq(second.id))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if known.is_some() {
        return Ok(false);
    }
    let row = duplicate::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: tx.now_ms(),
        updated_at_ms: tx.now_ms(),
        first_id: first.id,
        second_id: second.id,
        first_origin: first.training_country.clone(),
        second_origin: second.training_country.clone(),
        first_institute: first.institute_id,
        second_institute: second.institute_id,
        score,
        grounds: grounds.into(),
        status: DuplicateStatus::Open.to_string(),
        kept_id: None,
        moved: None,
        decided_by: None,
        decided_at_ms: None,
    };
    record::insert::<duplicate::Entity>(tx, row).await?;
    if score >= FLAG_FROM {
        flag(tx, [first.id, second.id], true).await?;
    }
    Ok(true)
}

async fn flag(tx: &mut Tx, people: [Uuid; 2], doubt: bool) -> Result<(), AppError> {
    for id in people {
        let Some(row) = record::hold::<trainee::Entity>(tx, id).await? else { continue };
        let doubted = doubt || other_doubts(tx, id).await?;
        if row.possible_duplicate != doubted {
            let version = row.version;
            record::update::<trainee::Entity>(tx, trainee::Model { possible_duplicate: doubted, ..row }, version, &["possible_duplicate"])
                .await?;
        }
    }
    Ok(())
}

/// Whether another open pair keeps a record in doubt.
async fn other_doubts(tx: &Tx, id: Uuid) -> Result<bool, AppError> {
    let find = duplicate::Entity::find()
        .filter(Condition::any().add(duplicate::Column::FirstId.eq(id)).add(duplicate::Column::SecondId.eq(id)))
        .filter(duplicate::Column::Status.eq(DuplicateStatus::Open.as_str()))
        .filter(duplicate::Column::Score.gte(FLAG_FROM));
    Ok(find.one(tx.conn()).await.map_err(StoreError::from)?.is_some())
}

/// What an officer decides about a pair.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    pub status: DuplicateStatus,
    /// The record that stays, when they are the same person.
    #[serde(default)]
    pub keep: Option<Uuid>,
}

/// Decides: different people, the same, or open again, which takes a merge apart.
///
/// # Errors
/// When the officer may not see both records, or the state does not allow it.
pub async fn decide(ctx: &Ctx<'_>, id: Uuid, version: i64, decide: &Decide) -> Result<(), AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Duplicate)?;
    let mut tx = ctx.begin().await?;
    let mut pair = record::find::<duplicate::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    if pair.version != version {
        return Err(AppError::Stale);
    }
    ensure_both_in_sight(ctx, &tx, &pair).await?;
    let open = pair.status == DuplicateStatus::Open.as_str();
    if open == (decide.status == DuplicateStatus::Open) {
        return Err(AppError::TransitionRefused {
            state: pair.status.clone(),
            allowed: if open { vec!["same", "different"] } else { vec!["open"] },
        });
    }
    match decide.status {
        DuplicateStatus::Same => {
            let kept = decide.keep.filter(|id| [pair.first_id, pair.second_id].contains(id));
            let kept = kept.ok_or_else(|| AppError::invalid("keep", "reference", "must be one of the two records"))?;
            let gone = if kept == pair.first_id { pair.second_id } else { pair.first_id };
            pair.moved = Some(serde_json::to_string(&merge::merge(ctx, &mut tx, gone, kept).await?)?);
            pair.kept_id = Some(kept);
        }
        DuplicateStatus::Open if pair.status == DuplicateStatus::Same.as_str() => {
            let moved: merge::Moved = serde_json::from_str(pair.moved.as_deref().unwrap_or("{}"))?;
            let kept = pair.kept_id.ok_or(StoreError::Corrupt { table: "duplicate", column: "kept_id" })?;
            let gone = if kept == pair.first_id { pair.second_id } else { pair.first_id };
            merge::unmerge(ctx, &mut tx, gone, kept, &moved, pair.decided_at_ms.unwrap_or(i64::MAX)).await?;
            (pair.moved, pair.kept_id) = (None, None);
        }
        DuplicateStatus::Different | DuplicateStatus::Open => {}
    }
    pair.status = decide.status.to_string();
    pair.decided_by = Some(ctx.actor.user.0);
    pair.decided_at_ms = Some(ctx.now.ms());
    let (people, flagged) = ([pair.first_id, pair.second_id], decide.status == DuplicateStatus::Open && pair.score >= FLAG_FROM);
    record::update::<duplicate::Entity>(&mut tx, pair, version, &["status"]).await?;
    flag(&mut tx, people, flagged).await?;
    tx.commit().await?;
    Ok(())
}

/// Whoever sees one record only learns nothing of the other by deciding on the pair.
async fn ensure_both_in_sight(ctx: &Ctx<'_>, tx: &Tx, pair: &duplicate::Model) -> Result<(), AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Trainee)?;
    // A merged record is out of sight for everybody: the scope is asked of its country instead.
    let within = |origin: &str| {
        scope.reaches().any(|reach| {
            matches!(reach, passerelle_domain::access::Reach::Origins(territory) if territory.countries.iter().any(|code| code.as_str() == origin))
        })
    };
    let seen = trainee::Entity::find()
        .select_only()
        .column(trainee::Column::Id)
        .filter(trainee::Entity::visible(&scope))
        .filter(trainee::Column::Id.is_in([pair.first_id, pair.second_id]))
        .into_tuple::<Uuid>()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?
        .len();
    if seen == 2 || (within(&pair.first_origin) && within(&pair.second_origin)) {
        return Ok(());
    }
    Err(AppError::Conflict("the other record belongs to another country: its officer decides with you, or the wider territory does".into()))
}
