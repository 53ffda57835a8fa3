//! A file taken back as one action. Whoever has been worked on since stays: what somebody did is not thrown away.

use super::{get, set};
use crate::app::Ctx;
use crate::error::AppError;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::people::ImportStatus;
use passerelle_store::StoreError;
use passerelle_store::Tx;
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, Condition, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::record;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// People that one statement names.
const AT_ONCE: usize = 500;

/// How many records went, and how many stayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    pub removed: usize,
    pub kept: usize,
}

/// Removes the people that a file has brought, but for those who have been worked on since.
///
/// # Errors
/// When the file is not the actor's, or brought nobody.
pub async fn undo(ctx: &Ctx<'_>, id: Uuid, version: i64) -> Result<Undone, AppError> {
    permit(ctx.actor, Action::Delete, Subject::Import)?;
    get(ctx, id).await?;
    let mut tx = ctx.begin().await?;
    let batch = record::hold::<import_batch::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if ![ImportStatus::Done.as_str(), ImportStatus::Failed.as_str()].contains(&batch.status.as_str()) {
        return Err(AppError::TransitionRefused { state: batch.status, allowed: vec![] });
    }
    if batch.version != version {
        return Err(AppError::Stale);
    }
    let brought: Vec<Uuid> = import_row::Entity::find()
        .select_only()
        .column(import_row::Column::TraineeId)
        .filter(import_row::Column::BatchId.eq(id))
        .filter(import_row::Column::TraineeId.is_not_null())
        .order_by_asc(import_row::Column::Line)
        .into_tuple()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let mut done = Undone { removed: 0, kept: 0 };
    for some in brought.chunks(AT_ONCE) {
        let touched = touched(&tx, some, batch.account_id).await?;
        let free: Vec<Uuid> = some.iter().copied().filter(|person| !touched.contains(person)).collect();
        done.kept += touched.len();
        done.removed += remove(&tx, &free).await?;
    }
    let kept = i64::try_from(done.kept).map_err(AppError::internal)?;
    set(
        &tx,
        id,
        vec![(import_batch::Column::Status, Expr::value(ImportStatus::Undone.as_str())), (import_batch::Column::Kept, Expr::value(kept))],
    )
    .await?;
    tx.note("import_undone", "import_batch", Some(id), json!({ "removed": done.removed, "kept": done.kept }));
    tx.commit().await?;
    Ok(done)
}

/// Those about whom somebody has written something since.
async fn touched(tx: &Tx, people: &[Uuid], by: Uuid) -> Result<BTreeSet<Uuid>, AppError> {
    let mut touched = BTreeSet::new();
    macro_rules! named_in {
        ($($entity:ident . $column:ident),+ $(,)?) => {
            $(
                let named: Vec<Uuid> = $entity::Entity::find()
                    .select_only()
                    .column($entity::Column::$column)
                    .filter($entity::Column::$column.is_in(people.iter().copied()))
                    .into_tuple()
                    .all(tx.conn())
                    .await
                    .map_err(StoreError::from)?;
                touched.extend(named);
            )+
        };
    }
    named_in!(
        credential.TraineeId,
        certificate.TraineeId,
        recognition_case.TraineeId,
        language_certificate.TraineeId,
        skill_claim.TraineeId,
        selection_score.TraineeId,
        waiting_place.TraineeId,
        attendance.TraineeId,
        assessment.TraineeId,
        exam_result.TraineeId,
        paper_check.TraineeId,
        refresher_place.TraineeId,
        worker_payment.TraineeId,
        first_pay.TraineeId,
        training_loan.TraineeId,
        tranche.TraineeId,
        proposal.TraineeId,
        disclosure.TraineeId,
        case_transfer.TraineeId,
        exceptional_access.TraineeId,
        person_request.TraineeId,
        trainee.MergedInto,
        account.TraineeId,
        assignment.RecordId,
        comment.RecordId,
        attachment.RecordId,
    );
    // Her own record changed by hand: the look for duplicates sets one flag, which is one version.
    let rows =
        trainee::Entity::find().filter(trainee::Column::Id.is_in(people.iter().copied())).all(tx.conn()).await.map_err(StoreError::from)?;
    touched.extend(rows.iter().filter(|row| row.version > 1 + i64::from(row.possible_duplicate)).map(|row| row.id));
    let journeys: Vec<(Uuid, Uuid)> = journey::Entity::find()
        .select_only()
        .columns([journey::Column::Id, journey::Column::TraineeId])
        .filter(journey::Column::TraineeId.is_in(people.iter().copied()))
        .into_tuple()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let moved: Vec<Uuid> = case_event::Entity::find()
        .select_only()
        .column(case_event::Column::CaseId)
        .filter(case_event::Column::CaseId.is_in(journeys.iter().map(|(journey, _)| *journey)))
        .into_tuple()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    touched.extend(journeys.iter().filter(|(journey, _)| moved.contains(journey)).map(|(_, person)| *person));
    // What she sealed herself; answers that came with the file were sealed by whoever brought it.
    let sealed = sealed_record::Entity::find()
        .select_only()
        .column(sealed_record::Column::TraineeId)
        .filter(sealed_record::Column::TraineeId.is_in(people.iter().copied()))
        .filter(sealed_record::Column::WrittenBy.ne(by));
    let sealed: Vec<Uuid> = sealed.into_tuple().all(tx.conn()).await.map_err(StoreError::from)?;
    touched.extend(sealed);
    // Consent that she gave herself, or for more than the file brought.
    let consents = consent::Entity::find()
        .filter(consent::Column::TraineeId.is_in(people.iter().copied()))
        .filter(Condition::any().add(consent::Column::Channel.ne("paper")).add(consent::Column::Purpose.ne("matching")))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    touched.extend(consents.iter().map(|row| row.trainee_id));
    Ok(touched)
}

async fn remove(tx: &Tx, people: &[Uuid]) -> Result<usize, AppError> {
    if people.is_empty() {
        return Ok(0);
    }
    macro_rules! empty {
        ($($entity:ident . $column:ident),+ $(,)?) => {
            $(
                $entity::Entity::delete_many()
                    .filter($entity::Column::$column.is_in(people.iter().copied()))
                    .exec(tx.conn())
                    .await
                    .map_err(StoreError::from)?;
            )+
        };
    }
    empty!(
        sealed_record.TraineeId,
        duplicate.FirstId,
        duplicate.SecondId,
        identity_document.TraineeId,
        consent.TraineeId,
        task.TraineeId,
        journey.TraineeId,
    );
    let gone = trainee::Entity::delete_many().filter(trainee::Column::Id.is_in(people.iter().copied()));
    let gone = gone.exec(tx.conn()).await.map_err(StoreError::from)?.rows_affected;
    usize::try_from(gone).map_err(AppError::internal)
}
