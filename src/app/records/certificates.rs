//! Certificates that institutes have signed.

use super::*;
use passerelle_domain::certificate::{CertificateKind, CertificateStatus, RevocationReason};
use passerelle_store::entity::certificate;

#[derive(Debug)]
pub struct Certificates;

impl Spec for Certificates {
    type Entity = certificate::Entity;
    const NAME: &'static str = "certificates";
    const READ_ONLY: bool = true;
    const TITLE_GROUP: FieldGroup = FieldGroup::Name;
    const FIELDS: &'static [Field] = &[
        Field::text("holder_name", 200).listed().group(FieldGroup::Name),
        Field::reference("trainee_id", "trainees").filters(),
        Field::reference("institute_id", "organisations").filters(),
        Field::reference("programme_id", "programmes").listed().filters(),
        Field::text("title", 200).listed(),
        Field::choice("kind", "certificate-kind", CertificateKind::WORDS).listed().filters(),
        Field::new("awarded_on", Kind::Date).listed().sorts(),
        Field::new("valid_to", Kind::Date).listed(),
        Field::choice("status", "certificate-status", CertificateStatus::WORDS).listed().filters(),
        Field::new("revoked_on", Kind::Date),
        Field::choice("revoked_for", "revocation-reason", RevocationReason::WORDS),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("certificates are signed, not written: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("holder_name", row.holder_name.as_str().into()),
            ("trainee_id", row.trainee_id.to_string().into()),
            ("institute_id", row.institute_id.to_string().into()),
            ("programme_id", row.programme_id.to_string().into()),
            ("title", row.title.as_str().into()),
            ("kind", row.kind.as_str().into()),
            ("awarded_on", row.awarded_on.to_string().into()),
            ("valid_to", shown(&row.valid_to)),
            ("status", row.status.as_str().into()),
            ("revoked_on", shown(&row.revoked_on)),
            ("revoked_for", text(&row.revoked_for)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} – {}", row.title, row.holder_name)
    }
}
