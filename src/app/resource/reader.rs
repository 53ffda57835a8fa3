//! Parses a document into typed values, field by field, and collects everything that is wrong.

use super::field::{Field, Kind};
use crate::error::{AppError, FieldError};
use chrono::NaiveDate;
use passerelle_domain::corridor::{PackId, PathwayId};
use passerelle_domain::country::{CountryCode, SubdivisionCode};
use passerelle_domain::language::{LanguageLevel, LanguageTag};
use passerelle_domain::level::EqfLevel;
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::occupation::{ConceptUri, IscedField, IscoCode};
use passerelle_domain::parse::ParseError;
use serde_json::{Map, Value};
use uuid::Uuid;

/// A document being read. Readers give a harmless value for a field that is wrong; whoever reads
/// must ask [`Reader::finish`] before using any of them.
#[derive(Debug)]
pub struct Reader<'a> {
    fields: &'static [Field],
    document: &'a Map<String, Value>,
    errors: Vec<FieldError>,
}

impl<'a> Reader<'a> {
    pub fn new(fields: &'static [Field], document: &'a Map<String, Value>) -> Self {
        let known = |name: &String| fields.iter().any(|field| field.name == *name && field.is_written());
        let errors = document
            .keys()
            .filter(|name| !known(name))
            .map(|name| FieldError::new(name, "unknown-field", "is not a field of this record; see the API description for its fields"))
            .collect();
        Self { fields, document, errors }
    }

    /// Everything that was wrong.
    pub fn finish(self) -> Vec<FieldError> {
        self.errors
    }

    pub fn refuse(&mut self, error: FieldError) {
        self.errors.push(error);
    }

    fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The value as text, or `None` when it is absent or empty; notes what is missing.
    fn raw(&mut self, name: &'static str) -> Option<String> {
        let kind = self.field(name).map(|field| field.kind);
        let numeric = matches!(kind, Some(Kind::Number { .. } | Kind::Decimal { .. } | Kind::Eqf));
        let text = match self.document.get(name) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.trim().to_owned()),
            Some(Value::Number(number)) if numeric => Some(number.to_string()),
            Some(Value::Array(items))
                if matches!(kind, Some(Kind::Countries | Kind::Choices { .. })) && items.iter().all(Value::is_string) =>
            {
                Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","))
            }
            Some(_) => {
                self.errors.push(FieldError::new(name, "type", "is not of the kind that this field takes"));
                return None;
            }
        };
        let text = text.filter(|text| !text.is_empty());
        if text.is_none() && self.field(name).is_some_and(|field| field.required) {
            self.errors.push(FieldError::new(name, "required", "is needed"));
        }
        text
    }

    fn parsed<T>(&mut self, name: &'static str, parse: impl FnOnce(&str) -> Result<T, ParseError>) -> Option<T> {
        let text = self.raw(name)?;
        match parse(&text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.errors.push(FieldError::of(name, &error));
                None
            }
        }
    }

    pub fn text(&mut self, name: &'static str) -> String {
        self.text_or_none(name).unwrap_or_default()
    }

    pub fn text_or_none(&mut self, name: &'static str) -> Option<String> {
        let max = match self.field(name).map(|field| field.kind) {
            Some(Kind::Text { max }) => max,
            _ => 200,
        };
        let text = self.raw(name)?;
        if text.chars().count() > max {
            self.errors.push(FieldError::new(name, "too-long", format!("is longer than {max} characters")).with("max", max));
        }
        if text.chars().any(is_invisible) {
            self.errors.push(FieldError::new(name, "control-characters", "contains control characters"));
        }
        Some(text)
    }

    pub fn number(&mut self, name: &'static str) -> i64 {
        self.number_or_none(name).unwrap_or_default()
    }

    pub fn number_or_none(&mut self, name: &'static str) -> Option<i64> {
        let Some(Kind::Number { min, max }) = self.field(name).map(|field| field.kind) else { return None };
        let text = self.raw(name)?;
        match text.parse::<i64>() {
            Ok(number) if (min..=max).contains(&number) => Some(number),
            Ok(_) => {
                let error = FieldError::new(name, "range", format!("must be from {min} to {max}")).with("min", min).with("max", max);
                self.errors.push(error);
                None
            }
            Err(_) => {
                self.errors.push(FieldError::new(name, "number", "is not a whole number"));
                None
            }
        }
    }

    /// Hundredths.
    pub fn decimal(&mut self, name: &'static str) -> i64 {
        let Some(Kind::Decimal { min, max }) = self.field(name).map(|field| field.kind) else { return 0 };
        let Some(text) = self.raw(name) else { return 0 };
        let text = text.replace(',', ".");
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let parsed = if !whole.is_empty() && fraction.len() <= 2 && digits(whole) && digits(fraction) {
            format!("{whole}{fraction:0<2}").parse::<i64>().ok()
        } else {
            None
        };
        match parsed {
            Some(centi) if (min..=max).contains(&centi) => centi,
            _ => {
                let (low, high) = (min / 100, max / 100);
                let error = FieldError::new(name, "range", format!("must be a number from {low} to {high} with at most two decimals"));
                self.errors.push(error.with("min", low).with("max", high));
                0
            }
        }
    }

    pub fn flag(&mut self, name: &'static str) -> bool {
        match self.document.get(name) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(flag)) => *flag,
            Some(_) => {
                self.errors.push(FieldError::new(name, "flag", "must be true or false"));
                false
            }
        }
    }

    pub fn date(&mut self, name: &'static str) -> NaiveDate {
        self.date_or_none(name).unwrap_or_default()
    }

    pub fn date_or_none(&mut self, name: &'static str) -> Option<NaiveDate> {
        let (earliest, latest) = (NaiveDate::from_ymd_opt(1900, 1, 1), NaiveDate::from_ymd_opt(2199, 12, 31));
        self.parsed(name, |text| {
            text.parse::<NaiveDate>()
                .ok()
                .filter(|day| Some(*day) >= earliest && Some(*day) <= latest)
                .ok_or_else(|| ParseError::new("date", "is not a date such as 2027-09-01"))
        })
    }

    /// A word of the field's list; the first word stands in when it is wrong.
    pub fn choice(&mut self, name: &'static str) -> String {
        let Some(Kind::Choice { words, .. }) = self.field(name).map(|field| field.kind) else { return String::new() };
        self.choice_or_none(name).unwrap_or_else(|| words[0].into())
    }

    pub fn choice_or_none(&mut self, name: &'static str) -> Option<String> {
        let Some(Kind::Choice { words, .. }) = self.field(name).map(|field| field.kind) else { return None };
        self.parsed(name, |text| {
            if words.contains(&text) {
                Ok(text.to_owned())
            } else {
                Err(ParseError::new("choice", format!("is not one of: {}", words.join(", "))))
            }
        })
    }

    /// Words of the field's list, joined by commas, each once and in the order of the list.
    pub fn choices(&mut self, name: &'static str) -> String {
        let Some(Kind::Choices { words, .. }) = self.field(name).map(|field| field.kind) else { return String::new() };
        let chosen = self.parsed(name, |text| {
            let given: Vec<&str> = text.split([',', ' ', ';']).filter(|part| !part.is_empty()).collect();
            match given.iter().find(|word| !words.contains(word)) {
                Some(_) => Err(ParseError::new("choice", format!("has a word that is not one of: {}", words.join(", ")))),
                None => Ok(words.iter().filter(|word| given.contains(word)).copied().collect::<Vec<_>>().join(",")),
            }
        });
        chosen.unwrap_or_default()
    }

    pub fn country(&mut self, name: &'static str) -> String {
        self.parsed(name, CountryCode::parse).map(|code| code.to_string()).unwrap_or_default()
    }

    pub fn country_or_none(&mut self, name: &'static str) -> Option<String> {
        self.parsed(name, CountryCode::parse).map(|code| code.to_string())
    }

    /// Country codes joined by commas, in the order given, each once.
    pub fn countries(&mut self, name: &'static str) -> String {
        let codes = self.parsed(name, |text| {
            let mut codes: Vec<CountryCode> = Vec::new();
            for part in text.split([',', ' ', ';']).filter(|part| !part.is_empty()) {
                let code = CountryCode::parse(part)?;
                if !codes.contains(&code) {
                    codes.push(code);
                }
            }
            if codes.len() > 20 {
                return Err(ParseError::new("too-many", "names more than 20 countries"));
            }
            Ok(codes)
        });
        codes.unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }

    pub fn subdivision_or_none(&mut self, name: &'static str) -> Option<SubdivisionCode> {
        self.parsed(name, SubdivisionCode::parse)
    }

    pub fn money_or_none(&mut self, name: &'static str) -> Option<Money> {
        let money = self.parsed(name, Money::parse)?;
        if money.minor < 0 {
            self.errors.push(FieldError::new(name, "negative", "cannot be below zero"));
        }
        Some(money)
    }

    pub fn currency(&mut self, name: &'static str) -> Option<Currency> {
        self.parsed(name, Currency::parse)
    }

    pub fn language(&mut self, name: &'static str) -> Option<LanguageTag> {
        self.parsed(name, LanguageTag::parse)
    }

    pub fn language_level(&mut self, name: &'static str) -> Option<LanguageLevel> {
        self.parsed(name, LanguageLevel::parse)
    }

    pub fn occupation(&mut self, name: &'static str) -> String {
        self.parsed(name, IscoCode::parse).map(|code| code.to_string()).unwrap_or_default()
    }

    pub fn isced_field_or_none(&mut self, name: &'static str) -> Option<String> {
        self.parsed(name, IscedField::parse).map(|code| code.to_string())
    }

    pub fn eqf_or_none(&mut self, name: &'static str) -> Option<i64> {
        let level = self.parsed(name, |text| {
            let number = text.parse().map_err(|_| ParseError::new("number", "is not a whole number"))?;
            EqfLevel::new(number)
        });
        level.map(i64::from)
    }

    pub fn concept(&mut self, name: &'static str) -> String {
        self.parsed(name, ConceptUri::parse).map(|uri| uri.to_string()).unwrap_or_default()
    }

    pub fn concept_or_none(&mut self, name: &'static str) -> Option<String> {
        self.parsed(name, ConceptUri::parse).map(|uri| uri.to_string())
    }

    pub fn pathway(&mut self, name: &'static str) -> String {
        self.parsed(name, PathwayId::parse).map(|id| id.to_string()).unwrap_or_default()
    }

    pub fn pack(&mut self, name: &'static str) -> String {
        self.parsed(name, PackId::parse).map(|id| id.to_string()).unwrap_or_default()
    }

    pub fn email_or_none(&mut self, name: &'static str) -> Option<String> {
        self.parsed(name, |text| {
            let fine = text.len() <= 254
                && text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'(' | b')' | b',' | b';'))
                && text.matches('@').count() == 1
                && text
                    .split_once('@')
                    .is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.'));
            if fine { Ok(text.to_lowercase()) } else { Err(ParseError::new("email", "is not an e-mail address")) }
        })
    }

    /// A telephone number as people write it at home, in the country that another field names; kept
    /// as ITU-T E.164 writes it.
    pub fn phone_or_none(&mut self, name: &'static str, home: &str) -> Option<String> {
        let home = self.document.get(home).and_then(Value::as_str).unwrap_or_default().to_owned();
        self.parsed(name, |text| {
            crate::formats::read_phone(text, &home).ok_or_else(|| ParseError::new("phone", "is not a telephone number of that country"))
        })
    }

    /// A legal entity identifier (ISO 17442), with its check digits.
    pub fn lei_or_none(&mut self, name: &'static str) -> Option<String> {
        self.parsed(name, |text| {
            let shaped = text.len() == 20 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
            let remainder = text.bytes().fold(0_u32, |rest, byte| match byte {
                b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
                _ => (rest * 100 + u32::from(byte.saturating_sub(b'A')) + 10) % 97,
            });
            if shaped && remainder == 1 {
                Ok(text.to_owned())
            } else {
                Err(ParseError::new("lei", "is not a legal entity identifier: 20 letters and digits with right check digits"))
            }
        })
    }

    pub fn reference(&mut self, name: &'static str) -> Uuid {
        self.reference_or_none(name).unwrap_or_default()
    }

    pub fn reference_or_none(&mut self, name: &'static str) -> Option<Uuid> {
        self.parsed(name, |text| {
            let plain = Uuid::try_parse(text).ok().filter(|id| text.len() == 36 && !id.is_nil());
            plain.ok_or_else(|| ParseError::new("reference", "does not name a record"))
        })
    }
}

/// A text of at most so many characters that somebody says outside a form of records, trimmed.
///
/// # Errors
/// When it says nothing, is too long, or holds what cannot be seen.
pub fn said(field: &str, text: &str, most: usize) -> Result<String, AppError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AppError::invalid(field, "required", "is missing"));
    }
    if text.chars().count() > most || text.chars().any(is_invisible) {
        let detail = format!("is longer than {most} characters, or holds what cannot be seen");
        return Err(AppError::Invalid(vec![FieldError::new(field, "too-long", detail).with("max", most)]));
    }
    Ok(text.to_owned())
}

/// Control characters, and marks that reorder or hide text: a name with them reads as another.
/// The joiners that Arabic, Persian and Indic scripts need are not among them.
pub fn is_invisible(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
