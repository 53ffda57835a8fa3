//! How far a need has come from a wish to people: what is said, what is still to be said, whose turn it is.

use super::parts::Part;
use super::shell::Page;
use crate::app::records;
use crate::app::resource::{Document, ListRequest};
use crate::error::AppError;
use passerelle_domain::people::NeedStatus;
use serde_json::Value;

/// The steps of a need that is not yet published; nothing once it is, or has ended.
///
/// # Errors
/// When its parts cannot be read.
pub async fn steps(page: &Page, document: &Document) -> Result<Option<Part>, AppError> {
    let t = page.locale;
    let status = document.data.get("status").and_then(Value::as_str).and_then(|word| NeedStatus::parse(word).ok());
    let validated = match status {
        Some(NeedStatus::Forecast) => false,
        Some(NeedStatus::Validated) => true,
        _ => return Ok(None),
    };
    let has = async |kind: &str| -> Result<bool, AppError> {
        let Some(resource) = records::find(kind) else { return Ok(false) };
        let asked = ListRequest::new([("need_id".to_owned(), document.id.to_string()), ("limit".to_owned(), "1".to_owned())].into());
        Ok(!resource.list(&page.ctx(), &asked).await?.documents.is_empty())
    };
    let terms = document.data.get("wage").is_some_and(|wage| !wage.is_null());
    let done = [
        ("need-step-terms", terms),
        ("need-step-skills", has("need-skills").await?),
        ("need-step-seats", has("seat-pools").await?),
        ("need-step-validated", validated),
        ("need-step-published", false),
    ];
    // The first that is open is the one that is looked at.
    let now = done.iter().position(|(_, done)| !done);
    let steps = done.iter().enumerate().map(|(at, (key, done))| {
        let state = match (done, Some(at) == now) {
            (true, _) => "done",
            (false, true) => "now",
            (false, false) => "next",
        };
        (t.get(key), state)
    });
    Ok(Some(Part::Stepper { heading: t.get("need-steps"), steps: steps.collect() }))
}
