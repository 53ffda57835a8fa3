//! What a programme teaches against what its occupation asks, before anybody is enrolled: learning outcomes tied to ESCO
//! skills, held against the essential skills of each ESCO occupation of the programme's ISCO group.

use super::Ctx;
use crate::error::AppError;
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_store::entity::{concept, concept_relation, programme, programme_skill};
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use passerelle_store::{StoreError, record};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Occupations of one ISCO group that are looked at.
const OCCUPATIONS_MAX: u64 = 60;

/// One ESCO occupation, and how far the programme leads to it.
#[derive(Debug, Clone, Serialize)]
pub struct Covered {
    /// Address of the occupation.
    pub occupation: String,
    pub essential: usize,
    pub taught: usize,
    /// Addresses of essential skills that nothing in the programme teaches.
    pub missing: Vec<String>,
}

/// What a programme covers, the best covered occupation first.
///
/// # Errors
/// When the programme is not the actor's to read.
pub async fn of_programme(ctx: &Ctx<'_>, id: Uuid) -> Result<Vec<Covered>, AppError> {
    let scope = permit(ctx.actor, Action::Read, Subject::Programme)?;
    let conn = ctx.state.store.read();
    let row = record::find::<programme::Entity>(conn, &scope, id).await?.ok_or(AppError::NotFound)?;
    let taught: BTreeSet<String> = programme_skill::Entity::find()
        .filter(programme_skill::Column::ProgrammeId.eq(id))
        .all(conn)
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .map(|row| row.skill)
        .collect();
    let mut covered: Vec<Covered> = essential(conn, &row.occupation)
        .await?
        .into_iter()
        .map(|(occupation, skills)| {
            let missing: Vec<String> = skills.iter().filter(|skill| !taught.contains(*skill)).cloned().collect();
            Covered { occupation, essential: skills.len(), taught: skills.len() - missing.len(), missing }
        })
        .collect();
    // The share first, then the larger occupation: cross-multiplied, so that no rounding decides.
    covered.sort_by(|a, b| {
        (b.taught * a.essential.max(1), b.essential, &a.occupation).cmp(&(a.taught * b.essential.max(1), a.essential, &b.occupation))
    });
    Ok(covered)
}

/// Essential skills of the occupations of an ISCO group, in the version of ESCO that is loaded last.
async fn essential(conn: &impl ConnectionTrait, isco: &str) -> Result<BTreeMap<String, BTreeSet<String>>, AppError> {
    let occupations: Vec<(i64, String, String)> = concept::Entity::find()
        .select_only()
        .columns([concept::Column::Id, concept::Column::SchemeVersion])
        .column(concept::Column::Uri)
        .filter(concept::Column::Kind.eq("occupation"))
        .filter(concept::Column::Isco.eq(isco))
        .order_by_desc(concept::Column::SchemeVersion)
        .order_by_asc(concept::Column::Uri)
        .limit(OCCUPATIONS_MAX)
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let newest = occupations.first().map(|(_, version, _)| version.clone()).unwrap_or_default();
    let uris: BTreeMap<i64, String> =
        occupations.into_iter().filter(|(_, version, _)| *version == newest).map(|(id, _, uri)| (id, uri)).collect();
    let relations = concept_relation::Entity::find()
        .filter(concept_relation::Column::FromId.is_in(uris.keys().copied()))
        .filter(concept_relation::Column::Kind.eq("essential"));
    let asked = relations.clone().select_only().column(concept_relation::Column::ToId).into_query();
    let pairs: Vec<(i64, i64)> = relations
        .select_only()
        .columns([concept_relation::Column::FromId, concept_relation::Column::ToId])
        .into_tuple()
        .all(conn)
        .await
        .map_err(StoreError::from)?;
    let skills: BTreeMap<i64, String> = concept::Entity::find()
        .select_only()
        .columns([concept::Column::Id, concept::Column::Uri])
        .filter(concept::Column::Id.in_subquery(asked))
        .into_tuple::<(i64, String)>()
        .all(conn)
        .await
        .map_err(StoreError::from)?
        .into_iter()
        .collect();
    let mut found: BTreeMap<String, BTreeSet<String>> = uris.values().map(|uri| (uri.clone(), BTreeSet::new())).collect();
    for (from, to) in pairs {
        if let (Some(occupation), Some(skill)) = (uris.get(&from), skills.get(&to)) {
            found.entry(occupation.clone()).or_default().insert(skill.clone());
        }
    }
    found.retain(|_, skills| !skills.is_empty());
    Ok(found)
}
