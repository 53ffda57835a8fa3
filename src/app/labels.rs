//! Labels of the configuration in the reader's language: an authority writes once what a name is
//! called in another language, and it is called so wherever it stands.

use super::Ctx;
use crate::error::AppError;
use passerelle_store::StoreError;
use passerelle_store::entity::{help_text, label};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::{BTreeMap, BTreeSet};

/// What the texts are called in a language; texts without a label are left out. Names that are
/// written in the language already need none.
///
/// # Errors
/// When the database refuses.
pub async fn of(ctx: &Ctx<'_>, language: &str, texts: BTreeSet<String>) -> Result<BTreeMap<String, String>, AppError> {
    if texts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let find = label::Entity::find().filter(label::Column::Language.eq(language)).filter(label::Column::Source.is_in(texts));
    Ok(find.all(ctx.state.store.read()).await.map_err(StoreError::from)?.into_iter().map(|row| (row.source, row.body)).collect())
}

/// The help of an authority for a stage in its country, in a language.
///
/// # Errors
/// When the database refuses.
pub async fn help(ctx: &Ctx<'_>, stage: &str, country: &str, language: &str) -> Result<Option<String>, AppError> {
    let find = help_text::Entity::find()
        .filter(help_text::Column::Stage.eq(stage))
        .filter(help_text::Column::Country.eq(country))
        .filter(help_text::Column::Language.eq(language));
    Ok(find.one(ctx.state.store.read()).await.map_err(StoreError::from)?.map(|row| row.body))
}
