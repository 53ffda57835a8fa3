//! What the other side is offered: agreements with their annexes, needs, proposals.

use super::*;

impl Maker {
    /// Agreements with their annexes, by pathway: what each shares.
    pub(super) async fn annexes(&mut self) -> BTreeMap<String, BTreeSet<FieldGroup>> {
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

    pub(super) async fn need(&mut self, at: usize) -> Uuid {
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
            shift_work: None,
            housing_offered: None,
            family_support: None,
            demo: false,
            search: String::new(),
        };
        self.add::<need::Entity, _>(row).await;
        id
    }

    pub(super) async fn proposals(&mut self, people: &mut [Person]) {
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
                employer_rank: None,
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
}
