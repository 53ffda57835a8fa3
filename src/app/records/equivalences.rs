//! The equivalence matrix: learning outcomes of a programme against the requirements of a reference
//! occupation.

use super::*;
use crate::error::FieldError;
use passerelle_domain::machine::recognition::Measure;
use passerelle_domain::people::Coverage;
use passerelle_store::entity::equivalence;

#[derive(Debug)]
pub struct Equivalences;

impl Spec for Equivalences {
    type Entity = equivalence::Entity;
    const NAME: &'static str = "equivalences";
    const FIELDS: &'static [Field] = &[
        Field::reference("programme_id", "programmes").required().listed().filters().fixed(),
        Field::new("destination", Kind::Country).required().listed().filters().sorts(),
        Field::new("occupation", Kind::Occupation).required().filters(),
        Field::text("requirement", 200).required().listed().sorts(),
        Field::new("skill", Kind::Concept),
        Field::new("hours_asked", Kind::Number { min: 0, max: 20_000 }).required().listed(),
        Field::text("learning_outcome", 200).listed(),
        Field::new("hours_taught", Kind::Number { min: 0, max: 20_000 }).required().listed(),
        Field::choice("coverage", "coverage", Coverage::WORDS).required().listed().filters(),
        Field::choice("measure", "measure", Measure::WORDS).listed(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let (coverage, learning_outcome) = (r.choice("coverage"), r.text_or_none("learning_outcome"));
        let (hours_asked, hours_taught) = (r.number("hours_asked"), r.number("hours_taught"));
        if coverage == Coverage::Missing.as_str() && (hours_taught > 0 || learning_outcome.is_some()) {
            r.refuse(FieldError::new("coverage", "coverage-taught", "is missing, and yet something is taught: say partly"));
        }
        if coverage == Coverage::Covered.as_str() && hours_taught < hours_asked {
            r.refuse(FieldError::new("coverage", "coverage-hours", "is covered, and yet fewer hours are taught than asked: say partly"));
        }
        if coverage != Coverage::Missing.as_str() && learning_outcome.is_none() {
            r.refuse(FieldError::new("learning_outcome", "required", "is needed where something is covered"));
        }
        equivalence::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            programme_id: r.reference("programme_id"),
            destination: r.country("destination"),
            occupation: r.occupation("occupation"),
            requirement: r.text("requirement"),
            skill: r.concept_or_none("skill"),
            hours_asked,
            learning_outcome,
            hours_taught,
            coverage,
            measure: r.choice_or_none("measure"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("programme_id", row.programme_id.to_string().into()),
            ("destination", row.destination.as_str().into()),
            ("occupation", row.occupation.as_str().into()),
            ("requirement", row.requirement.as_str().into()),
            ("skill", text(&row.skill)),
            ("hours_asked", row.hours_asked.into()),
            ("learning_outcome", text(&row.learning_outcome)),
            ("hours_taught", row.hours_taught.into()),
            ("coverage", row.coverage.as_str().into()),
            ("measure", text(&row.measure)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.requirement.clone()
    }
}
