//! Stages to which people were disclosed to employers. Written where the stage opens.

use super::*;
use passerelle_domain::privacy::DisclosureStage;
use passerelle_store::entity::disclosure;

#[derive(Debug)]
pub struct Disclosures;

impl Spec for Disclosures {
    type Entity = disclosure::Entity;
    const NAME: &'static str = "disclosures";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::reference("employer_id", "organisations").listed().filters(),
        Field::reference("proposal_id", "proposals").filters(),
        Field::choice("stage", "disclosure-stage", DisclosureStage::WORDS).listed().filters().sorts(),
        Field::new("at", Kind::Moment).listed(),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("read-only: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("employer_id", row.employer_id.to_string().into()),
            ("proposal_id", row.proposal_id.to_string().into()),
            ("stage", row.stage.as_str().into()),
            ("at", moment(Some(row.at_ms))),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.stage.clone()
    }
}
