//! Corridor packs in the database: every version is kept, the newest one counts.

use super::{Ctx, corridor_yaml};
use crate::clock::Moment;
use crate::error::AppError;
use chrono::NaiveDate;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::CorridorPack;
use passerelle_domain::ids::UserId;
use passerelle_engine::matching::snapshot::digest;
use passerelle_store::entity::corridor_pack;
use passerelle_store::query::{ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use passerelle_store::{Store, StoreError, Tx};
use std::collections::BTreeMap;
use uuid::Uuid;

/// The packs that come with Passerelle, as files in the binary.
#[derive(rust_embed::RustEmbed)]
#[folder = "config/corridors"]
#[include = "*.yaml"]
struct BuiltIn;

/// What importing a pack did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imported {
    New,
    NewVersion,
    Unchanged,
}

/// Reads the packs that come with Passerelle.
///
/// # Errors
/// Complaints about a file, as for any other file.
pub fn built_in() -> Result<Vec<CorridorPack>, Vec<corridor_yaml::PackError>> {
    let mut packs = Vec::new();
    let mut errors = Vec::new();
    for name in BuiltIn::iter() {
        let Some(file) = BuiltIn::get(&name) else { continue };
        match corridor_yaml::read(&format!("config/corridors/{name}"), &String::from_utf8_lossy(&file.data)) {
            Ok(pack) => packs.push(pack),
            Err(more) => errors.extend(more),
        }
    }
    if errors.is_empty() { Ok(packs) } else { Err(errors) }
}

/// Stores packs, all or none. A pack that stands already unchanged is left alone; one that
/// changed must carry a higher version.
///
/// # Errors
/// A conflict when a changed pack has a version that stands already or is behind.
pub async fn import(store: &Store, actor: Option<UserId>, now: Moment, packs: &[CorridorPack]) -> Result<Vec<Imported>, AppError> {
    let mut tx = store.begin(actor, now.ms()).await?;
    let mut outcome = Vec::with_capacity(packs.len());
    for pack in packs {
        let document = serde_json::to_string(pack)?;
        let digest = digest(&document);
        let latest = latest_row(tx.conn(), pack.id.as_str()).await?;
        let version = i32::try_from(pack.version).map_err(AppError::internal)?;
        let imported = match &latest {
            None => Imported::New,
            Some(row) if row.digest == digest => Imported::Unchanged,
            Some(row) if row.pack_version < version => Imported::NewVersion,
            Some(row) => {
                return Err(AppError::Conflict(format!(
                    "{} changed but carries version {version}, and version {} stands already; write version: {}",
                    pack.id,
                    row.pack_version,
                    row.pack_version + 1
                )));
            }
        };
        if imported != Imported::Unchanged {
            publish(&mut tx, pack, None).await?;
        }
        outcome.push(imported);
    }
    tx.commit().await?;
    Ok(outcome)
}

/// Puts a version beside those that stand. It counts from the day given, or at once.
///
/// # Errors
/// A conflict when that version stands already.
pub async fn publish(tx: &mut Tx, pack: &CorridorPack, effective_from: Option<NaiveDate>) -> Result<(), AppError> {
    let document = serde_json::to_string(pack)?;
    let version = i32::try_from(pack.version).map_err(AppError::internal)?;
    let row = corridor_pack::Model {
        id: Uuid::now_v7(),
        pack_id: pack.id.to_string(),
        pack_version: version,
        destination: pack.destination.to_string(),
        status: pack.status.to_string(),
        valid_from: pack.valid_from,
        valid_to: pack.valid_to,
        digest: digest(&document),
        document,
        imported_at_ms: tx.now_ms(),
        effective_from,
    };
    let id = row.id;
    let insert = corridor_pack::Entity::insert(corridor_pack::ActiveModel::from(row).reset_all());
    insert.exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    tx.note(
        "publish",
        "corridor_pack",
        Some(id),
        serde_json::json!({ "pack": pack.id, "version": version, "effective_from": effective_from }),
    );
    Ok(())
}

/// The version of each pack that counts on a day: the newest that is in effect.
///
/// # Errors
/// When a stored document cannot be read by this version.
pub async fn all_on(conn: &impl ConnectionTrait, day: NaiveDate) -> Result<Vec<CorridorPack>, AppError> {
    let find = corridor_pack::Entity::find().filter(in_effect(day)).order_by_asc(corridor_pack::Column::PackVersion);
    let rows = find.all(conn).await.map_err(StoreError::from)?;
    let newest: BTreeMap<String, corridor_pack::Model> = rows.into_iter().map(|row| (row.pack_id.clone(), row)).collect();
    newest.into_values().map(|row| parse(&row)).collect()
}

fn in_effect(day: NaiveDate) -> Condition {
    Condition::any().add(corridor_pack::Column::EffectiveFrom.is_null()).add(corridor_pack::Column::EffectiveFrom.lte(day))
}

/// One version of a pack, whenever it counts.
///
/// # Errors
/// As [`all_on`].
pub async fn version_in(conn: &impl ConnectionTrait, pack_id: &str, version: i32) -> Result<Option<CorridorPack>, AppError> {
    let find = corridor_pack::Entity::find()
        .filter(corridor_pack::Column::PackId.eq(pack_id))
        .filter(corridor_pack::Column::PackVersion.eq(version));
    find.one(conn).await.map_err(StoreError::from)?.map(|row| parse(&row)).transpose()
}

/// The newest version of each pack, by identifier, in effect or not yet.
///
/// # Errors
/// When a stored document cannot be read by this version.
pub async fn latest_all(conn: &impl ConnectionTrait) -> Result<Vec<CorridorPack>, AppError> {
    let rows = corridor_pack::Entity::find().order_by_asc(corridor_pack::Column::PackVersion).all(conn).await.map_err(StoreError::from)?;
    let newest: BTreeMap<String, corridor_pack::Model> = rows.into_iter().map(|row| (row.pack_id.clone(), row)).collect();
    newest.into_values().map(|row| parse(&row)).collect()
}

/// The newest version of one pack.
///
/// # Errors
/// As [`latest_all`].
pub async fn latest_in(conn: &impl ConnectionTrait, pack_id: &str) -> Result<Option<CorridorPack>, AppError> {
    latest_row(conn, pack_id).await?.map(|row| parse(&row)).transpose()
}

/// Lists the newest packs for somebody who may see them.
///
/// # Errors
/// When the actor may not.
pub async fn list(ctx: &Ctx<'_>) -> Result<Vec<CorridorPack>, AppError> {
    permit(ctx.actor, Action::List, Subject::Corridor)?;
    all_on(ctx.state.store.read(), ctx.now.date()).await
}

/// One pack for somebody who may see it.
///
/// # Errors
/// When the actor may not, or there is no such pack.
pub async fn get(ctx: &Ctx<'_>, pack_id: &str) -> Result<CorridorPack, AppError> {
    permit(ctx.actor, Action::Read, Subject::Corridor)?;
    let find = corridor_pack::Entity::find()
        .filter(corridor_pack::Column::PackId.eq(pack_id))
        .filter(in_effect(ctx.now.date()))
        .order_by_desc(corridor_pack::Column::PackVersion);
    let row = find.one(ctx.state.store.read()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    parse(&row)
}

/// Every pathway that is published today, by its identifier.
///
/// # Errors
/// When the actor may not read corridors.
pub async fn pathway_ids(ctx: &Ctx<'_>) -> Result<Vec<String>, AppError> {
    permit(ctx.actor, Action::Read, Subject::Corridor)?;
    let packs = all_on(ctx.state.store.read(), ctx.now.date()).await?;
    Ok(packs.iter().flat_map(CorridorPack::pathways).map(|id| id.to_string()).collect())
}

async fn latest_row(conn: &impl ConnectionTrait, pack_id: &str) -> Result<Option<corridor_pack::Model>, StoreError> {
    let find =
        corridor_pack::Entity::find().filter(corridor_pack::Column::PackId.eq(pack_id)).order_by_desc(corridor_pack::Column::PackVersion);
    Ok(find.one(conn).await?)
}

fn parse(row: &corridor_pack::Model) -> Result<CorridorPack, AppError> {
    serde_json::from_str(&row.document).map_err(|_| AppError::from(StoreError::Corrupt { table: "corridor_pack", column: "document" }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_packs_are_valid_and_survive_export_and_import() {
        let packs = built_in().unwrap();
        assert_eq!(packs.len(), 11);
        for pack in packs {
            let text = corridor_yaml::write(&pack).unwrap();
            assert_eq!(corridor_yaml::read("again", &text).unwrap(), pack);
            let day = "2025-06-01".parse().unwrap();
            let findings = crate::app::pathways::findings(&pack, day, None);
            let errors: Vec<_> =
                findings.iter().filter(|finding| finding.severity == passerelle_engine::pathway::Severity::Forbids).collect();
            assert!(errors.is_empty(), "{}: {errors:?}", pack.id);
        }
    }
}
