//! Pages of money as it really moves.

pub mod employer_pays;
pub mod outcome_costs;
pub mod recovery;
pub mod tranches;
