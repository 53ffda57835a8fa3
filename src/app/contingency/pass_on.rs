//! A post that somebody gave up goes to the next who can take it: of the same corridor, those of her institute before
//! others, and among them whose papers lapse first, who has waited longest, and a lottery that can be drawn again.

use super::options::alternatives_of;
use crate::app::match_runs;
use crate::app::work::notifications;
use crate::error::AppError;
use crate::state::AppState;
use chrono::NaiveDate;
use passerelle_domain::contingency::allotment::{Claim, allot};
use passerelle_domain::ids::{NeedId, TraineeId};
use passerelle_domain::people::{Decision, JourneyState, Track};
use passerelle_engine::matching::explain_pair;
use passerelle_store::entity::{journey, proposal, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, Tx, record};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// People who are asked about for one post, those who have waited longest first.
const ASKED: u64 = 200;
/// People whose pair with the post is judged before nobody is found.
const TRIED: usize = 10;

/// Proposes a post that was given back to whoever is next. Both sides answer as after any match; nobody is placed.
///
/// # Errors
/// When the database refuses.
pub(super) async fn offer(state: &AppState, tx: &mut Tx, post: &proposal::Model, today: NaiveDate) -> Result<Option<Uuid>, AppError> {
    let seeking = [JourneyState::Enrolled, JourneyState::InTraining, JourneyState::Certified].map(JourneyState::as_str);
    let live = proposal::Entity::find()
        .select_only()
        .column(proposal::Column::TraineeId)
        .filter(proposal::Column::TraineeDecision.ne(Decision::Declined.as_str()))
        .filter(proposal::Column::EmployerDecision.ne(Decision::Declined.as_str()))
        .into_query();
    // Whoever was asked about this very post has answered.
    let asked = proposal::Entity::find()
        .select_only()
        .column(proposal::Column::TraineeId)
        .filter(proposal::Column::RunId.eq(post.run_id))
        .filter(proposal::Column::NeedId.eq(post.need_id))
        .into_query();
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
        .filter(trainee::Column::Id.not_in_subquery(asked))
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
    let own: BTreeSet<Uuid> = able.iter().filter(|person| person.institute_id == post.institute_id).map(|person| person.id).collect();
    let mut claims: Vec<Claim> = able
        .iter()
        .filter(|person| own.is_empty() || own.contains(&person.id))
        .map(|person| Claim {
            person: person.id,
            horizon: horizons.get(&person.id).copied().flatten(),
            waiting_since: person.waiting_since,
            wants: vec![post.need_id],
        })
        .collect();
    // The post itself is the seed: whoever asks again draws the same.
    let (seed, _) = post.id.as_u64_pair();
    let places = BTreeMap::from([(post.need_id, 1)]);
    let mut judged = None;
    for _ in 0..TRIED {
        let Some((next, _)) = allot(&claims, &places, seed).pop_first() else { break };
        // Her own pair is judged: what the law said of somebody else is not said of her.
        let snapshot = match_runs::gather_pair(tx.conn(), state, today, next, post.need_id).await?;
        let report = explain_pair(&snapshot, &state.policy, TraineeId(next), NeedId(post.need_id));
        let fits = report.filter(|report| report.reasons.is_empty() && report.pathway.as_deref() == Some(post.pathway.as_str()));
        judged = fits.and_then(|mut report| report.score.take().map(|score| (next, report, score)));
        if judged.is_some() {
            break;
        }
        claims.retain(|claim| claim.person != next);
    }
    let Some((next, report, score)) = judged else { return Ok(None) };
    let Some(person) = able.iter().find(|person| person.id == next) else { return Ok(None) };
    let made = proposal::Model {
        score: i64::from(score.weight()),
        score_parts: serde_json::to_string(&score)?,
        verdicts: serde_json::to_string(&report.verdicts)?,
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: tx.now_ms(),
        updated_at_ms: tx.now_ms(),
        trainee_id: next,
        institute_id: person.institute_id,
        trainee_decision: Decision::Pending.to_string(),
        trainee_reason: None,
        employer_decision: Decision::Pending.to_string(),
        employer_reason: None,
        offered_at_ms: None,
        employer_rank: None,
        ..post.clone()
    };
    let id = made.id;
    record::insert::<proposal::Entity>(tx, made).await?;
    tx.note("place_passed_on", "proposal", Some(id), json!({ "need": post.need_id, "asked": people.len(), "able": able.len() }));
    notifications::to_person(tx, next, "proposal", &format!("/ui/proposals/{id}"), &[]).await?;
    notifications::to_organisation(tx, post.employer_id, "proposal", "/ui/proposals").await?;
    Ok(Some(id))
}
