//! Reckoning at the terminal. JSON in, JSON out; no database is asked.

use super::law::standard_input;
use super::output::pretty;
use super::{EXIT_INPUT, Failure};
use crate::app::finance;
use crate::error::AppError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One object, or a list of them, each answered in its place.
fn reckon<A: DeserializeOwned, B: Serialize>(by: impl Fn(&A) -> Result<B, AppError>) -> Result<(), Failure> {
    let one = |asked| -> Result<serde_json::Value, Failure> {
        let asked: A = serde_path_to_error::deserialize(asked).map_err(|error| Failure::new(EXIT_INPUT, error))?;
        Ok(serde_json::json!(by(&asked)?))
    };
    let answer = match standard_input()? {
        serde_json::Value::Array(many) => serde_json::Value::Array(many.into_iter().map(one).collect::<Result<_, _>>()?),
        asked => one(asked)?,
    };
    println!("{}", pretty(&answer));
    Ok(())
}

pub(super) fn roi() -> Result<(), Failure> {
    reckon(finance::roi)
}
