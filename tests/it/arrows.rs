//! The arrows of the architecture: who may depend on whom. Read from the manifests and from the
//! sources, so that a wrong arrow fails here before a reviewer has to see it.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    assert!(!found.is_empty(), "{folder} has no sources");
    found.into_iter().map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap())).collect()
}

/// Lines of code, without comments.
fn code_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.starts_with("//"))
}

fn must_not_mention(folder: &str, words: &[&str]) {
    for (path, text) in sources(folder) {
        for line in code_lines(&text) {
            for word in words {
                assert!(!line.contains(word), "{path} mentions {word}: {line}");
            }
        }
    }
}

fn dependencies(manifest: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(manifest)).unwrap();
    let section = text.split("\n[dependencies]\n").nth(1).unwrap().split("\n[").next().unwrap().to_owned();
    section.lines().filter_map(|line| line.split(['.', ' ', '=']).next()).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[test]
fn domain_depends_on_value_crates_only() {
    let allowed = ["chrono", "iso_currency", "isolang", "rust_iso3166", "serde", "thiserror", "uuid"];
    for name in dependencies("crates/domain/Cargo.toml") {
        assert!(allowed.contains(&name.as_str()), "domain depends on {name}");
    }
    must_not_mention("crates/domain/src", &["async fn", "std::fs", "std::net", "std::env", "SystemTime", "Utc::now", "rand::"]);
}

#[test]
fn engine_knows_the_domain_and_neither_store_nor_service() {
    let allowed = [
        "passerelle-domain",
        "chrono",
        "good_lp",
        "libm",
        "petgraph",
        "rand_chacha",
        "serde",
        "serde_json",
        "sha2",
        "thiserror",
        "unicode-normalization",
        "uuid",
    ];
    for name in dependencies("crates/engine/Cargo.toml") {
        assert!(allowed.contains(&name.as_str()), "engine depends on {name}");
    }
    must_not_mention(
        "crates/engine/src",
        &["async fn", "std::fs", "std::net", "std::env", "SystemTime", "Utc::now", "HashMap", "HashSet", "rand::"],
    );
}

#[test]
fn store_knows_neither_engine_nor_service() {
    let names = dependencies("crates/store/Cargo.toml");
    assert!(!names.iter().any(|name| name == "passerelle-engine" || name == "passerelle" || name.starts_with("actix")), "{names:?}");
}

#[test]
fn sea_orm_lives_in_the_store_only() {
    for name in dependencies("Cargo.toml") {
        assert!(!name.starts_with("sea-orm") && name != "sqlx", "the service depends on {name}");
    }
    must_not_mention("src", &["sea_orm::", "sqlx::"]);
}

#[test]
fn use_cases_know_no_transport_and_the_edge_writes_no_query() {
    must_not_mention("src/app", &["actix_web", "actix_session", "crate::web"]);
    must_not_mention("src/jobs", &["actix_web"]);
    must_not_mention(
        "src/web",
        &["Entity::find", "Entity::insert", "Entity::update", "Entity::delete", "record::insert", "record::update"],
    );
}
