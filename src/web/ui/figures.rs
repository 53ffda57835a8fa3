//! Figures that people type into a form whose address keeps them: nothing is written anywhere else.

use super::parts::{Input, Question};
use crate::error::{AppError, FieldError};
use crate::formats;
use crate::i18n::Locale;
use crate::web::problem::field_message;
use passerelle_domain::money::{Currency, Money};
use std::collections::BTreeMap;

/// What was typed into a form, by the names of its fields.
#[derive(Debug, Clone, Copy)]
pub struct Given<'a> {
    t: Locale,
    asked: &'a BTreeMap<String, String>,
}

impl<'a> Given<'a> {
    pub const fn new(t: Locale, asked: &'a BTreeMap<String, String>) -> Self {
        Self { t, asked }
    }

    pub const fn locale(self) -> Locale {
        self.t
    }

    /// What was typed, if anything was.
    pub fn some(&self, name: &str) -> Option<String> {
        self.asked.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The currency of all amounts; the euro where none is named.
    ///
    /// # Errors
    /// When it is none.
    pub fn currency(&self) -> Result<Currency, AppError> {
        let code = self.some("currency").unwrap_or_else(|| "EUR".into()).to_uppercase();
        Currency::parse(&code).map_err(|error| AppError::Invalid(vec![FieldError::of("currency", &error)]))
    }

    /// An amount in that currency.
    ///
    /// # Errors
    /// When it is none.
    pub fn money(&self, name: &str) -> Result<Option<Money>, AppError> {
        let Some(text) = self.some(name) else { return Ok(None) };
        let currency = self.currency()?;
        // Without a figure it is no amount: that a currency is missing would be the wrong thing to say.
        if !text.chars().any(char::is_numeric) {
            return Err(AppError::invalid(name, "number", "must be a number"));
        }
        let read = Money::parse(&formats::read_money(self.t, &format!("{text} {currency}")));
        read.map(Some).map_err(|error| AppError::Invalid(vec![FieldError::of(name, &error)]))
    }

    /// The same where it has to be there.
    ///
    /// # Errors
    /// When it is missing or none.
    pub fn needed(&self, name: &str) -> Result<Money, AppError> {
        self.money(name)?.ok_or_else(|| AppError::invalid(name, "required", "is needed"))
    }

    /// A number with decimals.
    ///
    /// # Errors
    /// When it is none.
    pub fn decimal(&self, name: &str, otherwise: f64) -> Result<f64, AppError> {
        let Some(text) = self.some(name) else { return Ok(otherwise) };
        formats::latin_digits(&text).replace(',', ".").parse().map_err(|_| AppError::invalid(name, "number", "must be a number"))
    }

    /// A whole number; nothing typed is 0.
    ///
    /// # Errors
    /// When it is none.
    pub fn whole(&self, name: &str) -> Result<u32, AppError> {
        let Some(text) = self.some(name) else { return Ok(0) };
        formats::latin_digits(&text).parse().map_err(|_| AppError::invalid(name, "number", "must be a whole number"))
    }

    /// A field of text that keeps what was typed.
    pub fn field(&self, name: &str, label: String, otherwise: &str) -> Input {
        Input::new("text", name, label).value(self.some(name).unwrap_or_else(|| otherwise.to_owned()))
    }
}

/// Puts what was refused at its field; what has no field of its own at the first.
///
/// # Errors
/// Anything but a refusal of fields is the caller's to know.
pub fn at_fields(t: Locale, form: &mut Question, refused: AppError) -> Result<(), AppError> {
    let AppError::Invalid(errors) = refused else { return Err(refused) };
    for error in errors {
        let said = field_message(t, &error);
        // What is refused of an item is said at the field that it was typed into.
        let path: Vec<&str> = error.field.split('.').collect();
        let name = match path.as_slice() {
            ["items" | "groups" | "periods", at, member] => format!("{member}_{at}"),
            _ => error.field.clone(),
        };
        let known = form.inputs.iter().position(|input| input.name == name).unwrap_or(0);
        if let Some(input) = form.inputs.get_mut(known) {
            input.error = Some(said);
        }
    }
    Ok(())
}
