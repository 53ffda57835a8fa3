//! Cohorts: one run of a programme, with seats by track.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use crate::text::fold;
use async_trait::async_trait;
use passerelle_domain::period::DateWindow;
use passerelle_store::Tx;
use passerelle_store::entity::{cohort, programme};
use passerelle_store::query::EntityTrait;

#[derive(Debug)]
pub struct Cohorts;

const SEATS: Kind = Kind::Number { min: 0, max: 10_000 };

#[async_trait]
impl Spec for Cohorts {
    type Entity = cohort::Entity;
    const NAME: &'static str = "cohorts";
    const CHILDREN: &'static [(&'static str, &'static str)] = &[("trainees", "cohort_id")];
    const FIELDS: &'static [Field] = &[
        Field::text("name", 200).required().listed().sorts(),
        Field::reference("institute_id", "organisations").required().filters().fixed(),
        Field::reference("programme_id", "programmes").required().listed().filters(),
        Field::new("starts_on", Kind::Date).required().listed().sorts(),
        Field::new("ends_on", Kind::Date).required().listed().sorts(),
        Field::new("seats_away", SEATS).required().listed(),
        Field::new("seats_home", SEATS).required().listed(),
        Field::new("seats_undecided", SEATS).required().listed(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let name = r.text("name");
        let (starts_on, ends_on) = (r.date("starts_on"), r.date("ends_on"));
        if let Err(error) = DateWindow::new(starts_on, ends_on) {
            r.refuse(FieldError::of("ends_on", &error));
        }
        cohort::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            search: fold(&name),
            name,
            institute_id: r.reference("institute_id"),
            programme_id: r.reference("programme_id"),
            starts_on,
            ends_on,
            seats_away: r.number("seats_away"),
            seats_home: r.number("seats_home"),
            seats_undecided: r.number("seats_undecided"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("name", row.name.as_str().into()),
            ("institute_id", row.institute_id.to_string().into()),
            ("programme_id", row.programme_id.to_string().into()),
            ("starts_on", row.starts_on.to_string().into()),
            ("ends_on", row.ends_on.to_string().into()),
            ("seats_away", row.seats_away.into()),
            ("seats_home", row.seats_home.into()),
            ("seats_undecided", row.seats_undecided.into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.name.clone()
    }

    async fn check(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>, _: Option<&RowOf<Self>>, errors: &mut Vec<FieldError>) -> Result<(), AppError> {
        let programme = programme::Entity::find_by_id(row.programme_id).one(tx.conn()).await.map_err(passerelle_store::StoreError::from)?;
        if programme.is_none_or(|programme| programme.institute_id != row.institute_id) {
            errors.push(FieldError::new("programme_id", "programme-elsewhere", "is not a programme of this institute"));
        }
        Ok(())
    }
}
