//! Credentials: qualifications that a trainee holds or expects.

use super::*;
use passerelle_domain::level::LevelBasis;
use passerelle_domain::people::CredentialStatus;
use passerelle_store::entity::credential;

#[derive(Debug)]
pub struct Credentials;

impl Spec for Credentials {
    type Entity = credential::Entity;
    const NAME: &'static str = "credentials";
    const TITLE_GROUP: FieldGroup = FieldGroup::Papers;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::text("title", 200).required().listed().sorts().group(FieldGroup::Papers),
        Field::text("awarding_body", 200).required().listed().group(FieldGroup::Papers),
        Field::new("occupation", Kind::Occupation).required().listed().filters().group(FieldGroup::Training),
        Field::new("eqf_level", Kind::Eqf).group(FieldGroup::Training),
        Field::choice("eqf_basis", "level-basis", LevelBasis::WORDS).required().group(FieldGroup::Training),
        Field::choice("status", "credential-status", CredentialStatus::WORDS).required().listed().filters().group(FieldGroup::Papers),
        Field::new("awarded_on", Kind::Date).listed().group(FieldGroup::Papers),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        credential::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            title: r.text("title"),
            awarding_body: r.text("awarding_body"),
            occupation: r.occupation("occupation"),
            eqf_level: r.eqf_or_none("eqf_level"),
            eqf_basis: r.choice("eqf_basis"),
            status: r.choice("status"),
            awarded_on: r.date_or_none("awarded_on"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("title", row.title.as_str().into()),
            ("awarding_body", row.awarding_body.as_str().into()),
            ("occupation", row.occupation.as_str().into()),
            ("eqf_level", row.eqf_level.into()),
            ("eqf_basis", row.eqf_basis.as_str().into()),
            ("status", row.status.as_str().into()),
            ("awarded_on", shown(&row.awarded_on)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.title.clone()
    }
}
