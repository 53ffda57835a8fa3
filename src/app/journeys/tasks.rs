//! Tasks: what a journey or a recognition case asks somebody to look at. They open when a clock says
//! so and close when it no longer does; whoever is concerned is told once.

use crate::app::work::notifications;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::corridor::Party;
use passerelle_domain::people::{Decision, TaskKind};
use passerelle_engine::pathway::JourneyStanding;
use passerelle_store::entity::{journey, organisation, proposal, recognition_case, task, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, Tx, record};
use uuid::Uuid;

/// What a task is about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    pub record_kind: &'a str,
    pub record: Uuid,
    pub person: Uuid,
    pub owner: Option<&'a str>,
}

/// Opens the task that the journey's clocks ask for and closes the others.
pub(super) async fn settle(tx: &mut Tx, row: &journey::Model, today: NaiveDate) -> Result<(), AppError> {
    let wanted = match JourneyStanding::parse(&row.standing) {
        Ok(JourneyStanding::DueSoon) => row.due_on.map(|due| (TaskKind::DeadlineNear, due)),
        Ok(JourneyStanding::Overdue) => row.due_on.map(|due| (TaskKind::Overdue, due)),
        Ok(JourneyStanding::PaperLapses) => Some((TaskKind::PaperLapses, row.horizon_on.unwrap_or(today))),
        Ok(JourneyStanding::OnHold) => Some((TaskKind::OnHold, today)),
        _ => None,
    };
    let about = About { record_kind: "journeys", record: row.id, person: row.trainee_id, owner: row.owner.as_deref() };
    ask(tx, about, wanted).await
}

/// Opens the task that a recognition case's clock asks for and closes the others.
pub(super) async fn settle_case(tx: &mut Tx, row: &recognition_case::Model, wanted: Option<(TaskKind, NaiveDate)>) -> Result<(), AppError> {
    let owner = Some(Party::RecognitionAuthority.as_str());
    let about = About { record_kind: "recognition-cases", record: row.id, person: row.trainee_id, owner };
    ask(tx, about, wanted).await
}

async fn ask(tx: &mut Tx, about: About<'_>, wanted: Option<(TaskKind, NaiveDate)>) -> Result<(), AppError> {
    let known = task::Entity::find().filter(task::Column::RecordId.eq(about.record)).all(tx.conn()).await.map_err(StoreError::from)?;
    let open = |row: &task::Model| row.status == "open";
    // A hold is one task however many nights it lasts.
    let fits = |row: &task::Model| {
        wanted.is_some_and(|(kind, due)| row.kind == kind.as_str() && (row.due_on == due || kind == TaskKind::OnHold && open(row)))
    };
    for row in known.iter().filter(|row| open(row) && !fits(row)) {
        let (version, closed) = (row.version, task::Model { status: "closed".into(), ..row.clone() });
        record::update::<task::Entity>(tx, closed, version, &["status"]).await?;
    }
    let Some((kind, due_on)) = wanted else { return Ok(()) };
    match known.iter().find(|row| fits(row)) {
        Some(row) if open(row) => return Ok(()),
        Some(row) => {
            let (version, again) = (row.version, task::Model { status: "open".into(), ..row.clone() });
            record::update::<task::Entity>(tx, again, version, &["status"]).await?;
        }
        None => {
            let row = task::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: tx.now_ms(),
                updated_at_ms: tx.now_ms(),
                kind: kind.to_string(),
                record_kind: about.record_kind.into(),
                record_id: about.record,
                trainee_id: about.person,
                owner: about.owner.map(str::to_owned),
                due_on,
                status: "open".into(),
            };
            record::insert::<task::Entity>(tx, row).await?;
        }
    }
    tell(tx, about, kind, due_on).await
}

/// Tells the person, and everybody of the organisation whose turn it is.
async fn tell(tx: &mut Tx, about: About<'_>, kind: TaskKind, due_on: NaiveDate) -> Result<(), AppError> {
    let href = format!("/ui/{}/{}", about.record_kind, about.record);
    let word = format!("task_{kind}");
    notifications::to_person(tx, about.person, &word, &href, &[("date", due_on.to_string())]).await?;
    for organisation in organisations(tx, about).await? {
        notifications::to_organisation(tx, organisation, &word, &href).await?;
    }
    Ok(())
}

/// The organisations that act as the owner for this person.
async fn organisations(tx: &Tx, about: About<'_>) -> Result<Vec<Uuid>, AppError> {
    let Some(owner) = about.owner.and_then(|owner| Party::parse(owner).ok()) else { return Ok(vec![]) };
    let person = trainee::Entity::find_by_id(about.person).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let authorities = async |kind: &str, country: String| {
        let find =
            organisation::Entity::find().filter(organisation::Column::Kind.eq(kind)).filter(organisation::Column::Country.eq(country));
        Ok::<_, AppError>(find.all(tx.conn()).await.map_err(StoreError::from)?.into_iter().map(|row| row.id).collect())
    };
    let destination = async || {
        let find = journey::Entity::find().filter(journey::Column::TraineeId.eq(about.person));
        Ok::<_, AppError>(find.one(tx.conn()).await.map_err(StoreError::from)?.and_then(|row| row.destination).unwrap_or_default())
    };
    match owner {
        Party::Institute | Party::Examiner => Ok(vec![person.institute_id]),
        Party::Employer => {
            let accepted = Decision::Accepted.as_str();
            let find = proposal::Entity::find()
                .filter(proposal::Column::TraineeId.eq(about.person))
                .filter(proposal::Column::TraineeDecision.eq(accepted))
                .filter(proposal::Column::EmployerDecision.eq(accepted));
            Ok(find.all(tx.conn()).await.map_err(StoreError::from)?.into_iter().map(|row| row.employer_id).collect())
        }
        Party::OriginAuthority => authorities("origin_authority", person.training_country).await,
        Party::DestinationAuthority | Party::Consulate => authorities("destination_authority", destination().await?).await,
        Party::RecognitionAuthority => authorities("recognition_authority", destination().await?).await,
        Party::Trainee | Party::WorkerOrganisation | Party::Funder => Ok(vec![]),
    }
}
