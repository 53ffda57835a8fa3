//! Reckoning for employers and policy units. Nothing is read and nothing is written.

use crate::error::{AppError, FieldError};
use passerelle_domain::equity::{self, Balance};
use passerelle_domain::finance::Unfit;
use passerelle_domain::finance::reserve::{self, Reserve};
use passerelle_domain::finance::roi::{self, Estimate, Sheet};
use passerelle_domain::finance::settlement::{self, Settlement};
use passerelle_domain::finance::worker::{self, RecruitmentCost, Remittance, Totalisation};

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

/// What hires have brought so far.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn realised(asked: &roi::Realised) -> Result<roi::Return, AppError> {
    roi::realised(asked).map_err(AppError::from)
}

/// Who bears what is lost when somebody who was trained cannot leave.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn settlement(asked: &settlement::Question) -> Result<Settlement, AppError> {
    settlement::settle(asked).map_err(AppError::from)
}

/// What a partnership has to put aside.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn reserve(asked: &reserve::Question) -> Result<Reserve, AppError> {
    reserve::reserve(asked).map_err(AppError::from)
}

/// What a worker paid for the job, in months of her first pay.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn recruitment_cost(asked: &worker::CostQuestion) -> Result<RecruitmentCost, AppError> {
    worker::recruitment_cost(asked).map_err(AppError::from)
}

/// What sending money home costs.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn remittance(asked: &worker::RemittanceQuestion) -> Result<Remittance, AppError> {
    worker::remittance(asked).map_err(AppError::from)
}

/// Whether years in several countries add up to a pension.
///
/// # Errors
/// The field that cannot be reckoned with.
pub fn totalisation(asked: &worker::TotalisationQuestion) -> Result<Totalisation, AppError> {
    worker::totalisation(asked).map_err(AppError::from)
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
