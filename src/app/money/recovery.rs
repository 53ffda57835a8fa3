//! Claims for what was lost: a settlement says what an insurance, or whoever failed, bears; here it is got from them. What
//! they refuse falls on the reserve, and beyond it on the funder. It never falls on the trainee.

use super::ledger::{self, MEMO_MAX};
use crate::app::Ctx;
use crate::app::resource::said;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::contingency::Control;
use passerelle_domain::finance::ledger::{Account, CostGroup, Line};
use passerelle_domain::finance::settlement::{Bearer, Settlement};
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::words;
use passerelle_store::entity::{agreement, ledger_entry, recovery_claim};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, Tx, record};
use serde::Deserialize;
use uuid::Uuid;

words!(
    /// Where a claim stands.
    Status {
        Open = "open",
        Paid = "paid",
        /// It falls on the reserve and the funder.
        Refused = "refused",
        /// What it was for is settled anew.
        Withdrawn = "withdrawn",
    }
);

/// How a claim ended.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    pub paid: bool,
    /// What was paid, where it is less than was claimed.
    #[serde(default)]
    pub amount: Option<Money>,
    /// Where the payment or the refusal lies.
    pub evidence: String,
}

/// Opens the claims of a settlement, in the transaction that books it.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn open(
    tx: &mut Tx,
    (agreement_id, case): (Uuid, Uuid),
    cause: &str,
    settlement: &Settlement,
    on: NaiveDate,
) -> Result<(), AppError> {
    let find = recovery_claim::Entity::find().filter(recovery_claim::Column::ContingencyCaseId.eq(case));
    let paid: Vec<recovery_claim::Model> =
        find.filter(recovery_claim::Column::Status.eq(Status::Paid.as_str())).all(tx.conn()).await.map_err(StoreError::from)?;
    for borne in &settlement.waterfall {
        let against = match borne.bearer {
            Bearer::Insurance => Account::Insurance,
            Bearer::AtFault => Account::at_fault(cause, settlement.at_fault),
            Bearer::Trainee | Bearer::Reserve | Bearer::Payer | Bearer::WriteOff => continue,
        };
        // What came before the case was decided anew is not asked for again.
        let same = |row: &&recovery_claim::Model| row.against == against.as_str() && row.currency == borne.amount.currency.as_str();
        let amount_minor = borne.amount.minor - paid.iter().filter(same).map(|row| row.paid_minor.unwrap_or(row.amount_minor)).sum::<i64>();
        if amount_minor <= 0 {
            continue;
        }
        let row = recovery_claim::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: tx.now_ms(),
            updated_at_ms: tx.now_ms(),
            agreement_id,
            contingency_case_id: case,
            against: against.to_string(),
            currency: borne.amount.currency.to_string(),
            amount_minor,
            status: Status::Open.to_string(),
            paid_minor: None,
            opened_on: on,
            decided_on: None,
            evidence: None,
        };
        record::insert::<recovery_claim::Entity>(tx, row).await?;
    }
    Ok(())
}

/// Takes back what was claimed for a case that is decided anew; what was paid stays paid.
///
/// # Errors
/// When the database refuses.
pub(crate) async fn withdraw(tx: &mut Tx, case: Uuid, on: NaiveDate) -> Result<(), AppError> {
    let find = recovery_claim::Entity::find()
        .filter(recovery_claim::Column::ContingencyCaseId.eq(case))
        .filter(recovery_claim::Column::Status.is_in([Status::Open, Status::Refused].map(Status::as_str)));
    for row in find.all(tx.conn()).await.map_err(StoreError::from)? {
        let version = row.version;
        let gone = recovery_claim::Model { status: Status::Withdrawn.to_string(), decided_on: Some(on), ..row };
        record::update::<recovery_claim::Entity>(tx, gone, version, &["status"]).await?;
    }
    Ok(())
}

/// What was paid of a claim: all of it where nobody says less.
fn paid_of(outcome: &Outcome, currency: Currency, claimed: i64) -> Result<i64, AppError> {
    match outcome.amount {
        None if outcome.paid => Ok(claimed),
        None => Ok(0),
        Some(_) if !outcome.paid => Err(AppError::invalid("amount", "claim-refused", "is for a claim that was paid")),
        Some(amount) if amount.currency != currency => {
            Err(AppError::invalid("amount", "currency-mixed", "is in another currency than the claim"))
        }
        Some(amount) if !(1..=claimed).contains(&amount.minor) => {
            Err(AppError::invalid("amount", "claim-beyond", "is more than was claimed, or nothing"))
        }
        Some(amount) => Ok(amount.minor),
    }
}

/// Notes how a claim ended; what was refused of it is borne by the reserve as far as it holds, and by the
/// funder beyond.
///
/// # Errors
/// When it is not open, or the evidence is missing.
pub async fn decide(ctx: &Ctx<'_>, id: Uuid, version: i64, outcome: &Outcome) -> Result<Status, AppError> {
    let scope = permit(ctx.actor, Action::Create, Subject::LedgerEntry)?;
    let evidence = said("evidence", &outcome.evidence, MEMO_MAX)?;
    let mut tx = ctx.begin().await?;
    let seen = record::find::<recovery_claim::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    // Whoever books on an agreement waits for whoever does already: the reserve is asked once at a time.
    record::hold::<agreement::Entity>(&tx, seen.agreement_id).await?.ok_or(AppError::NotFound)?;
    let row = record::hold::<recovery_claim::Entity>(&tx, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    if row.status != Status::Open.as_str() {
        return Err(AppError::TransitionRefused { state: row.status, allowed: vec![] });
    }
    let corrupt = |column| move |_| StoreError::Corrupt { table: "recovery_claim", column };
    let currency = Currency::parse(&row.currency).map_err(corrupt("currency"))?;
    let paid_minor = paid_of(outcome, currency, row.amount_minor)?;
    let status = if paid_minor > 0 { Status::Paid } else { Status::Refused };
    let short = row.amount_minor - paid_minor;
    if short > 0 {
        let against = Account::parse(&row.against).map_err(corrupt("against"))?;
        for (from, amount) in ledger::last_bearers(tx.conn(), row.agreement_id, Money::new(short, currency)).await? {
            // A funder who fails is relieved of nothing by itself.
            if from != against {
                let line = Line::new(from, against, CostGroup::Training, amount);
                let entry = ledger_entry::Model {
                    contingency_case_id: Some(row.contingency_case_id),
                    memo: "claim refused".to_owned(),
                    evidence: Some(evidence.clone()),
                    ..ledger::row_of(&tx, row.agreement_id, &line, Control::Outside, ctx.now.date())
                };
                ledger::keep(&mut tx, entry).await?;
            }
        }
    }
    let changed = recovery_claim::Model {
        status: status.to_string(),
        paid_minor: Some(paid_minor),
        decided_on: Some(ctx.now.date()),
        evidence: Some(evidence),
        ..row
    };
    record::update::<recovery_claim::Entity>(&mut tx, changed, version, &["status"]).await?;
    tx.note("recovery_claim_decided", "recovery_claim", Some(id), serde_json::json!({ "status": status }));
    tx.commit().await?;
    Ok(status)
}
