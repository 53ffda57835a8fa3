//! Loans that people took for their way. While a case of hers is open nothing is asked back, and what is taken off them
//! follows from how it ends (`app::contingency::loans`): nobody writes that by hand.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::money::{Currency, Money};
use passerelle_store::Tx;
use passerelle_store::entity::training_loan;

#[derive(Debug)]
pub struct TrainingLoans;

#[async_trait]
impl Spec for TrainingLoans {
    type Entity = training_loan::Entity;
    const NAME: &'static str = "training-loans";
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::text("lender", 120).required().listed(),
        Field::new("amount", Kind::Money).required().listed().labelled("loan_amount"),
        Field::new("taken_on", Kind::Date).required().listed().sorts(),
        Field::text("evidence", 200),
        Field::new("suspended_on", Kind::Date).derived().listed(),
        Field::new("relieved", Kind::Money).derived().listed(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, before: Option<&RowOf<Self>>) -> RowOf<Self> {
        let amount = amount(r);
        training_loan::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            lender: r.text("lender"),
            currency: amount.map(|amount| amount.currency.to_string()).unwrap_or_default(),
            amount_minor: amount.map(|amount| amount.minor).unwrap_or_default(),
            taken_on: r.date("taken_on"),
            evidence: r.text_or_none("evidence"),
            suspended_on: before.and_then(|row| row.suspended_on),
            relieved_minor: before.map_or(0, |row| row.relieved_minor),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        let currency = Currency::parse(&row.currency).ok();
        let of = |minor: i64| currency.map(|currency| Money::new(minor, currency));
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("lender", row.lender.as_str().into()),
            ("amount", shown(&of(row.amount_minor))),
            ("taken_on", row.taken_on.to_string().into()),
            ("evidence", text(&row.evidence)),
            ("suspended_on", shown(&row.suspended_on)),
            ("relieved", shown(&of(row.relieved_minor).filter(|amount| amount.minor > 0))),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.lender.clone()
    }

    async fn check(
        ctx: &Ctx<'_>,
        _: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        if row.taken_on > ctx.now.date() {
            errors.push(FieldError::new("taken_on", "future", "lies ahead"));
        }
        // What was taken off was taken off this amount.
        let bent = before.is_some_and(|before| {
            before.relieved_minor > 0 && (before.amount_minor, &before.currency) != (row.amount_minor, &row.currency)
        });
        if bent {
            errors.push(FieldError::new("amount", "loan-relieved", "was relieved already, and is no longer changed"));
        }
        Ok(())
    }
}
