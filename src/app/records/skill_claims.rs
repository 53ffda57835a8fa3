//! Skills of a trainee, each on somebody's word and date.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::access::Role;
use passerelle_domain::people::SkillProvenance;
use passerelle_store::Tx;
use passerelle_store::entity::skill_claim;

#[derive(Debug)]
pub struct SkillClaims;

#[async_trait]
impl Spec for SkillClaims {
    type Entity = skill_claim::Entity;
    const NAME: &'static str = "skill-claims";
    const TITLE_GROUP: FieldGroup = FieldGroup::Training;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::new("skill", Kind::Concept).required().listed().filters().sorts().group(FieldGroup::Training),
        Field::choice("provenance", "skill-provenance", SkillProvenance::WORDS).required().listed().filters().group(FieldGroup::Training),
        Field::new("stated_on", Kind::Date).required().listed().sorts().group(FieldGroup::Training),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        skill_claim::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            skill: r.concept("skill"),
            provenance: r.choice("provenance"),
            stated_on: r.date("stated_on"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("skill", row.skill.as_str().into()),
            ("provenance", row.provenance.as_str().into()),
            ("stated_on", row.stated_on.to_string().into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.skill.clone()
    }

    async fn check_delete(ctx: &Ctx<'_>, _: &Tx, row: &RowOf<Self>) -> Result<(), AppError> {
        if only_herself(ctx) && row.provenance != SkillProvenance::SelfStated.as_str() { Err(AppError::Forbidden) } else { Ok(()) }
    }

    /// A trainee gives her own word only; an institute's or a test's word is theirs to give.
    async fn check(
        ctx: &Ctx<'_>,
        _: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        let own_word = SkillProvenance::SelfStated.as_str();
        if only_herself(ctx) && (row.provenance != own_word || before.is_some_and(|before| before.provenance != own_word)) {
            errors.push(FieldError::new("provenance", "not-your-word", "can only be your own word when you enter it yourself"));
        }
        Ok(())
    }
}

fn only_herself(ctx: &Ctx<'_>) -> bool {
    ctx.actor.grants.iter().all(|grant| grant.role == Role::Trainee)
}
