//! What of a journey goes with its person, and what stays.

use crate::app::case_events;
use crate::error::AppError;
use passerelle_domain::machine::journey::Journey;
use passerelle_engine::pathway::JourneyStanding;
use passerelle_store::entity::{case_event, journey, task};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, QueryFilter};
use passerelle_store::{StoreError, Tx};
use uuid::Uuid;

/// Removes the journey of a person on which nothing has happened, so that a record entered by mistake
/// can go. One with events is left, and keeps the record.
///
/// # Errors
/// When the database refuses.
pub async fn forget_unused(tx: &Tx, person: Uuid) -> Result<(), AppError> {
    let find = journey::Entity::find().filter(journey::Column::TraineeId.eq(person));
    let Some(row) = find.one(tx.conn()).await.map_err(StoreError::from)? else { return Ok(()) };
    if case_events::last::<Journey>(tx.conn(), row.id).await?.is_none() {
        let tasks = task::Entity::delete_many().filter(task::Column::RecordId.eq(row.id));
        tasks.exec(tx.conn()).await.map_err(StoreError::from)?;
        journey::Entity::delete_by_id(row.id).exec(tx.conn()).await.map_err(StoreError::from)?;
    }
    Ok(())
}

/// Takes what says something of a person out of her events: words that people wrote, causes, papers. What
/// happened and when stays.
///
/// # Errors
/// When the database refuses.
pub async fn anonymise(tx: &Tx, cases: Vec<Uuid>) -> Result<(), AppError> {
    for id in cases {
        for row in case_events::history(tx.conn(), id).await? {
            let (mut event, mut after): (serde_json::Value, serde_json::Value) =
                (serde_json::from_str(&row.event)?, serde_json::from_str(&row.after)?);
            for (name, value) in event.as_object_mut().into_iter().flatten() {
                if matches!(name.as_str(), "reason" | "paper" | "cause") {
                    *value = "—".into();
                }
            }
            unsaid(&mut after);
            case_event::Entity::update_many()
                .col_expr(case_event::Column::Event, Expr::value(event.to_string()))
                .col_expr(case_event::Column::After, Expr::value(after.to_string()))
                .filter(case_event::Column::Id.eq(row.id))
                .exec(tx.conn())
                .await
                .map_err(StoreError::from)?;
        }
    }
    Ok(())
}

/// A journey without its cause, its papers and how it came back.
fn unsaid(journey: &mut serde_json::Value) {
    for (name, none) in [("cause", serde_json::Value::Null), ("return_type", serde_json::Value::Null), ("papers", serde_json::json!({}))] {
        if let Some(value) = journey.get_mut(name) {
            *value = none;
        }
    }
}

/// The journey of somebody who is erased: no cause, no papers, no clock; nobody waits for her any more.
///
/// # Errors
/// When the database refuses.
pub async fn erase(tx: &Tx, person: Uuid) -> Result<(), AppError> {
    let rows = journey::Entity::find().filter(journey::Column::TraineeId.eq(person)).all(tx.conn()).await.map_err(StoreError::from)?;
    for row in rows {
        let mut facts: serde_json::Value = serde_json::from_str(&row.facts)?;
        unsaid(&mut facts);
        journey::Entity::update_many()
            .col_expr(journey::Column::Facts, Expr::value(facts.to_string()))
            .col_expr(journey::Column::Trouble, Expr::value(Option::<String>::None))
            .col_expr(journey::Column::HorizonPaper, Expr::value(Option::<String>::None))
            .col_expr(journey::Column::Standing, Expr::value(JourneyStanding::Ended.as_str()))
            .filter(journey::Column::Id.eq(row.id))
            .exec(tx.conn())
            .await
            .map_err(StoreError::from)?;
    }
    Ok(())
}
