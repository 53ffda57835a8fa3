//! Recognition cases: one qualification before one destination's authority.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::access::Role;
use passerelle_domain::people::RecognitionState;
use passerelle_store::entity::recognition_case;
use passerelle_store::query::EntityTrait;
use passerelle_store::{StoreError, Tx};
use uuid::Uuid;

#[derive(Debug)]
pub struct RecognitionCases;

#[async_trait]
impl Spec for RecognitionCases {
    type Entity = recognition_case::Entity;
    const NAME: &'static str = "recognition-cases";
    const CHILDREN: &'static [(&'static str, &'static str)] =
        &[("case-documents", "recognition_case_id"), ("adaptation-steps", "recognition_case_id")];
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::new("destination", Kind::Country).required().listed().filters().sorts(),
        Field::new("subdivision", Kind::Subdivision).listed(),
        Field::new("occupation", Kind::Occupation).required().listed().filters(),
        Field::text("authority", 200).required().listed(),
        Field::choice("state", "recognition-state", RecognitionState::WORDS).required().listed().filters(),
        Field::new("filed_on", Kind::Date).listed(),
        Field::new("decided_on", Kind::Date).listed().filters(),
        Field::new("due_on", Kind::Date).listed().filters(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, before: Option<&RowOf<Self>>) -> RowOf<Self> {
        let destination = r.country("destination");
        let subdivision = r.subdivision_or_none("subdivision");
        if subdivision.as_ref().is_some_and(|part| !destination.is_empty() && part.country().as_str() != destination) {
            r.refuse(FieldError::new("subdivision", "subdivision-elsewhere", "does not lie in the destination"));
        }
        let (filed_on, decided_on) = (r.date_or_none("filed_on"), r.date_or_none("decided_on"));
        if let Some(decided) = decided_on
            && filed_on.is_none_or(|filed| decided < filed)
        {
            r.refuse(FieldError::new("decided_on", "decided-before-filed", "lies before the filing, or the filing has no date"));
        }
        recognition_case::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            destination,
            subdivision: subdivision.map(|part| part.to_string()),
            occupation: r.occupation("occupation"),
            authority: r.text("authority"),
            state: r.choice("state"),
            filed_on,
            decided_on,
            // The clocks' own: nobody writes it.
            due_on: before.and_then(|row| row.due_on),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("destination", row.destination.as_str().into()),
            ("subdivision", text(&row.subdivision)),
            ("occupation", row.occupation.as_str().into()),
            ("authority", row.authority.as_str().into()),
            ("state", row.state.as_str().into()),
            ("filed_on", shown(&row.filed_on)),
            ("decided_on", shown(&row.decided_on)),
            ("due_on", shown(&row.due_on)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} {}", row.destination, row.occupation)
    }

    /// The state moves by events only (`app::recognition`); what a new record begins with is checked.
    fn may_change(_: Role, field: &str) -> bool {
        !matches!(field, "state" | "filed_on" | "decided_on" | "due_on")
    }

    async fn check(
        _: &Ctx<'_>,
        _: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        let Some(before) = before else {
            // Filing asks for consent, identity and a qualification: it is an event, and no record begins filed.
            if row.state != RecognitionState::Draft.as_str() {
                errors.push(FieldError::new("state", "begins-as-draft", "begins as draft; what follows are events"));
            }
            for (name, date) in [("filed_on", row.filed_on), ("decided_on", row.decided_on)] {
                if date.is_some() {
                    errors.push(FieldError::new(name, "begins-as-draft", "is written by the event"));
                }
            }
            return Ok(());
        };
        // What was filed, decided and licensed is what was asked for then.
        let filed = before.state != RecognitionState::Draft.as_str();
        for (name, changed) in [
            ("destination", row.destination != before.destination),
            ("subdivision", row.subdivision != before.subdivision),
            ("occupation", row.occupation != before.occupation),
            ("authority", row.authority != before.authority),
        ] {
            if filed && changed {
                errors.push(FieldError::new(name, "fixed-once-filed", "was filed like this and stays; begin another case instead"));
            }
        }
        Ok(())
    }
}

/// The state of the case that something lies in, as it stands in this transaction.
///
/// # Errors
/// When there is no such case.
pub async fn state_of_case(tx: &Tx, id: Uuid) -> Result<RecognitionState, AppError> {
    let row = recognition_case::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?.ok_or(AppError::NotFound)?;
    Ok(RecognitionState::parse(&row.state).map_err(|_| StoreError::Corrupt { table: "recognition_case", column: "state" })?)
}
