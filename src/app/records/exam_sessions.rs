//! Sessions of language examinations: who examines which level, and when.

use super::*;
use crate::error::FieldError;
use passerelle_domain::language::{LanguageLevel, LanguageScale};
use passerelle_store::entity::exam_session;

#[derive(Debug)]
pub struct ExamSessions;

impl Spec for ExamSessions {
    type Entity = exam_session::Entity;
    const NAME: &'static str = "exam-sessions";
    const CHILDREN: &'static [(&'static str, &'static str)] = &[("exam-results", "session_id")];
    const FIELDS: &'static [Field] = &[
        Field::reference("institute_id", "organisations").required().filters().fixed(),
        Field::text("issuer", 120).required().listed(),
        Field::new("language", Kind::Language).required().listed().filters(),
        Field::choice("scale", "language-scale", LanguageScale::WORDS).required().listed(),
        Field::text("level", 4).required().listed(),
        Field::new("held_on", Kind::Date).required().listed().sorts(),
        Field::new("register_by", Kind::Date).required().listed().sorts(),
        Field::new("seats", Kind::Number { min: 1, max: 10000 }).required().listed(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        let (scale, level) = (r.choice("scale"), r.text("level"));
        if let Err(error) = LanguageScale::parse(&scale).and_then(|scale| LanguageLevel::on(scale, &level)) {
            r.refuse(FieldError::of("level", &error));
        }
        let (held_on, register_by) = (r.date("held_on"), r.date("register_by"));
        if register_by > held_on {
            r.refuse(FieldError::new("register_by", "window-reversed", "lies after the day of the examination"));
        }
        exam_session::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            institute_id: r.reference("institute_id"),
            issuer: r.text("issuer"),
            language: r.language("language").map(|tag| tag.to_string()).unwrap_or_default(),
            scale,
            level,
            held_on,
            register_by,
            seats: r.number("seats"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("institute_id", row.institute_id.to_string().into()),
            ("issuer", row.issuer.as_str().into()),
            ("language", row.language.as_str().into()),
            ("scale", row.scale.as_str().into()),
            ("level", row.level.as_str().into()),
            ("held_on", row.held_on.to_string().into()),
            ("register_by", row.register_by.to_string().into()),
            ("seats", row.seats.into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        format!("{} {} · {}", row.language, row.level, row.held_on)
    }
}
