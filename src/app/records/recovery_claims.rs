//! Claims for what was lost. They are opened by a settlement and moved by `app::money::recovery`.

use super::*;
use crate::app::money::recovery::Status;
use passerelle_domain::finance::ledger::Account;
use passerelle_domain::money::{Currency, Money};
use passerelle_store::entity::recovery_claim;

#[derive(Debug)]
pub struct RecoveryClaims;

impl Spec for RecoveryClaims {
    type Entity = recovery_claim::Entity;
    const NAME: &'static str = "recovery-claims";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("agreement_id", "agreements").listed().filters(),
        Field::choice("against", "account", Account::WORDS).listed().filters(),
        Field::new("amount", Kind::Money).listed().labelled("ledger_amount"),
        Field::choice("status", "claim-status", Status::WORDS).listed().filters(),
        Field::new("paid", Kind::Money).labelled("claim_paid"),
        Field::new("opened_on", Kind::Date).listed().sorts().labelled("claim_opened_on"),
        Field::reference("contingency_case_id", "contingency-cases").filters(),
        Field::new("decided_on", Kind::Date),
        Field::text("evidence", 200),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("claims are opened by settlements: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        let amount = Currency::parse(&row.currency).ok().map(|currency| Money::new(row.amount_minor, currency));
        document([
            ("agreement_id", row.agreement_id.to_string().into()),
            ("against", row.against.as_str().into()),
            ("amount", shown(&amount)),
            ("status", row.status.as_str().into()),
            ("paid", shown(&Currency::parse(&row.currency).ok().zip(row.paid_minor).map(|(currency, minor)| Money::new(minor, currency)))),
            ("opened_on", row.opened_on.to_string().into()),
            ("contingency_case_id", row.contingency_case_id.to_string().into()),
            ("decided_on", shown(&row.decided_on)),
            ("evidence", text(&row.evidence)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} {}", row.against, row.opened_on)
    }
}
