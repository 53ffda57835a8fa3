//! The audit chains: every write leaves an event, each event carries the hash of the one before
//! it, so that a change to history shows.
//!
//! There are [`CHAINS`] chains and not one, since on PostgreSQL the head of a chain is locked from
//! the append to the commit; what happens to one thing always lands in the same chain. A
//! transaction takes its chains in ascending order, so that two can never wait for each other.

use crate::dialect::locked;
use crate::entity::{audit_chain, audit_event};
use crate::error::StoreError;
use passerelle_domain::ids::UserId;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub const CHAINS: i32 = 16;

/// Hash that the first event of a chain carries as that of its predecessor.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const VERIFY_BATCH: u64 = 2_000;

#[derive(Debug, Clone)]
pub(crate) struct NewEvent {
    pub action: String,
    pub subject: String,
    pub subject_id: Option<Uuid>,
    pub detail: String,
}

/// Where a chain is broken, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenLink {
    pub chain: i32,
    pub seq: i64,
    pub problem: &'static str,
}

/// What a verification has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    pub events: u64,
    pub broken: Option<BrokenLink>,
}

pub(crate) async fn append(
    transaction: &DatabaseTransaction,
    actor: Option<UserId>,
    now_ms: i64,
    events: Vec<NewEvent>,
) -> Result<(), StoreError> {
    let mut by_chain: std::collections::BTreeMap<i32, Vec<NewEvent>> = std::collections::BTreeMap::new();
    for event in events {
        by_chain.entry(chain_of(event.subject_id)).or_default().push(event);
    }
    for (chain, events) in by_chain {
        let (mut seq, mut hash) = lock_head(transaction, chain).await?;
        let mut rows = Vec::with_capacity(events.len());
        for event in events {
            seq += 1;
            let mut row = audit_event::Model {
                id: Uuid::now_v7(),
                chain,
                seq,
                at_ms: now_ms,
                actor_id: actor.map(|actor| actor.0),
                action: event.action,
                subject: event.subject,
                subject_id: event.subject_id,
                detail: event.detail,
                prev_hash: std::mem::take(&mut hash),
                hash: String::new(),
            };
            row.hash = link_hash(&row);
            hash.clone_from(&row.hash);
            rows.push(audit_event::ActiveModel::from(row).reset_all());
        }
        for batch in rows.chunks(500) {
            audit_event::Entity::insert_many(batch.to_vec()).exec(transaction).await?;
        }
        let head = audit_chain::ActiveModel { chain: Set(chain), seq: Set(seq), hash: Set(hash) };
        audit_chain::Entity::update(head).exec(transaction).await?;
    }
    Ok(())
}

/// Reads the head of a chain for writing, and begins the chain if nobody has yet.
async fn lock_head(transaction: &DatabaseTransaction, chain: i32) -> Result<(i64, String), StoreError> {
    loop {
        if let Some(head) = locked(audit_chain::Entity::find_by_id(chain), transaction).one(transaction).await? {
            return Ok((head.seq, head.hash));
        }
        let first = audit_chain::ActiveModel { chain: Set(chain), seq: Set(0), hash: Set(GENESIS.into()) };
        let on_conflict = sea_orm::sea_query::OnConflict::column(audit_chain::Column::Chain).do_nothing().to_owned();
        audit_chain::Entity::insert(first).on_conflict(on_conflict).exec_without_returning(transaction).await?;
    }
}

fn chain_of(subject: Option<Uuid>) -> i32 {
    subject.map_or(0, |id| i32::from(id.as_bytes()[15]) % CHAINS)
}

/// SHA-256 over a JSON array of the event's values, which no choice of values can make ambiguous.
fn link_hash(event: &audit_event::Model) -> String {
    let text = serde_json::json!([
        event.prev_hash,
        event.chain,
        event.seq,
        event.id,
        event.at_ms,
        event.actor_id,
        event.action,
        event.subject,
        event.subject_id,
        event.detail,
    ])
    .to_string();
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Walks every chain from its first event to its head and names the first broken link. Reads one
/// consistent state, so that others may write meanwhile.
///
/// What it cannot see: somebody who may write the whole database can rewrite chain and head
/// together. Whoever must exclude that keeps the heads of an earlier verification elsewhere.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(store: &crate::Store) -> Result<Verified, StoreError> {
    let transaction = store.snapshot().await?;
    let verified = verify_in(&transaction).await?;
    transaction.commit().await?;
    Ok(verified)
}

async fn verify_in(conn: &impl ConnectionTrait) -> Result<Verified, StoreError> {
    let mut events = 0;
    for head in audit_chain::Entity::find().order_by_asc(audit_chain::Column::Chain).all(conn).await? {
        let (mut seq, mut hash) = (0_i64, GENESIS.to_owned());
        let broken = |seq, problem| Verified { events: 0, broken: Some(BrokenLink { chain: head.chain, seq, problem }) };
        loop {
            let batch = audit_event::Entity::find()
                .filter(audit_event::Column::Chain.eq(head.chain))
                .filter(audit_event::Column::Seq.gt(seq))
                .order_by_asc(audit_event::Column::Seq)
                .limit(VERIFY_BATCH)
                .all(conn)
                .await?;
            if batch.is_empty() {
                break;
            }
            for event in batch {
                if event.seq != seq + 1 {
                    return Ok(Verified { events, ..broken(seq + 1, "an event is missing") });
                }
                if event.prev_hash != hash {
                    return Ok(Verified { events, ..broken(event.seq, "it does not carry the hash of the event before it") });
                }
                if event.hash != link_hash(&event) {
                    return Ok(Verified { events, ..broken(event.seq, "its content was changed") });
                }
                seq = event.seq;
                hash = event.hash;
                events += 1;
            }
        }
        if (seq, &hash) != (head.seq, &head.hash) {
            return Ok(Verified { events, ..broken(seq + 1, "events at the end are missing") });
        }
    }
    let chains = audit_chain::Entity::find().all(conn).await?;
    let known: Vec<i32> = chains.iter().map(|head| head.chain).collect();
    let stray = audit_event::Entity::find().filter(audit_event::Column::Chain.is_not_in(known)).one(conn).await?;
    let broken = stray.map(|event| BrokenLink { chain: event.chain, seq: event.seq, problem: "its chain has no head" });
    Ok(Verified { events, broken })
}
