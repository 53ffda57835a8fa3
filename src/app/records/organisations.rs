//! Organisations: employers, institutes, authorities, worker organisations, funders.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use crate::text::fold;
use async_trait::async_trait;
use passerelle_domain::access::Role;
use passerelle_domain::ids::OrganisationId;
use passerelle_domain::people::{Answer, OrganisationKind, OrganisationStatus};
use passerelle_store::entity::organisation;
use passerelle_store::{Tx, tree};

#[derive(Debug)]
pub struct Organisations;

#[async_trait]
impl Spec for Organisations {
    type Entity = organisation::Entity;
    const NAME: &'static str = "organisations";
    const CHILDREN: &'static [(&'static str, &'static str)] =
        &[("sites", "organisation_id"), ("programmes", "institute_id"), ("needs", "employer_id")];
    const FIELDS: &'static [Field] = &[
        Field::text("name", 200).required().listed().sorts(),
        Field::choice("kind", "organisation-kind", OrganisationKind::WORDS).required().listed().filters().fixed(),
        Field::new("country", Kind::Country).required().listed().filters().sorts().fixed(),
        Field::new("subdivision", Kind::Subdivision),
        Field::reference("parent_id", "organisations").listed().filters(),
        Field::text("register_number", 60),
        Field::new("lei", Kind::Lei),
        Field::choice("status", "organisation-status", OrganisationStatus::WORDS).required().listed().filters(),
        Field::new("licence_valid_to", Kind::Date).listed(),
        Field::choice("insolvent", "answer", Answer::WORDS).required(),
        Field::choice("open_sanction", "answer", Answer::WORDS).required(),
        Field::choice("unpaid_wage_judgment", "answer", Answer::WORDS).required(),
        Field::new("provides_housing", Kind::Flag),
        Field::choice("housing_approved", "answer", Answer::WORDS).required(),
        Field::text("accreditation", 120),
        Field::new("accreditation_valid_to", Kind::Date),
        Field::text("accreditation_evidence", 300),
    ];

    fn read(r: &mut Reader<'_>, base: Base, before: Option<&RowOf<Self>>) -> RowOf<Self> {
        let name = r.text("name");
        let country = r.country("country");
        let subdivision = r.subdivision_or_none("subdivision");
        if subdivision.as_ref().is_some_and(|part| !country.is_empty() && part.country().as_str() != country) {
            r.refuse(FieldError::new("subdivision", "subdivision-elsewhere", "does not lie in the country of the organisation"));
        }
        organisation::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            search: fold(&name),
            name,
            kind: r.choice("kind"),
            country,
            subdivision: subdivision.map(|part| part.to_string()),
            parent_id: r.reference_or_none("parent_id"),
            register_number: r.text_or_none("register_number"),
            lei: r.lei_or_none("lei"),
            status: r.choice("status"),
            licence_valid_to: r.date_or_none("licence_valid_to"),
            insolvent: r.choice("insolvent"),
            open_sanction: r.choice("open_sanction"),
            unpaid_wage_judgment: r.choice("unpaid_wage_judgment"),
            provides_housing: r.flag("provides_housing"),
            housing_approved: r.choice("housing_approved"),
            accreditation: r.text_or_none("accreditation"),
            accreditation_valid_to: r.date_or_none("accreditation_valid_to"),
            accreditation_evidence: r.text_or_none("accreditation_evidence"),
            demo: before.is_some_and(|row| row.demo),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("name", row.name.as_str().into()),
            ("kind", row.kind.as_str().into()),
            ("country", row.country.as_str().into()),
            ("subdivision", text(&row.subdivision)),
            ("parent_id", shown(&row.parent_id)),
            ("register_number", text(&row.register_number)),
            ("lei", text(&row.lei)),
            ("status", row.status.as_str().into()),
            ("licence_valid_to", shown(&row.licence_valid_to)),
            ("insolvent", row.insolvent.as_str().into()),
            ("open_sanction", row.open_sanction.as_str().into()),
            ("unpaid_wage_judgment", row.unpaid_wage_judgment.as_str().into()),
            ("provides_housing", row.provides_housing.into()),
            ("housing_approved", row.housing_approved.as_str().into()),
            ("accreditation", text(&row.accreditation)),
            ("accreditation_valid_to", shown(&row.accreditation_valid_to)),
            ("accreditation_evidence", text(&row.accreditation_evidence)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.name.clone()
    }

    /// Standing is the state's to record: no organisation vouches for itself.
    fn may_change(role: Role, field: &str) -> bool {
        // Who stands above has the rights of those below: the tree is the platform's to draw.
        if field == "parent_id" {
            return role == Role::Operator;
        }
        role != Role::InstituteHead || matches!(field, "name" | "subdivision" | "register_number" | "lei")
    }

    /// Whoever is above in the tree has the rights of those below: a circle would give all to all.
    async fn check(
        ctx: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        let suspended = |row: &RowOf<Self>| row.status == OrganisationStatus::Suspended.as_str();
        if suspended(row) && before.is_some_and(|before| !suspended(before)) && ctx.actor.works_for(OrganisationId(row.id)) {
            errors.push(FieldError::new("status", "own-organisation", "would lock yourself out: the operator suspends your organisation"));
        }
        let Some(parent) = row.parent_id else { return Ok(()) };
        let branch = tree::branches(tx.conn(), &[row.id]).await?.remove(&row.id).unwrap_or_default();
        if parent == row.id || branch.below.contains(&parent) {
            errors.push(FieldError::new("parent_id", "circle", "stands below this organisation: choose one above it"));
        }
        Ok(())
    }
}
