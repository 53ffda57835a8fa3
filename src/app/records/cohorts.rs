//! Cohorts: one run of a programme, with seats by track.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use crate::text::fold;
use async_trait::async_trait;
use passerelle_domain::corridor::Party;
use passerelle_domain::people::{CostMode, Track};
use passerelle_domain::period::DateWindow;
use passerelle_store::entity::{agreement, budget_line, cohort, programme, refresher_place, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use passerelle_store::{Tx, record};

#[derive(Debug)]
pub struct Cohorts;

const SEATS: Kind = Kind::Number { min: 0, max: 10_000 };

#[async_trait]
impl Spec for Cohorts {
    type Entity = cohort::Entity;
    const NAME: &'static str = "cohorts";
    const CHILDREN: &'static [(&'static str, &'static str)] = &[
        ("trainees", "cohort_id"),
        ("selection-rules", "cohort_id"),
        ("waiting-places", "cohort_id"),
        ("budget-lines", "cohort_id"),
        ("refresher-places", "cohort_id"),
    ];
    const FIELDS: &'static [Field] = &[
        Field::text("name", 200).required().listed().sorts(),
        Field::reference("institute_id", "organisations").required().filters().fixed(),
        Field::reference("programme_id", "programmes").required().listed().filters(),
        Field::reference("agreement_id", "agreements").filters(),
        Field::new("starts_on", Kind::Date).required().listed().sorts(),
        Field::new("ends_on", Kind::Date).required().listed().sorts(),
        Field::new("seats_away", SEATS).required().listed(),
        Field::new("seats_home", SEATS).required().listed(),
        Field::new("seats_undecided", SEATS).required().listed(),
        Field::new("refresher_places", SEATS),
        Field::new("premium_paid_on", Kind::Date),
        Field::new("insured_from", Kind::Date),
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
            refresher_places: r.number_or_none("refresher_places").unwrap_or(0),
            agreement_id: r.reference_or_none("agreement_id"),
            premium_paid_on: r.date_or_none("premium_paid_on"),
            insured_from: r.date_or_none("insured_from"),
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
            ("refresher_places", row.refresher_places.into()),
            ("agreement_id", shown(&row.agreement_id)),
            ("premium_paid_on", shown(&row.premium_paid_on)),
            ("insured_from", shown(&row.insured_from)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.name.clone()
    }

    async fn check(
        ctx: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        if row.premium_paid_on.is_some_and(|day| day > ctx.now.date()) {
            errors.push(FieldError::new("premium_paid_on", "future", "lies ahead: a payment is entered when it was made"));
        }
        if let Some(before) = before {
            // Whoever fills seats holds the cohort as well: what is counted here stands until this is written.
            record::hold::<cohort::Entity>(tx, row.id).await?;
            let taken = crate::app::tracks::taken(tx.conn(), row.id).await?;
            for (field, track, seats, was) in [
                ("seats_away", Track::Away, row.seats_away, before.seats_away),
                ("seats_home", Track::Home, row.seats_home, before.seats_home),
                ("seats_undecided", Track::Undecided, row.seats_undecided, before.seats_undecided),
            ] {
                let taken = taken.get(&track).copied().unwrap_or(0);
                if seats < was && seats < taken {
                    errors.push(
                        FieldError::new(field, "seats-held", format!("is fewer than the {taken} that are taken")).with("taken", taken),
                    );
                }
            }
            let refreshing = refresher_place::Entity::find()
                .filter(refresher_place::Column::CohortId.eq(row.id))
                .filter(refresher_place::Column::EndedOn.is_null())
                .count(tx.conn())
                .await
                .map_err(StoreError::from)?;
            if row.refresher_places < before.refresher_places && u64::try_from(row.refresher_places).unwrap_or(0) < refreshing {
                let error = FieldError::new("refresher_places", "seats-held", format!("is fewer than the {refreshing} that are taken"));
                errors.push(error.with("taken", refreshing));
            }
            let anybody = || trainee::Entity::find().filter(trainee::Column::CohortId.eq(row.id)).count(tx.conn());
            let rebound = before.agreement_id != row.agreement_id;
            if rebound && (!taken.is_empty() || (before.agreement_id.is_some() && anybody().await.map_err(StoreError::from)? > 0)) {
                errors.push(FieldError::new(
                    "agreement_id",
                    "cohort-bound",
                    "binds people who came here under it, or would bind people who did not",
                ));
            }
            if rebound && row.agreement_id.is_some() {
                ensure_strict(tx, row, errors).await?;
            }
        }
        let programme = programme::Entity::find_by_id(row.programme_id).one(tx.conn()).await.map_err(passerelle_store::StoreError::from)?;
        if programme.is_none_or(|programme| programme.institute_id != row.institute_id) {
            errors.push(FieldError::new("programme_id", "programme-elsewhere", "is not a programme of this institute"));
        }
        Ok(())
    }
}

/// An agreement that holds to the employer-pays standard takes no cohort in which a trainee pays.
async fn ensure_strict(tx: &Tx, row: &cohort::Model, errors: &mut Vec<FieldError>) -> Result<(), AppError> {
    let Some(id) = row.agreement_id else { return Ok(()) };
    let agreement = agreement::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?;
    let strict = agreement.is_none_or(|agreement| agreement.cost_mode == CostMode::Strict.as_str());
    let hers = budget_line::Entity::find()
        .filter(budget_line::Column::CohortId.eq(row.id))
        .filter(budget_line::Column::Payer.eq(Party::Trainee.as_str()));
    if strict && hers.count(tx.conn()).await.map_err(StoreError::from)? > 0 {
        errors.push(FieldError::new(
            "agreement_id",
            "cost-strict",
            "holds to the employer-pays standard, and a budget line here names the trainee",
        ));
    }
    Ok(())
}
