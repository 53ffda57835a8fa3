//! How a draft begins: from a published pathway, from a template, or from a file.

use super::{Stage, codes, sides};
use crate::app::{Ctx, corridor_yaml, corridors, work};
use crate::error::{AppError, FieldError};
use passerelle_domain::access::{Action, Subject, permit};
use passerelle_domain::corridor::{CorridorPack, PackId};
use passerelle_domain::country::CountryCode;
use passerelle_domain::fact::FactStatus;
use passerelle_engine::matching::snapshot::digest;
use passerelle_store::StoreError;
use passerelle_store::entity::pathway_draft;
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
/// Templates to begin with, and the pack that each is drawn from.
pub const TEMPLATES: [(&str, &str); 5] = [
    ("apprenticeship", "DE-NAFR-THAMM"),
    ("recognised-nurse", "DE-NURSE-TRIPLEWIN"),
    ("trained-abroad", "IT-ART23"),
    ("skills-test-worker", "JP-SSW"),
    ("seasonal", "AU-PAC-PALM"),
];

/// What a draft begins with: exactly one of the three.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Begin {
    /// A published pathway to change.
    #[serde(default)]
    pub pack: Option<String>,
    /// A template for a new one, with its identifier and countries.
    #[serde(default)]
    pub template: Option<String>,
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub destination: Option<CountryCode>,
    #[serde(default)]
    pub origins: Vec<CountryCode>,
    /// A file.
    #[serde(default)]
    pub yaml: Option<String>,
}

/// Begins a draft.
///
/// # Errors
/// What is missing or not right, or a conflict where a draft of the pathway is under way.
pub async fn begin(ctx: &Ctx<'_>, begin: &Begin) -> Result<Uuid, AppError> {
    permit(ctx.actor, Action::Create, Subject::PathwayDraft)?;
    let mut tx = ctx.begin().await?;
    let pack = match (&begin.pack, &begin.template, &begin.yaml) {
        (Some(id), None, None) => {
            corridors::latest_in(tx.conn(), id).await?.ok_or_else(|| AppError::invalid("pack", "reference", "is no published pathway"))?
        }
        (None, Some(template), None) => from_template(template, begin)?,
        (None, None, Some(text)) => read_yaml(text)?,
        _ => return Err(AppError::invalid("pack", "one-beginning", "give one of pack, template and yaml")),
    };
    let base = corridors::latest_in(tx.conn(), pack.id.as_str()).await?.map_or(0, |published| published.version);
    let document = serde_json::to_string(&pack)?;
    let row = pathway_draft::Model {
        id: Uuid::now_v7(),
        version: 1,
        created_at_ms: ctx.now.ms(),
        updated_at_ms: ctx.now.ms(),
        pack_id: pack.id.to_string(),
        base_version: i32::try_from(base).map_err(AppError::internal)?,
        name: pack.name.en.clone(),
        destination: pack.destination.to_string(),
        origins: codes(&pack),
        stage: Stage::Draft.to_string(),
        effective_from: None,
        refusal: None,
        published_version: None,
        digest: digest(&document),
        document,
        account_id: ctx.actor.user.0,
    };
    if sides(ctx, &row.destination, &row.origins, false).is_empty() {
        return Err(AppError::invalid("destination", "not-your-country", "is a pathway between other countries than yours"));
    }
    let open = pathway_draft::Entity::find()
        .filter(pathway_draft::Column::PackId.eq(&row.pack_id))
        .filter(pathway_draft::Column::Stage.is_in([Stage::Draft.as_str(), Stage::AwaitingCounterpart.as_str()]))
        .one(tx.conn())
        .await
        .map_err(StoreError::from)?;
    if open.is_some() {
        return Err(AppError::Conflict("a draft of this pathway is under way already: work on that one".into()));
    }
    let id = row.id;
    work::insert::<pathway_draft::Entity, _>(&tx, row).await?;
    tx.note("create", "pathway_draft", Some(id), json!({ "pack": pack.id }));
    tx.commit().await?;
    Ok(id)
}

/// Reads a file into a draft: its shape must be right, the rest is for the findings to say.
pub(super) fn read_yaml(text: &str) -> Result<CorridorPack, AppError> {
    corridor_yaml::shape("yaml", text).map_err(|error| {
        let line = error.line.map(|line| format!("line {line}: ")).unwrap_or_default();
        AppError::Invalid(vec![
            FieldError::new("yaml", "yaml", format!("{line}{}: {}", error.key, error.problem))
                .with("problem", format!("{line}{}: {}", error.key, error.problem)),
        ])
    })
}

/// A new pathway drawn from one that exists: its steps and facts, with a source that says that they
/// are a template and have to be replaced.
fn from_template(template: &str, begin: &Begin) -> Result<CorridorPack, AppError> {
    let Some((_, pack_id)) = TEMPLATES.iter().find(|(name, _)| *name == template) else {
        let names: Vec<&str> = TEMPLATES.iter().map(|(name, _)| *name).collect();
        return Err(AppError::invalid("template", "choice", format!("is not one of: {}", names.join(", "))));
    };
    let id = begin.id.as_deref().unwrap_or_default();
    let id = PackId::parse(id).map_err(|error| AppError::Invalid(vec![FieldError::of("id", &error)]))?;
    let destination = begin.destination.ok_or_else(|| AppError::invalid("destination", "required", "is needed"))?;
    let built_in =
        corridors::built_in().map_err(|errors| AppError::internal(errors.iter().map(ToString::to_string).collect::<String>()))?;
    let model = built_in.into_iter().find(|pack| pack.id.as_str() == *pack_id).ok_or(AppError::NotFound)?;
    let mut value = serde_json::to_value(&model)?;
    fn resource(value: &mut Value, key: &str) {
        match value {
            Value::Object(map) => {
                if map.contains_key("source") {
                    map.insert("source".into(), key.into());
                    if map.contains_key("valid_from") {
                        map.insert("illustrative".into(), true.into());
                    }
                }
                map.iter_mut().filter(|(name, _)| *name != "sources").for_each(|(_, inner)| resource(inner, key));
            }
            Value::Array(items) => items.iter_mut().for_each(|item| resource(item, key)),
            _ => {}
        }
    }
    resource(&mut value, "TEMPLATE");
    let mut pack: CorridorPack = serde_json::from_value(value)?;
    pack.sources = serde_json::from_value(json!({ "TEMPLATE": {
        "title": format!("Template {template}, drawn from {pack_id}: to be replaced by sources of this pathway"), "kind": "illustrative",
    } }))?;
    pack.id = id;
    pack.version = 1;
    pack.name = serde_json::from_value(json!({ "en": begin.name.clone().unwrap_or_else(|| begin.id.clone().unwrap_or_default()) }))?;
    pack.destination = destination;
    pack.origins = begin.origins.clone();
    (pack.origin_subdivisions, pack.destination_subdivisions) = (vec![], vec![]);
    pack.status = FactStatus::InForce;
    Ok(pack)
}
