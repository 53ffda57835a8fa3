//! Claims on payers, person by person. They move by `app::money::tranches`, never by hand.

use super::*;
use passerelle_domain::corridor::Party;
use passerelle_domain::finance::shares::Milestone;
use passerelle_domain::money::{Currency, Money};
use passerelle_store::entity::tranche;

use crate::app::money::tranches::Status;

#[derive(Debug)]
pub struct Tranches;

impl Spec for Tranches {
    type Entity = tranche::Entity;
    const NAME: &'static str = "tranches";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("cohort_id", "cohorts").listed().filters(),
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::choice("milestone", "milestone", Milestone::WORDS).listed().filters(),
        Field::choice("payer", "party", Party::WORDS).listed().filters(),
        Field::new("amount", Kind::Money).listed().labelled("ledger_amount"),
        Field::choice("status", "tranche-status", Status::WORDS).listed().filters(),
        Field::new("claimed_on", Kind::Date).listed().sorts(),
        Field::text("evidence", 200),
        Field::new("decided_on", Kind::Date),
        Field::text("reason", 200),
        Field::new("paid_on", Kind::Date).labelled("tranche_paid_on"),
        Field::reference("ledger_entry_id", "ledger-entries"),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("claims are moved by events of their own: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        let amount = Currency::parse(&row.currency).ok().map(|currency| Money::new(row.amount_minor, currency));
        document([
            ("cohort_id", row.cohort_id.to_string().into()),
            ("trainee_id", row.trainee_id.to_string().into()),
            ("milestone", row.milestone.as_str().into()),
            ("payer", row.payer.as_str().into()),
            ("amount", shown(&amount)),
            ("status", row.status.as_str().into()),
            ("claimed_on", row.claimed_on.to_string().into()),
            ("evidence", row.evidence.as_str().into()),
            ("decided_on", shown(&row.decided_on)),
            ("reason", text(&row.reason)),
            ("paid_on", shown(&row.paid_on)),
            ("ledger_entry_id", shown(&row.ledger_entry_id)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} {}", row.milestone, row.payer)
    }
}
