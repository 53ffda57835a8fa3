//! Sites: places of work of employers, campuses of institutes.

use super::*;
use passerelle_store::entity::site;

#[derive(Debug)]
pub struct Sites;

impl Spec for Sites {
    type Entity = site::Entity;
    const NAME: &'static str = "sites";
    const FIELDS: &'static [Field] = &[
        Field::reference("organisation_id", "organisations").required().listed().filters().fixed(),
        Field::text("name", 200).required().listed().sorts(),
        Field::text("city", 120).required().listed(),
        Field::new("subdivision", Kind::Subdivision).listed().filters(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        site::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            organisation_id: r.reference("organisation_id"),
            name: r.text("name"),
            city: r.text("city"),
            subdivision: r.subdivision_or_none("subdivision").map(|part| part.to_string()),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("organisation_id", row.organisation_id.to_string().into()),
            ("name", row.name.as_str().into()),
            ("city", row.city.as_str().into()),
            ("subdivision", text(&row.subdivision)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{}, {}", row.name, row.city)
    }
}
