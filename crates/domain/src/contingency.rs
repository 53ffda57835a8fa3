//! Contingency plans: what happens when somebody who was trained cannot leave.
//!
//! [`cause`] says what can break and in whose hands it lies, [`response`] what can be done about it, [`plan`] what
//! an agreement has laid down before trouble, and [`decision`] which of it is open to one person now. Where slots are
//! scarce, [`allotment`] says whose turn it is; where a place is given up, [`waiting_list`] does. A case runs by [`crate::machine::contingency`], and what is lost is
//! settled by [`crate::finance::settlement`].

pub mod allotment;
pub mod cause;
pub mod decision;
pub mod letter;
pub mod plan;
pub mod response;
pub mod support;
pub mod waiting_list;

pub use cause::{
    AtFault, CAUSES, Cause, Control, Duration, Lasting, cause, is_cause, is_danger_at_home, is_declared, is_of_employer,
    keeps_from_leaving, may_be_in_danger,
};
pub use response::{CostKind, Response};
pub use support::Support;
