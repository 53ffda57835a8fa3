//! The situation of one person: how long, on which papers, with which posts, and what was paid for her.

use super::known::Known;
use super::{PlanSet, Stopped};
use crate::app::contingency::settlement;
use crate::error::AppError;
use chrono::{Days, Months, NaiveDate};
use passerelle_domain::contingency::decision::{Opening, OpeningKind, Paid, Situation};
use passerelle_domain::contingency::plan::Plan;
use passerelle_domain::contingency::{Control, is_of_employer};
use passerelle_domain::corridor::{CorridorPack, StepKind};
use passerelle_domain::ids::TraineeId;
use passerelle_domain::machine::journey::{Journey, VisaRegion};
use passerelle_domain::people::JourneyState;
use passerelle_engine::matching::{Alternative, Alternatives};
use passerelle_store::StoreError;
use passerelle_store::entity::*;
use uuid::Uuid;

/// Days within which a refusal can be met where nobody has said more. Illustrative.
const REMEDY_DAYS: u64 = 30;
/// Months that a passport holds beyond the entry. Illustrative.
const PASSPORT_MONTHS: u32 = 6;
/// Posts that are looked at for one person.
const POSTS: usize = 12;

impl Known {
    pub(super) fn situation(&self, one: &Stopped, set: PlanSet, today: NaiveDate) -> Result<Situation, AppError> {
        let row = &one.journey;
        let person = self.people.get(&row.trainee_id).ok_or(AppError::NotFound)?;
        let journey: Journey = serde_json::from_str(&row.facts).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" })?;
        let pack = row.pathway.as_ref().and_then(|pack| self.packs.get(pack));
        let lasts = one.struck.length(one.cause, one.reported_on);
        let lead_days = pack.map_or(0, |pack| lead_days(pack, &journey));
        let protection_need = self.protected.contains(&person.id);
        let over = lasts.and_then(|lasts| one.reported_on.checked_add_days(Days::new(lasts.p90.into())));
        let needed = over.and_then(|over| over.max(today).checked_add_days(Days::new(lead_days.into())));
        let papers = self.lapses(person, &journey, one.reported_on, protection_need);
        let horizon = papers.iter().map(|(day, _)| *day).min();
        // A remedy is open where something was refused.
        let refused = matches!(one.cause.code.split('.').next(), Some("VIS" | "REC")) || one.cause.code == "HLT.INADM";
        let usual = || refused.then(|| one.reported_on.checked_add_days(Days::new(REMEDY_DAYS))).flatten();
        // The notice of the recognition authority says how long its decision can be met.
        let noticed = self.remedies.get(&person.id).copied().filter(|_| one.cause.code.starts_with("REC."));
        let remedy_until = noticed.or_else(usual);
        let gate = journey.gate();
        Ok(Situation {
            reported_on: one.reported_on,
            asked_on: Some(today),
            // Whoever is struck now begins to wait today.
            held_on: Some(if journey.state == JourneyState::OnHold { journey.since } else { today }),
            lasts,
            decided: one.decided,
            safety_risk: one.safety_risk,
            danger_at_home: one.struck.danger_at_home,
            protection_need,
            fled: person.nationalities.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect(),
            gate,
            deferred_days: self.deferred.get(&person.id).copied().unwrap_or(0),
            deferral_max_days: self.longest_deferral(self.plan(person.id, set), one.struck.many),
            lead_days,
            horizon,
            renewable: papers.iter().filter(|(day, _)| needed.is_none_or(|needed| *day < needed)).all(|(_, renewable)| *renewable),
            idle: gate != JourneyState::InTraining,
            // Whoever is at work is paid there, but by a firm that has failed.
            without_income: gate != JourneyState::Placed || is_of_employer(one.cause.code),
            in_debt: self.in_debt.contains(&person.id),
            remedy_until,
            cutoff_on: pack.and_then(|pack| cutoff(pack, &journey, today)),
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
        // Most states ask that it holds for half a year beyond the entry.
        let beyond = |day: NaiveDate| if day < from { day } else { (day - Months::new(PASSPORT_MONTHS)).max(from) };
        let passport = person.passport_valid_to.map(|day| (beyond(day), !protection_need));
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
        let lost = self.current.get(&person.id).map(|(_, employer)| *employer).filter(|_| is_of_employer(one.cause.code));
        let stopped: Vec<String> = found.stopped_by.iter().map(|reason| reason.code.to_string()).collect();
        let struck = |need: &need::Model, pack: &str| one.struck.strikes(need, pack) || lost == Some(need.employer_id);
        let abroad = |post: &Alternative, kind: Option<OpeningKind>, occupation: Option<&str>| {
            let need = self.needs.get(&post.need.0)?;
            let pack = post.pathway.pack.as_str();
            let near = match (one.journey.pathway.as_deref() == Some(pack), one.journey.destination.as_deref() == Some(&need.country)) {
                (true, _) => OpeningKind::SamePathway,
                (false, true) => OpeningKind::SameCountry,
                (false, false) => OpeningKind::OtherCountry,
            };
            let language = need.language.as_deref();
            let speaks = |row: &language_certificate::Model| language.is_none_or(|asked| row.language == asked);
            Some(Opening {
                need: need.id,
                title: occupation.map_or_else(|| need.title.clone(), |occupation| format!("{} ({occupation})", need.title)),
                kind: kind.unwrap_or(near),
                pathway: Some(post.pathway.to_string()),
                country: need.country.clone(),
                starts_on: need.start_from,
                skill_percent: post.skill_percent,
                same_language: language.is_none() || self.languages.get(&person.id).is_some_and(|known| known.iter().any(speaks)),
                stopped_by: if struck(need, pack) { vec!["struck".into()] } else { vec![] },
            })
        };
        let others = |post: &&Alternative| Some(&post.need.0) != current;
        openings.extend(found.posts.iter().filter(others).take(POSTS).filter_map(|post| abroad(post, None, None)));
        let allows = |occupation: &str| {
            plan.is_some_and(|plan| {
                plan.switches.iter().any(|switch| switch.from.as_str() == person.occupation && switch.to.as_str() == occupation)
            })
        };
        for (occupation, found) in self.elsewhere.get(&person.id).into_iter().flatten().filter(|(occupation, _)| allows(occupation)) {
            let kind = Some(OpeningKind::OtherOccupation);
            openings.extend(found.posts.iter().filter(others).take(POSTS).filter_map(|post| abroad(post, kind, Some(occupation))));
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
            stopped_by: if one.struck.strikes_employer(need.employer_id) { vec!["struck".into()] } else { vec![] },
        }));
        openings
    }

    /// What was spent on her so far, as her cohort's budget has it.
    fn paid(&self, person: &trainee::Model, gate: JourneyState) -> Vec<Paid> {
        let lines = person.cohort_id.and_then(|cohort| self.budget.get(&(cohort, person.track.clone())));
        let nothing = settlement::Lost::new();
        let lost = self.lost.get(&person.id).unwrap_or(&nothing);
        let paid = |cost: settlement::Cost<'_>| Paid { kind: cost.kind, sunk_minor: cost.left_minor, currency: cost.line.currency.clone() };
        settlement::spent(lines.into_iter().flatten(), gate, lost).into_iter().map(paid).collect()
    }
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
