//! Whom a disruption strikes: by the way that they go, the gate that they have come to, and the day on which it is over.

use super::cause_of;
use crate::error::AppError;
use chrono::{Days, NaiveDate};
use passerelle_domain::contingency::is_of_employer;
use passerelle_domain::machine::journey::Journey;
use passerelle_domain::people::{Decision, DisruptionStatus, JourneyState, Track};
use passerelle_store::StoreError;
use passerelle_store::entity::{contingency_case, disruption, journey, need, organisation, proposal, site, trainee};
use passerelle_store::query::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

/// People that one disruption is worked out for at once; a drill says when there are more.
const MOST: u64 = 100_000;
/// Declared disruptions that one case is held against.
const DECLARED: u64 = 50;

/// States of people who have not left yet.
const NOT_LEFT: &[JourneyState] = {
    use JourneyState as S;
    &[S::Enrolled, S::InTraining, S::Certified, S::Matched, S::Offered, S::Recognition, S::Visa, S::PreDeparture]
};

/// Whether a firm of its own fails: its people are struck at work as well.
fn is_of_a_firm(row: &disruption::Model) -> bool {
    is_of_employer(&row.cause) && row.organisation_id.is_some()
}

/// States in which a disruption strikes: before departure, and at work where a firm fails.
fn states(row: &disruption::Model) -> Vec<JourneyState> {
    use JourneyState as S;
    let at_work = [S::Departed, S::Arrived, S::Placed].into_iter().filter(|_| is_of_a_firm(row));
    NOT_LEFT.iter().copied().chain(at_work).collect()
}

/// The day on which nine of ten such disruptions are over; nothing where no end is known.
fn over_on(row: &disruption::Model) -> Result<Option<NaiveDate>, AppError> {
    let days = match row.p90_days.or(row.typical_days) {
        Some(days) => u64::try_from(days).ok(),
        None => cause_of(row)?.lasting.from(row.begins_on).map(|lasts| lasts.p90.into()),
    };
    Ok(days.and_then(|days| row.begins_on.checked_add_days(Days::new(days))))
}

/// Journeys that a disruption strikes: those that have not left, have not ended and do not stand still, go the way that it
/// names, and would come to it before it is over. Whoever is trained would leave now; whoever is in training yet and
/// ready only later than nine of ten such causes last is not struck, for her way is open again by then. Says when there
/// are more than are read at once.
pub(super) async fn affected(conn: &impl ConnectionTrait, row: &disruption::Model) -> Result<(Vec<journey::Model>, bool), AppError> {
    let find = of_way(row, &states(row))?.order_by_asc(journey::Column::Id).limit(MOST + 1);
    let mut rows = find.all(conn).await.map_err(StoreError::from)?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    Ok((rows, more))
}

/// People whom a disruption strikes who stand still already, in a case that nobody has looked at since it was declared or ended.
pub(super) async fn held(conn: &impl ConnectionTrait, row: &disruption::Model) -> Result<Vec<journey::Model>, AppError> {
    use passerelle_domain::machine::contingency::State;
    let open = contingency_case::Entity::find()
        .select_only()
        .column(contingency_case::Column::TraineeId)
        .filter(contingency_case::Column::UpdatedAtMs.lt(row.updated_at_ms))
        .filter(contingency_case::Column::State.is_not_in([State::Resolved, State::Rejected, State::Closed].map(State::as_str)))
        .into_query();
    let find = of_way(row, &[JourneyState::OnHold])?.filter(journey::Column::TraineeId.in_subquery(open));
    let mut found = find.order_by_asc(journey::Column::Id).limit(MOST).all(conn).await.map_err(StoreError::from)?;
    let mut struck = Vec::with_capacity(found.len());
    for one in found.drain(..) {
        if strikes_held(row, &one)? {
            struck.push(one);
        }
    }
    Ok(struck)
}

/// Whether a disruption strikes somebody who stands still, by the gate that she has come to.
fn strikes_held(row: &disruption::Model, held: &journey::Model) -> Result<bool, AppError> {
    let facts: Journey = serde_json::from_str(&held.facts).map_err(|_| StoreError::Corrupt { table: "journey", column: "facts" })?;
    let gate = facts.gate();
    let trains = matches!(gate, JourneyState::Enrolled | JourneyState::InTraining);
    let late = over_on(row)?.zip(held.ready_on).is_some_and(|(last, ready)| ready > last);
    Ok(states(row).contains(&gate) && !(trains && late))
}

/// Declared disruptions that strike somebody, but for one that is known: the newest first.
///
/// # Errors
/// When the database refuses or holds what this version cannot read.
pub(in crate::app::contingency) async fn declared_for(
    conn: &impl ConnectionTrait,
    journey: &journey::Model,
    known: Option<Uuid>,
) -> Result<Vec<disruption::Model>, AppError> {
    let declared = disruption::Entity::find()
        .filter(disruption::Column::Status.eq(DisruptionStatus::Declared.as_str()))
        .filter(disruption::Column::Id.ne(known.unwrap_or_else(Uuid::nil)))
        .order_by_desc(disruption::Column::DeclaredOn)
        .limit(DECLARED);
    let mut striking = Vec::new();
    for row in declared.all(conn).await.map_err(StoreError::from)? {
        let on_way = of_way(&row, &[states(&row), vec![JourneyState::OnHold]].concat())?.filter(journey::Column::Id.eq(journey.id));
        if let Some(found) = on_way.one(conn).await.map_err(StoreError::from)?
            && (found.state != JourneyState::OnHold.as_str() || strikes_held(&row, &found)?)
        {
            striking.push(row);
        }
    }
    Ok(striking)
}

/// Journeys in these states that go the way that a disruption names.
fn of_way(row: &disruption::Model, states: &[JourneyState]) -> Result<Select<journey::Entity>, AppError> {
    use JourneyState as S;
    use journey::Column as C;
    let mut find = journey::Entity::find().filter(C::State.is_in(states.iter().map(|state| state.as_str())));
    for (column, value) in [(C::Origin, &row.origin), (C::Destination, &row.destination), (C::Pathway, &row.pathway)] {
        if let Some(value) = value {
            find = find.filter(column.eq(value.as_str()));
        }
    }
    if let Some(last) = over_on(row)? {
        let trains = [S::Enrolled, S::InTraining].map(S::as_str);
        find = find.filter(Condition::any().add(C::State.is_not_in(trains)).add(C::ReadyOn.is_null()).add(C::ReadyOn.lte(last)));
    }
    // Who they are is asked in one place: what is "not in" a long list would be compared with all of it.
    let people = || trainee::Entity::find().select_only().column(trainee::Column::Id);
    let mut who = people().filter(trainee::Column::MergedInto.is_null());
    if bars_departure(&row.cause) {
        who = who.filter(trainee::Column::Track.ne(Track::Home.as_str()));
    }
    if let Some(prefix) = &row.occupation_prefix {
        who = who.filter(trainee::Column::Occupation.starts_with(prefix.as_str()));
    }
    if let Some(part) = &row.subdivision {
        let there = organisation::Entity::find()
            .select_only()
            .column(organisation::Column::Id)
            .filter(organisation::Column::Subdivision.eq(part.as_str()))
            .into_query();
        // Where she learns, or where the post lies that both sides have agreed on.
        let sites =
            site::Entity::find().select_only().column(site::Column::Id).filter(site::Column::Subdivision.eq(part.as_str())).into_query();
        let posts =
            need::Entity::find().select_only().column(need::Column::Id).filter(need::Column::SiteId.in_subquery(sites)).into_query();
        let bound = agreed().filter(proposal::Column::NeedId.in_subquery(posts)).into_query();
        who = who.filter(Condition::any().add(trainee::Column::InstituteId.in_subquery(there)).add(trainee::Column::Id.in_subquery(bound)));
    }
    find = find.filter(C::TraineeId.in_subquery(who.into_query()));
    if let Some(id) = row.organisation_id {
        let learns = people().filter(trainee::Column::InstituteId.eq(id)).into_query();
        let bound = agreed().filter(proposal::Column::EmployerId.eq(id)).into_query();
        find = find.filter(Condition::any().add(C::TraineeId.in_subquery(learns)).add(C::TraineeId.in_subquery(bound)));
    }
    Ok(find)
}

/// People who have agreed with an employer on a post.
fn agreed() -> Select<proposal::Entity> {
    proposal::Entity::find()
        .select_only()
        .column(proposal::Column::TraineeId)
        .filter(proposal::Column::TraineeDecision.eq(Decision::Accepted.as_str()))
        .filter(proposal::Column::EmployerDecision.eq(Decision::Accepted.as_str()))
}

/// Whether a cause keeps people from leaving and nothing else: whoever means to stay is not struck by it.
fn bars_departure(code: &str) -> bool {
    matches!(code, "ORI.EXITBAN" | "ORI.CAP" | "ORI.AIRSPACE") || ["DST.", "VIS.", "EMP."].iter().any(|begins| code.starts_with(begins))
}
