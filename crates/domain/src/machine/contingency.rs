//! The contingency case: from the report that somebody cannot go on to the day on which everything that follows from it
//! is settled. Her journey stands still meanwhile; nothing is done with her life before she has said yes, but for
//! protection.

use super::{Ask, Refusal, guard, in_hand, taken};
use crate::calendar::{Calendar, Roll, Term, deadline};
use crate::contingency::{Control, Response, cause, is_cause};
use crate::corridor::Party;
use crate::money::Money;
use crate::words;
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

words!(
    State {
        Reported = "reported",
        Triaged = "triaged",
        Verified = "verified",
        Rejected = "rejected",
        Proposed = "proposed",
        Executing = "executing",
        Resolved = "resolved",
        Appeal = "appeal",
        Closed = "closed",
    }
);

words!(
    /// What can happen to a case.
    EventKind {
        Triage = "triage",
        Verify = "verify",
        Reject = "reject",
        Propose = "propose",
        Wish = "wish",
        /// She asks somebody who is on her side before she chooses.
        AskAdvice = "ask_advice",
        Advise = "advise",
        Consent = "consent",
        /// She takes back what somebody wrote down on her word.
        Retract = "retract",
        Protect = "protect",
        Done = "done",
        Worsen = "worsen",
        Appeal = "appeal",
        Decide = "decide",
        Close = "close",
        /// Her journey came to an end by another way: she withdrew, or was erased.
        Withdraw = "withdraw",
        /// What struck her and others has been declared to be over.
        Reopened = "reopened",
    }
);

words!(
    /// By what a report is believed.
    Proof {
        Evidence = "evidence",
        /// Her own word, where proof is unsafe to get or cannot be had.
        SelfDeclared = "self_declared",
        /// What she is accused of was shown after she was heard.
        Hearing = "hearing",
        /// Nobody looked at it in time: silence counts for her.
        Silence = "silence",
    }
);

words!(
    /// What the panel says to an appeal.
    Ruling { Upheld = "upheld", Dismissed = "dismissed" }
);

/// Periods of a case. Data of an agreement's plan; illustrative defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    pub triage_working_days: u32,
    pub verify_working_days: u32,
    pub propose_working_days: u32,
    pub consent_working_days: u32,
    pub close_days: u32,
    pub appeal_days: u32,
    pub decide_working_days: u32,
    /// What was chosen is carried out within.
    #[serde(default = "execute_working_days")]
    pub execute_working_days: u32,
}

/// Plans that were written before this period had a name.
fn execute_working_days() -> u32 {
    Terms::default().execute_working_days
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            triage_working_days: 2,
            verify_working_days: 10,
            propose_working_days: 15,
            consent_working_days: 10,
            close_days: 30,
            appeal_days: 30,
            decide_working_days: 20,
            execute_working_days: 20,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// The cause as the officer sees it.
    Triage {
        cause: String,
        safety_risk: bool,
    },
    Verify {
        proof: Proof,
    },
    Reject {
        reason: String,
    },
    /// What is open to her was worked out and is shown; the service counts it.
    Propose {
        #[serde(default)]
        shown: u32,
    },
    /// What she would like best: it ranks what is open before anything that is lost.
    Wish {
        first: Response,
        second: Response,
    },
    /// Her question to an adviser, in her own words.
    AskAdvice {
        reason: String,
    },
    /// What an adviser says to it. It moves nothing.
    Advise {
        reason: String,
    },
    /// Her free choice among what was shown, or anything else that is open to her.
    Consent {
        response: Response,
        #[serde(default)]
        need: Option<Uuid>,
        /// Written down by an officer on her word.
        #[serde(default)]
        her_word: bool,
    },
    Retract {
        reason: String,
    },
    /// Help that waits for nobody.
    Protect {
        reason: String,
    },
    /// Carried out; what the insurance paid, what whoever failed owes by contract, and what came back of a cost that was
    /// paid for her are said here.
    Done {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        insurance: Option<Money>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fault_cap: Option<Money>,
        /// The cost of which something came back, as her cohort's budget names it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund_item: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund: Option<Money>,
    },
    Worsen {
        cause: String,
        reason: String,
    },
    Appeal {
        reason: String,
    },
    Decide {
        ruling: Ruling,
        /// The panel is independent of whoever decided before; the service looks at who brings it.
        independent_panel: bool,
        /// Who speaks for the workers on the panel.
        #[serde(default)]
        representative: String,
        /// Why: it is told to her.
        #[serde(default)]
        reason: String,
        #[serde(default)]
        control: Option<Control>,
    },
    Close {
        /// Everything that was lost has a bearer; the service looks.
        #[serde(default)]
        balanced: bool,
    },
    Withdraw,
    Reopened {
        disruption: Uuid,
    },
}

impl Event {
    pub const fn kind(&self) -> EventKind {
        use EventKind as K;
        match self {
            Self::Triage { .. } => K::Triage,
            Self::Verify { .. } => K::Verify,
            Self::Reject { .. } => K::Reject,
            Self::Propose { .. } => K::Propose,
            Self::Wish { .. } => K::Wish,
            Self::AskAdvice { .. } => K::AskAdvice,
            Self::Advise { .. } => K::Advise,
            Self::Consent { .. } => K::Consent,
            Self::Retract { .. } => K::Retract,
            Self::Protect { .. } => K::Protect,
            Self::Done { .. } => K::Done,
            Self::Worsen { .. } => K::Worsen,
            Self::Appeal { .. } => K::Appeal,
            Self::Decide { .. } => K::Decide,
            Self::Close { .. } => K::Close,
            Self::Withdraw => K::Withdraw,
            Self::Reopened { .. } => K::Reopened,
        }
    }
}

/// A case with the facts of its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub state: State,
    pub since: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub cause: String,
    pub safety_risk: bool,
    pub reported_on: NaiveDate,
    /// What somebody independent has decided about her control of the cause.
    pub decided: Option<Control>,
    pub proof: Option<Proof>,
    /// In the order of her own wish.
    #[serde(default)]
    pub wishes: Vec<Response>,
    /// What she chose, and where.
    pub chosen: Option<Response>,
    pub need: Option<Uuid>,
    pub chosen_on: Option<NaiveDate>,
    /// It was written down on her word: she can take it back until it is carried out.
    #[serde(default)]
    pub on_her_word: bool,
    pub outcome: Option<Response>,
    /// Day on which it was resolved or rejected: from here she may appeal, closed or not.
    #[serde(default)]
    pub ended_on: Option<NaiveDate>,
}

impl Case {
    pub fn new(code: &str, safety_risk: bool, on: NaiveDate, terms: &Terms, calendar: &Calendar) -> Self {
        let mut case = Self {
            state: State::Reported,
            since: on,
            due_on: None,
            cause: code.to_owned(),
            safety_risk,
            reported_on: on,
            decided: None,
            proof: None,
            wishes: vec![],
            chosen: None,
            need: None,
            chosen_on: None,
            on_her_word: false,
            outcome: None,
            ended_on: None,
        };
        case.reach(State::Reported, on, terms, calendar);
        case
    }

    /// In whose hands the cause lies, as far as it is known. What nobody knows lies outside hers.
    pub fn control(&self) -> Control {
        cause(&self.cause).map_or(Control::Outside, |cause| cause.control(self.decided))
    }

    pub fn takes(&self) -> Vec<EventKind> {
        use EventKind as K;
        let mut kinds = match self.state {
            State::Reported => vec![K::Triage],
            State::Triaged => vec![K::Verify, K::Reject],
            State::Verified => vec![K::Propose],
            State::Proposed => vec![K::Consent, K::Propose, K::Worsen],
            State::Executing if self.on_her_word => vec![K::Done, K::Worsen, K::Retract],
            State::Executing => vec![K::Done, K::Worsen],
            State::Resolved => vec![K::Close, K::Appeal],
            State::Rejected => vec![K::Appeal, K::Close],
            State::Appeal => vec![K::Decide],
            // Who closes a case takes nobody's appeal away.
            State::Closed if self.ended_on.is_some() => vec![K::Appeal],
            State::Closed => vec![],
        };
        if matches!(self.state, State::Reported | State::Triaged | State::Verified | State::Proposed) {
            kinds.push(K::Wish);
        }
        if self.state != State::Closed {
            kinds.extend([K::AskAdvice, K::Advise]);
        }
        if !matches!(self.state, State::Closed | State::Resolved | State::Rejected) {
            kinds.extend([K::Protect, K::Withdraw, K::Reopened]);
        }
        kinds
    }

    /// What the clock brings when the day of a case is over, so that nobody waits for an office for ever: she is taken at
    /// her word, what nobody has shown is not held against her, what is open to her is worked out, and what has ended is
    /// closed. Nothing where her own word, a payer or the panel is awaited.
    pub fn when_late(&self) -> Option<Event> {
        match self.state {
            State::Reported => Some(Event::Triage { cause: self.cause.clone(), safety_risk: self.safety_risk }),
            // Silence proves nothing that would be held against her.
            State::Triaged if self.control() == Control::Within => Some(Event::Reject { reason: UNSHOWN.into() }),
            State::Triaged => Some(Event::Verify { proof: Proof::Silence }),
            State::Verified => Some(Event::Propose { shown: 0 }),
            // The time in which she could appeal is over as well.
            State::Resolved | State::Rejected => Some(Event::Close { balanced: false }),
            State::Proposed | State::Executing | State::Appeal | State::Closed => None,
        }
    }

    /// What follows from an event. `by` is nobody where the system itself brings it.
    ///
    /// # Errors
    /// Why it cannot happen.
    pub fn apply(&self, event: &Event, by: Option<Party>, on: NaiveDate, terms: &Terms, calendar: &Calendar) -> Result<Self, Refusal> {
        let kind = event.kind();
        taken(self.state.as_str(), &self.takes(), kind, EventKind::as_str)?;
        in_hand(hands(kind), by)?;
        let mut next = self.clone();
        let mut to = self.state;
        match event {
            Event::Triage { cause, safety_risk } => {
                guard(is_cause(cause), "cause")?;
                (next.cause, next.safety_risk) = (cause.clone(), *safety_risk);
                to = State::Triaged;
            }
            Event::Verify { proof } => {
                // Only the clock may say that nobody spoke, and never against her.
                guard((*proof == Proof::Silence) == by.is_none(), "proof")?;
                guard(*proof != Proof::Silence || self.control() != Control::Within, "proof")?;
                next.proof = Some(*proof);
                to = State::Verified;
            }
            Event::Reject { reason } => {
                guard(said(reason), "reason")?;
                next.ended_on = Some(on);
                to = State::Rejected;
            }
            Event::Propose { .. } => to = State::Proposed,
            Event::Wish { first, second } => {
                next.wishes = vec![*first, *second];
                next.wishes.dedup();
            }
            Event::AskAdvice { reason } | Event::Advise { reason } => guard(said(reason), "reason")?,
            Event::Consent { response, need, her_word } => {
                guard(!response.goes_along(), "response")?;
                guard(by == Some(Party::Trainee) || *her_word, "her_word")?;
                (next.chosen, next.need, next.chosen_on) = (Some(*response), *need, Some(on));
                next.on_her_word = by != Some(Party::Trainee);
                to = State::Executing;
            }
            Event::Retract { reason } => {
                guard(said(reason), "reason")?;
                (next.chosen, next.need, next.chosen_on, next.on_her_word) = (None, None, None, false);
                to = State::Proposed;
            }
            Event::Protect { reason } => {
                guard(said(reason), "reason")?;
                next.safety_risk = true;
                // Whoever is in danger waits a day at most for somebody to look; what comes after keeps its time.
                if self.state == State::Reported {
                    next.due_on = self.due_on.min(on.checked_add_days(Days::new(1)));
                }
            }
            Event::Done { refund_item, refund, .. } => {
                guard(refund_item.is_some() == refund.is_some(), "refund_item")?;
                (next.outcome, next.ended_on) = (self.chosen, Some(on));
                to = State::Resolved;
            }
            Event::Worsen { cause, reason } => {
                guard(is_cause(cause), "cause")?;
                guard(said(reason), "reason")?;
                next.cause.clone_from(cause);
                (next.chosen, next.need, next.chosen_on, next.proof) = (None, None, None, None);
                to = State::Triaged;
            }
            Event::Appeal { reason } => {
                guard(said(reason), "reason")?;
                let late =
                    self.ended_on.unwrap_or(self.since).checked_add_days(Days::new(terms.appeal_days.into())).is_some_and(|end| on > end);
                guard(!late, "appeal_period")?;
                to = State::Appeal;
            }
            Event::Decide { ruling, independent_panel, representative, reason, control } => {
                guard(*independent_panel, "independent_panel")?;
                guard(said(representative), "representative")?;
                guard(said(reason), "reason")?;
                if control.is_some() {
                    guard(cause(&self.cause).is_some_and(|cause| cause.control == Control::Adjudicate), "control")?;
                    guard(*control != Some(Control::Adjudicate), "control")?;
                    next.decided = *control;
                }
                to = if *ruling == Ruling::Upheld { State::Verified } else { State::Closed };
                next.ended_on = None;
                if to == State::Verified {
                    (next.outcome, next.chosen, next.need) = (None, None, None);
                }
            }
            Event::Withdraw => to = State::Closed,
            // It moves nothing: what is open to her is worked out again.
            Event::Reopened { .. } => guard(by.is_none(), "disruption")?,
            Event::Close { balanced } => {
                guard(*balanced, "balanced")?;
                to = State::Closed;
            }
        }
        if to != self.state || matches!(event, Event::Propose { .. }) {
            next.reach(to, on, terms, calendar);
        }
        Ok(next)
    }

    fn reach(&mut self, state: State, on: NaiveDate, terms: &Terms, calendar: &Calendar) {
        (self.state, self.since) = (state, on);
        let working = |days: u32| deadline(on, Term::BusinessDays(days), calendar, Roll::None).ok().map(|end| end.due);
        self.due_on = match state {
            // Whoever is in danger waits a day at most.
            State::Reported if self.safety_risk => on.checked_add_days(Days::new(1)),
            State::Reported => working(terms.triage_working_days),
            State::Triaged => working(terms.verify_working_days),
            State::Verified => working(terms.propose_working_days),
            State::Proposed => working(terms.consent_working_days),
            State::Appeal => working(terms.decide_working_days),
            State::Executing => working(terms.execute_working_days),
            State::Resolved | State::Rejected => on.checked_add_days(Days::new(terms.close_days.into())),
            State::Closed => None,
        };
    }
}

fn said(text: &str) -> bool {
    !text.trim().is_empty()
}

/// What a person can wish for; everything else follows from her cause.
pub const WISHES: &[&str] = &["defer", "sub_employer", "sub_dest", "home_track", "further_training", "transfer_place"];

/// What a panel may say of a cause that is open to decision.
const DECIDED: &[&str] = &[Control::Outside.as_str(), Control::Within.as_str()];

/// What is said where the time was over in which somebody had to show it.
pub const UNSHOWN: &str = "unshown";

/// Whose hand brings an event; nobody's where the system itself does.
pub const fn hands(kind: EventKind) -> &'static [Party] {
    use EventKind as K;
    use Party::{DestinationAuthority, Institute, OriginAuthority, Trainee, WorkerOrganisation};
    match kind {
        K::Triage | K::Verify | K::Reject | K::Propose | K::Done | K::Close | K::Decide => &[OriginAuthority, DestinationAuthority],
        K::Consent => &[Trainee, OriginAuthority],
        K::Protect | K::Worsen => &[Trainee, Institute, OriginAuthority, DestinationAuthority],
        K::Appeal | K::Wish | K::AskAdvice | K::Retract => &[Trainee],
        // Her workers' organisation, where she was referred to one, or the authority of her own country.
        K::Advise => &[WorkerOrganisation, OriginAuthority],
        // It follows from what happens on the journey.
        K::Withdraw | K::Reopened => &[],
    }
}

/// What has to be said with an event.
pub const fn asks(kind: EventKind) -> &'static [(&'static str, Ask)] {
    use Ask::{Cause, Choice, CostItem, Flag, Money, Text, Words, Yes};
    match kind {
        EventKind::Triage => &[("cause", Cause("")), ("safety_risk", Flag)],
        EventKind::Verify => &[("proof", Words("proof", &["evidence", "self_declared", "hearing"]))],
        EventKind::Reject | EventKind::Retract | EventKind::Protect | EventKind::Appeal | EventKind::AskAdvice | EventKind::Advise => {
            &[("reason", Text)]
        }
        EventKind::Wish => &[("first", Words("response", WISHES)), ("second", Words("response", WISHES))],
        EventKind::Worsen => &[("cause", Cause("")), ("reason", Text)],
        EventKind::Decide => &[
            ("ruling", Words("ruling", Ruling::WORDS)),
            ("representative", Text),
            ("reason", Text),
            ("control", Choice("control", DECIDED)),
            ("independent_panel", Yes),
        ],
        // What is shown is worked out, a choice is made on its own page, and the books are looked at.
        EventKind::Propose | EventKind::Consent | EventKind::Close | EventKind::Withdraw | EventKind::Reopened => &[],
        EventKind::Done => &[("insurance", Money), ("fault_cap", Money), ("refund_item", CostItem), ("refund", Money)],
    }
}

#[cfg(test)]
mod tests;
