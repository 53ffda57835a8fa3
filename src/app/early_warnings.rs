//! Who may not reach the end of her course: signs from attendance, assessments, examinations and papers, for whoever can
//! help. A fixed number of statements, whatever the number of people.

use super::law::{self, Law};
use super::{Ctx, corridors};
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit_group};
use passerelle_domain::corridor::{LanguageRule, LanguageStage};
use passerelle_domain::language::{LanguageLevel, LanguageScale, LanguageTag};
use passerelle_domain::people::{JourneyState, Track};
use passerelle_domain::training::{AssessmentResult, CohortPaper, Course, ExamResult, Signs, Warning, warnings};
use passerelle_store::StoreError;
use passerelle_store::entity::{
    agreement, assessment, attendance, cohort, exam_result, language_certificate, paper_check, programme, trainee,
};
use passerelle_store::query::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, SelectStatement,
};
use passerelle_store::record::Record;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// People in training that are looked at at once.
pub const PEOPLE_MAX: u64 = 5_000;

/// Where no terms of a journey are written down for the day (illustrative).
const LEAST_ATTENDANCE_PERCENT: u32 = 75;

/// Somebody with her signs, the heaviest first.
#[derive(Debug, Clone, Serialize)]
pub struct Warned {
    pub person: Uuid,
    pub cohort: Option<Uuid>,
    pub warnings: Vec<Warning>,
}

/// The early-warning list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct List {
    /// People in training whom the actor sees.
    pub looked_at: usize,
    /// Whether there were more than are looked at at once.
    pub cut: bool,
    pub warned: Vec<Warned>,
}

/// People in training who give cause for concern, of one cohort or of all that the actor sees.
///
/// # Errors
/// When the actor sees no training records.
pub async fn list(ctx: &Ctx<'_>, cohort: Option<Uuid>) -> Result<List, AppError> {
    permit_group(ctx.actor, Action::List, Subject::TrainingRecord, FieldGroup::Training)?;
    let (conn, today) = (ctx.state.store.read(), ctx.now.date());
    // Her stage is what puts her here: whoever is not shown it is not shown the list.
    let scope = permit_group(ctx.actor, Action::List, Subject::Trainee, FieldGroup::Journey)?;
    let people = || {
        let states = [JourneyState::Enrolled, JourneyState::InTraining].map(JourneyState::as_str);
        let find = trainee::Entity::find()
            .filter(trainee::Entity::visible(&scope))
            .filter(trainee::Column::Journey.is_in(states))
            .order_by_asc(trainee::Column::Id)
            .limit(PEOPLE_MAX + 1);
        cohort.map_or_else(|| find.clone(), |cohort| find.clone().filter(trainee::Column::CohortId.eq(cohort)))
    };
    let mut rows = people().all(conn).await.map_err(StoreError::from)?;
    let cut = rows.len() as u64 > PEOPLE_MAX;
    rows.truncate(usize::try_from(PEOPLE_MAX).unwrap_or(usize::MAX));
    let ids = people().select_only().column(trainee::Column::Id).into_query();
    let mut courses = courses(ctx, conn, &rows, &ids).await?;
    let mut warned: Vec<Warned> = rows
        .iter()
        .filter_map(|row| {
            let (course, signs) = courses.remove(&row.id)?;
            let found = warnings(&course, &signs, today);
            (!found.is_empty()).then_some(Warned { person: row.id, cohort: row.cohort_id, warnings: found })
        })
        .collect();
    let weight = |one: &Warned| (one.warnings.first().map_or(0, Warning::weight), one.warnings.iter().map(Warning::weight).sum::<u32>());
    warned.sort_by_key(|one| (std::cmp::Reverse(weight(one)), one.person));
    Ok(List { looked_at: rows.len(), cut, warned })
}

/// What is written down about each of them, and from when it is a sign.
async fn courses(
    ctx: &Ctx<'_>,
    conn: &impl ConnectionTrait,
    rows: &[trainee::Model],
    ids: &SelectStatement,
) -> Result<BTreeMap<Uuid, (Course, Signs)>, AppError> {
    let today = ctx.now.date();
    let cohorts: BTreeMap<Uuid, cohort::Model> = cohort::Entity::find()
        .filter(cohort::Column::Id.is_in(rows.iter().filter_map(|row| row.cohort_id).collect::<BTreeSet<_>>()))
        .all(conn)
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let programmes: BTreeMap<Uuid, Option<i64>> = programme::Entity::find()
        .filter(programme::Column::Id.is_in(cohorts.values().map(|row| row.programme_id).collect::<BTreeSet<_>>()))
        .all(conn)
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|row| (row.id, row.attempts_max))
        .collect();
    let law = law::current(ctx.state, conn).await?;
    let bound = bound(ctx, conn, &law, &cohorts).await?;
    let unbound = signs(&law, None, today);
    let held = certificates(conn, ids).await?;
    let mut courses: BTreeMap<Uuid, (Course, Signs)> = rows
        .iter()
        .map(|row| {
            let cohort = row.cohort_id.and_then(|id| cohorts.get(&id));
            let most = cohort.and_then(|cohort| programmes.get(&cohort.programme_id).copied().flatten());
            let bound = cohort.and_then(|cohort| bound.get(&cohort.agreement_id?));
            let asked = bound.and_then(|bound| bound.asked.as_ref()).filter(|_| row.track != Track::Home.as_str());
            let has = |asked: &Asked| held.get(&row.id).is_some_and(|held| held.iter().any(|paper| paper.reaches(asked, today)));
            let course = Course {
                ends_on: cohort.map(|cohort| cohort.ends_on),
                attempts_max: most.and_then(|most| u32::try_from(most).ok()),
                language_missing: asked.is_some_and(|asked| !has(asked)),
                ..Course::default()
            };
            (row.id, (course, bound.map_or(unbound, |bound| bound.signs)))
        })
        .collect();
    let hours: Vec<(Uuid, i64, i64, i64, NaiveDate)> = attendance::Entity::find()
        .select_only()
        .columns([
            attendance::Column::TraineeId,
            attendance::Column::HoursPlanned,
            attendance::Column::HoursAttended,
            attendance::Column::HoursExcused,
        ])
        .column(attendance::Column::ToOn)
        .filter(attendance::Column::TraineeId.in_subquery(ids.clone()))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let whole = |hours: i64| u32::try_from(hours).unwrap_or(0);
    for (person, planned, attended, excused, to) in hours {
        let Some((course, _)) = courses.get_mut(&person) else { continue };
        course.hours_planned += whole(planned);
        course.hours_attended += whole(attended);
        course.hours_excused += whole(excused);
        course.attended_to = course.attended_to.max(Some(to));
    }
    let attempts: Vec<(Uuid, String, String)> = assessment::Entity::find()
        .select_only()
        .columns([assessment::Column::TraineeId, assessment::Column::Unit, assessment::Column::Result])
        .filter(assessment::Column::TraineeId.in_subquery(ids.clone()))
        .order_by_asc(assessment::Column::Attempt)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    for (person, unit, result) in attempts {
        if let (Some((course, _)), Ok(result)) = (courses.get_mut(&person), AssessmentResult::parse(&result)) {
            course.attempts.entry(unit).or_default().push(result);
        }
    }
    let exams: Vec<(Uuid, String)> = exam_result::Entity::find()
        .select_only()
        .columns([exam_result::Column::TraineeId, exam_result::Column::Overall])
        .filter(exam_result::Column::TraineeId.in_subquery(ids.clone()))
        .order_by_asc(exam_result::Column::CreatedAtMs)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    for (person, overall) in exams {
        if let (Some((course, _)), Ok(overall)) = (courses.get_mut(&person), ExamResult::parse(&overall)) {
            course.exams.push(overall);
        }
    }
    let papers: Vec<(Uuid, String)> = paper_check::Entity::find()
        .select_only()
        .columns([paper_check::Column::TraineeId, paper_check::Column::Paper])
        .filter(Condition::any().add(paper_check::Column::ValidTo.is_null()).add(paper_check::Column::ValidTo.gte(today)))
        .filter(paper_check::Column::TraineeId.in_subquery(ids.clone()))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    // Whoever is not shown papers is told nothing of those that are missing.
    let shown = permit_group(ctx.actor, Action::List, Subject::TrainingRecord, FieldGroup::Papers).is_ok();
    if !shown {
        courses.values_mut().for_each(|(course, _)| course.papers = CohortPaper::ALL.iter().copied().collect());
    }
    for (person, paper) in papers {
        if let (Some((course, _)), Ok(paper)) = (courses.get_mut(&person), CohortPaper::parse(&paper)) {
            course.papers.insert(paper);
        }
    }
    Ok(courses)
}

/// A level of a language that the pathway of an agreement asks for.
struct Asked {
    language: LanguageTag,
    /// Any one of these is enough.
    any_of: Vec<LanguageLevel>,
}

struct Paper {
    language: String,
    level: LanguageLevel,
    expires_on: Option<NaiveDate>,
}

impl Paper {
    fn reaches(&self, asked: &Asked, today: NaiveDate) -> bool {
        let enough = |level: &LanguageLevel| self.level.steps_above(level).is_some_and(|steps| steps >= 0);
        self.language.split('-').next() == Some(asked.language.primary())
            && asked.any_of.iter().any(enough)
            && self.expires_on.is_none_or(|end| today <= end)
    }
}

/// What an agreement's pathway and destination ask of those who are trained under it.
struct Bound {
    /// The first level of a language that is asked for before anybody leaves.
    asked: Option<Asked>,
    signs: Signs,
}

/// The least attendance is a term of the journey towards a destination.
fn signs(law: &Law, destination: Option<&str>, on: NaiveDate) -> Signs {
    let least = law.reference.journey_terms(destination, on).map(|terms| u32::from(terms.attendance_min_percent));
    Signs::new(least.unwrap_or(LEAST_ATTENDANCE_PERCENT))
}

async fn bound(
    ctx: &Ctx<'_>,
    conn: &impl ConnectionTrait,
    law: &Law,
    cohorts: &BTreeMap<Uuid, cohort::Model>,
) -> Result<BTreeMap<Uuid, Bound>, AppError> {
    let agreements = agreement::Entity::find()
        .filter(agreement::Column::Id.is_in(cohorts.values().filter_map(|row| row.agreement_id).collect::<BTreeSet<_>>()))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let packs = corridors::list(ctx).await?;
    let before_leaving = |rule: &&LanguageRule| matches!(rule.stage, LanguageStage::Entry | LanguageStage::Visa);
    let found = agreements.into_iter().map(|row| {
        let pack = packs.iter().find(|pack| pack.id.as_str() == row.pack);
        let rule = pack.and_then(|pack| pack.language.iter().map(|fact| &fact.value).find(before_leaving));
        let asked = rule.map(|rule| Asked { language: rule.language.clone(), any_of: rule.any_of.clone() });
        (row.id, Bound { asked, signs: signs(law, Some(&row.destination), ctx.now.date()) })
    });
    Ok(found.collect())
}

async fn certificates(conn: &impl ConnectionTrait, ids: &SelectStatement) -> Result<BTreeMap<Uuid, Vec<Paper>>, AppError> {
    let rows = language_certificate::Entity::find()
        .filter(language_certificate::Column::TraineeId.in_subquery(ids.clone()))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut held: BTreeMap<Uuid, Vec<Paper>> = BTreeMap::new();
    for row in rows {
        if let Ok(level) = LanguageScale::parse(&row.scale).and_then(|scale| LanguageLevel::on(scale, &row.level)) {
            held.entry(row.trainee_id).or_default().push(Paper { language: row.language, level, expires_on: row.expires_on });
        }
    }
    Ok(held)
}
