//! Browser sessions in the database, so that they can be revoked and shared by replicas.

use super::secret;
use crate::clock::Moment;
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use passerelle_store::entity::session;
use passerelle_store::query::{ActiveModelTrait, ColumnTrait, EntityTrait, Expr, QueryFilter};
use passerelle_store::{Store, StoreError};
use std::collections::HashMap;
use uuid::Uuid;

/// Entry of the session that names the account.
pub const ACCOUNT: &str = "account";
/// Entry of the session that says from what kind of browser it began.
pub const DEVICE: &str = "device";
/// Entry of the session with the token that forms must carry.
pub const CSRF: &str = "csrf";

/// Keeps sessions in the `session` table under the hash of the cookie's key.
#[derive(Debug, Clone)]
pub struct DatabaseSessions {
    store: Store,
}

impl DatabaseSessions {
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    async fn write(&self, key_hash: String, state: &HashMap<String, String>, ttl: &Duration, new: bool) -> Result<(), anyhow::Error> {
        let now = Moment::now().ms();
        let expires_at_ms = now + i64::try_from(ttl.whole_milliseconds())?;
        let ordered: std::collections::BTreeMap<_, _> = state.iter().collect();
        let text = serde_json::to_string(&ordered)?;
        let account_id = state.get(ACCOUNT).and_then(|id| Uuid::try_parse(id.trim_matches('"')).ok());
        let tx = self.store.begin(None, now).await?;
        if new {
            // Sessions that ended go when one begins: no timer is needed to keep the table small.
            session::Entity::delete_many().filter(session::Column::ExpiresAtMs.lt(now)).exec(tx.conn()).await?;
            let row = session::Model {
                key_hash,
                account_id,
                state: text,
                created_at_ms: now,
                expires_at_ms,
                id: Some(Uuid::now_v7()),
                device: state.get(DEVICE).map(|text| text.trim_matches('"').chars().take(80).collect()),
                last_seen_at_ms: Some(now),
            };
            session::Entity::insert(session::ActiveModel::from(row).reset_all()).exec_without_returning(tx.conn()).await?;
        } else {
            session::Entity::update_many()
                .col_expr(session::Column::State, Expr::value(text))
                .col_expr(session::Column::AccountId, Expr::value(account_id))
                .col_expr(session::Column::ExpiresAtMs, Expr::value(expires_at_ms))
                .filter(session::Column::KeyHash.eq(key_hash))
                .exec(tx.conn())
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

impl SessionStore for DatabaseSessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let found = session::Entity::find_by_id(secret::hash(key.as_ref())).one(self.store.read()).await;
        let found = found.map_err(|error| LoadError::Other(StoreError::from(error).into()))?;
        let Some(row) = found.filter(|row| row.expires_at_ms > Moment::now().ms()) else { return Ok(None) };
        serde_json::from_str(&row.state).map(Some).map_err(|error| LoadError::Deserialization(error.into()))
    }

    async fn save(&self, state: HashMap<String, String>, ttl: &Duration) -> Result<SessionKey, SaveError> {
        let key = secret::random();
        self.write(secret::hash(&key), &state, ttl, true).await.map_err(SaveError::Other)?;
        key.try_into().map_err(|_| SaveError::Other(anyhow::anyhow!("a session key was too long")))
    }

    async fn update(&self, key: SessionKey, state: HashMap<String, String>, ttl: &Duration) -> Result<SessionKey, UpdateError> {
        self.write(secret::hash(key.as_ref()), &state, ttl, false).await.map_err(UpdateError::Other)?;
        Ok(key)
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &Duration) -> Result<(), anyhow::Error> {
        let now = Moment::now().ms();
        let expires_at_ms = now + i64::try_from(ttl.whole_milliseconds())?;
        let tx = self.store.begin(None, now).await?;
        session::Entity::update_many()
            .col_expr(session::Column::ExpiresAtMs, Expr::value(expires_at_ms))
            .filter(session::Column::KeyHash.eq(secret::hash(key.as_ref())))
            .exec(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let tx = self.store.begin(None, Moment::now().ms()).await?;
        session::Entity::delete_by_id(secret::hash(key.as_ref())).exec(tx.conn()).await?;
        tx.commit().await?;
        Ok(())
    }
}
