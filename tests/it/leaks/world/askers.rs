//! What authorities take away, and who asks.

use super::*;

impl Maker {
    pub(super) async fn access_rules(&mut self) {
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

    pub(super) async fn askers(&mut self, people: &[Person]) -> Vec<Asker> {
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

    pub(super) async fn asker(&mut self, roles: &[Role], people: &[Person]) -> Asker {
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
