//! Lines of the ledger. They are booked (`app::money::ledger`), never written over.

use super::*;
use passerelle_domain::contingency::Control;
use passerelle_domain::corridor::CostClass;
use passerelle_domain::finance::ledger::{Account, CostGroup};
use passerelle_domain::money::{Currency, Money};
use passerelle_store::entity::ledger_entry;

#[derive(Debug)]
pub struct LedgerEntries;

impl Spec for LedgerEntries {
    type Entity = ledger_entry::Entity;
    const NAME: &'static str = "ledger-entries";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("agreement_id", "agreements").listed().filters(),
        Field::new("on_date", Kind::Date).listed().sorts(),
        Field::choice("from_account", "account", Account::WORDS).listed().filters(),
        Field::choice("to_account", "account", Account::WORDS).listed().filters(),
        Field::choice("cost_group", "cost-group", CostGroup::WORDS).listed().filters(),
        Field::choice("cost_class", "cost-class", CostClass::WORDS).filters(),
        Field::new("amount", Kind::Money).listed().labelled("ledger_amount"),
        Field::choice("control", "control", Control::WORDS),
        Field::reference("contingency_case_id", "contingency-cases").filters(),
        Field::reference("trainee_id", "trainees").filters(),
        Field::reference("reverses_id", "ledger-entries").filters(),
        Field::text("evidence", 200),
        Field::text("memo", 200).listed(),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("lines are booked, and never written over: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        let amount = Currency::parse(&row.currency).map(|currency| String::from(Money::new(row.amount_minor, currency)));
        document([
            ("agreement_id", row.agreement_id.to_string().into()),
            ("on_date", row.on_date.to_string().into()),
            ("from_account", row.from_account.as_str().into()),
            ("to_account", row.to_account.as_str().into()),
            ("cost_group", row.cost_group.as_str().into()),
            ("cost_class", text(&row.cost_class)),
            ("amount", amount.ok().into()),
            ("control", row.control.as_str().into()),
            ("contingency_case_id", shown(&row.contingency_case_id)),
            ("trainee_id", shown(&row.trainee_id)),
            ("reverses_id", shown(&row.reverses_id)),
            ("evidence", text(&row.evidence)),
            ("memo", row.memo.as_str().into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} {} {}", row.on_date, row.currency, row.memo)
    }
}
