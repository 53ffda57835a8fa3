//! Reckoning for employers and policy units. Nothing is read and nothing is written.

use crate::error::{AppError, FieldError};
use passerelle_domain::equity::{self, Balance};
use passerelle_domain::finance::Unfit;
use passerelle_domain::finance::roi::{self, Estimate, Sheet};

/// What a hire through a partnership is worth to the employer who pays for the training.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn roi(asked: &Estimate) -> Result<Sheet, AppError> {
    /// Each is reckoned month by month.
    const ALTERNATIVES_MAX: usize = 10;
    const ITEMS_MAX: usize = 100;
    for (field, count, most) in [("alternatives", asked.alternatives.len(), ALTERNATIVES_MAX), ("upfront", asked.upfront.len(), ITEMS_MAX)]
    {
        if count > most {
            let error = FieldError::new(field, "too-many", format!("has more than {most} entries"));
            return Err(AppError::Invalid(vec![error.with("max", most)]));
        }
    }
    roi::estimate(asked).map_err(AppError::from)
}

/// How many home places are owed for those who left.
///
/// # Errors
/// When the share is beyond what an agreement can mean.
pub fn equity(asked: &equity::Question) -> Result<Balance, AppError> {
    equity::balance(asked).map_err(|error| AppError::Invalid(vec![FieldError::of("ratio_percent", &error)]))
}

impl From<Unfit> for AppError {
    fn from(unfit: Unfit) -> Self {
        Self::invalid(&unfit.field, unfit.rule, unfit.problem)
    }
}
