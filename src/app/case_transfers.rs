//! Passing a case on: handing it to another institute, or referring it for counsel or a second look.
//! The other side accepts or declines; nothing moves before.

use super::Ctx;
use super::work::notifications;
use crate::error::AppError;
use passerelle_domain::access::{Action, Reach, Scope, Subject, permit};
use passerelle_domain::people::{OrganisationKind, OrganisationStatus, TransferKind, TransferStatus};
use passerelle_store::entity::{case_transfer, consent, disclosure, duplicate, organisation, person_request, proposal, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, Expr, ExprTrait, QueryFilter};
use passerelle_store::{StoreError, record};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    pub trainee: Uuid,
    pub kind: TransferKind,
    pub to: Uuid,
    pub reason: String,
}

fn is_own(scope: &Scope, organisation: Uuid) -> bool {
    scope.reaches().any(|reach| matches!(reach, Reach::Organisations(own) if own.iter().any(|id| id.0 == organisation)))
}

/// Offers a case to another organisation.
///
/// # Errors
/// When the case is not the actor's to pass on, the other cannot take it, or one offer is open.
pub async fn open(ctx: &Ctx<'_>, open: &Open) -> Result<case_transfer::Model, AppError> {
    let scope = permit(ctx.actor, Action::Create, Subject::CaseTransfer)?;
    let people = permit(ctx.actor, Action::Update, Subject::Trainee)?;
    let reason = open.reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(AppError::invalid("reason", "required", "is needed, with at most 500 characters"));
    }
    let mut tx = ctx.begin().await?;
    let person = record::find::<trainee::Entity>(tx.conn(), &people, open.trainee).await?.filter(|row| is_own(&scope, row.institute_id));
    let person = person.ok_or_else(|| AppError::invalid("trainee", "reference", "does not name a record that you can pass on"))?;
    let to = organisation::Entity::find_by_id(open.to).one(tx.conn()).await.map_err(StoreError::from)?;
    let to = to.filter(|to| to.status == OrganisationStatus::Active.as_str() && to.id != person.institute_id);
    let to = to.ok_or_else(|| AppError::invalid("to", "reference", "does not name an active organisation other than the present one"))?;
    let takes = match OrganisationKind::parse(&to.kind) {
        Ok(OrganisationKind::Institute) => true,
        Ok(OrganisationKind::WorkerOrganisation) => open.kind == TransferKind::Referral,
        _ => false,
    };
    if !takes {
        return Err(AppError::invalid("to", "cannot-take", "cannot take this: institutes take cases, worker organisations take referrals"));
    }
    let waiting = case_transfer::Entity::find()
        .filter(case_transfer::Column::TraineeId.eq(person.id))
        .filter(case_transfer::Column::Kind.eq(open.kind.as_str()))
        .filter(case_transfer::Column::ToId.eq(to.id))
        .filter(case_transfer::Column::FromId.eq(person.institute_id))
        .filter(case_transfer::Column::Status.is_in([TransferStatus::Open.as_str(), TransferStatus::Accepted.as_str()]))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if waiting.is_some() {
        return Err(AppError::Conflict("the same offer is open already, or was accepted and has not ended".into()));
    }
    let row = case_transfer::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: ctx.now.ms(),
        updated_at_ms: ctx.now.ms(),
        trainee_id: person.id,
        kind: open.kind.to_string(),
        from_id: person.institute_id,
        to_id: to.id,
        origin: person.training_country,
        reason: reason.into(),
        status: TransferStatus::Open.to_string(),
        note: None,
        decided_by: None,
        decided_at_ms: None,
    };
    record::insert::<case_transfer::Entity>(&mut tx, row.clone()).await?;
    notifications::to_organisation(&mut tx, to.id, "case_offered", &format!("/ui/case-transfers/{}", row.id)).await?;
    tx.commit().await?;
    Ok(row)
}

/// Organisations that can take a case or a referral, by name: institutes and worker organisations
/// that are active and not the actor's own.
///
/// # Errors
/// When the database refuses.
pub async fn receivers(ctx: &Ctx<'_>) -> Result<Vec<(String, String)>, AppError> {
    use passerelle_store::query::{QueryOrder, QuerySelect};
    let find = organisation::Entity::find()
        .filter(organisation::Column::Kind.is_in(["institute", "worker_organisation"]))
        .filter(organisation::Column::Status.eq(OrganisationStatus::Active.as_str()))
        .order_by_asc(organisation::Column::Name)
        .limit(500);
    let rows = find.all(ctx.state.store.read()).await.map_err(StoreError::from)?;
    let own = |id: Uuid| ctx.actor.works_for(passerelle_domain::ids::OrganisationId(id));
    Ok(rows.into_iter().filter(|row| !own(row.id)).map(|row| (row.id.to_string(), format!("{} ({})", row.name, row.country))).collect())
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decide {
    /// accepted or declined by the receiving side; withdrawn by the giving side; ended by either.
    pub status: TransferStatus,
    #[serde(default)]
    pub note: String,
}

/// Answers an offer, takes it back, or ends an accepted referral.
///
/// # Errors
/// When the side of the actor may not do that now.
pub async fn decide(ctx: &Ctx<'_>, id: Uuid, version: i64, decide: &Decide) -> Result<(), AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::CaseTransfer)?;
    let mut tx = ctx.begin().await?;
    let mut row = record::find::<case_transfer::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    if row.version != version {
        return Err(AppError::Stale);
    }
    let note = decide.note.trim();
    if note.chars().count() > 500 {
        return Err(AppError::invalid("note", "too-long", "is longer than 500 characters"));
    }
    if decide.status == TransferStatus::Declined && note.is_empty() {
        return Err(AppError::invalid("note", "required", "is needed when you decline"));
    }
    let (receives, gives) = (is_own(&scope, row.to_id), is_own(&scope, row.from_id));
    let state = TransferStatus::parse(&row.status).map_err(|_| StoreError::Corrupt { table: "case_transfer", column: "status" })?;
    let referral = row.kind == TransferKind::Referral.as_str();
    let allowed = match (state, decide.status) {
        (TransferStatus::Open, TransferStatus::Accepted | TransferStatus::Declined) => receives,
        (TransferStatus::Open, TransferStatus::Withdrawn) => gives,
        (TransferStatus::Accepted, TransferStatus::Ended) => referral && (receives || gives),
        _ => return Err(AppError::TransitionRefused { state: row.status, allowed: vec![] }),
    };
    if !allowed {
        return Err(AppError::Forbidden);
    }
    if decide.status == TransferStatus::Accepted && !referral {
        hand_over(&mut tx, &row).await?;
    }
    row.status = decide.status.to_string();
    row.note = Some(note.to_owned()).filter(|note| !note.is_empty());
    row.decided_by = Some(ctx.actor.user.0);
    row.decided_at_ms = Some(ctx.now.ms());
    let (person, tell) = (row.trainee_id, if receives { row.from_id } else { row.to_id });
    record::update::<case_transfer::Entity>(&mut tx, row, version, &["status"]).await?;
    tx.note("transfer", "trainee", Some(person), json!({ "status": decide.status }));
    notifications::to_organisation(&mut tx, tell, "case_answered", &format!("/ui/case-transfers/{id}")).await?;
    notifications::to_person(&mut tx, person, "case_moved", "/ui/case-transfers", &[]).await?;
    tx.commit().await?;
    Ok(())
}

/// The case goes over as it is; the cohort was the other institute's and stays there.
async fn hand_over(tx: &mut passerelle_store::Tx, row: &case_transfer::Model) -> Result<(), AppError> {
    let person = record::hold::<trainee::Entity>(tx, row.trainee_id).await?.ok_or(AppError::NotFound)?;
    if person.erased_at_ms.is_some() || person.merged_into.is_some() {
        return Err(AppError::Conflict("the person was erased, or her record is part of another: there is nothing to hand over".into()));
    }
    if person.institute_id != row.from_id {
        return Err(AppError::Conflict("the case has moved since it was offered".into()));
    }
    let to = organisation::Entity::find_by_id(row.to_id).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let (version, id) = (person.version, person.id);
    let moved = trainee::Model { institute_id: to.id, cohort_id: None, training_country: to.country.clone(), ..person };
    record::update::<trainee::Entity>(tx, moved, version, &["institute_id", "cohort_id"]).await?;
    // Whatever hangs on the case goes with it: the institute that has it answers for it.
    macro_rules! follow {
        ($($entity:ident),+) => {$(
            $entity::Entity::update_many()
                .col_expr($entity::Column::InstituteId, Expr::value(to.id))
                .col_expr($entity::Column::Origin, Expr::value(to.country.as_str()))
                .col_expr($entity::Column::Version, Expr::col($entity::Column::Version).add(1))
                .filter($entity::Column::TraineeId.eq(id))
                .exec(tx.conn())
                .await
                .map_err(StoreError::from)?;
        )+};
    }
    follow!(consent, disclosure, person_request, proposal);
    // A pair of possible duplicates is decided by whoever sees both records as they are now.
    macro_rules! pairs {
        ($id:ident, $institute:ident, $origin:ident) => {
            duplicate::Entity::update_many()
                .col_expr(duplicate::Column::$institute, Expr::value(to.id))
                .col_expr(duplicate::Column::$origin, Expr::value(to.country.as_str()))
                .col_expr(duplicate::Column::Version, Expr::col(duplicate::Column::Version).add(1))
                .filter(duplicate::Column::$id.eq(id))
                .exec(tx.conn())
                .await
                .map_err(StoreError::from)?;
        };
    }
    pairs!(FirstId, FirstInstitute, FirstOrigin);
    pairs!(SecondId, SecondInstitute, SecondOrigin);
    // Referrals go on under the new institute; what the old one offered and nobody answered falls away.
    let of_case = || {
        case_transfer::Entity::update_many().filter(case_transfer::Column::TraineeId.eq(id)).filter(case_transfer::Column::Id.ne(row.id))
    };
    of_case()
        .col_expr(case_transfer::Column::Status, Expr::value(TransferStatus::Withdrawn.as_str()))
        .col_expr(case_transfer::Column::Version, Expr::col(case_transfer::Column::Version).add(1))
        .filter(case_transfer::Column::Status.eq(TransferStatus::Open.as_str()))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    of_case()
        .col_expr(case_transfer::Column::FromId, Expr::value(to.id))
        .col_expr(case_transfer::Column::Version, Expr::col(case_transfer::Column::Version).add(1))
        .filter(case_transfer::Column::Kind.eq(TransferKind::Referral.as_str()))
        .filter(case_transfer::Column::Status.eq(TransferStatus::Accepted.as_str()))
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    Ok(())
}
