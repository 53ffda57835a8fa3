//! R15, language: a certificate at the level asked for, unexpired on the day the visa is filed.
//! Levels of different scales never stand for one another.

use super::{Finding, MatchFacts};
use crate::language::{LanguageLevel, LanguageTag};
use crate::matching::{Reason, ReasonCode};

pub(super) fn judge(facts: &MatchFacts<'_>) -> Finding {
    let occupation = facts.need.occupation;
    let mut gates: Vec<(&LanguageTag, &[LanguageLevel])> = facts
        .pathway
        .languages
        .iter()
        .filter(|gate| gate.occupations.is_empty() || gate.occupations.contains(&occupation))
        .map(|gate| (&gate.language, gate.any_of.as_slice()))
        .collect();
    if let Some((language, level)) = &facts.need.language {
        gates.push((language, std::slice::from_ref(level)));
    }
    let filing = facts.visa_filing();
    let mut finding = Finding::of(facts).used("visa_filing", filing);
    for (language, any_of) in gates {
        finding = finding.used("asked", format_args!("{language} {}", Names(any_of)));
        if let Some(reason) = shortfall(facts, language, any_of) {
            return finding.block(reason);
        }
    }
    finding.pass()
}

/// Levels of which any will do.
struct Names<'a>(&'a [LanguageLevel]);

impl std::fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, level) in self.0.iter().enumerate() {
            write!(f, "{}{level}", if at == 0 { "" } else { " / " })?;
        }
        Ok(())
    }
}

/// The nearest miss, or `None` when one certificate is good enough: an expired certificate of
/// the right level says more than one of a lower level, and that more than one of another scale.
fn shortfall(facts: &MatchFacts<'_>, language: &LanguageTag, any_of: &[LanguageLevel]) -> Option<Reason> {
    let filing = facts.visa_filing();
    let base = |code| Reason::new(code).with("language", language).with("asked", Names(any_of));
    let mut miss: Option<(u8, Reason)> = None;
    let mut offer = |rank: u8, reason: Reason| {
        if miss.as_ref().is_none_or(|(best, _)| rank < *best) {
            miss = Some((rank, reason));
        }
    };
    for held in facts.trainee.languages.iter().filter(|held| held.language.primary() == language.primary()) {
        for asked in any_of {
            match held.level.steps_above(asked) {
                Some(steps) if steps >= 0 => match held.expires_on {
                    Some(end) if end < filing => offer(0, base(ReasonCode::R15Expires).with("end", end).with("filing", filing)),
                    _ => return None,
                },
                Some(_) => offer(1, base(ReasonCode::R15BelowLevel).with("held", held.level)),
                None => offer(2, base(ReasonCode::R15OtherScale).with("held", held.level)),
            }
        }
    }
    Some(miss.map_or_else(|| base(ReasonCode::R15NoCertificate), |(_, reason)| reason))
}

#[cfg(test)]
mod tests {
    use super::super::test_facts::World;
    use super::*;
    use crate::law::facts::{LanguageFact, LanguageGate};

    fn code(held: &[(&str, Option<&str>)], asked: &[&str]) -> Option<ReasonCode> {
        let mut world = World::lawful();
        let language = LanguageTag::parse("de").unwrap();
        world.pathway.languages = vec![LanguageGate {
            language: language.clone(),
            any_of: asked.iter().map(|level| LanguageLevel::parse(level).unwrap()).collect(),
            occupations: vec![],
        }];
        world.trainee.languages = held
            .iter()
            .map(|(level, end)| LanguageFact {
                language: language.clone(),
                level: LanguageLevel::parse(level).unwrap(),
                expires_on: end.map(|day| day.parse().unwrap()),
            })
            .collect();
        judge(&world.facts()).reason.map(|reason| reason.code)
    }

    #[test]
    fn level_and_validity_are_judged_on_the_filing_date() {
        // The visa is filed on 2027-06-23: 70 days before departure.
        assert_eq!(code(&[("CEFR B1", None)], &["CEFR B1"]), None);
        assert_eq!(code(&[("CEFR B1", Some("2027-06-23"))], &["CEFR B1"]), None);
        assert_eq!(code(&[("CEFR B1", Some("2027-06-22"))], &["CEFR B1"]), Some(ReasonCode::R15Expires));
        assert_eq!(code(&[("CEFR A2", None)], &["CEFR B1"]), Some(ReasonCode::R15BelowLevel));
        assert_eq!(code(&[("CLB 8", None)], &["CEFR B1"]), Some(ReasonCode::R15OtherScale));
        assert_eq!(code(&[], &["CEFR B1"]), Some(ReasonCode::R15NoCertificate));
        assert_eq!(code(&[("OET B", None)], &["IELTS 7", "OET B"]), None);
        assert_eq!(code(&[("CEFR A1", None), ("CEFR B2", Some("2026-12-01"))], &["CEFR B1"]), Some(ReasonCode::R15Expires));
    }
}
