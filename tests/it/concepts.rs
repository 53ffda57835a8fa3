//! ESCO: the official files as they are, all or nothing, the same twice, found as people type.

use crate::on_both;
use crate::support::{Database, Service};
use passerelle::app::concepts::esco_files::{ImportOptions, Source};
use passerelle::app::concepts::import;
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use passerelle_store::Store;
use passerelle_store::entity::{concept, concept_label, concept_relation};
use passerelle_store::query::EntityTrait;
use std::path::PathBuf;

fn sample() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config/esco-demo")
}

async fn load(store: &Store, source: &Source, version: &str, language: &str) -> import::Imported {
    let parsed = import::parse(source, language).unwrap();
    let options = ImportOptions { scheme_version: version.into(), language: language.into() };
    import::write(store, Moment::now(), &options, parsed, &mut |_, _| {}).await.unwrap()
}

async fn counts(store: &Store) -> (usize, usize, usize) {
    (
        concept::Entity::find().all(store.read()).await.unwrap().len(),
        concept_label::Entity::find().all(store.read()).await.unwrap().len(),
        concept_relation::Entity::find().all(store.read()).await.unwrap().len(),
    )
}

on_both! {
    async fn an_import_twice_changes_nothing_and_versions_stand_side_by_side(on) {
        let database = Database::new(on).await;
        let store = database.open().await;
        let source = Source::open(&sample()).unwrap();
        let first = load(&store, &source, "1.1.1", "en").await;
        assert!(first.concepts > 500 && first.relations > 900, "{first:?}");
        let once = counts(&store).await;
        assert!(load(&store, &source, "1.1.1", "en").await.unchanged);
        assert_eq!(counts(&store).await, once);
        let french = load(&store, &source, "1.1.1", "fr").await;
        assert_eq!((french.concepts, french.relations), (0, 0), "a further language adds labels only");
        let other = load(&store, &source, "1.2.0", "en").await;
        assert_eq!(other.concepts, first.concepts);
    }

    async fn search_finds_prefixes_typos_and_other_languages_for_everybody(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let anybody = service.program(Role::Trainee, None, &[], Some(uuid::Uuid::now_v7())).await;
        let first = async |q: &str, language: &str| {
            let hits = anybody.get(&format!("/api/v1/concepts?q={q}&language={language}&kind=occupation")).await.json();
            hits["items"][0]["isco"].as_str().unwrap_or("nothing").to_owned()
        };
        assert_eq!(first("building%20elec", "en").await, "7411");
        assert_eq!(first("bricklayr", "en").await, "7112");
        assert_eq!(first("ELECTRICIEN%20DU%20BAT", "fr").await, "7411");
        assert_eq!(first("%D9%84%D8%AD%D8%A7%D9%85", "ar").await, "7212");
        assert_eq!(first("zzzzzz", "en").await, "nothing");
        assert_eq!(anybody.get("/api/v1/concepts?q=a&kind=planet").await.refused(), ["kind:choice"]);
    }
}

fn broken(name: &str, file: &str, from: &str, to: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("passerelle-esco-{name}-{}", uuid::Uuid::now_v7()));
    std::fs::create_dir_all(&folder).unwrap();
    for entry in std::fs::read_dir(sample()).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
    }
    let path = folder.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    folder
}

#[test]
fn a_broken_row_is_named_by_file_line_column_and_reason() {
    let cases = [
        (
            "uri",
            "occupations_en.csv",
            "http://data.europa.eu/esco/occupation/",
            "https://data.europa.eu/esco/occupation/",
            "column conceptUri",
        ),
        ("kind", "occupationSkillRelations.csv", "essential", "vital", "column relationType"),
        ("width", "skillGroups_en.csv", "SkillGroup,", "SkillGroup,more,", "columns where the header has"),
        ("header", "skills_en.csv", "preferredLabel", "label", "column preferredLabel: the column is missing"),
    ];
    for (name, file, from, to, expected) in cases {
        let folder = broken(name, file, from, to);
        let error = import::parse(&Source::open(&folder).unwrap(), "en").unwrap_err().to_string();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(error.contains(file) && error.contains(expected), "{error}");
        assert!(error.contains(".csv:"), "a line is named: {error}");
    }
    let error = import::parse(&Source::open(&sample()).unwrap(), "de").unwrap_err().to_string();
    assert!(error.contains("it has ar, en, fr"), "{error}");
}
