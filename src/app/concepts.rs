//! Concepts: occupations, skills and groups of ESCO and ISCO, imported from the official files
//! and searched as people type.
//!
//! This service uses the ESCO classification of the European Commission.

pub mod esco_files;
pub mod import;
mod index;
pub mod suggest;

pub use index::{ConceptIndex, Hit};

use super::Ctx;
use crate::error::AppError;
use passerelle_domain::access::{Action, Subject, permit};

/// The most hits that a search gives.
pub const HITS_MAX: usize = 20;

/// Searches preferred, alternative and hidden labels.
///
/// # Errors
/// When the actor may not, or the labels cannot be read.
pub async fn search(ctx: &Ctx<'_>, text: &str, language: &str, kind: Option<&str>) -> Result<Vec<Hit>, AppError> {
    permit(ctx.actor, Action::List, Subject::Concept)?;
    let index = ctx.state.concepts.ready(&ctx.state.store).await?;
    Ok(index.search(text, language, kind, HITS_MAX))
}
