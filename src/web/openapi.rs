//! The description of the API (OpenAPI 3.1), written from the route table and from the fields of
//! the records: it cannot promise what is not there.

use super::problem::KINDS;
use super::routes::{Access, Body, Entry, table};
use crate::app::records;
use crate::app::resource::{Field, Kind, RANGE, Resource};
use passerelle_domain::access::FieldGroup;
use serde_json::{Map, Value, json};

/// The whole document.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for entry in table().iter().filter(|entry| entry.is_api() && !entry.summary.is_empty()) {
        let path = paths.entry(entry.path.clone()).or_insert_with(|| json!({}));
        path[entry.method.as_str().to_lowercase()] = operation(entry);
    }
    let mut schemas = Map::new();
    for resource in records::ALL {
        schemas.insert(schema_name(resource), record_schema(resource));
    }
    schemas.insert("Problem".into(), problem_schema());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Passerelle",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Plan, match, track and reroute trainees between two countries. Facts about laws are data with a source, not legal advice.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
        "security": [{ "token": [] }],
    })
}

fn operation(entry: &Entry) -> Value {
    let name = entry.path.trim_start_matches("/api/v1/").replace(['/', '{', '}', '.'], "-").replace("--", "-");
    let mut operation = json!({
        "operationId": format!("{}-{}", entry.method.as_str().to_lowercase(), name.trim_matches('-')),
        "summary": entry.summary,
        "tags": [entry.path.split('/').nth(3).unwrap_or_default().trim_end_matches(".csv")],
        "parameters": parameters(entry),
        "responses": responses(entry),
    });
    if let Access::Needs(action, subject) = entry.access {
        operation["description"] = json!(format!("Needs the right to {action} {subject}."));
    }
    if let Some(schema) = schema_of(entry.request) {
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    operation
}

fn parameters(entry: &Entry) -> Vec<Value> {
    let mut parameters = Vec::new();
    for name in ["id", "pack", "step"] {
        if entry.path.contains(&format!("{{{name}}}")) {
            parameters.push(json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }));
        }
    }
    if let Body::Page(resource) = entry.answer {
        let query = |name: &str, schema: Value| json!({ "name": name, "in": "query", "schema": schema });
        parameters.push(query("limit", json!({ "type": "integer", "minimum": 1, "maximum": passerelle_store::list::PAGE_MAX })));
        parameters.push(query("after", json!({ "type": "string", "description": "`next` of the page before" })));
        let sorts: Vec<String> = resource
            .fields()
            .iter()
            .filter(|field| field.sorts)
            .flat_map(|field| [field.name.to_owned(), format!("-{}", field.name)])
            .collect();
        if !sorts.is_empty() {
            parameters.push(query("sort", json!({ "type": "string", "enum": sorts })));
        }
        if resource.searchable() {
            parameters.push(query("q", json!({ "type": "string" })));
        }
        for field in resource.fields().iter().filter(|field| field.filters) {
            parameters.push(query(field.name, field_schema(field)));
            if field.kind == Kind::Date {
                parameters.extend(RANGE.map(|(ending, _)| query(&format!("{}{ending}", field.name), field_schema(field))));
            }
        }
    }
    let method = entry.method.as_str();
    if method == "PUT" || method == "DELETE" || entry.path.ends_with("/decision") {
        parameters.push(json!({
            "name": "If-Match", "in": "header", "required": true, "schema": { "type": "string" },
            "description": "ETag of the version that the change is based on",
        }));
    }
    if method == "POST" && matches!(entry.answer, Body::Record(_)) {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "schema": { "type": "string", "maxLength": 200 },
            "description": "Equal keys mean the same request: a repetition gets the first answer",
        }));
    }
    parameters
}

fn responses(entry: &Entry) -> Value {
    let method = entry.method.as_str();
    let status = match (method, entry.answer) {
        ("POST", Body::Record(_)) => "201",
        ("POST", Body::Named("MatchRun")) => "202",
        ("DELETE", _) => "204",
        _ => "200",
    };
    let content = match entry.answer {
        Body::Csv => Some(json!({ "text/csv": { "schema": { "type": "string" } } })),
        body => schema_of(body).map(|schema| json!({ "application/json": { "schema": schema } })),
    };
    let mut responses = Map::new();
    let mut answer = json!({ "description": "Done" });
    if let Some(content) = content {
        answer["content"] = content;
    }
    responses.insert(status.into(), answer);
    let mut kinds = vec!["unauthenticated", "forbidden", "not-found", "internal"];
    if method != "GET" {
        kinds.extend(["invalid", "malformed", "conflict", "stale"]);
    } else {
        kinds.push("invalid");
    }
    for kind in KINDS.iter().filter(|kind| kinds.contains(&kind.slug)) {
        let problem = json!({ "description": kind.title, "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } } });
        responses.insert(kind.status.to_string(), problem);
    }
    Value::Object(responses)
}

fn schema_of(body: Body) -> Option<Value> {
    match body {
        Body::None | Body::Csv => None,
        Body::Record(resource) => Some(json!({ "$ref": format!("#/components/schemas/{}", schema_name(resource)) })),
        Body::Page(resource) => Some(json!({
            "type": "object",
            "required": ["items"],
            "properties": {
                "items": { "type": "array", "items": { "$ref": format!("#/components/schemas/{}", schema_name(resource)) } },
                "next": { "type": ["string", "null"] },
            },
        })),
        Body::Named("MatchRunRequest") => Some(json!({ "type": "object", "properties": {
            "seed": { "type": "integer", "minimum": 0 },
            "mode": { "enum": passerelle_engine::matching::policy::Mode::WORDS },
        } })),
        Body::Named("Decide") => Some(json!({
            "type": "object",
            "required": ["decision"],
            "properties": { "decision": { "enum": ["accepted", "declined"] }, "reason": { "enum": passerelle_domain::people::DeclineReason::WORDS } },
        })),
        Body::Named(name) => Some(json!({ "type": "object", "title": name })),
    }
}

/// `language-certificates` → `LanguageCertificate`.
fn schema_name(resource: &dyn Resource) -> String {
    let singular = resource.name().strip_suffix('s').unwrap_or(resource.name());
    singular.split('-').map(|part| part[..1].to_uppercase() + &part[1..]).collect()
}

fn record_schema(resource: &dyn Resource) -> Value {
    let mut properties = Map::new();
    properties.insert("id".into(), json!({ "type": "string", "format": "uuid", "readOnly": true }));
    properties.insert("version".into(), json!({ "type": "integer", "readOnly": true }));
    for field in resource.fields() {
        let mut schema = field_schema(field);
        if !field.is_written() {
            schema["readOnly"] = json!(true);
        }
        if field.group != FieldGroup::General {
            let needed = if field.required { "Needed when writing. " } else { "" };
            schema["description"] = json!(format!("{needed}Left out for whoever is not shown the group of fields `{}`.", field.group));
        }
        properties.insert(field.name.into(), schema);
    }
    // Fields of a group can be withheld from an answer: they are required of writers only.
    let general = |field: &&Field| field.required && field.group == FieldGroup::General;
    let required: Vec<&str> = resource.fields().iter().filter(general).map(|field| field.name).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn field_schema(field: &Field) -> Value {
    let text = |pattern: &str, example: &str| json!({ "type": "string", "pattern": pattern, "examples": [example] });
    match field.kind {
        Kind::Text { max } => json!({ "type": "string", "maxLength": max }),
        Kind::Number { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Decimal { .. } => json!({ "type": ["number", "string"], "description": "At most two decimals" }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Date => json!({ "type": "string", "format": "date" }),
        Kind::Choice { words, .. } => json!({ "type": "string", "enum": words }),
        Kind::Choices { words, .. } => json!({ "type": "array", "items": { "type": "string", "enum": words } }),
        Kind::Moment => json!({ "type": "string", "format": "date-time" }),
        Kind::Country => text("^[A-Z]{2}$", "MA"),
        Kind::Countries => json!({ "type": "array", "maxItems": 20, "items": { "type": "string", "pattern": "^[A-Z]{2}$" } }),
        Kind::Subdivision => text("^[A-Z]{2}-[A-Z0-9]{1,3}$", "DE-BY"),
        Kind::Currency => text("^[A-Z]{3}$", "EUR"),
        Kind::Money => text("^[A-Z]{3} -?[0-9]+(\\.[0-9]+)?$", "EUR 3000.00"),
        Kind::Language => text("^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", "de"),
        Kind::LanguageLevel => text("^[A-Z]+ [A-Z0-9.+]+$", "CEFR B1"),
        Kind::Occupation => text("^[0-9]{4}$", "7411"),
        Kind::IscedField => text("^[0-9]{4}$", "0713"),
        Kind::Eqf => json!({ "type": "integer", "minimum": 1, "maximum": 8 }),
        Kind::Concept => json!({ "type": "string", "format": "uri" }),
        Kind::Pathway => text("^[A-Z0-9-]+/([A-Z]{2}|ANY)$", "DE-NAFR-THAMM/MA"),
        Kind::Pack => text("^[A-Z0-9-]{4,40}$", "DE-NAFR-THAMM"),
        Kind::Email => json!({ "type": "string", "format": "email" }),
        Kind::Phone => text("^\\+[0-9]{6,15}$", "+212661234567"),
        Kind::Lei => text("^[A-Z0-9]{18}[0-9]{2}$", "529900T8BM49AURSDO55"),
        Kind::Reference(resource) => json!({ "type": "string", "format": "uuid", "description": format!("A record of {resource}") }),
        Kind::Subject => json!({ "type": "string", "format": "uuid" }),
        Kind::Reasons => json!({ "type": "array", "items": { "type": "object" } }),
    }
}

fn problem_schema() -> Value {
    json!({
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": { "type": "string", "enum": KINDS.iter().map(|kind| format!("/problems/{}", kind.slug)).collect::<Vec<_>>() },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string" },
            "instance": { "type": "string", "description": "The request's identifier, also in the logs" },
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "code", "message"],
                    "properties": { "pointer": { "type": "string" }, "code": { "type": "string" }, "message": { "type": "string" } },
                },
            },
        },
    })
}
