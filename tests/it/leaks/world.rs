//! A random world, made twice: in the database, and as plain facts that the pure access rule reads.

mod askers;
mod offers;

use crate::support::{Given, On, Program, Service};
use passerelle::clock::Moment;
use passerelle_domain::access::{Actor, Effect, FieldGroup, Grant, Restriction, Role, RowFacts, Shared, Subject, Territory};
use passerelle_domain::country::{CountryCode, SubdivisionCode};
use passerelle_domain::ids::{OrganisationId, TraineeId, UserId};
use passerelle_domain::people::JourneyState;
use passerelle_store::entity::*;
use passerelle_store::query::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

const ORIGINS: [(&str, [&str; 2]); 2] = [("MA", ["MA-01", "MA-06"]), ("TN", ["TN-11", "TN-12"])];
const DESTINATIONS: [(&str, [&str; 2]); 2] = [("DE", ["DE-BY", "DE-BE"]), ("FR", ["FR-75C", "FR-69"])];

pub struct World {
    /// Kept for as long as the world is asked.
    _service: Service,
    pub people: Vec<Person>,
    pub actors: Vec<Asker>,
}

/// Somebody in training: what the rule needs, and the truth of every field of every record.
pub struct Person {
    pub id: Uuid,
    pub facts: RowFacts,
    /// By kind of record: identifier and document.
    pub records: BTreeMap<&'static str, (Uuid, Map<String, Value>)>,
}

/// Somebody who asks, and the same as the rule knows her.
pub struct Asker {
    pub label: String,
    pub program: Program,
    pub pure: Actor,
}

struct Site {
    id: Uuid,
    country: &'static str,
    subdivision: &'static str,
    suspended: bool,
}

struct Maker {
    service: Service,
    random: ChaCha8Rng,
    now: i64,
    institutes: Vec<Site>,
    employers: Vec<Site>,
    /// Every organisation's parent.
    parents: BTreeMap<Uuid, Uuid>,
    rules: Vec<Restriction>,
}

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

fn place(site: &Site) -> (CountryCode, Option<SubdivisionCode>) {
    (country(site.country), Some(SubdivisionCode::parse(site.subdivision).unwrap()))
}

impl World {
    pub async fn random(on: On, seed: u64) -> Self {
        let service = Service::start(on).await;
        let mut maker = Maker {
            service,
            random: ChaCha8Rng::seed_from_u64(seed),
            now: Moment::now().ms(),
            institutes: vec![],
            employers: vec![],
            parents: BTreeMap::new(),
            rules: vec![],
        };
        maker.organisations().await;
        let mut people = maker.people().await;
        maker.proposals(&mut people).await;
        maker.referrals_and_cases(&mut people).await;
        // After the people: what is closed to a role would be closed to the hand that enters them.
        maker.access_rules().await;
        let actors = maker.askers(&people).await;
        Self { _service: maker.service, people, actors }
    }
}

impl Maker {
    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_ratio(percent, 100)
    }

    async fn add<E, M>(&self, row: M)
    where
        E: EntityTrait,
        M: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: ActiveModelTrait<Entity = E>,
    {
        let tx = self.service.state.store.begin(None, self.now).await.unwrap();
        E::insert(row.into_active_model().reset_all()).exec_without_returning(tx.conn()).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn organisation(&mut self, kind: &str, country: &str, subdivision: &str, parent: Option<Uuid>, suspended: bool) -> Uuid {
        let id = Uuid::now_v7();
        let row = organisation::Model {
            id,
            version: 1,
            created_at_ms: self.now,
            updated_at_ms: self.now,
            kind: kind.into(),
            name: format!("{kind} {id}"),
            country: country.into(),
            subdivision: Some(subdivision.into()),
            register_number: None,
            lei: None,
            status: if suspended { "suspended" } else { "active" }.into(),
            licence_valid_to: None,
            insolvent: "no".into(),
            open_sanction: "no".into(),
            unpaid_wage_judgment: "no".into(),
            provides_housing: false,
            housing_approved: "unknown".into(),
            accreditation: None,
            accreditation_valid_to: None,
            accreditation_evidence: None,
            parent_id: parent,
            demo: false,
            search: String::new(),
        };
        self.add::<organisation::Entity, _>(row).await;
        if let Some(parent) = parent {
            self.parents.insert(id, parent);
        }
        id
    }

    async fn organisations(&mut self) {
        for (origin, subdivisions) in ORIGINS {
            let mut above = None;
            for subdivision in subdivisions {
                // Half of the second ones are campuses of the first.
                let parent = above.filter(|_| self.chance(50));
                let id = self.organisation("institute", origin, subdivision, parent, false).await;
                above = Some(id);
                self.institutes.push(Site { id, country: origin, subdivision, suspended: false });
            }
        }
        for (destination, subdivisions) in DESTINATIONS {
            for subdivision in subdivisions {
                let suspended = self.chance(25);
                let id = self.organisation("employer", destination, subdivision, None, suspended).await;
                self.employers.push(Site { id, country: destination, subdivision, suspended });
            }
        }
    }

    async fn people(&mut self) -> Vec<Person> {
        let mut people = Vec::new();
        for number in 0..12 {
            let at = self.random.random_range(0..self.institutes.len());
            let (institute, code, place) = {
                let site = &self.institutes[at];
                (site.id, site.country, place(site))
            };
            let clerk = self.service.program(Role::InstituteClerk, Some(institute), &[], None).await;
            let mark: String = (0..8).map(|_| char::from(self.random.random_range(b'a'..=b'z'))).collect();
            let stage = *["applied", "enrolled", "in_training", "certified"].choose(&mut self.random).unwrap();
            let sex = *["female", "male"].choose(&mut self.random).unwrap();
            let occupation = *["7411", "2221"].choose(&mut self.random).unwrap();
            let language = *["de", "fr"].choose(&mut self.random).unwrap();
            let answer = clerk
                .post(
                    "/api/v1/trainees",
                    json!({
                        "given_name": format!("Giv{mark}"), "family_name": format!("Fam{mark}"), "institute_id": institute,
                        "birth_date": format!("1999-{:02}-{:02}", 1 + number, 1 + self.random.random_range(0..27)),
                        "sex": sex, "nationalities": [code], "habitual_residence": code,
                        "training_country": code, "occupation": occupation, "track": "away",
                        "journey": stage, "ready_on": format!("2027-{:02}-01", 1 + number), "passport_valid_to": "2032-01-01",
                        "identity_confirmed": "yes", "waiting_since": format!("2025-{:02}-15", 1 + number),
                        "merit": self.random.random_range(0..100), "email": format!("mail{mark}@leak.example"),
                    }),
                )
                .await;
            let id = answer.created();
            let mut records = BTreeMap::from([("trainees", (id, answer.json().as_object().unwrap().clone()))]);
            let diploma = clerk
                .post(
                    "/api/v1/credentials",
                    json!({
                        "trainee_id": id, "title": format!("Dip{mark}"), "awarding_body": format!("Body{mark}"), "occupation": "7411",
                        "eqf_level": 4, "eqf_basis": "referenced", "status": "awarded", "awarded_on": "2026-06-30",
                    }),
                )
                .await;
            records.insert("credentials", (diploma.created(), diploma.json().as_object().unwrap().clone()));
            let paper = clerk
                .post(
                    "/api/v1/language-certificates",
                    json!({
                        "trainee_id": id, "language": language, "scale": "CEFR", "level": "B1",
                        "issuer": format!("Iss{mark}"), "issued_on": "2026-03-01",
                    }),
                )
                .await;
            records.insert("language-certificates", (paper.created(), paper.json().as_object().unwrap().clone()));
            let facts = RowFacts {
                person: Some(TraineeId(id)),
                owners: BTreeSet::from([OrganisationId(institute)]),
                origin: Some(place),
                stage: stage.into(),
                ..RowFacts::default()
            };
            people.push(Person { id, facts, records });
        }
        people
    }

    async fn consent(&mut self, person: &Person, purpose: &str, recipient: Option<Uuid>, withdrawn: bool) {
        let row = consent::Model {
            id: Uuid::now_v7(),
            version: 1,
            created_at_ms: self.now,
            updated_at_ms: self.now,
            trainee_id: person.id,
            institute_id: person.facts.owners.first().unwrap().0,
            origin: person.facts.origin.as_ref().unwrap().0.to_string(),
            purpose: purpose.into(),
            recipient_id: recipient,
            text_version: "1".into(),
            language: "fr".into(),
            channel: "paper".into(),
            given_by: None,
            given_at_ms: self.now,
            withdrawn_at_ms: withdrawn.then_some(self.now),
        };
        self.add::<consent::Entity, _>(row).await;
    }

    async fn referrals_and_cases(&mut self, people: &mut [Person]) {
        for person in people.iter_mut() {
            if self.chance(40) {
                let to = self.institutes.choose(&mut self.random).unwrap().id;
                let from = person.facts.owners.first().unwrap().0;
                let status = *["open", "accepted", "accepted", "ended"].choose(&mut self.random).unwrap();
                let row = case_transfer::Model {
                    id: Uuid::now_v7(),
                    version: 1,
                    created_at_ms: self.now,
                    updated_at_ms: self.now,
                    trainee_id: person.id,
                    kind: "referral".into(),
                    from_id: from,
                    to_id: to,
                    origin: person.facts.origin.as_ref().unwrap().0.to_string(),
                    reason: "counsel".into(),
                    status: status.into(),
                    note: None,
                    decided_by: None,
                    decided_at_ms: None,
                };
                self.add::<case_transfer::Entity, _>(row).await;
                if status == "accepted" {
                    person.facts.referred_to.insert(OrganisationId(to));
                }
            }
            if self.chance(50) {
                let (destination, subdivisions) = *DESTINATIONS.choose(&mut self.random).unwrap();
                let subdivision = *subdivisions.choose(&mut self.random).unwrap();
                let state = *["draft", "filed", "filed"].choose(&mut self.random).unwrap();
                let row = recognition_case::Model {
                    id: Uuid::now_v7(),
                    version: 1,
                    created_at_ms: self.now,
                    updated_at_ms: self.now,
                    trainee_id: person.id,
                    destination: destination.into(),
                    subdivision: Some(subdivision.into()),
                    occupation: "7411".into(),
                    authority: "A".into(),
                    state: state.into(),
                    filed_on: None,
                    decided_on: None,
                    due_on: None,
                };
                self.add::<recognition_case::Entity, _>(row).await;
                if state != "draft" {
                    person.facts.filed_in.insert((country(destination), Some(SubdivisionCode::parse(subdivision).unwrap())));
                }
            }
        }
    }
}
