//! Match runs: ask for one, carry it out as a job, read it, replay it.

use super::{Ctx, corridors};
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::ids::{NeedId, TraineeId};
use passerelle_domain::matching::{Reason, ReasonCode};
use passerelle_engine::matching::policy::Mode;
use passerelle_engine::matching::score::Score;
use passerelle_engine::matching::snapshot::digest;
use passerelle_engine::matching::{
    Certificate, ENGINE_VERSION, Own, PairReport, Planned, Policy, RunResult, Snapshot, Stage, explain_pair, plan,
};
use passerelle_store::entity::{match_artifact, match_run, outcome, proposal};
use passerelle_store::list::{ListQuery, Page};
use passerelle_store::query::{ActiveModelTrait, EntityTrait};
use passerelle_store::{StoreError, Tx, job, list, record};
use rows::{outcome_rows, proposal_rows};
use uuid::Uuid;

pub mod fairness;
mod gather;
mod groups;
mod rows;
pub mod what_if;
pub use gather::{gather, gather_needs, gather_pair, gather_people};

/// Kind of the job that carries out a run.
pub const JOB: &str = "match_run";

/// What is asked of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    pub seed: Option<i64>,
    /// Pathways whose agreements are matched in this way take part; as the policy says without it.
    pub mode: Option<Mode>,
}

/// Ask for a run: the run and its job in one transaction.
///
/// # Errors
/// When the actor may not.
pub async fn request(ctx: &Ctx<'_>, asked: Asked) -> Result<match_run::Model, AppError> {
    permit(ctx.actor, Action::Create, Subject::MatchRun)?;
    let mut tx = ctx.begin().await?;
    let mode = asked.mode.unwrap_or(ctx.state.policy.mode);
    let run = queue(&mut tx, Some(ctx.actor.user.0), ctx.now, Asked { mode: Some(mode), ..asked }).await?;
    tx.commit().await?;
    Ok(run)
}

/// Adds a run and its job to a transaction.
///
/// # Errors
/// When the database refuses.
pub async fn queue(tx: &mut Tx, requested_by: Option<Uuid>, now: Moment, asked: Asked) -> Result<match_run::Model, AppError> {
    let run = match_run::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: now.ms(),
        updated_at_ms: now.ms(),
        status: "queued".into(),
        as_of: now.date(),
        seed: asked.seed.unwrap_or(1),
        mode: asked.mode.map(|mode| mode.as_str().to_owned()),
        requested_by,
        progress_percent: 0,
        stage: None,
        engine_version: None,
        policy_version: None,
        snapshot_digest: None,
        result_digest: None,
        summary: None,
        failure: None,
        finished_at_ms: None,
    };
    record::insert::<match_run::Entity>(tx, run.clone()).await?;
    job::enqueue(tx, JOB, &serde_json::json!({ "run_id": run.id })).await?;
    Ok(run)
}

/// One run.
///
/// # Errors
/// When the actor may not, or there is none.
pub async fn get(ctx: &Ctx<'_>, id: Uuid) -> Result<match_run::Model, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::MatchRun)?;
    record::find::<match_run::Entity>(ctx.state.store.read(), &scope, id).await?.ok_or(AppError::NotFound)
}

/// Runs, the newest first.
///
/// # Errors
/// When the actor may not.
pub async fn list(ctx: &Ctx<'_>) -> Result<Page<match_run::Model>, AppError> {
    let scope = permit(ctx.actor, Action::List, Subject::MatchRun)?;
    let query = ListQuery { limit: 50, sort: Some(("created_at_ms", true)), ..ListQuery::default() };
    Ok(list::page::<match_run::Entity>(ctx.state.store.read(), &scope, &query).await?)
}

/// What there is to say about a pair: the gates, the score, and what the run's certificate says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    pub report: PairReport,
    /// Why a lawful pair was or was not proposed; nothing where the gates say it, or where a run of before kept
    /// no certificate.
    pub assignment: Option<Reason>,
}

/// Why a pair is or is not proposed, judged on the facts of the run and not on today's.
///
/// Whoever asks must be allowed to see the proposal's or outcome's side: an institute asks about
/// its trainees, an employer about its needs; authorities about their country's people.
///
/// # Errors
/// When the run is unfinished, or the pair is not the actor's to ask about.
pub async fn why(ctx: &Ctx<'_>, run_id: Uuid, trainee: Uuid, need: Uuid) -> Result<Why, AppError> {
    permit(ctx.actor, Action::Read, Subject::Outcome)?;
    let knows_trainee = outcome_visible(ctx, run_id, "trainee", trainee).await?;
    let knows_need = outcome_visible(ctx, run_id, "need", need).await?;
    if !knows_trainee && !knows_need {
        return Err(AppError::NotFound);
    }
    same_policy(ctx.state, run_id).await?;
    let artifact = artifact(ctx.state, run_id).await?;
    let snapshot = snapshot_of(&artifact)?;
    let report = explain_pair(&snapshot, &ctx.state.policy, TraineeId(trainee), NeedId(need)).ok_or(AppError::NotFound)?;
    let certificate: Option<Certificate> = artifact.certificate.as_deref().map(serde_json::from_str).transpose()?;
    let assignment = match certificate.filter(|_| report.reasons.is_empty()) {
        Some(certificate) => {
            let own = own_proposal(ctx.state, run_id, trainee, &certificate).await?;
            certificate.why(&snapshot, &report, own.as_ref())
        }
        None => None,
    };
    // Whoever knows the need alone does not hear what the person has elsewhere, or how she stands on her own side.
    let hers =
        |code| matches!(code, ReasonCode::PairBetterOffer | ReasonCode::PairWaits | ReasonCode::PairFirstTurn | ReasonCode::PairPrice);
    let assignment = assignment.map(|reason| if !knows_trainee && hers(reason.code) { Reason::new(ReasonCode::OtherSide) } else { reason });
    Ok(Why { report: report.seen_from(knows_trainee, knows_need), assignment })
}

/// What the run proposed to a trainee.
async fn own_proposal(state: &AppState, run_id: Uuid, trainee: Uuid, certificate: &Certificate) -> Result<Option<Own>, AppError> {
    use passerelle_domain::corridor::PathwayId;
    use passerelle_store::query::{ColumnTrait, QueryFilter, QueryOrder};
    let found = proposal::Entity::find()
        .filter(proposal::Column::RunId.eq(run_id))
        .filter(proposal::Column::TraineeId.eq(trainee))
        // What the run itself proposed, before anything that she chose in a contingency case.
        .order_by_asc(proposal::Column::CreatedAtMs)
        .one(state.store.read())
        .await
        .map_err(StoreError::from)?;
    let Some(row) = found else { return Ok(None) };
    let score: Score = serde_json::from_str(&row.score_parts)?;
    let need = NeedId(row.need_id);
    let pathway = PathwayId::parse(&row.pathway).ok();
    let bar = pathway.and_then(|pathway| certificate.bar(need, &pathway));
    Ok(Some(Own { need, u: score.u, adds: bar.and_then(|bar| certificate.adds(bar, score.weight())) }))
}

async fn outcome_visible(ctx: &Ctx<'_>, run_id: Uuid, side: &str, subject: Uuid) -> Result<bool, AppError> {
    use passerelle_store::Record;
    use passerelle_store::query::{ColumnTrait, QueryFilter};
    let scope = permit(ctx.actor, Action::Read, Subject::Outcome)?;
    let found = outcome::Entity::find()
        .filter(outcome::Entity::visible(&scope))
        .filter(outcome::Column::RunId.eq(run_id))
        .filter(outcome::Column::Side.eq(side))
        .filter(outcome::Column::SubjectId.eq(subject))
        .one(ctx.state.store.read())
        .await;
    Ok(found.map_err(StoreError::from)?.is_some())
}

/// The facts of a finished run.
///
/// # Errors
/// When the run is not finished or its facts are of another format.
pub async fn load_snapshot(state: &AppState, run_id: Uuid) -> Result<Snapshot, AppError> {
    snapshot_of(&artifact(state, run_id).await?)
}

fn snapshot_of(artifact: &match_artifact::Model) -> Result<Snapshot, AppError> {
    Snapshot::from_json(&artifact.snapshot).map_err(|error| AppError::Conflict(error.to_string()))
}

/// The policy of a finished run, which is that of today, and its stored facts.
async fn facts_of(state: &AppState, run_id: Uuid) -> Result<(Policy, String), AppError> {
    use passerelle_store::query::{ColumnTrait, QueryFilter, QuerySelect};
    let policy = same_policy(state, run_id).await?;
    let found = match_artifact::Entity::find()
        .select_only()
        .column(match_artifact::Column::Snapshot)
        .filter(match_artifact::Column::RunId.eq(run_id))
        .into_tuple::<String>()
        .one(state.store.read())
        .await;
    Ok((policy, found.map_err(StoreError::from)?.ok_or(AppError::NotFound)?))
}

/// The policy of a run. Scores of today's policy say nothing about a run that another has made.
async fn same_policy(state: &AppState, run_id: Uuid) -> Result<Policy, AppError> {
    let run = match_run::Entity::find_by_id(run_id).one(state.store.read()).await.map_err(StoreError::from)?;
    let run = run.ok_or(AppError::NotFound)?;
    match &run.policy_version {
        Some(version) if *version != state.policy.version => Err(AppError::Conflict(format!(
            "the run was made with policy {version}, and {} is in force: start another run",
            state.policy.version
        ))),
        Some(_) => policy_of(state, &run),
        None => Err(AppError::Conflict("the run is not finished".into())),
    }
}

/// Threads that a run may use: all that the machine has.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

async fn artifact(state: &AppState, run_id: Uuid) -> Result<match_artifact::Model, AppError> {
    let found = match_artifact::Entity::find_by_id(run_id).one(state.store.read()).await.map_err(StoreError::from)?;
    found.ok_or(AppError::NotFound)
}

/// Carries a finished run out again from its stored facts and compares the bytes.
///
/// # Errors
/// When the run is unfinished, or its facts or policy cannot be used by this version.
pub async fn replay(state: &AppState, run_id: Uuid) -> Result<Replay, AppError> {
    let artifact = artifact(state, run_id).await?;
    let snapshot = snapshot_of(&artifact)?;
    let run = match_run::Entity::find_by_id(run_id).one(state.store.read()).await.map_err(StoreError::from)?;
    let policy = policy_of(state, &run.ok_or(AppError::NotFound)?)?;
    let result = plan(&snapshot, &policy, threads(), &mut |_, _| {})?.result;
    let bytes = serde_json::to_string(&result)?;
    Ok(Replay { same: bytes == artifact.result, result_digest: digest(&bytes), stored_digest: digest(&artifact.result), result: bytes })
}

/// The policy of today, choosing as the run does.
fn policy_of(state: &AppState, run: &match_run::Model) -> Result<Policy, AppError> {
    let Some(word) = &run.mode else { return Ok((*state.policy).clone()) };
    let mode = Mode::parse(word).map_err(|error| gather::corrupt("match_run", &error))?;
    Ok(state.policy.in_mode(mode))
}

/// What a replay found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    pub same: bool,
    pub result_digest: String,
    pub stored_digest: String,
    pub result: String,
}

/// Plans from a file, without any database.
///
/// # Errors
/// When the file is no snapshot of this format.
pub fn plan_offline(text: &str, policy: &Policy) -> Result<RunResult, AppError> {
    let snapshot = Snapshot::from_json(text).map_err(|error| AppError::Malformed(error.to_string()))?;
    Ok(plan(&snapshot, policy, threads(), &mut |_, _| {})?.result)
}

/// Carries out a run on behalf of a worker that holds its job. The result is written in the
/// transaction that finishes the job; if the lease was lost, nothing is written.
///
/// # Errors
/// [`AppError::Stale`] when another worker has taken over; otherwise what went wrong.
pub async fn carry_out(state: &AppState, held: &job_lease::Lease<'_>, run_id: Uuid) -> Result<(), AppError> {
    let run = match_run::Entity::find_by_id(run_id).one(state.store.read()).await.map_err(StoreError::from)?;
    let run = run.ok_or(AppError::NotFound)?;
    if run.status == "finished" {
        return finish_only(state, held).await;
    }
    let policy = policy_of(state, &run)?;
    let snapshot = gather(state, run.as_of, u64::try_from(run.seed).unwrap_or_default(), policy.mode).await?;
    let (sender, mut progress) = tokio::sync::mpsc::channel::<(Stage, u8)>(16);
    let planning = tokio::task::spawn_blocking(move || {
        // A full channel only means that nobody has looked yet: progress is for watching.
        let mut report = |stage, percent| {
            let _ = sender.try_send((stage, percent));
        };
        let planned = plan(&snapshot, &policy, threads(), &mut report)?;
        Ok::<_, AppError>((snapshot, planned))
    });
    while let Some((stage, percent)) = progress.recv().await {
        note_progress(state, run_id, stage, percent).await?;
    }
    let (snapshot, planned) = planning.await.map_err(AppError::internal)??;
    save(state, held, run, &snapshot, &planned).await
}

/// Another attempt had finished the run but not the job.
async fn finish_only(state: &AppState, held: &job_lease::Lease<'_>) -> Result<(), AppError> {
    let tx = state.store.begin(None, Moment::now().ms()).await?;
    job::finish(&tx, held.job_id, held.worker).await?;
    tx.commit().await?;
    Ok(())
}

async fn note_progress(state: &AppState, run_id: Uuid, stage: Stage, percent: u8) -> Result<(), AppError> {
    use passerelle_store::query::{ColumnTrait, Expr, QueryFilter};
    let tx = state.store.begin(None, Moment::now().ms()).await?;
    match_run::Entity::update_many()
        .col_expr(match_run::Column::Status, Expr::value("running"))
        .col_expr(match_run::Column::Stage, Expr::value(stage.as_str()))
        .col_expr(match_run::Column::ProgressPercent, Expr::value(i32::from(percent)))
        .filter(match_run::Column::Id.eq(run_id))
        // A worker that lost its lease must not set a finished run back.
        .filter(match_run::Column::Status.is_in(["queued", "running"]))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    tx.commit().await?;
    Ok(())
}

async fn save(
    state: &AppState,
    held: &job_lease::Lease<'_>,
    run: match_run::Model,
    snapshot: &Snapshot,
    Planned { result, certificate }: &Planned,
) -> Result<(), AppError> {
    let now = Moment::now();
    let text = serde_json::to_string(result)?;
    let result_digest = digest(&text);
    let mut tx = state.store.begin(None, now.ms()).await?;
    job::finish(&tx, held.job_id, held.worker).await?;
    let artifact = match_artifact::Model {
        run_id: run.id,
        snapshot: snapshot.to_json()?,
        result: text,
        certificate: Some(serde_json::to_string(certificate)?),
    };
    let insert = match_artifact::Entity::insert(match_artifact::ActiveModel::from(artifact).reset_all());
    insert.exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    let proposals = proposal_rows(&run, snapshot, result, now)?;
    record::insert_many::<proposal::Entity>(&mut tx, proposals.clone()).await?;
    super::privacy::disclosures::open_profiles(&mut tx, &proposals).await?;
    record::insert_many::<outcome::Entity>(&mut tx, outcome_rows(&run, snapshot, result, now)?).await?;
    let expected = run.version;
    let done = match_run::Model {
        status: "finished".into(),
        progress_percent: 100,
        stage: None,
        engine_version: Some(ENGINE_VERSION.into()),
        policy_version: Some(result.policy_version.clone()),
        snapshot_digest: Some(result.snapshot_digest.clone()),
        result_digest: Some(result_digest),
        summary: Some(serde_json::to_string(&result.totals)?),
        finished_at_ms: Some(now.ms()),
        ..run
    };
    record::update::<match_run::Entity>(&mut tx, done, expected, &["status", "result_digest"]).await?;
    tx.commit().await?;
    Ok(())
}

/// Notes that a run was given up.
///
/// # Errors
/// When the database refuses.
pub async fn give_up(tx: &mut Tx, run_id: Uuid, why: &str) -> Result<(), AppError> {
    let Some(run) = record::hold::<match_run::Entity>(tx, run_id).await? else { return Ok(()) };
    let expected = run.version;
    let failed = match_run::Model { status: "failed".into(), failure: Some(why.into()), ..run };
    record::update::<match_run::Entity>(tx, failed, expected, &["status"]).await?;
    Ok(())
}

/// A worker's hold on a job.
pub mod job_lease {
    use uuid::Uuid;

    #[derive(Debug, Clone, Copy)]
    pub struct Lease<'a> {
        pub job_id: Uuid,
        pub worker: &'a str,
    }
}

/// All packs that a snapshot draws on.
pub(crate) async fn packs(
    conn: &impl passerelle_store::query::ConnectionTrait,
    day: chrono::NaiveDate,
) -> Result<Vec<passerelle_domain::corridor::CorridorPack>, AppError> {
    corridors::all_on(conn, day).await
}
