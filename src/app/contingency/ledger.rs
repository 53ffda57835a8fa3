//! The books: what is booked when a case is resolved, what an officer books, and what an account holds.

use super::Options;
use crate::app::Ctx;
use crate::app::money::recovery;
use crate::error::{AppError, FieldError};
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::{Control, CostKind, Response};
use passerelle_domain::corridor::{CostClass, Party};
use passerelle_domain::finance::ledger::{Account, CostGroup, Line, accounts_for, lines_of};
use passerelle_domain::finance::settlement::{Item, Question, Repayment, Settlement, settle};
use passerelle_domain::finance::shares::{Share, payers};
use passerelle_domain::machine::contingency::Case;
use passerelle_domain::machine::journey::Journey;
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::JourneyState;
use passerelle_store::entity::{agreement, budget_line, cohort, contingency_case, journey, ledger_entry, trainee, tranche};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, Expr, QueryFilter, QuerySelect, SimpleExpr};
use passerelle_store::{StoreError, Tx, record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What is booked by hand.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    pub from: Account,
    pub to: Account,
    pub group: CostGroup,
    #[serde(default)]
    pub class: Option<CostClass>,
    pub amount: Money,
    #[serde(default)]
    pub on: Option<NaiveDate>,
    pub memo: String,
    /// Where the paper lies that shows it.
    #[serde(default)]
    pub evidence: Option<String>,
}

/// What an account of an agreement has taken on, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Balance {
    pub account: Account,
    pub balance: Money,
}

/// What insurance and whoever failed pay in a case.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Paid {
    pub insurance: Option<Money>,
    pub fault_cap: Option<Money>,
}

/// Books an amount between two accounts of an agreement.
///
/// # Errors
/// Every field that cannot be booked; a reserve that does not hold as much.
pub async fn book(ctx: &Ctx<'_>, agreement_id: Uuid, book: &Book) -> Result<ledger_entry::Model, AppError> {
    let scope = permit(ctx.actor, Action::Create, Subject::LedgerEntry)?;
    let mut errors = Vec::new();
    if book.from == book.to {
        errors.push(FieldError::new("to", "same-account", "is the account that it comes from"));
    }
    if book.amount.minor <= 0 {
        errors.push(FieldError::new("amount", "money-positive", "must be above zero: a line that was wrong is taken back by its reversal"));
    }
    if book.from == Account::Trainee {
        errors.push(FieldError::new(
            "from",
            "cost-not-hers",
            "cannot be the trainee: only a settled case can say so, and only for a cause of hers",
        ));
    }
    if book.class == Some(CostClass::Illegitimate) {
        errors.push(FieldError::new("class", "cost-illegitimate", "is a cost that nobody may ask for (rule R02)"));
    }
    for (field, text) in [("memo", Some(&book.memo)), ("evidence", book.evidence.as_ref())] {
        let Some(text) = text else { continue };
        if text.trim().is_empty() {
            errors.push(FieldError::new(field, "required", "is missing"));
        }
        if text.chars().count() > 200 || text.chars().any(crate::app::resource::is_invisible) {
            errors.push(FieldError::new(field, "too-long", "is longer than 200 characters, or holds what cannot be seen").with("max", 200));
        }
    }
    let on = match crate::app::case_events::day_of(book.on, ctx.now.date(), None) {
        Ok(on) => on,
        Err(AppError::Invalid(more)) => {
            errors.extend(more);
            ctx.now.date()
        }
        Err(other) => return Err(other),
    };
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let mut tx = ctx.begin().await?;
    record::find::<agreement::Entity>(tx.conn(), &scope, agreement_id).await?.ok_or(AppError::NotFound)?;
    record::hold::<agreement::Entity>(&tx, agreement_id).await?.ok_or(AppError::NotFound)?;
    let line = Line { from: book.from, to: book.to, group: book.group, amount: book.amount };
    ensure_covered(tx.conn(), agreement_id, &line).await?;
    let row = ledger_entry::Model {
        cost_class: book.class.map(|class| class.to_string()),
        evidence: book.evidence.clone(),
        memo: book.memo.trim().to_owned(),
        ..row_of(&tx, agreement_id, &line, Control::Outside, on)
    };
    record::insert::<ledger_entry::Entity>(&mut tx, row.clone()).await?;
    tx.commit().await?;
    Ok(row)
}

/// Keeps a line that a use case of its own has judged: a payment of claims.
///
/// # Errors
/// When the reserve does not hold as much.
pub(crate) async fn keep_line(
    tx: &mut Tx,
    agreement_id: Uuid,
    line: &Line,
    memo: &str,
    evidence: &str,
    on: NaiveDate,
) -> Result<Uuid, AppError> {
    ensure_covered(tx.conn(), agreement_id, line).await?;
    let row = ledger_entry::Model {
        memo: memo.to_owned(),
        evidence: Some(evidence.to_owned()),
        ..row_of(tx, agreement_id, line, Control::Outside, on)
    };
    let id = row.id;
    record::insert::<ledger_entry::Entity>(tx, row).await?;
    Ok(id)
}

/// The same for a person, who reads it as hers.
///
/// # Errors
/// When the reserve does not hold as much.
pub(super) async fn keep_line_for(
    tx: &mut Tx,
    agreement_id: Uuid,
    person: Uuid,
    line: &Line,
    memo: &str,
    evidence: &str,
    on: NaiveDate,
) -> Result<(), AppError> {
    ensure_covered(tx.conn(), agreement_id, line).await?;
    let row = ledger_entry::Model {
        trainee_id: Some(person),
        memo: memo.to_owned(),
        evidence: Some(evidence.to_owned()),
        ..row_of(tx, agreement_id, line, Control::Outside, on)
    };
    record::insert::<ledger_entry::Entity>(tx, row).await?;
    Ok(())
}

/// The same for a case: who bears in the end what somebody refused to.
///
/// # Errors
/// When the reserve does not hold as much.
pub(crate) async fn keep_line_of_case(
    tx: &mut Tx,
    (agreement_id, case): (Uuid, Uuid),
    line: &Line,
    evidence: &str,
    on: NaiveDate,
) -> Result<(), AppError> {
    ensure_covered(tx.conn(), agreement_id, line).await?;
    let row = ledger_entry::Model {
        contingency_case_id: Some(case),
        memo: "claim refused".to_owned(),
        evidence: Some(evidence.to_owned()),
        ..row_of(tx, agreement_id, line, Control::Outside, on)
    };
    record::insert::<ledger_entry::Entity>(tx, row).await?;
    Ok(())
}

/// Takes a line back: the same amount the other way round, once.
///
/// # Errors
/// When there is no such line for the actor, or it was taken back before.
pub async fn reverse(ctx: &Ctx<'_>, id: Uuid, reason: &str) -> Result<ledger_entry::Model, AppError> {
    let scope = permit(ctx.actor, Action::Create, Subject::LedgerEntry)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 200 || reason.chars().any(crate::app::resource::is_invisible) {
        return Err(AppError::invalid("reason", "required", "says in at most 200 characters why the line is taken back"));
    }
    let mut tx = ctx.begin().await?;
    let row = record::find::<ledger_entry::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    record::hold::<agreement::Entity>(&tx, row.agreement_id).await?.ok_or(AppError::NotFound)?;
    let again = ledger_entry::Entity::find().filter(ledger_entry::Column::ReversesId.eq(id)).one(tx.conn()).await;
    if again.map_err(StoreError::from)?.is_some() || row.reverses_id.is_some() {
        return Err(AppError::Conflict("the line was taken back before, or takes one back itself: book a new one instead".into()));
    }
    let paid = tranche::Entity::find().filter(tranche::Column::LedgerEntryId.eq(id)).one(tx.conn()).await;
    if paid.map_err(StoreError::from)?.is_some() {
        return Err(AppError::Conflict("the line pays claims of a milestone: book what comes back as a line of its own".into()));
    }
    // What was booked for a case is what the case was closed on.
    if row.contingency_case_id.is_some() {
        return Err(AppError::Conflict("the line settles a case: an appeal opens the case again, and settles it anew".into()));
    }
    let line = line_of(&row)?;
    let line = Line { from: line.to, to: line.from, ..line };
    ensure_covered(tx.conn(), row.agreement_id, &line).await?;
    let back = ledger_entry::Model {
        reverses_id: Some(id),
        memo: reason.to_owned(),
        cost_class: row.cost_class.clone(),
        trainee_id: row.trainee_id,
        ..row_of(&tx, row.agreement_id, &line, Control::Outside, ctx.now.date())
    };
    record::insert::<ledger_entry::Entity>(&mut tx, back.clone()).await?;
    tx.commit().await?;
    Ok(back)
}

/// What each account of an agreement has taken on. All accounts of a currency add up to nothing.
///
/// # Errors
/// When the agreement is not the actor's to read.
pub async fn balances(ctx: &Ctx<'_>, agreement_id: Uuid) -> Result<Vec<Balance>, AppError> {
    permit(ctx.actor, Action::Read, Subject::LedgerEntry)?;
    // Whoever reads only what was booked for her does not read the books.
    let scope = permit(ctx.actor, Action::Read, Subject::Agreement).map_err(|_| AppError::NotFound)?;
    let conn = ctx.state.store.read();
    record::find::<agreement::Entity>(conn, &scope, agreement_id).await?.ok_or(AppError::NotFound)?;
    let mut balances: BTreeMap<(Account, String), i64> = BTreeMap::new();
    for (column, sign) in [(ledger_entry::Column::ToAccount, 1), (ledger_entry::Column::FromAccount, -1)] {
        for (account, currency, sum) in sums(conn, agreement_id, column).await? {
            *balances.entry((account, currency)).or_insert(0) += sign * sum;
        }
    }
    balances
        .into_iter()
        .map(|((account, currency), minor)| Ok(Balance { account, balance: Money::new(minor, currency_of(&currency)?) }))
        .collect()
}

/// What moved between two accounts of an agreement, in one currency.
pub(crate) struct Flow {
    pub from: Account,
    pub to: Account,
    pub currency: Currency,
    pub minor: i64,
}

/// Everything that was booked on an agreement, summed by its two accounts. One statement.
///
/// # Errors
/// When the database refuses or holds what this version cannot read.
pub(crate) async fn flows(conn: &impl ConnectionTrait, agreement_id: Uuid) -> Result<Vec<Flow>, AppError> {
    use ledger_entry::Column::{AgreementId, Currency as Code, FromAccount, ToAccount};
    let rows: Vec<(String, String, String, i64)> = ledger_entry::Entity::find()
        .select_only()
        .columns([FromAccount, ToAccount, Code])
        .column_as(sum(), "sum")
        .filter(AgreementId.eq(agreement_id))
        .group_by(FromAccount)
        .group_by(ToAccount)
        .group_by(Code)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let read = |(from, to, currency, minor): (String, String, String, i64)| {
        Ok(Flow { from: account_of(&from)?, to: account_of(&to)?, currency: currency_of(&currency)?, minor })
    };
    rows.into_iter().map(read).collect()
}

async fn sums(
    conn: &impl ConnectionTrait,
    agreement_id: Uuid,
    column: ledger_entry::Column,
) -> Result<Vec<(Account, String, i64)>, AppError> {
    let rows: Vec<(String, String, i64)> = ledger_entry::Entity::find()
        .select_only()
        .column(column)
        .column(ledger_entry::Column::Currency)
        .column_as(sum(), "sum")
        .filter(ledger_entry::Column::AgreementId.eq(agreement_id))
        .group_by(column)
        .group_by(ledger_entry::Column::Currency)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let read = |(account, currency, sum): (String, String, i64)| Ok((account_of(&account)?, currency, sum));
    rows.into_iter().map(read).collect()
}

/// What the reserves of some agreements hold together, by currency.
pub(super) async fn reserves(conn: &impl ConnectionTrait, agreements: &BTreeSet<Uuid>) -> Result<BTreeMap<String, i64>, AppError> {
    let own = Account::Reserve.as_str();
    let mut held = BTreeMap::new();
    for (column, sign) in [(ledger_entry::Column::ToAccount, 1), (ledger_entry::Column::FromAccount, -1)] {
        let rows: Vec<(String, i64)> = ledger_entry::Entity::find()
            .select_only()
            .column(ledger_entry::Column::Currency)
            .column_as(sum(), "sum")
            .filter(ledger_entry::Column::AgreementId.is_in(agreements.iter().copied()))
            .filter(column.eq(own))
            .group_by(ledger_entry::Column::Currency)
            .into_tuple()
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        rows.into_iter().for_each(|(currency, sum)| *held.entry(currency).or_insert(0) += sign * sum);
    }
    Ok(held)
}

/// The same for one agreement and one currency.
pub(crate) async fn reserve(conn: &impl ConnectionTrait, agreement_id: Uuid, currency: Currency) -> Result<i64, AppError> {
    Ok(reserves(conn, &BTreeSet::from([agreement_id])).await?.remove(currency.as_str()).unwrap_or(0))
}

/// Sum of the amounts; PostgreSQL would make a decimal number of whole ones.
fn sum() -> SimpleExpr {
    Expr::cust("CAST(SUM(amount_minor) AS BIGINT)")
}

async fn ensure_covered(conn: &impl ConnectionTrait, agreement_id: Uuid, line: &Line) -> Result<(), AppError> {
    if line.from != Account::Reserve {
        return Ok(());
    }
    let holds = reserve(conn, agreement_id, line.amount.currency).await?;
    if holds >= line.amount.minor {
        return Ok(());
    }
    let error = FieldError::new(
        "amount",
        "reserve-short",
        format!("is more than the reserve holds: call on the funders for {}", line.amount.minor - holds),
    );
    Err(AppError::Invalid(vec![error]))
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
    let plan = super::plans::in_force(tx.conn(), agreement_id).await?;
    let shares = plan.as_ref().map_or(&[][..], |plan| &plan.shares);
    let costs = by_currency(&spent(&lines, gate, &lost), response, same_language, shares)?;
    for (field, amount) in [("insurance", paid.insurance), ("fault_cap", paid.fault_cap)] {
        if amount.is_some_and(|amount| !costs.contains_key(&amount.currency)) {
            return Err(AppError::invalid(field, "currency-foreign", "is in a currency in which nothing was paid for her"));
        }
    }
    let mut settlements = Vec::new();
    for (currency, items) in costs {
        let of = |amount: Option<Money>| amount.filter(|amount| amount.currency == currency);
        let asked = Question {
            cause: case.cause.clone(),
            decided: case.decided,
            items,
            insurance: of(paid.insurance),
            fault_cap: of(paid.fault_cap.or_else(|| plan.as_ref().and_then(|plan| plan.owed(&case.cause)))),
            reserve: Some(Money::new(Ord::max(reserve(tx.conn(), agreement_id, currency).await?, 0), currency)),
            // Both states have put the terms into the plan, or nothing is asked. Before departure no month is served.
            repayment: plan.as_ref().and_then(|plan| plan.repayment).filter(|terms| terms.cap.currency == currency).map(|terms| {
                let lawful = passerelle_domain::machine::journey::is_before_departure(gate);
                Repayment { lawful, cap: terms.cap, months: terms.months, months_served: 0 }
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
                ..row_of(tx, agreement_id, &line, settlement.control, on)
            };
            record::insert::<ledger_entry::Entity>(tx, entry).await?;
        }
        recovery::open(tx, (agreement_id, row.id), &case.cause, &settlement, on).await?;
        settlements.push(settlement);
    }
    Ok(settlements)
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

/// What settled cases have lost.
pub(super) fn lost_in<'a>(cases: impl IntoIterator<Item = &'a contingency_case::Model>) -> Result<Lost, AppError> {
    let mut lost = Lost::new();
    for case in cases {
        let settlements: Vec<Settlement> = super::kept(case.settlement.as_deref(), "settlement")?.unwrap_or_default();
        for line in settlements.into_iter().flat_map(|settlement| settlement.lines) {
            *lost.entry((line.item, line.loss.currency)).or_insert(0) += line.loss.minor;
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
        let currency = currency_of(&line.currency)?;
        let corrupt = |column| move |_| StoreError::Corrupt { table: "budget_line", column };
        let class = CostClass::parse(&line.cost_class).map_err(corrupt("cost_class"))?;
        let agreed = payers(class, Money::new(classes[&(line.cost_class.as_str(), line.currency.as_str())], currency), shares);
        items.entry(currency).or_default().push(Item {
            item: line.item.clone(),
            class,
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

/// Whether what was booked for a case says all that its settlements say.
///
/// # Errors
/// When the database refuses.
pub(super) async fn is_balanced(conn: &impl ConnectionTrait, case: Uuid, settlements: &[Settlement]) -> Result<bool, AppError> {
    let rows =
        ledger_entry::Entity::find().filter(ledger_entry::Column::ContingencyCaseId.eq(case)).all(conn).await.map_err(StoreError::from)?;
    let lines: Vec<Line> = rows.iter().map(line_of).collect::<Result<_, AppError>>()?;
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
        .filter(ledger_entry::Column::ReversesId.is_null())
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    for row in rows {
        let again = ledger_entry::Entity::find().filter(ledger_entry::Column::ReversesId.eq(row.id)).one(tx.conn()).await;
        if again.map_err(StoreError::from)?.is_some() {
            continue;
        }
        let line = line_of(&row)?;
        let line = Line { from: line.to, to: line.from, ..line };
        let back = ledger_entry::Model {
            contingency_case_id: Some(case),
            trainee_id: row.trainee_id,
            reverses_id: Some(row.id),
            memo: row.memo.clone(),
            ..row_of(tx, row.agreement_id, &line, Control::Outside, on)
        };
        record::insert::<ledger_entry::Entity>(tx, back).await?;
    }
    Ok(())
}

fn row_of(tx: &Tx, agreement_id: Uuid, line: &Line, control: Control, on: NaiveDate) -> ledger_entry::Model {
    ledger_entry::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: tx.now_ms(),
        updated_at_ms: tx.now_ms(),
        agreement_id,
        contingency_case_id: None,
        trainee_id: None,
        reverses_id: None,
        on_date: on,
        from_account: line.from.to_string(),
        to_account: line.to.to_string(),
        cost_group: line.group.to_string(),
        cost_class: None,
        currency: line.amount.currency.to_string(),
        amount_minor: line.amount.minor,
        control: control.to_string(),
        evidence: None,
        memo: String::new(),
    }
}

fn line_of(row: &ledger_entry::Model) -> Result<Line, AppError> {
    let group = CostGroup::parse(&row.cost_group).map_err(|_| StoreError::Corrupt { table: "ledger_entry", column: "cost_group" })?;
    let amount = Money::new(row.amount_minor, currency_of(&row.currency)?);
    Ok(Line { from: account_of(&row.from_account)?, to: account_of(&row.to_account)?, group, amount })
}

fn account_of(text: &str) -> Result<Account, AppError> {
    Account::parse(text).map_err(|_| StoreError::Corrupt { table: "ledger_entry", column: "account" }.into())
}

fn currency_of(text: &str) -> Result<Currency, AppError> {
    Currency::parse(text).map_err(|_| StoreError::Corrupt { table: "ledger_entry", column: "currency" }.into())
}
