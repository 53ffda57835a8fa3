//! What a run says about each trainee and each need, and why.

use super::*;
use passerelle_domain::matching::ReasonCode;
use passerelle_engine::matching::{OutcomeResult, Side};
use passerelle_store::entity::outcome;

#[derive(Debug)]
pub struct Outcomes;

impl Spec for Outcomes {
    type Entity = outcome::Entity;
    const NAME: &'static str = "outcomes";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("run_id", "match-runs").filters(),
        Field::choice("side", "outcome-side", Side::WORDS).listed().filters(),
        Field::new("subject_id", Kind::Subject).listed(),
        Field::reference("organisation_id", "organisations").listed().filters(),
        Field::new("country", Kind::Country).listed().filters().sorts(),
        Field::choice("result", "outcome-result", OutcomeResult::WORDS).listed().filters(),
        Field::choice("reason_code", "reason-name", ReasonCode::WORDS).filters(),
        Field::new("reasons", Kind::Reasons).listed(),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("outcomes are read-only: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("run_id", row.run_id.to_string().into()),
            ("side", row.side.as_str().into()),
            ("subject_id", row.subject_id.to_string().into()),
            ("organisation_id", row.organisation_id.to_string().into()),
            ("country", row.country.as_str().into()),
            ("result", row.result.as_str().into()),
            ("reason_code", row.reason_code.as_str().into()),
            ("reasons", serde_json::from_str(&row.reasons).unwrap_or(Value::Null)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.subject_id.to_string()
    }
}
