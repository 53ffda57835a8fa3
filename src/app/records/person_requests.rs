//! What people ask about their own data. Asked and answered in `app::person_requests`.

use super::*;
use passerelle_domain::privacy::{RequestKind, RequestStatus};
use passerelle_store::entity::person_request;

#[derive(Debug)]
pub struct PersonRequests;

impl Spec for PersonRequests {
    type Entity = person_request::Entity;
    const NAME: &'static str = "person-requests";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::choice("kind", "request-kind", RequestKind::WORDS).listed().filters().sorts(),
        Field::choice("field", "field", &crate::app::privacy::person_requests::CORRECTABLE).listed(),
        Field::text("value", 500),
        Field::text("reason", 1000),
        Field::choice("status", "request-status", RequestStatus::WORDS).listed().filters().sorts(),
        Field::text("answer", 1000),
        Field::new("asked_at", Kind::Moment).listed(),
        Field::new("decided_at", Kind::Moment),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("read-only: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("kind", row.kind.as_str().into()),
            ("field", text(&row.field)),
            ("value", text(&row.value)),
            ("reason", row.reason.as_str().into()),
            ("status", row.status.as_str().into()),
            ("answer", text(&row.answer)),
            ("asked_at", moment(Some(row.created_at_ms))),
            ("decided_at", moment(row.decided_at_ms)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.kind.clone()
    }
}
