//! Documents that identify a person. The number itself is never kept: a keyed hash of it finds the
//! same document elsewhere, and tells nothing to whoever reads the table.

use super::{Ctx, duplicates};
use crate::error::{AppError, FieldError};
use crate::state::AppState;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit_group};
use passerelle_domain::country::CountryCode;
use passerelle_domain::privacy::IdentityDocumentKind;
use passerelle_store::entity::{identity_document, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use passerelle_store::{StoreError, record};
use serde::Deserialize;
use uuid::Uuid;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Add {
    pub kind: IdentityDocumentKind,
    pub country: CountryCode,
    pub number: String,
}

/// Documents shown so far: kind and country.
///
/// # Errors
/// When the person's identity is not shown to the actor.
pub async fn list(ctx: &Ctx<'_>, person: Uuid) -> Result<Vec<identity_document::Model>, AppError> {
    let scope = permit_group(ctx.actor, Action::Read, Subject::Trainee, FieldGroup::Identity)?;
    let conn = ctx.state.store.read();
    record::find::<trainee::Entity>(conn, &scope, person).await?.ok_or(AppError::NotFound)?;
    let find = identity_document::Entity::find().filter(identity_document::Column::TraineeId.eq(person)).limit(20);
    Ok(find.all(conn).await.map_err(StoreError::from)?)
}

/// Enters a document, and looks whether somebody else has shown it.
///
/// # Errors
/// When the person's identity is not the actor's to write, or the number is none.
pub async fn add(ctx: &Ctx<'_>, person: Uuid, add: &Add) -> Result<(), AppError> {
    let scope = permit_group(ctx.actor, Action::Update, Subject::Trainee, FieldGroup::Identity)?;
    let number = plain(&add.number).map_err(|error| AppError::Invalid(vec![error]))?;
    let mut tx = ctx.begin().await?;
    record::find::<trainee::Entity>(tx.conn(), &scope, person).await?.ok_or(AppError::NotFound)?;
    let number_hash = index(ctx.state, add.kind, add.country.as_str(), &number);
    let known = identity_document::Entity::find()
        .filter(identity_document::Column::TraineeId.eq(person))
        .filter(identity_document::Column::NumberHash.eq(number_hash.as_str()))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if known.is_some() {
        return Err(AppError::Conflict("this document was entered before".into()));
    }
    let row = identity_document::Model {
        id: Uuid::now_v7(),
        trainee_id: person,
        kind: add.kind.to_string(),
        country: add.country.to_string(),
        number_hash,
        valid_to: None,
        created_at_ms: ctx.now.ms(),
    };
    super::work::insert::<identity_document::Entity, _>(&tx, row).await?;
    duplicates::ask(&tx, person).await?;
    tx.note("identity_document", "trainee", Some(person), serde_json::json!({ "kind": add.kind }));
    tx.commit().await?;
    Ok(())
}

/// A number as it is compared: letters and digits, no marks between.
///
/// # Errors
/// When it is none.
pub fn plain(number: &str) -> Result<String, FieldError> {
    let number: String = number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    if (4..=40).contains(&number.chars().count()) {
        return Ok(number);
    }
    Err(FieldError::new("number", "document-number", "must have 4 to 40 letters and digits"))
}

/// What is kept in place of a number: finds the same document elsewhere, and tells nothing.
pub fn index(state: &AppState, kind: IdentityDocumentKind, country: &str, plain: &str) -> String {
    state.vault.index(&format!("{kind} {country} {plain}"))
}
