//! JSON at the terminal: in by standard input, out as people read it.

use super::{EXIT_INPUT, Failure};
use crate::error::AppError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::Read;

/// Bytes that are read of standard input.
const INPUT_MAX: u64 = 4 * 1024 * 1024;

pub fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_else(|error| error.to_string())
}

/// # Errors
/// When it is no JSON.
pub fn standard_input() -> Result<Value, Failure> {
    let mut text = String::new();
    std::io::stdin().take(INPUT_MAX).read_to_string(&mut text).map_err(|error| Failure::new(EXIT_INPUT, error))?;
    serde_json::from_str(&text).map_err(|error| Failure::new(EXIT_INPUT, format!("standard input is not JSON: {error}")))
}

/// Answers one object of standard input, or each of a list in its place.
///
/// # Errors
/// The first that cannot be read or answered; the path to the wrong member is named.
pub fn answer_each<A: DeserializeOwned, B: Serialize>(by: impl Fn(&A) -> Result<B, AppError>) -> Result<(), Failure> {
    let one = |asked| -> Result<Value, Failure> {
        let asked: A = serde_path_to_error::deserialize(asked).map_err(|error| Failure::new(EXIT_INPUT, error))?;
        Ok(serde_json::json!(by(&asked)?))
    };
    let answer = match standard_input()? {
        Value::Array(many) => Value::Array(many.into_iter().map(one).collect::<Result<_, _>>()?),
        asked => one(asked)?,
    };
    println!("{}", pretty(&answer));
    Ok(())
}
