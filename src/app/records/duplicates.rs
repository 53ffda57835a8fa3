//! Pairs of records that may be one person. Found and decided in `app::duplicates`. What is shown
//! of either record is that record's own matter: here are only the grounds.

use super::*;
use passerelle_domain::privacy::DuplicateStatus;
use passerelle_store::entity::duplicate;

const GROUNDS: &[&str] = &["document", "name", "birth_date"];

#[derive(Debug)]
pub struct Duplicates;

impl Spec for Duplicates {
    type Entity = duplicate::Entity;
    const NAME: &'static str = "duplicates";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("first_id", "trainees").listed(),
        Field::reference("second_id", "trainees").listed(),
        Field::choices("grounds", "duplicate-ground", GROUNDS).listed(),
        Field::new("score", Kind::Number { min: 0, max: 100 }).listed().sorts(),
        Field::choice("status", "duplicate-status", DuplicateStatus::WORDS).listed().filters().sorts(),
        Field::new("decided_at", Kind::Moment),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("read-only: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("first_id", row.first_id.to_string().into()),
            ("second_id", row.second_id.to_string().into()),
            ("grounds", codes(&row.grounds)),
            ("score", row.score.into()),
            ("status", row.status.as_str().into()),
            ("decided_at", moment(row.decided_at_ms)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.status.clone()
    }
}
