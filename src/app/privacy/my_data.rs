//! Everything about me: one document, for programs as JSON and for people as a page to print.

use super::sealed;
use crate::app::Ctx;
use crate::app::contingency::letters;
use crate::clock::Moment;
use crate::error::AppError;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_store::StoreError;
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Kinds of records about a person that the document holds, in its order.
const KINDS: [&str; 29] = [
    "trainees",
    "credentials",
    "certificates",
    "selection-scores",
    "waiting-places",
    "attendances",
    "assessments",
    "exam-results",
    "paper-checks",
    "refresher-places",
    "track-changes",
    "recognition-cases",
    "case-documents",
    "adaptation-steps",
    "journeys",
    "contingency-cases",
    "case-letters",
    "tasks",
    "language-certificates",
    "skill-claims",
    "worker-payments",
    "first-pays",
    "training-loans",
    "proposals",
    "consents",
    "disclosures",
    "case-transfers",
    "person-requests",
    "exceptional-accesses",
];
const EVENTS_MAX: u64 = 2_000;

/// One event about the person: when, what, by whom.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Access {
    pub at: String,
    pub action: String,
    /// Organisation and role; people are not named to each other.
    pub by: String,
}

/// The document of the actor who is a trainee; of an account alone for everybody else.
///
/// # Errors
/// When the database refuses.
pub async fn document(ctx: &Ctx<'_>, account: &account::Model) -> Result<Map<String, Value>, AppError> {
    let mut document = Map::new();
    document.insert("made_at".into(), json!(ctx.now.0.to_rfc3339()));
    document.insert(
        "account".into(),
        json!({ "email": account.email, "name": account.name, "language": account.locale, "since": Moment::from_ms(account.created_at_ms).0.to_rfc3339() }),
    );
    let notices = notification::Entity::find()
        .filter(notification::Column::AccountId.eq(account.id))
        .order_by_desc(notification::Column::CreatedAtMs)
        .limit(EVENTS_MAX)
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    let notices = notices.iter().map(|row| json!({ "kind": row.kind, "at": Moment::from_ms(row.created_at_ms).0.to_rfc3339() }));
    document.insert("notifications".into(), notices.collect());
    let keys = crate::app::passkeys::list(ctx).await?;
    let keys = keys.iter().map(|row| json!({ "name": row.name, "since": Moment::from_ms(row.created_at_ms).0.to_rfc3339() }));
    document.insert("passkeys".into(), keys.collect());
    let Some(me) = ctx.actor.trainee else { return Ok(document) };
    for name in KINDS {
        let Some(resource) = crate::app::records::find(name) else { continue };
        let mut items = Vec::new();
        let mut request = crate::app::resource::ListRequest::new([("limit".to_owned(), "200".to_owned())].into());
        loop {
            let page = resource.list(ctx, &request).await?;
            items.extend(page.documents.into_iter().map(|document| {
                let mut data = document.data;
                data.insert("id".into(), json!(document.id));
                Value::Object(data)
            }));
            match page.next {
                Some(next) => request.params.insert("after".into(), next),
                None => break,
            };
        }
        document.insert(name.replace('-', "_"), Value::Array(items));
    }
    if permit(ctx.actor, Action::Read, Subject::SealedRecord).is_ok() {
        document.insert("sealed_records".into(), serde_json::to_value(sealed::open(ctx, me.0).await?)?);
    }
    document.insert("what_letters_say".into(), serde_json::to_value(letters::mine(ctx, EVENTS_MAX).await?)?);
    document.insert("comments".into(), comments(ctx, me.0).await?);
    document.insert("who_acted_on_my_record".into(), serde_json::to_value(accesses(ctx, me.0).await?)?);
    let mut tx = ctx.begin().await?;
    tx.note("took_out", "trainee", Some(me.0), json!({}));
    tx.commit().await?;
    Ok(document)
}

async fn comments(ctx: &Ctx<'_>, me: Uuid) -> Result<Value, AppError> {
    let rows = comment::Entity::find()
        .filter(comment::Column::Kind.eq("trainees"))
        .filter(comment::Column::RecordId.eq(me))
        .filter(comment::Column::RemovedAtMs.is_null())
        .order_by_asc(comment::Column::CreatedAtMs)
        .limit(EVENTS_MAX)
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    Ok(rows.iter().map(|row| json!({ "at": Moment::from_ms(row.created_at_ms).0.to_rfc3339(), "text": row.body })).collect())
}

/// Who acted on, or looked at, a record: the newest first.
///
/// # Errors
/// When the database refuses.
pub async fn accesses(ctx: &Ctx<'_>, person: Uuid) -> Result<Vec<Access>, AppError> {
    let conn = ctx.state.store.read();
    let events = audit_event::Entity::find()
        .filter(audit_event::Column::SubjectId.eq(person))
        .filter(audit_event::Column::Subject.eq("trainee"))
        .order_by_desc(audit_event::Column::AtMs)
        .limit(EVENTS_MAX)
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let actors: std::collections::BTreeSet<Uuid> = events.iter().filter_map(|event| event.actor_id).collect();
    let names = actors_in_words(ctx, actors.into_iter().collect()).await?;
    Ok(events
        .into_iter()
        .map(|event| Access {
            at: Moment::from_ms(event.at_ms).0.to_rfc3339(),
            action: event.action,
            by: event.actor_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
        })
        .collect())
}

/// Role and organisation of accounts: `role|organisation`, for the page to put into words.
async fn actors_in_words(ctx: &Ctx<'_>, ids: Vec<Uuid>) -> Result<BTreeMap<Uuid, String>, AppError> {
    let conn = ctx.state.store.read();
    let grants = role_grant::Entity::find()
        .filter(Condition::all().add(role_grant::Column::AccountId.is_in(ids)))
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let organisations: Vec<Uuid> = grants.iter().filter_map(|grant| grant.organisation_id).collect();
    let names: BTreeMap<Uuid, String> = organisation::Entity::find()
        .filter(organisation::Column::Id.is_in(organisations))
        .all(conn)
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    Ok(grants
        .into_iter()
        .map(|grant| {
            let name = grant.organisation_id.and_then(|id| names.get(&id)).cloned().unwrap_or_default();
            (grant.account_id, format!("{}|{name}", grant.role))
        })
        .collect())
}
