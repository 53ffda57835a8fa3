//! How institutes fare: who finishes, is recognised, finds work and stays in it, by programme and year in which the course
//! ended, with what the institute says to it. Counted over everybody, told in numbers that name nobody.

use super::Ctx;
use crate::error::AppError;
use chrono::{Datelike, NaiveDate};
use passerelle_domain::access::{Action, Role, Subject, permit};
use passerelle_domain::ids::OrganisationId;
use passerelle_domain::people::{JourneyState, OrganisationKind, RecognitionState};
use passerelle_store::StoreError;
use passerelle_store::entity::{case_event, cohort, journey, organisation, programme, provider_statement, recognition_case, trainee};
use passerelle_store::query::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, SelectStatement,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Fewer people than this are not told to whoever does not see them anyway (indicators of the partnership).
pub const LEAST: u32 = 10;
/// Days at work after which somebody counts as having stayed.
pub const RETAINED_DAYS: i64 = 365;
/// Years of courses that are told.
const YEARS: i32 = 6;

/// So many of so many; the share is the reader's to reckon. Nothing where too few people stand behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Share {
    pub of: u32,
    pub reached: u32,
}

impl Share {
    /// In percent, rounded half up; nothing of nobody.
    pub fn percent(self) -> Option<u32> {
        (self.reached * 200 + self.of).checked_div(self.of * 2)
    }

    fn count(&mut self, reached: bool) {
        self.of += 1;
        self.reached += u32::from(reached);
    }

    /// What may be told: neither few people, nor few who did or did not reach it, nor that nobody did, which would be as
    /// good as naming them.
    fn told(self) -> Option<Self> {
        let rest = self.of - self.reached;
        (self.reached >= LEAST && (rest == 0 || rest >= LEAST)).then_some(self)
    }
}

/// How one programme fared in the courses that ended in a year.
#[derive(Debug, Clone, Serialize)]
pub struct Outcome {
    pub institute: Uuid,
    pub institute_name: String,
    pub programme: Uuid,
    pub programme_name: String,
    pub year: i32,
    /// Of those who were enrolled, those who were certified.
    pub completion: Option<Share>,
    /// Of those who filed for recognition and were answered, those who were recognised, in full or after a measure.
    pub recognition: Option<Share>,
    /// Of those who were certified, those who found work, abroad or at home.
    pub placement: Option<Share>,
    /// Of those who began work a year ago or longer, those who were in it for a year.
    pub retention: Option<Share>,
}

/// What an institute says to its figures.
#[derive(Debug, Clone, Serialize)]
pub struct Statement {
    pub institute: Uuid,
    pub institute_name: String,
    pub programme: Option<Uuid>,
    pub year: i64,
    pub language: String,
    pub text: String,
}

/// Outcomes with the replies to them.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Outcomes {
    pub outcomes: Vec<Outcome>,
    pub statements: Vec<Statement>,
}

#[derive(Default)]
struct Tally {
    completion: Share,
    recognition: Share,
    placement: Share,
    retention: Share,
}

/// The outcomes of all institutes, or of one.
///
/// # Errors
/// When the actor may not read them.
pub async fn of(ctx: &Ctx<'_>, institute: Option<Uuid>) -> Result<Outcomes, AppError> {
    permit(ctx.actor, Action::List, Subject::ProviderOutcome)?;
    let (conn, today) = (ctx.state.store.read(), ctx.now.date());
    let mut institutes = organisation::Entity::find().filter(organisation::Column::Kind.eq(OrganisationKind::Institute.as_str()));
    if let Some(id) = institute {
        institutes = institutes.filter(organisation::Column::Id.eq(id));
    }
    let institutes = institutes.all(conn).await.map_err(StoreError::from)?;
    if institute.is_some() && institutes.is_empty() {
        return Err(AppError::NotFound);
    }
    let names: BTreeMap<Uuid, (String, String)> = institutes.into_iter().map(|row| (row.id, (row.name, row.country))).collect();
    let mut tallies: BTreeMap<(Uuid, i32), Tally> = BTreeMap::new();
    for person in people(conn, &names, today).await? {
        let tally = tallies.entry((person.programme, person.year)).or_default();
        tally.completion.count(person.certified);
        if person.certified {
            tally.placement.count(person.placed_on.is_some());
        }
        if let Some(recognised) = person.recognised {
            tally.recognition.count(recognised);
        }
        if let Some(since) = person.placed_on.filter(|day| (today - *day).num_days() >= RETAINED_DAYS) {
            tally.retention.count(person.left_work_on.is_none_or(|day| (day - since).num_days() >= RETAINED_DAYS));
        }
    }
    let programmes =
        programme::Entity::find().filter(programme::Column::Id.is_in(tallies.keys().map(|(id, _)| *id).collect::<BTreeSet<_>>()));
    let programmes: BTreeMap<Uuid, programme::Model> =
        programmes.all(conn).await.map_err(StoreError::from)?.into_iter().map(|row| (row.id, row)).collect();
    let outcomes = tallies.into_iter().filter_map(|((id, year), tally)| {
        let row = programmes.get(&id)?;
        let (name, country) = names.get(&row.institute_id)?;
        let sees_people = sees(ctx, row.institute_id, country);
        let told = |share: Share| if sees_people { (share.of > 0).then_some(share) } else { share.told() };
        // Each is counted over those whom the one before reached: what is not told of one would follow from the next.
        let completion = told(tally.completion);
        let placement = completion.and_then(|_| told(tally.placement));
        let retention = placement.and_then(|_| told(tally.retention));
        Some(Outcome {
            institute: row.institute_id,
            institute_name: name.clone(),
            programme: id,
            programme_name: row.name.clone(),
            year,
            completion,
            recognition: told(tally.recognition),
            placement,
            retention,
        })
    });
    let mut outcomes: Vec<Outcome> = outcomes.collect();
    outcomes.sort_by(|a, b| (&a.institute_name, &a.programme_name, b.year).cmp(&(&b.institute_name, &b.programme_name, a.year)));
    Ok(Outcomes { outcomes, statements: statements(conn, &names).await? })
}

/// Whether the actor sees the people behind the figures: the institute's own and the authority of its country.
fn sees(ctx: &Ctx<'_>, institute: Uuid, country: &str) -> bool {
    let authority = |role| matches!(role, Role::OriginOfficer | Role::OriginApprover | Role::OriginAuditor);
    ctx.actor.works_for(OrganisationId(institute))
        || ctx
            .actor
            .grants
            .iter()
            .any(|grant| authority(grant.role) && grant.territory.countries.iter().any(|code| code.as_str() == country))
}

async fn statements(conn: &impl ConnectionTrait, names: &BTreeMap<Uuid, (String, String)>) -> Result<Vec<Statement>, AppError> {
    let rows = provider_statement::Entity::find()
        .filter(provider_statement::Column::InstituteId.is_in(names.keys().copied()))
        .order_by_desc(provider_statement::Column::Year)
        .limit(200)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let told = rows.into_iter().map(|row| Statement {
        institute: row.institute_id,
        institute_name: names.get(&row.institute_id).map(|(name, _)| name.clone()).unwrap_or_default(),
        programme: row.programme_id,
        year: row.year,
        language: row.text_language,
        text: row.statement,
    });
    Ok(told.collect())
}

/// One person, as far as outcomes are counted.
struct Person {
    programme: Uuid,
    year: i32,
    certified: bool,
    /// Answered cases only.
    recognised: Option<bool>,
    placed_on: Option<NaiveDate>,
    left_work_on: Option<NaiveDate>,
}

const NOT_ENROLLED: [JourneyState; 2] = [JourneyState::Applied, JourneyState::Rejected];
const CERTIFIED: [JourneyState; 10] = [
    JourneyState::Certified,
    JourneyState::Matched,
    JourneyState::Offered,
    JourneyState::Recognition,
    JourneyState::Visa,
    JourneyState::PreDeparture,
    JourneyState::Departed,
    JourneyState::Arrived,
    JourneyState::Placed,
    JourneyState::HomePlaced,
];
const AFTER_WORK: [JourneyState; 3] = [JourneyState::Returned, JourneyState::Reintegrated, JourneyState::Settled];

/// Everybody whose course has ended, in the years that are told.
async fn people(conn: &impl ConnectionTrait, names: &BTreeMap<Uuid, (String, String)>, today: NaiveDate) -> Result<Vec<Person>, AppError> {
    let ended = cohort::Entity::find()
        .filter(cohort::Column::InstituteId.is_in(names.keys().copied()))
        .filter(cohort::Column::EndsOn.lt(today))
        .filter(cohort::Column::EndsOn.gte(NaiveDate::from_ymd_opt(today.year() - YEARS + 1, 1, 1).unwrap_or(today)));
    let cohorts: BTreeMap<Uuid, (Uuid, i32)> =
        ended.all(conn).await.map_err(StoreError::from)?.into_iter().map(|row| (row.id, (row.programme_id, row.ends_on.year()))).collect();
    let of_cohorts = || {
        trainee::Entity::find()
            .select_only()
            .filter(trainee::Column::CohortId.is_in(cohorts.keys().copied()))
            .filter(trainee::Column::MergedInto.is_null())
            .filter(trainee::Column::Journey.is_not_in(NOT_ENROLLED.map(JourneyState::as_str)))
    };
    let rows: Vec<(Uuid, Option<Uuid>, String)> = of_cohorts()
        .columns([trainee::Column::Id, trainee::Column::CohortId])
        .column(trainee::Column::Journey)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let ids = of_cohorts().column(trainee::Column::Id).into_query();
    let journeys: BTreeMap<Uuid, (Uuid, NaiveDate)> = journey::Entity::find()
        .select_only()
        .columns([journey::Column::TraineeId, journey::Column::Id])
        .column(journey::Column::BegunOn)
        .filter(journey::Column::TraineeId.in_subquery(ids.clone()))
        .into_tuple::<(Uuid, Uuid, NaiveDate)>()
        .all(conn)
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|(person, journey, begun_on)| (person, (journey, begun_on)))
        .collect();
    let courses =
        journey::Entity::find().select_only().column(journey::Column::Id).filter(journey::Column::TraineeId.in_subquery(ids.clone()));
    let reached = first_days(conn, courses.into_query()).await?;
    let recognised = recognised(conn, ids).await?;
    let known = rows.into_iter().filter_map(|(person, cohort, state)| {
        let (programme, year) = *cohorts.get(&cohort?)?;
        let state = JourneyState::parse(&state).ok()?;
        let course = journeys.get(&person).copied();
        let day = |state: JourneyState| course.and_then(|(course, _)| reached.get(&(course, state.to_string())).copied());
        // Who was here before the service was has no events: her state says what she has reached.
        let begun_on = course.map(|(_, begun_on)| begun_on);
        let works = [JourneyState::Placed, JourneyState::HomePlaced];
        let placed_on = works
            .into_iter()
            .filter_map(day)
            .min()
            .or_else(|| (works.contains(&state) || AFTER_WORK.contains(&state)).then_some(begun_on).flatten());
        let left_work_on = day(JourneyState::Returned).or_else(|| (state == JourneyState::Returned).then_some(begun_on).flatten());
        let certified = CERTIFIED.contains(&state) || AFTER_WORK.contains(&state) || day(JourneyState::Certified).is_some();
        Some(Person { programme, year, certified, recognised: recognised.get(&person).copied(), placed_on, left_work_on })
    });
    Ok(known.collect())
}

/// The first day on which each journey reached the states that outcomes are counted by.
async fn first_days(conn: &impl ConnectionTrait, journeys: SelectStatement) -> Result<BTreeMap<(Uuid, String), NaiveDate>, AppError> {
    let states =
        [JourneyState::Certified, JourneyState::Placed, JourneyState::HomePlaced, JourneyState::Returned].map(JourneyState::as_str);
    let rows: Vec<(Uuid, String, NaiveDate)> = case_event::Entity::find()
        .select_only()
        .columns([case_event::Column::CaseId, case_event::Column::ToState])
        .column(case_event::Column::OnDate)
        .filter(case_event::Column::CaseId.in_subquery(journeys))
        .filter(case_event::Column::ToState.is_in(states))
        .order_by_desc(case_event::Column::Seq)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    Ok(rows.into_iter().map(|(case, state, on)| ((case, state), on)).collect())
}

/// Whether each person who filed and was answered has been recognised.
async fn recognised(conn: &impl ConnectionTrait, people: SelectStatement) -> Result<BTreeMap<Uuid, bool>, AppError> {
    use RecognitionState as S;
    let rows: Vec<(Uuid, String)> = recognition_case::Entity::find()
        .select_only()
        .columns([recognition_case::Column::TraineeId, recognition_case::Column::State])
        .filter(recognition_case::Column::TraineeId.in_subquery(people))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut found: BTreeMap<Uuid, bool> = BTreeMap::new();
    for (person, state) in rows {
        let answered = match RecognitionState::parse(&state) {
            Ok(S::DecidedFull | S::CmPassed | S::Licensed) => true,
            Ok(S::DecidedPartial | S::CmRunning | S::DecidedRefused | S::CmFailed | S::Lapsed) => false,
            _ => continue,
        };
        *found.entry(person).or_default() |= answered;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::Share;

    #[test]
    fn small_numbers_are_not_told_on_either_side() {
        let told = |of, reached| Share { of, reached }.told().is_some();
        assert!(told(40, 20) && told(10, 10));
        assert!(!told(9, 9), "too few people");
        assert!(!told(10, 0), "that nobody did names them all");
        assert!(!told(40, 3), "too few who reached it");
        assert!(!told(40, 38), "too few who did not");
        assert_eq!(Share { of: 3, reached: 2 }.percent(), Some(67));
        assert_eq!(Share::default().percent(), None);
    }
}
