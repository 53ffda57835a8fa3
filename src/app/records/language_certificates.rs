//! Language certificates, overall and by skill, each on its own scale.

use super::*;
use crate::error::FieldError;
use passerelle_domain::language::{LanguageLevel, LanguageScale};
use passerelle_store::entity::language_certificate;

#[derive(Debug)]
pub struct LanguageCertificates;

impl Spec for LanguageCertificates {
    type Entity = language_certificate::Entity;
    const NAME: &'static str = "language-certificates";
    const TITLE_GROUP: FieldGroup = FieldGroup::Training;
    const FIELDS: &'static [Field] = &[
        Field::reference("trainee_id", "trainees").required().listed().filters().fixed(),
        Field::new("language", Kind::Language).required().listed().filters().sorts().group(FieldGroup::Training),
        Field::choice("scale", "language-scale", LanguageScale::WORDS).required().listed().group(FieldGroup::Training),
        Field::text("level", 4).required().listed().group(FieldGroup::Training),
        Field::text("listening", 4).group(FieldGroup::Training),
        Field::text("reading", 4).group(FieldGroup::Training),
        Field::text("speaking", 4).group(FieldGroup::Training),
        Field::text("writing", 4).group(FieldGroup::Training),
        Field::text("issuer", 120).required().listed().group(FieldGroup::Papers),
        Field::new("issued_on", Kind::Date).required().listed().sorts().group(FieldGroup::Papers),
        Field::new("expires_on", Kind::Date).listed().group(FieldGroup::Papers),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let scale = r.choice("scale");
        let on_scale = |r: &mut Reader<'_>, name: &'static str| {
            let level = r.text_or_none(name)?;
            let parsed = LanguageScale::parse(&scale).and_then(|scale| LanguageLevel::on(scale, &level));
            if let Err(error) = parsed {
                r.refuse(FieldError::of(name, &error));
            }
            Some(level)
        };
        let level = on_scale(r, "level").unwrap_or_default();
        let [listening, reading, speaking, writing] = ["listening", "reading", "speaking", "writing"].map(|name| on_scale(r, name));
        let (issued_on, expires_on) = (r.date("issued_on"), r.date_or_none("expires_on"));
        if expires_on.is_some_and(|end| end < issued_on) {
            r.refuse(FieldError::new("expires_on", "window-reversed", "lies before the day of issue"));
        }
        language_certificate::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            trainee_id: r.reference("trainee_id"),
            language: r.language("language").map(|tag| tag.to_string()).unwrap_or_default(),
            scale,
            level,
            listening,
            reading,
            speaking,
            writing,
            issuer: r.text("issuer"),
            issued_on,
            expires_on,
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("trainee_id", row.trainee_id.to_string().into()),
            ("language", row.language.as_str().into()),
            ("scale", row.scale.as_str().into()),
            ("level", row.level.as_str().into()),
            ("listening", text(&row.listening)),
            ("reading", text(&row.reading)),
            ("speaking", text(&row.speaking)),
            ("writing", text(&row.writing)),
            ("issuer", row.issuer.as_str().into()),
            ("issued_on", row.issued_on.to_string().into()),
            ("expires_on", shown(&row.expires_on)),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} {} {}", row.language, row.scale, row.level)
    }
}
