//! Files on a case. The type is read from the bytes, not believed from the name; the bytes lie in the
//! data folder under a name of ours, and go out as downloads only.

use super::comments::{Audience, within};
use super::insert;
use crate::app::Ctx;
use crate::error::AppError;
use crate::state::AppState;
use passerelle_domain::ids::OrganisationId;
use passerelle_store::StoreError;
use passerelle_store::entity::attachment;
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, Expr, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use uuid::Uuid;

/// The largest file, in bytes.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;
/// Files on one case at the most.
const FILES_MAX: u64 = 50;

/// Kinds of files that are taken, by what their bytes say.
const TYPES: [(&str, &str); 6] = [
    ("application/pdf", "pdf"),
    ("image/jpeg", "jpg"),
    ("image/png", "png"),
    ("image/webp", "webp"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
];

/// A file that was sent.
#[derive(Debug)]
pub struct Sent<'a> {
    pub name: &'a str,
    pub bytes: Vec<u8>,
    pub audience: Audience,
}

fn folder(state: &AppState) -> PathBuf {
    state.config.storage.data_dir.join("attachments")
}

/// Where the bytes of a file lie: our own identifier, never a part of the sender's name.
fn path(state: &AppState, id: Uuid) -> PathBuf {
    folder(state).join(id.simple().to_string())
}

/// Files on a case that the actor may read.
///
/// # Errors
/// When the case is not the actor's to read.
pub async fn list(ctx: &Ctx<'_>, kind: &str, id: Uuid) -> Result<Vec<attachment::Model>, AppError> {
    super::case(ctx, kind, id).await?;
    let find = attachment::Entity::find()
        .filter(attachment::Column::Kind.eq(kind))
        .filter(attachment::Column::RecordId.eq(id))
        .filter(attachment::Column::RemovedAtMs.is_null())
        .filter(within(ctx, attachment::Column::Audience, attachment::Column::OrganisationId, attachment::Column::AccountId))
        .order_by_asc(attachment::Column::CreatedAtMs)
        .limit(FILES_MAX * 2);
    let mut rows = find.all(ctx.state.store.read()).await.map_err(StoreError::from)?;
    if rows.iter().any(|row| !is_own(ctx, row)) && !super::shows_files(ctx, kind, id).await? {
        rows.retain(|row| is_own(ctx, row));
    }
    Ok(rows)
}

/// Whether a file is the actor's own or her organisation's.
fn is_own(ctx: &Ctx<'_>, row: &attachment::Model) -> bool {
    row.account_id == ctx.actor.user.0 || row.organisation_id.is_some_and(|id| ctx.actor.works_for(OrganisationId(id)))
}

/// Keeps a file.
///
/// # Errors
/// When it is too large, of a kind that is not taken, or the case is not the actor's to read.
pub async fn add(ctx: &Ctx<'_>, kind: &str, id: Uuid, sent: Sent<'_>) -> Result<attachment::Model, AppError> {
    ctx.ensure_writes()?;
    super::case(ctx, kind, id).await?;
    if sent.bytes.is_empty() {
        return Err(AppError::invalid("file", "required", "is needed"));
    }
    if sent.bytes.len() > BYTES_MAX {
        return Err(AppError::TooLarge { limit: BYTES_MAX });
    }
    let found = infer::get(&sent.bytes).map(|found| found.mime_type());
    let (media_type, ending) = TYPES
        .into_iter()
        .find(|(media_type, _)| found == Some(*media_type))
        .ok_or_else(|| AppError::invalid("file", "file-type", "is not a PDF, JPEG, PNG, WebP, DOCX or XLSX file"))?;
    let row = attachment::Model {
        id: Uuid::now_v7(),
        kind: kind.into(),
        record_id: id,
        account_id: ctx.actor.user.0,
        organisation_id: ctx.actor.grants.iter().find_map(|grant| grant.organisation).map(|id| id.0),
        audience: sent.audience.to_string(),
        name: safe_name(sent.name, ending),
        media_type: media_type.into(),
        size: i64::try_from(sent.bytes.len()).unwrap_or(i64::MAX),
        sha256: crate::text::hex(&Sha256::digest(&sent.bytes)),
        created_at_ms: ctx.now.ms(),
        removed_at_ms: None,
    };
    let mut tx = ctx.begin().await?;
    let there = attachment::Entity::find()
        .filter(attachment::Column::Kind.eq(kind))
        .filter(attachment::Column::RecordId.eq(id))
        .filter(attachment::Column::RemovedAtMs.is_null())
        .count(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if there >= FILES_MAX {
        return Err(AppError::Conflict(format!("a case has at most {FILES_MAX} files; remove one first")));
    }
    // The file first: a row without its bytes would be a promise that cannot be kept, bytes without
    // a row are only waste.
    tokio::fs::create_dir_all(folder(ctx.state)).await.map_err(AppError::internal)?;
    tokio::fs::write(path(ctx.state, row.id), &sent.bytes).await.map_err(AppError::internal)?;
    insert::<attachment::Entity, _>(&tx, row.clone()).await?;
    tx.note("attach", kind, Some(id), serde_json::json!({ "type": media_type, "size": row.size }));
    tx.commit().await?;
    Ok(row)
}

/// A name that no file system, header or shell reads as anything but a name.
fn safe_name(sent: &str, ending: &str) -> String {
    let base = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let clean: String = stem.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_')).take(80).collect();
    let clean = clean.trim();
    format!("{}.{ending}", if clean.is_empty() { "file" } else { clean })
}

/// A file with its bytes, if the actor may read the case and the file.
///
/// # Errors
/// When there is none for the actor, or its bytes were changed on disk.
pub async fn get(ctx: &Ctx<'_>, id: Uuid) -> Result<(attachment::Model, Vec<u8>), AppError> {
    let found = attachment::Entity::find_by_id(id)
        .filter(attachment::Column::RemovedAtMs.is_null())
        .filter(within(ctx, attachment::Column::Audience, attachment::Column::OrganisationId, attachment::Column::AccountId))
        .one(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    let row = found.ok_or(AppError::NotFound)?;
    super::case(ctx, &row.kind, row.record_id).await?;
    if !is_own(ctx, &row) && !super::shows_files(ctx, &row.kind, row.record_id).await? {
        return Err(AppError::NotFound);
    }
    let bytes = tokio::fs::read(path(ctx.state, id)).await.map_err(AppError::internal)?;
    let digest = crate::text::hex(&Sha256::digest(&bytes));
    if digest != row.sha256 {
        return Err(AppError::internal(format!("the bytes of attachment {id} are not the ones that were sent")));
    }
    Ok((row, bytes))
}

/// Removes one's own file, bytes and all.
///
/// # Errors
/// When it is not the actor's.
pub async fn remove(ctx: &Ctx<'_>, id: Uuid) -> Result<String, AppError> {
    let mut tx = ctx.begin().await?;
    let row = attachment::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    let done = attachment::Entity::update_many()
        .col_expr(attachment::Column::RemovedAtMs, Expr::value(ctx.now.ms()))
        .filter(attachment::Column::Id.eq(id))
        .filter(attachment::Column::AccountId.eq(ctx.actor.user.0))
        .filter(attachment::Column::RemovedAtMs.is_null())
        .exec(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if done.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    tx.note("detach", "attachment", Some(id), serde_json::json!({}));
    tx.commit().await?;
    forget(ctx.state, id).await?;
    Ok(format!("/ui/{}/{}", row.kind, row.record_id))
}

async fn forget(state: &AppState, id: Uuid) -> Result<(), AppError> {
    match tokio::fs::remove_file(path(state, id)).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(AppError::internal(error)),
        _ => Ok(()),
    }
}

/// Removes all files of a record that is erased. The bytes go at once: should the transaction fail
/// after that, the rows name files that are gone, which is the lesser harm.
///
/// # Errors
/// When a file cannot be removed.
pub async fn remove_all(state: &AppState, conn: &impl ConnectionTrait, kind: &str, record: Uuid) -> Result<(), AppError> {
    let of_record =
        || passerelle_store::query::Condition::all().add(attachment::Column::Kind.eq(kind)).add(attachment::Column::RecordId.eq(record));
    for row in attachment::Entity::find().filter(of_record()).all(conn).await.map_err(StoreError::from)? {
        forget(state, row.id).await?;
    }
    attachment::Entity::delete_many().filter(of_record()).exec(conn).await.map_err(StoreError::from)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::safe_name;

    #[test]
    fn names_carry_no_path_and_no_ending_of_the_senders() {
        assert_eq!(safe_name("../../etc/passwd", "pdf"), "passwd.pdf");
        assert_eq!(safe_name("C:\\x\\diploma.exe", "pdf"), "diploma.pdf");
        assert_eq!(safe_name("a\r\nSet-Cookie: x=1.pdf", "pdf"), "aSet-Cookie x1.pdf");
        assert_eq!(safe_name("شهادة.pdf", "pdf"), "شهادة.pdf");
        assert_eq!(safe_name("", "png"), "file.png");
    }
}
