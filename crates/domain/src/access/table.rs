//! The table of rights: what each role may do to what, and how wide. One function a role, so that
//! "what may a clerk do" is answered in one place.

use super::{Action, Role, Subject};

/// How wide a role's permission is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    All,
    /// The grant's organisation and all below it.
    Own,
    /// The same, and for looking also cases referred to it.
    OwnAndReferred,
    Referred,
    Origin,
    Destination,
    Person,
    /// Candidates of an employer, stage by stage.
    Disclosed,
    /// People of the other side, as the annex of the agreement says.
    Annexed,
    /// People who have filed for recognition.
    Cases,
    /// What the actor has written.
    Author,
}

/// Whether records of this kind are about one person and open with exceptional access. What she was made to pay does not:
/// whoever was paid would open it.
pub(super) fn about_a_person(subject: Subject) -> bool {
    matches!(
        subject,
        Subject::Trainee
            | Subject::Credential
            | Subject::RecognitionCase
            | Subject::CaseFile
            | Subject::LanguageCertificate
            | Subject::SkillClaim
            | Subject::Journey
            | Subject::ContingencyCase
            | Subject::Certificate
            | Subject::Selection
            | Subject::TrainingRecord
            | Subject::SealedRecord
    )
}

/// The subject whose rules bind this one too: what lies in a case is not seen by whoever is kept from the case.
pub(super) const fn ruled_as(subject: Subject) -> Subject {
    match subject {
        Subject::CaseFile => Subject::RecognitionCase,
        // It names its holder: whoever is kept from her name is kept from this one.
        // So does what she chose, and her reasons are hers.
        Subject::Certificate | Subject::TrackChange | Subject::Selection | Subject::TrainingRecord | Subject::WorkerPayment => {
            Subject::Trainee
        }
        // Why she stands still lies on her way.
        Subject::ContingencyCase => Subject::Journey,
        other => other,
    }
}

/// The table of rights.
pub fn allowed(role: Role, action: Action, subject: Subject) -> Option<Width> {
    let looks = action.looks();
    // Corridors, law, concepts, help and labels are public knowledge to everybody who has signed in.
    if looks && matches!(subject, Subject::Corridor | Subject::Law | Subject::Concept | Subject::HelpText | Subject::Label) {
        return Some(Width::All);
    }
    // How institutes fare is for everybody to know who may go there, hire from there or pay for it.
    if looks && subject == Subject::ProviderOutcome {
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
        Role::WorkerRepresentative => worker_representative(action, subject, looks),
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
        Subject::Credential
        | Subject::RecognitionCase
        | Subject::CaseFile
        | Subject::LanguageCertificate
        | Subject::Journey
        | Subject::ContingencyCase
        | Subject::LedgerEntry
        | Subject::Certificate
        | Subject::TrackChange
        | Subject::Selection
        | Subject::TrainingRecord
        | Subject::Outcome
            if looks =>
        {
            Some(Width::Person)
        }
        // What she was made to pay is hers to say; what is said is not taken back in silence.
        Subject::WorkerPayment if looks || action == Action::Create => Some(Width::Person),
        // Her own word on her skills; the provenance of each claim says whose word it is.
        Subject::SkillClaim => (action != Action::Decide).then_some(Width::Person),
        Subject::Proposal if looks || action == Action::Decide => Some(Width::Person),
        // What she agrees to, and to whom.
        Subject::Consent if looks || matches!(action, Action::Create | Action::Decide) => Some(Width::Person),
        Subject::Disclosure | Subject::ExceptionalAccess | Subject::CaseTransfer if looks => Some(Width::Person),
        Subject::PersonRequest if looks || action == Action::Create => Some(Width::Person),
        Subject::SealedRecord if matches!(action, Action::Read | Action::Create | Action::Delete) => Some(Width::Person),
        _ => None,
    }
}

fn institute(action: Action, subject: Subject, looks: bool, head: bool) -> Option<Width> {
    let edits = matches!(action, Action::Create | Action::Update) || (head && action == Action::Delete);
    match subject {
        Subject::Organisation if looks || (head && action == Action::Update) => Some(Width::Own),
        Subject::Site | Subject::Programme | Subject::Cohort if looks || edits => Some(Width::Own),
        // Its cohorts are bound by what the two states agreed.
        Subject::Agreement if looks => Some(Width::Own),
        Subject::Trainee
        | Subject::Credential
        | Subject::RecognitionCase
        | Subject::CaseFile
        | Subject::LanguageCertificate
        | Subject::SkillClaim
            if looks || edits =>
        {
            Some(Width::OwnAndReferred)
        }
        Subject::TrainingRecord if looks || edits => Some(Width::OwnAndReferred),
        Subject::Selection if looks || edits || action == Action::Delete => Some(Width::Own),
        // People go out by the head's hand.
        Subject::Exchange if head && action == Action::Export => Some(Width::Own),
        // The head answers for the institute.
        Subject::ProviderOutcome if head && edits => Some(Width::Own),
        // Moved by events alone: who brings which is the state machine's to say.
        Subject::Journey | Subject::ContingencyCase if looks => Some(Width::OwnAndReferred),
        // The head claims what the institute is owed.
        Subject::Tranche if looks || (head && action == Action::Create) => Some(Width::Own),
        // The head signs, and takes back what should not have been signed; nothing signed is edited.
        Subject::Certificate if looks || (head && matches!(action, Action::Create | Action::Decide)) => Some(Width::Own),
        // Papers entered by mistake can be taken out by whoever may enter them.
        Subject::Credential | Subject::CaseFile | Subject::LanguageCertificate | Subject::SkillClaim | Subject::TrainingRecord
            if action == Action::Delete =>
        {
            Some(Width::Own)
        }
        Subject::Proposal | Subject::Outcome | Subject::Disclosure | Subject::TrackChange if looks => Some(Width::Own),
        // Consent given on paper is entered by the institute, with the paper.
        Subject::Consent if looks || action == Action::Create => Some(Width::Own),
        Subject::PersonRequest if looks || (head && action == Action::Decide) => Some(Width::Own),
        Subject::CaseTransfer if looks || action == Action::Create || (head && action == Action::Decide) => Some(Width::Own),
        Subject::Duplicate if matches!(action, Action::List | Action::Read) => Some(Width::Own),
        Subject::ExceptionalAccess if head && matches!(action, Action::Create | Action::List | Action::Read) => Some(Width::Author),
        Subject::Team if looks || (head && edits) => Some(Width::Own),
        Subject::Import if looks || matches!(action, Action::Create | Action::Update | Action::Delete) => Some(Width::Own),
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
        // What the firm stands for is for whoever decides in it.
        Subject::Pledge if looks || (approver && edits) => Some(Width::Own),
        Subject::Proposal if looks || (approver && action == Action::Decide) => Some(Width::Own),
        Subject::Outcome | Subject::Disclosure if looks => Some(Width::Own),
        Subject::Trainee | Subject::Credential | Subject::LanguageCertificate | Subject::SkillClaim | Subject::Journey if looks => {
            Some(Width::Disclosed)
        }
        Subject::Team if looks || (approver && edits) => Some(Width::Own),
        _ => None,
    }
}

fn origin(action: Action, subject: Subject, looks: bool, rank: Rank) -> Option<Width> {
    let writes = matches!(action, Action::Create | Action::Update);
    let edits = writes || action == Action::Delete;
    match subject {
        Subject::Organisation | Subject::Site | Subject::Programme | Subject::Cohort if looks => Some(Width::Origin),
        Subject::Organisation if rank == Rank::Approver && writes => Some(Width::Origin),
        Subject::Trainee
        | Subject::Credential
        | Subject::RecognitionCase
        | Subject::CaseFile
        | Subject::LanguageCertificate
        | Subject::SkillClaim
        | Subject::Journey
        | Subject::ContingencyCase
        | Subject::LedgerEntry
        | Subject::Certificate
        | Subject::Selection
        | Subject::TrainingRecord
            if looks =>
        {
            Some(Width::Origin)
        }
        Subject::Disruption => disruption(action, rank, Width::Origin),
        // Whoever took the money may work at her institute or with her employer: neither reads what she said.
        Subject::WorkerPayment if looks || (rank == Rank::Officer && writes) => Some(Width::Origin),
        // One hand approves a claim, another pays it.
        Subject::Tranche if looks || (rank != Rank::Auditor && action == Action::Decide) => Some(Width::Origin),
        // Money moves by the hand that answers for it, and by no other.
        Subject::LedgerEntry if rank == Rank::Approver && action == Action::Create => Some(Width::Origin),
        Subject::Exchange if rank == Rank::Approver && action == Action::Export => Some(Width::Origin),
        // Firms that look for people to stay.
        Subject::Registration if looks || (rank == Rank::Approver && action == Action::Decide) => Some(Width::Origin),
        Subject::Trainee if rank == Rank::Officer && action == Action::Update => Some(Width::Origin),
        Subject::Agreement | Subject::Quota if looks || (rank == Rank::Approver && writes) => Some(Width::Origin),
        Subject::Pledge if looks || (rank == Rank::Approver && action == Action::Decide) => Some(Width::Origin),
        Subject::MatchRun if looks => Some(Width::All),
        Subject::MatchRun if rank != Rank::Auditor && action == Action::Create => Some(Width::All),
        Subject::Proposal | Subject::Outcome | Subject::Disclosure | Subject::Consent | Subject::CaseTransfer | Subject::TrackChange
            if looks =>
        {
            Some(Width::Origin)
        }
        // The people are the origin's: it says what of them the other side is given.
        Subject::SharedGroup if looks || (rank == Rank::Approver && edits) => Some(Width::Origin),
        Subject::PersonRequest if looks || (rank == Rank::Officer && action == Action::Decide) => Some(Width::Origin),
        Subject::Duplicate if looks || (rank == Rank::Officer && action == Action::Decide) => Some(Width::Origin),
        Subject::ExceptionalAccess => exceptional(action, rank, Width::Origin),
        Subject::AccessRule if looks || (rank == Rank::Approver && edits) => Some(Width::Own),
        Subject::Team if looks || (rank == Rank::Approver && edits) => Some(Width::Own),
        Subject::HelpText | Subject::Label if rank == Rank::Approver && edits => Some(Width::Origin),
        Subject::PathwayDraft => pathway_draft(action, rank, Width::Origin),
        Subject::Law if rank == Rank::Approver && action == Action::Create => Some(Width::All),
        Subject::Audit if rank == Rank::Auditor && looks => Some(Width::All),
        _ => None,
    }
}

fn destination(action: Action, subject: Subject, looks: bool, rank: Rank) -> Option<Width> {
    let writes = matches!(action, Action::Create | Action::Update);
    let edits = writes || action == Action::Delete;
    match subject {
        Subject::Organisation | Subject::Site | Subject::Need | Subject::NeedSkill | Subject::SeatPool if looks => Some(Width::Destination),
        // Standing of employers, and validation and suspension of needs, are the state's to record.
        Subject::Organisation if rank == Rank::Approver && writes => Some(Width::Destination),
        Subject::Need if rank == Rank::Officer && action == Action::Update => Some(Width::Destination),
        Subject::Registration if looks || (rank == Rank::Approver && action == Action::Decide) => Some(Width::Destination),
        Subject::Agreement | Subject::Quota if looks || (rank == Rank::Approver && writes) => Some(Width::Destination),
        Subject::Pledge if looks => Some(Width::Destination),
        Subject::MatchRun if looks => Some(Width::All),
        Subject::MatchRun if rank != Rank::Auditor && action == Action::Create => Some(Width::All),
        Subject::Proposal | Subject::Outcome | Subject::RecognitionCase | Subject::CaseFile | Subject::SharedGroup if looks => {
            Some(Width::Destination)
        }
        Subject::Trainee
        | Subject::Credential
        | Subject::LanguageCertificate
        | Subject::SkillClaim
        | Subject::Journey
        | Subject::ContingencyCase
            if looks =>
        {
            Some(Width::Annexed)
        }
        Subject::Disruption => disruption(action, rank, Width::Destination),
        Subject::LedgerEntry if looks => Some(Width::Destination),
        Subject::ExceptionalAccess => exceptional(action, rank, Width::Destination),
        Subject::AccessRule if looks || (rank == Rank::Approver && edits) => Some(Width::Own),
        Subject::Team if looks || (rank == Rank::Approver && edits) => Some(Width::Own),
        Subject::HelpText | Subject::Label if rank == Rank::Approver && edits => Some(Width::Destination),
        Subject::PathwayDraft => pathway_draft(action, rank, Width::Destination),
        Subject::Law if rank == Rank::Approver && action == Action::Create => Some(Width::All),
        Subject::Audit if rank == Rank::Auditor && looks => Some(Width::All),
        _ => None,
    }
}

/// Officers write pathways, approvers hold the key of their side, auditors read.
fn pathway_draft(action: Action, rank: Rank, territory: Width) -> Option<Width> {
    let may = match action {
        Action::List | Action::Read => true,
        Action::Create | Action::Update => rank != Rank::Auditor,
        Action::Decide => rank == Rank::Approver,
        Action::Delete | Action::Export => false,
    };
    may.then_some(territory)
}

/// Officers write down what breaks and drill it, approvers declare it, auditors read.
fn disruption(action: Action, rank: Rank, territory: Width) -> Option<Width> {
    let may = match action {
        Action::List | Action::Read | Action::Export => true,
        Action::Create | Action::Update | Action::Delete => rank != Rank::Auditor,
        Action::Decide => rank == Rank::Approver,
    };
    may.then_some(territory)
}

/// Whoever acts opens it for herself and sees what she opened; the auditor sees and reviews all.
fn exceptional(action: Action, rank: Rank, territory: Width) -> Option<Width> {
    match (rank, action) {
        (Rank::Auditor, Action::List | Action::Read | Action::Export | Action::Decide) => Some(territory),
        (Rank::Officer | Rank::Approver, Action::List | Action::Read | Action::Create) => Some(Width::Author),
        _ => None,
    }
}

fn recognition(action: Action, subject: Subject, looks: bool) -> Option<Width> {
    match subject {
        Subject::RecognitionCase if looks => Some(Width::Destination),
        // The authority enters what came to it, and corrects it.
        Subject::CaseFile if action != Action::Decide => Some(Width::Destination),
        Subject::Trainee | Subject::Credential | Subject::LanguageCertificate | Subject::Certificate if looks => Some(Width::Cases),
        Subject::ExceptionalAccess if matches!(action, Action::List | Action::Read | Action::Create) => Some(Width::Author),
        Subject::Team if looks => Some(Width::Own),
        _ => None,
    }
}

fn worker_representative(action: Action, subject: Subject, looks: bool) -> Option<Width> {
    match subject {
        Subject::Organisation | Subject::Site | Subject::Need | Subject::NeedSkill | Subject::SeatPool | Subject::Agreement if looks => {
            Some(Width::Destination)
        }
        // She counsels whoever was referred to her, and only them.
        Subject::Trainee
        | Subject::Credential
        | Subject::LanguageCertificate
        | Subject::SkillClaim
        | Subject::RecognitionCase
        | Subject::CaseFile
        | Subject::Journey
        | Subject::ContingencyCase
            if looks =>
        {
            Some(Width::Referred)
        }
        Subject::WorkerPayment if looks || action == Action::Create => Some(Width::Referred),
        Subject::CaseTransfer if looks || action == Action::Decide => Some(Width::Own),
        _ => None,
    }
}

fn funder(subject: Subject, looks: bool) -> Option<Width> {
    match subject {
        Subject::Programme | Subject::Cohort | Subject::Agreement | Subject::Quota | Subject::MatchRun | Subject::Pledge if looks => {
            Some(Width::All)
        }
        _ => None,
    }
}

/// Runs the platform and sees no person: neither trainees nor what was proposed to whom.
fn operator(action: Action, subject: Subject, looks: bool) -> Option<Width> {
    match subject {
        Subject::Organisation | Subject::Site | Subject::Agreement | Subject::Quota if action != Action::Decide => Some(Width::All),
        Subject::Programme | Subject::Cohort | Subject::Need | Subject::NeedSkill | Subject::SeatPool | Subject::AccessRule if looks => {
            Some(Width::All)
        }
        Subject::MatchRun if looks || action == Action::Create => Some(Width::All),
        Subject::Corridor | Subject::Concept | Subject::Account | Subject::Team | Subject::HelpText | Subject::Label
            if action != Action::Decide =>
        {
            Some(Width::All)
        }
        Subject::Audit if looks => Some(Width::All),
        Subject::PathwayDraft if looks => Some(Width::All),
        Subject::Law if action == Action::Create => Some(Width::All),
        _ => None,
    }
}
