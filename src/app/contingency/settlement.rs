//! What a case costs and who bears it: what was spent on somebody, what of it is lost on her way, and the lines and claims
//! that follow, in the transaction that resolves her case.

use super::{Options, kept, plans};
use crate::app::case_events;
use crate::app::money::{ledger, recovery};
use crate::error::AppError;
use chrono::{Months, NaiveDate};
use passerelle_domain::contingency::{Control, CostKind, Response};
use passerelle_domain::corridor::{CostClass, Party};
use passerelle_domain::finance::ledger::{Line, accounts_for, lines_of};
use passerelle_domain::finance::settlement::{Item, Question, Repayment, Settlement, settle};
use passerelle_domain::finance::shares::{Share, payers};
use passerelle_domain::machine::contingency::Case;
use passerelle_domain::machine::journey::{Journey, is_before_departure};
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::JourneyState;
use passerelle_store::entity::{agreement, budget_line, cohort, contingency_case, journey, ledger_entry, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, Tx, record};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Months at work that are counted: nothing is asked back after fewer.
const MONTHS_MOST: u32 = 120;

/// What insurance and whoever failed pay in a case, and what came back of one of its costs.
#[derive(Debug, Clone, Default)]
pub(super) struct Paid {
    pub insurance: Option<Money>,
    pub fault_cap: Option<Money>,
    pub refund: Option<(String, Money)>,
}

/// What a resolved case costs and who bears it, booked in the transaction that resolves it. One settlement for each
/// currency: amounts of two are never added up.
///
/// # Errors
/// When something cannot be reckoned with.
pub(super) async fn settle_case(
    tx: &mut Tx,
    row: &contingency_case::Model,
    case: &Case,
    options: Option<&Options>,
    paid: Paid,
    on: NaiveDate,
) -> Result<Vec<Settlement>, AppError> {
    let Some(response) = case.chosen else { return Ok(vec![]) };
    let person = trainee::Entity::find_by_id(row.trainee_id).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let Some(cohort_id) = person.cohort_id else { return Ok(vec![]) };
    let cohort = cohort::Entity::find_by_id(cohort_id).one(tx.conn()).await.map_err(StoreError::from)?;
    let Some(agreement_id) = cohort.and_then(|cohort| cohort.agreement_id) else { return Ok(vec![]) };
    // Whoever books on an agreement waits for whoever does already: the reserve is asked once at a time.
    record::hold::<agreement::Entity>(tx, agreement_id).await?.ok_or(AppError::NotFound)?;
    let lines = budget_line::Entity::find()
        .filter(budget_line::Column::CohortId.eq(cohort_id))
        .filter(budget_line::Column::Track.eq(person.track.as_str()))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let same_language = options
        .and_then(|options| options.choice(response, case.need))
        .and_then(|one| one.opening.as_ref())
        .is_some_and(|one| one.same_language);
    let (gate, lost) = (gate_of(tx.conn(), row.journey_id).await?, lost_before(tx.conn(), row).await?);
    let plan = plans::in_force(tx.conn(), agreement_id).await?;
    let shares = plan.as_ref().map_or(&[][..], |plan| &plan.shares);
    let mut costs = by_currency(&spent(&lines, gate, &lost), response, same_language, shares)?;
    if let Some((item, amount)) = &paid.refund {
        take_refund(&mut costs, item, *amount)?;
    }
    for (field, amount) in [("insurance", paid.insurance), ("fault_cap", paid.fault_cap)] {
        if amount.is_some_and(|amount| !costs.contains_key(&amount.currency)) {
            return Err(AppError::invalid(field, "currency-foreign", "is in a currency in which nothing was paid for her"));
        }
    }
    let served = if gate == JourneyState::Placed { months_served(tx.conn(), row).await? } else { 0 };
    let mut settlements = Vec::new();
    for (currency, items) in costs {
        let of = |amount: Option<Money>| amount.filter(|amount| amount.currency == currency);
        let asked = Question {
            cause: case.cause.clone(),
            decided: case.decided,
            items,
            insurance: of(paid.insurance),
            fault_cap: of(paid.fault_cap.or_else(|| plan.as_ref().and_then(|plan| plan.owed(&case.cause)))),
            reserve: Some(Money::new(Ord::max(ledger::reserve(tx.conn(), agreement_id, currency).await?, 0), currency)),
            // Both states have put the terms into the plan, or nothing is asked: before she departs, or at work, where it
            // falls with every month served.
            repayment: plan.as_ref().and_then(|plan| plan.repayment).filter(|terms| terms.cap.currency == currency).map(|terms| {
                let lawful = is_before_departure(gate) || gate == JourneyState::Placed;
                Repayment { lawful, cap: terms.cap, months: terms.months, months_served: served }
            }),
        };
        let settlement = settle(&asked).map_err(|unfit| AppError::invalid(&unfit.field, unfit.rule, unfit.problem))?;
        let booked = lines_of(&case.cause, &settlement, response.is_home());
        if !accounts_for(&settlement, &booked) {
            return Err(AppError::internal("a settlement does not account for what was lost"));
        }
        for line in booked {
            let entry = ledger_entry::Model {
                contingency_case_id: Some(row.id),
                trainee_id: Some(person.id),
                // Not the cause: the books are read by more people than her case.
                memo: response.to_string(),
                ..ledger::row_of(tx, agreement_id, &line, settlement.control, on)
            };
            ledger::keep(tx, entry).await?;
        }
        recovery::open(tx, (agreement_id, row.id), &case.cause, &settlement, on).await?;
        settlements.push(settlement);
    }
    Ok(settlements)
}

/// Full months from the day on which she began to work to the report of a case.
async fn months_served(conn: &impl ConnectionTrait, row: &contingency_case::Model) -> Result<u32, AppError> {
    let history = case_events::history(conn, row.journey_id).await?;
    let began = history.iter().filter(|event| event.to_state == JourneyState::Placed.as_str()).map(|event| event.on_date).min();
    let full = |began: NaiveDate| (1..=MONTHS_MOST).take_while(|months| began + Months::new(*months) <= row.reported_on).count();
    Ok(began.map_or(0, |began| u32::try_from(full(began)).unwrap_or(MONTHS_MOST)))
}

/// One line of a budget as far as it was spent on somebody and is still worth something.
#[derive(Debug, Clone)]
pub(super) struct Cost<'a> {
    pub line: &'a budget_line::Model,
    pub kind: CostKind,
    pub left_minor: i64,
}

/// Minor units that cases have lost already, by item and currency.
pub(super) type Lost = BTreeMap<(String, Currency), i64>;

/// What of a budget was spent by a gate, less what earlier cases have lost of it. Options and settlements reckon with
/// the same.
pub(super) fn spent<'a>(lines: impl IntoIterator<Item = &'a budget_line::Model>, gate: JourneyState, lost: &Lost) -> Vec<Cost<'a>> {
    let cost = |line: &'a budget_line::Model| {
        let kind = line.cost_kind.as_deref().and_then(|kind| CostKind::parse(kind).ok()).unwrap_or(CostKind::Other);
        let before = Currency::parse(&line.currency).ok().and_then(|currency| lost.get(&(line.item.clone(), currency)));
        (gate >= kind.spent_from()).then(|| Cost { line, kind, left_minor: Ord::max(line.amount_minor - before.unwrap_or(&0), 0) })
    };
    lines.into_iter().filter_map(cost).collect()
}

/// What settled cases have lost, or got back.
pub(super) fn lost_in<'a>(cases: impl IntoIterator<Item = &'a contingency_case::Model>) -> Result<Lost, AppError> {
    let mut lost = Lost::new();
    for case in cases {
        let settlements: Vec<Settlement> = kept(case.settlement.as_deref(), "settlement")?.unwrap_or_default();
        for line in settlements.into_iter().flat_map(|settlement| settlement.lines) {
            let back = line.refunded.map_or(0, |amount| amount.minor);
            *lost.entry((line.item, line.loss.currency)).or_insert(0) += line.loss.minor + back;
        }
    }
    Ok(lost)
}

async fn gate_of(conn: &impl ConnectionTrait, journey_id: Uuid) -> Result<JourneyState, AppError> {
    let row = journey::Entity::find_by_id(journey_id).one(conn).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let journey: Journey = serde_json::from_str(&row.facts).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" })?;
    Ok(journey.gate())
}

/// What the other cases of a person have lost.
async fn lost_before(conn: &impl ConnectionTrait, row: &contingency_case::Model) -> Result<Lost, AppError> {
    let before = contingency_case::Entity::find()
        .filter(contingency_case::Column::TraineeId.eq(row.trainee_id))
        .filter(contingency_case::Column::Id.ne(row.id))
        .filter(contingency_case::Column::Settlement.is_not_null())
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    lost_in(&before)
}

fn by_currency(
    costs: &[Cost<'_>],
    response: Response,
    same_language: bool,
    shares: &[Share],
) -> Result<BTreeMap<Currency, Vec<Item>>, AppError> {
    let mut items: BTreeMap<Currency, Vec<Item>> = BTreeMap::new();
    // A cap bounds a class as a whole, not each of its lines.
    let mut classes: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for Cost { line, .. } in costs {
        *classes.entry((line.cost_class.as_str(), line.currency.as_str())).or_insert(0) += line.amount_minor;
    }
    for Cost { line, kind, left_minor } in costs {
        let currency = ledger::currency_of(&line.currency)?;
        let corrupt = |column| move |_| StoreError::Corrupt { table: "budget_line", column };
        let class = CostClass::parse(&line.cost_class).map_err(corrupt("cost_class"))?;
        let agreed = payers(class, Money::new(classes[&(line.cost_class.as_str(), line.currency.as_str())], currency), shares);
        items.entry(currency).or_default().push(Item {
            item: line.item.clone(),
            class,
            group: Some(kind.group()),
            paid: Money::new(*left_minor, currency),
            refunded: None,
            transferable_percent: kind.transferable_percent(response.way(), same_language),
            payers: match agreed.is_empty() {
                true => BTreeMap::from([(Party::parse(&line.payer).map_err(corrupt("payer"))?, 100)]),
                false => agreed,
            },
        });
    }
    Ok(items)
}

/// Notes what came back of a cost, on the first of its name that it fits.
fn take_refund(costs: &mut BTreeMap<Currency, Vec<Item>>, name: &str, amount: Money) -> Result<(), AppError> {
    let items = costs.get_mut(&amount.currency).into_iter().flatten();
    let mut named = items.filter(|item| item.item == name).peekable();
    if named.peek().is_none() {
        return Err(AppError::invalid("refund_item", "refund-unknown", "is no cost that was paid for her in this currency"));
    }
    match named.find(|item| (1..=item.paid.minor).contains(&amount.minor)) {
        Some(item) => {
            item.refunded = Some(amount);
            Ok(())
        }
        None => Err(AppError::invalid("refund", "refund-beyond", "is more than was paid, or nothing")),
    }
}

/// Names of what was spent on the person of a case so far.
///
/// # Errors
/// When the database refuses.
pub(super) async fn items(conn: &impl ConnectionTrait, row: &contingency_case::Model) -> Result<Vec<String>, AppError> {
    let person = trainee::Entity::find_by_id(row.trainee_id).one(conn).await.map_err(StoreError::from)?;
    let Some((cohort_id, track)) = person.and_then(|person| Some((person.cohort_id?, person.track))) else { return Ok(vec![]) };
    let find = budget_line::Entity::find().filter(budget_line::Column::CohortId.eq(cohort_id)).filter(budget_line::Column::Track.eq(track));
    let lines = find.all(conn).await.map_err(StoreError::from)?;
    let gate = gate_of(conn, row.journey_id).await?;
    let names: BTreeSet<String> = spent(&lines, gate, &Lost::new()).into_iter().map(|cost| cost.line.item.clone()).collect();
    Ok(names.into_iter().collect())
}

/// Whether what was booked for a case says all that its settlements say.
///
/// # Errors
/// When the database refuses.
pub(super) async fn is_balanced(conn: &impl ConnectionTrait, case: Uuid, settlements: &[Settlement]) -> Result<bool, AppError> {
    let rows =
        ledger_entry::Entity::find().filter(ledger_entry::Column::ContingencyCaseId.eq(case)).all(conn).await.map_err(StoreError::from)?;
    let lines: Vec<Line> = rows.iter().map(ledger::line_of).collect::<Result<_, AppError>>()?;
    let of = |settlement: &Settlement| {
        let own: Vec<Line> = lines.iter().filter(|line| line.amount.currency == settlement.loss.currency).cloned().collect();
        accounts_for(settlement, &own)
    };
    Ok(settlements.iter().all(of))
}

/// Takes back everything that was booked for a case, because it is opened again.
///
/// # Errors
/// When the database refuses.
pub(super) async fn take_back(tx: &mut Tx, case: Uuid, on: NaiveDate) -> Result<(), AppError> {
    recovery::withdraw(tx, case, on).await?;
    let rows = ledger_entry::Entity::find()
        .filter(ledger_entry::Column::ContingencyCaseId.eq(case))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let reversed: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.reverses_id).collect();
    for row in rows.iter().filter(|row| row.reverses_id.is_none() && !reversed.contains(&row.id)) {
        let line = ledger::line_of(row)?;
        let line = Line { from: line.to, to: line.from, ..line };
        let back = ledger_entry::Model {
            contingency_case_id: Some(case),
            trainee_id: row.trainee_id,
            reverses_id: Some(row.id),
            memo: row.memo.clone(),
            ..ledger::row_of(tx, row.agreement_id, &line, Control::Outside, on)
        };
        ledger::keep(tx, back).await?;
    }
    Ok(())
}
