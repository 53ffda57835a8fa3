//! A need: forecast, validated, open, its seats reserved and filled, closed. A reservation is a lock
//! with a day on which it falls; a seat is never held twice.

use super::{Ask, Refusal, guard, in_hand, taken};
use crate::corridor::Party;
use crate::people::NeedStatus as State;
use crate::words;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

words!(
    /// What can happen to a need.
    EventKind {
        Validate = "validate",
        Publish = "publish",
        Reserve = "reserve",
        Timeout = "timeout",
        Release = "release",
        OfferAccepted = "offer_accepted",
        Start = "start",
        Suspend = "suspend",
        Resume = "resume",
        Cancel = "cancel",
    }
);

words!(
    /// Why a need stands still.
    SuspendReason { Strike = "strike", Licence = "licence", Insolvency = "insolvency", WageClaim = "wage_claim" }
);

/// Whoever holds a seat; the machine only compares.
pub type Holder = String;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    Validate {
        /// A labour-market test, or the occupation on a shortage list.
        evidence: bool,
        /// Last day on which the result of the test counts.
        #[serde(default)]
        evidence_valid_to: Option<NaiveDate>,
        wage_checked: bool,
        employer_in_standing: bool,
    },
    Publish,
    Reserve {
        holder: Holder,
        until: NaiveDate,
    },
    Timeout {
        holder: Holder,
    },
    Release {
        holder: Holder,
    },
    OfferAccepted {
        holder: Holder,
    },
    Start {
        holder: Holder,
    },
    Suspend {
        reason: SuspendReason,
    },
    Resume,
    Cancel {
        reason: String,
    },
}

impl Event {
    pub const fn kind(&self) -> EventKind {
        match self {
            Self::Validate { .. } => EventKind::Validate,
            Self::Publish => EventKind::Publish,
            Self::Reserve { .. } => EventKind::Reserve,
            Self::Timeout { .. } => EventKind::Timeout,
            Self::Release { .. } => EventKind::Release,
            Self::OfferAccepted { .. } => EventKind::OfferAccepted,
            Self::Start { .. } => EventKind::Start,
            Self::Suspend { .. } => EventKind::Suspend,
            Self::Resume => EventKind::Resume,
            Self::Cancel { .. } => EventKind::Cancel,
        }
    }
}

/// A need with the facts of its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    pub state: State,
    /// Seats in all.
    pub positions: u32,
    pub evidence_valid_to: Option<NaiveDate>,
    pub reserved: BTreeMap<Holder, NaiveDate>,
    pub filled: BTreeSet<Holder>,
    pub started: BTreeSet<Holder>,
    pub suspended_for: Option<SuspendReason>,
}

impl Need {
    pub fn new(state: State, positions: u32) -> Self {
        let (reserved, filled, started) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        Self { state, positions, evidence_valid_to: None, reserved, filled, started, suspended_for: None }
    }

    /// Seats that nobody holds.
    pub fn free(&self) -> usize {
        (self.positions as usize).saturating_sub(self.reserved.len() + self.filled.len() + self.started.len())
    }

    pub fn takes(&self) -> Vec<EventKind> {
        use EventKind as K;
        let seats = [K::Timeout, K::Release, K::OfferAccepted, K::Start];
        match self.state {
            State::Forecast => vec![K::Validate, K::Cancel],
            State::Validated => vec![K::Publish, K::Cancel],
            State::Open => [K::Reserve].into_iter().chain(seats).chain([K::Suspend, K::Cancel]).collect(),
            State::Reserved => seats.into_iter().chain([K::Suspend, K::Cancel]).collect(),
            State::Filled => vec![K::Release, K::Start, K::Cancel],
            // Who has a seat may still give it back.
            State::Suspended => vec![K::Resume, K::Timeout, K::Release, K::Cancel],
            State::Closed | State::Cancelled => vec![],
        }
    }

    /// What follows from an event. `by` is nobody where the system itself brings it.
    ///
    /// # Errors
    /// Why it cannot happen.
    pub fn apply(&self, event: &Event, by: Option<Party>, on: NaiveDate) -> Result<Self, Refusal> {
        let kind = event.kind();
        taken(self.state.as_str(), &self.takes(), kind, EventKind::as_str)?;
        in_hand(hands(kind), by)?;
        let mut next = self.clone();
        match event {
            Event::Validate { evidence, evidence_valid_to, wage_checked, employer_in_standing } => {
                guard(*evidence, "evidence")?;
                guard(evidence_valid_to.is_none_or(|end| end >= on), "evidence_valid_to")?;
                guard(*wage_checked, "wage_checked")?;
                guard(*employer_in_standing, "employer_in_standing")?;
                (next.state, next.evidence_valid_to) = (State::Validated, *evidence_valid_to);
            }
            Event::Publish => {
                guard(self.evidence_valid_to.is_none_or(|end| end >= on), "evidence_valid_to")?;
                next.state = State::Open;
            }
            Event::Reserve { holder, until } => {
                guard(*until >= on, "until")?;
                guard(!self.holds(holder), "holder")?;
                guard(self.free() > 0, "seat")?;
                next.reserved.insert(holder.clone(), *until);
                next.settle();
            }
            Event::Timeout { holder } => {
                guard(self.reserved.get(holder).is_some_and(|until| on > *until), "until")?;
                next.drop_seat(holder);
            }
            Event::Release { holder } => {
                guard(self.holds(holder) && !self.started.contains(holder), "holder")?;
                next.drop_seat(holder);
            }
            Event::OfferAccepted { holder } => {
                guard(self.reserved.contains_key(holder), "holder")?;
                next.reserved.remove(holder);
                next.filled.insert(holder.clone());
                next.settle();
            }
            Event::Start { holder } => {
                guard(self.filled.contains(holder), "holder")?;
                next.filled.remove(holder);
                next.started.insert(holder.clone());
                next.settle();
            }
            Event::Suspend { reason } => (next.state, next.suspended_for) = (State::Suspended, Some(*reason)),
            Event::Resume => {
                (next.state, next.suspended_for) = (State::Open, None);
                next.settle();
            }
            Event::Cancel { reason } => {
                guard(!reason.trim().is_empty(), "reason")?;
                next.state = State::Cancelled;
            }
        }
        Ok(next)
    }

    fn holds(&self, holder: &Holder) -> bool {
        self.reserved.contains_key(holder) || self.filled.contains(holder) || self.started.contains(holder)
    }

    fn drop_seat(&mut self, holder: &Holder) {
        self.reserved.remove(holder);
        self.filled.remove(holder);
        self.settle();
    }

    /// The state that the seats make. A suspension outlasts what happens to the seats.
    fn settle(&mut self) {
        if self.state == State::Suspended {
            return;
        }
        self.state = if self.free() > 0 {
            State::Open
        } else if !self.reserved.is_empty() {
            State::Reserved
        } else if !self.filled.is_empty() {
            State::Filled
        } else {
            State::Closed
        };
    }
}

/// A holder by its identifier.
pub fn holder(id: impl Display) -> Holder {
    id.to_string()
}

/// Whose hand brings an event; nobody's where the system itself does.
pub const fn hands(kind: EventKind) -> &'static [Party] {
    use Party::{DestinationAuthority, Employer};
    match kind {
        EventKind::Validate | EventKind::Suspend | EventKind::Resume => &[DestinationAuthority],
        EventKind::Publish | EventKind::Cancel => &[Employer, DestinationAuthority],
        // Seats follow what the two sides say to a proposal and what happens on the journey.
        EventKind::Reserve | EventKind::Timeout | EventKind::Release | EventKind::OfferAccepted | EventKind::Start => &[],
    }
}

/// What has to be said with an event.
pub const fn asks(kind: EventKind) -> &'static [(&'static str, Ask)] {
    match kind {
        EventKind::Validate => {
            &[("evidence", Ask::Yes), ("evidence_valid_to", Ask::Date), ("wage_checked", Ask::Yes), ("employer_in_standing", Ask::Yes)]
        }
        EventKind::Suspend => &[("reason", Ask::Words("suspend-reason", SuspendReason::WORDS))],
        EventKind::Cancel => &[("reason", Ask::Text)],
        EventKind::Reserve => &[("holder", Ask::Text), ("until", Ask::Date)],
        EventKind::Timeout | EventKind::Release | EventKind::OfferAccepted | EventKind::Start => &[("holder", Ask::Text)],
        EventKind::Publish | EventKind::Resume => &[],
    }
}

#[cfg(test)]
mod tests;
