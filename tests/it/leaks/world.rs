//! A random world, made twice: in the database, and as plain facts that the pure access rule reads.

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

    /// Agreements with their annexes, by pathway: what each shares.
    async fn annexes(&mut self) -> BTreeMap<String, BTreeSet<FieldGroup>> {
        let mut shared = BTreeMap::new();
        for (origin, _) in ORIGINS {
            for (destination, _) in DESTINATIONS {
                let id = Uuid::now_v7();
                let live = self.chance(75);
                let row = agreement::Model {
                    id,
                    version: 1,
                    created_at_ms: self.now,
                    updated_at_ms: self.now,
                    name: format!("{origin} {destination}"),
                    pack: format!("P-{destination}"),
                    origin: origin.into(),
                    destination: destination.into(),
                    status: if live { "active" } else { "draft" }.into(),
                    signed_on: None,
                    ends_on: None,
                    between_governments: true,
                    labour_market_analysis: true,
                    support_to_origin: true,
                    cost_mode: "strict".into(),
                    in_time_min_percent: None,
                    equity_percent: None,
                    equity_money_percent: None,
                    track_choice_days: None,
                    contingency_plan: None,
                    matching_mode: None,
                    search: String::new(),
                };
                self.add::<agreement::Entity, _>(row).await;
                let mut groups = BTreeSet::new();
                for word in FieldGroup::WORDS {
                    let group = FieldGroup::parse(word).unwrap();
                    if group == FieldGroup::General || !self.chance(40) {
                        continue;
                    }
                    let row = shared_group::Model {
                        id: Uuid::now_v7(),
                        version: 1,
                        created_at_ms: self.now,
                        updated_at_ms: self.now,
                        agreement_id: id,
                        field_group: (*word).into(),
                        origin: origin.into(),
                        destination: destination.into(),
                        since: Moment::now().date(),
                    };
                    self.add::<shared_group::Entity, _>(row).await;
                    groups.insert(group);
                }
                if live {
                    shared.insert(format!("P-{destination}/{origin}"), groups);
                }
            }
        }
        shared
    }

    async fn need(&mut self, at: usize) -> Uuid {
        let (id, employer) = (Uuid::now_v7(), &self.employers[at]);
        let row = need::Model {
            id,
            version: 1,
            created_at_ms: self.now,
            updated_at_ms: self.now,
            employer_id: employer.id,
            site_id: None,
            title: "Electrician".into(),
            side: "destination".into(),
            country: employer.country.into(),
            occupation: "7411".into(),
            positions: 5,
            start_from: Moment::now().date(),
            start_to: Moment::now().date(),
            wage_minor: None,
            comparable_wage_minor: None,
            currency: "EUR".into(),
            wage_per: "month".into(),
            hours_per_week_centi: 4_000,
            language: None,
            language_level: None,
            status: "open".into(),
            demo: false,
            search: String::new(),
        };
        self.add::<need::Entity, _>(row).await;
        id
    }

    async fn proposals(&mut self, people: &mut [Person]) {
        let shared = self.annexes().await;
        let run = Uuid::now_v7();
        let row = match_run::Model {
            id: run,
            version: 1,
            created_at_ms: self.now,
            updated_at_ms: self.now,
            status: "done".into(),
            as_of: Moment::now().date(),
            seed: 1,
            mode: None,
            requested_by: None,
            progress_percent: 100,
            stage: None,
            engine_version: None,
            policy_version: None,
            snapshot_digest: None,
            result_digest: None,
            summary: None,
            failure: None,
            finished_at_ms: Some(self.now),
        };
        self.add::<match_run::Entity, _>(row).await;
        let mut needs = Vec::new();
        for at in 0..self.employers.len() {
            needs.push(self.need(at).await);
        }
        for person in people.iter_mut() {
            // What she agrees to, before what follows from it.
            let general = self.chance(40);
            let partner = self.chance(60);
            let withdrawn = self.chance(20);
            if general {
                self.consent(person, "employer_disclosure", None, withdrawn).await;
            }
            if partner {
                self.consent(person, "partner_sharing", None, withdrawn).await;
            }
            if !self.chance(80) {
                continue;
            }
            let at = self.random.random_range(0..self.employers.len());
            let decisions = ["pending", "accepted", "accepted", "accepted", "declined"];
            let (hers, theirs) = (*decisions.choose(&mut self.random).unwrap(), *decisions.choose(&mut self.random).unwrap());
            let both = hers == "accepted" && theirs == "accepted";
            let offered = both && self.chance(50);
            let (employer, destination) = (self.employers[at].id, self.employers[at].country);
            let special = self.chance(40);
            if special {
                self.consent(person, "employer_disclosure", Some(employer), false).await;
            }
            let origin = person.facts.origin.as_ref().unwrap().0.to_string();
            let pathway = format!("P-{destination}/{origin}");
            let row = proposal::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: self.now,
                updated_at_ms: self.now,
                run_id: run,
                trainee_id: person.id,
                need_id: needs[at],
                institute_id: person.facts.owners.first().unwrap().0,
                employer_id: employer,
                pathway: pathway.clone(),
                origin,
                destination: destination.into(),
                occupation: "7411".into(),
                score: 1,
                score_parts: "{}".into(),
                verdicts: "[]".into(),
                trainee_decision: hers.into(),
                trainee_reason: None,
                employer_decision: theirs.into(),
                employer_reason: None,
                offered_at_ms: offered.then_some(self.now),
            };
            self.add::<proposal::Entity, _>(row).await;
            let agrees = special || (general && !withdrawn);
            let mut groups = BTreeSet::new();
            if hers != "declined" && theirs != "declined" {
                groups.insert(FieldGroup::General);
            }
            if both && agrees {
                groups.insert(FieldGroup::Name);
                if offered {
                    groups.insert(FieldGroup::Papers);
                }
            }
            person.facts.disclosed.insert(OrganisationId(employer), groups);
            if both
                && partner
                && !withdrawn
                && let Some(groups) = shared.get(&pathway)
            {
                person.facts.annexed.push(Shared { destination: country(destination), groups: groups.clone() });
            }
        }
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

    async fn access_rules(&mut self) {
        let roles = [Role::InstituteClerk, Role::InstituteHead, Role::OriginOfficer, Role::EmployerApprover, Role::DestinationOfficer];
        for _ in 0..5 {
            let role = *roles.choose(&mut self.random).unwrap();
            let subject = *[Subject::Trainee, Subject::Trainee, Subject::Credential].choose(&mut self.random).unwrap();
            let groups = match subject {
                Subject::Trainee => [FieldGroup::Name, FieldGroup::Identity, FieldGroup::Training, FieldGroup::Journey],
                _ => [FieldGroup::Papers, FieldGroup::Training, FieldGroup::Papers, FieldGroup::Training],
            };
            let group = *groups.choose(&mut self.random).unwrap();
            let (origin, _) = *ORIGINS.choose(&mut self.random).unwrap();
            let stages: BTreeSet<String> =
                if self.chance(50) { BTreeSet::new() } else { BTreeSet::from([JourneyState::InTraining.to_string(), "visa".into()]) };
            let effect = if self.chance(80) { Effect::Hide } else { Effect::Lock };
            let ministry = self.organisation("origin_authority", origin, "MA-01", None, false).await;
            let row = access_rule::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: self.now,
                updated_at_ms: self.now,
                organisation_id: ministry,
                name: "rule".into(),
                role: role.to_string(),
                subject: subject.to_string(),
                field_group: group.to_string(),
                stages: stages.iter().cloned().collect::<Vec<_>>().join(","),
                effect: effect.to_string(),
                countries: origin.into(),
                reason: "test".into(),
                valid_from: Moment::now().date(),
                valid_to: None,
                search: String::new(),
            };
            self.add::<access_rule::Entity, _>(row).await;
            let countries = BTreeSet::from([country(origin)]);
            self.rules.push(Restriction { role, subject, group, stages, effect, countries });
        }
    }

    fn below(&self, id: Uuid) -> BTreeSet<OrganisationId> {
        self.parents.iter().filter(|(_, parent)| **parent == id).map(|(child, _)| OrganisationId(*child)).collect()
    }

    async fn askers(&mut self, people: &[Person]) -> Vec<Asker> {
        let mut askers = Vec::new();
        let alone = [
            Role::InstituteClerk,
            Role::InstituteHead,
            Role::EmployerClerk,
            Role::EmployerApprover,
            Role::OriginOfficer,
            Role::OriginAuditor,
            Role::DestinationOfficer,
            Role::DestinationAuditor,
            Role::RecognitionOfficer,
            Role::WorkerRepresentative,
            Role::Trainee,
            Role::Funder,
            Role::Operator,
        ];
        for role in alone {
            askers.push(self.asker(&[role], people).await);
        }
        // Several hats on one head.
        for _ in 0..3 {
            let hats: Vec<Role> = alone.choose_multiple(&mut self.random, 2).copied().collect();
            askers.push(self.asker(&hats, people).await);
        }
        askers
    }

    async fn asker(&mut self, roles: &[Role], people: &[Person]) -> Asker {
        let (mut given, mut grants, mut person) = (Vec::new(), Vec::new(), None);
        for role in roles {
            let abroad = DESTINATIONS.choose(&mut self.random).copied().unwrap();
            let home = ORIGINS.choose(&mut self.random).copied().unwrap();
            let (organisation, area) = match role {
                Role::InstituteClerk | Role::InstituteHead => {
                    (self.institutes.choose(&mut self.random).map(|site| (site.id, site.suspended)), None)
                }
                Role::EmployerClerk | Role::EmployerApprover => {
                    (self.employers.choose(&mut self.random).map(|site| (site.id, site.suspended)), None)
                }
                Role::OriginOfficer | Role::OriginAuditor => (None, Some(home)),
                Role::DestinationOfficer | Role::DestinationAuditor | Role::RecognitionOfficer => (None, Some(abroad)),
                // Referrals in these worlds go to institutes.
                Role::WorkerRepresentative => {
                    (self.institutes.choose(&mut self.random).map(|site| (site.id, site.suspended)), Some(abroad))
                }
                _ => (None, None),
            };
            if *role == Role::Trainee {
                person = people.choose(&mut self.random).map(|person| person.id);
            }
            let in_part = self.chance(40);
            let (countries, subdivisions) = match area {
                Some((_, parts)) if in_part => (String::new(), parts[0].to_owned()),
                Some((whole, _)) => (whole.to_owned(), String::new()),
                None => (String::new(), String::new()),
            };
            let territory = Territory {
                countries: Some(countries.as_str()).filter(|code| !code.is_empty()).map(country).into_iter().collect(),
                subdivisions: Some(subdivisions.as_str())
                    .filter(|code| !code.is_empty())
                    .map(|code| SubdivisionCode::parse(code).unwrap())
                    .into_iter()
                    .collect(),
            };
            let id = organisation.map(|(id, _)| id);
            given.push(Given { role: *role, organisation: id, countries, subdivisions });
            if organisation.is_some_and(|(_, suspended)| suspended) {
                continue;
            }
            let below = id.map(|id| self.below(id)).unwrap_or_default();
            grants.push(Grant { role: *role, organisation: id.map(OrganisationId), below, territory, delegated_by: None });
        }
        let (program, account) = self.service.program_of(&given, person).await;
        let mut pure = Actor::new(UserId(account), grants, person.map(TraineeId));
        pure.restrictions = self.rules.iter().filter(|rule| pure.holds(rule.role)).cloned().collect();
        if self.chance(40)
            && let Some(opened) = people.choose(&mut self.random)
            && let Some((held, whose)) = pure.grants.first().map(|grant| (grant.role, grant.organisation))
        {
            let row = exceptional_access::Model {
                id: Uuid::now_v7(),
                version: 1,
                created_at_ms: self.now,
                updated_at_ms: self.now,
                account_id: account,
                trainee_id: opened.id,
                // Open while the role is held by which it was opened.
                role: held.to_string(),
                organisation_id: whose.map(|id| id.0),
                origin: opened.facts.origin.as_ref().unwrap().0.to_string(),
                country: None,
                reason: "an emergency in the family".into(),
                ends_at_ms: self.now + 3_600_000,
                reviewed_by: None,
                reviewed_at_ms: None,
                review: None,
            };
            self.add::<exceptional_access::Entity, _>(row).await;
            pure.exceptional.insert(TraineeId(opened.id));
        }
        Asker { label: format!("{given:?} opened {:?}", pure.exceptional), program, pure }
    }
}
