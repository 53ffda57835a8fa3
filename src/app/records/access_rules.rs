//! What an authority takes away from a role in its own territory: fields that it does not see, or
//! cannot change, at some stages. Nothing here can give a right: see `access::Restriction`.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use crate::text::fold;
use async_trait::async_trait;
use passerelle_domain::access::{Action, Effect, Role, Subject, allowed};
use passerelle_domain::people::{JourneyState, NeedStatus, RecognitionState};
use passerelle_store::Tx;
use passerelle_store::entity::access_rule;

/// Roles that a rule can bind.
const ROLES: &[&str] = &[
    "trainee",
    "institute_clerk",
    "institute_head",
    "employer_clerk",
    "employer_approver",
    "origin_officer",
    "origin_approver",
    "destination_officer",
    "destination_approver",
    "recognition_officer",
    "worker_representative",
];

/// Records that a rule can be about: those with stages.
const SUBJECTS: &[&str] = &["trainee", "credential", "language_certificate", "skill_claim", "recognition_case", "need"];

/// Stages of all of them.
const STAGES: &[&str] = &[
    "applied",
    "enrolled",
    "in_training",
    "certified",
    "matched",
    "offered",
    "recognition",
    "visa",
    "pre_departure",
    "departed",
    "arrived",
    "placed",
    "on_hold",
    "rejected",
    "dropped",
    "home_placed",
    "transferred",
    "unplaced",
    "returned",
    "reintegrated",
    "settled",
    "draft",
    "filed",
    "docs_pending",
    "clock_running",
    "decided_full",
    "decided_partial",
    "decided_refused",
    "cm_running",
    "cm_passed",
    "cm_failed",
    "objection",
    "licensed",
    "not_required",
    "withdrawn",
    "lapsed",
    "forecast",
    "validated",
    "open",
    "reserved",
    "filled",
    "closed",
    "suspended",
    "cancelled",
];

fn stages_of(subject: &str) -> &'static [&'static str] {
    match subject {
        "need" => NeedStatus::WORDS,
        "recognition_case" => RecognitionState::WORDS,
        _ => JourneyState::WORDS,
    }
}

fn groups_of(subject: &str) -> impl Iterator<Item = FieldGroup> {
    let found = super::ALL.iter().find(|resource| resource.subject().as_str() == subject);
    found.into_iter().flat_map(|resource| resource.fields().iter().map(|field| field.group))
}

#[derive(Debug)]
pub struct AccessRules;

#[async_trait]
impl Spec for AccessRules {
    type Entity = access_rule::Entity;
    const NAME: &'static str = "access-rules";
    const FIELDS: &'static [Field] = &[
        Field::text("name", 120).required().listed().sorts(),
        Field::reference("organisation_id", "organisations").required().listed().filters().fixed(),
        Field::choice("role", "role", ROLES).required().listed().filters(),
        Field::choice("subject", "subject", SUBJECTS).required().listed().filters().labelled("rule-subject"),
        Field::choice("field_group", "field-group", FieldGroup::WORDS).required().listed(),
        Field::choices("stages", "case-stage", STAGES).listed(),
        Field::choice("effect", "effect", Effect::WORDS).required().listed().filters(),
        Field::new("countries", Kind::Countries).required().listed().labelled("rule-countries"),
        Field::text("reason", 500).required(),
        Field::new("valid_from", Kind::Date).required().listed(),
        Field::new("valid_to", Kind::Date).listed(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let name = r.text("name");
        access_rule::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            search: fold(&name),
            name,
            organisation_id: r.reference("organisation_id"),
            role: r.choice("role"),
            subject: r.choice("subject"),
            field_group: r.choice("field_group"),
            stages: r.choices("stages"),
            effect: r.choice("effect"),
            countries: r.countries("countries"),
            reason: r.text("reason"),
            valid_from: r.date("valid_from"),
            valid_to: r.date_or_none("valid_to"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("name", row.name.as_str().into()),
            ("organisation_id", row.organisation_id.to_string().into()),
            ("role", row.role.as_str().into()),
            ("subject", row.subject.as_str().into()),
            ("field_group", row.field_group.as_str().into()),
            ("stages", codes(&row.stages)),
            ("effect", row.effect.as_str().into()),
            ("countries", codes(&row.countries)),
            ("reason", row.reason.as_str().into()),
            ("valid_from", row.valid_from.to_string().into()),
            ("valid_to", shown(&row.valid_to)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.name.clone()
    }

    /// An authority rules in its own territory, about fields and stages that the record has.
    async fn check(
        ctx: &Ctx<'_>,
        _: &Tx,
        row: &RowOf<Self>,
        _: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        let own = |code: &str| {
            let mut grants = ctx.actor.grants.iter().filter(|grant| allowed(grant.role, Action::Update, Subject::AccessRule).is_some());
            grants.any(|grant| grant.territory.countries.iter().any(|country| country.as_str() == code))
        };
        if row.countries.split(',').any(|code| !own(code)) {
            errors.push(FieldError::new("countries", "not-your-country", "names a country that is not yours to rule in"));
        }
        if row.valid_to.is_some_and(|end| end < row.valid_from) {
            errors.push(FieldError::new("valid_to", "window-reversed", "lies before the first day"));
        }
        let words = stages_of(&row.subject);
        if row.stages.split(',').any(|stage| !stage.is_empty() && !words.contains(&stage)) {
            errors.push(FieldError::new("stages", "stage-elsewhere", "names a stage that these records do not have"));
        }
        let general = row.field_group == FieldGroup::General.as_str();
        if general && row.effect == Effect::Hide.as_str() {
            errors.push(FieldError::new("effect", "hide-all", "cannot hide a whole record: choose a group of fields, or lock"));
        }
        if !general && !groups_of(&row.subject).any(|group| group.as_str() == row.field_group) {
            errors.push(FieldError::new("field_group", "group-elsewhere", "is not a group of fields that these records have"));
        }
        if row.role == Role::Trainee.as_str() && row.effect == Effect::Hide.as_str() {
            errors.push(FieldError::new("role", "hide-own", "cannot be kept from seeing her own record"));
        }
        Ok(())
    }
}
