//! Money of a partnership as it really moves: what workers pay, what payers owe at milestones, and what an agreement has
//! cost for what it brought about.

pub mod employer_pays;
pub mod ledger;
pub mod outcome_costs;
pub mod realised;
pub mod recovery;
pub mod tranches;
