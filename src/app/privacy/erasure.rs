//! Erasure: a record becomes nobody's. What says who she was goes; what others are owed stays:
//! certificates that were awarded, the audit chain, and the numbers.

use crate::app::{contingency, journeys};
use crate::error::AppError;
use crate::state::AppState;
use passerelle_domain::people::{Decision, JourneyState, TransferStatus};
use passerelle_domain::privacy::{DuplicateStatus, RequestKind, RequestStatus};
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, Expr, QueryFilter, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, Tx, record};
use uuid::Uuid;

/// Journeys during which others rely on the record: a visa may be waiting for it.
fn is_relied_on(journey: &str) -> bool {
    use JourneyState::{Arrived, Departed, Matched, Offered, PreDeparture, Recognition, Visa};
    JourneyState::parse(journey)
        .is_ok_and(|state| matches!(state, Matched | Offered | Recognition | Visa | PreDeparture | Departed | Arrived))
}

/// Journeys on which nobody counts any more.
fn is_over(journey: &str) -> bool {
    JourneyState::parse(journey).is_ok_and(passerelle_domain::machine::journey::is_final)
        || [JourneyState::Placed, JourneyState::Returned].iter().any(|state| state.as_str() == journey)
}

/// Takes the person out of her record.
///
/// # Errors
/// When she is on her way: that ends first. Or when the database refuses.
pub async fn anonymise(state: &AppState, tx: &mut Tx, person: Uuid) -> Result<(), AppError> {
    let merged = trainee::Entity::find()
        .filter(trainee::Column::MergedInto.eq(person))
        .filter(trainee::Column::ErasedAtMs.is_null())
        .all(tx.conn())
        .await
        .map_err(StoreError::from)?;
    one(state, tx, person).await?;
    // Records that were found to be hers are hers.
    for row in merged {
        one(state, tx, row.id).await?;
    }
    Ok(())
}

async fn one(state: &AppState, tx: &mut Tx, person: Uuid) -> Result<(), AppError> {
    let row = record::hold::<trainee::Entity>(tx, person).await?.ok_or(AppError::NotFound)?;
    if row.erased_at_ms.is_some() {
        return Err(AppError::TransitionRefused { state: "erased".into(), allowed: vec![] });
    }
    if is_relied_on(&row.journey) || journeys::agreed(tx, person).await?.is_some_and(|_| !is_over(&row.journey)) {
        return Err(AppError::Conflict("the person is on her way with a match: end the journey first, then erase".into()));
    }
    let now = tx.now_ms();
    let today = crate::clock::Moment::from_ms(now).date();
    contingency::ended(state, tx, person, today, today).await?;
    let conn = tx.conn();
    macro_rules! gone {
        ($($entity:ident),+ $(,)?) => {
            $($entity::Entity::delete_many().filter($entity::Column::TraineeId.eq(person)).exec(conn).await.map_err(StoreError::from)?;)+
        };
    }
    gone!(skill_claim, sealed_record, identity_document);
    // What became a certificate stays one; how she fared on the way is nobody's any more.
    gone!(selection_score, waiting_place, attendance, assessment, exam_result, paper_check, refresher_place, training_loan);
    // Her place in the institute's list stays taken, so that nobody else's revocation is ever read as hers.
    certificate::Entity::update_many()
        .col_expr(certificate::Column::HolderName, Expr::value("—"))
        .col_expr(certificate::Column::Document, Expr::value(""))
        .col_expr(certificate::Column::Search, Expr::value(""))
        .filter(certificate::Column::TraineeId.eq(person))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    // What jobs cost workers stays a figure; to whom it went, and for what, is nobody's any more.
    worker_payment::Entity::update_many()
        .col_expr(worker_payment::Column::Item, Expr::value("—"))
        .col_expr(worker_payment::Column::PaidTo, Expr::value("—"))
        .col_expr(worker_payment::Column::Receipt, Expr::value(Option::<String>::None))
        .filter(worker_payment::Column::TraineeId.eq(person))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    first_pay::Entity::update_many()
        .col_expr(first_pay::Column::Evidence, Expr::value(Option::<String>::None))
        .filter(first_pay::Column::TraineeId.eq(person))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    let pending = Decision::Pending.as_str();
    proposal::Entity::update_many()
        .col_expr(proposal::Column::TraineeDecision, Expr::value(Decision::Declined.as_str()))
        .col_expr(proposal::Column::TraineeReason, Expr::value("other"))
        .filter(proposal::Column::TraineeId.eq(person))
        .filter(proposal::Column::TraineeDecision.eq(pending))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    consent::Entity::update_many()
        .col_expr(consent::Column::WithdrawnAtMs, Expr::value(now))
        .filter(consent::Column::TraineeId.eq(person))
        .filter(consent::Column::WithdrawnAtMs.is_null())
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    person_request::Entity::update_many()
        .col_expr(person_request::Column::Value, Expr::value(Option::<String>::None))
        .col_expr(person_request::Column::Reason, Expr::value("—"))
        .col_expr(person_request::Column::Answer, Expr::value(Option::<String>::None))
        .filter(person_request::Column::TraineeId.eq(person))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    // What she asked for besides is answered by the erasure.
    person_request::Entity::update_many()
        .col_expr(person_request::Column::Status, Expr::value(RequestStatus::Withdrawn.as_str()))
        .filter(person_request::Column::TraineeId.eq(person))
        .filter(person_request::Column::Status.eq(RequestStatus::Open.as_str()))
        .filter(person_request::Column::Kind.ne(RequestKind::Erasure.as_str()))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    case_transfer::Entity::update_many()
        .col_expr(case_transfer::Column::Reason, Expr::value("—"))
        .col_expr(case_transfer::Column::Note, Expr::value(Option::<String>::None))
        .filter(case_transfer::Column::TraineeId.eq(person))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    case_transfer::Entity::update_many()
        .col_expr(case_transfer::Column::Status, Expr::value(TransferStatus::Withdrawn.as_str()))
        .filter(case_transfer::Column::TraineeId.eq(person))
        .filter(case_transfer::Column::Status.eq(TransferStatus::Open.as_str()))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    duplicate::Entity::update_many()
        .col_expr(duplicate::Column::Status, Expr::value(DuplicateStatus::Different.as_str()))
        .filter(Condition::any().add(duplicate::Column::FirstId.eq(person)).add(duplicate::Column::SecondId.eq(person)))
        .filter(duplicate::Column::Status.eq(DuplicateStatus::Open.as_str()))
        .exec(conn)
        .await
        .map_err(StoreError::from)?;
    let mut told: Vec<Uuid> = vec![];
    for row in journey::Entity::find().filter(journey::Column::TraineeId.eq(person)).all(conn).await.map_err(StoreError::from)? {
        told.push(row.id);
    }
    let cases = recognition_case::Entity::find().filter(recognition_case::Column::TraineeId.eq(person));
    told.extend(cases.all(conn).await.map_err(StoreError::from)?.into_iter().map(|row| row.id));
    journeys::anonymise(tx, told).await?;
    crate::app::tracks::anonymise(tx, person).await?;
    journeys::erase(tx, person).await?;
    contingency::erase(tx, person).await?;
    let lies_in = recognition_case::Entity::find()
        .select_only()
        .column(recognition_case::Column::Id)
        .filter(recognition_case::Column::TraineeId.eq(person))
        .into_query();
    let papers = case_document::Entity::delete_many().filter(case_document::Column::RecognitionCaseId.in_subquery(lies_in.clone()));
    papers.exec(tx.conn()).await.map_err(StoreError::from)?;
    let plan = adaptation_step::Entity::delete_many().filter(adaptation_step::Column::RecognitionCaseId.in_subquery(lies_in));
    plan.exec(tx.conn()).await.map_err(StoreError::from)?;
    task::Entity::update_many()
        .col_expr(task::Column::Status, Expr::value("closed"))
        .filter(task::Column::TraineeId.eq(person))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    let conn = tx.conn();
    for (kind, records) in cases_of(conn, person).await? {
        comment::Entity::delete_many()
            .filter(comment::Column::Kind.eq(kind))
            .filter(comment::Column::RecordId.is_in(records.iter().copied()))
            .exec(conn)
            .await
            .map_err(StoreError::from)?;
        for record in records {
            crate::app::work::attachments::remove_all(state, conn, kind, record).await?;
        }
    }
    close_account(tx, person).await?;
    let version = row.version;
    let reference = crate::app::resource::short_reference(person);
    let erased = trainee::Model {
        given_name: "—".into(),
        search: String::new(),
        name_key: String::new(),
        family_name: reference,
        birth_date: None,
        sex: "undisclosed".into(),
        nationalities: String::new(),
        passport_valid_to: None,
        preferred_destinations: String::new(),
        email: None,
        phone: None,
        possible_duplicate: false,
        erased_at_ms: Some(now),
        ..row
    };
    record::update::<trainee::Entity>(tx, erased, version, &["erased"]).await?;
    tx.note("erased", "trainee", Some(person), serde_json::json!({}));
    Ok(())
}

/// Every case about her, by kind: remarks and files hang on them.
async fn cases_of(conn: &impl ConnectionTrait, person: Uuid) -> Result<Vec<(&'static str, Vec<Uuid>)>, AppError> {
    let mut found = vec![("trainees", vec![person])];
    macro_rules! of {
        ($kind:literal, $entity:ident) => {
            let ids = $entity::Entity::find()
                .select_only()
                .column($entity::Column::Id)
                .filter($entity::Column::TraineeId.eq(person))
                .into_tuple()
                .all(conn)
                .await
                .map_err(StoreError::from)?;
            found.push(($kind, ids));
        };
    }
    of!("recognition-cases", recognition_case);
    of!("proposals", proposal);
    of!("case-transfers", case_transfer);
    of!("person-requests", person_request);
    Ok(found)
}

/// Her account ends, and nothing of it names her.
async fn close_account(tx: &Tx, person: Uuid) -> Result<(), AppError> {
    let found = account::Entity::find().filter(account::Column::TraineeId.eq(person)).all(tx.conn()).await.map_err(StoreError::from)?;
    for row in found {
        account::Entity::update_many()
            .col_expr(account::Column::Email, Expr::value(format!("{}@erased.invalid", row.id)))
            .col_expr(account::Column::Name, Expr::value("—"))
            .col_expr(account::Column::PasswordHash, Expr::value(Option::<String>::None))
            .col_expr(account::Column::Totp, Expr::value(Option::<String>::None))
            .col_expr(account::Column::Status, Expr::value("closed"))
            .filter(account::Column::Id.eq(row.id))
            .exec(tx.conn())
            .await
            .map_err(StoreError::from)?;
        crate::app::sessions::end_all(tx, row.id, None).await?;
        notification::Entity::delete_many()
            .filter(notification::Column::AccountId.eq(row.id))
            .exec(tx.conn())
            .await
            .map_err(StoreError::from)?;
        mail::Entity::delete_many()
            .filter(mail::Column::Recipient.eq(row.email.as_str()))
            .exec(tx.conn())
            .await
            .map_err(StoreError::from)?;
        macro_rules! forget {
            ($($table:ident),+) => {$(
                $table::Entity::delete_many().filter($table::Column::AccountId.eq(row.id)).exec(tx.conn()).await.map_err(StoreError::from)?;
            )+};
        }
        forget!(api_token, passkey, external_identity, recovery_code, saved_view, draft, notification_choice);
    }
    Ok(())
}
