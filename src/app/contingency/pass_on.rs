//! A post that somebody gave up goes to the next who can take it, of the same corridor, in the order of the agreement's
//! waiting list: first turns, shares that are short, her institute, and then the line.

use super::open::Ground;
use super::options::alternatives_of;
use super::{posts, turns};
use crate::app::work::notifications;
use crate::app::{journeys, match_runs};
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::contingency::waiting_list::{Member, Waiting, WaitingList};
use passerelle_domain::country::SubdivisionCode;
use passerelle_domain::ids::{NeedId, TraineeId};
use passerelle_domain::people::{Decision, JourneyState, Sex, Track};
use passerelle_engine::matching::explain_pair;
use passerelle_store::entity::{cohort, journey, organisation, proposal, trainee};
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, Tx};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// People who are asked about for one post: first turns, then those who have waited longest.
const ASKED: u64 = 200;
/// People whose pair with the post is judged before nobody is found.
const TRIED: usize = 10;

/// Proposes a post that was given back to whoever is next. Both sides answer as after any match; nobody is placed.
///
/// # Errors
/// When the database refuses.
pub(super) async fn offer(
    state: &AppState,
    tx: &mut Tx,
    post: &proposal::Model,
    ground: &Ground,
    today: NaiveDate,
) -> Result<Option<Uuid>, AppError> {
    let seeking = [JourneyState::Enrolled, JourneyState::InTraining, JourneyState::Certified].map(JourneyState::as_str);
    let live = proposal::Entity::find()
        .select_only()
        .column(proposal::Column::TraineeId)
        .filter(proposal::Column::TraineeDecision.ne(Decision::Declined.as_str()))
        .filter(proposal::Column::EmployerDecision.ne(Decision::Declined.as_str()))
        .into_query();
    // Whoever was asked about this very post has answered; whoever gave up a place and came back is asked again.
    let asked = proposal::Entity::find()
        .select_only()
        .column(proposal::Column::TraineeId)
        .filter(proposal::Column::RunId.eq(post.run_id))
        .filter(proposal::Column::NeedId.eq(post.need_id))
        .into_query();
    // An employer who has said no to somebody is not asked about her again.
    let refused = proposal::Entity::find()
        .select_only()
        .column(proposal::Column::TraineeId)
        .filter(proposal::Column::NeedId.eq(post.need_id))
        .filter(proposal::Column::EmployerDecision.eq(Decision::Declined.as_str()))
        .into_query();
    let turns = turns::with_turn(today).into_query();
    let goes_first = trainee::Column::Id.in_subquery(turns.clone());
    // Whoever has been proposed something is asked about that first.
    let people = trainee::Entity::find()
        .filter(trainee::Column::TrainingCountry.eq(&post.origin))
        .filter(trainee::Column::Occupation.eq(&post.occupation))
        .filter(trainee::Column::Track.ne(Track::Home.as_str()))
        .filter(trainee::Column::Journey.is_in(seeking))
        .filter(trainee::Column::MergedInto.is_null())
        .filter(trainee::Column::ErasedAtMs.is_null())
        .filter(trainee::Column::Id.ne(post.trainee_id))
        .filter(trainee::Column::Id.not_in_subquery(live))
        .filter(Condition::any().add(trainee::Column::Id.not_in_subquery(asked)).add(trainee::Column::Id.in_subquery(turns)))
        .filter(trainee::Column::Id.not_in_subquery(refused))
        .order_by_desc(goes_first)
        .order_by_asc(trainee::Column::WaitingSince)
        .order_by_asc(trainee::Column::Id)
        .limit(ASKED)
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let ids: Vec<Uuid> = people.iter().map(|person| person.id).collect();
    let horizons: Vec<(Uuid, Option<NaiveDate>)> = journey::Entity::find()
        .select_only()
        .columns([journey::Column::TraineeId, journey::Column::HorizonOn])
        .filter(journey::Column::TraineeId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let horizons: BTreeMap<Uuid, Option<NaiveDate>> = horizons.into_iter().collect();
    let found = alternatives_of(state, tx.conn(), ids, &BTreeMap::new(), today).await?;
    let can = |person: &&trainee::Model| {
        let posts = found.get(&TraineeId(person.id)).map(|found| found.posts.as_slice()).unwrap_or_default();
        posts.iter().any(|one| one.need.0 == post.need_id && one.pathway.to_string() == post.pathway)
    };
    let able: Vec<&trainee::Model> = people.iter().filter(can).collect();
    let usual = WaitingList::default();
    let list = ground.plan.as_ref().map_or(&usual, |plan| &plan.waiting_list);
    let holders = holders(tx.conn(), post.trainee_id).await?;
    let turns = turns::standing(tx.conn(), today, None).await?;
    let regions = regions(tx.conn(), able.iter().map(|person| person.institute_id).chain(holders.iter().map(|(_, at)| *at))).await?;
    let waiting: Result<Vec<Waiting>, AppError> = able
        .iter()
        .map(|person| {
            Ok(Waiting {
                person: person.id,
                member: member(&person.sex, person.institute_id, &regions)?,
                first_turn: turns.contains(&person.id),
                same_institute: person.institute_id == post.institute_id,
                horizon: horizons.get(&person.id).copied().flatten(),
                since: person.waiting_since,
            })
        })
        .collect();
    let holders: Result<Vec<Member>, AppError> = holders.iter().map(|(sex, at)| member(sex, *at, &regions)).collect();
    // The post itself is the seed: whoever asks again draws the same.
    let (seed, _) = post.id.as_u64_pair();
    let mut judged = None;
    for (next, precedence) in list.line(&waiting?, &holders?, seed).into_iter().take(TRIED) {
        // Her own pair is judged: what the law said of somebody else is not said of her.
        let snapshot = match_runs::gather_pair(tx.conn(), state, today, next, post.need_id).await?;
        let report = explain_pair(&snapshot, &state.policy, TraineeId(next), NeedId(post.need_id));
        let fits = report.filter(|report| report.reasons.is_empty() && report.pathway.as_deref() == Some(post.pathway.as_str()));
        judged = fits.and_then(|mut report| report.score.take().map(|score| (next, precedence, report, score)));
        if judged.is_some() {
            break;
        }
    }
    // Whoever has a first turn and has not come back yet is told that a place was given up.
    for person in turns::away(tx.conn(), post, today).await? {
        notifications::to_person(tx, person, "first_turn", "/ui/journeys", &[]).await?;
    }
    let Some((next, precedence, report, score)) = judged else { return Ok(None) };
    let Some(person) = able.iter().find(|person| person.id == next) else { return Ok(None) };
    let made = proposal::Model {
        score: i64::from(score.weight()),
        score_parts: serde_json::to_string(&score)?,
        verdicts: serde_json::to_string(&report.verdicts)?,
        trainee_id: next,
        institute_id: person.institute_id,
        trainee_decision: Decision::Pending.to_string(),
        trainee_reason: None,
        employer_decision: Decision::Pending.to_string(),
        employer_reason: None,
        ..post.clone()
    };
    let id = posts::put(tx, made).await?;
    tx.note(
        "place_passed_on",
        "proposal",
        Some(id),
        json!({ "need": post.need_id, "asked": people.len(), "able": able.len(), "precedence": precedence }),
    );
    notifications::to_person(tx, next, "proposal", &format!("/ui/proposals/{id}"), &[]).await?;
    notifications::to_organisation(tx, post.employer_id, "proposal", "/ui/proposals").await?;
    Ok(Some(id))
}

/// Sex and institute of everybody else who holds a place under the agreement of somebody who gives hers up.
async fn holders(conn: &impl ConnectionTrait, giver: Uuid) -> Result<Vec<(String, Uuid)>, AppError> {
    use JourneyState as S;
    let row = trainee::Entity::find_by_id(giver).one(conn).await.map_err(StoreError::from)?;
    let Some(cohort_id) = row.and_then(|row| row.cohort_id) else { return Ok(vec![]) };
    let own = cohort::Entity::find_by_id(cohort_id).one(conn).await.map_err(StoreError::from)?;
    let Some(agreement) = own.and_then(|row| row.agreement_id) else { return Ok(vec![]) };
    let cohorts =
        cohort::Entity::find().select_only().column(cohort::Column::Id).filter(cohort::Column::AgreementId.eq(agreement)).into_query();
    let placed = [S::Matched, S::Offered, S::Recognition, S::Visa, S::PreDeparture, S::Departed, S::Arrived, S::Placed];
    let own = trainee::Entity::find()
        .filter(trainee::Column::CohortId.in_subquery(cohorts))
        .filter(trainee::Column::Id.ne(giver))
        .filter(trainee::Column::MergedInto.is_null());
    // Whoever stands still keeps her place: the gate that she has passed counts.
    let held = own.clone().select_only().column(trainee::Column::Id).filter(trainee::Column::Journey.eq(S::OnHold.as_str())).into_query();
    let held = journeys::held_from(conn, held).await?;
    let rows: Vec<(Uuid, String, Uuid, String)> = own
        .select_only()
        .columns([trainee::Column::Id, trainee::Column::Sex, trainee::Column::InstituteId, trainee::Column::Journey])
        .filter(trainee::Column::Journey.is_in(placed.iter().copied().chain([S::OnHold]).map(JourneyState::as_str)))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let holds = |id: &Uuid, state: &str| state != S::OnHold.as_str() || held.get(id).is_some_and(|gate| placed.contains(gate));
    Ok(rows.into_iter().filter(|(id, _, _, state)| holds(id, state)).map(|(_, sex, institute, _)| (sex, institute)).collect())
}

/// Where institutes are.
async fn regions(conn: &impl ConnectionTrait, institutes: impl Iterator<Item = Uuid>) -> Result<BTreeMap<Uuid, SubdivisionCode>, AppError> {
    let ids: std::collections::BTreeSet<Uuid> = institutes.collect();
    let find = organisation::Entity::find()
        .select_only()
        .columns([organisation::Column::Id, organisation::Column::Subdivision])
        .filter(organisation::Column::Id.is_in(ids))
        .filter(organisation::Column::Subdivision.is_not_null());
    let rows: Vec<(Uuid, String)> = find.into_tuple().all(conn).await.map_err(StoreError::from)?;
    let corrupt = |_| AppError::from(StoreError::Corrupt { table: "organisation", column: "subdivision" });
    rows.into_iter().map(|(id, code)| Ok((id, SubdivisionCode::parse(&code).map_err(corrupt)?))).collect()
}

fn member(sex: &str, institute: Uuid, regions: &BTreeMap<Uuid, SubdivisionCode>) -> Result<Member, AppError> {
    let sex = Sex::parse(sex).map_err(|_| StoreError::Corrupt { table: "trainee", column: "sex" })?;
    Ok(Member { sex, region: regions.get(&institute).cloned() })
}
