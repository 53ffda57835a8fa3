//! Two records become one, and can be taken apart again: what hangs on the one that goes moves to the one that stays, and
//! is remembered.

use crate::app::privacy::sealed;
use crate::app::{Ctx, journeys};
use crate::error::AppError;
use passerelle_domain::machine::contingency::State;
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, QueryFilter, QuerySelect, SimpleExpr};
use passerelle_store::{StoreError, Tx, record};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Rows that went from one record to the other, by table.
pub(super) type Moved = BTreeMap<String, Vec<Uuid>>;

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
    refresher_place,
    contingency_case,
    case_letter,
    worker_payment,
    first_pay,
    training_loan,
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
        // One who waits has one place in a course.
        "refresher_place" => {
            let Some(row) = refresher_place::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)? else {
                return Ok(true);
            };
            let open = refresher_place::Entity::find()
                .filter(refresher_place::Column::TraineeId.eq(to))
                .filter(refresher_place::Column::EndedOn.is_null());
            row.ended_on.is_none() && open.one(tx.conn()).await.map_err(StoreError::from)?.is_some()
        }
        "first_pay" => {
            let same = first_pay::Entity::find().filter(first_pay::Column::TraineeId.eq(to));
            same.one(tx.conn()).await.map_err(StoreError::from)?.is_some()
        }
        _ => false,
    })
}

/// Makes one record of two; gives what has moved.
///
/// # Errors
/// When one of them was erased, is part of another already, or has a case that is not over.
pub(super) async fn merge(ctx: &Ctx<'_>, tx: &mut Tx, gone: Uuid, kept: Uuid) -> Result<Moved, AppError> {
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
    ensure_over(tx, contingency_case::Column::TraineeId.eq(gone)).await?;
    let mut moved = move_all(tx, gone, kept, None).await?;
    cases_follow(ctx, tx, &moved, kept).await?;
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

/// A case moves the journey of the record that it is on: it comes to its end there before a record goes, or comes back. What
/// has ended moves with her, and counts in what was lost and for how long she has waited.
async fn ensure_over(tx: &Tx, which: SimpleExpr) -> Result<(), AppError> {
    let ended = [State::Closed, State::Resolved, State::Rejected].map(State::as_str);
    let open = contingency_case::Entity::find().filter(which).filter(contingency_case::Column::State.is_not_in(ended));
    match open.one(tx.conn()).await.map_err(StoreError::from)? {
        Some(_) => Err(AppError::Conflict("a contingency case that would move is not over: bring it to an end first".into())),
        None => Ok(()),
    }
}

/// An appeal takes up the journey of the record that the case belongs to by now.
async fn cases_follow(ctx: &Ctx<'_>, tx: &mut Tx, moved: &Moved, person: Uuid) -> Result<(), AppError> {
    let Some(cases) = moved.get("contingency_case") else { return Ok(()) };
    let journey = journeys::of_person(ctx.state, tx, person, ctx.now.date()).await?;
    contingency_case::Entity::update_many()
        .col_expr(contingency_case::Column::JourneyId, Expr::value(journey.id))
        .filter(contingency_case::Column::Id.is_in(cases.iter().copied()))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(())
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

/// Takes a merge apart: what moved goes back, with what her account has written since.
///
/// # Errors
/// When the record was erased, or is no part of the other any more.
pub(super) async fn unmerge(ctx: &Ctx<'_>, tx: &mut Tx, gone: Uuid, kept: Uuid, moved: &Moved, since_ms: i64) -> Result<(), AppError> {
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
    let cases = back.get("contingency_case").cloned().unwrap_or_default();
    ensure_over(tx, contingency_case::Column::Id.is_in(cases.iter().copied())).await?;
    // What was written in her cases meanwhile was written to her.
    let letters = case_letter::Entity::find()
        .select_only()
        .column(case_letter::Column::Id)
        .filter(case_letter::Column::ContingencyCaseId.is_in(cases));
    back.insert("case_letter".into(), letters.into_tuple().all(tx.conn()).await.map_err(StoreError::from)?);
    written_since(tx, kept, &accounts, since_ms, &mut back).await?;
    let went = move_all(tx, kept, gone, Some(&back)).await?;
    cases_follow(ctx, tx, &went, gone).await?;
    sealed::pass_on(ctx.state, tx, kept, gone, Some(back.get("sealed_record").map(Vec::as_slice).unwrap_or_default())).await?;
    give_accounts(tx, moved.get("account").map(Vec::as_slice).unwrap_or_default(), gone).await?;
    tx.note("unmerged", "trainee", Some(kept), json!({ "to": gone }));
    Ok(())
}
