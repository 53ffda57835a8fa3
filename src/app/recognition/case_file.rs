//! What lies in a case: its papers against the checklist, and the plan that makes good what a notice
//! has found missing.

use crate::error::{AppError, FieldError};
use chrono::NaiveDate;
use passerelle_domain::law::ProcedureEntry;
use passerelle_domain::machine::recognition::{Case, Event, Measure};
use passerelle_domain::people::Answer;
use passerelle_store::entity::{adaptation_step, case_document, cohort, credential, equivalence, recognition_case, trainee};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx, record};
use serde::Serialize;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Rows of one case that are read at once; more than any case has.
const MOST: u64 = 500;

/// How a paper of the checklist stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperStanding {
    Held,
    /// What was handed in is no longer valid.
    Lapsed,
    Missing,
}

impl PaperStanding {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Lapsed => "lapsed",
            Self::Missing => "missing",
        }
    }
}

/// A paper that a complete file has, and the best that lies there of it.
#[derive(Debug, Clone, Serialize)]
pub struct Paper {
    pub paper: String,
    pub standing: PaperStanding,
    /// Ways in which it lies there.
    pub forms: Vec<String>,
    /// Last day on which one of them is valid; nothing where one has no end, or there is none.
    pub valid_to: Option<NaiveDate>,
}

fn same(one: &str, other: &str) -> bool {
    crate::text::fold(one).trim() == crate::text::fold(other).trim()
}

/// Papers, such as those of the checklist, against what lies in the case on a day. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn checklist(conn: &impl ConnectionTrait, case: Uuid, papers: &[String], on: NaiveDate) -> Result<Vec<Paper>, AppError> {
    let find = case_document::Entity::find()
        .filter(case_document::Column::RecognitionCaseId.eq(case))
        .order_by_asc(case_document::Column::ReceivedOn)
        .limit(MOST);
    let rows = find.all(conn).await.map_err(StoreError::from)?;
    let paper = |name: &String| {
        let held: Vec<&case_document::Model> = rows.iter().filter(|row| same(&row.paper, name)).collect();
        let valid = |row: &&&case_document::Model| row.valid_to.is_none_or(|end| end >= on);
        let standing = match (held.is_empty(), held.iter().any(|row| valid(&row))) {
            (true, _) => PaperStanding::Missing,
            (false, true) => PaperStanding::Held,
            (false, false) => PaperStanding::Lapsed,
        };
        let endless = held.iter().any(|row| row.valid_to.is_none());
        Paper {
            paper: name.clone(),
            standing,
            forms: held.iter().map(|row| row.form.clone()).collect(),
            valid_to: if endless { None } else { held.iter().filter_map(|row| row.valid_to).max() },
        }
    };
    Ok(papers.iter().map(paper).collect())
}

/// What the service knows itself is not asked of anybody: identity, credential, authority, which papers
/// lack, which deficits have been made good.
///
/// # Errors
/// When papers lack, or the database refuses.
pub async fn with_facts(
    tx: &Tx,
    row: &recognition_case::Model,
    case: &Case,
    entry: &ProcedureEntry,
    event: &Event,
    on: NaiveDate,
) -> Result<Event, AppError> {
    if !case.takes(&entry.procedure).contains(&event.kind()) {
        return Ok(event.clone());
    }
    match event {
        Event::File { consent, .. } => {
            let find = trainee::Entity::find_by_id(row.trainee_id);
            let person = find.one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
            let papers = credential::Entity::find().filter(credential::Column::TraineeId.eq(row.trainee_id));
            Ok(Event::File {
                consent: *consent,
                identity: person.identity_confirmed == Answer::Yes.as_str(),
                credential: papers.count(tx.conn()).await.map_err(StoreError::from)? > 0,
                authority: !row.authority.trim().is_empty(),
            })
        }
        Event::AcknowledgeComplete { seen, .. } => {
            let papers = checklist(tx.conn(), row.id, &entry.papers, on).await?;
            let lacks = |paper: &&Paper| paper.standing != PaperStanding::Held && !seen.iter().any(|name| same(name, &paper.paper));
            let lacking: Vec<String> = papers.iter().filter(lacks).map(|paper| paper.paper.clone()).collect();
            if !lacking.is_empty() {
                let named = lacking.join(", ");
                let error = FieldError::new("seen", "checklist", format!("the file lacks: {named}")).with("papers", named);
                return Err(AppError::Invalid(vec![error]));
            }
            Ok(Event::AcknowledgeComplete { seen: seen.clone(), lacking })
        }
        Event::Supply { papers } => {
            // What is supplied has been entered: nobody completes a file by saying so.
            let held = checklist(tx.conn(), row.id, papers, on).await?;
            let lacking: Vec<String> =
                held.into_iter().filter(|paper| paper.standing != PaperStanding::Held).map(|paper| paper.paper).collect();
            if !lacking.is_empty() {
                let named = lacking.join(", ");
                let error = FieldError::new("papers", "not-in-file", format!("are not in the case: {named}")).with("papers", named);
                return Err(AppError::Invalid(vec![error]));
            }
            Ok(event.clone())
        }
        Event::Reapply { .. } => {
            // What was done before the notice, the notice knew.
            let since = |day: NaiveDate| day <= on && case.decided_on.is_none_or(|noticed| day >= noticed);
            let done = plan(tx.conn(), row.id).await?.into_iter().filter(|step| step.done_on.is_some_and(since));
            let done: Vec<String> = done.map(|step| step.subject).collect();
            let named = case.deficits.iter().map(|deficit| &deficit.subject);
            let mut covered: Vec<String> = named.filter(|subject| done.iter().any(|step| same(step, subject))).cloned().collect();
            // A refusal names no deficit: whatever was made good since counts.
            if case.deficits.is_empty() {
                covered = done;
            }
            Ok(Event::Reapply { covered })
        }
        other => Ok(other.clone()),
    }
}

async fn plan(conn: &impl ConnectionTrait, case: Uuid) -> Result<Vec<adaptation_step::Model>, AppError> {
    let find = adaptation_step::Entity::find().filter(adaptation_step::Column::RecognitionCaseId.eq(case)).limit(MOST);
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

/// Writes the plan that a notice calls for: a step for each deficit that no open step answers, with the
/// measure that the equivalence matrix of her programme names for it, else the first that is offered.
///
/// # Errors
/// When the database refuses.
pub async fn plan_for(tx: &mut Tx, row: &recognition_case::Model, case: &Case) -> Result<(), AppError> {
    let known = plan(tx.conn(), row.id).await?;
    let measures = measures(tx, row).await?;
    for deficit in &case.deficits {
        if known.iter().any(|step| step.done_on.is_none() && same(&step.subject, &deficit.subject)) {
            continue;
        }
        let named = measures.iter().find(|(requirement, _)| same(requirement, &deficit.subject)).map(|(_, measure)| measure.clone());
        let Some(measure) = named.or_else(|| case.measures.first().map(ToString::to_string)) else { continue };
        let step = adaptation_step::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: tx.now_ms(),
            updated_at_ms: tx.now_ms(),
            recognition_case_id: row.id,
            subject: deficit.subject.clone(),
            hours: deficit.hours.map(i64::from),
            measure,
            provider: None,
            payer: None,
            starts_on: None,
            ends_on: None,
            done_on: None,
        };
        record::insert::<adaptation_step::Entity>(tx, step).await?;
    }
    Ok(())
}

/// Measures by requirement, from the equivalence matrix of the programme that she attends.
async fn measures(tx: &Tx, row: &recognition_case::Model) -> Result<BTreeMap<String, String>, AppError> {
    let find = trainee::Entity::find_by_id(row.trainee_id);
    let Some(person) = find.one(tx.conn()).await.map_err(StoreError::from)? else { return Ok(BTreeMap::new()) };
    let Some(attends) = person.cohort_id else { return Ok(BTreeMap::new()) };
    let attended = cohort::Entity::find_by_id(attends).one(tx.conn()).await.map_err(StoreError::from)?;
    let Some(attended) = attended else { return Ok(BTreeMap::new()) };
    let find = equivalence::Entity::find()
        .filter(equivalence::Column::ProgrammeId.eq(attended.programme_id))
        .filter(equivalence::Column::Destination.eq(row.destination.as_str()))
        .limit(MOST);
    let rows = find.all(tx.conn()).await.map_err(StoreError::from)?;
    let known = |measure: &String| Measure::parse(measure).is_ok();
    Ok(rows.into_iter().filter_map(|row| Some((row.requirement, row.measure.filter(known)?))).collect())
}
