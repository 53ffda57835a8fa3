//! The nightly retention run: what has been kept long enough is anonymised or deleted, by rules that
//! are data, with a report of what was done.

use super::erasure;
use crate::app::Ctx;
use crate::app::work::insert;
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, job};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

pub const JOB: &str = "retention";
/// People that one run anonymises at the most; the rest waits for the next night.
const PEOPLE_MAX: u64 = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Applicants,
    EndedJourneys,
    UnconfirmedAccounts,
    SealedAfterJourney,
    Notifications,
    SentMail,
    Drafts,
    Links,
    /// Rows of files of people that never became records.
    Imports,
    /// Employers that asked to be let in and were answered.
    Registrations,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Anonymise,
    Delete,
}

/// A rule of the schedule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub what: What,
    #[serde(default)]
    pub journeys: Vec<String>,
    pub after_months: u32,
    pub action: Fate,
    pub source: String,
    pub illustrative: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    pub rule: Vec<Rule>,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub what: What,
    pub action: Fate,
    pub after_months: u32,
    pub rows: u64,
}

/// Carries the schedule out, or with `dry` counts what it would touch.
///
/// # Errors
/// When the database refuses. People are anonymised one by one, so that a failure loses nothing.
pub async fn run(state: &AppState, now: Moment, dry: bool) -> Result<Vec<Line>, AppError> {
    let mut lines = Vec::new();
    for rule in &state.retention.rule {
        let before = now.months_before(rule.after_months).ms();
        let rows = match rule.what {
            What::Applicants | What::EndedJourneys => people(state, now, rule, before, dry).await?,
            _ => things(state, now, rule, before, dry).await?,
        };
        lines.push(Line { what: rule.what, action: rule.action, after_months: rule.after_months, rows });
    }
    if !dry {
        let mut tx = state.store.begin(None, now.ms()).await?;
        let row = retention_report::Model { id: Uuid::now_v7(), at_ms: now.ms(), body: serde_json::to_string(&lines)? };
        insert::<retention_report::Entity, _>(&tx, row).await?;
        tx.note("retention", "retention_report", None, json!({ "rows": lines.iter().map(|line| line.rows).sum::<u64>() }));
        tx.commit().await?;
    }
    Ok(lines)
}

async fn people(state: &AppState, now: Moment, rule: &Rule, before: i64, dry: bool) -> Result<u64, AppError> {
    let due: Vec<Uuid> = trainee::Entity::find()
        .select_only()
        .column(trainee::Column::Id)
        .filter(trainee::Column::Journey.is_in(rule.journeys.iter().cloned()))
        .filter(trainee::Column::UpdatedAtMs.lt(before))
        .filter(trainee::Column::ErasedAtMs.is_null())
        .limit(PEOPLE_MAX)
        .into_tuple()
        .all(state.store.read())
        .await
        .map_err(StoreError::from)?;
    if !dry {
        for id in &due {
            let mut tx = state.store.begin(None, now.ms()).await?;
            erasure::anonymise(state, &mut tx, *id).await?;
            tx.commit().await?;
        }
    }
    Ok(due.len() as u64)
}

async fn things(state: &AppState, now: Moment, rule: &Rule, before: i64, dry: bool) -> Result<u64, AppError> {
    let mut tx = state.store.begin(None, now.ms()).await?;
    macro_rules! old {
        ($entity:ident, $condition:expr) => {{
            let condition: Condition = $condition;
            if dry {
                use passerelle_store::query::PaginatorTrait;
                $entity::Entity::find().filter(condition).count(tx.conn()).await.map_err(StoreError::from)?
            } else {
                $entity::Entity::delete_many().filter(condition).exec(tx.conn()).await.map_err(StoreError::from)?.rows_affected
            }
        }};
    }
    let all = Condition::all;
    let rows = match rule.what {
        What::Notifications => old!(notification, all().add(notification::Column::CreatedAtMs.lt(before))),
        What::SentMail => old!(mail, all().add(mail::Column::State.ne("ready")).add(mail::Column::CreatedAtMs.lt(before))),
        What::Drafts => old!(draft, all().add(draft::Column::UpdatedAtMs.lt(before))),
        What::Imports => {
            let old = import_batch::Entity::find()
                .select_only()
                .column(import_batch::Column::Id)
                .filter(import_batch::Column::UpdatedAtMs.lt(before))
                .filter(import_batch::Column::Status.ne("running"))
                .into_query();
            let rows = all().add(import_row::Column::BatchId.in_subquery(old)).add(import_row::Column::TraineeId.is_null());
            old!(import_row, rows)
        }
        What::Registrations => {
            let answered = employer_registration::Column::Status.ne("waiting");
            old!(employer_registration, all().add(answered).add(employer_registration::Column::UpdatedAtMs.lt(before)))
        }
        What::Links => old!(one_time_link, all().add(one_time_link::Column::ExpiresAtMs.lt(before))),
        What::UnconfirmedAccounts => {
            old!(account, all().add(account::Column::Status.eq("unconfirmed")).add(account::Column::CreatedAtMs.lt(before)))
        }
        What::SealedAfterJourney => {
            let ended: Vec<Uuid> = trainee::Entity::find()
                .select_only()
                .column(trainee::Column::Id)
                .filter(trainee::Column::Journey.is_in(rule.journeys.iter().cloned()))
                .filter(trainee::Column::UpdatedAtMs.lt(before))
                .order_by_asc(trainee::Column::UpdatedAtMs)
                .limit(5_000)
                .into_tuple()
                .all(tx.conn())
                .await
                .map_err(StoreError::from)?;
            old!(sealed_record, all().add(sealed_record::Column::TraineeId.is_in(ended)))
        }
        What::Applicants | What::EndedJourneys => 0,
    };
    if rows > 0 && !dry {
        tx.note("retention", "rows", None, json!({ "what": rule.what, "rows": rows }));
    }
    tx.commit().await?;
    Ok(rows)
}

/// The reports of the last runs, the newest first.
///
/// # Errors
/// When the actor may not read the audit.
pub async fn reports(ctx: &Ctx<'_>) -> Result<Vec<(Moment, Vec<Line>)>, AppError> {
    permit(ctx.actor, Action::List, Subject::Audit)?;
    let rows = retention_report::Entity::find()
        .order_by_desc(retention_report::Column::AtMs)
        .limit(60)
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    rows.iter().map(|row| Ok((Moment::from_ms(row.at_ms), serde_json::from_str(&row.body)?))).collect()
}

/// Sees to it that a run waits for the coming night, and only one.
///
/// # Errors
/// When the database refuses.
pub async fn plan_next(state: &AppState, now: Moment) -> Result<(), AppError> {
    let tx = state.store.begin(None, now.ms()).await?;
    if !job::waits(&tx, JOB).await? {
        job::enqueue_at(&tx, JOB, &json!({}), next_night(now)).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Two o'clock in the morning, UTC.
fn next_night(now: Moment) -> i64 {
    const DAY_MS: i64 = 86_400_000;
    let today = now.ms() - now.ms().rem_euclid(DAY_MS) + 2 * 3_600_000;
    if today > now.ms() { today } else { today + DAY_MS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_night_lies_ahead_within_a_day() {
        for ms in [0, 7_199_999, 7_200_000, 50_000_000, 86_399_999] {
            let next = next_night(Moment::from_ms(ms));
            assert!(next > ms && next <= ms + 86_400_000, "{ms}: {next}");
        }
    }
}
