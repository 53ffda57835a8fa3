//! Reckoning for employers and policy units. Nothing is read and nothing is written.

use crate::error::{AppError, FieldError};
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

impl From<Unfit> for AppError {
    fn from(unfit: Unfit) -> Self {
        Self::invalid(&unfit.field, unfit.rule, unfit.problem)
    }
}
