//! What notices have said of a programme, and what to expect of the next one.

use super::Ctx;
use super::recognition::{self, first_decisions};
use crate::error::AppError;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::people::RecognitionState;
use passerelle_engine::equivalence::{Decided, Expectation, Notice, expect};
use passerelle_store::entity::{cohort, programme, recognition_case, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, record};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Cases that are read for one programme; the newest count.
const MOST: u64 = 10_000;

/// The expectation for one destination and reference occupation.
#[derive(Debug, Clone, Serialize)]
pub struct Expected {
    pub destination: String,
    pub occupation: String,
    #[serde(flatten)]
    pub expectation: Expectation,
}

/// What to expect for a programme, by destination and reference occupation, from the notices that the
/// actor may read.
///
/// # Errors
/// When the programme is not the actor's to read.
pub async fn of_programme(ctx: &Ctx<'_>, id: Uuid) -> Result<Vec<Expected>, AppError> {
    let programmes = permit(ctx.actor, Action::Read, Subject::Programme)?;
    let conn = ctx.state.store.read();
    record::find::<programme::Entity>(conn, &programmes, id).await?.ok_or(AppError::NotFound)?;
    // Whoever may read no cases learns nothing from them.
    let Ok(cases) = permit(ctx.actor, Action::List, Subject::RecognitionCase) else { return Ok(vec![]) };
    let cohorts = cohort::Entity::find().select_only().column(cohort::Column::Id).filter(cohort::Column::ProgrammeId.eq(id)).into_query();
    let people = trainee::Entity::find()
        .select_only()
        .column(trainee::Column::Id)
        .filter(trainee::Column::CohortId.in_subquery(cohorts))
        .into_query();
    let rows = recognition_case::Entity::find()
        .filter(recognition_case::Entity::visible(&cases))
        .filter(recognition_case::Column::TraineeId.in_subquery(people))
        .filter(recognition::decided())
        .limit(MOST)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let decided = first_decisions(conn, &rows).await?;
    let mut notices: BTreeMap<(String, String), Vec<Notice>> = BTreeMap::new();
    for row in rows {
        let Some(case) = decided.get(&row.id) else { continue };
        let outcome = match case.state {
            RecognitionState::DecidedFull => Decided::Full,
            RecognitionState::DecidedPartial => Decided::Partial,
            RecognitionState::DecidedRefused => Decided::Refused,
            _ => continue,
        };
        let deficits = case.deficits.iter().map(|deficit| (deficit.subject.clone(), deficit.hours)).collect();
        notices.entry((row.destination, row.occupation)).or_default().push(Notice { decided: outcome, deficits });
    }
    Ok(notices
        .into_iter()
        .map(|((destination, occupation), notices)| Expected { destination, occupation, expectation: expect(&notices) })
        .collect())
}
