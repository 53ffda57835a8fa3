//! A post that is put before somebody outside a run: the run that knew of her keeps it, and one row says where it stands.

use crate::app::privacy::disclosures;
use crate::error::AppError;
use passerelle_store::entity::proposal;
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, Tx, record};
use uuid::Uuid;

/// Proposes a post. Whoever was asked about it in the same run is asked anew: what was said before was said of another day.
///
/// # Errors
/// When the database refuses.
pub(super) async fn put(tx: &mut Tx, asked: proposal::Model) -> Result<Uuid, AppError> {
    let known = proposal::Entity::find()
        .filter(proposal::Column::RunId.eq(asked.run_id))
        .filter(proposal::Column::TraineeId.eq(asked.trainee_id))
        .filter(proposal::Column::NeedId.eq(asked.need_id))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let row = proposal::Model { version: 1, updated_at_ms: tx.now_ms(), offered_at_ms: None, employer_rank: None, ..asked };
    match known {
        Some(known) => {
            let again = proposal::Model { id: known.id, version: known.version, created_at_ms: known.created_at_ms, ..row };
            record::update::<proposal::Entity>(tx, again, known.version, &["trainee_decision", "employer_decision"]).await?;
            Ok(known.id)
        }
        None => {
            let made = proposal::Model { id: Uuid::now_v7(), created_at_ms: tx.now_ms(), ..row };
            let id = made.id;
            record::insert::<proposal::Entity>(tx, made.clone()).await?;
            disclosures::open_profiles(tx, &[made]).await?;
            Ok(id)
        }
    }
}
