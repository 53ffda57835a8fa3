//! Gathers the facts of a run from the database: one read transaction, a fixed number of queries
//! whatever the size.

mod facts;

use super::packs;
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use facts::{Papers, in_force, need_facts, pathway_facts, quota_facts, trainee_facts};
use passerelle_domain::corridor::{CorridorPack, PathwayId, QuotaSide};
use passerelle_domain::law::*;
use passerelle_domain::occupation::ConceptUri;
use passerelle_domain::parse::ParseError;
use passerelle_domain::people::*;
use passerelle_engine::matching::Snapshot;
use passerelle_engine::matching::policy::Mode;
use passerelle_engine::matching::snapshot::SNAPSHOT_FORMAT;
use passerelle_store::StoreError;
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Reads everything that a run on that day needs: the pathways whose agreements are matched in its way, and all
/// needs and people.
///
/// # Errors
/// When the database cannot be read, or holds a text that is no value of its kind.
pub async fn gather(state: &AppState, as_of: NaiveDate, seed: u64, mode: Mode) -> Result<Snapshot, AppError> {
    let tx = state.store.snapshot().await?;
    let snapshot = gather_in(&tx, state, as_of, seed, Of::Run(mode)).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(snapshot)
}

/// The same for one trainee and one need, inside a transaction: the facts of today about a pair.
///
/// # Errors
/// As [`gather`].
pub async fn gather_pair(
    conn: &impl ConnectionTrait,
    state: &AppState,
    day: NaiveDate,
    trainee: Uuid,
    need: Uuid,
) -> Result<Snapshot, AppError> {
    gather_in(conn, state, day, 0, Of::Pair(trainee, need)).await
}

/// The facts of the day about some people and all needs, whatever way their pathways are matched in: what else there is
/// for somebody who lost her place.
///
/// # Errors
/// As [`gather`].
pub async fn gather_people(conn: &impl ConnectionTrait, state: &AppState, day: NaiveDate, people: &[Uuid]) -> Result<Snapshot, AppError> {
    gather_in(conn, state, day, 0, Of::People(people)).await
}

/// What the law reads of needs before anybody is proposed for them.
#[derive(Debug)]
pub struct NeedLaw {
    pub book: RuleBook,
    pub pathways: Vec<PathwayFacts>,
    pub quotas: Vec<QuotaFacts>,
    pub needs: Vec<NeedFacts>,
}

/// The facts of the day about some needs of the destination's side, with a fixed number of queries.
///
/// # Errors
/// As [`gather`].
pub async fn gather_needs(
    conn: &impl ConnectionTrait,
    state: &AppState,
    day: NaiveDate,
    rows: Vec<need::Model>,
) -> Result<NeedLaw, AppError> {
    let agreements = all::<agreement::Entity>(conn).await?;
    let employers: BTreeSet<Uuid> = rows.iter().map(|row| row.employer_id).collect();
    let found = organisation::Entity::find().filter(organisation::Column::Id.is_in(employers)).all(conn).await.map_err(StoreError::from)?;
    let employers: BTreeMap<Uuid, organisation::Model> = found.into_iter().map(|row| (row.id, row)).collect();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut skills = BTreeMap::new();
    for chunk in ids.chunks(10_000) {
        let find = need_skill::Entity::find().filter(need_skill::Column::NeedId.is_in(chunk.iter().copied()));
        skills.append(&mut grouped(find.all(conn).await.map_err(StoreError::from)?, |row| row.need_id));
    }
    let mut needs = Vec::with_capacity(rows.len());
    for row in rows.into_iter().filter(|row| row.side == QuotaSide::Destination.as_str()) {
        let Some(employer) = employers.get(&row.employer_id) else { continue };
        let skills = skills.remove(&row.id).unwrap_or_default();
        needs.push(need_facts(row, employer, None, skills, vec![]).map_err(|error| corrupt("need", &error))?);
    }
    let law = crate::app::law::current(state, conn).await?;
    let packs = packs(conn, day).await?;
    let quotas: Result<Vec<QuotaFacts>, ParseError> = quotas_on(conn, day).await?.into_iter().map(quota_facts).collect();
    Ok(NeedLaw {
        book: law.catalogue.book(&law.reference, Severity::Block),
        pathways: packs.iter().flat_map(|pack| pathway_facts(pack, &agreements, day)).collect(),
        quotas: quotas.map_err(|error| corrupt("quota", &error))?,
        needs,
    })
}

async fn quotas_on(conn: &impl ConnectionTrait, day: NaiveDate) -> Result<Vec<quota::Model>, AppError> {
    let find = quota::Entity::find().filter(quota::Column::PeriodFrom.lte(day)).filter(quota::Column::PeriodTo.gte(day));
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

/// What facts are gathered of.
#[derive(Debug, Clone, Copy)]
enum Of<'a> {
    /// All people and needs, for a run that chooses in this way.
    Run(Mode),
    Pair(Uuid, Uuid),
    /// Some people and all needs.
    People(&'a [Uuid]),
}

impl Of<'_> {
    /// The one person, and the one need.
    fn pair(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Run(_) => (None, None),
            Self::Pair(trainee, need) => (Some(trainee), Some(need)),
            Self::People([one]) => (Some(*one), None),
            Self::People(_) => (None, None),
        }
    }

    /// Whether somebody takes part.
    fn is_about(self, person: &BTreeSet<Uuid>, id: Uuid) -> bool {
        !matches!(self, Self::People(_)) || person.contains(&id)
    }

    /// Whether the pathways of a pack take part: in the way that its agreements in force name, or in the usual one where
    /// they name none, or more than one.
    fn takes(self, pack: &CorridorPack, agreements: &[agreement::Model], usual: Mode, day: NaiveDate) -> bool {
        let Self::Run(mode) = self else { return true };
        let of_pack = agreements.iter().filter(|row| row.pack == pack.id.as_str() && in_force(row, day));
        let named: BTreeSet<&str> = of_pack.filter_map(|row| row.matching_mode.as_deref()).collect();
        let one = named.first().filter(|_| named.len() == 1).copied();
        one.unwrap_or(usual.as_str()) == mode.as_str()
    }
}

async fn gather_in(
    tx: &impl ConnectionTrait,
    state: &AppState,
    as_of: NaiveDate,
    seed: u64,
    of_what: Of<'_>,
) -> Result<Snapshot, AppError> {
    let agreements = all::<agreement::Entity>(tx).await?;
    let mut packs = packs(tx, as_of).await?;
    let mut elsewhere = BTreeSet::new();
    packs.retain(|pack| {
        let takes = of_what.takes(pack, &agreements, state.policy.mode, as_of);
        if !takes {
            elsewhere.insert(pack.id.to_string());
        }
        takes
    });
    let (trainee, need) = of_what.pair();
    let organisations: BTreeMap<Uuid, organisation::Model> =
        all::<organisation::Entity>(tx).await?.into_iter().map(|row| (row.id, row)).collect();
    let sites: BTreeMap<Uuid, site::Model> = all::<site::Entity>(tx).await?.into_iter().map(|row| (row.id, row)).collect();
    let mut languages =
        grouped(of::<language_certificate::Entity>(tx, language_certificate::Column::TraineeId, trainee).await?, |row| row.trainee_id);
    let mut skills = grouped(of::<skill_claim::Entity>(tx, skill_claim::Column::TraineeId, trainee).await?, |row| row.trainee_id);
    let mut cases = grouped(of::<recognition_case::Entity>(tx, recognition_case::Column::TraineeId, trainee).await?, |row| row.trainee_id);
    let mut need_skills = grouped(of::<need_skill::Entity>(tx, need_skill::Column::NeedId, need).await?, |row| row.need_id);
    let mut pools = grouped(of::<seat_pool::Entity>(tx, seat_pool::Column::NeedId, need).await?, |row| row.need_id);
    // Who has not agreed is not compared with anything: her data do not even enter the snapshot.
    let agreed = crate::app::privacy::consents::matchable(tx, trainee).await?;
    let first_turns = crate::app::contingency::first_turns(tx, as_of, trainee).await?;
    let mut trainee_rows = of::<trainee::Entity>(tx, trainee::Column::Id, trainee).await?;
    let some: BTreeSet<Uuid> = if let Of::People(people) = of_what { people.iter().copied().collect() } else { BTreeSet::new() };
    trainee_rows.retain(|row| {
        of_what.is_about(&some, row.id) && agreed.contains(&row.id) && row.merged_into.is_none() && row.erased_at_ms.is_none()
    });
    let need_rows = of::<need::Entity>(tx, need::Column::Id, need).await?;
    let quota_rows = quotas_on(tx, as_of).await?;
    let broader_rows = broader(tx).await?;
    let pairs = agreed_pairs(tx).await?;
    let taken = taken_seats(&pairs, trainee);
    // Whoever has a match while still in training seeks no other; the pair that is asked about is judged as it is.
    let agreed_people: BTreeSet<Uuid> = pairs.iter().map(|row| row.trainee_id).collect();
    let matched: BTreeSet<Uuid> = if trainee.is_none() { pairs.iter().map(|row| row.trainee_id).collect() } else { BTreeSet::new() };

    let mut trainees = Vec::with_capacity(trainee_rows.len());
    for row in trainee_rows {
        let id = row.id;
        let papers = Papers {
            languages: languages.remove(&id).unwrap_or_default(),
            skills: skills.remove(&id).unwrap_or_default(),
            cases: cases.remove(&id).unwrap_or_default(),
        };
        let mut facts = trainee_facts(row, papers).map_err(|error| corrupt("trainee", &error))?;
        if matched.contains(&id) && facts.journey.seeks_match() {
            facts.journey = JourneyState::Matched;
        }
        // Whoever lost her employer waits as matched for another one, and seeks it.
        if facts.journey == JourneyState::Matched && !agreed_people.contains(&id) {
            facts.journey = JourneyState::Certified;
        }
        facts.first_turn = first_turns.contains(&id);
        trainees.push(facts);
    }
    let mut needs = Vec::with_capacity(need_rows.len());
    // A need of the origin's side is served by the home track, not by a pathway.
    for row in need_rows.into_iter().filter(|row| row.side == QuotaSide::Destination.as_str()) {
        let Some(employer) = organisations.get(&row.employer_id) else { continue };
        let subdivision = row.site_id.and_then(|id| sites.get(&id)).and_then(|site| site.subdivision.clone());
        let (skills, mut seats) = (need_skills.remove(&row.id).unwrap_or_default(), pools.remove(&row.id).unwrap_or_default());
        // What is matched in another way is not told that nothing serves it: it has a run of its own.
        let had_seats = !seats.is_empty();
        seats.retain(|pool| !elsewhere.contains(pool.pathway.split('/').next().unwrap_or_default()));
        if had_seats && seats.is_empty() {
            continue;
        }
        for pool in &mut seats {
            pool.seats -= taken.get(&(pool.need_id, pool.pathway.clone())).copied().unwrap_or(0).min(pool.seats);
        }
        needs.push(need_facts(row, employer, subdivision, skills, seats).map_err(|error| corrupt("need", &error))?);
    }
    let law = crate::app::law::current(state, tx).await?;
    let quotas: Result<Vec<QuotaFacts>, ParseError> = quota_rows.into_iter().map(quota_facts).collect();
    let mut snapshot = Snapshot {
        format: SNAPSHOT_FORMAT.into(),
        as_of,
        seed,
        book: law.catalogue.book(&law.reference, Severity::Block),
        pathways: packs.iter().flat_map(|pack| pathway_facts(pack, &agreements, as_of)).collect(),
        trainees,
        needs,
        quotas: quotas.map_err(|error| corrupt("quota", &error))?,
        broader: broader_rows,
        elsewhere,
        seat_worth: if state.policy.hold_back_percent > 0 { seat_worth(tx).await? } else { BTreeMap::new() },
    };
    keep_used_skills(&mut snapshot);
    snapshot.canonical().map_err(AppError::internal)?;
    Ok(snapshot)
}

/// Runs of before whose prices say what a seat is worth, and how many are looked through for them.
const RUNS_OF_BEFORE: usize = 3;
const LOOKED_THROUGH: u64 = 12;

/// What one seat more of a pathway was worth, on the average of the newest runs that have prices.
async fn seat_worth(conn: &impl ConnectionTrait) -> Result<BTreeMap<PathwayId, u32>, AppError> {
    use passerelle_store::query::{QueryOrder, QuerySelect};
    let newest = match_run::Entity::find()
        .filter(match_run::Column::Status.eq("finished"))
        .order_by_desc(match_run::Column::CreatedAtMs)
        .limit(LOOKED_THROUGH)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let kept = match_artifact::Entity::find()
        .select_only()
        .columns([match_artifact::Column::RunId, match_artifact::Column::Certificate])
        .filter(match_artifact::Column::RunId.is_in(newest.iter().map(|run| run.id)))
        .into_tuple::<(Uuid, Option<String>)>()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut sums: BTreeMap<PathwayId, (u64, u64)> = BTreeMap::new();
    let kept: BTreeMap<Uuid, Option<String>> = kept.into_iter().collect();
    let mut worths = Vec::new();
    for text in newest.iter().filter_map(|run| kept.get(&run.id)?.as_deref()) {
        let certificate: passerelle_engine::matching::Certificate = serde_json::from_str(text)?;
        worths.push(certificate.seat_worth());
    }
    for worths in worths.into_iter().filter(|worths| !worths.is_empty()).take(RUNS_OF_BEFORE) {
        for (pathway, worth) in worths {
            let (sum, count) = sums.entry(pathway).or_default();
            (*sum, *count) = (*sum + u64::from(worth), *count + 1);
        }
    }
    Ok(sums.into_iter().map(|(pathway, (sum, count))| (pathway, u32::try_from(sum / count).unwrap_or(u32::MAX))).collect())
}

async fn all<E: EntityTrait>(conn: &impl ConnectionTrait) -> Result<Vec<E::Model>, AppError> {
    Ok(E::find().all(conn).await.map_err(StoreError::from)?)
}

/// The rows of one owner, or all.
async fn of<E: EntityTrait>(conn: &impl ConnectionTrait, column: impl ColumnTrait, owner: Option<Uuid>) -> Result<Vec<E::Model>, AppError> {
    let find = match owner {
        Some(id) => E::find().filter(column.eq(id)),
        None => E::find(),
    };
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

/// Proposals on which both sides have agreed.
async fn agreed_pairs(conn: &impl ConnectionTrait) -> Result<Vec<proposal::Model>, AppError> {
    let accepted = Decision::Accepted.as_str();
    let find = proposal::Entity::find()
        .filter(proposal::Column::TraineeDecision.eq(accepted))
        .filter(proposal::Column::EmployerDecision.eq(accepted));
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

/// Seats that two people have agreed on, by need and pathway; not counting one trainee's own.
fn taken_seats(pairs: &[proposal::Model], except: Option<Uuid>) -> BTreeMap<(Uuid, String), i64> {
    let mut taken = BTreeMap::new();
    for row in pairs.iter().filter(|row| Some(row.trainee_id) != except) {
        *taken.entry((row.need_id, row.pathway.clone())).or_insert(0) += 1;
    }
    taken
}

fn grouped<R>(rows: Vec<R>, key: impl Fn(&R) -> Uuid) -> BTreeMap<Uuid, Vec<R>> {
    let mut groups: BTreeMap<Uuid, Vec<R>> = BTreeMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}

pub(super) fn corrupt(table: &'static str, error: &ParseError) -> AppError {
    AppError::internal(format!("table {table} holds a value that {}", error.detail))
}

/// Broader concepts of skills, in the newest version of the classification.
async fn broader(conn: &impl ConnectionTrait) -> Result<BTreeMap<ConceptUri, Vec<ConceptUri>>, AppError> {
    use passerelle_store::query::QueryOrder;
    let newest =
        concept_import::Entity::find().order_by_desc(concept_import::Column::ImportedAtMs).one(conn).await.map_err(StoreError::from)?;
    let Some(newest) = newest else { return Ok(BTreeMap::new()) };
    let concepts = concept::Entity::find()
        .filter(concept::Column::SchemeVersion.eq(newest.scheme_version))
        .filter(concept::Column::Kind.is_in(["skill", "skill_group"]))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let uris: BTreeMap<i64, ConceptUri> = concepts.iter().filter_map(|row| Some((row.id, ConceptUri::parse(&row.uri).ok()?))).collect();
    let relations = concept_relation::Entity::find().filter(concept_relation::Column::Kind.eq("broader")).all(conn).await;
    let mut broader: BTreeMap<ConceptUri, Vec<ConceptUri>> = BTreeMap::new();
    for relation in relations.map_err(StoreError::from)? {
        if let (Some(from), Some(to)) = (uris.get(&relation.from_id), uris.get(&relation.to_id)) {
            broader.entry(from.clone()).or_default().push(to.clone());
        }
    }
    broader.values_mut().for_each(|list| list.sort());
    Ok(broader)
}

/// A snapshot carries the hierarchy of the skills that occur, not of the whole classification.
fn keep_used_skills(snapshot: &mut Snapshot) {
    let used: BTreeSet<ConceptUri> = snapshot
        .trainees
        .iter()
        .flat_map(|trainee| trainee.skills.iter().map(|skill| skill.skill.clone()))
        .chain(snapshot.needs.iter().flat_map(|need| need.skills.iter().map(|skill| skill.skill.clone())))
        .collect();
    snapshot.broader.retain(|skill, _| used.contains(skill));
}
