//! The annex of an agreement: what the origin gives the other side to see of the people matched
//! under it.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_store::entity::agreement;
use passerelle_store::entity::shared_group;
use passerelle_store::query::EntityTrait;
use passerelle_store::{StoreError, Tx};

/// Every group but the general one: that somebody is there is known from the proposal.
const GROUPS: &[&str] = &["name", "identity", "demographic", "contact", "training", "journey", "papers"];

#[derive(Debug)]
pub struct SharedGroups;

#[async_trait]
impl Spec for SharedGroups {
    type Entity = shared_group::Entity;
    const NAME: &'static str = "shared-groups";
    const FIELDS: &'static [Field] = &[
        Field::reference("agreement_id", "agreements").required().listed().filters().fixed(),
        Field::choice("field_group", "field-group", GROUPS).required().listed().filters().fixed(),
        Field::new("origin", Kind::Country).required().listed().filters().sorts().fixed(),
        Field::new("destination", Kind::Country).required().listed().filters().sorts().fixed(),
        Field::new("since", Kind::Date).required().listed(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        shared_group::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            agreement_id: r.reference("agreement_id"),
            field_group: r.choice("field_group"),
            origin: r.country("origin"),
            destination: r.country("destination"),
            since: r.date("since"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("agreement_id", row.agreement_id.to_string().into()),
            ("field_group", row.field_group.as_str().into()),
            ("origin", row.origin.as_str().into()),
            ("destination", row.destination.as_str().into()),
            ("since", row.since.to_string().into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} → {}: {}", row.origin, row.destination, row.field_group)
    }

    /// The countries are those of the agreement: they are written down with the row so that it can
    /// be found by them.
    async fn check(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>, _: Option<&RowOf<Self>>, errors: &mut Vec<FieldError>) -> Result<(), AppError> {
        let found = agreement::Entity::find_by_id(row.agreement_id).one(tx.conn()).await.map_err(StoreError::from)?;
        for (field, sent) in [("origin", &row.origin), ("destination", &row.destination)] {
            let said = found.as_ref().map(|agreement| if field == "origin" { &agreement.origin } else { &agreement.destination });
            if said != Some(sent) {
                errors.push(FieldError::new(field, "agreement-elsewhere", "is not the country that the agreement names"));
            }
        }
        Ok(())
    }
}
