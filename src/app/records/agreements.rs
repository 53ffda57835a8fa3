//! Partnership agreements, one for each origin of a corridor pack.

use super::*;
use crate::app::{Ctx, corridors};
use crate::error::{AppError, FieldError};
use crate::text::fold;
use async_trait::async_trait;
use passerelle_domain::access::Role;
use passerelle_domain::corridor::Party;
use passerelle_domain::equity::SHARE_MAX_PERCENT;
use passerelle_domain::people::{AgreementStatus, CostMode};
use passerelle_engine::matching::policy::Mode;
use passerelle_store::Tx;
use passerelle_store::entity::{agreement, budget_line, cohort};
use passerelle_store::query::{ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};

#[derive(Debug)]
pub struct Agreements;

const SHARE: Kind = Kind::Number { min: 0, max: SHARE_MAX_PERCENT as i64 };

#[async_trait]
impl Spec for Agreements {
    type Entity = agreement::Entity;
    const NAME: &'static str = "agreements";
    const FIELDS: &'static [Field] = &[
        Field::text("name", 200).required().listed().sorts(),
        Field::new("pack", Kind::Pack).required().listed().filters().fixed(),
        Field::new("origin", Kind::Country).required().listed().filters().fixed(),
        Field::new("destination", Kind::Country).required().listed().filters().fixed(),
        Field::choice("status", "agreement-status", AgreementStatus::WORDS).required().listed().filters(),
        Field::new("signed_on", Kind::Date).listed(),
        Field::new("ends_on", Kind::Date),
        Field::new("between_governments", Kind::Flag).listed(),
        Field::new("labour_market_analysis", Kind::Flag),
        Field::new("support_to_origin", Kind::Flag),
        Field::choice("cost_mode", "cost-mode", CostMode::WORDS).required(),
        Field::new("in_time_min_percent", Kind::Number { min: 0, max: 100 }),
        Field::new("equity_percent", SHARE).listed(),
        Field::new("equity_money_percent", SHARE),
        Field::new("track_choice_days", Kind::Number { min: 0, max: 1_000 }),
        Field::text("contingency_plan", 200),
        Field::choice("matching_mode", "mode-name", Mode::WORDS),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let name = r.text("name");
        let (signed_on, ends_on) = (r.date_or_none("signed_on"), r.date_or_none("ends_on"));
        if let (Some(signed), Some(ends)) = (signed_on, ends_on)
            && ends < signed
        {
            r.refuse(FieldError::new("ends_on", "window-reversed", "lies before the day of signature"));
        }
        let (origin, destination) = (r.country("origin"), r.country("destination"));
        if !origin.is_empty() && origin == destination {
            r.refuse(FieldError::new("destination", "same-country", "is the origin itself"));
        }
        agreement::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            search: fold(&name),
            name,
            pack: r.pack("pack"),
            origin,
            destination,
            status: r.choice("status"),
            signed_on,
            ends_on,
            between_governments: r.flag("between_governments"),
            labour_market_analysis: r.flag("labour_market_analysis"),
            support_to_origin: r.flag("support_to_origin"),
            cost_mode: r.choice("cost_mode"),
            in_time_min_percent: r.number_or_none("in_time_min_percent"),
            equity_percent: r.number_or_none("equity_percent"),
            equity_money_percent: r.number_or_none("equity_money_percent"),
            track_choice_days: r.number_or_none("track_choice_days"),
            contingency_plan: r.text_or_none("contingency_plan"),
            matching_mode: r.choice_or_none("matching_mode"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("name", row.name.as_str().into()),
            ("pack", row.pack.as_str().into()),
            ("origin", row.origin.as_str().into()),
            ("destination", row.destination.as_str().into()),
            ("status", row.status.as_str().into()),
            ("signed_on", shown(&row.signed_on)),
            ("ends_on", shown(&row.ends_on)),
            ("between_governments", row.between_governments.into()),
            ("labour_market_analysis", row.labour_market_analysis.into()),
            ("support_to_origin", row.support_to_origin.into()),
            ("cost_mode", row.cost_mode.as_str().into()),
            ("in_time_min_percent", row.in_time_min_percent.into()),
            ("equity_percent", row.equity_percent.into()),
            ("equity_money_percent", row.equity_money_percent.into()),
            ("track_choice_days", row.track_choice_days.into()),
            ("contingency_plan", text(&row.contingency_plan)),
            ("matching_mode", text(&row.matching_mode)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.name.clone()
    }

    /// The status moves by events only (`app::agreements`); what is running elsewhere is entered as it stands.
    fn may_change(_: Role, field: &str) -> bool {
        field != "status"
    }

    /// The pack exists and leads from this origin to this destination.
    async fn check(
        _: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        let turns_strict = before.is_some_and(|before| before.cost_mode != row.cost_mode) && row.cost_mode == CostMode::Strict.as_str();
        if turns_strict && trainee_pays(tx, row.id).await? {
            errors.push(FieldError::new(
                "cost_mode",
                "cost-strict",
                "cannot be strict while a budget line of its cohorts names the trainee",
            ));
        }
        if let Some(mode) = &row.matching_mode
            && matched_otherwise(tx, row.id, &row.pack, mode).await?
        {
            errors.push(FieldError::new(
                "matching_mode",
                "matching-mode-differs",
                format!("cannot be {mode}: another agreement in force shares the seats of this pathway and is matched otherwise"),
            ));
        }
        match corridors::latest_in(tx.conn(), &row.pack).await? {
            None => errors.push(FieldError::new("pack", "pathway-unknown", "is not an imported corridor pack")),
            Some(pack) => {
                let serves = pack.origins.is_empty() || pack.origins.iter().any(|origin| origin.as_str() == row.origin);
                if !serves || pack.destination.as_str() != row.destination {
                    errors.push(FieldError::new("pack", "pathway-elsewhere", "does not lead from this origin to this destination"));
                }
            }
        }
        Ok(())
    }
}

/// Whether another agreement in force on the same pack is matched in another way. Whose it is, is not said.
async fn matched_otherwise(tx: &Tx, agreement: Uuid, pack: &str, mode: &str) -> Result<bool, AppError> {
    let in_force = AgreementStatus::ALL.iter().filter(|status| status.covers_open_cases()).map(|status| status.as_str());
    let other = agreement::Entity::find()
        .filter(agreement::Column::Pack.eq(pack))
        .filter(agreement::Column::Id.ne(agreement))
        .filter(agreement::Column::MatchingMode.ne(mode))
        .filter(agreement::Column::Status.is_in(in_force));
    Ok(other.count(tx.conn()).await.map_err(StoreError::from)? > 0)
}

/// Whether a budget line of the agreement's cohorts names the trainee as payer.
async fn trainee_pays(tx: &Tx, agreement: Uuid) -> Result<bool, AppError> {
    let cohorts = cohort::Entity::find().select_only().column(cohort::Column::Id).filter(cohort::Column::AgreementId.eq(agreement));
    let hers = budget_line::Entity::find()
        .filter(budget_line::Column::CohortId.in_subquery(cohorts.into_query()))
        .filter(budget_line::Column::Payer.eq(Party::Trainee.as_str()));
    Ok(hers.count(tx.conn()).await.map_err(StoreError::from)? > 0)
}
