//! Help that an authority writes for a stage in its country.

use super::*;
use passerelle_domain::people::JourneyState;
use passerelle_store::entity::help_text;

#[derive(Debug)]
pub struct HelpTexts;

impl Spec for HelpTexts {
    type Entity = help_text::Entity;
    const NAME: &'static str = "help-texts";
    const FIELDS: &'static [Field] = &[
        Field::choice("stage", "journey-state", JourneyState::WORDS).required().listed().filters().sorts().fixed(),
        Field::new("country", Kind::Country).required().listed().filters().sorts().fixed(),
        Field::choice("language", "page-language", LANGUAGES).required().listed().filters().fixed(),
        Field::text("body", 2000).required(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        help_text::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            stage: r.choice("stage"),
            country: r.country("country"),
            language: r.choice("language"),
            body: r.text("body"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("stage", row.stage.as_str().into()),
            ("country", row.country.as_str().into()),
            ("language", row.language.as_str().into()),
            ("body", row.body.as_str().into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} {} {}", row.stage, row.country, row.language)
    }
}
