//! May this actor do this to that, and to which rows? One pure answer for pages, API and jobs.
//!
//! Deny by default: what [`allowed`] does not name is refused. An answer is never a bare yes but a
//! [`Scope`], which the store turns into a filter on every query, so that a handler cannot read a
//! row that the rule did not grant.

use crate::country::CountryCode;
use crate::ids::{OrganisationId, TraineeId, UserId};
use crate::words;
use std::collections::BTreeSet;

words!(
    /// What a person does for an organisation, or as a trainee.
    Role {
        Trainee = "trainee",
        InstituteClerk = "institute_clerk",
        InstituteHead = "institute_head",
        EmployerClerk = "employer_clerk",
        EmployerApprover = "employer_approver",
        OriginOfficer = "origin_officer",
        OriginApprover = "origin_approver",
        OriginAuditor = "origin_auditor",
        DestinationOfficer = "destination_officer",
        DestinationApprover = "destination_approver",
        DestinationAuditor = "destination_auditor",
        RecognitionOfficer = "recognition_officer",
        WorkerRepresentative = "worker_representative",
        Funder = "funder",
        Operator = "operator",
    }
);

words!(
    /// What is acted upon.
    Subject {
        Organisation = "organisation",
        Site = "site",
        Programme = "programme",
        Cohort = "cohort",
        Trainee = "trainee",
        Credential = "credential",
        RecognitionCase = "recognition_case",
        LanguageCertificate = "language_certificate",
        SkillClaim = "skill_claim",
        Need = "need",
        NeedSkill = "need_skill",
        SeatPool = "seat_pool",
        Agreement = "agreement",
        Quota = "quota",
        MatchRun = "match_run",
        Proposal = "proposal",
        Outcome = "outcome",
        Corridor = "corridor",
        Concept = "concept",
        Account = "account",
        Audit = "audit",
    }
);

words!(
    Action {
        List = "list",
        Read = "read",
        Create = "create",
        Update = "update",
        Delete = "delete",
        /// Accept or decline a proposal.
        Decide = "decide",
        Export = "export",
    }
);

/// A role held for an organisation within a territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub role: Role,
    pub organisation: Option<OrganisationId>,
    /// Countries that the role reaches; for authorities their own.
    pub countries: BTreeSet<CountryCode>,
}

/// Whoever asks: a person with a session or a program with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub user: UserId,
    pub grants: Vec<Grant>,
    /// The trainee record that is this person, if she is one.
    pub trainee: Option<TraineeId>,
}

/// The rows that an action may touch: the union of its reaches. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(pub Vec<Reach>);

/// One set of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    Everything,
    /// Rows that belong to the organisation.
    Organisation(OrganisationId),
    /// Rows whose origin lies in the countries.
    Origins(BTreeSet<CountryCode>),
    /// Rows whose destination lies in the countries.
    Destinations(BTreeSet<CountryCode>),
    /// Rows about one person.
    Person(TraineeId),
}

impl Scope {
    pub fn everything() -> Self {
        Self(vec![Reach::Everything])
    }

    pub fn is_everything(&self) -> bool {
        self.0.contains(&Reach::Everything)
    }
}

/// The actor may not do this at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denied;

/// What the actor may act upon.
///
/// # Errors
/// [`Denied`] when none of the actor's grants allows the action.
pub fn permit(actor: &Actor, action: Action, subject: Subject) -> Result<Scope, Denied> {
    let mut reaches = Vec::new();
    for grant in &actor.grants {
        let reach = match allowed(grant.role, action, subject) {
            None => continue,
            Some(Width::All) => Some(Reach::Everything),
            Some(Width::Own) => grant.organisation.map(Reach::Organisation),
            Some(Width::Origin) => Some(Reach::Origins(grant.countries.clone())),
            Some(Width::Destination) => Some(Reach::Destinations(grant.countries.clone())),
            Some(Width::Person) => actor.trainee.map(Reach::Person),
        };
        reaches.extend(reach);
    }
    if reaches.is_empty() { Err(Denied) } else { Ok(Scope(reaches)) }
}

/// How wide a role's permission is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    All,
    Own,
    Origin,
    Destination,
    Person,
}

/// The table of rights. Each role has one function below, so that "what may a clerk do" is
/// answered in one place.
pub fn allowed(role: Role, action: Action, subject: Subject) -> Option<Width> {
    let looks = matches!(action, Action::List | Action::Read | Action::Export);
    // Corridors and concepts are public knowledge to everybody who has signed in.
    if looks && matches!(subject, Subject::Corridor | Subject::Concept) {
        return Some(Width::All);
    }
    match role {
        Role::Trainee => trainee(action, subject, looks),
        Role::InstituteClerk => institute(action, subject, looks, false),
        Role::InstituteHead => institute(action, subject, looks, true),
        Role::EmployerClerk => employer(action, subject, looks, false),
        Role::EmployerApprover => employer(action, subject, looks, true),
        Role::OriginOfficer => origin(action, subject, looks, Rank::Officer),
        Role::OriginApprover => origin(action, subject, looks, Rank::Approver),
        Role::OriginAuditor => origin(action, subject, looks, Rank::Auditor),
        Role::DestinationOfficer => destination(action, subject, looks, Rank::Officer),
        Role::DestinationApprover => destination(action, subject, looks, Rank::Approver),
        Role::DestinationAuditor => destination(action, subject, looks, Rank::Auditor),
        Role::RecognitionOfficer => recognition(action, subject, looks),
        Role::WorkerRepresentative => worker_representative(subject, looks),
        Role::Funder => funder(subject, looks),
        Role::Operator => operator(action, subject, looks),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    Officer,
    Approver,
    Auditor,
}

fn trainee(action: Action, subject: Subject, looks: bool) -> Option<Width> {
    match subject {
        Subject::Trainee if matches!(action, Action::List | Action::Read) => Some(Width::Person),
        Subject::Credential | Subject::RecognitionCase | Subject::LanguageCertificate | Subject::Outcome if looks => Some(Width::Person),
        // Her own word on her skills; the provenance of each claim says whose word it is.
        Subject::SkillClaim => (action != Action::Decide).then_some(Width::Person),
        Subject::Proposal if looks || action == Action::Decide => Some(Width::Person),
        _ => None,
    }
}

fn institute(action: Action, subject: Subject, looks: bool, head: bool) -> Option<Width> {
    let edits = matches!(action, Action::Create | Action::Update) || (head && action == Action::Delete);
    match subject {
        Subject::Organisation if looks || (head && action == Action::Update) => Some(Width::Own),
        Subject::Site | Subject::Programme | Subject::Cohort if looks || edits => Some(Width::Own),
        Subject::Trainee | Subject::Credential | Subject::RecognitionCase | Subject::LanguageCertificate | Subject::SkillClaim
            if looks || edits =>
        {
            Some(Width::Own)
        }
        // Papers entered by mistake can be taken out by whoever may enter them.
        Subject::Credential | Subject::LanguageCertificate | Subject::SkillClaim if action == Action::Delete => Some(Width::Own),
        Subject::Proposal | Subject::Outcome if looks => Some(Width::Own),
        _ => None,
    }
}

fn employer(action: Action, subject: Subject, looks: bool, approver: bool) -> Option<Width> {
    let edits = matches!(action, Action::Create | Action::Update | Action::Delete);
    match subject {
        Subject::Organisation if looks => Some(Width::Own),
        Subject::Site if looks || (edits && action != Action::Delete) || (approver && edits) => Some(Width::Own),
        Subject::Need if looks || (edits && action != Action::Delete) || (approver && edits) => Some(Width::Own),
        Subject::NeedSkill | Subject::SeatPool if looks || edits => Some(Width::Own),
        Subject::Proposal if looks || (approver && action == Action::Decide) => Some(Width::Own),
        Subject::Outcome if looks => Some(Width::Own),
        _ => None,
    }
}

fn origin(action: Action, subject: Subject, looks: bool, rank: Rank) -> Option<Width> {
    let writes = matches!(action, Action::Create | Action::Update);
    match subject {
        Subject::Organisation | Subject::Site | Subject::Programme | Subject::Cohort if looks => Some(Width::Origin),
        Subject::Organisation if rank == Rank::Approver && writes => Some(Width::Origin),
        Subject::Trainee | Subject::Credential | Subject::RecognitionCase | Subject::LanguageCertificate | Subject::SkillClaim if looks => {
            Some(Width::Origin)
        }
        Subject::Trainee if rank == Rank::Officer && action == Action::Update => Some(Width::Origin),
        Subject::Agreement | Subject::Quota if looks || (rank == Rank::Approver && writes) => Some(Width::Origin),
        Subject::MatchRun if looks => Some(Width::All),
        Subject::MatchRun if rank != Rank::Auditor && action == Action::Create => Some(Width::All),
        Subject::Proposal | Subject::Outcome if looks => Some(Width::Origin),
        Subject::Audit if rank == Rank::Auditor && looks => Some(Width::All),
        _ => None,
    }
}

fn destination(action: Action, subject: Subject, looks: bool, rank: Rank) -> Option<Width> {
    let writes = matches!(action, Action::Create | Action::Update);
    match subject {
        Subject::Organisation | Subject::Site | Subject::Need | Subject::NeedSkill | Subject::SeatPool if looks => Some(Width::Destination),
        // Standing of employers, and validation and suspension of needs, are the state's to record.
        Subject::Organisation if rank == Rank::Approver && writes => Some(Width::Destination),
        Subject::Need if rank == Rank::Officer && action == Action::Update => Some(Width::Destination),
        Subject::Agreement | Subject::Quota if looks || (rank == Rank::Approver && writes) => Some(Width::Destination),
        Subject::MatchRun if looks => Some(Width::All),
        Subject::MatchRun if rank != Rank::Auditor && action == Action::Create => Some(Width::All),
        Subject::Proposal | Subject::Outcome | Subject::RecognitionCase if looks => Some(Width::Destination),
        Subject::Audit if rank == Rank::Auditor && looks => Some(Width::All),
        _ => None,
    }
}

fn recognition(action: Action, subject: Subject, looks: bool) -> Option<Width> {
    match subject {
        Subject::RecognitionCase if looks || action == Action::Update => Some(Width::Destination),
        _ => None,
    }
}

fn worker_representative(subject: Subject, looks: bool) -> Option<Width> {
    match subject {
        Subject::Organisation | Subject::Site | Subject::Need | Subject::NeedSkill | Subject::SeatPool | Subject::Agreement if looks => {
            Some(Width::Destination)
        }
        _ => None,
    }
}

fn funder(subject: Subject, looks: bool) -> Option<Width> {
    match subject {
        Subject::Programme | Subject::Cohort | Subject::Agreement | Subject::Quota | Subject::MatchRun if looks => Some(Width::All),
        _ => None,
    }
}

/// Runs the platform and sees no person: neither trainees nor what was proposed to whom.
fn operator(action: Action, subject: Subject, looks: bool) -> Option<Width> {
    match subject {
        Subject::Organisation | Subject::Site | Subject::Agreement | Subject::Quota if action != Action::Decide => Some(Width::All),
        Subject::Programme | Subject::Cohort | Subject::Need | Subject::NeedSkill | Subject::SeatPool if looks => Some(Width::All),
        Subject::MatchRun if looks || action == Action::Create => Some(Width::All),
        Subject::Corridor | Subject::Concept | Subject::Account if action != Action::Decide => Some(Width::All),
        Subject::Audit if looks => Some(Width::All),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn actor(role: Role) -> Actor {
        Actor {
            user: UserId(Uuid::from_u128(1)),
            grants: vec![Grant {
                role,
                organisation: Some(OrganisationId(Uuid::from_u128(2))),
                countries: [CountryCode::parse("DE").unwrap()].into(),
            }],
            trainee: None,
        }
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
    fn employers_never_reach_trainee_records_and_operators_reach_no_person() {
        for role in [Role::EmployerClerk, Role::EmployerApprover, Role::Operator, Role::Funder, Role::WorkerRepresentative] {
            for subject in [Subject::Trainee, Subject::Credential, Subject::LanguageCertificate, Subject::SkillClaim] {
                for action in Action::ALL {
                    assert_eq!(permit(&actor(role), *action, subject), Err(Denied), "{role} {action} {subject}");
                }
            }
        }
    }

    #[test]
    fn auditors_and_funders_write_nothing() {
        for role in [Role::OriginAuditor, Role::DestinationAuditor, Role::Funder, Role::WorkerRepresentative] {
            for subject in Subject::ALL {
                for action in [Action::Create, Action::Update, Action::Delete, Action::Decide] {
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
        assert_eq!(permit(&known, Action::List, Subject::Proposal), Ok(Scope(vec![Reach::Person(me)])));
    }

    #[test]
    fn only_the_two_sides_of_a_proposal_decide_on_it() {
        let deciders: Vec<Role> =
            Role::ALL.iter().copied().filter(|role| allowed(*role, Action::Decide, Subject::Proposal).is_some()).collect();
        assert_eq!(deciders, [Role::Trainee, Role::EmployerApprover]);
    }
}
