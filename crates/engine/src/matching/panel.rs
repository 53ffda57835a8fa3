//! Which pathways a need can be filled through, before anybody is proposed for it.
//!
//! Each pathway is asked with a person who answers everything that is asked of a person: of the
//! age in the middle, trained for the post, licensed, with language and papers. Whatever still blocks
//! lies with the need, its employer, the agreement or a quota, and is his or theirs to change.

use chrono::{Days, Months, NaiveDate};
use passerelle_domain::country::CountryCode;
use passerelle_domain::ids::{OrganisationId, TraineeId};
use passerelle_domain::law::{
    LanguageFact, MatchFacts, NeedFacts, PathwayFacts, QuotaFacts, RecognitionFact, RuleBook, RuleId, SkillFact, TraineeFacts, blocks,
    judge_all, lawful,
};
use passerelle_domain::matching::{Reason, ReasonCode};
use passerelle_domain::people::{Answer, JourneyState, RecognitionState, SkillProvenance, Track};
use serde::Serialize;
use uuid::Uuid;

/// What the law says of one pathway for a need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Way {
    pub pathway: String,
    /// Nothing on the need's side stands in the way.
    pub usable: bool,
    /// What stands in the way, in the order of the rules.
    pub reasons: Vec<Reason>,
}

/// Age of whoever is asked with, unless the pathway wants another.
const AGE: i32 = 28;

/// The pathways that lead to the need's country, usable ones first, then those with the fewest reasons.
pub fn panel(need: &NeedFacts, pathways: &[PathwayFacts], quotas: &[QuotaFacts], book: &RuleBook, day: NaiveDate) -> Vec<Way> {
    let here = pathways.iter().filter(|pathway| pathway.destination == need.country);
    let mut ways: Vec<Way> = here
        .map(|pathway| {
            let reasons = reasons(need, pathway, quotas, book, day);
            Way { pathway: pathway.id.to_string(), usable: reasons.is_empty(), reasons }
        })
        .collect();
    ways.sort_by(|a, b| (a.reasons.len(), &a.pathway).cmp(&(b.reasons.len(), &b.pathway)));
    ways
}

/// Whether any pathway can serve the need. Says the same as [`panel`], and stops at the first that can.
pub fn is_served(need: &NeedFacts, pathways: &[PathwayFacts], quotas: &[QuotaFacts], book: &RuleBook, day: NaiveDate) -> bool {
    pathways
        .iter()
        .filter(|pathway| pathway.destination == need.country && pathway.open && pathway.occupations.includes(need.occupation))
        .any(|pathway| {
            let person = person(need, pathway);
            lawful(&RuleId::PAIR, &facts(&person, need, pathway, quotas, day, false), book)
        })
}

fn reasons(need: &NeedFacts, pathway: &PathwayFacts, quotas: &[QuotaFacts], book: &RuleBook, day: NaiveDate) -> Vec<Reason> {
    if !pathway.open {
        return vec![Reason::new(ReasonCode::PathwayClosed).with("pathway", &pathway.id).with("status", pathway.status)];
    }
    if !pathway.occupations.includes(need.occupation) {
        return vec![Reason::new(ReasonCode::PathwayOccupation).with("pathway", &pathway.id).with("asked", need.occupation)];
    }
    let person = person(need, pathway);
    let verdicts = judge_all(&facts(&person, need, pathway, quotas, day, true), book);
    blocks(&verdicts).filter_map(|verdict| verdict.reason.clone()).collect()
}

fn facts<'a>(
    trainee: &'a TraineeFacts,
    need: &'a NeedFacts,
    pathway: &'a PathwayFacts,
    quotas: &'a [QuotaFacts],
    match_date: NaiveDate,
    explain: bool,
) -> MatchFacts<'a> {
    MatchFacts { trainee, need, pathway, quotas, ranking_features: &[], match_date, explain }
}

/// Somebody who answers everything that is asked of a person.
fn person(need: &NeedFacts, pathway: &PathwayFacts) -> TraineeFacts {
    let start = need.start.from;
    let ceiling = pathway.age.max.into_iter().chain(pathway.age.proof_from.map(|age| age - 1)).min().unwrap_or(AGE);
    let age = AGE.min(ceiling).max(pathway.age.min).max(18);
    let home: CountryCode = pathway.id.origin.unwrap_or(need.country);
    let months = u32::try_from(age).unwrap_or(18) * 12;
    let mut languages: Vec<LanguageFact> = pathway
        .languages
        .iter()
        .filter(|gate| gate.occupations.is_empty() || gate.occupations.contains(&need.occupation))
        .flat_map(|gate| gate.any_of.iter().map(|level| LanguageFact { language: gate.language.clone(), level: *level, expires_on: None }))
        .collect();
    languages.extend(need.language.iter().map(|(language, level)| LanguageFact {
        language: language.clone(),
        level: *level,
        expires_on: None,
    }));
    TraineeFacts {
        id: TraineeId(Uuid::nil()),
        // A month past the birthday: the day of the start is not the day of the departure.
        birth_date: start.checked_sub_months(Months::new(months + 1)),
        nationalities: vec![home],
        habitual_residence: home,
        training_country: home,
        institute: OrganisationId(Uuid::nil()),
        occupation: need.occupation,
        track: Track::Away,
        journey: JourneyState::Certified,
        ready_on: start,
        passport_valid_to: need.start.to.checked_add_days(Days::new(3_650)),
        identity_confirmed: Answer::Yes,
        possible_duplicate: false,
        languages,
        skills: need.skills.iter().map(|skill| SkillFact { skill: skill.skill.clone(), provenance: SkillProvenance::Authority }).collect(),
        recognitions: vec![RecognitionFact { destination: need.country, occupation: need.occupation, state: RecognitionState::Licensed }],
        preferred_destinations: vec![],
        waiting_since: start,
        merit: 100,
        first_turn: false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{country, need, pathway, snapshot};
    use super::*;
    use passerelle_domain::law::WageFloorFact;

    #[test]
    fn what_lies_with_the_need_is_said_and_nothing_else() {
        let snapshot = snapshot(vec![], vec![], vec![], vec![]);
        let day = snapshot.as_of;
        let mut post = need(1, "DE-NAFR-THAMM/MA", 1);
        post.country = country("DE");
        let open = pathway("DE-NAFR-THAMM/MA", true);
        let mut closed = pathway("DE-NAFR-THAMM/TN", true);
        closed.open = false;
        let mut dear = pathway("DE-NAFR-THAMM/EG", true);
        let wage = post.wage.unwrap();
        let floor = passerelle_domain::money::Money { minor: wage.minor * 100, ..wage };
        dear.wage_floors = vec![WageFloorFact { amount: floor, per: post.wage_per, occupations: vec![], age_from: None, age_under: None }];
        let elsewhere = pathway("JP-SSW/VN", true);
        let all = [elsewhere, dear, closed, open];
        let ways = panel(&post, &all, &[], &snapshot.book, day);
        let told: Vec<(&str, Vec<ReasonCode>)> =
            ways.iter().map(|way| (way.pathway.as_str(), way.reasons.iter().map(|reason| reason.code).collect())).collect();
        assert_eq!(
            told,
            [
                ("DE-NAFR-THAMM/MA", vec![]),
                ("DE-NAFR-THAMM/EG", vec![ReasonCode::R05BelowFloor]),
                ("DE-NAFR-THAMM/TN", vec![ReasonCode::PathwayClosed]),
            ]
        );
        assert!(is_served(&post, &all, &[], &snapshot.book, day));
        assert!(!is_served(&post, &all[..3], &[], &snapshot.book, day), "the open one is left out");
        post.employer.suspended = true;
        assert!(!is_served(&post, &all, &[], &snapshot.book, day), "whatever the pathway");
    }
}
