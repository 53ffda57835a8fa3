//! Levels of qualifications (EQF) and of education (ISCED 2011). The two are no identity: nothing
//! here converts one into the other.

use crate::parse::ParseError;
use crate::words;
use serde::{Deserialize, Serialize};

macro_rules! level {
    ($(#[$meta:meta])* $name:ident, $code:literal, $low:literal..=$high:literal) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "i64", into = "i64")]
        pub struct $name(u8);

        impl $name {
            /// # Errors
            /// When the number is off the frame.
            pub fn new(level: i64) -> Result<Self, ParseError> {
                u8::try_from(level).ok().filter(|level| ($low..=$high).contains(level)).map(Self).ok_or_else(|| {
                    ParseError::new($code, concat!("is not a level from ", $low, " to ", $high))
                })
            }

            pub const fn get(self) -> u8 {
                self.0
            }
        }

        impl TryFrom<i64> for $name {
            type Error = ParseError;
            fn try_from(level: i64) -> Result<Self, ParseError> {
                Self::new(level)
            }
        }
        impl From<$name> for i64 {
            fn from(level: $name) -> i64 {
                i64::from(level.0)
            }
        }
    };
}

level!(
    /// A level of the European Qualifications Framework.
    EqfLevel, "eqf", 1..=8
);
level!(
    /// A level of ISCED 2011.
    IscedLevel, "isced", 0..=8
);

words!(
    /// On what an EQF level rests. Only a referenced one may satisfy a legal requirement: few
    /// qualifications from outside the Union have one.
    LevelBasis {
        Referenced = "referenced",
        Estimated = "estimated",
        None = "none",
    }
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_keep_to_their_frames() {
        assert!(EqfLevel::new(0).is_err() && EqfLevel::new(1).is_ok() && EqfLevel::new(8).is_ok() && EqfLevel::new(9).is_err());
        assert!(IscedLevel::new(0).is_ok() && IscedLevel::new(-1).is_err());
    }
}
