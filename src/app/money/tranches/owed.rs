//! What is owed for the people of a cohort by now, and what of it nobody has claimed.

use super::Status;
use crate::app::contingency::plans;
use crate::app::corridors;
use crate::app::tracks::seats::seat_of;
use crate::error::AppError;
use chrono::{Months, NaiveDate};
use passerelle_domain::corridor::{CostClass, Party};
use passerelle_domain::finance::shares::{Cost, Due, Milestone, Share, dues};
use passerelle_domain::language::{LanguageLevel, LanguageScale};
use passerelle_domain::machine::journey::Journey;
use passerelle_domain::money::{Currency, Money};
use passerelle_domain::people::{JourneyState, Track};
use passerelle_store::StoreError;
use passerelle_store::entity::{agreement, budget_line, cohort, journey, language_certificate, trainee, tranche};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// People of one cohort that are claimed for at once.
const PEOPLE_MAX: u64 = 2_000;

/// Somebody, with what is owed for her.
pub(super) struct Owed {
    pub person: Uuid,
    pub due: Due,
    /// What her whole place costs in the currency of the due.
    pub place_minor: i64,
}

/// What is owed and not claimed. Whatever plan or track counts by now: for one person no more is ever claimed than her place
/// costs, so that new shares ask nobody to pay again what another has paid.
pub(super) fn open(owed: Vec<Owed>, rows: &[tranche::Model]) -> Vec<Owed> {
    let live = || rows.iter().filter(|row| row.status != Status::Refused.as_str());
    let claimed: BTreeSet<(Uuid, String, String, String)> = live().map(key).collect();
    let mut left: BTreeMap<(Uuid, String), i64> = BTreeMap::new();
    for one in &owed {
        left.insert((one.person, one.due.amount.currency.to_string()), one.place_minor);
    }
    for row in live() {
        left.entry((row.trainee_id, row.currency.clone())).and_modify(|left| *left -= row.amount_minor);
    }
    let mut open = Vec::new();
    for mut one in owed {
        let (person, due) = (one.person, one.due);
        if claimed.contains(&(person, due.payer.to_string(), due.milestone.to_string(), due.amount.currency.to_string())) {
            continue;
        }
        let Some(left) = left.get_mut(&(person, due.amount.currency.to_string())) else { continue };
        one.due.amount.minor = Ord::min(due.amount.minor, *left);
        if one.due.amount.minor > 0 {
            *left -= one.due.amount.minor;
            open.push(one);
        }
    }
    open
}

/// What a claim is for: nothing of it is claimed twice.
pub(super) fn key(row: &tranche::Model) -> (Uuid, String, String, String) {
    (row.trainee_id, row.payer.clone(), row.milestone.clone(), row.currency.clone())
}

/// What is owed for the people of a cohort by now. A trainee's own part is no claim: nobody collects it from her here.
pub(super) async fn owed(conn: &impl ConnectionTrait, cohort: &cohort::Model, today: NaiveDate) -> Result<Vec<Owed>, AppError> {
    let shares = match cohort.agreement_id {
        Some(agreement) => plans::in_force(conn, agreement).await?.map_or_else(Vec::new, |plan| plan.shares),
        None => vec![],
    };
    let lines =
        budget_line::Entity::find().filter(budget_line::Column::CohortId.eq(cohort.id)).all(conn).await.map_err(StoreError::from)?;
    let mut by_track: BTreeMap<String, Vec<Due>> = BTreeMap::new();
    for track in Track::ALL {
        let own: Vec<&budget_line::Model> = lines.iter().filter(|line| line.track == track.as_str()).collect();
        by_track.insert(track.to_string(), dues_of(&own, &shares)?);
    }
    let people = trainee::Entity::find()
        .filter(trainee::Column::CohortId.eq(cohort.id))
        .filter(trainee::Column::MergedInto.is_null())
        .order_by_asc(trainee::Column::Id)
        .limit(PEOPLE_MAX + 1)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    if people.len() as u64 > PEOPLE_MAX {
        return Err(AppError::Conflict(format!("the cohort has more than {PEOPLE_MAX} people: claims are worked out for no more at once")));
    }
    let asked = languages(conn, cohort).await?;
    let ids =
        trainee::Entity::find().select_only().column(trainee::Column::Id).filter(trainee::Column::CohortId.eq(cohort.id)).into_query();
    let journeys = journey::Entity::find().filter(journey::Column::TraineeId.in_subquery(ids.clone())).all(conn).await;
    let journeys: BTreeMap<Uuid, journey::Model> =
        journeys.map_err(StoreError::from)?.into_iter().map(|row| (row.trainee_id, row)).collect();
    let papers = language_certificate::Entity::find().filter(language_certificate::Column::TraineeId.in_subquery(ids)).all(conn).await;
    let speaks: BTreeSet<Uuid> =
        papers.map_err(StoreError::from)?.iter().filter(|paper| is_enough(paper, &asked, today)).map(|paper| paper.trainee_id).collect();
    let mut owed = Vec::new();
    for person in people {
        let Some(row) = journeys.get(&person.id) else { continue };
        let journey: Journey = serde_json::from_str(&row.facts).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" })?;
        // Who was placed at home has a place at home, whatever she had chosen before.
        let track = Track::parse(&person.track).map_or(person.track.clone(), |track| seat_of(track, journey.gate()).to_string());
        let dues = by_track.get(&track).map(Vec::as_slice).unwrap_or_default();
        for due in dues {
            let reached = match due.milestone {
                Milestone::Language => is_on_course(journey.gate()) && speaks.contains(&person.id),
                milestone => has_reached(&journey, milestone, today),
            };
            if reached && due.payer != Party::Trainee {
                let place_minor = dues.iter().filter(|one| one.amount.currency == due.amount.currency).map(|one| one.amount.minor).sum();
                owed.push(Owed { person: person.id, due: *due, place_minor });
            }
        }
    }
    Ok(owed)
}

/// Dues of one place from its budget.
///
/// # Errors
/// When a line holds what this version cannot read.
pub(in crate::app::money) fn dues_of(lines: &[&budget_line::Model], shares: &[Share]) -> Result<Vec<Due>, AppError> {
    let corrupt = |column| move |_| StoreError::Corrupt { table: "budget_line", column };
    let cost = |line: &&budget_line::Model| -> Result<Cost, AppError> {
        Ok(Cost {
            class: CostClass::parse(&line.cost_class).map_err(corrupt("cost_class"))?,
            payer: Party::parse(&line.payer).map_err(corrupt("payer"))?,
            amount: Money::new(line.amount_minor, Currency::parse(&line.currency).map_err(corrupt("currency"))?),
        })
    };
    Ok(dues(&lines.iter().map(cost).collect::<Result<Vec<_>, _>>()?, shares))
}

/// Languages that the pathway of the agreement asks for; empty where it asks for none.
async fn languages(conn: &impl ConnectionTrait, cohort: &cohort::Model) -> Result<BTreeSet<String>, AppError> {
    let Some(agreement) = cohort.agreement_id else { return Ok(BTreeSet::new()) };
    let row = agreement::Entity::find_by_id(agreement).one(conn).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let pack = corridors::latest_in(conn, &row.pack).await?;
    Ok(pack.iter().flat_map(|pack| &pack.language).map(|fact| fact.value.language.as_str().to_owned()).collect())
}

/// B1 on the common European scale, in a language that the pathway asks for, and not lapsed. Other scales are not bridged:
/// their certificate counts, and whoever approves reads it.
fn is_enough(paper: &language_certificate::Model, asked: &BTreeSet<String>, today: NaiveDate) -> bool {
    let b1 = LanguageLevel::on(LanguageScale::Cefr, "B1");
    let held = LanguageScale::parse(&paper.scale).and_then(|scale| LanguageLevel::on(scale, &paper.level));
    let counts = (asked.is_empty() || asked.contains(&paper.language)) && paper.expires_on.is_none_or(|end| end >= today);
    match (held, b1) {
        (Ok(held), Ok(b1)) => counts && held.steps_above(&b1).is_none_or(|steps| steps >= 0),
        _ => false,
    }
}

/// Enrolled, whatever came after, and not turned away before.
const fn is_on_course(gate: JourneyState) -> bool {
    !matches!(gate, JourneyState::Applied | JourneyState::Rejected)
}

/// Whether somebody has passed a milestone that her journey shows. Whoever stays at home starts work there.
fn has_reached(journey: &Journey, milestone: Milestone, today: NaiveDate) -> bool {
    use JourneyState as S;
    let gate = journey.gate();
    let at_work = matches!(gate, S::Placed | S::Returned | S::Reintegrated | S::Settled | S::HomePlaced);
    match milestone {
        Milestone::Enrolment => is_on_course(gate),
        Milestone::Visa => matches!(gate, S::PreDeparture | S::Departed | S::Arrived) || (at_work && gate != S::HomePlaced),
        Milestone::WorkStart => at_work,
        Milestone::SixMonths => {
            let long = journey.since.checked_add_months(Months::new(6)).is_some_and(|day| day <= today);
            // Who stands still does not work, however long.
            matches!(gate, S::Settled) || (matches!(journey.state, S::Placed | S::HomePlaced) && long)
        }
        Milestone::Language => false,
    }
}
