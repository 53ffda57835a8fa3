//! Papers that lie in a recognition case, and how: original, copy, translation.

use super::recognition_cases::state_of_case;
use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::access::Role;
use passerelle_domain::people::{DocumentForm, RecognitionState};
use passerelle_store::Tx;
use passerelle_store::entity::case_document;

#[derive(Debug)]
pub struct CaseDocuments;

#[async_trait]
impl Spec for CaseDocuments {
    type Entity = case_document::Entity;
    const NAME: &'static str = "case-documents";
    const FIELDS: &'static [Field] = &[
        Field::reference("recognition_case_id", "recognition-cases").required().listed().filters().fixed(),
        Field::text("paper", 200).required().listed().filters().sorts(),
        Field::choice("form", "document-form", DocumentForm::WORDS).required().listed().filters(),
        Field::new("language", Kind::Language).listed(),
        Field::new("issued_on", Kind::Date),
        Field::new("received_on", Kind::Date).required().listed().sorts(),
        Field::new("valid_to", Kind::Date).listed().filters(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let (form, language) = (r.choice("form"), r.language("language").map(|tag| tag.to_string()));
        let (issued_on, received_on, valid_to) = (r.date_or_none("issued_on"), r.date("received_on"), r.date_or_none("valid_to"));
        if form == DocumentForm::Translation.as_str() && language.is_none() {
            r.refuse(FieldError::new("language", "required", "is needed: say into which language it was translated"));
        }
        if issued_on.is_some_and(|issued| received_on < issued) {
            r.refuse(FieldError::new("received_on", "received-before-issued", "lies before the day on which it was issued"));
        }
        if let Some(end) = valid_to
            && issued_on.is_some_and(|issued| end < issued)
        {
            r.refuse(FieldError::new("valid_to", "ends-before-start", "lies before the day on which it was issued"));
        }
        case_document::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            recognition_case_id: r.reference("recognition_case_id"),
            paper: r.text("paper"),
            form,
            language,
            issued_on,
            received_on,
            valid_to,
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("recognition_case_id", row.recognition_case_id.to_string().into()),
            ("paper", row.paper.as_str().into()),
            ("form", row.form.as_str().into()),
            ("language", text(&row.language)),
            ("issued_on", shown(&row.issued_on)),
            ("received_on", row.received_on.to_string().into()),
            ("valid_to", shown(&row.valid_to)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.paper.clone()
    }

    async fn check_delete(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>) -> Result<(), AppError> {
        match state_of_case(tx, row.recognition_case_id).await? {
            RecognitionState::Draft => Ok(()),
            state => Err(AppError::TransitionRefused { state: state.to_string(), allowed: vec![] }),
        }
    }

    async fn check(
        ctx: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        before: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        use RecognitionState as S;
        let state = state_of_case(tx, row.recognition_case_id).await?;
        if !matches!(state, S::Draft | S::Filed | S::DocsPending | S::ClockRunning | S::Objection) {
            errors.push(FieldError::new("recognition_case_id", "case-closed", "takes no papers now: what was decided on stays as it was"));
        }
        // What has been handed in is the authority's to correct; everybody else hands in another.
        let decides = ctx.actor.grants.iter().any(|grant| grant.role == Role::RecognitionOfficer);
        if before.is_some() && state != S::Draft && !decides {
            errors.push(FieldError::new("paper", "handed-in", "was handed in and stays; enter another paper instead"));
        }
        if row.received_on > ctx.now.date() {
            errors.push(FieldError::new("received_on", "future", "lies ahead: a paper is entered when it has come"));
        }
        Ok(())
    }
}
