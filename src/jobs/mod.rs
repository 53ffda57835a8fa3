//! Work that outlives a request. A worker takes one job at a time, keeps its lease alive, and
//! finishes it in the transaction that writes the result.

use crate::app::contingency::{self, disruptions};
use crate::app::match_runs::{self, job_lease::Lease};
use crate::app::privacy::retention;
use crate::app::{duplicates, imports, journeys, mail};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_domain::corridor::Party;
use passerelle_domain::ids::UserId;
use passerelle_store::entity::job::Model as Job;
use passerelle_store::job;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Works until told to stop; the job at hand is ended first.
pub async fn work(state: AppState, mut stop: watch::Receiver<bool>) {
    let worker = format!("{}-{}", std::process::id(), Uuid::now_v7().simple());
    let pause = Duration::from_millis(state.config.jobs.poll_ms);
    if let Err(error) = retention::plan_next(&state, Moment::now()).await {
        crate::web::problem::log(&error, "worker");
    }
    if let Err(error) = journeys::plan_next(&state, Moment::now()).await {
        crate::web::problem::log(&error, "worker");
    }
    while !*stop.borrow() {
        match work_once(&state, &worker).await {
            Ok(true) => {}
            Ok(false) => {
                tokio::select! {
                    _ = tokio::time::sleep(pause) => {}
                    _ = stop.changed() => {}
                }
            }
            Err(error) => {
                crate::web::problem::log(&error, "worker");
                tokio::select! {
                    _ = tokio::time::sleep(pause * 4) => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }
}

/// Takes and carries out one job. False when there was none.
///
/// # Errors
/// When the queue cannot be read. What goes wrong in a job is kept with the job.
pub async fn work_once(state: &AppState, worker: &str) -> Result<bool, AppError> {
    let lease_ms = state.config.jobs.lease_seconds * 1_000;
    let Some(taken) = job::claim(&state.store, worker, Moment::now().ms(), lease_ms).await? else { return Ok(false) };
    let keeping = tokio::spawn(keep_lease(state.clone(), taken.id, worker.to_owned(), lease_ms));
    let outcome = if taken.attempts > job::ATTEMPTS_MAX {
        Err(AppError::Malformed(format!("given up after {} attempts, each of which ended without an answer", job::ATTEMPTS_MAX)))
    } else {
        // A task of its own: a panic in a job must not end the worker.
        let (state, taken, worker) = (state.clone(), taken.clone(), worker.to_owned());
        tokio::spawn(async move { carry_out(&state, &taken, &worker).await }).await.unwrap_or_else(|error| Err(AppError::internal(error)))
    };
    keeping.abort();
    match outcome {
        Ok(()) => {
            ::metrics::counter!("passerelle_jobs_total", "kind" => taken.kind.clone(), "outcome" => "done").increment(1);
            tracing::info!(job.id = %taken.id, job.kind = taken.kind, "job done");
        }
        // Somebody else has taken over: what they write counts.
        Err(AppError::Stale) => tracing::warn!(job.id = %taken.id, "lost the lease of a job; another worker goes on"),
        Err(error) => {
            ::metrics::counter!("passerelle_jobs_total", "kind" => taken.kind.clone(), "outcome" => "failed").increment(1);
            crate::web::problem::log(&error, &taken.id.to_string());
            put_back(state, &taken, worker, &error).await?;
        }
    }
    Ok(true)
}

async fn carry_out(state: &AppState, taken: &Job, worker: &str) -> Result<(), AppError> {
    let now = Moment::now();
    match taken.kind.as_str() {
        match_runs::JOB => match_runs::carry_out(state, &Lease { job_id: taken.id, worker }, about(taken, "run_id")?).await,
        // These may be done twice without harm; they end with the job.
        mail::JOB => {
            mail::carry_out(state, now.ms()).await?;
            finish(state, taken, worker).await
        }
        duplicates::JOB => {
            duplicates::carry_out(state, now.ms(), about(taken, "trainee")?).await?;
            finish(state, taken, worker).await
        }
        retention::JOB => {
            retention::run(state, now, false).await?;
            finish(state, taken, worker).await?;
            retention::plan_next(state, now).await
        }
        journeys::JOB => {
            journeys::carry_out(state, now).await?;
            contingency::act::night(state, now).await?;
            contingency::stipends::night(state, now).await?;
            finish(state, taken, worker).await?;
            journeys::plan_next(state, now).await
        }
        disruptions::JOB => {
            let held = Lease { job_id: taken.id, worker };
            disruptions::carry_out(state, &held, about(taken, "disruption")?, declarer(taken)?, now).await
        }
        disruptions::END_JOB => {
            disruptions::carry_out_end(state, &Lease { job_id: taken.id, worker }, about(taken, "disruption")?, now).await
        }
        imports::JOB => imports::carry_out(state, &Lease { job_id: taken.id, worker }, about(taken, "import")?).await,
        duplicates::IMPORT_JOB => {
            duplicates::carry_out_import(state, now.ms(), about(taken, "import")?).await?;
            finish(state, taken, worker).await
        }
        other => Err(AppError::Malformed(format!("jobs of kind {other} are not known to this version"))),
    }
}

async fn finish(state: &AppState, taken: &Job, worker: &str) -> Result<(), AppError> {
    let tx = state.store.begin(None, Moment::now().ms()).await?;
    job::finish(&tx, taken.id, worker).await?;
    tx.commit().await?;
    Ok(())
}

/// What a job is about, by its name in the payload.
fn about(taken: &Job, name: &str) -> Result<Uuid, AppError> {
    let payload: serde_json::Value = serde_json::from_str(&taken.payload)?;
    let id = payload.get(name).and_then(serde_json::Value::as_str).and_then(|text| Uuid::try_parse(text).ok());
    id.ok_or_else(|| AppError::Malformed(format!("the job names no {name}")))
}

/// Who has set a job going.
fn declarer(taken: &Job) -> Result<disruptions::Declarer, AppError> {
    let payload: serde_json::Value = serde_json::from_str(&taken.payload)?;
    let word = payload.get("party").and_then(serde_json::Value::as_str).unwrap_or_default();
    let party = Party::parse(word).map_err(|_| AppError::Malformed("the job names no party".into()))?;
    Ok(disruptions::Declarer { party, account: about(taken, "account").ok().map(UserId) })
}

/// Prolongs the lease at a third of its length, so that two may be missed.
async fn keep_lease(state: AppState, id: Uuid, worker: String, lease_ms: i64) {
    let pause = Duration::from_millis(u64::try_from(lease_ms / 3).unwrap_or(1_000));
    loop {
        tokio::time::sleep(pause).await;
        match job::extend(&state.store, id, &worker, Moment::now().ms(), lease_ms).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(error) => tracing::warn!(job.id = %id, error = %error, "the lease of a job could not be prolonged"),
        }
    }
}

/// Puts a failed job back, or gives it up; the run then says so.
async fn put_back(state: &AppState, taken: &Job, worker: &str, error: &AppError) -> Result<(), AppError> {
    // What will fail again the same way is not tried again.
    let retry = matches!(error, AppError::Unavailable(_) | AppError::Internal(_) | AppError::Conflict(_));
    let mut tx = state.store.begin(None, Moment::now().ms()).await?;
    let given_up = job::fail(&tx, taken, worker, &error.to_string(), retry).await?;
    if given_up && taken.kind == match_runs::JOB {
        match_runs::give_up(&mut tx, about(taken, "run_id")?, &error.to_string()).await?;
    }
    if given_up && taken.kind == imports::JOB {
        imports::give_up(&mut tx, about(taken, "import")?, &error.to_string()).await?;
    }
    tx.commit().await?;
    Ok(())
}
