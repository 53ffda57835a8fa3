//! Languages of the pages, and the message catalogues in `locales/`.

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader};
use passerelle_domain::matching::Reason;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

fluent_templates::static_loader! {
    static CATALOGUES = {
        locales: "./locales",
        fallback_language: "en",
    };
}

/// The same files once more, to know which keys each language has: the loader tells a missing
/// message from one that lacks a value only by an error.
#[derive(rust_embed::RustEmbed)]
#[folder = "locales"]
#[include = "*.ftl"]
struct Files;

static KEYS: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    let mut keys: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in Files::iter() {
        let (Some((language, _)), Some(file)) = (name.split_once('/'), Files::get(&name)) else { continue };
        let text = String::from_utf8_lossy(&file.data);
        let found =
            text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic())).filter_map(|line| line.split_once(" ="));
        keys.entry(language.to_owned()).or_default().extend(found.map(|(key, _)| key.to_owned()));
    }
    keys
});

/// A language that every page speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Locale {
    #[default]
    En,
    Fr,
    De,
    Ar,
}

impl Locale {
    pub const ALL: [Self; 4] = [Self::En, Self::Fr, Self::De, Self::Ar];

    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Fr => "fr",
            Self::De => "de",
            Self::Ar => "ar",
        }
    }

    /// The language's own name for itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Fr => "Français",
            Self::De => "Deutsch",
            Self::Ar => "العربية",
        }
    }

    pub const fn direction(self) -> &'static str {
        match self {
            Self::Ar => "rtl",
            Self::En | Self::Fr | Self::De => "ltr",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.code() == code)
    }

    /// The first language of an `Accept-Language` header that the pages speak.
    pub fn negotiate(accept_language: &str) -> Option<Self> {
        accept_language.split(',').filter_map(|part| part.split([';', '-']).next()).find_map(|code| Self::parse(code.trim()))
    }

    fn id(self) -> LanguageIdentifier {
        self.code().parse().unwrap_or_default()
    }

    /// The message, or its key in brackets where the catalogues lack it, so that a gap shows.
    pub fn get(self, key: &str) -> String {
        CATALOGUES.try_lookup(&self.id(), key).unwrap_or_else(|| format!("[{key}]"))
    }

    /// Whether this language's own catalogue has the message, whatever values it mentions.
    pub fn has(self, key: &str) -> bool {
        KEYS.get(self.code()).is_some_and(|keys| keys.contains(key))
    }

    /// The message with values. Values are set apart by direction marks, as pages need them.
    pub fn with(self, key: &str, args: &BTreeMap<String, String>) -> String {
        let values: HashMap<Cow<'static, str>, FluentValue<'_>> = args
            .iter()
            .map(|(name, value)| {
                let value = value.parse::<i64>().map_or_else(|_| FluentValue::from(value.as_str()), FluentValue::from);
                (Cow::Owned(name.replace('_', "-")), value)
            })
            .collect();
        CATALOGUES.try_lookup_with_args(&self.id(), key, &values).unwrap_or_else(|| format!("[{key}]"))
    }

    /// One value.
    pub fn with1(self, key: &str, name: &str, value: impl ToString) -> String {
        self.with(key, &BTreeMap::from([(name.to_owned(), value.to_string())]))
    }

    /// The same with a few values named in place.
    pub fn with_all<const N: usize>(self, key: &str, args: [(&str, String); N]) -> String {
        self.with(key, &args.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// Why: what stands in the way. Codes in the values are put into words.
    pub fn why(self, reason: &Reason) -> String {
        self.with(&format!("why-{}", reason.code), &self.words_for(reason))
    }

    /// The smallest change that would lift it; empty where there is none.
    pub fn fix(self, reason: &Reason) -> String {
        let text = self.with(&format!("fix-{}", reason.code), &self.words_for(reason));
        if text == "—" { String::new() } else { text }
    }

    /// Why, and what would change it: the same sentences on pages, in CSV files and in terminals.
    pub fn say(self, reason: &Reason) -> String {
        format!("{} {}", self.why(reason), self.fix(reason)).trim_end().to_owned()
    }

    fn words_for(self, reason: &Reason) -> BTreeMap<String, String> {
        let in_words = |name: &str, value: &str| {
            if name == "country" || name == "destination" {
                let key = format!("country-{value}");
                return if self.has(&key) { self.get(&key) } else { value.to_owned() };
            }
            let list = match name {
                "state" if reason.code.as_str().starts_with("r14") => "recognition-state",
                "wanted" => "recognition-state",
                "state" => "journey-state",
                "status" => "fact-status",
                "per" | "floor-per" => "wage-period",
                _ => return value.to_owned(),
            };
            let words = value.split(", ").map(|word| self.get(&format!("{list}-{}", word.replace('_', "-"))));
            words.collect::<Vec<_>>().join(", ")
        };
        reason.args.iter().map(|(name, value)| (name.clone(), in_words(name, value))).collect()
    }
}

/// Removes the direction marks that Fluent puts around values: right in pages, wrong in CSV,
/// terminals and e-mail subjects.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '\u{2066}'..='\u{2069}')).collect()
}
