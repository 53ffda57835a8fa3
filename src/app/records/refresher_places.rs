//! Refresher places: somebody who is trained and waits sits in on a course, so that what she has learnt stays fresh. It
//! takes no seat from anybody, and costs her nothing.

use super::*;
use crate::app::{Ctx, journeys};
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::people::JourneyState;
use passerelle_store::Tx;
use passerelle_store::entity::{cohort, programme, refresher_place, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};
use passerelle_store::record;

#[derive(Debug)]
pub struct RefresherPlaces;

/// Digits of an occupation that say its field.
const FIELD_DIGITS: usize = 3;

#[async_trait]
impl Spec for RefresherPlaces {
    type Entity = refresher_place::Entity;
    const NAME: &'static str = "refresher-places";
    const TITLE_GROUP: FieldGroup = FieldGroup::Training;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::reference("cohort_id", "cohorts").required().listed().filters().fixed().group(FieldGroup::Training),
        Field::new("from_on", Kind::Date).required().listed().sorts().group(FieldGroup::Training),
        Field::new("ended_on", Kind::Date).listed().group(FieldGroup::Training),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let (from_on, ended_on) = (r.date("from_on"), r.date_or_none("ended_on"));
        if ended_on.is_some_and(|end| end < from_on) {
            r.refuse(FieldError::new("ended_on", "window-reversed", "lies before the first day"));
        }
        refresher_place::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            cohort_id: r.reference("cohort_id"),
            from_on,
            ended_on,
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("cohort_id", row.cohort_id.to_string().into()),
            ("from_on", row.from_on.to_string().into()),
            ("ended_on", shown(&row.ended_on)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.from_on.to_string()
    }

    async fn check(
        _: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        // Cohort and person first, in the order of whoever enrols: two who give the last place wait for each other.
        let cohort = record::hold::<cohort::Entity>(tx, row.cohort_id).await?;
        let person = record::hold::<trainee::Entity>(tx, row.trainee_id).await?;
        let (Some(cohort), Some(person)) = (cohort, person) else { return Ok(()) };
        if row.from_on < cohort.starts_on || row.from_on > cohort.ends_on {
            errors.push(FieldError::new("from_on", "refresher-outside", "is not a day of the course"));
        }
        // What has ended takes no place, and may be mended whatever has become of its person.
        let was_open = before.is_some_and(|before| before.ended_on.is_none());
        if row.ended_on.is_some() || was_open {
            return Ok(());
        }
        let programme = programme::Entity::find_by_id(cohort.programme_id).one(tx.conn()).await.map_err(StoreError::from)?;
        let field = |code: &str| code.get(..FIELD_DIGITS).unwrap_or(code).to_owned();
        if programme.is_none_or(|programme| field(&programme.occupation) != field(&person.occupation)) {
            errors.push(FieldError::new("cohort_id", "refresher-other-field", "teaches another field than hers"));
        }
        if !waits(tx, &person).await? {
            errors.push(FieldError::new("trainee_id", "refresher-not-waiting", "is not trained and waiting"));
        }
        let open = || {
            refresher_place::Entity::find()
                .filter(refresher_place::Column::EndedOn.is_null())
                .filter(refresher_place::Column::Id.ne(row.id))
        };
        // A course that is over keeps nobody from the next one.
        let over =
            cohort::Entity::find().select_only().column(cohort::Column::Id).filter(cohort::Column::EndsOn.lt(row.from_on)).into_query();
        let hers = open()
            .filter(refresher_place::Column::TraineeId.eq(row.trainee_id))
            .filter(refresher_place::Column::CohortId.not_in_subquery(over))
            .count(tx.conn())
            .await
            .map_err(StoreError::from)?;
        if hers > 0 {
            errors.push(FieldError::new("trainee_id", "refresher-twice", "has a refresher place already"));
        }
        let taken = open().filter(refresher_place::Column::CohortId.eq(row.cohort_id)).count(tx.conn()).await.map_err(StoreError::from)?;
        if taken >= u64::try_from(cohort.refresher_places).unwrap_or(0) {
            errors.push(
                FieldError::new("cohort_id", "refresher-full", "has no refresher place left").with("places", cohort.refresher_places),
            );
        }
        Ok(())
    }
}

/// Whoever has learnt it and has not left waits; of those who stand still, whoever had come so far.
async fn waits(tx: &Tx, person: &trainee::Model) -> Result<bool, AppError> {
    use JourneyState as S;
    let trained = [S::Certified, S::Matched, S::Offered, S::Recognition, S::Visa, S::PreDeparture];
    if person.journey != S::OnHold.as_str() {
        return Ok(JourneyState::parse(&person.journey).is_ok_and(|state| trained.contains(&state)));
    }
    let herself = trainee::Entity::find().select_only().column(trainee::Column::Id).filter(trainee::Column::Id.eq(person.id)).into_query();
    let held = journeys::held_from(tx.conn(), herself).await?;
    Ok(held.get(&person.id).is_some_and(|gate| trained.contains(gate)))
}
