//! Skills that somebody confirmed among suggestions, noted at once or not at all.

use super::{Ctx, records};
use crate::error::{AppError, FieldError};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::people::SkillProvenance;
use passerelle_store::entity::skill_claim;
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use passerelle_store::{StoreError, record};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Skills that are confirmed at once.
pub const CONFIRMED_MAX: usize = 60;

/// Notes skills of a person on the word of whoever confirms them: her own, or her institute's. What was noted on that
/// word before stands as it is. Gives how many are new.
///
/// # Errors
/// When she is not the actor's to write about, or a skill is none; then nothing is noted.
pub async fn confirm(ctx: &Ctx<'_>, person: Uuid, skills: &[&str]) -> Result<usize, AppError> {
    let scope = permit(ctx.actor, Action::Create, Subject::SkillClaim)?;
    let skills: BTreeSet<&str> = skills.iter().copied().collect();
    if skills.is_empty() || skills.len() > CONFIRMED_MAX {
        let error = FieldError::new("skill", "between", format!("names none, or more than {CONFIRMED_MAX}"));
        return Err(AppError::Invalid(vec![error.with("max", CONFIRMED_MAX)]));
    }
    let index = ctx.state.concepts.ready(&ctx.state.store).await?;
    if skills.iter().any(|skill| !index.is_skill(skill)) {
        return Err(AppError::invalid("skill", "concept-uri", "names something that is no skill"));
    }
    let mut tx = ctx.begin().await?;
    let trainees = records::find("trainees").ok_or_else(|| AppError::internal("there are no trainees among the records"))?;
    if !trainees.visible(ctx, &tx, person).await? {
        return Err(AppError::NotFound);
    }
    let herself = ctx.actor.trainee.is_some_and(|own| own.0 == person);
    let provenance = if herself { SkillProvenance::SelfStated } else { SkillProvenance::Institute }.to_string();
    let find = skill_claim::Entity::find()
        .filter(skill_claim::Column::TraineeId.eq(person))
        .filter(skill_claim::Column::Provenance.eq(provenance.as_str()));
    let known = find.all(tx.conn()).await.map_err(StoreError::from)?;
    let known: BTreeSet<&str> = known.iter().map(|claim| claim.skill.as_str()).collect();
    let rows: Vec<skill_claim::Model> = skills
        .difference(&known)
        .map(|skill| skill_claim::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: ctx.now.ms(),
            updated_at_ms: ctx.now.ms(),
            trainee_id: person,
            skill: (*skill).to_owned(),
            provenance: provenance.clone(),
            stated_on: ctx.now.date(),
        })
        .collect();
    let Some(first) = rows.first().map(|row| row.id) else { return Ok(0) };
    let count = rows.len();
    record::insert_many::<skill_claim::Entity>(&mut tx, rows).await?;
    // All are of one person: where one may be written, all may.
    if record::find::<skill_claim::Entity>(tx.conn(), &scope, first).await?.is_none() {
        return Err(AppError::Forbidden);
    }
    tx.commit().await?;
    Ok(count)
}
