//! State machines: which event may happen in which state, by whose hand, under which conditions.
//!
//! A machine is a pure function from a state and an event to the next state or a refusal that says
//! what is missing. States carry their facts, so that no mixture can be written that the machine
//! does not know; any state can be rebuilt by applying its events again.

pub mod agreement;
pub mod contingency;
pub mod journey;
pub mod need;
pub mod recognition;

use crate::corridor::Party;
use std::fmt;

/// Why an event cannot happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Not in this state; the events that it takes.
    NotNow { state: &'static str, allowed: Vec<&'static str> },
    /// It is for somebody else; for whom.
    NotYours { allowed: &'static [Party] },
    /// A condition is not met: its stable name.
    Guard(&'static str),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNow { state, allowed } => write!(f, "in state {state} only: {}", allowed.join(", ")),
            Self::NotYours { allowed } => {
                let names: Vec<&str> = allowed.iter().map(|party| party.as_str()).collect();
                write!(f, "this is for: {}", names.join(", "))
            }
            Self::Guard(name) => write!(f, "a condition is not met: {name}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// A condition of a transition, under its stable name.
fn guard(holds: bool, name: &'static str) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::Guard(name)) }
}

/// Whether a state takes an event.
fn taken<K: Copy + PartialEq>(state: &'static str, takes: &[K], kind: K, name: impl Fn(K) -> &'static str) -> Result<(), Refusal> {
    if takes.contains(&kind) {
        return Ok(());
    }
    Err(Refusal::NotNow { state, allowed: takes.iter().map(|kind| name(*kind)).collect() })
}

/// Whether an event is for this hand; the system's is nobody's.
fn in_hand(allowed: &'static [Party], by: Option<Party>) -> Result<(), Refusal> {
    if by.is_none_or(|by| allowed.contains(&by)) { Ok(()) } else { Err(Refusal::NotYours { allowed }) }
}

/// What a form or a program has to say with an event, so that both are made from one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// A condition that holds.
    Yes,
    /// A fact that may be so or not.
    Flag,
    Percent,
    Count,
    Text,
    /// May be left open.
    Date,
    /// An amount with its currency; may be left open.
    Money,
    /// A cost that was paid for her place; may be left open.
    CostItem,
    /// A cause of the contingency taxonomy that begins like this.
    Cause(&'static str),
    /// A word of a list; the name of the list in the catalogues of messages.
    Words(&'static str, &'static [&'static str]),
    /// The same; may be left open.
    Choice(&'static str, &'static [&'static str]),
    /// A step of the pathway.
    Step,
    /// A published pathway, and a version of it.
    Pack,
    Version,
}
