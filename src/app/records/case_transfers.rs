//! Cases handed to another organisation, or referred to it. Opened and answered in
//! `app::case_transfers`.

use super::*;
use passerelle_domain::people::{TransferKind, TransferStatus};
use passerelle_store::entity::case_transfer;

#[derive(Debug)]
pub struct CaseTransfers;

impl Spec for CaseTransfers {
    type Entity = case_transfer::Entity;
    const NAME: &'static str = "case-transfers";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::choice("kind", "transfer-kind", TransferKind::WORDS).listed().filters(),
        Field::reference("from_id", "organisations").listed().filters(),
        Field::reference("to_id", "organisations").listed().filters(),
        Field::text("reason", 500),
        Field::choice("status", "transfer-status", TransferStatus::WORDS).listed().filters().sorts(),
        Field::text("note", 500),
        Field::new("decided_at", Kind::Moment),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("read-only: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("kind", row.kind.as_str().into()),
            ("from_id", row.from_id.to_string().into()),
            ("to_id", row.to_id.to_string().into()),
            ("reason", row.reason.as_str().into()),
            ("status", row.status.as_str().into()),
            ("note", text(&row.note)),
            ("decided_at", moment(row.decided_at_ms)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.kind.clone()
    }
}
