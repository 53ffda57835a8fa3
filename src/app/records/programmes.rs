//! Training programmes.

use super::*;
use crate::text::fold;
use passerelle_domain::level::LevelBasis;
use passerelle_store::entity::programme;

#[derive(Debug)]
pub struct Programmes;

impl Spec for Programmes {
    type Entity = programme::Entity;
    const NAME: &'static str = "programmes";
    const CHILDREN: &'static [(&'static str, &'static str)] =
        &[("cohorts", "programme_id"), ("programme-skills", "programme_id"), ("equivalences", "programme_id")];
    const FIELDS: &'static [Field] = &[
        Field::text("name", 200).required().listed().sorts(),
        Field::reference("institute_id", "organisations").required().listed().filters().fixed(),
        Field::new("occupation", Kind::Occupation).required().listed().filters().sorts(),
        Field::new("isced_field", Kind::IscedField),
        Field::new("eqf_level", Kind::Eqf),
        Field::choice("eqf_basis", "level-basis", LevelBasis::WORDS).required(),
        Field::new("language", Kind::Language).required().listed(),
        Field::new("hours", Kind::Number { min: 1, max: 20_000 }).required().listed(),
        Field::text("awarded_qualification", 200).required(),
        Field::new("attempts_max", Kind::Number { min: 1, max: 20 }),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let name = r.text("name");
        programme::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            search: fold(&name),
            name,
            institute_id: r.reference("institute_id"),
            occupation: r.occupation("occupation"),
            isced_field: r.isced_field_or_none("isced_field"),
            eqf_level: r.eqf_or_none("eqf_level"),
            eqf_basis: r.choice("eqf_basis"),
            language: r.language("language").map(|tag| tag.to_string()).unwrap_or_default(),
            hours: r.number("hours"),
            awarded_qualification: r.text("awarded_qualification"),
            attempts_max: r.number_or_none("attempts_max"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("name", row.name.as_str().into()),
            ("institute_id", row.institute_id.to_string().into()),
            ("occupation", row.occupation.as_str().into()),
            ("isced_field", text(&row.isced_field)),
            ("eqf_level", row.eqf_level.into()),
            ("eqf_basis", row.eqf_basis.as_str().into()),
            ("language", row.language.as_str().into()),
            ("hours", row.hours.into()),
            ("awarded_qualification", row.awarded_qualification.as_str().into()),
            ("attempts_max", row.attempts_max.into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.name.clone()
    }
}
