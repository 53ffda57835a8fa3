//! The books of an agreement: what is booked by hand or by a use case, taken back, and what an account holds.

use crate::app::resource::said;
use crate::app::{Ctx, case_events};
use crate::error::{AppError, FieldError};
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::Control;
use passerelle_domain::corridor::CostClass;
use passerelle_domain::finance::ledger::{Account, CostGroup, Line};
use passerelle_domain::money::{Currency, Money};
use passerelle_store::entity::{agreement, ledger_entry, tranche};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, Expr, QueryFilter, QuerySelect, SimpleExpr};
use passerelle_store::{StoreError, Tx, record};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Characters of a memo, and of where something is shown.
pub(crate) const MEMO_MAX: usize = 200;

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
    let mut on = ctx.now.date();
    let mut note = |read: Result<(), AppError>| match read {
        Err(AppError::Invalid(more)) => {
            errors.extend(more);
            Ok(())
        }
        other => other,
    };
    note(said("memo", &book.memo, MEMO_MAX).map(drop))?;
    note(book.evidence.as_deref().map_or(Ok(()), |text| said("evidence", text, MEMO_MAX).map(drop)))?;
    note(case_events::day_of(book.on, on, None).map(|day| on = day))?;
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    let mut tx = ctx.begin().await?;
    record::find::<agreement::Entity>(tx.conn(), &scope, agreement_id).await?.ok_or(AppError::NotFound)?;
    record::hold::<agreement::Entity>(&tx, agreement_id).await?.ok_or(AppError::NotFound)?;
    let line = Line { from: book.from, to: book.to, group: book.group, class: book.class, amount: book.amount };
    let row = ledger_entry::Model {
        evidence: book.evidence.clone(),
        memo: book.memo.trim().to_owned(),
        ..row_of(&tx, agreement_id, &line, Control::Outside, on)
    };
    keep(&mut tx, row.clone()).await?;
    tx.commit().await?;
    Ok(row)
}

/// Keeps a line that a use case has judged, made by [`row_of`].
///
/// # Errors
/// When the reserve does not hold as much.
pub(crate) async fn keep(tx: &mut Tx, row: ledger_entry::Model) -> Result<Uuid, AppError> {
    let id = row.id;
    ensure_covered(tx.conn(), row.agreement_id, &line_of(&row)?).await?;
    record::insert::<ledger_entry::Entity>(tx, row).await?;
    Ok(id)
}

/// Takes a line back: the same amount the other way round, once.
///
/// # Errors
/// When there is no such line for the actor, or it was taken back before.
pub async fn reverse(ctx: &Ctx<'_>, id: Uuid, reason: &str) -> Result<ledger_entry::Model, AppError> {
    let scope = permit(ctx.actor, Action::Create, Subject::LedgerEntry)?;
    let reason = said("reason", reason, MEMO_MAX)?;
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
    let back = ledger_entry::Model {
        reverses_id: Some(id),
        memo: reason,
        cost_class: row.cost_class.clone(),
        trainee_id: row.trainee_id,
        ..row_of(&tx, row.agreement_id, &line, Control::Outside, ctx.now.date())
    };
    keep(&mut tx, back.clone()).await?;
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

/// What costs of one group and class came to on the accounts of an agreement, in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupSum {
    pub group: CostGroup,
    /// Nothing for amounts that are no part of a single cost.
    pub class: Option<CostClass>,
    /// What stands on the places of those who leave and of those who stay.
    pub places: Money,
    pub lost: Money,
}

/// The books of an agreement by group and class of costs. Three statements.
///
/// # Errors
/// When the agreement is not the actor's to read.
pub async fn by_group(ctx: &Ctx<'_>, agreement_id: Uuid) -> Result<Vec<GroupSum>, AppError> {
    use ledger_entry::Column as C;
    permit(ctx.actor, Action::Read, Subject::LedgerEntry)?;
    let scope = permit(ctx.actor, Action::Read, Subject::Agreement).map_err(|_| AppError::NotFound)?;
    let conn = ctx.state.store.read();
    record::find::<agreement::Entity>(conn, &scope, agreement_id).await?.ok_or(AppError::NotFound)?;
    let places = [Account::AwayPlaces, Account::HomePlaces];
    let watched = [places[0], places[1], Account::Lost].map(Account::as_str);
    let mut sums: BTreeMap<(CostGroup, Option<CostClass>, String), [i64; 2]> = BTreeMap::new();
    for (column, sign) in [(C::ToAccount, 1), (C::FromAccount, -1)] {
        let rows: Vec<(String, String, Option<String>, String, i64)> = ledger_entry::Entity::find()
            .select_only()
            .columns([column, C::CostGroup, C::CostClass, C::Currency])
            .column_as(sum(), "sum")
            .filter(C::AgreementId.eq(agreement_id))
            .filter(column.is_in(watched))
            .group_by(column)
            .group_by(C::CostGroup)
            .group_by(C::CostClass)
            .group_by(C::Currency)
            .into_tuple()
            .all(conn)
            .await
            .map_err(StoreError::from)?;
        for (account, group, class, currency, minor) in rows {
            let corrupt = |column| move |_| StoreError::Corrupt { table: "ledger_entry", column };
            let group = CostGroup::parse(&group).map_err(corrupt("cost_group"))?;
            let class = class.as_deref().map(CostClass::parse).transpose().map_err(corrupt("cost_class"))?;
            let at = usize::from(account_of(&account)? == Account::Lost);
            sums.entry((group, class, currency)).or_default()[at] += sign * minor;
        }
    }
    let read = |((group, class, currency), [places, lost]): ((CostGroup, Option<CostClass>, String), [i64; 2])| {
        let currency = currency_of(&currency)?;
        Ok(GroupSum { group, class, places: Money::new(places, currency), lost: Money::new(lost, currency) })
    };
    sums.into_iter().map(read).collect()
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
pub(crate) async fn reserves(conn: &impl ConnectionTrait, agreements: &BTreeSet<Uuid>) -> Result<BTreeMap<String, i64>, AppError> {
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

/// Who takes on what nobody else bears: the reserve of an agreement as far as it holds, and the funder beyond.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn last_bearers(
    conn: &impl ConnectionTrait,
    agreement_id: Uuid,
    amount: Money,
) -> Result<Vec<(Account, Money)>, AppError> {
    let held = reserve(conn, agreement_id, amount.currency).await?.clamp(0, amount.minor.max(0));
    let parts = [(Account::Reserve, held), (Account::Funder, amount.minor - held)];
    Ok(parts.into_iter().filter(|(_, minor)| *minor > 0).map(|(account, minor)| (account, Money::new(minor, amount.currency))).collect())
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

/// A line as it begins: of an agreement, about nobody.
pub(crate) fn row_of(tx: &Tx, agreement_id: Uuid, line: &Line, control: Control, on: NaiveDate) -> ledger_entry::Model {
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
        cost_class: line.class.map(|class| class.to_string()),
        currency: line.amount.currency.to_string(),
        amount_minor: line.amount.minor,
        control: control.to_string(),
        evidence: None,
        memo: String::new(),
    }
}

/// What a row moves.
///
/// # Errors
/// When it holds what this version cannot read.
pub(crate) fn line_of(row: &ledger_entry::Model) -> Result<Line, AppError> {
    let group = CostGroup::parse(&row.cost_group).map_err(|_| StoreError::Corrupt { table: "ledger_entry", column: "cost_group" })?;
    let amount = Money::new(row.amount_minor, currency_of(&row.currency)?);
    let corrupt = |_| StoreError::Corrupt { table: "ledger_entry", column: "cost_class" };
    let class = row.cost_class.as_deref().map(CostClass::parse).transpose().map_err(corrupt)?;
    Ok(Line { from: account_of(&row.from_account)?, to: account_of(&row.to_account)?, group, class, amount })
}

fn account_of(text: &str) -> Result<Account, AppError> {
    Account::parse(text).map_err(|_| StoreError::Corrupt { table: "ledger_entry", column: "account" }.into())
}

pub(crate) fn currency_of(text: &str) -> Result<Currency, AppError> {
    Currency::parse(text).map_err(|_| StoreError::Corrupt { table: "ledger_entry", column: "currency" }.into())
}
