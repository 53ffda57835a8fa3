//! The rows that a run leaves: proposals, and what is said of everybody.

use crate::clock::Moment;
use crate::error::AppError;
use passerelle_engine::matching::{RunResult, Snapshot};
use passerelle_store::entity::{match_run, outcome, proposal};
use std::collections::BTreeMap;
use uuid::Uuid;

pub(super) fn proposal_rows(
    run: &match_run::Model,
    snapshot: &Snapshot,
    result: &RunResult,
    now: Moment,
) -> Result<Vec<proposal::Model>, AppError> {
    let rows = result.proposals.iter().filter_map(|proposed| {
        let trainee = snapshot.trainee(proposed.trainee)?;
        let need = snapshot.need(proposed.need)?;
        let pathway = snapshot.pathway(&proposed.pathway)?;
        Some((proposed, trainee, need, pathway))
    });
    rows.map(|(proposed, trainee, need, pathway)| {
        Ok(proposal::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: now.ms(),
            updated_at_ms: now.ms(),
            run_id: run.id,
            trainee_id: trainee.id.0,
            need_id: need.id.0,
            institute_id: trainee.institute.0,
            employer_id: need.employer.id.0,
            pathway: proposed.pathway.to_string(),
            origin: trainee.training_country.to_string(),
            destination: pathway.destination.to_string(),
            occupation: need.occupation.to_string(),
            score: i64::from(proposed.score.weight()),
            score_parts: serde_json::to_string(&proposed.score)?,
            verdicts: serde_json::to_string(&proposed.verdicts)?,
            trainee_decision: "pending".into(),
            trainee_reason: None,
            employer_decision: "pending".into(),
            employer_reason: None,
            offered_at_ms: None,
            employer_rank: None,
        })
    })
    .collect()
}

pub(super) fn outcome_rows(
    run: &match_run::Model,
    snapshot: &Snapshot,
    result: &RunResult,
    now: Moment,
) -> Result<Vec<outcome::Model>, AppError> {
    // Who owns a subject, and in which country, so that lists can be scoped without a join.
    let mut owners: BTreeMap<Uuid, (Uuid, String)> = BTreeMap::new();
    for trainee in &snapshot.trainees {
        owners.insert(trainee.id.0, (trainee.institute.0, trainee.training_country.to_string()));
    }
    for need in &snapshot.needs {
        owners.insert(need.id.0, (need.employer.id.0, need.country.to_string()));
    }
    let rows = result.outcomes.iter().map(|said| {
        let (organisation_id, country) = owners.get(&said.id).cloned().unwrap_or_default();
        Ok(outcome::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: now.ms(),
            updated_at_ms: now.ms(),
            run_id: run.id,
            side: said.side.to_string(),
            subject_id: said.id,
            organisation_id,
            country,
            result: said.result.to_string(),
            reason_code: said.reasons.first().map(|reason| reason.code.to_string()).unwrap_or_default(),
            reasons: serde_json::to_string(&said.reasons)?,
        })
    });
    rows.collect()
}
