//! A corridor pack: what a partnership between one destination and its origins consists of, as a
//! ministry writes it down. The pack is data; adding one never needs code.
//!
//! A pack covers one destination and one or more origins. Each origin of a pack is one *pathway*
//! (`DE-NAFR-THAMM/MA`), and all pathways between the same two countries form one *corridor*.

mod check;
mod pack;
mod step;

pub use check::{Finding, check};
pub use pack::*;
pub use step::*;
