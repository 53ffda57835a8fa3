//! Loans that somebody took for her way: nothing is asked back while her case is open, and when it ends what was lost of
//! her way is taken off, borne by the reserve as far as it holds and by the funder beyond.

use crate::app::money::ledger;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::contingency::Control;
use passerelle_domain::finance::ledger::{Account, CostGroup, Line};
use passerelle_domain::finance::loan::relief;
use passerelle_domain::finance::settlement::Settlement;
use passerelle_domain::machine::contingency::{Case, State};
use passerelle_domain::money::Money;
use passerelle_domain::people::Track;
use passerelle_store::entity::{agreement, cohort, ledger_entry, trainee, training_loan};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx, record};
use uuid::Uuid;

const MEMO: &str = "debt_relief";

/// What is left of a loan.
///
/// # Errors
/// When the row holds no currency.
pub(super) fn left(row: &training_loan::Model) -> Result<Money, AppError> {
    Ok(Money::new(row.amount_minor - row.relieved_minor, ledger::currency_of(&row.currency)?))
}

async fn of_person(tx: &Tx, person: Uuid) -> Result<Vec<training_loan::Model>, AppError> {
    let find = training_loan::Entity::find().filter(training_loan::Column::TraineeId.eq(person)).order_by_asc(training_loan::Column::Id);
    Ok(find.all(tx.conn()).await.map_err(StoreError::from)?)
}

/// Stops what she owes while a case is open whose cause is not found to be hers, and lets it run again when it has ended.
///
/// # Errors
/// When the database refuses.
pub(super) async fn follow(tx: &mut Tx, person: Uuid, case: &Case, on: NaiveDate) -> Result<(), AppError> {
    let ended = matches!(case.state, State::Resolved | State::Rejected | State::Closed);
    let stops = !ended && case.control() != Control::Within;
    for row in of_person(tx, person).await? {
        if row.suspended_on.is_some() != stops {
            let version = row.version;
            let changed = training_loan::Model { suspended_on: stops.then_some(on), ..row };
            record::update::<training_loan::Entity>(tx, changed, version, &["suspended_on"]).await?;
        }
    }
    Ok(())
}

/// Minor units that a case has taken off a loan, by the word that its lines bear.
async fn taken_off(tx: &Tx, person: Uuid, word: &str) -> Result<i64, AppError> {
    let find = ledger_entry::Entity::find()
        .select_only()
        .column(ledger_entry::Column::AmountMinor)
        .filter(ledger_entry::Column::TraineeId.eq(person))
        .filter(ledger_entry::Column::Memo.eq(MEMO))
        .filter(ledger_entry::Column::Evidence.eq(word));
    let amounts: Vec<i64> = find.into_tuple().all(tx.conn()).await.map_err(StoreError::from)?;
    Ok(amounts.into_iter().sum())
}

/// Takes off her loans what was lost of her way, in the transaction that resolves her case. What was taken off stays off,
/// also where the case is decided again. Without an agreement nobody has promised to bear it.
///
/// # Errors
/// When the database refuses.
pub(super) async fn relieve(
    tx: &mut Tx,
    (id, person): (Uuid, Uuid),
    case: &Case,
    settlements: &[Settlement],
    on: NaiveDate,
) -> Result<(), AppError> {
    let Some(outcome) = case.outcome else { return Ok(()) };
    let loans = of_person(tx, person).await?;
    let row = trainee::Entity::find_by_id(person).one(tx.conn()).await.map_err(StoreError::from)?;
    let Some((cohort_id, track)) = row.filter(|_| !loans.is_empty()).and_then(|row| Some((row.cohort_id?, row.track))) else {
        return Ok(());
    };
    let found = cohort::Entity::find_by_id(cohort_id).one(tx.conn()).await.map_err(StoreError::from)?;
    let Some(agreement_id) = found.and_then(|cohort| cohort.agreement_id) else { return Ok(()) };
    // Whoever books on an agreement waits for whoever does already: the reserve is asked once at a time.
    record::hold::<agreement::Entity>(tx, agreement_id).await?.ok_or(AppError::NotFound)?;
    let to = if track == Track::Home.as_str() { Account::HomePlaces } else { Account::AwayPlaces };
    for loan in loans {
        // A case that is decided again counts once: what it has taken off already is reckoned with.
        let word = format!("{id} {}", loan.id);
        let before = taken_off(tx, person, &word).await?;
        let whole = left(&loan)?;
        let off = relief(Money::new(whole.minor + before, whole.currency), outcome, case.control(), settlements);
        let off = Money::new((off.minor - before).clamp(0, whole.minor), off.currency);
        if off.minor == 0 {
            continue;
        }
        for (from, amount) in ledger::last_bearers(tx.conn(), agreement_id, off).await? {
            let line = Line::new(from, to, CostGroup::Training, amount);
            let entry = ledger_entry::Model {
                trainee_id: Some(person),
                memo: MEMO.to_owned(),
                evidence: Some(word.clone()),
                ..ledger::row_of(tx, agreement_id, &line, Control::Outside, on)
            };
            ledger::keep(tx, entry).await?;
        }
        let version = loan.version;
        let changed = training_loan::Model { relieved_minor: loan.relieved_minor + off.minor, ..loan };
        record::update::<training_loan::Entity>(tx, changed, version, &["relieved"]).await?;
    }
    Ok(())
}
