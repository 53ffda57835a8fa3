//! Two records that may be one person, across institutes and scripts: by document, or by name and
//! birth date. Found by a job after a record is written; decided by an officer who may see both;
//! merged so that it can be taken apart again.

use super::Ctx;
use super::privacy::sealed;
use crate::error::AppError;
use crate::state::AppState;
use any_ascii::any_ascii;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::privacy::DuplicateStatus;
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, Expr, QueryFilter, QuerySelect};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, Tx, job, record};
use serde::Deserialize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
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

/// The name in Latin letters: the same person is written سلمى برادة here and Salma Berrada there.
fn romanised(given: &str, family: &str) -> String {
    crate::text::fold(&any_ascii(&format!("{given} {family}")))
}

/// What is left of a name when vowels, doublings and spellings of one sound are taken away, the
/// parts in order of the alphabet: equal for most spellings of one name.
pub fn name_key(given: &str, family: &str) -> String {
    let romanised = romanised(given, family);
    let mut parts: Vec<String> =
        romanised.split(' ').filter(|part| !matches!(*part, "el" | "al" | "bin" | "ben" | "de" | "van")).map(skeleton).collect();
    parts.retain(|part| !part.is_empty());
    parts.sort();
    parts.join(" ")
}

fn skeleton(part: &str) -> String {
    let mut key = String::new();
    let joined = part
        .replace("ph", "f")
        .replace("gh", "g")
        .replace("kh", "k")
        .replace("dh", "d")
        .replace("th", "t")
        .replace("ch", "s")
        .replace("sh", "s");
    for letter in joined.chars() {
        let sound = match letter {
            'a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'h' | 'w' => continue,
            'c' | 'q' => 'k',
            'z' => 's',
            'v' => 'f',
            'j' => 'g',
            other => other,
        };
        if !key.ends_with(sound) {
            key.push(sound);
        }
    }
    // A name of vowels alone keeps its first letter.
    if key.is_empty() { part.chars().take(1).collect() } else { key }
}

/// How like two names are, in hundredths: the better of the whole written out and of the keys.
pub fn likeness(a: (&str, &str), b: (&str, &str)) -> i64 {
    let sorted = |name: (&str, &str)| {
        let text = romanised(name.0, name.1);
        let mut parts: Vec<&str> = text.split(' ').collect();
        parts.sort_unstable();
        parts.join(" ")
    };
    let written = strsim::jaro_winkler(&sorted(a), &sorted(b));
    let (key_a, key_b) = (name_key(a.0, a.1), name_key(b.0, b.1));
    let keyed = if key_a.len() < 4 || key_b.len() < 4 { 0.0 } else { strsim::jaro_winkler(&key_a, &key_b) * 0.97 };
    #[expect(clippy::cast_possible_truncation, reason = "0 to 100")]
    let hundredths = (written.max(keyed) * 100.0).round() as i64;
    hundredths
}

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
            pair.moved = Some(serde_json::to_string(&merge(ctx, &mut tx, gone, kept).await?)?);
            pair.kept_id = Some(kept);
        }
        DuplicateStatus::Open if pair.status == DuplicateStatus::Same.as_str() => {
            let moved: Moved = serde_json::from_str(pair.moved.as_deref().unwrap_or("{}"))?;
            let kept = pair.kept_id.ok_or(StoreError::Corrupt { table: "duplicate", column: "kept_id" })?;
            let gone = if kept == pair.first_id { pair.second_id } else { pair.first_id };
            unmerge(ctx, &mut tx, gone, kept, &moved, pair.decided_at_ms.unwrap_or(i64::MAX)).await?;
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

/// Rows that went from one record to the other, by table.
type Moved = BTreeMap<String, Vec<Uuid>>;

macro_rules! movable {
    ($($entity:ident),+ $(,)?) => {
        /// Moves what hangs on one record to the other; what the other has already stays behind.
        async fn move_all(tx: &Tx, from: Uuid, to: Uuid, only: Option<&Moved>) -> Result<Moved, AppError> {
            let mut moved = Moved::new();
            $({
                let table = stringify!($entity);
                let ids: Vec<Uuid> = match only {
                    Some(only) => only.get(table).cloned().unwrap_or_default(),
                    None => $entity::Entity::find()
                        .select_only()
                        .column($entity::Column::Id)
                        .filter($entity::Column::TraineeId.eq(from))
                        .into_tuple()
                        .all(tx.conn())
                        .await
                        .map_err(StoreError::from)?,
                };
                for id in ids {
                    if clashes(tx, table, id, to).await? {
                        continue;
                    }
                    $entity::Entity::update_many()
                        .col_expr($entity::Column::TraineeId, Expr::value(to))
                        .filter($entity::Column::Id.eq(id))
                        .filter($entity::Column::TraineeId.eq(from))
                        .exec(tx.conn())
                        .await
                        .map_err(StoreError::from)?;
                    moved.entry(table.to_owned()).or_default().push(id);
                }
            })+
            Ok(moved)
        }
    };
}

movable!(
    credential,
    certificate,
    recognition_case,
    language_certificate,
    skill_claim,
    track_change,
    selection_score,
    waiting_place,
    attendance,
    assessment,
    exam_result,
    paper_check,
    worker_payment,
    first_pay,
    tranche,
    proposal,
    consent,
    disclosure,
    case_transfer,
    person_request,
    identity_document,
    exceptional_access
);

/// Whether the other record has a row with the same key already.
async fn clashes(tx: &Tx, table: &str, id: Uuid, to: Uuid) -> Result<bool, AppError> {
    macro_rules! clash {
        ($table:ident, $($column:ident = $field:ident),+) => {{
            let Some(row) = $table::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)? else { return Ok(true) };
            let same = $table::Entity::find().filter($table::Column::TraineeId.eq(to))$(.filter($table::Column::$column.eq(row.$field)))+;
            same.one(tx.conn()).await.map_err(StoreError::from)?.is_some()
        }};
    }
    Ok(match table {
        "skill_claim" => clash!(skill_claim, Skill = skill, Provenance = provenance),
        "proposal" => clash!(proposal, RunId = run_id),
        "selection_score" => clash!(selection_score, RuleId = rule_id),
        "attendance" => clash!(attendance, FromOn = from_on),
        "assessment" => clash!(assessment, Unit = unit, Attempt = attempt),
        "exam_result" => clash!(exam_result, SessionId = session_id),
        "paper_check" => clash!(paper_check, Paper = paper),
        // One worker, one first month, whichever was entered first.
        "tranche" => clash!(tranche, Payer = payer, Milestone = milestone, Currency = currency),
        "first_pay" => {
            let same = first_pay::Entity::find().filter(first_pay::Column::TraineeId.eq(to));
            same.one(tx.conn()).await.map_err(StoreError::from)?.is_some()
        }
        _ => false,
    })
}

async fn merge(ctx: &Ctx<'_>, tx: &mut Tx, gone: Uuid, kept: Uuid) -> Result<Moved, AppError> {
    let row = record::hold::<trainee::Entity>(tx, gone).await?.ok_or(AppError::NotFound)?;
    let stays = record::hold::<trainee::Entity>(tx, kept).await?.ok_or(AppError::NotFound)?;
    if [&row, &stays].iter().any(|one| one.erased_at_ms.is_some()) {
        return Err(AppError::Conflict("one of the records was erased: nothing is merged with it".into()));
    }
    if [&row, &stays].iter().any(|one| one.merged_into.is_some()) {
        return Err(AppError::Conflict("one of the records is part of another already: decide on the pair with that one".into()));
    }
    // No chains: every merge can be taken apart by itself, in any order.
    let absorbed = trainee::Entity::find().filter(trainee::Column::MergedInto.eq(gone)).one(tx.conn()).await.map_err(StoreError::from)?;
    if absorbed.is_some() {
        return Err(AppError::Conflict("the record that would go has others merged into it: keep it, or take those apart first".into()));
    }
    let mut moved = move_all(tx, gone, kept, None).await?;
    moved.insert("sealed_record".into(), sealed::pass_on(ctx.state, tx, gone, kept, None).await?);
    last_word_holds(tx, kept).await?;
    let accounts: Vec<Uuid> = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::TraineeId.eq(gone))
        .into_tuple()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    give_accounts(tx, &accounts, kept).await?;
    moved.insert("account".into(), accounts);
    let version = row.version;
    record::update::<trainee::Entity>(tx, trainee::Model { merged_into: Some(kept), ..row }, version, &["merged_into"]).await?;
    tx.note("merged", "trainee", Some(kept), json!({ "from": gone }));
    Ok(moved)
}

/// Of what she said on either record about one purpose and recipient, the last word holds: a yes that
/// is older than a no ends with it.
async fn last_word_holds(tx: &mut Tx, person: Uuid) -> Result<(), AppError> {
    let rows = consent::Entity::find().filter(consent::Column::TraineeId.eq(person)).all(tx.conn()).await.map_err(StoreError::from)?;
    let mut last_no: BTreeMap<(String, Option<Uuid>), i64> = BTreeMap::new();
    for row in &rows {
        if let Some(at) = row.withdrawn_at_ms {
            let no = last_no.entry((row.purpose.clone(), row.recipient_id)).or_insert(at);
            *no = at.max(*no);
        }
    }
    for mut row in rows {
        // A general no is a no to every recipient.
        let no =
            [(row.purpose.clone(), row.recipient_id), (row.purpose.clone(), None)].iter().filter_map(|key| last_no.get(key)).max().copied();
        if row.withdrawn_at_ms.is_none() && no.is_some_and(|no| row.given_at_ms <= no) {
            let version = row.version;
            row.withdrawn_at_ms = no;
            record::update::<consent::Entity>(tx, row, version, &["withdrawn_at"]).await?;
        }
    }
    Ok(())
}

/// What her account has written while the records were one goes with the account.
async fn written_since(tx: &Tx, kept: Uuid, accounts: &[Uuid], since_ms: i64, back: &mut Moved) -> Result<(), AppError> {
    if accounts.is_empty() {
        return Ok(());
    }
    let mut add = |table: &str, ids: Vec<Uuid>| {
        let list = back.entry(table.to_owned()).or_default();
        for id in ids.into_iter().filter(|id| !list.contains(id)).collect::<Vec<_>>() {
            list.push(id);
        }
    };
    let mine = || accounts.iter().copied();
    let consents = consent::Entity::find()
        .select_only()
        .column(consent::Column::Id)
        .filter(consent::Column::TraineeId.eq(kept))
        .filter(consent::Column::GivenBy.is_in(mine()))
        .filter(consent::Column::CreatedAtMs.gte(since_ms));
    add("consent", consents.into_tuple().all(tx.conn()).await.map_err(StoreError::from)?);
    let sealed = sealed_record::Entity::find()
        .select_only()
        .column(sealed_record::Column::Id)
        .filter(sealed_record::Column::TraineeId.eq(kept))
        .filter(sealed_record::Column::WrittenBy.is_in(mine()))
        .filter(sealed_record::Column::CreatedAtMs.gte(since_ms));
    add("sealed_record", sealed.into_tuple().all(tx.conn()).await.map_err(StoreError::from)?);
    // Requests carry no account. Where the record that stays had none of its own, they were hers.
    let others = account::Entity::find()
        .filter(account::Column::TraineeId.eq(kept))
        .filter(account::Column::Id.is_not_in(mine()))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if others.is_none() {
        let requests = person_request::Entity::find()
            .select_only()
            .column(person_request::Column::Id)
            .filter(person_request::Column::TraineeId.eq(kept))
            .filter(person_request::Column::CreatedAtMs.gte(since_ms));
        add("person_request", requests.into_tuple().all(tx.conn()).await.map_err(StoreError::from)?);
    }
    Ok(())
}

async fn give_accounts(tx: &Tx, accounts: &[Uuid], to: Uuid) -> Result<(), AppError> {
    account::Entity::update_many()
        .col_expr(account::Column::TraineeId, Expr::value(to))
        .filter(account::Column::Id.is_in(accounts.iter().copied()))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(())
}

async fn unmerge(ctx: &Ctx<'_>, tx: &mut Tx, gone: Uuid, kept: Uuid, moved: &Moved, since_ms: i64) -> Result<(), AppError> {
    let row = record::hold::<trainee::Entity>(tx, gone).await?.ok_or(AppError::NotFound)?;
    if row.erased_at_ms.is_some() {
        return Err(AppError::Conflict("the record was erased: it does not come back".into()));
    }
    if row.merged_into != Some(kept) {
        return Err(AppError::Conflict("the records are no longer one: load the pair again".into()));
    }
    let version = row.version;
    record::update::<trainee::Entity>(tx, trainee::Model { merged_into: None, ..row }, version, &["merged_into"]).await?;
    let accounts = moved.get("account").cloned().unwrap_or_default();
    let mut back = moved.clone();
    written_since(tx, kept, &accounts, since_ms, &mut back).await?;
    move_all(tx, kept, gone, Some(&back)).await?;
    sealed::pass_on(ctx.state, tx, kept, gone, Some(back.get("sealed_record").map(Vec::as_slice).unwrap_or_default())).await?;
    give_accounts(tx, moved.get("account").map(Vec::as_slice).unwrap_or_default(), gone).await?;
    tx.note("unmerged", "trainee", Some(kept), json!({ "to": gone }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_are_alike_in_several_scripts() {
        for (a, b) in [
            (("Salma", "Berrada"), ("سلمى", "برادة")),
            (("Mohammed", "El Idrissi"), ("Mohamed", "Idrisi")),
            (("Youssef", "Benali"), ("Yusuf", "Ben Ali")),
            (("Nguyễn", "Văn Nam"), ("Van Nam", "Nguyen")),
            (("Алексей", "Шевченко"), ("Aleksey", "Shevchenko")),
            (("Fatima Zahra", "Alaoui"), ("Fatima-Zahra", "ALAOUI")),
        ] {
            let like = likeness(a, b);
            assert!(like >= LIKE_WITH_DATE, "{a:?} {b:?}: {like}");
        }
    }

    #[test]
    fn different_names_are_not() {
        for (a, b) in [
            (("Salma", "Berrada"), ("Omar", "Trabelsi")),
            (("Grace", "Santos"), ("Joy", "Mendoza")),
            (("Arun", "Nair"), ("Anjali", "Menon")),
        ] {
            let like = likeness(a, b);
            assert!(like < LIKE_WITH_DATE, "{a:?} {b:?}: {like}");
        }
    }

    #[test]
    fn the_key_forgets_vowels_doublings_and_order() {
        assert_eq!(name_key("Mohammed", "Hassan"), name_key("Hasan", "Mohamed"));
        assert_ne!(name_key("Omar", "Trabelsi"), name_key("Anas", "Fassi"));
    }
}
