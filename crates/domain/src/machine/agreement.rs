//! A partnership agreement: from the idea to teach-out. Suspended it takes nobody new and leaves
//! nobody alone; it ends when the last person under it has a lawful outcome.

use super::{Ask, Refusal, guard, in_hand, taken};
use crate::corridor::Party;
use crate::people::AgreementStatus as State;
use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

words!(
    /// What can happen to an agreement.
    EventKind {
        FeasibilityOk = "feasibility_ok",
        Sign = "sign",
        Fund = "fund",
        Activate = "activate",
        Review = "review",
        Suspend = "suspend",
        Resume = "resume",
        Notice = "notice",
        LastCohortResolved = "last_cohort_resolved",
        TermEnd = "term_end",
    }
);

words!(
    /// What a yearly review says.
    ReviewOutcome { Continue = "continue", Amend = "amend" }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The four conditions of a partnership, each rated and with an owner.
    FeasibilityOk {
        qualification_clear: bool,
        training_supply: bool,
        recognition_route: bool,
        entry_route: bool,
    },
    Sign {
        destination_authority: bool,
        origin_authority: bool,
        employer_commitment: bool,
        workers_consulted: bool,
        /// Percent of the costs that somebody has taken on.
        cost_share_percent: u16,
        equity_ratio: bool,
        contingency_annex: bool,
        data_protection_annex: bool,
        complaint_body: bool,
    },
    /// Percent of the target that the reserve holds.
    Fund {
        reserve_percent: u16,
    },
    Activate {
        safeguards_checked: bool,
    },
    Review {
        outcome: ReviewOutcome,
    },
    Suspend {
        reason: String,
    },
    Resume,
    Notice {
        months: u32,
    },
    /// The service counts who is still on the way.
    LastCohortResolved {
        #[serde(default)]
        open_journeys: u64,
    },
    TermEnd {
        #[serde(default)]
        open_journeys: u64,
    },
}

impl Event {
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::FeasibilityOk { .. } => EventKind::FeasibilityOk,
            Self::Sign { .. } => EventKind::Sign,
            Self::Fund { .. } => EventKind::Fund,
            Self::Activate { .. } => EventKind::Activate,
            Self::Review { .. } => EventKind::Review,
            Self::Suspend { .. } => EventKind::Suspend,
            Self::Resume => EventKind::Resume,
            Self::Notice { .. } => EventKind::Notice,
            Self::LastCohortResolved { .. } => EventKind::LastCohortResolved,
            Self::TermEnd { .. } => EventKind::TermEnd,
        }
    }
}

/// An agreement with the facts of its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    pub state: State,
    pub signed_on: Option<NaiveDate>,
    pub reviewed_on: Option<NaiveDate>,
    pub notice_on: Option<NaiveDate>,
    /// Day before which the notice does not end it.
    pub ends_on: Option<NaiveDate>,
}

impl Agreement {
    pub const fn new(state: State, signed_on: Option<NaiveDate>, ends_on: Option<NaiveDate>) -> Self {
        Self { state, signed_on, reviewed_on: None, notice_on: None, ends_on }
    }

    pub fn takes(&self) -> Vec<EventKind> {
        use EventKind as K;
        match self.state {
            State::Concept => vec![K::FeasibilityOk],
            State::Negotiation => vec![K::Sign],
            State::Signed => vec![K::Fund],
            State::Funded => vec![K::Activate],
            State::Active => vec![K::Review, K::Suspend, K::Notice, K::TermEnd],
            State::Amending => vec![K::Sign],
            State::Suspended => vec![K::Resume, K::Notice],
            State::TeachOut => vec![K::LastCohortResolved],
            State::Terminated | State::Expired => vec![],
        }
    }

    /// What follows from an event.
    ///
    /// # Errors
    /// Why it cannot happen.
    pub fn apply(&self, event: &Event, by: Option<Party>, on: NaiveDate) -> Result<Self, Refusal> {
        let kind = event.kind();
        taken(self.state.as_str(), &self.takes(), kind, EventKind::as_str)?;
        in_hand(hands(kind), by)?;
        let mut next = self.clone();
        match event {
            Event::FeasibilityOk { qualification_clear, training_supply, recognition_route, entry_route } => {
                guard(*qualification_clear, "qualification_clear")?;
                guard(*training_supply, "training_supply")?;
                guard(*recognition_route, "recognition_route")?;
                guard(*entry_route, "entry_route")?;
                next.state = State::Negotiation;
            }
            Event::Sign {
                destination_authority,
                origin_authority,
                employer_commitment,
                workers_consulted,
                cost_share_percent,
                equity_ratio,
                contingency_annex,
                data_protection_annex,
                complaint_body,
            } => {
                guard(*destination_authority, "destination_authority")?;
                guard(*origin_authority, "origin_authority")?;
                guard(*employer_commitment, "employer_commitment")?;
                guard(*workers_consulted, "workers_consulted")?;
                guard(*cost_share_percent == 100, "cost_share_percent")?;
                guard(*equity_ratio, "equity_ratio")?;
                guard(*contingency_annex, "contingency_annex")?;
                guard(*data_protection_annex, "data_protection_annex")?;
                guard(*complaint_body, "complaint_body")?;
                // What is amended while it runs is signed again and runs on.
                next.state = if self.state == State::Amending { State::Active } else { State::Signed };
                next.signed_on = Some(on);
            }
            Event::Fund { reserve_percent } => {
                guard(*reserve_percent >= 100, "reserve_percent")?;
                next.state = State::Funded;
            }
            Event::Activate { safeguards_checked } => {
                guard(*safeguards_checked, "safeguards_checked")?;
                next.state = State::Active;
            }
            Event::Review { outcome } => {
                next.reviewed_on = Some(on);
                next.state = if *outcome == ReviewOutcome::Amend { State::Amending } else { State::Active };
            }
            Event::Suspend { reason } => {
                guard(!reason.trim().is_empty(), "reason")?;
                next.state = State::Suspended;
            }
            Event::Resume => next.state = State::Active,
            Event::Notice { months } => {
                guard((1..=120).contains(months), "months")?;
                (next.state, next.notice_on) = (State::TeachOut, Some(on));
                next.ends_on = on.checked_add_months(chrono::Months::new(*months));
            }
            Event::LastCohortResolved { open_journeys } => {
                guard(*open_journeys == 0, "open_journeys")?;
                guard(self.notice_on.is_none() || self.ends_on.is_some_and(|end| on >= end), "notice_period")?;
                next.state = State::Terminated;
            }
            Event::TermEnd { open_journeys } => {
                guard(self.ends_on.is_some_and(|end| on >= end), "term")?;
                next.state = if *open_journeys == 0 { State::Expired } else { State::TeachOut };
            }
        }
        Ok(next)
    }
}

/// Whose hand brings an event: the two authorities together stand behind each.
pub const fn hands(_: EventKind) -> &'static [Party] {
    &[Party::OriginAuthority, Party::DestinationAuthority]
}

/// What has to be said with an event.
pub const fn asks(kind: EventKind) -> &'static [(&'static str, Ask)] {
    match kind {
        EventKind::FeasibilityOk => {
            &[("qualification_clear", Ask::Yes), ("training_supply", Ask::Yes), ("recognition_route", Ask::Yes), ("entry_route", Ask::Yes)]
        }
        EventKind::Sign => &[
            ("destination_authority", Ask::Yes),
            ("origin_authority", Ask::Yes),
            ("employer_commitment", Ask::Yes),
            ("workers_consulted", Ask::Yes),
            ("cost_share_percent", Ask::Percent),
            ("equity_ratio", Ask::Yes),
            ("contingency_annex", Ask::Yes),
            ("data_protection_annex", Ask::Yes),
            ("complaint_body", Ask::Yes),
        ],
        EventKind::Fund => &[("reserve_percent", Ask::Count)],
        EventKind::Activate => &[("safeguards_checked", Ask::Yes)],
        EventKind::Review => &[("outcome", Ask::Words("review-outcome", ReviewOutcome::WORDS))],
        EventKind::Suspend => &[("reason", Ask::Text)],
        EventKind::Notice => &[("months", Ask::Count)],
        // Who is still on the way is counted, not said.
        EventKind::Resume | EventKind::LastCohortResolved | EventKind::TermEnd => &[],
    }
}

#[cfg(test)]
mod tests;
