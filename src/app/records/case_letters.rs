//! Letters in contingency cases. They are written by what happens in a case; that they were received is noted by
//! `app::contingency::letters`.

use super::*;
use passerelle_domain::contingency::letter::{LetterKind, Receipt};
use passerelle_store::entity::case_letter;

#[derive(Debug)]
pub struct CaseLetters;

impl Spec for CaseLetters {
    type Entity = case_letter::Entity;
    const NAME: &'static str = "case-letters";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::choice("kind", "letter-kind", LetterKind::WORDS).listed().filters().group(FieldGroup::Journey).labelled("letter_kind"),
        Field::new("sent_on", Kind::Date).listed().sorts(),
        Field::choice("received_how", "receipt", Receipt::WORDS).listed().filters(),
        Field::new("received_on", Kind::Date).listed(),
        Field::reference("contingency_case_id", "contingency-cases").filters(),
        Field::reference("disruption_id", "disruptions").filters(),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("letters are written by cases: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("kind", row.kind.as_str().into()),
            ("sent_on", row.sent_on.to_string().into()),
            ("received_how", row.received_how.as_str().into()),
            ("received_on", shown(&row.received_on)),
            ("contingency_case_id", row.contingency_case_id.to_string().into()),
            ("disruption_id", shown(&row.disruption_id)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.sent_on.to_string()
    }
}
