//! Papers of a cohort, person by paper: missing, at hand, certified, translated.

use super::Ctx;
use crate::error::{AppError, FieldError};
use chrono::NaiveDate;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit, permit_group};
use passerelle_domain::people::JourneyState;
use passerelle_domain::training::{CohortPaper, PaperStanding};
use passerelle_store::entity::{cohort, paper_check, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::record::{self, Record};
use passerelle_store::{StoreError, Tx};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// People of one cohort that the matrix shows.
pub const PEOPLE_MAX: u64 = 500;

/// How far one paper of somebody has come, and until when it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Held {
    pub standing: PaperStanding,
    pub valid_to: Option<NaiveDate>,
    pub lapsed: bool,
}

/// People of a cohort with their papers; what is not there is missing.
#[derive(Debug, Clone, Serialize)]
pub struct Matrix {
    pub cohort: Uuid,
    pub people: Vec<Uuid>,
    pub cut: bool,
    pub papers: BTreeMap<Uuid, BTreeMap<CohortPaper, Held>>,
    /// People who lack each paper, or whose paper has lapsed.
    pub missing: BTreeMap<CohortPaper, usize>,
}

/// One paper of several people, entered at once.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enter {
    pub people: Vec<Uuid>,
    pub paper: CohortPaper,
    pub standing: PaperStanding,
    #[serde(default)]
    pub checked_on: Option<NaiveDate>,
    #[serde(default)]
    pub valid_to: Option<NaiveDate>,
}

/// The papers of a cohort.
///
/// # Errors
/// When the cohort is not the actor's to read.
pub async fn of(ctx: &Ctx<'_>, id: Uuid) -> Result<Matrix, AppError> {
    permit(ctx.actor, Action::Read, Subject::TrainingRecord)?;
    let Ok(cohorts) = permit(ctx.actor, Action::Read, Subject::Cohort) else { return Err(AppError::NotFound) };
    let checks = permit_group(ctx.actor, Action::List, Subject::TrainingRecord, FieldGroup::Papers)?;
    let conn = ctx.state.store.read();
    record::find::<cohort::Entity>(conn, &cohorts, id).await?.ok_or(AppError::NotFound)?;
    let mut people = people_of(ctx, conn, id, None).await?;
    let cut = people.len() as u64 > PEOPLE_MAX;
    people.truncate(usize::try_from(PEOPLE_MAX).unwrap_or(usize::MAX));
    let rows = paper_check::Entity::find()
        .filter(paper_check::Entity::visible(&checks))
        .filter(paper_check::Column::TraineeId.is_in(people.iter().copied()))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let today = ctx.now.date();
    let mut papers: BTreeMap<Uuid, BTreeMap<CohortPaper, Held>> = BTreeMap::new();
    for row in rows {
        let corrupt = |column| StoreError::Corrupt { table: "paper_check", column };
        let paper = CohortPaper::parse(&row.paper).map_err(|_| corrupt("paper"))?;
        let standing = PaperStanding::parse(&row.standing).map_err(|_| corrupt("standing"))?;
        let held = Held { standing, valid_to: row.valid_to, lapsed: row.valid_to.is_some_and(|end| end < today) };
        papers.entry(row.trainee_id).or_default().insert(paper, held);
    }
    let lacks = |person: &Uuid, paper| papers.get(person).and_then(|held| held.get(paper)).is_none_or(|held| held.lapsed);
    let missing = CohortPaper::ALL.iter().map(|paper| (*paper, people.iter().filter(|person| lacks(person, paper)).count())).collect();
    Ok(Matrix { cohort: id, people, cut, papers, missing })
}

/// People of a cohort who are on their way, in the order of their entry.
async fn people_of(ctx: &Ctx<'_>, conn: &impl ConnectionTrait, id: Uuid, only: Option<&[Uuid]>) -> Result<Vec<Uuid>, AppError> {
    let scope = permit_group(ctx.actor, Action::List, Subject::Trainee, FieldGroup::Training)?;
    let over = [JourneyState::Rejected, JourneyState::Dropped, JourneyState::Transferred].map(JourneyState::as_str);
    let mut find = trainee::Entity::find().filter(trainee::Entity::visible(&scope));
    if let Some(only) = only {
        find = find.filter(trainee::Column::Id.is_in(only.iter().copied()));
    }
    let find = find
        .select_only()
        .column(trainee::Column::Id)
        .filter(trainee::Column::CohortId.eq(id))
        .filter(trainee::Column::Journey.is_not_in(over))
        .order_by_asc(trainee::Column::Id)
        .limit(PEOPLE_MAX + 1);
    Ok(find.into_tuple().all(conn).await.map_err(StoreError::from)?)
}

/// Enters one paper of several people: how far it has come, seen on a day.
///
/// # Errors
/// When the cohort is not the actor's, somebody named is not in it, or a day cannot be.
pub async fn enter(ctx: &Ctx<'_>, id: Uuid, enter: &Enter) -> Result<usize, AppError> {
    permit(ctx.actor, Action::Update, Subject::TrainingRecord)?;
    ctx.ensure_writes()?;
    let (today, seen_on) = (ctx.now.date(), enter.checked_on.unwrap_or_else(|| ctx.now.date()));
    if seen_on > today {
        return Err(AppError::invalid("checked_on", "future", "lies ahead: a paper is entered when somebody has seen it"));
    }
    if enter.valid_to.is_some_and(|end| end < seen_on) {
        return Err(AppError::invalid("valid_to", "window-reversed", "lies before the day on which it was seen"));
    }
    if enter.people.len() as u64 > PEOPLE_MAX {
        return Err(AppError::Invalid(vec![FieldError::new("people", "too-many", "are too many at once").with("max", PEOPLE_MAX)]));
    }
    if enter.people.is_empty() {
        return Err(AppError::invalid("people", "required", "is needed: choose at least one person"));
    }
    let mut tx = ctx.begin().await?;
    let scope = permit(ctx.actor, Action::Update, Subject::Cohort)?;
    record::find::<cohort::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    // Held: two who enter the same paper at once wait for each other.
    record::hold::<cohort::Entity>(&tx, id).await?;
    let here = people_of(ctx, tx.conn(), id, Some(&enter.people)).await?;
    if enter.people.iter().any(|person| !here.contains(person)) {
        return Err(AppError::invalid("people", "not-in-cohort", "names somebody who is not in this cohort"));
    }
    let changed = write(&mut tx, enter, seen_on).await?;
    tx.commit().await?;
    Ok(changed)
}

async fn write(tx: &mut Tx, enter: &Enter, seen_on: NaiveDate) -> Result<usize, AppError> {
    let known: BTreeMap<Uuid, paper_check::Model> = paper_check::Entity::find()
        .filter(paper_check::Column::TraineeId.is_in(enter.people.iter().copied()))
        .filter(paper_check::Column::Paper.eq(enter.paper.as_str()))
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|row| (row.trainee_id, row))
        .collect();
    let people: std::collections::BTreeSet<Uuid> = enter.people.iter().copied().collect();
    let now = tx.now_ms();
    for person in &people {
        let standing = enter.standing.to_string();
        match known.get(person) {
            Some(row) => {
                let next = paper_check::Model { standing, checked_on: seen_on, valid_to: enter.valid_to, ..row.clone() };
                record::update::<paper_check::Entity>(tx, next, row.version, &["standing", "checked_on", "valid_to"]).await?;
            }
            None => {
                let row = paper_check::Model {
                    id: Uuid::now_v7(),
                    version: 1,
                    created_at_ms: now,
                    updated_at_ms: now,
                    trainee_id: *person,
                    paper: enter.paper.to_string(),
                    standing,
                    checked_on: seen_on,
                    valid_to: enter.valid_to,
                };
                record::insert::<paper_check::Entity>(tx, row).await?;
            }
        }
    }
    Ok(people.len())
}
