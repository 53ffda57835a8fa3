//! The stipend that a plan promises: booked out of the reserve, once for each full month that somebody waits in a case in
//! which it was begun. Where the reserve does not hold it, nothing is booked and the funders are called, and she owes
//! nothing all the same.

use super::act::hold;
use super::{Options, facts, kept, plans};
use crate::app::case_events;
use crate::app::money::ledger;
use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use chrono::{Months, NaiveDate};
use passerelle_domain::contingency::{Control, Response};
use passerelle_domain::finance::ledger::{Account, CostGroup, Line};
use passerelle_domain::machine::contingency::{Event, State};
use passerelle_domain::machine::journey::Journey;
use passerelle_domain::people::{JourneyState, Track};
use passerelle_store::StoreError;
use passerelle_store::entity::{case_event, cohort, contingency_case, journey, ledger_entry, trainee};
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Cases that are read at once.
const PAGE: u64 = 200;
/// The word by which the lines of stipends are found again.
const MEMO: &str = "stipend";
/// Months that one case is paid for at most.
const MONTHS_MOST: u32 = 120;
/// A case in which she waits.
const WAITS: [State; 3] = [State::Verified, State::Proposed, State::Executing];

/// What a night has done about stipends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stipends {
    pub booked: u64,
    /// Months that a reserve did not hold.
    pub unfunded: u64,
    pub failed: u64,
}

/// Days on which her full months end, each with the word by which its line is found again: one word for one person and
/// month, however many cases she has.
fn due(person: Uuid, from: NaiveDate, to: NaiveDate) -> Vec<(NaiveDate, String)> {
    let ends = (1..=MONTHS_MOST).map_while(|month| from.checked_add_months(Months::new(month)));
    ends.take_while(|day| *day <= to).map(|day| (day, format!("{person} {}", label(day)))).collect()
}

/// The month in which a full month ends.
fn label(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

/// Books every month that has passed in full and was not booked.
///
/// # Errors
/// When the database refuses.
pub async fn night(state: &AppState, now: Moment) -> Result<Stipends, AppError> {
    let (mut done, mut after) = (Stipends::default(), Uuid::nil());
    loop {
        let rows = contingency_case::Entity::find()
            .filter(contingency_case::Column::Id.gt(after))
            .filter(contingency_case::Column::State.is_in(WAITS.map(State::as_str)))
            .filter(contingency_case::Column::Options.is_not_null())
            .order_by_asc(contingency_case::Column::Id)
            .limit(PAGE)
            .all(state.store.read())
            .await
            .map_err(StoreError::from)?;
        let Some(last) = rows.last() else { break };
        after = last.id;
        let booked: Vec<Option<String>> = ledger_entry::Entity::find()
            .select_only()
            .column(ledger_entry::Column::Evidence)
            .filter(ledger_entry::Column::Memo.eq(MEMO))
            .filter(ledger_entry::Column::TraineeId.is_in(rows.iter().map(|row| row.trainee_id)))
            .into_tuple()
            .all(state.store.read())
            .await
            .map_err(StoreError::from)?;
        let booked: BTreeSet<String> = booked.into_iter().flatten().collect();
        for row in rows {
            // Whoever has all her months is not looked at again until the next is full.
            if due(row.trainee_id, row.reported_on, now.date()).iter().all(|(_, month)| booked.contains(month)) {
                continue;
            }
            // One case that cannot be booked keeps none of the others.
            if let Err(error) = one(state, now, row.id, &mut done).await {
                tracing::error!(case.id = %row.id, error = %error, "a stipend could not be booked in the night");
                done.failed += 1;
            }
        }
    }
    Ok(done)
}

/// How many others have a claim to the stipend of a month: they were paid for it, or for the month before and wait still.
/// No more are paid for one month than the agreement has promised, on whichever day of it the month of each is full.
async fn others_claim(conn: &impl ConnectionTrait, agreement: Uuid, person: Uuid, month: NaiveDate) -> Result<u64, AppError> {
    let waits = contingency_case::Entity::find()
        .select_only()
        .column(contingency_case::Column::TraineeId)
        .filter(contingency_case::Column::State.is_in(WAITS.map(State::as_str)))
        .into_query();
    let of = |month: NaiveDate| ledger_entry::Column::Evidence.like(format!("% {}", label(month)));
    let before = Condition::all().add(of(month - Months::new(1))).add(ledger_entry::Column::TraineeId.in_subquery(waits));
    let find = ledger_entry::Entity::find()
        .select_only()
        .column(ledger_entry::Column::TraineeId)
        .distinct()
        .filter(ledger_entry::Column::AgreementId.eq(agreement))
        .filter(ledger_entry::Column::Memo.eq(MEMO))
        .filter(ledger_entry::Column::TraineeId.ne(person))
        .filter(Condition::any().add(of(month)).add(before));
    let others: Vec<Option<Uuid>> = find.into_tuple().all(conn).await.map_err(StoreError::from)?;
    Ok(others.len() as u64)
}

async fn one(state: &AppState, now: Moment, id: Uuid, done: &mut Stipends) -> Result<(), AppError> {
    let mut tx = state.store.begin(None, now.ms()).await?;
    // Taken and read again: it may have ended since it was listed.
    let Some(row) = hold(&tx, id).await?.filter(|row| WAITS.iter().any(|state| state.as_str() == row.state)) else { return Ok(()) };
    let begun =
        kept::<Options>(row.options.as_deref(), "options")?.is_some_and(|options| options.decision.measures.contains(&Response::Stipend));
    if !begun || facts(&row)?.control() == Control::Within {
        return Ok(());
    }
    let person = trainee::Entity::find_by_id(row.trainee_id).one(tx.conn()).await.map_err(StoreError::from)?;
    let Some((cohort_id, track)) = person.and_then(|person| Some((person.cohort_id?, person.track))) else { return Ok(()) };
    let found = cohort::Entity::find_by_id(cohort_id).one(tx.conn()).await.map_err(StoreError::from)?;
    let Some(agreement_id) = found.and_then(|cohort| cohort.agreement_id) else { return Ok(()) };
    let Some(plan) = plans::in_force(tx.conn(), agreement_id).await? else { return Ok(()) };
    let Some(monthly) = plan.stipend else { return Ok(()) };
    // After an appeal that was upheld she waits from that day on: before it she was on her way.
    let history = case_events::history(tx.conn(), row.id).await?;
    let decided = |event: &&case_event::Model| matches!(serde_json::from_str(&event.event), Ok(Event::Decide { .. }));
    let again = history.iter().filter(decided).map(|event| event.on_date).max();
    let booked: Vec<Option<String>> = ledger_entry::Entity::find()
        .select_only()
        .column(ledger_entry::Column::Evidence)
        .filter(ledger_entry::Column::Memo.eq(MEMO))
        .filter(ledger_entry::Column::TraineeId.eq(row.trainee_id))
        .into_tuple()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let booked: BTreeSet<String> = booked.into_iter().flatten().collect();
    let mut holds = ledger::reserve(tx.conn(), agreement_id, monthly.currency).await?;
    let to = if track == Track::Home.as_str() { Account::HomePlaces } else { Account::AwayPlaces };
    let line = Line::new(Account::Reserve, to, CostGroup::Living, monthly);
    // She waits from the day on which she stands still, and not from that on which a border closed.
    let journey = journey::Entity::find_by_id(row.journey_id).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let stands: Journey = serde_json::from_str(&journey.facts).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" })?;
    let held = Some(stands.since).filter(|_| stands.state == JourneyState::OnHold);
    let from = again.into_iter().chain(held).fold(row.reported_on, Ord::max);
    for (day, month) in due(row.trainee_id, from, now.date()).into_iter().filter(|(_, month)| !booked.contains(month)) {
        if others_claim(tx.conn(), agreement_id, row.trainee_id, day).await? >= u64::from(plan.stipend_places) {
            tracing::warn!(agreement.id = %agreement_id, "more people wait than the plan promises a stipend for: call on the funders");
            done.unfunded += 1;
            continue;
        }
        if holds < monthly.minor {
            tracing::warn!(agreement.id = %agreement_id, "the reserve does not hold a stipend that is due: call on the funders");
            done.unfunded += 1;
            break;
        }
        let entry = ledger_entry::Model {
            trainee_id: Some(row.trainee_id),
            memo: MEMO.to_owned(),
            evidence: Some(month),
            ..ledger::row_of(&tx, agreement_id, &line, Control::Outside, now.date())
        };
        ledger::keep(&mut tx, entry).await?;
        holds -= monthly.minor;
        done.booked += 1;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_due_when_it_is_full() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let count = |from: &str, to: &str| due(Uuid::nil(), day(from), day(to)).len();
        assert_eq!(count("2026-01-31", "2026-02-27"), 0);
        assert_eq!(count("2026-01-31", "2026-02-28"), 1);
        assert_eq!(count("2026-01-15", "2027-01-14"), 11);
    }
}
