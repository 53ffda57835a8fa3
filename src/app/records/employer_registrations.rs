//! Employers that ask to be let in, until an authority has looked.

use super::*;
use passerelle_domain::registration::{ComplianceClause, RegistrationRefusal, RegistrationStatus};
use passerelle_store::entity::employer_registration;

#[derive(Debug)]
pub struct EmployerRegistrations;

impl Spec for EmployerRegistrations {
    type Entity = employer_registration::Entity;
    const NAME: &'static str = "employer-registrations";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::text("name", 200).listed().sorts(),
        Field::new("country", Kind::Country).listed().filters().sorts(),
        Field::text("register_number", 60).listed(),
        Field::text("lei", 20),
        Field::text("city", 120),
        Field::text("contact_name", 120).listed(),
        Field::text("contact_email", 254),
        Field::text("contact_locale", 2).labelled("language"),
        Field::choices("clauses", "compliance", ComplianceClause::WORDS),
        Field::new("statement_version", Kind::Number { min: 1, max: 1000 }),
        Field::choice("status", "registration-status", RegistrationStatus::WORDS).listed().filters(),
        Field::new("decided_on", Kind::Date),
        Field::choice("refused_for", "registration-refusal", RegistrationRefusal::WORDS).listed(),
        Field::text("note", 500),
        Field::reference("organisation_id", "organisations"),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("registrations come in by the door and are decided in `app::registrations`: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("name", row.name.as_str().into()),
            ("country", row.country.as_str().into()),
            ("register_number", row.register_number.as_str().into()),
            ("lei", text(&row.lei)),
            ("city", row.city.as_str().into()),
            ("contact_name", row.contact_name.as_str().into()),
            ("contact_email", row.contact_email.as_str().into()),
            ("contact_locale", row.contact_locale.as_str().into()),
            ("clauses", codes(&row.clauses)),
            ("statement_version", row.statement_version.into()),
            ("status", row.status.as_str().into()),
            ("decided_on", shown(&row.decided_on)),
            ("refused_for", text(&row.refused_for)),
            ("note", text(&row.note)),
            ("organisation_id", shown(&row.organisation_id)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.name.clone()
    }
}
