//! Lists, records and forms for every kind of record, from its description.

mod form;
mod list;
mod show;

pub use form::{create, delete, edit_form, keep_draft, new_form, reference_options, to_document, update};
pub use list::{columns_of, list};
pub use show::show;

use super::cells::{Labels, cell_href, cell_text, choice_key, country, word_key};
use crate::app::resource::{Document, Field, Kind};
use crate::formats;
use crate::i18n::Locale;
use passerelle_domain::country::CountryCode;
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Debug)]
pub struct Cell {
    pub text: String,
    pub href: Option<String>,
    pub class: &'static str,
    /// Kind of a status tag; empty for plain words.
    pub tag: String,
}

#[derive(Debug)]
pub struct Row {
    pub href: String,
    pub id: String,
    pub cells: Vec<Cell>,
}

fn row(base: &str, listed: &[&Field], document: &Document, labels: &Labels) -> Row {
    let mut cells: Vec<Cell> = listed.iter().map(|field| cell(field, document, labels)).collect();
    // The first cell leads to the record: where it is withheld the reference stands for it.
    if let Some(first) = cells.first_mut().filter(|first| first.text.is_empty()) {
        first.text.clone_from(&document.title);
    }
    Row { href: format!("{base}/{}", document.id), id: document.id.to_string(), cells }
}

/// An address with parameters.
pub fn address(base: &str, params: &BTreeMap<String, String>) -> String {
    with_param(base, params, "", None)
}

fn numeric(field: &Field) -> bool {
    matches!(field.kind, Kind::Number { .. } | Kind::Decimal { .. } | Kind::Money | Kind::Eqf)
}

fn cell(field: &Field, document: &Document, labels: &Labels) -> Cell {
    let class = match field.kind {
        Kind::Number { .. } | Kind::Decimal { .. } | Kind::Money | Kind::Eqf => "num nowrap",
        Kind::Date => "nowrap",
        _ => "",
    };
    let status = matches!(field.name, "status" | "journey" | "state" | "trainee_decision" | "employer_decision");
    let tag = document.data.get(field.name).and_then(Value::as_str).filter(|_| status).unwrap_or_default().to_owned();
    Cell { text: cell_text(field, document, labels), href: cell_href(field, document, labels), class, tag }
}

/// Words to choose from, sorted as the reader's language shows them where that is a list of names.
pub fn options(field: &Field, t: Locale) -> Vec<(String, String)> {
    match field.kind {
        Kind::Choices { list, words } => words.iter().map(|word| ((*word).to_owned(), t.get(&choice_key(t, list, word)))).collect(),
        Kind::Choice { list, words } => words.iter().map(|word| ((*word).to_owned(), t.get(&word_key(list, word)))).collect(),
        Kind::Country => {
            let mut countries: Vec<(String, String)> =
                CountryCode::all().iter().map(|code| (code.to_string(), country(t, code.as_str()))).collect();
            countries.sort_by(|(_, a), (_, b)| formats::compare(t, a, b));
            countries
        }
        _ => vec![],
    }
}

fn with_param(base: &str, params: &BTreeMap<String, String>, name: &str, value: Option<&str>) -> String {
    let mut pairs: Vec<(&str, &str)> = params
        .iter()
        .filter(|(key, value)| *key != name && *key != "notice" && !value.is_empty())
        .map(|(k, v)| (k.as_str(), v.as_str()))
        .collect();
    pairs.extend(value.map(|value| (name, value)));
    if pairs.is_empty() {
        return base.to_owned();
    }
    let query: Vec<String> = pairs.iter().map(|(key, value)| format!("{}={}", super::percent(key), super::percent(value))).collect();
    format!("{base}?{}", query.join("&"))
}
