//! The contingency plan of an agreement: what is done about each cause, in which order, within which periods, and with
//! whose money. Data that two authorities agree on before anybody is trained; the order of responses and the periods are
//! theirs to set, and in whose hands a cause lies is not.

use super::cause::{AtFault, CAUSES, Control, Lasting, cause, is_danger_at_home};
use super::response::Response;
use super::support::Support;
use super::waiting_list::WaitingList;
use crate::finance::reserve;
use crate::finance::shares::{SHARES_MAX, Share, faults};
use crate::machine::contingency::Terms;
use crate::money::{Currency, Money};
use crate::occupation::IscoCode;
use crate::words;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Version of this format.
pub const FORMAT: u32 = 1;
/// The longest deferral that any plan may name.
const DEFERRAL_MOST_DAYS: u32 = 1_095;

/// What is done about one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// A cause of the taxonomy, such as `DST.BORDER`.
    pub cause: String,
    /// The first one first.
    pub responses: Vec<Response>,
    /// What she is given beside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub support: Vec<Support>,
    /// What whoever fails owes by the agreement where this cause strikes, for one person; an officer may say otherwise in
    /// a case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed: Option<Money>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    pub format: u32,
    pub answers: Vec<Answer>,
    #[serde(default)]
    pub terms: Terms,
    /// Longest deferral of one person, and where many are struck.
    pub deferral_days: u32,
    pub cohort_deferral_days: u32,
    /// What somebody without income is paid each month while she waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stipend: Option<Money>,
    /// Most places that the stipend is promised for at once; what the reserve has to hold follows from it.
    #[serde(default)]
    pub stipend_places: u32,
    /// Who pays which part of each class of costs, and when it falls due.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shares: Vec<Share>,
    /// What the reserve has to hold before somebody new is enrolled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cover: Option<Cover>,
    /// Occupations that may be changed where recognition of the first one fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches: Vec<Switch>,
    /// What may be asked of somebody who leaves of her own will before she departs; nothing where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repayment: Option<RepaymentTerms>,
    /// Who is asked next where somebody gives up her place.
    #[serde(default)]
    pub waiting_list: WaitingList,
}

/// Another occupation of the same field that both states let somebody go over to, such as from nurse to nursing aide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    pub from: IscoCode,
    pub to: IscoCode,
}

/// What the reserve of an agreement is reckoned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// How many places in a thousand are struck.
    pub per_mille: u16,
    /// Mean loss of a place that is struck.
    pub mean_loss: Money,
}

impl Cover {
    /// What the reserve has to hold for so many places, of which one cohort exposes the most; its floor and what is
    /// called for where it holds `balance`.
    ///
    /// # Errors
    /// When the amounts are beyond what can be reckoned with, or there is no place.
    pub fn reserve(self, places: u32, exposure_minor: i64, balance_minor: i64) -> Result<reserve::Reserve, crate::finance::Unfit> {
        let of = |minor| Money::new(minor, self.mean_loss.currency);
        reserve::reserve(&reserve::Question {
            groups: vec![reserve::Group {
                causes: "all".into(),
                places,
                probability: f64::from(self.per_mille) / 1_000.0,
                mean_loss: self.mean_loss,
            }],
            z: reserve::Z_DEFAULT,
            catastrophe: reserve::CATASTROPHE_DEFAULT,
            exposure: of(exposure_minor),
            places: None,
            balance: Some(of(balance_minor)),
        })
    }
}

/// What may be asked back, where the law of both sides allows it (rule R17).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepaymentTerms {
    pub cap: Money,
    /// Months of work over which it falls to nothing.
    pub months: u32,
}

/// Occupations that one plan names.
pub const SWITCHES_MAX: usize = 50;
/// The least time to choose and to appeal. Illustrative.
const CONSENT_LEAST_WORKING_DAYS: u32 = 5;
const APPEAL_LEAST_DAYS: u32 = 14;
/// The longest time that anything may be asked back.
const REPAYMENT_MONTHS_MOST: u32 = 36;

/// What an agreement has to stand behind a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Behind {
    /// Places of people who stay.
    pub home_places: bool,
    /// Another institute of the country teaches the same.
    pub other_institute: bool,
    /// What the reserve holds in the currency of the stipend, in minor units.
    pub reserve_minor: i64,
    /// Two governments place people under it: their class may be exempt from a cap.
    pub between_governments: bool,
    /// The first two currencies of its budgets.
    pub currencies: [Option<Currency>; 2],
}

impl Behind {
    /// Whether all budgets are in this currency, or there is none yet.
    fn is_in(&self, currency: Currency) -> bool {
        self.currencies.iter().flatten().all(|known| *known == currency)
    }
}

words!(
    /// What a check finds. Each has a sentence in the catalogues of messages.
    Finding {
        /// Not the format of this version.
        UnknownFormat = "unknown_format",
        /// A code that is no cause.
        UnknownCause = "unknown_cause",
        /// A cause that is answered twice.
        Twice = "twice",
        /// A cause without an answer, or with none that leads anywhere.
        NoAnswer = "no_answer",
        /// Work at home is promised, and the agreement has no places for those who stay.
        NoHomePlaces = "no_home_places",
        /// Another institute is promised, and there is none.
        NoOtherInstitute = "no_other_institute",
        /// A way back to the country of origin for whoever needs protection from it.
        IntoDanger = "into_danger",
        /// Longer than any deferral may be, or longer for one than for many.
        DeferralTooLong = "deferral_too_long",
        /// A stipend is promised that nobody has set an amount for.
        StipendOpen = "stipend_open",
        /// The reserve does not hold what is promised.
        Unfunded = "unfunded",
        /// The shares of a class of costs do not add up to a hundred, name the trainee where she never pays, or cap everybody.
        SharesUnsound = "shares_unsound",
        /// Something is owed where nobody answers for the cause, or nothing at all is.
        OwedByNobody = "owed_by_nobody",
        /// The reserve is reckoned from nothing, or in another currency than what places cost.
        CoverOpen = "cover_open",
        /// Another occupation is promised, and none is named; or one is named that is the same.
        SwitchOpen = "switch_open",
        /// More is asked back, or for longer, than may be.
        RepaymentTooLong = "repayment_too_long",
        /// Shares of the waiting list that cannot be kept, or a turn that is promised for too long.
        WaitingListUnsound = "waiting_list_unsound",
        /// A response that can never be open: an end is waited for that never comes, or an exemption without an agreement of
        /// two governments.
        NeverOpen = "never_open",
        /// Less time than anybody needs to choose, or to appeal.
        TooHasty = "too_hasty",
        /// A pregnancy, an illness or a refusal is answered by ending her way.
        EndsHerWay = "ends_her_way",
    }
);

/// A finding, with the cause that it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub finding: Finding,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl Plan {
    /// What the taxonomy itself proposes for every cause, but for what only the two sides can fill in: where a plan begins.
    pub fn standard() -> Self {
        let answer = |known: &super::Cause| Answer {
            cause: known.code.into(),
            responses: known.responses.iter().copied().filter(|way| *way != Response::SwitchOccupation).collect(),
            support: Support::usual(known.code),
            owed: None,
        };
        Self {
            format: FORMAT,
            answers: CAUSES.iter().map(answer).collect(),
            terms: Terms::default(),
            deferral_days: 365,
            cohort_deferral_days: 730,
            stipend: None,
            stipend_places: 0,
            shares: vec![],
            cover: None,
            switches: vec![],
            repayment: None,
            waiting_list: WaitingList::default(),
        }
    }

    /// What whoever fails owes by the agreement where a cause strikes.
    pub fn owed(&self, code: &str) -> Option<Money> {
        self.answers.iter().find(|answer| answer.cause == code).and_then(|answer| answer.owed)
    }

    /// The most that may be asked back of somebody whose cause lies within her control; nothing of anybody else.
    pub fn asked_back(&self, control: Control) -> Option<Money> {
        self.repayment.map(|terms| terms.cap).filter(|_| control == Control::Within)
    }

    /// What somebody whom a cause strikes is given beside a way out.
    pub fn support(&self, code: &str) -> &[Support] {
        self.answers.iter().find(|answer| answer.cause == code).map_or(&[], |answer| &answer.support)
    }

    /// The responses to a cause, in the order of the plan; those of the taxonomy where it names none.
    pub fn responses(&self, code: &str) -> &[Response] {
        let planned = self.answers.iter().find(|answer| answer.cause == code).map(|answer| answer.responses.as_slice());
        planned.or_else(|| cause(code).map(|known| known.responses)).unwrap_or(&[])
    }

    /// What is wrong with a plan. One without findings may be published.
    pub fn check(&self, behind: Behind) -> Vec<Found> {
        let mut found = Vec::new();
        let mut note = |finding, cause: Option<&str>| found.push(Found { finding, cause: cause.map(str::to_owned) });
        if self.format != FORMAT {
            note(Finding::UnknownFormat, None);
        }
        let mut seen = BTreeSet::new();
        for answer in &self.answers {
            let code = answer.cause.as_str();
            let Some(known) = cause(code) else {
                note(Finding::UnknownCause, Some(code));
                continue;
            };
            if !seen.insert(code) {
                note(Finding::Twice, Some(code));
            }
            if !answer.responses.iter().any(|response| !response.goes_along()) {
                note(Finding::NoAnswer, Some(code));
            }
            let has = |response| answer.responses.contains(&response);
            if has(Response::HomeTrack) && !behind.home_places {
                note(Finding::NoHomePlaces, Some(code));
            }
            if (has(Response::TransferCohort) || has(Response::RelocateTraining)) && !behind.other_institute {
                note(Finding::NoOtherInstitute, Some(code));
            }
            if has(Response::HomeTrack) && is_danger_at_home(code) {
                note(Finding::IntoDanger, Some(code));
            }
            if has(Response::Terminate) && known.control == Control::Outside {
                note(Finding::EndsHerWay, Some(code));
            }
            let nobody = matches!(known.at_fault, AtFault::Nobody | AtFault::Trainee | AtFault::Insurer);
            if answer.owed.is_some_and(|owed| owed.minor <= 0 || nobody || !behind.is_in(owed.currency)) {
                note(Finding::OwedByNobody, Some(code));
            }
            if has(Response::SwitchOccupation) && self.switches.is_empty() {
                note(Finding::SwitchOpen, Some(code));
            }
            let waits_for_good = has(Response::Defer) && known.lasting == Lasting::ForGood;
            if waits_for_good || has(Response::Exemption) && !behind.between_governments {
                note(Finding::NeverOpen, Some(code));
            }
            if has(Response::Stipend) && self.stipend.is_none() {
                note(Finding::StipendOpen, Some(code));
            }
        }
        for known in CAUSES.iter().filter(|known| !seen.contains(known.code)) {
            note(Finding::NoAnswer, Some(known.code));
        }
        if self.deferral_days > self.cohort_deferral_days || self.cohort_deferral_days > DEFERRAL_MOST_DAYS {
            note(Finding::DeferralTooLong, None);
        }
        // A cap in another currency than what it caps would cap nothing.
        let caps_fit = self.shares.iter().filter_map(|share| share.cap).all(|cap| behind.is_in(cap.currency));
        if !faults(&self.shares).is_empty() || self.shares.len() > SHARES_MAX || !caps_fit {
            note(Finding::SharesUnsound, None);
        }
        let sound =
            |cover: Cover| (1..=1_000).contains(&cover.per_mille) && cover.mean_loss.minor > 0 && behind.is_in(cover.mean_loss.currency);
        if self.cover.is_some_and(|cover| !sound(cover)) {
            note(Finding::CoverOpen, None);
        }
        if self.switches.len() > SWITCHES_MAX || self.switches.iter().any(|switch| switch.from == switch.to) {
            note(Finding::SwitchOpen, None);
        }
        if self.terms.consent_working_days < CONSENT_LEAST_WORKING_DAYS || self.terms.appeal_days < APPEAL_LEAST_DAYS {
            note(Finding::TooHasty, None);
        }
        if self.repayment.is_some_and(|terms| {
            terms.cap.minor <= 0 || !behind.is_in(terms.cap.currency) || !(1..=REPAYMENT_MONTHS_MOST).contains(&terms.months)
        }) {
            note(Finding::RepaymentTooLong, None);
        }
        if !self.waiting_list.is_sound() {
            note(Finding::WaitingListUnsound, None);
        }
        if let Some(monthly) = self.stipend {
            // The longest wait of everybody to whom it is promised.
            let months = i64::from(self.cohort_deferral_days.div_ceil(30));
            let promised = monthly.minor.saturating_mul(months).saturating_mul(self.stipend_places.into());
            if self.stipend_places == 0 || monthly.minor <= 0 || promised > behind.reserve_minor {
                note(Finding::Unfunded, None);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn behind() -> Behind {
        let euro = Currency::parse("EUR").ok();
        Behind { home_places: true, other_institute: true, between_governments: true, reserve_minor: 10_000_000, currencies: [euro, None] }
    }

    fn funded() -> Plan {
        let stipend = Some(Money::parse("EUR 300").unwrap());
        Plan { stipend, stipend_places: 10, ..Plan::standard() }
    }

    fn findings(plan: &Plan, behind: Behind) -> Vec<(Finding, Option<&'static str>)> {
        let code = |found: &Found| found.cause.as_deref().and_then(cause).map(|known| known.code);
        plan.check(behind).iter().map(|found| (found.finding, code(found))).collect()
    }

    #[test]
    fn what_the_taxonomy_proposes_is_sound_where_it_is_funded() {
        assert_eq!(findings(&funded(), behind()), []);
    }

    #[test]
    fn money_that_does_not_add_up_is_found() {
        use crate::corridor::{CostClass, Party};
        use crate::finance::shares::Milestone;
        let part =
            |percent| Share { class: CostClass::EducationInvestment, payer: Party::Funder, percent, cap: None, due: Milestone::Enrolment };
        let euro = |text: &str| Money::parse(text).unwrap();
        let of = |change: &dyn Fn(&mut Plan)| {
            let mut plan = funded();
            change(&mut plan);
            findings(&plan, behind())
        };
        assert_eq!(of(&|plan| plan.shares = vec![part(60), part(40)]), []);
        assert_eq!(of(&|plan| plan.shares = vec![part(60)]), [(Finding::SharesUnsound, None)]);
        let cover = |per_mille| Some(Cover { per_mille, mean_loss: euro("EUR 6000") });
        assert_eq!(of(&|plan| plan.cover = cover(80)), []);
        assert_eq!(of(&|plan| plan.cover = cover(0)), [(Finding::CoverOpen, None)]);
        let foreign = Some(Cover { per_mille: 80, mean_loss: euro("MAD 60000") });
        assert_eq!(of(&|plan| plan.cover = foreign), [(Finding::CoverOpen, None)]);
        let owes = |code: &'static str, amount: &'static str| {
            of(&move |plan: &mut Plan| {
                let at = plan.answers.iter().position(|answer| answer.cause == code).unwrap();
                plan.answers[at].owed = Some(Money::parse(amount).unwrap());
            })
        };
        assert_eq!(owes("EMP.INSOLV", "EUR 500"), []);
        assert_eq!(owes("PER.CARE", "EUR 500"), [(Finding::OwedByNobody, Some("PER.CARE"))]);
        let long = WaitingList { re_entry_months: 61, ..WaitingList::default() };
        assert_eq!(of(&|plan| plan.waiting_list = long.clone()), [(Finding::WaitingListUnsound, None)]);
        let terms = |months| Some(RepaymentTerms { cap: euro("EUR 3000"), months });
        assert_eq!(of(&|plan| plan.repayment = terms(24)), []);
        assert_eq!(of(&|plan| plan.repayment = terms(60)), [(Finding::RepaymentTooLong, None)]);
        // Vector 5: a hundred places at eight percent.
        let reserve = cover(80).unwrap().reserve(100, 60_000_000, 8_382_131).unwrap();
        assert_eq!(reserve.target, euro("EUR 104776.64"));
        assert!(!reserve.standing.unwrap().enrolment_open);
    }

    #[test]
    fn every_promise_that_cannot_be_kept_is_found() {
        let mut plan = funded();
        plan.answers.retain(|answer| answer.cause != "DST.BORDER");
        assert_eq!(findings(&plan, behind()), [(Finding::NoAnswer, Some("DST.BORDER"))]);
        let mut plan = funded();
        plan.answers[0].responses = vec![Response::Stipend];
        assert_eq!(findings(&plan, behind()), [(Finding::NoAnswer, Some("PER.BEREAVE"))], "money alone leads nowhere");
        let mut plan = funded();
        plan.stipend = None;
        assert_eq!(findings(&plan, behind()), [(Finding::StipendOpen, Some("HLT.EPIDEMIC")), (Finding::StipendOpen, Some("DST.BORDER"))]);
        let short = Behind { reserve_minor: 7_499_999, ..behind() };
        assert_eq!(findings(&funded(), short), [(Finding::Unfunded, None)], "ten people for 25 months at 300.00");
        let poor = Behind { home_places: false, ..behind() };
        assert!(findings(&funded(), poor).iter().all(|(finding, _)| *finding == Finding::NoHomePlaces));
        let mut plan = funded();
        let conflict = plan.answers.iter_mut().find(|answer| answer.cause == "ORI.CONFLICT").unwrap();
        conflict.responses.push(Response::HomeTrack);
        assert_eq!(findings(&plan, behind()), [(Finding::IntoDanger, Some("ORI.CONFLICT"))]);
        let mut plan = funded();
        let birth = plan.answers.iter_mut().find(|answer| answer.cause == "PER.PREG").unwrap();
        birth.responses.push(Response::Terminate);
        assert_eq!(findings(&plan, behind()), [(Finding::EndsHerWay, Some("PER.PREG"))], "never a ground for ending it");
    }
}
