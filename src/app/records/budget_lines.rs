//! Budget lines: what a place of a cohort costs on one track, and who pays it.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::contingency::CostKind;
use passerelle_domain::corridor::{CostClass, Party};
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::Track;
use passerelle_store::Tx;
use passerelle_store::entity::budget_line;

#[derive(Debug)]
pub struct BudgetLines;

/// Ten million of most currencies: a place that costs more is a slip.
const AMOUNT_MAX_MINOR: i64 = 1_000_000_000;

#[async_trait]
impl Spec for BudgetLines {
    type Entity = budget_line::Entity;
    const NAME: &'static str = "budget-lines";
    const FIELDS: &'static [Field] = &[
        Field::reference("cohort_id", "cohorts").required().filters().fixed(),
        Field::choice("track", "track", Track::WORDS).required().listed().filters(),
        Field::text("item", 120).required().listed(),
        Field::choice("cost_class", "cost-class", CostClass::WORDS).required().listed().filters(),
        Field::choice("cost_kind", "cost-kind", CostKind::WORDS).listed().filters(),
        Field::choice("payer", "party", Party::WORDS).required().listed().filters(),
        Field::new("amount", Kind::Money).required().listed(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let (class, payer) = (r.choice("cost_class"), r.choice("payer"));
        if class == CostClass::Illegitimate.as_str() {
            r.refuse(FieldError::new("cost_class", "cost-illegitimate", "is a cost that nobody may ask for (rule R02)"));
        }
        // General training is the one cost that a person may be asked to share, and only where the agreement says so.
        if payer == Party::Trainee.as_str() && class != CostClass::EducationInvestment.as_str() {
            r.refuse(FieldError::new("payer", "cost-not-hers", "cannot be the trainee for this class of cost (rule R02)"));
        }
        let amount = r.money_or_none("amount");
        if amount.is_some_and(|amount| amount.minor > AMOUNT_MAX_MINOR) {
            r.refuse(FieldError::new("amount", "money-range", "is too large for one place"));
        }
        budget_line::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            cohort_id: r.reference("cohort_id"),
            track: r.choice("track"),
            item: r.text("item"),
            cost_class: class,
            cost_kind: r.choice_or_none("cost_kind"),
            payer,
            currency: amount.map(|amount| amount.currency.to_string()).unwrap_or_default(),
            amount_minor: amount.map(|amount| amount.minor).unwrap_or_default(),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        let amount = Currency::parse(&row.currency).ok().map(|currency| Money::new(row.amount_minor, currency));
        document([
            ("cohort_id", row.cohort_id.to_string().into()),
            ("track", row.track.as_str().into()),
            ("item", row.item.as_str().into()),
            ("cost_class", row.cost_class.as_str().into()),
            ("cost_kind", text(&row.cost_kind)),
            ("payer", row.payer.as_str().into()),
            ("amount", shown(&amount)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.item.clone()
    }

    /// In strict mode of the agreement the trainee pays for nothing at all.
    async fn check(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>, _: Option<&RowOf<Self>>, errors: &mut Vec<FieldError>) -> Result<(), AppError> {
        use passerelle_domain::people::CostMode;
        use passerelle_store::entity::{agreement, cohort};
        if row.payer != Party::Trainee.as_str() {
            return Ok(());
        }
        let found = cohort::Entity::find_by_id(row.cohort_id).one(tx.conn()).await.map_err(StoreError::from)?;
        let mode = match found.and_then(|cohort| cohort.agreement_id) {
            Some(id) => agreement::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?.map(|row| row.cost_mode),
            None => None,
        };
        if mode.as_deref() != Some(CostMode::LegalMinimum.as_str()) {
            errors.push(FieldError::new(
                "payer",
                "cost-strict",
                "cannot be the trainee: the agreement holds to the employer-pays standard",
            ));
        }
        Ok(())
    }
}
