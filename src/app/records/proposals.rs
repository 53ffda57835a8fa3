//! Proposals of match runs. The engine writes them; the two sides decide in `app::proposals`.

use super::*;
use passerelle_domain::people::{Decision, DeclineReason};
use passerelle_store::entity::proposal;

#[derive(Debug)]
pub struct Proposals;

impl Spec for Proposals {
    type Entity = proposal::Entity;
    const NAME: &'static str = "proposals";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("run_id", "match-runs").filters(),
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::reference("need_id", "needs").listed().filters(),
        Field::reference("institute_id", "organisations").filters(),
        Field::reference("employer_id", "organisations").filters(),
        Field::new("pathway", Kind::Pathway).listed().filters().sorts(),
        Field::new("origin", Kind::Country).listed().filters().sorts(),
        Field::new("destination", Kind::Country).listed().filters().sorts(),
        Field::new("occupation", Kind::Occupation).listed().filters().sorts(),
        Field::new("score", Kind::Number { min: 0, max: 10_001 }).listed().sorts(),
        Field::choice("trainee_decision", "decision", Decision::WORDS).listed().filters(),
        Field::choice("trainee_reason", "decline-reason", DeclineReason::WORDS),
        Field::choice("employer_decision", "decision", Decision::WORDS).listed().filters(),
        Field::choice("employer_reason", "decline-reason", DeclineReason::WORDS),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("proposals are read-only: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("run_id", row.run_id.to_string().into()),
            ("trainee_id", row.trainee_id.to_string().into()),
            ("need_id", row.need_id.to_string().into()),
            ("institute_id", row.institute_id.to_string().into()),
            ("employer_id", row.employer_id.to_string().into()),
            ("pathway", row.pathway.as_str().into()),
            ("origin", row.origin.as_str().into()),
            ("destination", row.destination.as_str().into()),
            ("occupation", row.occupation.as_str().into()),
            ("score", row.score.into()),
            ("trainee_decision", row.trainee_decision.as_str().into()),
            ("trainee_reason", text(&row.trainee_reason)),
            ("employer_decision", row.employer_decision.as_str().into()),
            ("employer_reason", text(&row.employer_reason)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} {}", row.pathway, row.occupation)
    }
}
