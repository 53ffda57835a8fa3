//! Consent: given for one purpose, in the person's language, withdrawn at any time.

use super::disclosures;
use crate::app::work::notifications;
use crate::app::{Ctx, proposals};
use crate::error::AppError;
use passerelle_domain::access::{Action, Reach, Subject, permit};
use passerelle_domain::people::{DeclineReason, OrganisationKind};
use passerelle_domain::privacy::{ConsentChannel, ConsentPurpose};
use passerelle_store::entity::{consent, organisation, trainee};
use passerelle_store::query::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, record};
use serde::Deserialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What somebody agrees to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Give {
    /// Needed when an institute enters consent given on paper.
    #[serde(default)]
    pub trainee: Option<Uuid>,
    pub purpose: ConsentPurpose,
    #[serde(default)]
    pub recipient: Option<Uuid>,
    /// Language of the text that the person read: en, fr, de or ar.
    pub language: String,
}

/// The consents of a person that hold, and those that ended.
///
/// # Errors
/// When the actor may not see them.
pub async fn of(ctx: &Ctx<'_>, person: Uuid) -> Result<Vec<consent::Model>, AppError> {
    let scope = permit(ctx.actor, Action::List, Subject::Consent)?;
    let find = consent::Entity::find()
        .filter(<consent::Entity as record::Record>::visible(&scope))
        .filter(consent::Column::TraineeId.eq(person))
        .order_by_desc(consent::Column::GivenAtMs)
        .limit(200);
    Ok(find.all(ctx.state.store.read()).await.map_err(StoreError::from)?)
}

/// Records consent: by the person herself, or by her institute with the paper she signed.
///
/// # Errors
/// When the person is not the actor's, the purpose takes no recipient, or it is given already.
pub async fn give(ctx: &Ctx<'_>, give: &Give) -> Result<consent::Model, AppError> {
    let scope = permit(ctx.actor, Action::Create, Subject::Consent)?;
    if crate::i18n::Locale::parse(&give.language).is_none() {
        return Err(AppError::invalid("language", "choice", "is not one of: en, fr, de, ar"));
    }
    if give.recipient.is_some() && !give.purpose.has_recipient() {
        return Err(AppError::invalid("recipient", "no-recipient", "is not asked for with this purpose"));
    }
    let mut tx = ctx.begin().await?;
    let herself = scope.reaches().any(|reach| matches!(reach, Reach::Person(_)));
    let person = match (herself, give.trainee) {
        (true, _) => ctx.actor.trainee.map(|id| id.0).ok_or(AppError::Forbidden)?,
        (false, Some(id)) => id,
        (false, None) => return Err(AppError::invalid("trainee", "required", "is needed")),
    };
    if herself && give.trainee.is_some_and(|named| named != person) {
        return Err(AppError::invalid("trainee", "reference", "is somebody else: everybody consents for herself"));
    }
    let row = record::hold::<trainee::Entity>(&tx, person).await?.ok_or(AppError::NotFound)?;
    if row.erased_at_ms.is_some() || row.merged_into.is_some() {
        return Err(AppError::NotFound);
    }
    ensure_recipient(tx.conn(), give).await?;
    if !herself && !scope.reaches().any(|reach| matches!(reach, Reach::Organisations(own) if own.iter().any(|id| id.0 == row.institute_id)))
    {
        return Err(AppError::NotFound);
    }
    if in_force(tx.conn(), person, give.purpose, give.recipient).await?.is_some() {
        return Err(AppError::Conflict("this consent is given already".into()));
    }
    if !herself && was_withdrawn(tx.conn(), person, give.purpose, give.recipient).await? {
        return Err(AppError::Conflict("she has withdrawn this consent herself: only she can give it again".into()));
    }
    let made = consent::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: ctx.now.ms(),
        updated_at_ms: ctx.now.ms(),
        trainee_id: person,
        institute_id: row.institute_id,
        origin: row.training_country,
        purpose: give.purpose.to_string(),
        recipient_id: give.recipient,
        text_version: ConsentPurpose::TEXT_VERSION.into(),
        language: give.language.clone(),
        channel: if herself { ConsentChannel::Herself } else { ConsentChannel::Paper }.to_string(),
        given_by: Some(ctx.actor.user.0),
        given_at_ms: ctx.now.ms(),
        withdrawn_at_ms: None,
    };
    record::insert::<consent::Entity>(&mut tx, made.clone()).await?;
    tx.note("consent_given", "trainee", Some(person), serde_json::json!({ "purpose": give.purpose }));
    disclosures::open_stages(&mut tx, person).await?;
    if !herself {
        notifications::to_person(&mut tx, person, "security", "/ui/my/consents", &[]).await?;
    }
    tx.commit().await?;
    Ok(made)
}

/// A recipient is an organisation that can receive what the purpose shares.
async fn ensure_recipient(conn: &impl ConnectionTrait, give: &Give) -> Result<(), AppError> {
    let Some(id) = give.recipient else { return Ok(()) };
    let found = organisation::Entity::find_by_id(id).one(conn).await.map_err(StoreError::from)?;
    let wanted = match give.purpose {
        ConsentPurpose::EmployerDisclosure => OrganisationKind::Employer,
        _ => OrganisationKind::DestinationAuthority,
    };
    match found {
        Some(row) if row.kind == wanted.as_str() => Ok(()),
        _ => Err(AppError::invalid("recipient", "reference", "does not name an organisation that this purpose is about")),
    }
}

/// Whether the person's last word on a purpose was no: to this recipient or in general; and for a
/// consent in general, to anybody.
async fn was_withdrawn(
    conn: &impl ConnectionTrait,
    person: Uuid,
    purpose: ConsentPurpose,
    recipient: Option<Uuid>,
) -> Result<bool, AppError> {
    let rows = consent::Entity::find()
        .filter(consent::Column::TraineeId.eq(person))
        .filter(consent::Column::Purpose.eq(purpose.as_str()))
        .order_by_asc(consent::Column::GivenAtMs)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    // The newest row of each recipient is her word to that one.
    let last: std::collections::BTreeMap<Option<Uuid>, bool> =
        rows.into_iter().map(|row| (row.recipient_id, row.withdrawn_at_ms.is_some())).collect();
    Ok(last.iter().any(|(whom, no)| *no && (recipient.is_none() || whom.is_none() || *whom == recipient)))
}

/// The consent of that kind that holds.
///
/// # Errors
/// When the database refuses.
pub async fn in_force(
    conn: &impl ConnectionTrait,
    person: Uuid,
    purpose: ConsentPurpose,
    recipient: Option<Uuid>,
) -> Result<Option<consent::Model>, AppError> {
    use consent::Column::{Purpose, RecipientId, TraineeId, WithdrawnAtMs};
    let whom = match recipient {
        Some(id) => Condition::any().add(RecipientId.eq(id)),
        None => Condition::any().add(RecipientId.is_null()),
    };
    let find = consent::Entity::find()
        .filter(TraineeId.eq(person))
        .filter(Purpose.eq(purpose.as_str()))
        .filter(WithdrawnAtMs.is_null())
        .filter(whom);
    Ok(find.one(conn).await.map_err(StoreError::from)?)
}

/// Whether an employer may be told more than the profile.
///
/// # Errors
/// When the database refuses.
pub async fn allows_disclosure(conn: &impl ConnectionTrait, person: Uuid, employer: Uuid) -> Result<bool, AppError> {
    let purpose = ConsentPurpose::EmployerDisclosure;
    Ok(in_force(conn, person, purpose, None).await?.is_some() || in_force(conn, person, purpose, Some(employer)).await?.is_some())
}

/// People whose profile may be compared with needs: they agree, and nothing that they asked for
/// keeps their data from being used.
///
/// # Errors
/// When the database refuses.
pub async fn matchable(conn: &impl ConnectionTrait, only: Option<Uuid>) -> Result<BTreeSet<Uuid>, AppError> {
    use passerelle_domain::privacy::{RequestKind, RequestStatus};
    use passerelle_store::entity::person_request;
    let mut find = consent::Entity::find()
        .select_only()
        .column(consent::Column::TraineeId)
        .filter(consent::Column::Purpose.eq(ConsentPurpose::Matching.as_str()))
        .filter(consent::Column::WithdrawnAtMs.is_null());
    if let Some(id) = only {
        find = find.filter(consent::Column::TraineeId.eq(id));
    }
    let agreed: Vec<Uuid> = find.into_tuple().all(conn).await.map_err(StoreError::from)?;
    let held_back: Vec<Uuid> = person_request::Entity::find()
        .select_only()
        .column(person_request::Column::TraineeId)
        .filter(person_request::Column::Status.eq(RequestStatus::Accepted.as_str()))
        .filter(person_request::Column::Kind.is_in([RequestKind::Objection.as_str(), RequestKind::Restriction.as_str()]))
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let mut people: BTreeSet<Uuid> = agreed.into_iter().collect();
    held_back.iter().for_each(|id| {
        people.remove(id);
    });
    Ok(people)
}

/// What a withdrawal changes, to be said before it is made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consequences {
    /// Proposals that wait for an answer and would be declined.
    pub proposals_declined: usize,
    /// Employers who would see the profile only, or nothing.
    pub employers_closed: usize,
}

/// # Errors
/// When the consent is not the actor's to withdraw.
pub async fn consequences(ctx: &Ctx<'_>, id: Uuid) -> Result<(consent::Model, Consequences), AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Consent)?;
    let conn = ctx.state.store.read();
    let row = record::find::<consent::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let mut found = Consequences::default();
    match ConsentPurpose::parse(&row.purpose) {
        Ok(ConsentPurpose::Matching) => found.proposals_declined = proposals::pending(conn, row.trainee_id).await?.len(),
        Ok(ConsentPurpose::EmployerDisclosure) => found.employers_closed = disclosures::employers(conn, row.trainee_id).await?.len(),
        _ => {}
    }
    Ok((row, found))
}

/// Withdraws consent. It counts from this moment: every query asks for it anew.
///
/// # Errors
/// When the consent is not the actor's, or has been withdrawn before.
pub async fn withdraw(ctx: &Ctx<'_>, id: Uuid) -> Result<(), AppError> {
    let scope = permit(ctx.actor, Action::Decide, Subject::Consent)?;
    let mut tx = ctx.begin().await?;
    let mut row = record::find::<consent::Entity>(tx.conn(), &scope, id).await?.ok_or(AppError::NotFound)?;
    if row.withdrawn_at_ms.is_some() {
        return Err(AppError::TransitionRefused { state: "withdrawn".into(), allowed: vec![] });
    }
    row.withdrawn_at_ms = Some(ctx.now.ms());
    let (person, version, purpose, recipient) = (row.trainee_id, row.version, row.purpose.clone(), row.recipient_id);
    record::update::<consent::Entity>(&mut tx, row, version, &["withdrawn_at"]).await?;
    // A general no is a no to everybody, and to every twin of the same yes.
    let mut twins = consent::Entity::find()
        .filter(consent::Column::TraineeId.eq(person))
        .filter(consent::Column::Purpose.eq(purpose.as_str()))
        .filter(consent::Column::WithdrawnAtMs.is_null());
    if let Some(recipient) = recipient {
        twins = twins.filter(consent::Column::RecipientId.eq(recipient));
    }
    for mut twin in twins.all(tx.conn()).await.map_err(StoreError::from)? {
        let version = twin.version;
        twin.withdrawn_at_ms = Some(ctx.now.ms());
        record::update::<consent::Entity>(&mut tx, twin, version, &["withdrawn_at"]).await?;
    }
    if purpose == ConsentPurpose::Matching.as_str() {
        proposals::decline_pending(&mut tx, person, DeclineReason::ConsentWithdrawn).await?;
    }
    tx.note("consent_withdrawn", "trainee", Some(person), serde_json::json!({ "purpose": purpose }));
    tx.commit().await?;
    Ok(())
}
