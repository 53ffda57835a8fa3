//! Learning outcomes of a programme, each tied to a skill of ESCO.

use super::*;
use passerelle_store::entity::programme_skill;

#[derive(Debug)]
pub struct ProgrammeSkills;

impl Spec for ProgrammeSkills {
    type Entity = programme_skill::Entity;
    const NAME: &'static str = "programme-skills";
    const FIELDS: &'static [Field] = &[
        Field::reference("programme_id", "programmes").required().listed().filters().fixed(),
        Field::text("learning_outcome", 300).required().listed(),
        Field::new("skill", Kind::Concept).required().listed().filters(),
        Field::new("hours_taught", Kind::Number { min: 0, max: 20000 }).required().listed(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        programme_skill::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            programme_id: r.reference("programme_id"),
            learning_outcome: r.text("learning_outcome"),
            skill: r.concept("skill"),
            hours_taught: r.number("hours_taught"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("programme_id", row.programme_id.to_string().into()),
            ("learning_outcome", row.learning_outcome.as_str().into()),
            ("skill", row.skill.as_str().into()),
            ("hours_taught", row.hours_taught.into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.learning_outcome.clone()
    }
}
