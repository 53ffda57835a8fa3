//! What an employer's hires have brought so far: months that were worked by people who came to it, against what it has
//! paid for them at their milestones.

use super::tranches::Status;
use crate::app::tracks::equity::reached;
use crate::app::{Ctx, finance};
use crate::error::AppError;
use chrono::{Datelike, NaiveDate};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::Party;
use passerelle_domain::finance::roi::{self, Realised, Return};
use passerelle_domain::money::Money;
use passerelle_domain::people::{Decision, JourneyState};
use passerelle_store::StoreError;
use passerelle_store::entity::{journey, proposal, tranche};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use passerelle_store::record::Record;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Hires that one answer is made from.
const HIRES_MAX: u64 = 5_000;

/// What the employer knows of a month's work.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    pub value: Money,
    pub wage: Money,
    pub discount: f64,
}

/// The realised return of the actor's firm. Amounts in other currencies than its figures are none of it.
///
/// # Errors
/// When the actor works for no employer, or a figure cannot be reckoned with.
pub async fn of(ctx: &Ctx<'_>, figures: &Figures) -> Result<Return, AppError> {
    // What a firm pays and gains is for the firm.
    permit(ctx.actor, Action::Create, Subject::Need)?;
    let scope = permit(ctx.actor, Action::List, Subject::Proposal)?;
    let conn = ctx.state.store.read();
    let accepted = Decision::Accepted.as_str();
    let hired: Vec<(Uuid, Uuid, i64)> = proposal::Entity::find()
        .select_only()
        .columns([proposal::Column::TraineeId, proposal::Column::EmployerId])
        .column(proposal::Column::CreatedAtMs)
        .filter(proposal::Entity::visible(&scope))
        .filter(proposal::Column::TraineeDecision.eq(accepted))
        .filter(proposal::Column::EmployerDecision.eq(accepted))
        .limit(HIRES_MAX)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let firms: BTreeSet<Uuid> = hired.iter().map(|(_, firm, _)| *firm).collect();
    // Work for a firm before this one is none of its own.
    let since: BTreeMap<Uuid, NaiveDate> =
        hired.into_iter().map(|(person, _, made_ms)| (person, crate::clock::Moment::from_ms(made_ms).date())).collect();
    let people: BTreeSet<Uuid> = since.keys().copied().collect();
    let rows: Vec<(Uuid, Uuid)> = journey::Entity::find()
        .select_only()
        .columns([journey::Column::Id, journey::Column::TraineeId])
        .filter(journey::Column::TraineeId.is_in(people.iter().copied()))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let ids: Vec<Uuid> = rows.iter().map(|(id, _)| *id).collect();
    let (began, left) = (reached(conn, &ids, JourneyState::Placed).await?, reached(conn, &ids, JourneyState::Returned).await?);
    let today = ctx.now.date();
    let months = |(id, person): &(Uuid, Uuid)| {
        let from = *Ord::max(began.get(id)?, since.get(person)?);
        Some(full_months(from, left.get(id).copied().filter(|end| *end > from).unwrap_or(today)))
    };
    let served = rows.iter().filter_map(months).collect();
    let paid: Vec<(String, i64)> = tranche::Entity::find()
        .select_only()
        .columns([tranche::Column::Currency, tranche::Column::AmountMinor])
        .filter(tranche::Column::TraineeId.is_in(people))
        .filter(tranche::Column::Payer.eq(Party::Employer.as_str()))
        .filter(tranche::Column::EmployerId.is_in(firms))
        .filter(tranche::Column::Status.eq(Status::Paid.as_str()))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut sums: BTreeMap<String, i64> = BTreeMap::new();
    for (currency, minor) in paid {
        *sums.entry(currency).or_insert(0) += minor;
    }
    let currency = figures.value.currency;
    let upfront = Money::new(sums.get(currency.as_str()).copied().unwrap_or(0), currency);
    finance::realised(&Realised { value: figures.value, wage: figures.wage, discount: figures.discount, upfront, served })
}

/// Months that have passed in full.
fn full_months(from: NaiveDate, to: NaiveDate) -> u32 {
    let months = (to.year() - from.year()) * 12 + to.month() as i32 - from.month() as i32 - i32::from(to.day() < from.day());
    u32::try_from(months).unwrap_or(0).min(roi::MONTHS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_counts_when_it_is_full() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(full_months(day("2026-01-15"), day("2026-02-14")), 0);
        assert_eq!(full_months(day("2026-01-15"), day("2026-02-15")), 1);
        assert_eq!(full_months(day("2025-11-30"), day("2026-11-28")), 11);
        assert_eq!(full_months(day("2026-02-01"), day("2026-01-01")), 0);
    }
}
