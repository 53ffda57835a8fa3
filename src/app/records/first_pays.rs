//! The pay of a worker's first full month at the destination: the other half of SDG indicator 10.7.1.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use chrono::Datelike;
use passerelle_domain::money::{Currency, Money};
use passerelle_store::entity::first_pay;
use passerelle_store::query::{ColumnTrait, QueryFilter};

#[derive(Debug)]
pub struct FirstPays;

#[async_trait]
impl Spec for FirstPays {
    type Entity = first_pay::Entity;
    const NAME: &'static str = "first-pays";
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::new("month_on", Kind::Date).required().listed().sorts(),
        Field::new("amount", Kind::Money).required().listed().labelled("first_pay"),
        Field::text("evidence", 200).labelled("payslip"),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let amount = amount(r);
        first_pay::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            month_on: r.date("month_on"),
            currency: amount.map(|amount| amount.currency.to_string()).unwrap_or_default(),
            amount_minor: amount.map(|amount| amount.minor).unwrap_or_default(),
            evidence: r.text_or_none("evidence"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        let amount = Currency::parse(&row.currency).ok().map(|currency| Money::new(row.amount_minor, currency));
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("month_on", row.month_on.to_string().into()),
            ("amount", shown(&amount)),
            ("evidence", text(&row.evidence)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.month_on.format("%Y-%m").to_string()
    }

    async fn check(
        ctx: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        if row.month_on.day() != 1 {
            errors.push(FieldError::new("month_on", "month-begin", "is the first day of the month"));
        }
        if row.month_on > ctx.now.date() {
            errors.push(FieldError::new("month_on", "future", "lies ahead"));
        }
        let other = first_pay::Entity::find().filter(first_pay::Column::TraineeId.eq(row.trainee_id)).one(tx.conn()).await;
        if before.is_none() && other.map_err(StoreError::from)?.is_some() {
            errors.push(FieldError::new("trainee_id", "first-pay-known", "has her first month written down already: correct that one"));
        }
        Ok(())
    }
}
