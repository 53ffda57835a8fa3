//! What workers say they paid for the job. What is said stays: refunds are added to it by whoever looks after them.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::access::Role;
use passerelle_domain::corridor::{CostClass, Party};
use passerelle_domain::money::{Currency, Money};
use passerelle_store::entity::worker_payment;

#[derive(Debug)]
pub struct WorkerPayments;

/// What an officer adds later; the rest is the worker's own account.
const REFUND: [&str; 3] = ["refunded", "refunded_on", "refunded_by"];

#[async_trait]
impl Spec for WorkerPayments {
    type Entity = worker_payment::Entity;
    const NAME: &'static str = "worker-payments";
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::text("item", 120).required().listed().labelled("worker_item"),
        Field::choice("cost_class", "cost-class", CostClass::WORDS).required().listed().filters(),
        Field::new("amount", Kind::Money).required().listed().labelled("worker_paid"),
        Field::new("paid_on", Kind::Date).required().listed().sorts().labelled("worker_paid_on"),
        Field::text("paid_to", 120).required().listed().labelled("worker_paid_to"),
        Field::text("receipt", 200).labelled("worker_receipt"),
        Field::new("refunded", Kind::Money).listed().labelled("worker_refunded"),
        Field::new("refunded_on", Kind::Date).labelled("worker_refunded_on"),
        Field::choice("refunded_by", "party", Party::WORDS).labelled("worker_refunded_by"),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let (amount, refunded) = (amount(r), r.money_or_none("refunded"));
        let (paid_on, refunded_on, refunded_by) = (r.date("paid_on"), r.date_or_none("refunded_on"), r.choice_or_none("refunded_by"));
        if let (Some(amount), Some(refunded)) = (amount, refunded) {
            if refunded.currency != amount.currency {
                r.refuse(FieldError::new("refunded", "currency-mixed", "is in another currency than what was paid"));
            } else if refunded.minor < 0 || refunded.minor > amount.minor {
                r.refuse(FieldError::new("refunded", "refund-beyond", "is more than was paid, or below zero"));
            }
        }
        if refunded_on.is_some_and(|day| day < paid_on) {
            r.refuse(FieldError::new("refunded_on", "ends-before-start", "lies before the day on which she paid"));
        }
        if refunded.is_some_and(|refunded| refunded.minor > 0) && (refunded_on.is_none() || refunded_by.is_none()) {
            r.refuse(FieldError::new("refunded_on", "refund-unsaid", "and who refunded it are needed with a refund"));
        }
        if refunded_by.as_deref() == Some(Party::Trainee.as_str()) {
            r.refuse(FieldError::new("refunded_by", "cost-not-hers", "cannot be the trainee herself"));
        }
        worker_payment::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            paid_on,
            item: r.text("item"),
            cost_class: r.choice("cost_class"),
            paid_to: r.text("paid_to"),
            currency: amount.map(|amount| amount.currency.to_string()).unwrap_or_default(),
            amount_minor: amount.map(|amount| amount.minor).unwrap_or_default(),
            refunded_minor: refunded.map(|refunded| refunded.minor).unwrap_or_default(),
            refunded_on,
            refunded_by,
            receipt: r.text_or_none("receipt"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        let currency = Currency::parse(&row.currency).ok();
        let of = |minor: i64| currency.map(|currency| Money::new(minor, currency));
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("item", row.item.as_str().into()),
            ("cost_class", row.cost_class.as_str().into()),
            ("amount", shown(&of(row.amount_minor))),
            ("paid_on", row.paid_on.to_string().into()),
            ("paid_to", row.paid_to.as_str().into()),
            ("receipt", text(&row.receipt)),
            ("refunded", shown(&of(row.refunded_minor).filter(|amount| amount.minor > 0))),
            ("refunded_on", shown(&row.refunded_on)),
            ("refunded_by", text(&row.refunded_by)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.item.clone()
    }

    fn may_change(role: Role, field: &str) -> bool {
        role == Role::OriginOfficer && REFUND.contains(&field)
    }

    async fn check(
        ctx: &Ctx<'_>,
        _: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        let today = ctx.now.date();
        for (field, day) in [("paid_on", Some(row.paid_on)), ("refunded_on", row.refunded_on)] {
            if day.is_some_and(|day| day > today) {
                errors.push(FieldError::new(field, "future", "lies ahead"));
            }
        }
        let officer = ctx.actor.grants.iter().any(|grant| grant.role == Role::OriginOfficer);
        if before.is_none() && row.refunded_minor > 0 && !officer {
            errors.push(FieldError::new("refunded", "not-your-word", "is noted by the officer who has seen it come back"));
        }
        Ok(())
    }
}
