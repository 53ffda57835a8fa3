//! What is open to people who cannot go on. Facts are read for all of them with a fixed number of statements (`known`),
//! each situation is made from them (`situation`), and posts are looked for and shared out (`posts`).

mod known;
mod posts;
mod situation;

pub(super) use known::teaching;
pub(super) use posts::alternatives_of;

use super::Options;
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use known::Known;
use passerelle_domain::contingency::decision::decide;
use passerelle_domain::contingency::plan::Plan;
use passerelle_domain::contingency::{Cause, Control, Duration, Response, allotment, cause, is_danger_at_home, keeps_from_leaving};
use passerelle_domain::people::DisruptionStatus;
use passerelle_domain::words;
use passerelle_store::entity::{disruption, journey, need};
use passerelle_store::query::ConnectionTrait;
use std::collections::BTreeMap;
use uuid::Uuid;

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

/// What keeps somebody from leaving beyond her own cause: what a disruption says of itself, or more than one.
#[derive(Debug, Clone, Default)]
pub struct Struck {
    /// How long her own cause lasts, where somebody has said it.
    pub lasts: Option<Duration>,
    /// How long what is declared beside it lasts; an entry of nothing where no end is known.
    pub beside: Vec<Option<Duration>>,
    pub many: bool,
    /// She is not safe where she is at home.
    pub danger_at_home: bool,
    /// What is shut, each for a reason of its own.
    pub shut: Vec<Shut>,
}

/// Posts that are out of reach. Where a pathway or an employer is named, a destination says only where that is.
#[derive(Debug, Clone, Default)]
pub struct Shut {
    /// Nobody leaves for anywhere until it is over.
    pub everywhere: bool,
    pub destination: Option<String>,
    pub pathway: Option<String>,
    pub organisation: Option<Uuid>,
}

impl Shut {
    /// Whether a post is out of reach for the same reason as the place that was lost.
    fn shuts(&self, need: &need::Model, pack: &str) -> bool {
        self.everywhere
            || self.organisation == Some(need.employer_id)
            || self.pathway.as_deref() == Some(pack)
            || (self.pathway.is_none() && self.organisation.is_none() && self.destination.as_deref() == Some(&need.country))
    }
}

impl Struck {
    /// What a cause keeps shut for somebody who reports alone.
    pub fn alone(cause: &Cause, row: &journey::Model) -> Self {
        let mut shut = Shut::default();
        match cause.code {
            "DST.BORDER" | "HLT.INADM" | "VIS.REF_SEC" => shut.destination.clone_from(&row.destination),
            "DST.CLOSED" | "DST.QUOTA" => shut.pathway.clone_from(&row.pathway),
            code => shut.everywhere = keeps_from_leaving(code),
        }
        Self { danger_at_home: is_danger_at_home(cause.code), shut: vec![shut], ..Self::default() }
    }

    /// What a disruption says while it lasts. When it has been ended nothing is shut any more, and nobody waits for it.
    pub fn by(row: &disruption::Model) -> Self {
        if row.status == DisruptionStatus::Ended.as_str() {
            return Self { lasts: Some(Duration { typical: 0, p90: 0 }), many: true, ..Self::default() };
        }
        let days = |days: i64| u32::try_from(days).ok();
        let lasts = row
            .typical_days
            .and_then(days)
            .map(|typical| Duration { typical, p90: row.p90_days.and_then(days).unwrap_or(typical).max(typical) });
        let shut = Shut {
            everywhere: keeps_from_leaving(&row.cause) && row.destination.is_none() && row.pathway.is_none(),
            destination: row.destination.clone(),
            pathway: row.pathway.clone(),
            organisation: row.organisation_id,
        };
        Self { lasts, beside: vec![], many: true, danger_at_home: is_danger_at_home(&row.cause), shut: vec![shut] }
    }

    /// The same where another disruption stands beside it: what that one shuts is shut as well, and nobody leaves before
    /// both are over. One that has ended adds nothing. Lengths are reckoned from the report of her case.
    #[must_use]
    pub fn beside(mut self, row: &disruption::Model, reported_on: NaiveDate) -> Self {
        if row.status != DisruptionStatus::Declared.as_str() {
            return self;
        }
        let other = Self::by(row);
        let lasts = other.lasts.or_else(|| cause(&row.cause).and_then(|known| known.lasting.from(row.begins_on)));
        // It may have begun before her report, or after it.
        let shift = (row.begins_on - reported_on).num_days();
        let from_report = |days: u32| u32::try_from((i64::from(days) + shift).clamp(0, i64::from(u32::MAX))).unwrap_or(0);
        self.beside.push(lasts.map(|lasts| Duration { typical: from_report(lasts.typical), p90: from_report(lasts.p90) }));
        self.danger_at_home |= other.danger_at_home;
        self.many = true;
        self.shut.extend(other.shut);
        self
    }

    /// How long she waits: for her own cause, and for whatever is declared beside it. Nothing where an end of one is not
    /// known.
    fn length(&self, cause: &Cause, reported_on: NaiveDate) -> Option<Duration> {
        let own = self.lasts.or_else(|| cause.lasting.from(reported_on));
        self.beside.iter().fold(own, |longest, other| {
            let (longest, other) = (longest?, (*other)?);
            Some(Duration { typical: longest.typical.max(other.typical), p90: longest.p90.max(other.p90) })
        })
    }

    fn strikes(&self, need: &need::Model, pack: &str) -> bool {
        self.shut.iter().any(|shut| shut.shuts(need, pack))
    }

    /// Whether an employer can take nobody on.
    fn strikes_employer(&self, employer: Uuid) -> bool {
        self.shut.iter().any(|shut| shut.organisation == Some(employer))
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
    /// What is open to each under one of the plans.
    async fn under(
        &self,
        set: PlanSet,
        conn: &impl ConnectionTrait,
        people: &[Stopped],
        today: NaiveDate,
        seed: u64,
    ) -> Result<Vec<Options>, AppError> {
        let mut options = Vec::with_capacity(people.len());
        for one in people {
            let situation = self.situation(one, set, today)?;
            let planned = self.plan(one.journey.trainee_id, set).map(|plan| plan.responses(one.cause.code));
            let decision = decide(one.cause, planned.unwrap_or(one.cause.responses), &situation);
            let plan = self.plan(one.journey.trainee_id, set);
            let monthly = plan.and_then(|plan| plan.stipend).filter(|_| decision.measures.contains(&Response::Stipend));
            options.push(Options { as_of: today, decision, monthly, allotted: None });
        }
        // Places are given once: whoever has the fewest days left is asked first.
        let claims: Vec<allotment::Claim> = people.iter().zip(&options).map(|(one, options)| self.claim(one, options)).collect();
        let places = self.places(&claims, conn).await?;
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
