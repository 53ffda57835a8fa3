//! Everything that the situations of some people are made from, read with a fixed number of statements.

use super::Stopped;
use super::posts::{alternatives_of, elsewhere, topped_up};
use crate::app::contingency::{facts, plans, settlement};
use crate::app::corridors;
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::contingency::Response;
use passerelle_domain::contingency::plan::Plan;
use passerelle_domain::corridor::{CorridorPack, QuotaSide};
use passerelle_domain::ids::TraineeId;
use passerelle_domain::people::{Answer, Decision, NeedStatus, OrganisationKind, OrganisationStatus, RecognitionState};
use passerelle_domain::privacy::SealedKind;
use passerelle_engine::matching::Alternatives;
use passerelle_store::StoreError;
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait, SelectStatement};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Rows that one statement asks for by their identifiers.
pub(super) const CHUNK: usize = 5_000;

/// Everything that the situations of some people are made from.
pub(super) struct Known {
    pub(super) people: BTreeMap<Uuid, trainee::Model>,
    pub(super) packs: BTreeMap<String, CorridorPack>,
    /// Identifiers of people who must not be sent or kept where they fled from.
    pub(super) protected: BTreeSet<Uuid>,
    pub(super) deferred: BTreeMap<Uuid, u32>,
    /// What earlier cases of theirs have lost.
    pub(super) lost: BTreeMap<Uuid, settlement::Lost>,
    /// Last days on which a decision about their qualification can be met.
    pub(super) remedies: BTreeMap<Uuid, NaiveDate>,
    pub(super) languages: BTreeMap<Uuid, Vec<language_certificate::Model>>,
    pub(super) budget: BTreeMap<(Uuid, String), Vec<budget_line::Model>>,
    pub(super) institutes: BTreeMap<Uuid, String>,
    /// Institutes that teach an occupation, by country.
    pub(super) taught: Taught,
    pub(super) at_home: Vec<need::Model>,
    pub(super) needs: BTreeMap<Uuid, need::Model>,
    /// The post that both sides had agreed on, and its employer.
    pub(super) current: BTreeMap<Uuid, (Uuid, Uuid)>,
    pub(super) found: BTreeMap<TraineeId, Alternatives>,
    /// Posts in other occupations that the plan lets them go over to, with the occupation.
    pub(super) elsewhere: BTreeMap<Uuid, Vec<(String, Alternatives)>>,
    /// People whose employer has raised their wage since the report.
    pub(super) topped_up: BTreeSet<Uuid>,
    pub(super) exempt: BTreeSet<(String, String)>,
    /// People who owe a loan for their way.
    pub(super) in_debt: BTreeSet<Uuid>,
    /// What the agreements that bind them have laid down.
    pub(super) plans: BTreeMap<Uuid, Plan>,
    /// What is being written, where plans are compared.
    pub(super) drafts: BTreeMap<Uuid, Plan>,
}

impl Known {
    pub(super) async fn gather(
        state: &AppState,
        conn: &impl ConnectionTrait,
        stopped: &[Stopped],
        today: NaiveDate,
        with_drafts: bool,
    ) -> Result<Self, AppError> {
        let ids: BTreeSet<Uuid> = stopped.iter().map(|one| one.journey.trainee_id).collect();
        let people: BTreeMap<Uuid, trainee::Model> =
            chunked::<trainee::Entity>(conn, trainee::Column::Id, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
        let packs: BTreeMap<String, CorridorPack> =
            corridors::latest_all(conn).await?.into_iter().map(|pack| (pack.id.to_string(), pack)).collect();
        let sealed = chunked::<sealed_record::Entity>(conn, sealed_record::Column::TraineeId, &ids).await?;
        let protected = sealed.into_iter().filter(|row| row.kind == SealedKind::Asylum.as_str()).map(|row| row.trainee_id).collect();
        let loans = chunked::<training_loan::Entity>(conn, training_loan::Column::TraineeId, &ids).await?;
        let in_debt = loans.iter().filter(|row| row.amount_minor > row.relieved_minor).map(|row| row.trainee_id).collect();
        let before = chunked::<contingency_case::Entity>(conn, contingency_case::Column::TraineeId, &ids).await?;
        let noticed = [RecognitionState::DecidedPartial, RecognitionState::DecidedRefused].map(RecognitionState::as_str);
        let decided = chunked::<recognition_case::Entity>(conn, recognition_case::Column::TraineeId, &ids).await?;
        let remedies = decided
            .into_iter()
            .filter(|row| noticed.contains(&row.state.as_str()))
            .filter_map(|row| Some((row.trainee_id, row.due_on?)))
            .collect();
        let mut languages: BTreeMap<Uuid, Vec<language_certificate::Model>> = BTreeMap::new();
        for row in chunked::<language_certificate::Entity>(conn, language_certificate::Column::TraineeId, &ids).await? {
            languages.entry(row.trainee_id).or_default().push(row);
        }
        let mut budget: BTreeMap<(Uuid, String), Vec<budget_line::Model>> = BTreeMap::new();
        let cohorts: BTreeSet<Uuid> = people.values().filter_map(|person| person.cohort_id).collect();
        for row in chunked::<budget_line::Entity>(conn, budget_line::Column::CohortId, &cohorts).await? {
            budget.entry((row.cohort_id, row.track.clone())).or_default().push(row);
        }
        let (institutes, taught) = teaching(conn).await?;
        let at_home = need::Entity::find()
            .filter(need::Column::Side.eq(QuotaSide::Origin.as_str()))
            .filter(need::Column::Status.eq(NeedStatus::Open.as_str()))
            .filter(need::Column::StartTo.gte(today))
            .filter(need::Column::EmployerId.in_subquery(in_good_standing()))
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        let agreed = chunked::<proposal::Entity>(conn, proposal::Column::TraineeId, &ids).await?;
        let accepted = Decision::Accepted.as_str();
        let current = agreed
            .iter()
            .filter(|row| row.trainee_decision == accepted && row.employer_decision == accepted)
            .map(|row| (row.trainee_id, (row.need_id, row.employer_id)))
            .collect();
        let topped_up = topped_up(conn, stopped, agreed.iter().filter(|row| row.employer_decision == accepted)).await?;
        let plans = plans::of_people(conn, &people, plans::Wording::InForce).await?;
        let drafts = if with_drafts { plans::of_people(conn, &people, plans::Wording::Draft).await? } else { BTreeMap::new() };
        let found = alternatives_of(state, conn, ids.into_iter().collect(), &BTreeMap::new(), today).await?;
        let elsewhere = elsewhere(state, conn, stopped, &people, &[&plans, &drafts], today).await?;
        let others = elsewhere.values().flatten().map(|(_, found)| found);
        let posts: BTreeSet<Uuid> = found.values().chain(others).flat_map(|found| found.posts.iter().map(|post| post.need.0)).collect();
        let needs = chunked::<need::Entity>(conn, need::Column::Id, &posts).await?.into_iter().map(|row| (row.id, row)).collect();
        let agreements = agreement::Entity::find().all(conn).await.map_err(StoreError::from)?;
        let exempt = agreements.into_iter().filter(|row| row.between_governments).map(|row| (row.pack, row.origin)).collect();
        let deferred = deferred(&before)?;
        let mut cases: BTreeMap<Uuid, Vec<contingency_case::Model>> = BTreeMap::new();
        before.into_iter().filter(|row| row.settlement.is_some()).for_each(|row| cases.entry(row.trainee_id).or_default().push(row));
        let lost = cases.iter().map(|(person, rows)| Ok((*person, settlement::lost_in(rows)?))).collect::<Result<_, AppError>>()?;
        Ok(Self {
            plans,
            drafts,
            people,
            packs,
            protected,
            deferred,
            lost,
            remedies,
            languages,
            budget,
            institutes,
            taught,
            at_home,
            needs,
            current,
            found,
            elsewhere,
            topped_up,
            exempt,
            in_debt,
        })
    }
}

/// Employers that may take somebody on: neither suspended nor insolvent, and nothing open against them.
fn in_good_standing() -> SelectStatement {
    organisation::Entity::find()
        .select_only()
        .column(organisation::Column::Id)
        .filter(organisation::Column::Status.eq(OrganisationStatus::Active.as_str()))
        .filter(organisation::Column::Insolvent.ne(Answer::Yes.as_str()))
        .filter(organisation::Column::OpenSanction.ne(Answer::Yes.as_str()))
        .into_query()
}

pub(super) async fn chunked<E: EntityTrait>(
    conn: &impl ConnectionTrait,
    column: impl ColumnTrait,
    ids: &BTreeSet<Uuid>,
) -> Result<Vec<E::Model>, AppError> {
    let ids: Vec<Uuid> = ids.iter().copied().collect();
    let mut rows = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let find = E::find().filter(column.is_in(chunk.iter().copied()));
        rows.extend(find.all(conn).await.map_err(StoreError::from)?);
    }
    Ok(rows)
}

/// Institutes that teach an occupation, by country and occupation.
pub(in crate::app::contingency) type Taught = BTreeMap<(String, String), BTreeSet<Uuid>>;

/// Countries of institutes, and who teaches what where.
pub(in crate::app::contingency) async fn teaching(conn: &impl ConnectionTrait) -> Result<(BTreeMap<Uuid, String>, Taught), AppError> {
    let rows = organisation::Entity::find()
        .select_only()
        .columns([organisation::Column::Id, organisation::Column::Country])
        .filter(organisation::Column::Kind.eq(OrganisationKind::Institute.as_str()))
        .into_tuple::<(Uuid, String)>()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let institutes: BTreeMap<Uuid, String> = rows.into_iter().collect();
    let programmes = programme::Entity::find()
        .select_only()
        .columns([programme::Column::InstituteId, programme::Column::Occupation])
        .distinct()
        .into_tuple::<(Uuid, String)>()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut taught = Taught::new();
    for (institute, occupation) in programmes {
        if let Some(country) = institutes.get(&institute) {
            taught.entry((country.clone(), occupation)).or_default().insert(institute);
        }
    }
    Ok((institutes, taught))
}

/// Days that people have been held back by earlier cases that ended in going on as before.
fn deferred(before: &[contingency_case::Model]) -> Result<BTreeMap<Uuid, u32>, AppError> {
    let mut deferred = BTreeMap::new();
    for row in before {
        let case = facts(row)?;
        let waited = case.outcome.is_some_and(|outcome| matches!(outcome, Response::Defer | Response::ExtendPapers | Response::Medical));
        if waited {
            let until = case.ended_on.unwrap_or(case.since);
            let days = u32::try_from((until - case.reported_on).num_days()).unwrap_or(0);
            *deferred.entry(row.trainee_id).or_insert(0) += days;
        }
    }
    Ok(deferred)
}
