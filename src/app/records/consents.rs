//! What people have agreed to. Given and withdrawn in `app::consents`.

use super::*;
use passerelle_domain::privacy::{ConsentChannel, ConsentPurpose};
use passerelle_store::entity::consent;

#[derive(Debug)]
pub struct Consents;

impl Spec for Consents {
    type Entity = consent::Entity;
    const NAME: &'static str = "consents";
    const READ_ONLY: bool = true;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").listed().filters(),
        Field::choice("purpose", "consent-purpose", ConsentPurpose::WORDS).listed().filters().sorts(),
        Field::reference("recipient_id", "organisations").listed(),
        Field::text("text_version", 20).listed(),
        Field::new("language", Kind::Language).listed(),
        Field::choice("channel", "consent-channel", ConsentChannel::WORDS).listed().filters(),
        Field::new("given_at", Kind::Moment).listed(),
        Field::new("withdrawn_at", Kind::Moment).listed(),
    ];

    fn read(_: &mut Reader<'_>, _: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        unreachable!("read-only: no route leads here")
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("purpose", row.purpose.as_str().into()),
            ("recipient_id", shown(&row.recipient_id)),
            ("text_version", row.text_version.as_str().into()),
            ("language", row.language.as_str().into()),
            ("channel", row.channel.as_str().into()),
            ("given_at", moment(Some(row.given_at_ms))),
            ("withdrawn_at", moment(row.withdrawn_at_ms)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.purpose.clone()
    }
}
