//! The adaptation plan of a recognition case: what makes good each deficit of the notice, where, when
//! and at whose cost.

use super::recognition_cases::state_of_case;
use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_domain::corridor::Party;
use passerelle_domain::machine::recognition::Measure;
use passerelle_domain::people::RecognitionState;
use passerelle_store::Tx;
use passerelle_store::entity::adaptation_step;

#[derive(Debug)]
pub struct AdaptationSteps;

/// States in which a notice stands that a plan answers.
const fn is_planned(state: RecognitionState) -> bool {
    use RecognitionState as S;
    matches!(state, S::DecidedPartial | S::DecidedRefused | S::CmRunning | S::CmFailed | S::Objection)
}

#[async_trait]
impl Spec for AdaptationSteps {
    type Entity = adaptation_step::Entity;
    const NAME: &'static str = "adaptation-steps";
    const FIELDS: &'static [Field] = &[
        Field::reference("recognition_case_id", "recognition-cases").required().listed().filters().fixed(),
        Field::text("subject", 200).required().listed().sorts(),
        Field::new("hours", Kind::Number { min: 0, max: 20_000 }).listed(),
        Field::choice("measure", "measure", Measure::WORDS).required().listed().filters(),
        Field::text("provider", 200).listed(),
        Field::choice("payer", "party", Party::WORDS).listed(),
        Field::new("starts_on", Kind::Date).listed(),
        Field::new("ends_on", Kind::Date).listed(),
        Field::new("done_on", Kind::Date).listed().filters(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let payer = r.choice_or_none("payer");
        if payer.as_deref() == Some(Party::Trainee.as_str()) {
            r.refuse(FieldError::new("payer", "payer-trainee", "cannot be the trainee: no worker pays for what the job needs"));
        }
        let (starts_on, ends_on, done_on) = (r.date_or_none("starts_on"), r.date_or_none("ends_on"), r.date_or_none("done_on"));
        if let (Some(start), Some(end)) = (starts_on, ends_on)
            && end < start
        {
            r.refuse(FieldError::new("ends_on", "ends-before-start", "lies before the start"));
        }
        if let (Some(start), Some(done)) = (starts_on, done_on)
            && done < start
        {
            r.refuse(FieldError::new("done_on", "ends-before-start", "lies before the start"));
        }
        if done_on.is_some() && payer.is_none() {
            r.refuse(FieldError::new("payer", "required", "is needed: say who paid"));
        }
        adaptation_step::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            recognition_case_id: r.reference("recognition_case_id"),
            subject: r.text("subject"),
            hours: r.number_or_none("hours"),
            measure: r.choice("measure"),
            provider: r.text_or_none("provider"),
            payer,
            starts_on,
            ends_on,
            done_on,
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("recognition_case_id", row.recognition_case_id.to_string().into()),
            ("subject", row.subject.as_str().into()),
            ("hours", row.hours.into()),
            ("measure", row.measure.as_str().into()),
            ("provider", text(&row.provider)),
            ("payer", text(&row.payer)),
            ("starts_on", shown(&row.starts_on)),
            ("ends_on", shown(&row.ends_on)),
            ("done_on", shown(&row.done_on)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.subject.clone()
    }

    async fn check_delete(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>) -> Result<(), AppError> {
        match state_of_case(tx, row.recognition_case_id).await? {
            state if is_planned(state) && row.done_on.is_none() => Ok(()),
            state => Err(AppError::TransitionRefused { state: state.to_string(), allowed: vec![] }),
        }
    }

    async fn check(
        ctx: &Ctx<'_>,
        tx: &Tx,
        row: &RowOf<Self>,
        _: Option<&RowOf<Self>>,
        errors: &mut Vec<FieldError>,
    ) -> Result<(), AppError> {
        if !is_planned(state_of_case(tx, row.recognition_case_id).await?) {
            errors.push(FieldError::new("recognition_case_id", "case-no-plan", "has no notice that a plan could answer"));
        }
        if row.done_on.is_some_and(|done| done > ctx.now.date()) {
            errors.push(FieldError::new("done_on", "future", "lies ahead: enter it when it is done"));
        }
        Ok(())
    }
}
