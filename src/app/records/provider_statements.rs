//! The right of reply: what an institute says to the figures that are told of it.

use super::*;
use crate::app::Ctx;
use crate::error::{AppError, FieldError};
use async_trait::async_trait;
use passerelle_store::Tx;
use passerelle_store::entity::{programme, provider_statement};
use passerelle_store::query::EntityTrait;

#[derive(Debug)]
pub struct ProviderStatements;

#[async_trait]
impl Spec for ProviderStatements {
    type Entity = provider_statement::Entity;
    const NAME: &'static str = "provider-statements";
    const FIELDS: &'static [Field] = &[
        Field::reference("institute_id", "organisations").required().listed().filters().fixed(),
        Field::reference("programme_id", "programmes").listed().filters().fixed(),
        Field::new("year", Kind::Number { min: 2000, max: 2199 }).required().listed().filters().sorts(),
        Field::new("text_language", Kind::Language).required().listed().labelled("language"),
        Field::text("statement", 2000).required().listed(),
    ];

    fn read(r: &mut Reader<'_>, base: Base, _: Option<&RowOf<Self>>) -> RowOf<Self> {
        provider_statement::Model {
            id: base.id,
            version: base.version,
            created_at_ms: base.created_at_ms,
            updated_at_ms: base.updated_at_ms,
            institute_id: r.reference("institute_id"),
            programme_id: r.reference_or_none("programme_id"),
            year: r.number("year"),
            text_language: r.language("text_language").map(|tag| tag.to_string()).unwrap_or_default(),
            statement: r.text("statement"),
        }
    }

    fn write(row: &RowOf<Self>) -> Map<String, Value> {
        document([
            ("institute_id", row.institute_id.to_string().into()),
            ("programme_id", shown(&row.programme_id)),
            ("year", row.year.into()),
            ("text_language", row.text_language.as_str().into()),
            ("statement", row.statement.as_str().into()),
        ])
    }

    fn title(row: &RowOf<Self>) -> String {
        row.year.to_string()
    }

    async fn check(_: &Ctx<'_>, tx: &Tx, row: &RowOf<Self>, _: Option<&RowOf<Self>>, errors: &mut Vec<FieldError>) -> Result<(), AppError> {
        let Some(id) = row.programme_id else { return Ok(()) };
        let programme = programme::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?;
        if programme.is_none_or(|programme| programme.institute_id != row.institute_id) {
            errors.push(FieldError::new("programme_id", "programme-elsewhere", "is not a programme of this institute"));
        }
        Ok(())
    }
}
