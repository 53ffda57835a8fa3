//! Use cases. Each owns its transaction: it asks the access rule, calls the domain, writes,
//! notes the audit event and commits, or leaves nothing behind.

pub mod accounts;
pub mod actors;
pub mod agreements;
pub mod case_events;
pub mod case_transfers;
pub mod certificates;
pub mod concepts;
pub mod contingency;
pub mod contracts;
pub mod corridor_yaml;
pub mod corridors;
pub mod cv;
pub mod demo;
pub mod duplicates;
pub mod early_warnings;
pub mod equivalence;
pub mod exchange;
pub mod finance;
pub mod identity_documents;
pub mod imports;
pub mod journeys;
pub mod labels;
pub mod law;
pub mod legality;
pub mod links;
pub mod mail;
pub mod match_runs;
pub mod money;
pub mod needs;
pub mod outlook;
pub mod paper_matrix;
pub mod passkeys;
pub mod pathway_drafts;
pub mod pathways;
pub mod pipeline;
pub mod pledges;
pub mod privacy;
pub mod proposals;
pub mod provider;
pub mod provider_outcomes;
pub mod recognition;
pub mod records;
pub mod registrations;
pub mod resource;
pub mod seats;
pub mod second_factor;
pub mod selection;
pub mod sessions;
pub mod shortlist;
pub mod skill_claims;
pub mod taught;
pub mod team;
pub mod tracks;
pub mod who_sees;
pub mod work;

use crate::clock::Moment;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_domain::access::{Actor, TokenScope};
use passerelle_store::Tx;
use resource::Document;

/// Who asks, when, and of what.
#[derive(Debug, Clone, Copy)]
pub struct Ctx<'a> {
    pub state: &'a AppState,
    pub actor: &'a Actor,
    pub now: Moment,
    /// Key and digest of a request that must not be carried out twice.
    pub idempotency: Option<&'a IdempotencyKey>,
}

/// A client's promise that equal keys mean the same request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey {
    /// Hash over actor, path and key.
    pub key_hash: String,
    pub request_digest: String,
}

impl<'a> Ctx<'a> {
    pub fn new(state: &'a AppState, actor: &'a Actor, now: Moment) -> Self {
        Self { state, actor, now, idempotency: None }
    }

    /// For what no subject of the access rule stands for, such as remarks: a token needs the right to write.
    ///
    /// # Errors
    /// When the actor is a token that may not.
    pub fn ensure_writes(&self) -> Result<(), AppError> {
        let may = self.actor.token.as_ref().is_none_or(|scopes| scopes.contains(&TokenScope::Write));
        if may { Ok(()) } else { Err(AppError::Forbidden) }
    }

    /// # Errors
    /// When the database cannot be reached.
    pub async fn begin(&self) -> Result<Tx, AppError> {
        Ok(self.state.store.begin(Some(self.actor.user), self.now.ms()).await?)
    }

    /// Keeps the answer of a creating request in the same transaction, so that a repetition gets
    /// it and creates nothing.
    ///
    /// # Errors
    /// When the same key is being used by another request at this moment.
    pub async fn keep_answer(&self, tx: &Tx, made: &Document) -> Result<(), AppError> {
        let Some(key) = self.idempotency else { return Ok(()) };
        use passerelle_store::entity::idempotency_key::Column;
        use passerelle_store::entity::idempotency_key::{ActiveModel, Entity, Model};
        use passerelle_store::query::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};
        // An answer is kept for a day: it may hold personal data, and no client repeats longer.
        let outdated = Entity::delete_many().filter(Column::CreatedAtMs.lt(tx.now_ms() - 86_400_000));
        outdated.exec(tx.conn()).await.map_err(passerelle_store::StoreError::from)?;
        let row = Model {
            key_hash: key.key_hash.clone(),
            request_digest: key.request_digest.clone(),
            status: 201,
            body: serde_json::json!({ "id": made.id, "version": made.version, "title": made.title, "data": made.data }).to_string(),
            created_at_ms: tx.now_ms(),
        };
        let insert = Entity::insert(ActiveModel::from(row).reset_all());
        insert.exec_without_returning(tx.conn()).await.map_err(passerelle_store::StoreError::from)?;
        Ok(())
    }

    /// The answer that an equal request was given before.
    ///
    /// # Errors
    /// A conflict when the key was used for another request.
    pub async fn kept_answer(&self) -> Result<Option<Document>, AppError> {
        let Some(key) = self.idempotency else { return Ok(None) };
        use passerelle_store::entity::idempotency_key::Entity;
        use passerelle_store::query::EntityTrait;
        let found = Entity::find_by_id(key.key_hash.clone()).one(self.state.store.read()).await;
        let Some(kept) = found.map_err(passerelle_store::StoreError::from)? else { return Ok(None) };
        if kept.request_digest != key.request_digest {
            return Err(AppError::Conflict("this idempotency key was used for another request; take a new one".into()));
        }
        #[derive(serde::Deserialize)]
        struct Kept {
            id: uuid::Uuid,
            version: i64,
            title: String,
            data: serde_json::Map<String, serde_json::Value>,
        }
        let kept: Kept = serde_json::from_str(&kept.body)?;
        Ok(Some(Document { id: kept.id, version: kept.version, title: kept.title, data: kept.data, withheld: vec![] }))
    }
}
