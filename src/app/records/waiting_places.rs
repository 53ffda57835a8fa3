//! Places in the waiting list of a cohort, as the selection gave them.

use super::*;
use passerelle_domain::people::Track;
use passerelle_domain::selection::WaitingEnd;
use passerelle_store::entity::waiting_place;

#[derive(Debug)]
pub struct WaitingPlaces;

impl Spec for WaitingPlaces {
    type Entity = waiting_place::Entity;
    const NAME: &'static str = "waiting-places";
    const READ_ONLY: bool = true;
    const TITLE_GROUP: FieldGroup = FieldGroup::Training;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::reference("cohort_id", "cohorts").listed().filters(),
        Field::choice("track", "track", Track::WORDS).listed().filters().group(FieldGroup::Training),
        Field::new("place", Kind::Number { min: 1, max: 100000 }).listed().sorts().group(FieldGroup::Training),
        Field::new("since_on", Kind::Date).listed().sorts().group(FieldGroup::Training),
        Field::new("ended_on", Kind::Date).listed().group(FieldGroup::Training),
        Field::choice("ended_for", "waiting-end", WaitingEnd::WORDS).listed().filters().group(FieldGroup::Training),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("places are given by the selection: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("cohort_id", row.cohort_id.to_string().into()),
            ("track", row.track.as_str().into()),
            ("place", row.place.into()),
            ("since_on", row.since_on.to_string().into()),
            ("ended_on", shown(&row.ended_on)),
            ("ended_for", text(&row.ended_for)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.place.to_string()
    }
}
