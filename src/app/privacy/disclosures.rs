//! Staged disclosure: each stage that opens is written down once, for the person to see. What an
//! employer is shown does not depend on these rows: the store asks decisions, offer and consent.

use super::consents;
use crate::error::AppError;
use passerelle_domain::people::Decision;
use passerelle_domain::privacy::{DisclosureStage, disclosure_stage};
use passerelle_store::entity::{disclosure, proposal};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, Tx, record};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Writes down the stages that are open by now for all proposals of a person.
///
/// # Errors
/// When the database refuses.
pub async fn open_stages(tx: &mut Tx, person: Uuid) -> Result<(), AppError> {
    let find = proposal::Entity::find().filter(proposal::Column::TraineeId.eq(person));
    for row in find.all(tx.conn()).await.map_err(StoreError::from)? {
        open_stage(tx, &row).await?;
    }
    Ok(())
}

/// Writes down the stages that a proposal has reached.
///
/// # Errors
/// When the database refuses.
pub async fn open_stage(tx: &mut Tx, row: &proposal::Model) -> Result<(), AppError> {
    let decision = |text: &str| Decision::parse(text).unwrap_or(Decision::Pending);
    let consented = consents::allows_disclosure(tx.conn(), row.trainee_id, row.employer_id).await?;
    let (trainee, employer) = (decision(&row.trainee_decision), decision(&row.employer_decision));
    let Some(reached) = disclosure_stage(trainee, employer, row.offered_at_ms.is_some(), consented) else { return Ok(()) };
    let known: BTreeSet<String> = disclosure::Entity::find()
        .filter(disclosure::Column::ProposalId.eq(row.id))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|row| row.stage)
        .collect();
    for stage in DisclosureStage::ALL.iter().filter(|stage| **stage <= reached && !known.contains(stage.as_str())) {
        let made = stage_row(tx, row, *stage);
        record::insert::<disclosure::Entity>(tx, made).await?;
        tx.note("disclosed", "trainee", Some(row.trainee_id), serde_json::json!({ "stage": stage, "employer": row.employer_id }));
    }
    Ok(())
}

/// The first stage for every proposal of a run, in one go.
///
/// # Errors
/// When the database refuses.
pub async fn open_profiles(tx: &mut Tx, rows: &[proposal::Model]) -> Result<(), AppError> {
    let made = rows.iter().map(|row| stage_row(tx, row, DisclosureStage::Profile)).collect();
    record::insert_many::<disclosure::Entity>(tx, made).await?;
    Ok(())
}

fn stage_row(tx: &Tx, row: &proposal::Model, stage: DisclosureStage) -> disclosure::Model {
    disclosure::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: tx.now_ms(),
        updated_at_ms: tx.now_ms(),
        proposal_id: row.id,
        trainee_id: row.trainee_id,
        employer_id: row.employer_id,
        institute_id: row.institute_id,
        origin: row.origin.clone(),
        stage: stage.to_string(),
        at_ms: tx.now_ms(),
    }
}

/// Employers who see more of a person than her profile.
///
/// # Errors
/// When the database refuses.
pub async fn employers(conn: &impl ConnectionTrait, person: Uuid) -> Result<BTreeSet<Uuid>, AppError> {
    let accepted = Decision::Accepted.as_str();
    let rows = proposal::Entity::find()
        .filter(proposal::Column::TraineeId.eq(person))
        .filter(proposal::Column::TraineeDecision.eq(accepted))
        .filter(proposal::Column::EmployerDecision.eq(accepted))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(rows.into_iter().map(|row| row.employer_id).collect())
}
