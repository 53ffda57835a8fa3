//! Vocabulary, law, state machines and the access rule of Passerelle.
//!
//! Invariants of this crate, stated as absences: it does no I/O, reads no clock, draws no random
//! number and knows no framework. Whatever depends on time, chance or a database comes in as a
//! parameter. A value that exists has been checked: parsing happens once, at the border.

pub mod access;
pub mod calendar;
pub mod certificate;
mod code_lists;
pub mod contingency;
pub mod contract;
pub mod corridor;
pub mod country;
pub mod equity;
pub mod fact;
pub mod finance;
pub mod ids;
pub mod language;
pub mod law;
pub mod level;
pub mod lottery;
pub mod machine;
pub mod matching;
pub mod money;
pub mod occupation;
pub mod parse;
pub mod people;
pub mod period;
pub mod pledge;
pub mod privacy;
pub mod registration;
pub mod selection;
pub mod training;
