//! Terms of an employment contract in its versions, and what became worse between them.
//!
//! A worker is shown an offer, an authority attests a contract, and the last version is signed at the
//! destination. Contract substitution is what happens in between (ILO General Principles on fair recruitment;
//! rules R03 and R04): a later version may only be better, and only with her consent.

use crate::corridor::WagePeriod;
use crate::language::LanguageTag;
use crate::money::Money;
use crate::occupation::IscoCode;
use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

words!(
    /// Which version of a contract.
    Stage { Offer = "offer", Attested = "attested", Final = "final" }
);

words!(
    /// What a change means to the worker.
    Effect {
        Better = "better",
        Worse = "worse",
        /// Neither for certain: she says whether she agrees.
        Different = "different",
    }
);

/// What a written contract has to say (rule R03).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub occupation: IscoCode,
    pub site: String,
    pub duties: String,
    pub gross: Money,
    pub per: WagePeriod,
    /// Normal hours of a week, in hundredths.
    pub hours_per_week_centi: u32,
    /// Pay of an hour beyond them, in percent of a normal one.
    pub overtime_percent: u32,
    /// Paid days of leave in a year.
    pub leave_days: u32,
    /// Of gross pay, all deductions beyond taxes and social insurance.
    pub deductions_percent: u32,
    /// What housing by the employer costs in a month; nothing where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub housing: Option<Money>,
    pub insured: bool,
    /// Months; nothing where it does not end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_months: Option<u32>,
    /// Days of notice that the employer has to give.
    pub notice_days: u32,
    pub return_travel_paid: bool,
    pub complaint_body: String,
    /// Languages that the text is written in.
    pub languages: Vec<LanguageTag>,
}

/// One field that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub field: &'static str,
    pub before: String,
    pub after: String,
    pub effect: Effect,
}

/// What a contract leaves open, by the names of the fields.
pub fn gaps(terms: &Terms) -> Vec<&'static str> {
    let said = |text: &str| !text.trim().is_empty();
    [
        ("site", said(&terms.site)),
        ("duties", said(&terms.duties)),
        ("gross", terms.gross.minor > 0),
        ("hours_per_week", (1..=10_000).contains(&terms.hours_per_week_centi)),
        ("overtime_percent", (100..=500).contains(&terms.overtime_percent)),
        ("leave_days", terms.leave_days <= 366),
        ("deductions_percent", terms.deductions_percent <= 100),
        ("housing", terms.housing.is_none_or(|rent| rent.minor >= 0)),
        ("duration_months", terms.duration_months.is_none_or(|months| (1..=600).contains(&months))),
        ("notice_days", terms.notice_days <= 1_000),
        ("complaint_body", said(&terms.complaint_body)),
        ("languages", !terms.languages.is_empty()),
    ]
    .into_iter()
    .filter(|(_, sound)| !sound)
    .map(|(name, _)| name)
    .collect()
}

/// What changed from one version to a later one, in the order of the fields.
pub fn changes(before: &Terms, after: &Terms) -> Vec<Change> {
    let mut found = Vec::new();
    let mut note = |field, was: String, is: String, effect| {
        if was != is {
            found.push(Change { field, before: was, after: is, effect });
        }
    };
    let more = |was: i64, is: i64| if is > was { Effect::Better } else { Effect::Worse };
    let less = |was: i64, is: i64| more(is, was);
    let flag = |was: bool, is: bool| more(was.into(), is.into());
    // Another trade is another job: that is substitution itself.
    note("occupation", before.occupation.to_string(), after.occupation.to_string(), Effect::Worse);
    note("site", before.site.trim().into(), after.site.trim().into(), Effect::Different);
    note("duties", before.duties.trim().into(), after.duties.trim().into(), Effect::Different);
    let wage = |terms: &Terms| format!("{} / {}", terms.gross, terms.per);
    let alike = before.gross.currency == after.gross.currency && before.per == after.per;
    let effect = if alike { more(before.gross.minor, after.gross.minor) } else { Effect::Worse };
    note("gross", wage(before), wage(after), effect);
    let hours = |terms: &Terms| format!("{}.{:02}", terms.hours_per_week_centi / 100, terms.hours_per_week_centi % 100);
    // Fewer hours are a gain where pay does not follow them.
    let fewer = after.hours_per_week_centi < before.hours_per_week_centi;
    let effect = if fewer && after.per != WagePeriod::Hour { Effect::Better } else { Effect::Worse };
    note("hours_per_week", hours(before), hours(after), effect);
    let numbers = [
        ("overtime_percent", before.overtime_percent, after.overtime_percent, true),
        ("leave_days", before.leave_days, after.leave_days, true),
        ("deductions_percent", before.deductions_percent, after.deductions_percent, false),
        ("notice_days", before.notice_days, after.notice_days, true),
    ];
    for (field, was, is, gains) in numbers {
        let effect = if gains { more(was.into(), is.into()) } else { less(was.into(), is.into()) };
        note(field, was.to_string(), is.to_string(), effect);
    }
    let rent = |terms: &Terms| terms.housing.map_or_else(|| "—".to_owned(), |rent| rent.to_string());
    let effect = match (before.housing, after.housing) {
        (Some(was), Some(is)) if was.currency == is.currency => less(was.minor, is.minor),
        // Housing that was promised and is gone, or a rent in another currency.
        (Some(_), _) => Effect::Worse,
        (None, _) => Effect::Different,
    };
    note("housing", rent(before), rent(after), effect);
    note("insured", before.insured.to_string(), after.insured.to_string(), flag(before.insured, after.insured));
    let months = |terms: &Terms| terms.duration_months.map_or_else(|| "—".to_owned(), |months| months.to_string());
    let length = |terms: &Terms| terms.duration_months.map_or(i64::MAX, i64::from);
    note("duration_months", months(before), months(after), more(length(before), length(after)));
    let (was, is) = (before.return_travel_paid, after.return_travel_paid);
    note("return_travel_paid", was.to_string(), is.to_string(), flag(was, is));
    note("complaint_body", before.complaint_body.trim().into(), after.complaint_body.trim().into(), Effect::Different);
    let tongues = |terms: &Terms| terms.languages.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let lost = before.languages.iter().any(|language| !after.languages.contains(language));
    note("languages", tongues(before), tongues(after), if lost { Effect::Worse } else { Effect::Better });
    found
}

/// A version with its day and her word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    pub terms: Terms,
    pub on: NaiveDate,
    pub agreed: bool,
}

/// Why a contract is not the one that was offered (rule R04).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Substituted {
    /// Something is worse than in an earlier version, whatever anybody agreed to.
    Worse,
    /// Nothing is worse, and she has not said that she agrees.
    NotAgreed,
}

/// Whether the newest version is what was offered, or better with her consent. Each is held against every earlier
/// one: what was once promised is not taken back in small steps.
///
/// # Errors
/// What stands against it.
pub fn holds(versions: &[Version]) -> Result<(), Substituted> {
    let Some((newest, earlier)) = versions.split_last() else { return Ok(()) };
    let mut differs = false;
    for version in earlier {
        let found = changes(&version.terms, &newest.terms);
        if found.iter().any(|change| change.effect == Effect::Worse) {
            return Err(Substituted::Worse);
        }
        differs |= !found.is_empty();
    }
    if differs && !newest.agreed { Err(Substituted::NotAgreed) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn terms() -> Terms {
        Terms {
            occupation: IscoCode::parse("7411").unwrap(),
            site: "Lindau".into(),
            duties: "Wiring of new buildings".into(),
            gross: "EUR 3000".parse().unwrap(),
            per: WagePeriod::Month,
            hours_per_week_centi: 3_900,
            overtime_percent: 125,
            leave_days: 28,
            deductions_percent: 0,
            housing: Some("EUR 300".parse().unwrap()),
            insured: true,
            duration_months: None,
            notice_days: 28,
            return_travel_paid: true,
            complaint_body: "Works council".into(),
            languages: vec![LanguageTag::parse("de").unwrap(), LanguageTag::parse("fr").unwrap()],
        }
    }

    fn effect(change: impl Fn(&mut Terms)) -> Vec<(&'static str, Effect)> {
        let mut after = terms();
        change(&mut after);
        changes(&terms(), &after).into_iter().map(|change| (change.field, change.effect)).collect()
    }

    #[test]
    fn each_change_is_told_with_what_it_means_to_her() {
        use Effect::{Better, Different, Worse};
        assert_eq!(effect(|_| ()), []);
        assert_eq!(effect(|terms| terms.gross = "EUR 2999.99".parse().unwrap()), [("gross", Worse)]);
        assert_eq!(effect(|terms| terms.gross = "EUR 3100".parse().unwrap()), [("gross", Better)]);
        assert_eq!(effect(|terms| terms.per = WagePeriod::Year), [("gross", Worse)]);
        assert_eq!(effect(|terms| terms.hours_per_week_centi = 4_000), [("hours_per_week", Worse)]);
        assert_eq!(effect(|terms| terms.hours_per_week_centi = 3_800), [("hours_per_week", Better)]);
        assert_eq!(effect(|terms| terms.deductions_percent = 1), [("deductions_percent", Worse)]);
        assert_eq!(effect(|terms| terms.housing = None), [("housing", Worse)]);
        assert_eq!(effect(|terms| terms.duration_months = Some(24)), [("duration_months", Worse)]);
        assert_eq!(effect(|terms| terms.site = "Wangen".into()), [("site", Different)]);
        assert_eq!(effect(|terms| terms.languages.truncate(1)), [("languages", Worse)]);
        assert_eq!(effect(|terms| terms.occupation = IscoCode::parse("9313").unwrap()), [("occupation", Worse)]);
        assert_eq!(effect(|terms| terms.return_travel_paid = false), [("return_travel_paid", Worse)]);
    }

    #[test]
    fn what_was_promised_once_is_not_taken_back_in_steps() {
        let version = |gross: &str, agreed| {
            let terms = Terms { gross: gross.parse().unwrap(), ..terms() };
            Version { terms, on: "2027-01-01".parse().unwrap(), agreed }
        };
        assert_eq!(holds(&[]), Ok(()));
        assert_eq!(holds(&[version("EUR 3000", false), version("EUR 3000", false)]), Ok(()));
        assert_eq!(holds(&[version("EUR 3000", false), version("EUR 3100", false)]), Err(Substituted::NotAgreed));
        assert_eq!(holds(&[version("EUR 3000", false), version("EUR 3100", true)]), Ok(()));
        assert_eq!(holds(&[version("EUR 3000", false), version("EUR 2900", true)]), Err(Substituted::Worse));
        // Raised for the attestation and lowered to the offer again.
        assert_eq!(holds(&[version("EUR 3000", true), version("EUR 3200", true), version("EUR 3000", true)]), Err(Substituted::Worse));
    }

    #[test]
    fn a_contract_that_leaves_something_open_says_what() {
        assert_eq!(gaps(&terms()), Vec::<&str>::new());
        let open = Terms { duties: " ".into(), languages: vec![], overtime_percent: 99, duration_months: Some(0), ..terms() };
        assert_eq!(gaps(&open), ["duties", "overtime_percent", "duration_months", "languages"]);
    }

    proptest! {
        #[test]
        fn what_is_better_one_way_is_worse_the_other(
            gross in 1_i64..1_000_000, leave in 0_u32..60, notice in 0_u32..90, insured: bool, deductions in 0_u32..100,
        ) {
            let after = Terms {
                gross: Money { minor: gross, ..terms().gross }, leave_days: leave, notice_days: notice, insured, deductions_percent: deductions, ..terms()
            };
            let (there, back) = (changes(&terms(), &after), changes(&after, &terms()));
            prop_assert_eq!(there.len(), back.len());
            for (one, other) in there.iter().zip(&back) {
                prop_assert_eq!(one.field, other.field);
                prop_assert_eq!(one.effect == Effect::Better, other.effect == Effect::Worse);
            }
        }
    }
}
