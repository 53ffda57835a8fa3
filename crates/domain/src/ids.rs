//! Identifiers: UUID version 7, one type per kind of thing, so that a trainee is never passed
//! where a need is meant.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )+};
}

ids!(
    /// A person or a program that signs in.
    UserId,
    /// Employer, institute, authority, worker organisation or funder.
    OrganisationId,
    TraineeId,
    NeedId,
    MatchRunId,
    ProposalId,
);
