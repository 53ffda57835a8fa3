//! Skills that a need asks for.

use super::*;
use passerelle_domain::people::SkillImportance;
use passerelle_store::entity::need_skill;

#[derive(Debug)]
pub struct NeedSkills;

impl Spec for NeedSkills {
    type Entity = need_skill::Entity;
    const NAME: &'static str = "need-skills";
    const FIELDS: &'static [Field] = &[
        Field::reference("need_id", "needs").required().listed().filters().fixed(),
        Field::new("skill", Kind::Concept).required().listed().filters(),
        Field::choice("importance", "skill-importance", SkillImportance::WORDS).required().listed().filters(),
        Field::new("weight", Kind::Number { min: 1, max: 5 }).required().listed().sorts(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        need_skill::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            need_id: r.reference("need_id"),
            skill: r.concept("skill"),
            importance: r.choice("importance"),
            weight: r.number("weight"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("need_id", row.need_id.to_string().into()),
            ("skill", row.skill.as_str().into()),
            ("importance", row.importance.as_str().into()),
            ("weight", row.weight.into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.skill.clone()
    }
}
