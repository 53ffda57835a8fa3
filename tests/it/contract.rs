//! The published description, the problems, and the files that must not drift from the code.

use crate::on_both;
use crate::support::Service;
use passerelle::web::openapi;
use passerelle::web::problem::KINDS;
use passerelle_domain::access::Role;
use serde_json::Value;

#[test]
fn the_published_description_is_the_one_in_the_docs() {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    let written: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(written == openapi::document(), "run: cargo run -- openapi > docs/openapi.json");
}

#[test]
fn each_kind_of_problem_has_a_page_in_the_docs() {
    for kind in KINDS {
        let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("docs/problems/{}.md", kind.slug));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()));
        assert!(text.contains(&kind.status.to_string()) && text.contains(kind.title), "{}", kind.slug);
    }
}

/// Whether a value fits the parts of JSON Schema that our description uses.
fn fits(schema: &Value, value: &Value, root: &Value, place: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        return fits(&root["components"]["schemas"][name.rsplit('/').next().unwrap()], value, root, place);
    }
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{place}: {value}");
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one.as_str()],
        Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(kinds.contains(&kind) || (kind == "integer" && kinds.contains(&"number")), "{place} is {kind}, described as {kinds:?}");
    if let (Value::Object(map), Some(properties)) = (value, schema["properties"].as_object()) {
        for (name, inner) in map {
            let known = properties.get(name);
            assert!(known.is_some() || schema["additionalProperties"] != false, "{place}.{name} is not described");
            if let Some(known) = known {
                fits(known, inner, root, &format!("{place}.{name}"));
            }
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            assert!(map.contains_key(name.as_str().unwrap()), "{place} lacks {name}");
        }
    }
    if let Value::Array(items) = value {
        items.iter().for_each(|item| fits(&schema["items"], item, root, place));
    }
}

on_both! {
    async fn answers_fit_the_published_description(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let root = openapi::document();
        for role in [Role::InstituteHead, Role::EmployerApprover, Role::Operator, Role::OriginOfficer] {
            let mut browser = service.person(role).await;
            for (path, methods) in root["paths"].as_object().unwrap().iter().filter(|(path, _)| !path.contains('{') && !path.ends_with(".csv")) {
                if methods.get("get").is_none() {
                    continue;
                }
                let answer = browser.get(path).await;
                if answer.status == 200 {
                    fits(&methods["get"]["responses"]["200"]["content"]["application/json"]["schema"], &answer.json(), &root, path);
                } else {
                    assert_eq!(answer.status, 403, "{path}");
                    assert_eq!(answer.headers["content-type"], "application/problem+json");
                    fits(&root["components"]["schemas"]["Problem"], &answer.json(), &root, path);
                }
            }
        }
    }

    async fn the_csv_file_is_the_list_on_the_screen(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut head = service.person(Role::InstituteHead).await;
        head.set_cookie("passerelle_lang", "en");
        let page = head.get("/ui/trainees?track=home&limit=200").await.text;
        let on_screen = page.matches("<tr role=\"row\">").count() - 1;
        let file = head.get("/ui/trainees.csv?track=home").await;
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        let text = file.text.trim_start_matches('\u{feff}');
        let mut lines = text.lines();
        assert!(lines.next().unwrap().starts_with("Family name,Given name,Cohort,Country of training,Occupation (ISCO-08),Track,Stage"));
        assert_eq!(lines.count(), on_screen);
        assert!(text.contains(",Morocco,") && !text.contains('\u{2068}'));
    }
}
