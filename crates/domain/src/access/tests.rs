use super::*;
use uuid::Uuid;

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

fn actor(role: Role) -> Actor {
    let grant = Grant::new(role, Some(OrganisationId(Uuid::from_u128(2))), [country("DE")]);
    Actor::new(UserId(Uuid::from_u128(1)), vec![grant], None)
}

fn reaches_of(scope: Result<Scope, Denied>) -> Vec<Reach> {
    scope.map(|scope| scope.reaches().cloned().collect()).unwrap_or_default()
}

#[test]
fn nobody_without_a_grant_may_do_anything() {
    let nobody = Actor { grants: vec![], ..actor(Role::Operator) };
    for subject in Subject::ALL {
        for action in Action::ALL {
            assert_eq!(permit(&nobody, *action, *subject), Err(Denied));
        }
    }
}

#[test]
fn operators_and_funders_reach_no_person() {
    for role in [Role::Operator, Role::Funder] {
        for subject in [
            Subject::Trainee,
            Subject::Credential,
            Subject::Certificate,
            Subject::LanguageCertificate,
            Subject::SkillClaim,
            Subject::Consent,
            Subject::SealedRecord,
            Subject::PersonRequest,
            Subject::Duplicate,
            Subject::Disclosure,
        ] {
            for action in Action::ALL {
                assert_eq!(permit(&actor(role), *action, subject), Err(Denied), "{role} {action} {subject}");
            }
        }
    }
}

#[test]
fn employers_reach_people_by_disclosure_only_and_never_their_sex() {
    for role in [Role::EmployerClerk, Role::EmployerApprover] {
        for subject in [Subject::Trainee, Subject::Credential, Subject::LanguageCertificate, Subject::SkillClaim] {
            for action in Action::ALL {
                for group in FieldGroup::ALL {
                    let reaches = reaches_of(permit_group(&actor(role), *action, subject, *group));
                    assert!(reaches.iter().all(|reach| matches!(reach, Reach::Disclosed(..))), "{role} {action} {subject} {group}");
                    assert!(reaches.is_empty() || action.looks());
                    assert!(reaches.is_empty() || !matches!(group, FieldGroup::Demographic | FieldGroup::Journey));
                }
            }
        }
    }
    let stage = |group| reaches_of(permit_group(&actor(Role::EmployerClerk), Action::Read, Subject::Trainee, group));
    let organisations: BTreeSet<OrganisationId> = [OrganisationId(Uuid::from_u128(2))].into();
    assert_eq!(stage(FieldGroup::Training), [Reach::Disclosed(organisations.clone(), FieldGroup::General)]);
    assert_eq!(stage(FieldGroup::Name), [Reach::Disclosed(organisations.clone(), FieldGroup::Name)]);
    assert_eq!(stage(FieldGroup::Contact), [Reach::Disclosed(organisations, FieldGroup::Papers)]);
}

#[test]
fn auditors_and_funders_change_no_record() {
    for role in [Role::OriginAuditor, Role::DestinationAuditor, Role::Funder] {
        for subject in Subject::ALL {
            for action in [Action::Create, Action::Update, Action::Delete] {
                assert_eq!(allowed(role, action, *subject), None, "{role} {action} {subject}");
            }
        }
    }
}

#[test]
fn a_trainee_without_a_record_reaches_nothing_of_hers() {
    assert_eq!(permit(&actor(Role::Trainee), Action::List, Subject::Proposal), Err(Denied));
    let me = TraineeId(Uuid::from_u128(9));
    let known = Actor { trainee: Some(me), ..actor(Role::Trainee) };
    assert_eq!(reaches_of(permit(&known, Action::List, Subject::Proposal)), [Reach::Person(me)]);
}

#[test]
fn only_the_two_sides_of_a_proposal_decide_on_it() {
    let deciders: Vec<Role> =
        Role::ALL.iter().copied().filter(|role| allowed(*role, Action::Decide, Subject::Proposal).is_some()).collect();
    assert_eq!(deciders, [Role::Trainee, Role::EmployerApprover]);
}

#[test]
fn sealed_records_open_to_the_person_and_by_exception_only() {
    for role in Role::ALL.iter().filter(|role| **role != Role::Trainee) {
        for action in Action::ALL {
            assert_eq!(permit(&actor(*role), *action, Subject::SealedRecord), Err(Denied), "{role} {action}");
        }
    }
    let person = TraineeId(Uuid::from_u128(9));
    let opened = Actor { exceptional: [person].into(), ..actor(Role::OriginOfficer) };
    assert_eq!(reaches_of(permit(&opened, Action::Read, Subject::SealedRecord)), [Reach::Person(person)]);
    assert_eq!(permit(&opened, Action::Export, Subject::SealedRecord), Err(Denied));
    assert_eq!(permit(&opened, Action::Update, Subject::SealedRecord), Err(Denied));
}

#[test]
fn a_restriction_takes_away_and_nothing_gives() {
    let rule = Restriction {
        role: Role::InstituteClerk,
        subject: Subject::Trainee,
        group: FieldGroup::Identity,
        stages: ["visa".to_owned()].into(),
        effect: Effect::Lock,
        countries: [country("MA")].into(),
    };
    let bound = Actor { restrictions: vec![rule.clone()], ..actor(Role::InstituteClerk) };
    let row = |stage: &str, place: &str| RowFacts {
        owners: [OrganisationId(Uuid::from_u128(2))].into(),
        origin: Some((country(place), None)),
        stage: stage.into(),
        ..RowFacts::default()
    };
    let may = |action, stage, place| !sees(&bound, action, Subject::Trainee, FieldGroup::Identity, &row(stage, place)).is_empty();
    assert!(may(Action::Read, "visa", "MA") && may(Action::Update, "enrolled", "MA") && may(Action::Update, "visa", "TN"));
    assert!(!may(Action::Update, "visa", "MA"));
    let hidden = Actor { restrictions: vec![Restriction { effect: Effect::Hide, ..rule }], ..actor(Role::InstituteClerk) };
    let sees_it = |group| !sees(&hidden, Action::Read, Subject::Trainee, group, &row("visa", "MA")).is_empty();
    assert!(!sees_it(FieldGroup::Identity) && sees_it(FieldGroup::Name) && sees_it(FieldGroup::General));
}

#[test]
fn a_token_does_no_more_than_its_scopes() {
    let reader = Actor { token: Some([TokenScope::Read].into()), ..actor(Role::EmployerApprover) };
    assert!(permit(&reader, Action::List, Subject::Need).is_ok());
    for action in [Action::Export, Action::Create, Action::Update, Action::Delete] {
        assert_eq!(permit(&reader, action, Subject::Need), Err(Denied), "{action}");
    }
    assert_eq!(permit(&reader, Action::Decide, Subject::Proposal), Err(Denied));
}

#[test]
fn a_grant_reaches_below_in_the_tree_and_a_subdivision_less_than_its_country() {
    let campus = OrganisationId(Uuid::from_u128(3));
    let mut head = actor(Role::InstituteHead);
    head.grants[0].below = [campus].into();
    let row = RowFacts { owners: [campus].into(), ..RowFacts::default() };
    assert!(!sees(&head, Action::Update, Subject::Trainee, FieldGroup::Name, &row).is_empty());
    let bavaria = SubdivisionCode::parse("DE-BY").unwrap();
    let part = Territory { countries: BTreeSet::new(), subdivisions: [bavaria.clone()].into() };
    assert!(part.holds(country("DE"), Some(&bavaria)) && !part.holds(country("DE"), None));
    assert!(!part.holds(country("DE"), Some(&SubdivisionCode::parse("DE-BW").unwrap())));
}
