//! Cases of people who cannot go on. They move by events (`app::contingency`); nobody writes them.

use super::disruptions::CAUSE_WORDS;
use super::*;
use passerelle_domain::contingency::{Control, Response};
use passerelle_domain::machine::contingency::State;
use passerelle_store::entity::contingency_case;

#[derive(Debug)]
pub struct ContingencyCases;

impl Spec for ContingencyCases {
    type Entity = contingency_case::Entity;
    const NAME: &'static str = "contingency-cases";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::reference("disruption_id", "disruptions").listed().filters(),
        Field::choice("cause", "cause", &CAUSE_WORDS).listed().filters().group(FieldGroup::Journey),
        Field::choice("control", "control", Control::WORDS).filters().group(FieldGroup::Journey),
        Field::new("safety_risk", Kind::Flag).filters().group(FieldGroup::Journey),
        Field::choice("state", "contingency-state", State::WORDS).listed().filters().sorts().group(FieldGroup::Journey),
        Field::new("reported_on", Kind::Date).listed().sorts().group(FieldGroup::Journey),
        Field::new("due_on", Kind::Date).listed().filters().group(FieldGroup::Journey),
        Field::new("horizon_on", Kind::Date).group(FieldGroup::Journey),
        Field::choice("chosen", "response", Response::WORDS).listed().filters().group(FieldGroup::Journey),
        Field::choice("outcome", "response", Response::WORDS).filters().group(FieldGroup::Journey),
        Field::new("closed_on", Kind::Date).group(FieldGroup::Journey),
        Field::new("turn_until", Kind::Date).group(FieldGroup::Journey),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("contingency cases are read-only: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("disruption_id", shown(&row.disruption_id)),
            ("cause", row.cause.as_str().into()),
            ("control", row.control.as_str().into()),
            ("safety_risk", row.safety_risk.into()),
            ("state", row.state.as_str().into()),
            ("reported_on", row.reported_on.to_string().into()),
            ("due_on", shown(&row.due_on)),
            ("horizon_on", shown(&row.horizon_on)),
            ("chosen", text(&row.chosen)),
            ("outcome", text(&row.outcome)),
            ("closed_on", shown(&row.closed_on)),
            ("turn_until", shown(&row.turn_until)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} {}", row.reported_on, super::super::resource::short_reference(row.trainee_id))
    }
}
