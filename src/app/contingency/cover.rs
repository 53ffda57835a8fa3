//! What the reserve of an agreement has to hold for the places that run under it, and how it stands: below its floor
//! nobody new is enrolled, and what is missing is called for from the funders, never from a trainee.

use super::plans;
use crate::app::Ctx;
use crate::app::money::ledger;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::plan::Cover;
use passerelle_domain::finance::reserve::Reserve;
use passerelle_domain::money::Money;
use passerelle_domain::people::Track;
use passerelle_store::entity::{agreement, budget_line, cohort};
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, record};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub places: u32,
    /// What one cohort exposes at most.
    pub exposure: Money,
    pub balance: Money,
    /// Places cost something in another currency, which the sum does not know: enrolment stays shut.
    pub foreign: bool,
    /// Nothing where no place runs: nothing has to be held.
    pub reserve: Option<Reserve>,
}

impl Standing {
    pub fn is_open(&self) -> bool {
        !self.foreign && self.reserve.as_ref().and_then(|reserve| reserve.standing).is_none_or(|standing| standing.enrolment_open)
    }
}

/// How the reserve of an agreement stands; nothing where no plan in force says what it has to hold.
///
/// # Errors
/// When the agreement's books are not the actor's to read.
pub async fn of(ctx: &Ctx<'_>, agreement_id: Uuid) -> Result<Option<Standing>, AppError> {
    permit(ctx.actor, Action::Read, Subject::LedgerEntry)?;
    let scope = permit(ctx.actor, Action::Read, Subject::Agreement).map_err(|_| AppError::NotFound)?;
    let conn = ctx.state.store.read();
    record::find::<agreement::Entity>(conn, &scope, agreement_id).await?.ok_or(AppError::NotFound)?;
    match plans::in_force(conn, agreement_id).await?.and_then(|plan| plan.cover) {
        Some(cover) => Ok(Some(standing(conn, agreement_id, cover, ctx.now.date()).await?)),
        None => Ok(None),
    }
}

/// The same, for use cases that have asked already who acts.
///
/// # Errors
/// When the database refuses, or the amounts are beyond what can be reckoned with.
pub(crate) async fn standing(conn: &impl ConnectionTrait, agreement_id: Uuid, cover: Cover, on: NaiveDate) -> Result<Standing, AppError> {
    let runs = Condition::any().add(cohort::Column::EndsOn.gte(on));
    let find = cohort::Entity::find().filter(cohort::Column::AgreementId.eq(agreement_id)).filter(runs);
    let cohorts = find.all(conn).await.map_err(StoreError::from)?;
    let currency = cover.mean_loss.currency;
    let lines = budget_line::Entity::find()
        .filter(budget_line::Column::CohortId.is_in(cohorts.iter().map(|row| row.id)))
        .filter(budget_line::Column::Track.eq(Track::Away.as_str()))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut a_place: BTreeMap<Uuid, i64> = BTreeMap::new();
    let foreign = lines.iter().any(|line| line.currency != currency.as_str());
    for line in lines.into_iter().filter(|line| line.currency == currency.as_str()) {
        *a_place.entry(line.cohort_id).or_insert(0) += line.amount_minor;
    }
    let seats = |row: &cohort::Model| row.seats_away + row.seats_home + row.seats_undecided;
    let places = u32::try_from(cohorts.iter().map(seats).sum::<i64>()).unwrap_or(u32::MAX);
    let exposed = cohorts.iter().map(|row| seats(row).saturating_mul(a_place.get(&row.id).copied().unwrap_or(0)));
    let exposure = exposed.max().unwrap_or(0);
    let balance = ledger::reserve(conn, agreement_id, currency).await?;
    let of = |minor| Money::new(minor, currency);
    let reserve = (places > 0).then(|| cover.reserve(places, exposure, balance)).transpose()?;
    Ok(Standing { places, exposure: of(exposure), balance: of(balance), foreign, reserve })
}
