//! Sealed facts: health, admissibility, asylum, pregnancy, union. Written and read by the person
//! herself; by others only with access by exception, and every reading leaves its event.

use crate::app::Ctx;
use crate::error::AppError;
use crate::state::AppState;
use crate::vault::Sealed;
use passerelle_domain::access::{Action, Reach, Subject, permit};
use passerelle_domain::privacy::{SealedClass, SealedKind};
use passerelle_store::entity::sealed_record;
use passerelle_store::query::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, Expr, QueryFilter, QueryOrder, QuerySelect};
use passerelle_store::{StoreError, Tx};
use serde::Deserialize;
use uuid::Uuid;

const TEXT_MAX: usize = 4_000;

/// A fact to be sealed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Add {
    pub kind: SealedKind,
    pub class: SealedClass,
    pub text: String,
}

/// A sealed fact, opened.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Opened {
    pub id: Uuid,
    pub kind: String,
    pub class: String,
    pub text: String,
    pub written_at: String,
}

/// The place that a text is bound to.
fn place(row: &sealed_record::Model) -> String {
    format!("sealed_record/{}/{}/{}", row.id, row.trainee_id, row.kind)
}

fn stored(row: &sealed_record::Model) -> Sealed {
    Sealed { key_id: row.key_id.clone(), nonce: row.nonce.clone(), text: row.sealed.clone() }
}

/// Rows within reach: only persons reach sealed facts, themselves or by exception.
fn people(ctx: &Ctx<'_>, action: Action) -> Result<Condition, AppError> {
    let scope = permit(ctx.actor, action, Subject::SealedRecord)?;
    let ids: Vec<Uuid> = scope.reaches().filter_map(|reach| if let Reach::Person(id) = reach { Some(id.0) } else { None }).collect();
    Ok(Condition::all().add(sealed_record::Column::TraineeId.is_in(ids)))
}

/// Opens all sealed facts of a person.
///
/// # Errors
/// When they are not the actor's to open, or the key is not at hand.
pub async fn open(ctx: &Ctx<'_>, person: Uuid) -> Result<Vec<Opened>, AppError> {
    let within = people(ctx, Action::Read)?;
    let rows = sealed_record::Entity::find()
        .filter(within)
        .filter(sealed_record::Column::TraineeId.eq(person))
        .order_by_asc(sealed_record::Column::CreatedAtMs)
        .limit(200)
        .all(ctx.state.store.read())
        .await
        .map_err(StoreError::from)?;
    let opened = rows.iter().map(|row| {
        Ok(Opened {
            id: row.id,
            kind: row.kind.clone(),
            class: row.class.clone(),
            text: ctx.state.vault.unseal(&place(row), &stored(row))?,
            written_at: crate::clock::Moment::from_ms(row.created_at_ms).0.to_rfc3339(),
        })
    });
    let opened = opened.collect::<Result<Vec<_>, AppError>>()?;
    let allowed_person = permit(ctx.actor, Action::Read, Subject::SealedRecord)?;
    if !allowed_person.reaches().any(|reach| *reach == Reach::Person(passerelle_domain::ids::TraineeId(person))) {
        return Err(AppError::NotFound);
    }
    let mut tx = ctx.begin().await?;
    tx.note("unsealed", "trainee", Some(person), serde_json::json!({ "records": opened.len() }));
    tx.commit().await?;
    Ok(opened)
}

/// Seals a fact about the actor herself.
///
/// # Errors
/// When the actor is no trainee, or the text is empty or too long.
pub async fn add(ctx: &Ctx<'_>, add: &Add) -> Result<Uuid, AppError> {
    permit(ctx.actor, Action::Create, Subject::SealedRecord)?;
    let person = ctx.actor.trainee.ok_or(AppError::Forbidden)?;
    let text = add.text.trim();
    if text.is_empty() || text.chars().count() > TEXT_MAX {
        return Err(AppError::invalid("text", "required", format!("is needed, with at most {TEXT_MAX} characters")));
    }
    let row = of_person(ctx.state, person.0, add.kind, add.class, text, ctx.actor.user.0, ctx.now.ms())?;
    let mut tx = ctx.begin().await?;
    let id = row.id;
    let insert = sealed_record::Entity::insert(sealed_record::ActiveModel::from(row).reset_all());
    insert.exec_without_returning(tx.conn()).await.map_err(StoreError::from)?;
    // Neither the kind nor the class goes into the audit: both would tell.
    tx.note("sealed", "trainee", Some(person.0), serde_json::json!({}));
    tx.commit().await?;
    Ok(id)
}

/// A fact about a person, sealed and bound to her record.
///
/// # Errors
/// When there is no key to seal with.
pub fn of_person(
    state: &AppState,
    person: Uuid,
    kind: SealedKind,
    class: SealedClass,
    text: &str,
    written_by: Uuid,
    created_at_ms: i64,
) -> Result<sealed_record::Model, AppError> {
    let mut row = sealed_record::Model {
        id: Uuid::now_v7(),
        trainee_id: person,
        kind: kind.to_string(),
        class: class.to_string(),
        key_id: String::new(),
        nonce: String::new(),
        sealed: String::new(),
        written_by,
        created_at_ms,
    };
    let sealed = state.vault.seal(&place(&row), text)?;
    (row.key_id, row.nonce, row.sealed) = (sealed.key_id, sealed.nonce, sealed.text);
    Ok(row)
}

/// Removes a sealed fact of the actor's own.
///
/// # Errors
/// When it is not hers.
pub async fn remove(ctx: &Ctx<'_>, id: Uuid) -> Result<(), AppError> {
    let within = people(ctx, Action::Delete)?;
    let mut tx = ctx.begin().await?;
    let gone = sealed_record::Entity::delete_many().filter(within).filter(sealed_record::Column::Id.eq(id)).exec(tx.conn()).await;
    if gone.map_err(StoreError::from)?.rows_affected == 0 {
        return Err(AppError::NotFound);
    }
    tx.note("sealed_removed", "trainee", ctx.actor.trainee.map(|id| id.0), serde_json::json!({}));
    tx.commit().await?;
    Ok(())
}

/// Gives sealed facts to another record of the same person: each is bound to its record and sealed
/// anew. Answers which went; `only` names them, without it all go.
///
/// # Errors
/// When a key is not at hand, or the database refuses.
pub async fn pass_on(state: &AppState, tx: &Tx, from: Uuid, to: Uuid, only: Option<&[Uuid]>) -> Result<Vec<Uuid>, AppError> {
    let mut find = sealed_record::Entity::find().filter(sealed_record::Column::TraineeId.eq(from));
    if let Some(only) = only {
        find = find.filter(sealed_record::Column::Id.is_in(only.iter().copied()));
    }
    let mut gone = Vec::new();
    for row in find.all(tx.conn()).await.map_err(StoreError::from)? {
        let text = state.vault.unseal(&place(&row), &stored(&row))?;
        let moved = sealed_record::Model { trainee_id: to, ..row };
        let again = state.vault.seal(&place(&moved), &text)?;
        sealed_record::Entity::update_many()
            .col_expr(sealed_record::Column::TraineeId, Expr::value(to))
            .col_expr(sealed_record::Column::KeyId, Expr::value(again.key_id))
            .col_expr(sealed_record::Column::Nonce, Expr::value(again.nonce))
            .col_expr(sealed_record::Column::Sealed, Expr::value(again.text))
            .filter(sealed_record::Column::Id.eq(moved.id))
            .exec(tx.conn())
            .await
            .map_err(StoreError::from)?;
        gone.push(moved.id);
    }
    Ok(gone)
}

/// Seals everything anew with the current key; in batches, so that it can be interrupted and
/// repeated. Second factors of accounts are sealed with the same keys and go along.
///
/// # Errors
/// When an old key is no longer configured.
pub async fn rotate(state: &AppState, now_ms: i64) -> Result<usize, AppError> {
    let mut done = 0;
    loop {
        let mut tx = state.store.begin(None, now_ms).await?;
        let rows = sealed_record::Entity::find()
            .filter(sealed_record::Column::KeyId.ne(state.vault.current()))
            .limit(200)
            .all(tx.conn())
            .await
            .map_err(StoreError::from)?;
        if rows.is_empty() {
            break;
        }
        let count = rows.len();
        for row in rows {
            let text = state.vault.unseal(&place(&row), &stored(&row))?;
            let sealed = state.vault.seal(&place(&row), &text)?;
            sealed_record::Entity::update_many()
                .col_expr(sealed_record::Column::KeyId, Expr::value(sealed.key_id))
                .col_expr(sealed_record::Column::Nonce, Expr::value(sealed.nonce))
                .col_expr(sealed_record::Column::Sealed, Expr::value(sealed.text))
                .filter(sealed_record::Column::Id.eq(row.id))
                .exec(tx.conn())
                .await
                .map_err(StoreError::from)?;
        }
        tx.note("rotated", "sealed_record", None, serde_json::json!({ "rows": count }));
        tx.commit().await?;
        done += count;
    }
    done += crate::app::imports::rotate(state, now_ms).await?;
    Ok(done + crate::app::second_factor::rotate(state, now_ms).await? + crate::app::certificates::reseal(state, now_ms).await?)
}
