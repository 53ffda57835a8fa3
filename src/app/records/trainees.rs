//! Trainees.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use crate::text::fold;
use async_trait::async_trait;
use passerelle_domain::access::Role;
use passerelle_domain::people::{Answer, JourneyState, Sex, Track};
use passerelle_domain::period::age_on;
use passerelle_domain::selection::WaitingEnd;
use passerelle_store::Tx;
use passerelle_store::entity::{cohort, trainee};
use passerelle_store::query::EntityTrait;

#[derive(Debug)]
pub struct Trainees;

#[async_trait]
impl Spec for Trainees {
    type Entity = trainee::Entity;
    const NAME: &'static str = "trainees";
    const READS_ARE_AUDITED: bool = true;
    const TITLE_GROUP: FieldGroup = FieldGroup::Name;
    const CHILDREN: &'static [(&'static str, &'static str)] = &[
        ("credentials", "trainee_id"),
        ("recognition-cases", "trainee_id"),
        ("language-certificates", "trainee_id"),
        ("skill-claims", "trainee_id"),
        ("attendances", "trainee_id"),
        ("assessments", "trainee_id"),
        ("exam-results", "trainee_id"),
        ("paper-checks", "trainee_id"),
        ("proposals", "trainee_id"),
        ("journeys", "trainee_id"),
        ("worker-payments", "trainee_id"),
        ("first-pays", "trainee_id"),
    ];
    const FIELDS: &'static [Field] = &[
        Field::text("family_name", 120).required().listed().sorts().group(FieldGroup::Name),
        Field::text("given_name", 120).required().listed().group(FieldGroup::Name),
        Field::reference("institute_id", "organisations").required().filters().fixed().group(FieldGroup::Training),
        Field::reference("cohort_id", "cohorts").listed().filters().group(FieldGroup::Training),
        Field::new("birth_date", Kind::Date).group(FieldGroup::Identity),
        Field::choice("sex", "sex", Sex::WORDS).required().group(FieldGroup::Demographic),
        Field::new("nationalities", Kind::Countries).required().group(FieldGroup::Identity),
        Field::new("habitual_residence", Kind::Country).required().group(FieldGroup::Identity),
        Field::new("training_country", Kind::Country).required().listed().filters().sorts().fixed().group(FieldGroup::Training),
        Field::new("occupation", Kind::Occupation).required().listed().filters().sorts().group(FieldGroup::Training),
        // Hers to choose, by an event of its own (`app::tracks`).
        Field::choice("track", "track", Track::WORDS).required().listed().filters().fixed().group(FieldGroup::Journey),
        Field::choice("journey", "journey-state", JourneyState::WORDS).required().listed().filters().fixed().group(FieldGroup::Journey),
        Field::new("ready_on", Kind::Date).required().listed().sorts().group(FieldGroup::Training),
        Field::new("passport_valid_to", Kind::Date).group(FieldGroup::Identity),
        Field::choice("identity_confirmed", "answer", Answer::WORDS).required().group(FieldGroup::Identity),
        Field::new("possible_duplicate", Kind::Flag).filters().group(FieldGroup::Identity),
        Field::new("preferred_destinations", Kind::Countries).group(FieldGroup::Journey),
        Field::new("waiting_since", Kind::Date).required().sorts().group(FieldGroup::Journey),
        Field::new("merit", Kind::Number { min: 0, max: 100 }).required().listed().sorts().group(FieldGroup::Training),
        Field::new("email", Kind::Email).group(FieldGroup::Contact),
        Field::new("phone", Kind::Phone).group(FieldGroup::Contact),
    ];

    fn read(r: &mut Reader<'_>, base: Base, before: Option<&RowOf<Self>>) -> RowOf<Self> {
        let (given_name, family_name) = (r.text("given_name"), r.text("family_name"));
        let birth_date = r.date_or_none("birth_date");
        let waiting_since = r.date("waiting_since");
        // Training may start at 16, with a guardian's consent; nobody is enrolled younger.
        if birth_date.is_some_and(|birth| age_on(birth, waiting_since) < 16) {
            r.refuse(FieldError::new("birth_date", "too-young-to-train", "makes the person younger than 16 at the start"));
        }
        trainee::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            search: fold(&format!("{given_name} {family_name}")),
            institute_id: r.reference("institute_id"),
            cohort_id: r.reference_or_none("cohort_id"),
            birth_date,
            sex: r.choice("sex"),
            nationalities: r.countries("nationalities"),
            habitual_residence: r.country("habitual_residence"),
            training_country: r.country("training_country"),
            occupation: r.occupation("occupation"),
            track: r.choice("track"),
            journey: r.choice("journey"),
            ready_on: r.date("ready_on"),
            passport_valid_to: r.date_or_none("passport_valid_to"),
            identity_confirmed: r.choice("identity_confirmed"),
            possible_duplicate: r.flag("possible_duplicate"),
            preferred_destinations: r.countries("preferred_destinations"),
            waiting_since,
            merit: r.number("merit"),
            email: r.email_or_none("email"),
            phone: r.phone_or_none("phone", "habitual_residence"),
            demo: before.is_some_and(|row| row.demo),
            merged_into: before.and_then(|row| row.merged_into),
            erased_at_ms: before.and_then(|row| row.erased_at_ms),
            name_key: crate::app::duplicates::name_key(&given_name, &family_name),
            given_name,
            family_name,
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("family_name", row.family_name.as_str().into()),
            ("given_name", row.given_name.as_str().into()),
            ("institute_id", row.institute_id.to_string().into()),
            ("cohort_id", shown(&row.cohort_id)),
            ("birth_date", shown(&row.birth_date)),
            ("sex", row.sex.as_str().into()),
            ("nationalities", codes(&row.nationalities)),
            ("habitual_residence", row.habitual_residence.as_str().into()),
            ("training_country", row.training_country.as_str().into()),
            ("occupation", row.occupation.as_str().into()),
            ("track", row.track.as_str().into()),
            ("journey", row.journey.as_str().into()),
            ("ready_on", row.ready_on.to_string().into()),
            ("passport_valid_to", shown(&row.passport_valid_to)),
            ("identity_confirmed", row.identity_confirmed.as_str().into()),
            ("possible_duplicate", row.possible_duplicate.into()),
            ("preferred_destinations", codes(&row.preferred_destinations)),
            ("waiting_since", row.waiting_since.to_string().into()),
            ("merit", row.merit.into()),
            ("email", text(&row.email)),
            ("phone", text(&row.phone)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} {}", row.given_name, row.family_name)
    }

    /// An officer confirms who somebody is and clears up duplicates; the rest is the institute's.
    fn may_change(role: Role, field: &str) -> bool {
        let identity = matches!(field, "identity_confirmed" | "possible_duplicate");
        if role == Role::OriginOfficer { identity } else { field != "possible_duplicate" }
    }

    /// A journey on which nothing has happened goes with its person; one with events stays, and so does she.
    async fn check_delete(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>) -> Result<(), AppError> {
        if crate::app::tracks::any(tx.conn(), row.id).await? {
            return Err(AppError::Conflict("she has chosen a track, and what it moved stays to be read: erase the person instead".into()));
        }
        crate::app::journeys::forget_unused(tx, row.id).await
    }

    async fn after_write(ctx: &Ctx<'_>, tx: &mut Tx, row: &RowOf<Self>, before: Option<&RowOf<Self>>) -> Result<(), AppError> {
        if before.is_none() {
            crate::app::journeys::of_person(ctx.state, tx, row.id, ctx.now.date()).await?;
        }
        // A place in a waiting list is one of its own cohort.
        if before.is_some_and(|old| old.cohort_id != row.cohort_id) {
            crate::app::selection::leave_list(tx, row.id, WaitingEnd::Left, ctx.now.date()).await?;
        }
        let same = before.is_some_and(|old| old.name_key == row.name_key && old.birth_date == row.birth_date);
        if same { Ok(()) } else { crate::app::duplicates::ask(tx, row.id).await }
    }

    async fn check(
        _: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        if before.is_some_and(|before| before.erased_at_ms.is_some()) {
            return Err(AppError::Conflict("the person was erased: nothing is written about her any more".into()));
        }
        let begins = [JourneyState::Applied, JourneyState::Enrolled, JourneyState::InTraining, JourneyState::Certified];
        if before.is_none() && !begins.iter().any(|state| state.as_str() == row.journey) {
            errors.push(FieldError::new("journey", "begins-before-match", "begins as applied, enrolled, in training or certified"));
        }
        if before.is_some_and(|before| before.cohort_id == row.cohort_id) {
            return Ok(());
        }
        let find = async |id: Option<Uuid>| match id {
            Some(id) => cohort::Entity::find_by_id(id).one(tx.conn()).await,
            None => Ok(None),
        };
        let cohort = find(row.cohort_id).await.map_err(StoreError::from)?;
        if row.cohort_id.is_some() && cohort.as_ref().is_none_or(|cohort| cohort.institute_id != row.institute_id) {
            errors.push(FieldError::new("cohort_id", "cohort-elsewhere", "is not a cohort of this institute"));
        }
        // Seats under an agreement are filled through the gates of enrolment, and given back by events.
        let left = find(before.and_then(|before| before.cohort_id)).await.map_err(StoreError::from)?;
        let bound = [&cohort, &left].into_iter().flatten().any(|cohort| cohort.agreement_id.is_some());
        if bound && row.journey != JourneyState::Applied.as_str() {
            let error = "is bound by an agreement: people begin there as applied, and are enrolled by the event of their journey";
            errors.push(FieldError::new("cohort_id", "cohort-gate", error));
        }
        Ok(())
    }
}
