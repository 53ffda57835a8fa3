//! What is known of people who cannot go on, read for all of them with a fixed number of statements, and what is open to
//! each.

use super::{Options, ledger, plans};
use crate::app::{contracts, corridors, match_runs};
use crate::error::AppError;
use crate::state::AppState;
use chrono::{Days, NaiveDate};
use passerelle_domain::contingency::decision::{Opening, OpeningKind, Paid, Situation, decide};
use passerelle_domain::contingency::plan::Plan;
use passerelle_domain::contingency::{Cause, Control, Duration, Response, allotment};
use passerelle_domain::corridor::{CorridorPack, QuotaSide, StepKind};
use passerelle_domain::ids::TraineeId;
use passerelle_domain::machine::contingency::State;
use passerelle_domain::machine::journey::{Journey, VisaRegion};
use passerelle_domain::occupation::IscoCode;
use passerelle_domain::people::{Decision, JourneyState, NeedStatus, OrganisationKind};
use passerelle_domain::privacy::SealedKind;
use passerelle_domain::words;
use passerelle_engine::matching::{Alternatives, Snapshot, alternatives};
use passerelle_store::StoreError;
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Rows that one statement asks for by their identifiers.
const CHUNK: usize = 5_000;
/// Days within which a refusal can be met where nobody has said more. Illustrative.
const REMEDY_DAYS: u64 = 30;
/// Posts that are looked at for one person.
const POSTS: usize = 12;
/// Other occupations that are looked at for one person.
const SWITCHES: usize = 3;

/// Somebody who cannot go on, and why.
#[derive(Debug, Clone)]
pub struct Stopped {
    pub journey: journey::Model,
    pub cause: &'static Cause,
    pub reported_on: NaiveDate,
    pub safety_risk: bool,
    pub decided: Option<Control>,
    pub wishes: Vec<Response>,
    /// She was heard, and what she is accused of was shown.
    pub heard: bool,
    /// Where the cause lies, as a disruption says.
    pub struck: Struck,
}

/// What a disruption says of itself beyond its cause.
#[derive(Debug, Clone, Default)]
pub struct Struck {
    pub lasts: Option<Duration>,
    pub many: bool,
    /// Posts in this country, on this pathway or of this employer are struck as well.
    pub destination: Option<String>,
    pub pathway: Option<String>,
    pub organisation: Option<Uuid>,
}

impl Struck {
    /// What a cause keeps shut for somebody who reports alone.
    pub fn alone(cause: &Cause, row: &journey::Model) -> Self {
        let mut struck = Self::default();
        match cause.code {
            "DST.BORDER" => struck.destination.clone_from(&row.destination),
            "DST.CLOSED" | "DST.QUOTA" => struck.pathway.clone_from(&row.pathway),
            _ => {}
        }
        struck
    }

    pub fn by(row: &disruption::Model) -> Self {
        let days = |days: i64| u32::try_from(days).ok();
        let lasts = row
            .typical_days
            .and_then(days)
            .map(|typical| Duration { typical, p90: row.p90_days.and_then(days).unwrap_or(typical).max(typical) });
        Self { lasts, many: true, destination: row.destination.clone(), pathway: row.pathway.clone(), organisation: row.organisation_id }
    }
}

words!(
    /// The plans under which a disruption is looked at.
    PlanSet {
        InForce = "in_force",
        /// As if what is being written were in force.
        Drafts = "drafts",
        /// Without any plan.
        Taxonomy = "taxonomy",
    }
);

/// Everything that the situations of some people are made from.
struct Known {
    people: BTreeMap<Uuid, trainee::Model>,
    packs: BTreeMap<String, CorridorPack>,
    /// Identifiers of people who must not be sent or kept where they fled from.
    protected: BTreeSet<Uuid>,
    deferred: BTreeMap<Uuid, u32>,
    /// What earlier cases of theirs have lost.
    lost: BTreeMap<Uuid, ledger::Lost>,
    languages: BTreeMap<Uuid, Vec<language_certificate::Model>>,
    budget: BTreeMap<(Uuid, String), Vec<budget_line::Model>>,
    institutes: BTreeMap<Uuid, String>,
    /// Institutes that teach an occupation, by country.
    taught: Taught,
    at_home: Vec<need::Model>,
    needs: BTreeMap<Uuid, need::Model>,
    /// The post that both sides had agreed on, and its employer.
    current: BTreeMap<Uuid, (Uuid, Uuid)>,
    found: BTreeMap<TraineeId, Alternatives>,
    /// Posts in other occupations that the plan lets them go over to, with the occupation.
    elsewhere: BTreeMap<Uuid, Vec<(String, Alternatives)>>,
    /// People whose employer has raised their wage since the report.
    topped_up: BTreeSet<Uuid>,
    exempt: BTreeSet<(String, String)>,
    /// What the agreements that bind them have laid down.
    plans: BTreeMap<Uuid, Plan>,
    /// What is being written, where plans are compared.
    drafts: BTreeMap<Uuid, Plan>,
}

/// What is open to each of some people, in their order. Where a post has fewer places than people who would take it, it
/// is allotted by the lapse of papers, the wait, and a lottery with this seed.
///
/// # Errors
/// When the database refuses or holds what this version cannot read.
pub async fn of(
    state: &AppState,
    conn: &impl ConnectionTrait,
    people: &[Stopped],
    today: NaiveDate,
    seed: u64,
) -> Result<Vec<Options>, AppError> {
    Known::gather(state, conn, people, today, false).await?.under(PlanSet::InForce, conn, people, today, seed).await
}

/// The same under each plan that there is to compare: in force, as the drafts would have it, and as the taxonomy alone
/// does. Everything else is read once.
///
/// # Errors
/// As [`of`].
pub async fn compared(
    state: &AppState,
    conn: &impl ConnectionTrait,
    people: &[Stopped],
    today: NaiveDate,
    seed: u64,
) -> Result<Vec<(PlanSet, Vec<Options>)>, AppError> {
    let known = Known::gather(state, conn, people, today, true).await?;
    let mut sets = vec![PlanSet::InForce];
    sets.extend((!known.drafts.is_empty()).then_some(PlanSet::Drafts));
    sets.extend((!known.plans.is_empty() || !known.drafts.is_empty()).then_some(PlanSet::Taxonomy));
    let mut compared = Vec::with_capacity(sets.len());
    for set in sets {
        compared.push((set, known.under(set, conn, people, today, seed).await?));
    }
    Ok(compared)
}

impl Known {
    async fn under(
        &self,
        set: PlanSet,
        conn: &impl ConnectionTrait,
        people: &[Stopped],
        today: NaiveDate,
        seed: u64,
    ) -> Result<Vec<Options>, AppError> {
        let known = self;
        let mut options = Vec::with_capacity(people.len());
        for one in people {
            let situation = known.situation(one, set)?;
            let planned = known.plan(one.journey.trainee_id, set).map(|plan| plan.responses(one.cause.code));
            let decision = decide(one.cause, planned.unwrap_or(one.cause.responses), &situation);
            options.push(Options { as_of: today, decision, allotted: None });
        }
        // Places are given once: whoever has the fewest days left is asked first.
        let claims: Vec<allotment::Claim> = people.iter().zip(&options).map(|(one, options)| known.claim(one, options)).collect();
        let places = known.places(&claims, conn).await?;
        let mut asked: BTreeMap<Uuid, u32> = BTreeMap::new();
        claims.iter().flat_map(|claim| &claim.wants).for_each(|need| *asked.entry(*need).or_default() += 1);
        let scarce = |need: &Uuid| asked.get(need).copied().unwrap_or(0) > places.get(need).copied().unwrap_or(0);
        let given = allotment::allot(&claims, &places, seed);
        for (one, options) in people.iter().zip(&mut options) {
            options.allotted = given.get(&one.journey.trainee_id).copied().filter(scarce);
            let mine = options.allotted;
            options.decision.without(|need| scarce(&need) && mine != Some(need));
        }
        Ok(options)
    }

    /// The plan that counts for somebody; nothing where the taxonomy alone does.
    fn plan(&self, person: Uuid, set: PlanSet) -> Option<&Plan> {
        match set {
            PlanSet::InForce => self.plans.get(&person),
            PlanSet::Drafts => self.drafts.get(&person).or_else(|| self.plans.get(&person)),
            PlanSet::Taxonomy => None,
        }
    }
}

async fn chunked<E: EntityTrait>(
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

impl Known {
    async fn gather(
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
        let before = chunked::<contingency_case::Entity>(conn, contingency_case::Column::TraineeId, &ids).await?;
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
        let lost = cases.iter().map(|(person, rows)| Ok((*person, ledger::lost_in(rows)?))).collect::<Result<_, AppError>>()?;
        Ok(Self {
            plans,
            drafts,
            people,
            packs,
            protected,
            deferred,
            lost,
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
        })
    }

    fn situation(&self, one: &Stopped, set: PlanSet) -> Result<Situation, AppError> {
        let row = &one.journey;
        let person = self.people.get(&row.trainee_id).ok_or(AppError::NotFound)?;
        let journey: Journey = serde_json::from_str(&row.facts).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" })?;
        let pack = row.pathway.as_ref().and_then(|pack| self.packs.get(pack));
        let lasts = one.struck.lasts.or_else(|| one.cause.lasting.from(one.reported_on));
        let lead_days = pack.map_or(0, |pack| lead_days(pack, &journey));
        let protection_need = self.protected.contains(&person.id);
        let needed = lasts.and_then(|lasts| one.reported_on.checked_add_days(Days::new((lasts.p90 + lead_days).into())));
        let papers = self.lapses(person, &journey, one.reported_on, protection_need);
        let horizon = papers.iter().map(|(day, _)| *day).min();
        // A remedy is open where something was refused.
        let refused = matches!(one.cause.code.split('.').next(), Some("VIS" | "REC")) || one.cause.code == "HLT.INADM";
        let remedy_until = refused.then(|| one.reported_on.checked_add_days(Days::new(REMEDY_DAYS))).flatten();
        let gate = journey.gate();
        Ok(Situation {
            reported_on: one.reported_on,
            lasts,
            decided: one.decided,
            safety_risk: one.safety_risk,
            protection_need,
            gate,
            deferred_days: self.deferred.get(&person.id).copied().unwrap_or(0),
            deferral_max_days: self.longest_deferral(self.plan(person.id, set), one.struck.many),
            lead_days,
            horizon,
            renewable: papers.iter().filter(|(day, _)| needed.is_none_or(|needed| *day < needed)).all(|(_, renewable)| *renewable),
            idle: gate != JourneyState::InTraining,
            without_income: true,
            // The service keeps no loans: nobody can be in debt to a partnership here.
            in_debt: false,
            remedy_until,
            cutoff_on: pack.and_then(|pack| cutoff(pack, &journey, one.reported_on)),
            exempt: row.pathway.as_ref().is_some_and(|pack| self.exempt.contains(&(pack.clone(), row.origin.clone()))),
            tops_up: self.topped_up.contains(&person.id),
            other_institute: self.other_institute(person),
            person_bound: journey.visa == VisaRegion::Granted,
            // What is shown after she was heard, of a cause that is hers.
            proven: one.heard && one.cause.control(one.decided) == Control::Within,
            wishes: one.wishes.clone(),
            openings: self.openings(one, person, self.plan(person.id, set)),
            paid: self.paid(person, gate),
        })
    }

    /// Days on which what she holds lapses, and whether it can be had again.
    fn lapses(&self, person: &trainee::Model, journey: &Journey, from: NaiveDate, protection_need: bool) -> Vec<(NaiveDate, bool)> {
        let papers = journey.papers.values().filter_map(|held| Some((held.valid_to?, held.renewable)));
        // A language examination is sat again; a passport is renewed by the country of whoever did not flee from it.
        let languages = self.languages.get(&person.id).into_iter().flatten().filter_map(|row| Some((row.expires_on?, true)));
        let passport = person.passport_valid_to.map(|day| (day, !protection_need));
        papers.chain(languages).chain(passport).filter(|(day, _)| *day >= from).collect()
    }

    /// As the plan has it, or the usual where there is none.
    fn longest_deferral(&self, plan: Option<&Plan>, many: bool) -> u32 {
        let usual = Plan::standard();
        let plan = plan.unwrap_or(&usual);
        if many { plan.cohort_deferral_days } else { plan.deferral_days }
    }

    fn other_institute(&self, person: &trainee::Model) -> bool {
        let country = self.institutes.get(&person.institute_id).unwrap_or(&person.training_country).clone();
        self.taught.get(&(country, person.occupation.clone())).is_some_and(|known| known.iter().any(|id| *id != person.institute_id))
    }

    /// Posts at home and abroad, the law's word on each.
    fn openings(&self, one: &Stopped, person: &trainee::Model, plan: Option<&Plan>) -> Vec<Opening> {
        let mut openings: Vec<Opening> = Vec::new();
        let nothing = Alternatives::default();
        let found = self.found.get(&TraineeId(person.id)).unwrap_or(&nothing);
        let current = self.current.get(&person.id).map(|(need, _)| need);
        // What her employer has come to keeps her from his other posts as well.
        let lost = self.current.get(&person.id).map(|(_, employer)| *employer).filter(|_| one.cause.code.starts_with("EMP."));
        let stopped: Vec<String> = found.stopped_by.iter().map(|reason| reason.code.to_string()).collect();
        for post in found.posts.iter().filter(|post| Some(&post.need.0) != current).take(POSTS) {
            let Some(need) = self.needs.get(&post.need.0) else { continue };
            let pack = post.pathway.pack.as_str();
            let kind = match (one.journey.pathway.as_deref() == Some(pack), one.journey.destination.as_deref() == Some(&need.country)) {
                (true, _) => OpeningKind::SamePathway,
                (false, true) => OpeningKind::SameCountry,
                (false, false) => OpeningKind::OtherCountry,
            };
            let language = need.language.as_deref();
            let speaks = |row: &language_certificate::Model| language.is_none_or(|asked| row.language == asked);
            openings.push(Opening {
                need: need.id,
                title: need.title.clone(),
                kind,
                pathway: Some(post.pathway.to_string()),
                country: need.country.clone(),
                starts_on: need.start_from,
                skill_percent: post.skill_percent,
                same_language: language.is_none() || self.languages.get(&person.id).is_some_and(|known| known.iter().any(speaks)),
                stopped_by: if one.struck.strikes(need, pack) || lost == Some(need.employer_id) { vec!["struck".into()] } else { vec![] },
            });
        }
        let allows = |occupation: &str| {
            plan.is_some_and(|plan| {
                plan.switches.iter().any(|switch| switch.from.as_str() == person.occupation && switch.to.as_str() == occupation)
            })
        };
        for (occupation, found) in self.elsewhere.get(&person.id).into_iter().flatten().filter(|(occupation, _)| allows(occupation)) {
            for post in found.posts.iter().take(POSTS) {
                let Some(need) = self.needs.get(&post.need.0) else { continue };
                let language = need.language.as_deref();
                let speaks = |row: &language_certificate::Model| language.is_none_or(|asked| row.language == asked);
                openings.push(Opening {
                    need: need.id,
                    title: format!("{} ({occupation})", need.title),
                    kind: OpeningKind::OtherOccupation,
                    pathway: Some(post.pathway.to_string()),
                    country: need.country.clone(),
                    starts_on: need.start_from,
                    skill_percent: post.skill_percent,
                    same_language: language.is_none() || self.languages.get(&person.id).is_some_and(|known| known.iter().any(speaks)),
                    stopped_by: match one.struck.strikes(need, post.pathway.pack.as_str()) || lost == Some(need.employer_id) {
                        true => vec!["struck".into()],
                        false => vec![],
                    },
                });
            }
        }
        // Where the law leaves nothing abroad, what stands in the way is told with the nearest kind.
        if found.posts.is_empty() && !stopped.is_empty() {
            openings.push(Opening {
                need: Uuid::nil(),
                title: String::new(),
                kind: OpeningKind::SamePathway,
                pathway: one.journey.pathway.clone(),
                country: one.journey.destination.clone().unwrap_or_default(),
                starts_on: one.reported_on,
                skill_percent: 0,
                same_language: true,
                stopped_by: stopped,
            });
        }
        let field = person.occupation.get(..3).unwrap_or(&person.occupation);
        let here = self.at_home.iter().filter(|need| {
            (need.country == person.training_country || need.country == person.habitual_residence) && need.occupation.starts_with(field)
        });
        openings.extend(here.take(POSTS).map(|need| Opening {
            need: need.id,
            title: need.title.clone(),
            kind: OpeningKind::AtHome,
            pathway: None,
            country: need.country.clone(),
            starts_on: need.start_from,
            skill_percent: if need.occupation == person.occupation { 100 } else { 70 },
            same_language: true,
            stopped_by: if one.struck.organisation == Some(need.employer_id) { vec!["struck".into()] } else { vec![] },
        }));
        openings
    }

    /// What was spent on her so far, as her cohort's budget has it.
    fn paid(&self, person: &trainee::Model, gate: JourneyState) -> Vec<Paid> {
        let lines = person.cohort_id.and_then(|cohort| self.budget.get(&(cohort, person.track.clone())));
        let nothing = ledger::Lost::new();
        let lost = self.lost.get(&person.id).unwrap_or(&nothing);
        let paid = |cost: ledger::Cost<'_>| Paid { kind: cost.kind, sunk_minor: cost.left_minor, currency: cost.line.currency.clone() };
        ledger::spent(lines.into_iter().flatten(), gate, lost).into_iter().map(paid).collect()
    }

    /// The posts that she would take, in the order in which they are shown to her.
    fn claim(&self, one: &Stopped, options: &Options) -> allotment::Claim {
        let wants = options.decision.choices.iter().filter_map(|choice| choice.opening.as_ref().map(|opening| opening.need));
        allotment::Claim {
            person: one.journey.trainee_id,
            horizon: one.journey.horizon_on,
            waiting_since: self.people.get(&one.journey.trainee_id).map_or(one.reported_on, |person| person.waiting_since),
            wants: wants.collect(),
        }
    }

    /// Free places of the posts that somebody wants: seats less those that people hold or were offered in other cases.
    async fn places(&self, claims: &[allotment::Claim], conn: &impl ConnectionTrait) -> Result<BTreeMap<Uuid, u32>, AppError> {
        let wanted: BTreeSet<Uuid> = claims.iter().flat_map(|claim| claim.wants.iter().copied()).collect();
        let rows = self.at_home.iter().chain(self.needs.values()).filter(|need| wanted.contains(&need.id));
        let mut places: BTreeMap<Uuid, i64> = rows.map(|need| (need.id, need.positions)).collect();
        // Abroad no more than the seats of its pathways.
        let mut seats: BTreeMap<Uuid, i64> = BTreeMap::new();
        for pool in chunked::<seat_pool::Entity>(conn, seat_pool::Column::NeedId, &wanted).await? {
            *seats.entry(pool.need_id).or_default() += pool.seats;
        }
        for (need, seats) in seats {
            places.entry(need).and_modify(|places| *places = Ord::min(seats, *places));
        }
        let agreed = chunked::<proposal::Entity>(conn, proposal::Column::NeedId, &wanted).await?;
        let accepted = Decision::Accepted.as_str();
        // A place that somebody has said yes to is hers until its employer says no.
        for row in agreed.into_iter().filter(|row| row.trainee_decision == accepted && row.employer_decision != Decision::Declined.as_str())
        {
            *places.entry(row.need_id).or_default() -= 1;
        }
        // Posts of other cases, chosen or kept until they are; of the people at hand only what they have for good.
        let people: BTreeSet<Uuid> = claims.iter().map(|claim| claim.person).collect();
        let wanted: Vec<Uuid> = wanted.into_iter().collect();
        for chunk in wanted.chunks(CHUNK) {
            let held: Vec<(Uuid, Option<Uuid>, String)> = contingency_case::Entity::find()
                .select_only()
                .columns([contingency_case::Column::TraineeId, contingency_case::Column::HeldNeedId, contingency_case::Column::State])
                .filter(contingency_case::Column::HeldNeedId.is_in(chunk.iter().copied()))
                .into_tuple()
                .all(conn)
                .await
                .map_err(StoreError::from)?;
            let over = [State::Resolved, State::Closed].map(State::as_str);
            for (_, need, _) in held.iter().filter(|(person, _, state)| !people.contains(person) || over.contains(&state.as_str())) {
                if let Some(need) = need {
                    *places.entry(*need).or_default() -= 1;
                }
            }
        }
        Ok(places.into_iter().map(|(need, left)| (need, u32::try_from(left).unwrap_or(0))).collect())
    }
}

impl Struck {
    /// Whether a post is out of reach for the same reason as the place that was lost.
    fn strikes(&self, need: &need::Model, pack: &str) -> bool {
        self.organisation == Some(need.employer_id)
            || self.pathway.as_deref() == Some(pack)
            || (self.pathway.is_none() && self.organisation.is_none() && self.destination.as_deref() == Some(&need.country))
    }
}

/// Posts in the occupations that the plans let some people go over to, where their cause is answered so. One search for
/// each occupation that a plan names beside another: most plans name one.
async fn elsewhere(
    state: &AppState,
    conn: &impl ConnectionTrait,
    stopped: &[Stopped],
    people: &BTreeMap<Uuid, trainee::Model>,
    plans: &[&BTreeMap<Uuid, Plan>],
    today: NaiveDate,
) -> Result<BTreeMap<Uuid, Vec<(String, Alternatives)>>, AppError> {
    let mut rounds: Vec<BTreeMap<Uuid, IscoCode>> = Vec::new();
    for one in stopped {
        let id = one.journey.trainee_id;
        let Some(person) = people.get(&id) else { continue };
        let answer = |plan: &&Plan| plan.responses(one.cause.code).contains(&Response::SwitchOccupation);
        let named = plans.iter().filter_map(|known| known.get(&id)).filter(answer).flat_map(|plan| &plan.switches);
        let others: BTreeSet<IscoCode> = named.filter(|switch| switch.from.as_str() == person.occupation).map(|switch| switch.to).collect();
        for (round, other) in others.into_iter().enumerate().take(SWITCHES) {
            if rounds.len() == round {
                rounds.push(BTreeMap::new());
            }
            rounds[round].insert(id, other);
        }
    }
    let mut elsewhere: BTreeMap<Uuid, Vec<(String, Alternatives)>> = BTreeMap::new();
    for occupations in rounds {
        let found = alternatives_of(state, conn, occupations.keys().copied().collect(), &occupations, today).await?;
        for (person, alternatives) in found {
            let Some(occupation) = occupations.get(&person.0) else { continue };
            elsewhere.entry(person.0).or_default().push((occupation.to_string(), alternatives));
        }
    }
    Ok(elsewhere)
}

/// People whose contract pays more since the report, and is worse in nothing: their employer has taken on the new floor.
async fn topped_up<'a>(
    conn: &impl ConnectionTrait,
    stopped: &[Stopped],
    agreed: impl Iterator<Item = &'a proposal::Model>,
) -> Result<BTreeSet<Uuid>, AppError> {
    let since: BTreeMap<Uuid, NaiveDate> = stopped
        .iter()
        .filter(|one| one.cause.responses.contains(&Response::TopUpWage))
        .map(|one| (one.journey.trainee_id, one.reported_on))
        .collect();
    let of: BTreeMap<Uuid, (Uuid, NaiveDate)> =
        agreed.filter_map(|row| Some((row.id, (row.trainee_id, *since.get(&row.trainee_id)?)))).collect();
    let raised = contracts::raised(conn, of.iter().map(|(proposal, (_, day))| (*proposal, *day)).collect()).await?;
    Ok(raised.into_iter().filter_map(|proposal| of.get(&proposal).map(|(person, _)| *person)).collect())
}

/// What the matching knows of other posts for them, in the snapshot of the day; for some of them as if they had learnt
/// another occupation.
pub(super) async fn alternatives_of(
    state: &AppState,
    conn: &impl ConnectionTrait,
    people: Vec<Uuid>,
    occupations: &BTreeMap<Uuid, IscoCode>,
    today: NaiveDate,
) -> Result<BTreeMap<TraineeId, Alternatives>, AppError> {
    if people.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut snapshot: Snapshot = match_runs::gather_people(conn, state, today, &people).await?;
    for trainee in &mut snapshot.trainees {
        if let Some(other) = occupations.get(&trainee.id.0) {
            trainee.occupation = *other;
        }
    }
    let policy = state.policy.clone();
    let ids: BTreeSet<TraineeId> = people.into_iter().map(TraineeId).collect();
    let threads = match_runs::threads();
    let search = move || alternatives(&snapshot, &policy, &ids, threads);
    tokio::task::spawn_blocking(search).await.map_err(AppError::internal)
}

/// Institutes that teach an occupation, by country and occupation.
pub(super) type Taught = BTreeMap<(String, String), BTreeSet<Uuid>>;

/// Countries of institutes, and who teaches what where.
pub(super) async fn teaching(conn: &impl ConnectionTrait) -> Result<(BTreeMap<Uuid, String>, Taught), AppError> {
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
        let case = super::facts(row)?;
        let waited = case.outcome.is_some_and(|outcome| matches!(outcome, Response::Defer | Response::ExtendPapers | Response::Medical));
        if waited {
            let until = case.ended_on.unwrap_or(case.since);
            let days = u32::try_from((until - case.reported_on).num_days()).unwrap_or(0);
            *deferred.entry(row.trainee_id).or_insert(0) += days;
        }
    }
    Ok(deferred)
}

/// Days from the end of a cause to departure: what is left of appointment, visa and travel.
fn lead_days(pack: &CorridorPack, journey: &Journey) -> u32 {
    let ahead = |kind: StepKind| matches!(kind, StepKind::Appointment | StepKind::Visa | StepKind::Travel);
    let done = |id: &str| journey.actuals.get(id).is_some_and(|actual| actual.finished_on.is_some());
    pack.steps.iter().filter(|step| ahead(step.kind) && !done(&step.id)).map(|step| step.days.typical).sum()
}

/// The day on which a branch of the pathway that she has not begun closes, or the pathway itself.
fn cutoff(pack: &CorridorPack, journey: &Journey, from: NaiveDate) -> Option<NaiveDate> {
    let ahead = |id: &str| journey.actuals.get(id).is_none_or(|actual| actual.started_on.is_none());
    let closing = pack.steps.iter().filter(|step| ahead(&step.id)).filter_map(|step| step.closes_on);
    closing.chain(pack.valid_to).filter(|day| *day >= from).min()
}
