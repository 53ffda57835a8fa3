//! What every value type says when it refuses a text: which rule it broke and how to mend it.

use std::fmt;

/// A text that is not a value of the wanted kind.
///
/// `code` is stable and names a message in the catalogues; `detail` is the English sentence for
/// terminals and logs. The rejected text is never repeated here, since it may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    pub code: &'static str,
    pub detail: String,
}

impl ParseError {
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into() }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl std::error::Error for ParseError {}

/// Gives a value type that parses from text its serde, `Display` and `TryFrom` forms.
macro_rules! text_value {
    ($type:ty) => {
        impl std::str::FromStr for $type {
            type Err = $crate::parse::ParseError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }
        impl TryFrom<String> for $type {
            type Error = $crate::parse::ParseError;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }
        impl From<$type> for String {
            fn from(value: $type) -> String {
                value.to_string()
            }
        }
    };
}
pub(crate) use text_value;

/// A closed list of words with one spelling for database, API, CSV and catalogue keys.
#[macro_export]
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub enum $name { $($(#[$vmeta])* $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];
            /// Every spelling, in the same order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// # Errors
            /// When the text is none of the words of the list.
            pub fn parse(text: &str) -> Result<Self, $crate::parse::ParseError> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::parse::ParseError::new(
                        "choice",
                        format!("is not one of: {}", Self::WORDS.join(", ")),
                    )),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl TryFrom<String> for $name {
            type Error = $crate::parse::ParseError;
            fn try_from(text: String) -> Result<Self, Self::Error> { Self::parse(&text) }
        }
        impl From<$name> for String {
            fn from(value: $name) -> String { value.as_str().to_owned() }
        }
    };
}
