//! Records opened for a short while. Opened and reviewed in `app::exceptional`.

use super::*;
use passerelle_domain::access::Role;
use passerelle_store::entity::exceptional_access;

#[derive(Debug)]
pub struct ExceptionalAccesses;

impl Spec for ExceptionalAccesses {
    type Entity = exceptional_access::Entity;
    const NAME: &'static str = "exceptional-accesses";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::choice("role", "role", Role::WORDS).listed().filters(),
        Field::reference("organisation_id", "organisations").listed(),
        Field::text("reason", 500).listed(),
        Field::new("opened_at", Kind::Moment).listed(),
        Field::new("ends_at", Kind::Moment).listed(),
        Field::text("review", 500),
        Field::new("reviewed_at", Kind::Moment).listed(),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("read-only: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("role", row.role.as_str().into()),
            ("organisation_id", shown(&row.organisation_id)),
            ("reason", row.reason.as_str().into()),
            ("opened_at", moment(Some(row.created_at_ms))),
            ("ends_at", moment(Some(row.ends_at_ms))),
            ("review", text(&row.review)),
            ("reviewed_at", moment(row.reviewed_at_ms)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        crate::app::resource::short_reference(row.id)
    }
}
