//! Journeys as they stand. They move by events (`app::journeys`); nobody writes them.

use super::*;
use passerelle_domain::corridor::Party;
use passerelle_domain::people::JourneyState;
use passerelle_engine::pathway::JourneyStanding;
use passerelle_store::entity::journey;

#[derive(Debug)]
pub struct Journeys;

impl Spec for Journeys {
    type Entity = journey::Entity;
    const NAME: &'static str = "journeys";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::choice("state", "journey-state", JourneyState::WORDS).listed().filters().sorts().group(FieldGroup::Journey),
        Field::new("pathway", Kind::Pack).listed().filters().group(FieldGroup::Journey),
        Field::new("pathway_version", Kind::Number { min: 1, max: 1_000_000 }).group(FieldGroup::Journey),
        Field::new("origin", Kind::Country).filters().sorts().group(FieldGroup::Journey),
        Field::new("destination", Kind::Country).filters().group(FieldGroup::Journey),
        Field::text("next_step", 200).listed().group(FieldGroup::Journey),
        Field::choice("owner", "party", Party::WORDS).listed().filters().group(FieldGroup::Journey),
        Field::new("due_on", Kind::Date).listed().filters().group(FieldGroup::Journey),
        Field::choice("standing", "journey-standing", JourneyStanding::WORDS).listed().filters().sorts().group(FieldGroup::Journey),
        Field::new("ready_on", Kind::Date).filters().group(FieldGroup::Journey),
        Field::new("horizon_on", Kind::Date).group(FieldGroup::Journey),
        Field::text("horizon_paper", 200).group(FieldGroup::Journey),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("journeys are read-only: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("state", row.state.as_str().into()),
            ("pathway", text(&row.pathway)),
            ("pathway_version", row.pathway_version.into()),
            ("origin", row.origin.as_str().into()),
            ("destination", text(&row.destination)),
            ("next_step", text(&row.next_step)),
            ("owner", text(&row.owner)),
            ("due_on", shown(&row.due_on)),
            ("standing", row.standing.as_str().into()),
            ("ready_on", shown(&row.ready_on)),
            ("horizon_on", shown(&row.horizon_on)),
            ("horizon_paper", text(&row.horizon_paper)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        match &row.pathway {
            Some(pathway) => format!("{pathway} {}", super::super::resource::short_reference(row.trainee_id)),
            None => super::super::resource::short_reference(row.trainee_id),
        }
    }
}
