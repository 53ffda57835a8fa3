//! A drill: what a disruption would do today to whom, under each plan that there is, without writing anything of anybody.

use super::super::Options;
use super::super::options::{self, PlanSet, Stopped};
use super::affected::affected;
use super::{ensure_own, is_own, seed, stopped};
use crate::app::Ctx;
use crate::app::money::ledger;
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Scope, Subject, permit};
use passerelle_domain::contingency::Response;
use passerelle_domain::contingency::decision::Bar;
use passerelle_store::entity::{cohort, disruption, journey, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use passerelle_store::record::Record;
use passerelle_store::{StoreError, record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// People that a drill names.
const NAMED: usize = 2_000;

/// What a disruption would do, or does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drill {
    pub as_of: Option<NaiveDate>,
    pub affected: usize,
    pub more: bool,
    /// People by the first response that is open to them; those with none are under `unplaced`.
    pub by_response: BTreeMap<String, usize>,
    /// People to whom each response is open at all.
    pub open_to: BTreeMap<String, usize>,
    /// Why responses are not open, by response and bar.
    pub barred: BTreeMap<String, BTreeMap<String, usize>>,
    pub unplaced: usize,
    /// People who lose a post to others because too few are left.
    pub without_turn: usize,
    pub measures: BTreeMap<String, usize>,
    /// Minor units that the first responses would lose, by currency.
    pub loss: BTreeMap<String, i64>,
    /// The same for the worst that is open to each.
    pub loss_worst: BTreeMap<String, i64>,
    /// Minor units that stipends would take until the first response of each lets her be paid again, by currency.
    #[serde(default)]
    pub stipends: BTreeMap<String, i64>,
    /// Minor units that the reserves of the agreements concerned hold, by currency.
    pub reserve: BTreeMap<String, i64>,
    /// The same under each plan that there is to compare, the one in force first.
    #[serde(default)]
    pub plans: Vec<UnderPlan>,
    pub people: Vec<DrilledPerson>,
}

/// What a disruption would do under one plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnderPlan {
    pub plan: PlanSet,
    pub unplaced: usize,
    pub without_turn: usize,
    pub by_response: BTreeMap<String, usize>,
    pub loss: BTreeMap<String, i64>,
    pub loss_worst: BTreeMap<String, i64>,
    #[serde(default)]
    pub stipends: BTreeMap<String, i64>,
}

/// One person in a drill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrilledPerson {
    pub trainee: Uuid,
    pub gate: String,
    pub horizon_on: Option<NaiveDate>,
    pub options: Vec<Response>,
}

/// Works out what a disruption would do today, and keeps the answer with it.
///
/// # Errors
/// When the disruption is not the actor's.
pub async fn drill(ctx: &Ctx<'_>, id: Uuid) -> Result<Drill, AppError> {
    let scope = permit(ctx.actor, Action::Update, Subject::Disruption)?;
    let people = permit(ctx.actor, Action::List, Subject::Journey)?;
    let conn = ctx.state.store.read();
    let row = record::find::<disruption::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    ensure_own(&scope, &row)?;
    let today = ctx.now.date();
    let drill = worked_out(ctx.state, conn, &row, &people, today).await?;
    let mut tx = ctx.begin().await?;
    let row = record::hold::<disruption::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    let version = row.version;
    let changed = disruption::Model { drill: Some(serde_json::to_string(&drill)?), drilled_on: Some(today), ..row };
    record::update::<disruption::Entity>(&mut tx, changed, version, &["drilled_on"]).await?;
    tx.commit().await?;
    Ok(drill)
}

/// The last drill that was kept; nothing for the other side, which it may name people to whom that side does not know.
///
/// # Errors
/// When the disruption is not the actor's to read.
pub async fn last_drill(ctx: &Ctx<'_>, id: Uuid) -> Result<(disruption::Model, Option<Drill>), AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Disruption)?;
    let row = record::find::<disruption::Entity>(ctx.state.store.read(), &scope, id).await?.ok_or(AppError::NotFound)?;
    let read = |text| serde_json::from_str(text).map_err(|_| StoreError::Corrupt { table: "disruption", column: "drill" });
    let drill = row.drill.as_deref().filter(|_| is_own(&scope, &row)).map(read).transpose()?;
    Ok((row, drill))
}

async fn worked_out(
    state: &AppState,
    conn: &impl ConnectionTrait,
    row: &disruption::Model,
    scope: &Scope,
    today: NaiveDate,
) -> Result<Drill, AppError> {
    // Everybody is counted; named are those whom whoever drills may see.
    let (rows, more) = affected(conn, row).await?;
    let seen = seen(conn, &rows, scope).await?;
    let stopped = stopped(row, rows)?;
    let mut drill = Drill { as_of: Some(today), affected: stopped.len(), more, ..Drill::default() };
    for (plan, options) in options::compared(state, conn, &stopped, today, seed(row)).await? {
        let mut under = Drill::default();
        for (one, options) in stopped.iter().zip(&options) {
            match plan {
                PlanSet::InForce => drill.count(one, options, seen.contains(&one.journey.id)),
                PlanSet::Drafts | PlanSet::Taxonomy => under.count(one, options, false),
            }
        }
        let counted = if plan == PlanSet::InForce { drill.clone() } else { under };
        let Drill { unplaced, without_turn, by_response, loss, loss_worst, stipends, .. } = counted;
        drill.plans.push(UnderPlan { plan, unplaced, without_turn, by_response, loss, loss_worst, stipends });
    }
    drill.reserve = ledger::reserves(conn, &agreements_of(conn, &stopped).await?).await?;
    Ok(drill)
}

impl Drill {
    /// What the reserves lack of losses and stipends, by currency: the most that the funders could be called on for.
    pub fn short(&self) -> BTreeMap<String, i64> {
        let currencies: BTreeSet<&String> = self.loss.keys().chain(self.stipends.keys()).collect();
        let of = |amounts: &BTreeMap<String, i64>, currency: &String| amounts.get(currency).copied().unwrap_or(0);
        let lack = |currency: &String| of(&self.loss, currency) + of(&self.stipends, currency) - of(&self.reserve, currency);
        currencies.into_iter().map(|currency| (currency.clone(), lack(currency))).filter(|(_, lack)| *lack > 0).collect()
    }

    fn count(&mut self, one: &Stopped, options: &Options, named: bool) {
        let decision = &options.decision;
        let count = |counts: &mut BTreeMap<String, usize>, word: &str| *counts.entry(word.to_owned()).or_insert(0) += 1;
        match decision.choices.first() {
            Some(first) => {
                count(&mut self.by_response, first.response.as_str());
                first.loss.iter().for_each(|(currency, minor)| *self.loss.entry(currency.clone()).or_insert(0) += minor);
            }
            None => self.unplaced += 1,
        }
        if let Some(monthly) = options.monthly {
            let months = decision.choices.first().map_or(0, |first| first.income_days / 30);
            *self.stipends.entry(monthly.currency.to_string()).or_insert(0) += monthly.minor * i64::from(months);
        }
        let mut worst: BTreeMap<&String, i64> = BTreeMap::new();
        for (currency, minor) in decision.choices.iter().flat_map(|one| &one.loss) {
            let most = worst.entry(currency).or_insert(0);
            *most = (*most).max(*minor);
        }
        worst.into_iter().for_each(|(currency, minor)| *self.loss_worst.entry(currency.clone()).or_insert(0) += minor);
        let kinds: BTreeSet<Response> = decision.choices.iter().map(|one| one.response).collect();
        kinds.iter().for_each(|kind| count(&mut self.open_to, kind.as_str()));
        for barred in &decision.barred {
            count(self.barred.entry(barred.response.to_string()).or_default(), barred.bar.as_str());
        }
        self.without_turn += usize::from(decision.barred.iter().any(|one| one.bar == Bar::OtherTurn));
        decision.measures.iter().for_each(|measure| count(&mut self.measures, measure.as_str()));
        if named && self.people.len() < NAMED {
            let shown = decision.shown.iter().filter_map(|at| decision.choices.get(*at)).map(|one| one.response);
            self.people.push(DrilledPerson {
                trainee: one.journey.trainee_id,
                gate: one.journey.state.clone(),
                horizon_on: one.journey.horizon_on,
                options: shown.collect(),
            });
        }
    }
}

/// Those of some journeys that somebody may see.
async fn seen(conn: &impl ConnectionTrait, rows: &[journey::Model], scope: &Scope) -> Result<BTreeSet<Uuid>, AppError> {
    let mut seen = BTreeSet::new();
    for chunk in rows.chunks(5_000) {
        let find = journey::Entity::find()
            .select_only()
            .column(journey::Column::Id)
            .filter(journey::Entity::visible(scope))
            .filter(journey::Column::Id.is_in(chunk.iter().map(|row| row.id)));
        seen.extend(find.into_tuple::<Uuid>().all(conn).await.map_err(StoreError::from)?);
    }
    Ok(seen)
}

/// The agreements under which people are trained.
async fn agreements_of(conn: &impl ConnectionTrait, stopped: &[Stopped]) -> Result<BTreeSet<Uuid>, AppError> {
    let mut agreements = BTreeSet::new();
    for chunk in stopped.chunks(5_000) {
        let cohorts = trainee::Entity::find()
            .select_only()
            .column(trainee::Column::CohortId)
            .filter(trainee::Column::Id.is_in(chunk.iter().map(|one| one.journey.trainee_id)))
            .into_query();
        let rows: Vec<Option<Uuid>> = cohort::Entity::find()
            .select_only()
            .column(cohort::Column::AgreementId)
            .distinct()
            .filter(cohort::Column::Id.in_subquery(cohorts))
            .into_tuple()
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        agreements.extend(rows.into_iter().flatten());
    }
    Ok(agreements)
}
