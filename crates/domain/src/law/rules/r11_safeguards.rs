//! R11, WHO safeguards: no active recruitment of health workers from countries on the list,
//! except under an agreement between governments that analyses and supports the origin's health
//! labour market. A match made here *is* active recruitment, however the person registered.
//!
//! Source: WHO Global Code of Practice (2010) and the health workforce support and safeguards
//! list, 2023 edition.

use super::{Finding, MatchFacts};
use crate::law::book::{RuleBook, Severity};
use crate::matching::{Reason, ReasonCode};
use crate::occupation::IscoCode;
use crate::words;

words!(
    /// How an occupation stands to the list.
    HealthScope {
        /// Doctors, nurses, midwives: the professions that the list counts.
        Core = "core",
        /// Other health and personal care occupations.
        Extended = "extended",
        None = "none",
    }
);

pub fn health_scope(isco: IscoCode) -> HealthScope {
    const CORE: [&str; 6] = ["2211", "2212", "2221", "2222", "3221", "3222"];
    const EXTENDED: [&str; 7] = ["221", "222", "226", "321", "322", "325", "532"];
    let code = isco.as_str();
    if CORE.contains(&code) {
        HealthScope::Core
    } else if code == "2240" || EXTENDED.iter().any(|prefix| code.starts_with(prefix)) {
        HealthScope::Extended
    } else {
        HealthScope::None
    }
}

pub(super) fn judge(facts: &MatchFacts<'_>, book: &RuleBook) -> Finding {
    let scope = health_scope(facts.need.occupation);
    let finding = Finding::of(facts).used("health_scope", scope);
    if scope == HealthScope::None {
        return finding.pass();
    }
    let Some(list) = book.safeguards_on(facts.match_date) else {
        return finding.unknown(ReasonCode::R11Listed, "safeguards_list");
    };
    let finding = finding.used("list", &list.edition);
    let people = [facts.trainee.habitual_residence, facts.trainee.training_country];
    let Some(listed) = people.into_iter().find(|country| list.countries.contains(country)) else {
        return finding.pass();
    };
    let finding = finding.used("country", listed);
    let reason = |code| Reason::new(code).with("country", listed).with("edition", &list.edition);
    if scope == HealthScope::Extended && book.extended_health_set == Severity::Warn {
        return finding.warn(reason(ReasonCode::R11ExtendedWatch));
    }
    match &facts.pathway.agreement {
        Some(agreement) if agreement.between_governments => {
            if agreement.labour_market_analysis && agreement.support_to_origin {
                finding.used("agreement", "between_governments").pass()
            } else {
                finding.block(reason(ReasonCode::R11Conditions))
            }
        }
        _ => finding.block(reason(ReasonCode::R11Listed)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::test_facts::{World, book};
    use super::*;
    use crate::country::CountryCode;
    use crate::law::facts::AgreementFacts;
    use crate::law::verdict::Outcome;

    fn verdict(from: &str, isco: &str, agreement: Option<AgreementFacts>, extended: Severity) -> (Option<Outcome>, Option<ReasonCode>) {
        let mut world = World::lawful();
        world.trainee.training_country = CountryCode::parse(from).unwrap();
        world.trainee.habitual_residence = world.trainee.training_country;
        world.need.occupation = IscoCode::parse(isco).unwrap();
        world.pathway.agreement = agreement;
        let finding = judge(&world.facts(), &RuleBook { extended_health_set: extended, ..book() });
        (finding.outcome, finding.reason.map(|reason| reason.code))
    }

    #[test]
    fn nurses_of_listed_countries_come_only_under_a_full_agreement() {
        let full = AgreementFacts { between_governments: true, labour_market_analysis: true, support_to_origin: true };
        let hollow = AgreementFacts { support_to_origin: false, ..full.clone() };
        assert_eq!(verdict("NP", "2221", Some(full), Severity::Block).0, Some(Outcome::Pass));
        assert_eq!(verdict("NP", "2221", Some(hollow), Severity::Block).1, Some(ReasonCode::R11Conditions));
        assert_eq!(verdict("NG", "2221", None, Severity::Block).1, Some(ReasonCode::R11Listed));
        assert_eq!(verdict("KE", "2221", None, Severity::Block).0, Some(Outcome::Pass));
        assert_eq!(verdict("MA", "2512", None, Severity::Block).0, Some(Outcome::Pass));
    }

    #[test]
    fn care_work_blocks_or_warns_by_the_setting_of_the_extended_set() {
        assert_eq!(verdict("VU", "5322", None, Severity::Block).0, Some(Outcome::Block));
        assert_eq!(verdict("VU", "5322", None, Severity::Warn), (Some(Outcome::Warn), Some(ReasonCode::R11ExtendedWatch)));
    }
}
