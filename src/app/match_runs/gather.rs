//! Gathers the facts of a run from the database: one read transaction, a fixed number of queries
//! whatever the size.

use super::packs;
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::corridor::{CorridorPack, LanguageStage, PathwayId, QuotaSide, WagePeriod};
use passerelle_domain::country::{CountryCode, SubdivisionCode};
use passerelle_domain::ids::{NeedId, OrganisationId, TraineeId};
use passerelle_domain::language::{LanguageLevel, LanguageScale, LanguageTag};
use passerelle_domain::law::*;
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::occupation::{ConceptUri, IscoCode};
use passerelle_domain::parse::ParseError;
use passerelle_domain::people::*;
use passerelle_domain::period::DateWindow;
use passerelle_engine::matching::Snapshot;
use passerelle_engine::matching::policy::Mode;
use passerelle_engine::matching::snapshot::SNAPSHOT_FORMAT;
use passerelle_engine::pathway::{Objective, PathwayGraph, Standing, routes, simulate};
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

struct Papers {
    languages: Vec<language_certificate::Model>,
    skills: Vec<skill_claim::Model>,
    cases: Vec<recognition_case::Model>,
}

fn trainee_facts(row: trainee::Model, papers: Papers) -> Result<TraineeFacts, ParseError> {
    let countries = |joined: &str| joined.split(',').filter(|code| !code.is_empty()).map(CountryCode::parse).collect::<Result<Vec<_>, _>>();
    Ok(TraineeFacts {
        id: TraineeId(row.id),
        birth_date: row.birth_date,
        nationalities: countries(&row.nationalities)?,
        habitual_residence: CountryCode::parse(&row.habitual_residence)?,
        training_country: CountryCode::parse(&row.training_country)?,
        institute: OrganisationId(row.institute_id),
        occupation: IscoCode::parse(&row.occupation)?,
        track: Track::parse(&row.track)?,
        journey: JourneyState::parse(&row.journey)?,
        ready_on: row.ready_on,
        passport_valid_to: row.passport_valid_to,
        identity_confirmed: Answer::parse(&row.identity_confirmed)?,
        possible_duplicate: row.possible_duplicate,
        languages: sorted(papers.languages.into_iter().map(language_fact).collect::<Result<_, _>>()?, |fact| {
            (fact.language.clone(), fact.level.to_string(), fact.expires_on)
        }),
        skills: papers
            .skills
            .into_iter()
            .map(|claim| Ok(SkillFact { skill: ConceptUri::parse(&claim.skill)?, provenance: SkillProvenance::parse(&claim.provenance)? }))
            .collect::<Result<_, ParseError>>()?,
        recognitions: sorted(
            papers
                .cases
                .into_iter()
                .map(|case| {
                    Ok(RecognitionFact {
                        destination: CountryCode::parse(&case.destination)?,
                        occupation: IscoCode::parse(&case.occupation)?,
                        state: RecognitionState::parse(&case.state)?,
                    })
                })
                .collect::<Result<_, ParseError>>()?,
            |fact| (fact.destination, fact.occupation, fact.state),
        ),
        preferred_destinations: countries(&row.preferred_destinations)?,
        waiting_since: row.waiting_since,
        merit: i32::try_from(row.merit).unwrap_or_default(),
        first_turn: false,
    })
}

fn sorted<T, K: Ord>(mut list: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    list.sort_by_key(key);
    list
}

/// The level that counts is the lowest that the certificate shows.
fn language_fact(row: language_certificate::Model) -> Result<LanguageFact, ParseError> {
    let scale = LanguageScale::parse(&row.scale)?;
    let mut level = LanguageLevel::on(scale, &row.level)?;
    for part in [row.listening, row.reading, row.speaking, row.writing].into_iter().flatten() {
        let part = LanguageLevel::on(scale, &part)?;
        if part.steps_above(&level).is_some_and(|steps| steps < 0) {
            level = part;
        }
    }
    Ok(LanguageFact { language: LanguageTag::parse(&row.language)?, level, expires_on: row.expires_on })
}

fn need_facts(
    row: need::Model,
    employer: &organisation::Model,
    subdivision: Option<String>,
    skills: Vec<need_skill::Model>,
    pools: Vec<seat_pool::Model>,
) -> Result<NeedFacts, ParseError> {
    let currency = if row.currency.is_empty() { None } else { Some(Currency::parse(&row.currency)?) };
    let money = |minor: Option<i64>| Some(Money::new(minor?, currency?));
    let language = match (&row.language, &row.language_level) {
        (Some(language), Some(level)) => Some((LanguageTag::parse(language)?, LanguageLevel::parse(level)?)),
        _ => None,
    };
    Ok(NeedFacts {
        id: NeedId(row.id),
        employer: EmployerFacts {
            id: OrganisationId(employer.id),
            suspended: employer.status == OrganisationStatus::Suspended.as_str(),
            licence_valid_to: employer.licence_valid_to,
            insolvent: Answer::parse(&employer.insolvent)?,
            open_sanction: Answer::parse(&employer.open_sanction)?,
            unpaid_wage_judgment: Answer::parse(&employer.unpaid_wage_judgment)?,
            provides_housing: employer.provides_housing,
            housing_approved: Answer::parse(&employer.housing_approved)?,
        },
        country: CountryCode::parse(&row.country)?,
        occupation: IscoCode::parse(&row.occupation)?,
        skills: skills
            .into_iter()
            .map(|skill| {
                Ok(NeedSkill {
                    skill: ConceptUri::parse(&skill.skill)?,
                    importance: SkillImportance::parse(&skill.importance)?,
                    weight: i32::try_from(skill.weight).unwrap_or(1),
                })
            })
            .collect::<Result<_, ParseError>>()?,
        start: DateWindow::new(row.start_from, row.start_to)?,
        wage: money(row.wage_minor),
        wage_per: WagePeriod::parse(&row.wage_per)?,
        hours_per_week_centi: row.hours_per_week_centi,
        comparable_wage: money(row.comparable_wage_minor),
        language,
        open: row.status == NeedStatus::Open.as_str(),
        subdivision: subdivision.as_deref().map(SubdivisionCode::parse).transpose()?,
        pools: pools
            .into_iter()
            .map(|pool| Ok(SeatPool { pathway: PathwayId::parse(&pool.pathway)?, seats: u32::try_from(pool.seats).unwrap_or_default() }))
            .collect::<Result<_, ParseError>>()?,
    })
}

fn quota_facts(row: quota::Model) -> Result<QuotaFacts, ParseError> {
    Ok(QuotaFacts {
        name: row.name,
        side: QuotaSide::parse(&row.side)?,
        scope: QuotaScope::parse(&row.scope)?,
        country: CountryCode::parse(&row.country)?,
        subject: row.subject,
        cap: u32::try_from(row.cap).unwrap_or(u32::MAX),
        used: u32::try_from(row.used).unwrap_or(u32::MAX),
        exempts_government_placement: row.exempts_government_placement,
    })
}

/// The pathways of a pack, with the facts that hold on that day and that origin.
fn pathway_facts(pack: &CorridorPack, agreements: &[agreement::Model], day: NaiveDate) -> Vec<PathwayFacts> {
    let permit_days: u32 = pack.permit.value.stages.iter().filter_map(|stage| stage.days).map(|days| days.typical).sum();
    // A pack without days in its permit still has them in its steps.
    let permit_days = if permit_days > 0 { permit_days } else { PathwayGraph::new(&pack.steps).days().typical / 3 };
    let lead = lead_time(pack, day);
    let of_origin =
        |origins: &[CountryCode], id: &PathwayId| origins.is_empty() || id.origin.is_some_and(|origin| origins.contains(&origin));
    let pathway = |id: PathwayId| PathwayFacts {
        pack_version: pack.version,
        destination: pack.destination,
        status: pack.status,
        open: pack.is_open_on(day),
        occupations: pack.occupations.value.clone(),
        age: pack.age.value.clone(),
        languages: pack
            .language
            .iter()
            .filter(|fact| fact.holds_on(day) && matches!(fact.value.stage, LanguageStage::Entry | LanguageStage::Visa))
            .filter(|fact| of_origin(&fact.value.origins, &id))
            .map(|fact| LanguageGate {
                language: fact.value.language.clone(),
                any_of: fact.value.any_of.clone(),
                occupations: fact.value.occupations.clone(),
            })
            .collect(),
        recognition: pack
            .recognition
            .iter()
            .filter(|fact| fact.holds_on(day))
            .map(|fact| RecognitionGate {
                regulated: fact.value.regulated,
                occupations: fact.value.occupations.clone(),
                entry_states: fact.value.entry_states.clone(),
            })
            .collect(),
        wage_floors: pack
            .wage_floors
            .iter()
            .filter(|fact| fact.holds_on(day))
            .filter_map(|fact| {
                Some(WageFloorFact {
                    amount: fact.value.amount?,
                    per: fact.value.per?,
                    occupations: fact.value.occupations.clone(),
                    age_from: fact.value.age_from,
                    age_under: fact.value.age_under,
                })
            })
            .collect(),
        employer_licence: pack.permit.value.employer_licence,
        permit_days,
        lead: lead.clone(),
        in_time_min_percent: agreement_row(pack, &id, agreements, day).and_then(|row| u8::try_from(row.in_time_min_percent?).ok()),
        agreement: agreement_of(pack, &id, agreements, day),
        id,
    };
    pack.pathways().into_iter().map(pathway).collect()
}

/// Samples behind a lead time: a hundred people stand for them.
const LEAD_SAMPLES: u32 = 2_000;

/// Days from being ready until work, on the quickest way of the pathway. What is learnt before is done.
fn lead_time(pack: &CorridorPack, day: NaiveDate) -> Option<LeadTime> {
    use passerelle_domain::corridor::StepKind;
    let learnt = |kind: StepKind| matches!(kind, StepKind::Training | StepKind::LanguageCourse | StepKind::Exam);
    let done = pack.steps.iter().filter(|step| learnt(step.kind)).map(|step| step.id.clone()).collect();
    let standing = Standing { papers: BTreeSet::new(), done };
    let route = routes(&pack.steps, &standing, &Objective::Milestone(JourneyState::Placed), day).ok()?.swap_remove(0);
    let steps: Vec<_> = route.steps.iter().filter_map(|id| pack.steps.iter().find(|step| step.id == *id)).collect();
    let forecast = simulate(&steps, LEAD_SAMPLES, 1);
    // One of every twenty samples: of a hundred people, those who arrive, the quickest first.
    let share = usize::try_from(LEAD_SAMPLES / 100).unwrap_or(1);
    Some(LeadTime(forecast.days.iter().skip(share - 1).step_by(share).copied().collect()))
}

fn agreement_row<'a>(
    pack: &CorridorPack,
    id: &PathwayId,
    agreements: &'a [agreement::Model],
    day: NaiveDate,
) -> Option<&'a agreement::Model> {
    let origin = id.origin?.to_string();
    let row = agreements.iter().find(|row| row.pack == pack.id.as_str() && row.origin == origin)?;
    in_force(row, day).then_some(row)
}

/// Whether an agreement covers people on that day.
fn in_force(row: &agreement::Model, day: NaiveDate) -> bool {
    AgreementStatus::parse(&row.status).is_ok_and(AgreementStatus::covers_open_cases) && row.ends_on.is_none_or(|end| day <= end)
}

fn agreement_of(pack: &CorridorPack, id: &PathwayId, agreements: &[agreement::Model], day: NaiveDate) -> Option<AgreementFacts> {
    let row = agreement_row(pack, id, agreements, day)?;
    Some(AgreementFacts {
        between_governments: row.between_governments,
        labour_market_analysis: row.labour_market_analysis,
        support_to_origin: row.support_to_origin,
    })
}
