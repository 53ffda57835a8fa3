//! Labels of the configuration in other languages: wherever a name of a programme, cohort,
//! agreement, quota or pathway stands, the reader gets the one in her language.

use super::*;
use crate::text::fold;
use passerelle_store::entity::label;

#[derive(Debug)]
pub struct Labels;

impl Spec for Labels {
    type Entity = label::Entity;
    const NAME: &'static str = "labels";
    const FIELDS: &'static [Field] = &[
        Field::text("source", 200).required().listed().sorts().fixed(),
        Field::choice("language", "page-language", LANGUAGES).required().listed().filters().fixed(),
        Field::text("body", 200).required().listed(),
        Field::new("country", Kind::Country).required().listed().filters().fixed(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let (source, body) = (r.text("source"), r.text("body"));
        label::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            search: fold(&format!("{source} {body}")),
            source,
            body,
            language: r.choice("language"),
            country: r.country("country"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("source", row.source.as_str().into()),
            ("language", row.language.as_str().into()),
            ("body", row.body.as_str().into()),
            ("country", row.country.as_str().into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.source.clone()
    }
}
