//! The search for leaks: in random worlds of organisations, grants, consents and rules, nobody gets
//! by any route a row or a field that the pure access rule denies, and everybody gets what it
//! allows. The oracle reads plain facts; the service reads its database.
//!
//! `PASSERELLE_TEST_LEAK_WORLDS=40 cargo test --test it leaks` searches wider.

mod world;

use crate::on_both;
use crate::support::{Answer, On};
use passerelle::app::records;
use passerelle::app::resource::Field;
use passerelle_domain::access::{Action, FieldGroup, Subject, permit_group, sees};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use world::{Asker, Person, World};

const KINDS: [(&str, Subject); 3] =
    [("trainees", Subject::Trainee), ("credentials", Subject::Credential), ("language-certificates", Subject::LanguageCertificate)];

on_both! {
    async fn nobody_gets_by_any_route_what_the_rule_denies(on) {
        search(on).await;
    }
}

async fn search(on: On) {
    let worlds = std::env::var("PASSERELLE_TEST_LEAK_WORLDS").ok().and_then(|text| text.parse().ok()).unwrap_or(2);
    let first = std::env::var("PASSERELLE_TEST_LEAK_FIRST").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
    let (mut allowed, mut denied) = (0, 0);
    for seed in first..first + worlds {
        let world = World::random(on, seed).await;
        for asker in &world.actors {
            for (kind, subject) in KINDS {
                let view = View { world: &world, asker, kind, subject, place: format!("world {seed}, {kind}, {}", asker.label) };
                let (yes, no) = view.check().await;
                allowed += yes;
                denied += no;
            }
        }
    }
    // A search that never met a yes, or never a no, would prove nothing.
    assert!(allowed > 500 && denied > 100, "{allowed} fields shown, {denied} withheld");
}

/// One asker, one kind of record.
struct View<'a> {
    world: &'a World,
    asker: &'a Asker,
    kind: &'static str,
    subject: Subject,
    place: String,
}

impl View<'_> {
    fn fields(&self) -> &'static [Field] {
        records::find(self.kind).unwrap().fields()
    }

    fn sees(&self, action: Action, group: FieldGroup, person: &Person) -> bool {
        !sees(&self.asker.pure, action, self.subject, group, &person.facts).is_empty()
    }

    fn may_ask(&self, action: Action, group: FieldGroup) -> bool {
        permit_group(&self.asker.pure, action, self.subject, group).is_ok()
    }

    /// Identifiers of records whose people satisfy the condition.
    fn those(&self, wanted: impl Fn(&Person) -> bool) -> BTreeSet<Uuid> {
        self.world.people.iter().filter(|person| wanted(person)).map(|person| person.records[self.kind].0).collect()
    }

    /// The value of a field, told or not; `Null` where it has none.
    fn truth<'p>(&self, person: &'p Person, field: &str) -> &'p Value {
        person.records[self.kind].1.get(field).unwrap_or(&Value::Null)
    }

    async fn get(&self, path: &str) -> Answer {
        self.asker.program.get(path).await
    }

    /// Numbers of fields shown and withheld, when nothing is amiss.
    async fn check(&self) -> (usize, usize) {
        let counts = self.each_record().await;
        self.list_and_count().await;
        self.file().await;
        self.filters_and_orders().await;
        self.words().await;
        counts
    }

    async fn each_record(&self) -> (usize, usize) {
        let (mut allowed, mut denied) = (0, 0);
        let nowhere = self.get(&format!("/api/v1/{}/{}", self.kind, Uuid::now_v7())).await;
        for person in &self.world.people {
            let id = person.records[self.kind].0;
            let answer = self.get(&format!("/api/v1/{}/{id}", self.kind)).await;
            if !self.sees(Action::Read, FieldGroup::General, person) {
                // A record that is hidden and one that is not there are told apart by nothing.
                assert_eq!(told(&answer), told(&nowhere), "{}", self.place);
                continue;
            }
            assert_eq!(answer.status, 200, "{}: {}", self.place, answer.text);
            let shown = answer.json();
            for field in self.fields() {
                // What is empty is left out for everybody.
                if self.truth(person, field.name).is_null() {
                    continue;
                }
                let may = self.sees(Action::Read, field.group, person);
                let is = shown.get(field.name).is_some();
                assert_eq!(is, may, "{}: {} of {id}: {shown}", self.place, field.name);
                if may {
                    allowed += 1
                } else {
                    denied += 1
                }
                let value = self.truth(person, field.name);
                if !may && unmistakable(value) {
                    assert!(!answer.text.contains(value.as_str().unwrap()), "{}: {} slips out: {}", self.place, field.name, answer.text);
                }
            }
        }
        (allowed, denied)
    }

    async fn listed(&self, query: &str) -> Option<BTreeSet<Uuid>> {
        let answer = self.get(&format!("/api/v1/{}?limit=200{query}", self.kind)).await;
        if answer.status == 403 {
            return None;
        }
        assert_eq!(answer.status, 200, "{} {query}: {}", self.place, answer.text);
        let found =
            answer.json()["items"].as_array().unwrap().iter().map(|item| Uuid::parse_str(item["id"].as_str().unwrap()).unwrap()).collect();
        Some(found)
    }

    async fn list_and_count(&self) {
        let answer = self.get(&format!("/api/v1/{}?limit=200", self.kind)).await;
        if !self.may_ask(Action::List, FieldGroup::General) {
            assert_eq!(answer.status, 403, "{}", self.place);
            return;
        }
        let items = answer.json()["items"].as_array().unwrap().clone();
        let found: BTreeSet<Uuid> = items.iter().map(|item| Uuid::parse_str(item["id"].as_str().unwrap()).unwrap()).collect();
        assert_eq!(found, self.those(|person| self.sees(Action::List, FieldGroup::General, person)), "{}", self.place);
        for person in &self.world.people {
            let Some(item) = items.iter().find(|item| item["id"] == person.records[self.kind].0.to_string()) else { continue };
            for field in self.fields().iter().filter(|field| !self.truth(person, field.name).is_null()) {
                assert_eq!(
                    item.get(field.name).is_some(),
                    self.sees(Action::Read, field.group, person),
                    "{}: {} in the list",
                    self.place,
                    field.name
                );
            }
        }
        self.silent_about(&answer, Action::Read);
    }

    /// No mark of anybody's closed field anywhere in the text.
    fn silent_about(&self, answer: &Answer, action: Action) {
        for person in &self.world.people {
            for field in self.fields().iter().filter(|field| !self.sees(action, field.group, person)) {
                let value = self.truth(person, field.name);
                if unmistakable(value) {
                    assert!(!answer.text.contains(value.as_str().unwrap()), "{}: {} slips out", self.place, field.name);
                }
            }
        }
    }

    async fn file(&self) {
        let columns: String = self.fields().iter().map(|field| format!("{},", field.name)).collect();
        let answer = self.get(&format!("/api/v1/{}.csv?cols={columns}", self.kind)).await;
        if !self.may_ask(Action::Export, FieldGroup::General) {
            assert_eq!(answer.status, 403, "{}", self.place);
            return;
        }
        assert_eq!(answer.status, 200, "{}: {}", self.place, answer.text);
        let rows = csv::Reader::from_reader(answer.text.as_bytes()).into_records().map(Result::unwrap).collect::<Vec<_>>();
        let expected = self.those(|person| self.sees(Action::Export, FieldGroup::General, person)).len();
        assert_eq!(rows.len(), expected, "{}: rows of the file", self.place);
        self.silent_about(&answer, Action::Export);
        for person in self.world.people.iter().filter(|person| self.sees(Action::Export, FieldGroup::General, person)) {
            for field in self.fields().iter().filter(|field| self.sees(Action::Export, field.group, person)) {
                let value = self.truth(person, field.name);
                if unmistakable(value) {
                    assert!(answer.text.contains(value.as_str().unwrap()), "{}: {} is missing in the file", self.place, field.name);
                }
            }
        }
    }

    async fn filters_and_orders(&self) {
        for field in self.fields() {
            let open = self.may_ask(Action::List, FieldGroup::General) && self.may_ask(Action::List, field.group);
            let within =
                |person: &Person| self.sees(Action::List, FieldGroup::General, person) && self.sees(Action::List, field.group, person);
            if field.filters {
                let values: BTreeMap<String, Value> = self
                    .world
                    .people
                    .iter()
                    .map(|person| self.truth(person, field.name))
                    .filter(|value| value.is_string())
                    .map(|value| (value.to_string(), value.clone()))
                    .collect();
                for value in values.values().take(4) {
                    let found = self.listed(&format!("&{}={}", field.name, value.as_str().unwrap())).await;
                    let expected = self.those(|person| within(person) && self.truth(person, field.name) == value);
                    assert_eq!(found, open.then_some(expected), "{}: filter {}={value}", self.place, field.name);
                }
            }
            if field.sorts {
                for sign in ["", "-"] {
                    let found = self.listed(&format!("&sort={sign}{}", field.name)).await;
                    assert_eq!(found, open.then(|| self.those(within)), "{}: sort by {}", self.place, field.name);
                }
            }
        }
    }

    async fn words(&self) {
        if self.kind != "trainees" {
            return;
        }
        let open = self.may_ask(Action::List, FieldGroup::General) && self.may_ask(Action::List, FieldGroup::Name);
        for person in &self.world.people {
            let name = self.truth(person, "family_name").as_str().unwrap();
            let found = self.listed(&format!("&q={name}")).await;
            let hit = self.sees(Action::List, FieldGroup::General, person) && self.sees(Action::List, FieldGroup::Name, person);
            let expected: BTreeSet<Uuid> = hit.then_some(person.id).into_iter().collect();
            assert_eq!(found, open.then_some(expected), "{}: q={name}", self.place);
        }
    }
}

/// A value that stands for one person only, and that nothing else contains.
fn unmistakable(value: &Value) -> bool {
    value.as_str().is_some_and(|text| ["Fam", "Giv", "mail", "Dip", "Body", "Iss"].iter().any(|start| text.starts_with(start)))
}

/// What an answer tells: all but the number of the request.
fn told(answer: &Answer) -> (u16, Value, BTreeSet<String>) {
    let mut body = answer.json();
    if let Some(object) = body.as_object_mut() {
        object.remove("instance");
    }
    (answer.status, body, answer.headers.keys().cloned().collect())
}
