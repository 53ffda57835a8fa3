//! May this actor do this to that, to which rows, and to which of their fields? One pure answer for
//! pages, API and jobs.
//!
//! Deny by default: what [`table::allowed`] does not name is refused. An answer is never a bare yes
//! but a [`Scope`], which the store turns into a filter on every query, so that a handler cannot
//! read a row that the rule did not grant. Fields belong to [`FieldGroup`]s; each group has a scope
//! of its own, which is the scope of the row or a part of it. What an authority configures
//! ([`Restriction`]) only ever takes away: no data can grant what the table does not.

mod groups;
mod restriction;
mod sight;
mod table;

pub use groups::FieldGroup;
pub use restriction::{Effect, Restriction};
pub use sight::{Because, RowFacts, Shared, sees};
pub use table::{Width, allowed};

use crate::country::{CountryCode, SubdivisionCode};
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
        /// By what applicants are chosen, their marks, and who waits.
        Selection = "selection",
        /// Attendance, assessments, language examinations and papers of a course.
        TrainingRecord = "training_record",
        /// How institutes fare, and what they say to it.
        ProviderOutcome = "provider_outcome",
        /// An employer that asks to be let in.
        Registration = "registration",
        /// People as a document for partners.
        Exchange = "exchange",
        /// A file of people, on its way to become their records.
        Import = "import",
        Credential = "credential",
        RecognitionCase = "recognition_case",
        CaseFile = "case_file",
        LanguageCertificate = "language_certificate",
        /// The way of a trainee from application to work, and what it asks to be looked at.
        Journey = "journey",
        /// Something that keeps many people from leaving.
        Disruption = "disruption",
        /// The case of somebody who cannot go on.
        ContingencyCase = "contingency_case",
        /// Who bore what.
        LedgerEntry = "ledger_entry",
        /// What a worker paid for the job, and what she first earned.
        WorkerPayment = "worker_payment",
        /// What payers owe at milestones.
        Tranche = "tranche",
        SkillClaim = "skill_claim",
        /// What a trainee chose of the two tracks, and why.
        TrackChange = "track_change",
        Need = "need",
        NeedSkill = "need_skill",
        SeatPool = "seat_pool",
        /// What an institute has signed.
        Certificate = "certificate",
        /// Seats that an employer stands for before anybody is trained.
        Pledge = "pledge",
        Agreement = "agreement",
        Quota = "quota",
        MatchRun = "match_run",
        Proposal = "proposal",
        Outcome = "outcome",
        Corridor = "corridor",
        Concept = "concept",
        Account = "account",
        Audit = "audit",
        /// Who works for an organisation, and as what.
        Team = "team",
        AccessRule = "access_rule",
        SharedGroup = "shared_group",
        Consent = "consent",
        Disclosure = "disclosure",
        CaseTransfer = "case_transfer",
        ExceptionalAccess = "exceptional_access",
        SealedRecord = "sealed_record",
        PersonRequest = "person_request",
        Duplicate = "duplicate",
        HelpText = "help_text",
        Label = "label",
        /// Rules, indices, lists and calendars.
        Law = "law",
        /// A pathway that is being written or changed.
        PathwayDraft = "pathway_draft",
    }
);

words!(
    Action {
        List = "list",
        Read = "read",
        Create = "create",
        Update = "update",
        Delete = "delete",
        /// Accept or decline a proposal, a transfer, a request.
        Decide = "decide",
        Export = "export",
    }
);

impl Action {
    /// Looking without changing.
    pub const fn looks(self) -> bool {
        matches!(self, Self::List | Self::Read | Self::Export)
    }
}

words!(
    /// What an API token may do for its account. A token never does more than its account.
    TokenScope { Read = "read", Export = "export", Write = "write", Decide = "decide" }
);

impl TokenScope {
    /// The scope that an action asks for.
    pub const fn of(action: Action) -> Self {
        match action {
            Action::List | Action::Read => Self::Read,
            Action::Export => Self::Export,
            Action::Create | Action::Update | Action::Delete => Self::Write,
            Action::Decide => Self::Decide,
        }
    }

    /// Whether a token with these scopes has this one. Whoever writes reads what she writes.
    pub fn is_in(self, scopes: &BTreeSet<Self>) -> bool {
        scopes.contains(&self) || (self == Self::Read && scopes.contains(&Self::Write))
    }
}

/// Countries as a whole and single subdivisions of others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Territory {
    pub countries: BTreeSet<CountryCode>,
    pub subdivisions: BTreeSet<SubdivisionCode>,
}

impl Territory {
    pub fn of(countries: impl IntoIterator<Item = CountryCode>) -> Self {
        Self { countries: countries.into_iter().collect(), subdivisions: BTreeSet::new() }
    }

    /// Whether a place lies in the territory. A place without a subdivision lies in a country only.
    pub fn holds(&self, country: CountryCode, subdivision: Option<&SubdivisionCode>) -> bool {
        self.countries.contains(&country) || subdivision.is_some_and(|code| self.subdivisions.contains(code))
    }

    pub fn is_empty(&self) -> bool {
        self.countries.is_empty() && self.subdivisions.is_empty()
    }
}

/// A role held for an organisation within a territory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub role: Role,
    pub organisation: Option<OrganisationId>,
    /// Organisations below it in the tree: whoever heads a school heads its campuses.
    pub below: BTreeSet<OrganisationId>,
    /// Places that the role reaches; for authorities their own.
    pub territory: Territory,
    /// Who lent the role, where it is held as cover for somebody absent.
    pub delegated_by: Option<UserId>,
}

impl Grant {
    /// A role for one organisation and some countries.
    pub fn new(role: Role, organisation: Option<OrganisationId>, countries: impl IntoIterator<Item = CountryCode>) -> Self {
        Self { role, organisation, below: BTreeSet::new(), territory: Territory::of(countries), delegated_by: None }
    }

    /// The organisation and all below it.
    pub fn organisations(&self) -> BTreeSet<OrganisationId> {
        self.organisation.into_iter().chain(self.below.iter().copied()).collect()
    }
}

/// Whoever asks: a person with a session or a program with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub user: UserId,
    pub grants: Vec<Grant>,
    /// The trainee record that is this person, if she is one.
    pub trainee: Option<TraineeId>,
    /// People whose records are open to the actor for a short while, for a stated reason.
    pub exceptional: BTreeSet<TraineeId>,
    /// What authorities have taken away from the actor's roles.
    pub restrictions: Vec<Restriction>,
    /// What the token may do; `None` for a session.
    pub token: Option<BTreeSet<TokenScope>>,
}

impl Actor {
    pub fn new(user: UserId, grants: Vec<Grant>, trainee: Option<TraineeId>) -> Self {
        Self { user, grants, trainee, exceptional: BTreeSet::new(), restrictions: Vec::new(), token: None }
    }

    pub fn holds(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }

    /// Whether the actor works for the organisation or one above it.
    pub fn works_for(&self, organisation: OrganisationId) -> bool {
        self.grants.iter().any(|grant| grant.organisation == Some(organisation) || grant.below.contains(&organisation))
    }
}

/// The rows that an action may touch: the union of its parts. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(pub Vec<Part>);

/// One set of rows, less those that an authority has closed to the role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub reach: Reach,
    pub except: Vec<Restriction>,
}

/// One set of rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    Everything,
    /// Rows that belong to one of the organisations.
    Organisations(BTreeSet<OrganisationId>),
    /// Rows whose origin lies in the territory.
    Origins(Territory),
    /// Rows whose destination lies in the territory.
    Destinations(Territory),
    /// Rows about one person.
    Person(TraineeId),
    /// People whose case was referred to one of the organisations, and accepted there.
    Referred(BTreeSet<OrganisationId>),
    /// People proposed to one of the employers, as far as disclosure has gone.
    Disclosed(BTreeSet<OrganisationId>, FieldGroup),
    /// People matched to the territory, as far as the annex of the agreement shares them.
    Annexed(Territory, Option<FieldGroup>),
    /// People who have filed for recognition in the territory.
    Cases(Territory),
    /// Rows that the actor has written.
    Author(UserId),
}

impl Scope {
    pub fn everything() -> Self {
        Self(vec![Part { reach: Reach::Everything, except: vec![] }])
    }

    pub fn is_everything(&self) -> bool {
        self.0.iter().any(|part| part.reach == Reach::Everything && part.except.is_empty())
    }

    pub fn reaches(&self) -> impl Iterator<Item = &Reach> {
        self.0.iter().map(|part| &part.reach)
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
    permit_group(actor, action, subject, FieldGroup::General)
}

/// The rows in which the actor may see, or for a change write, the fields of a group.
///
/// # Errors
/// [`Denied`] when there can be none.
pub fn permit_group(actor: &Actor, action: Action, subject: Subject, group: FieldGroup) -> Result<Scope, Denied> {
    let mut parts = granted(actor, action, subject, group)?;
    // Opened for a reason that the person and the auditor will read: no rule of data closes it.
    if action.looks() && action != Action::Export && table::about_a_person(subject) {
        parts.extend(actor.exceptional.iter().map(|person| Part { reach: Reach::Person(*person), except: vec![] }));
    }
    if parts.is_empty() { Err(Denied) } else { Ok(Scope(parts)) }
}

/// The rows whose people the actor may act for by an event: those that are hers to read. What was opened to her by
/// exception is for reading alone.
///
/// # Errors
/// [`Denied`] when there can be none.
pub fn permit_acting(actor: &Actor, subject: Subject, group: FieldGroup) -> Result<Scope, Denied> {
    let parts = granted(actor, Action::Read, subject, group)?;
    if parts.is_empty() { Err(Denied) } else { Ok(Scope(parts)) }
}

/// What the actor's own grants reach.
fn granted(actor: &Actor, action: Action, subject: Subject, group: FieldGroup) -> Result<Vec<Part>, Denied> {
    if actor.token.as_ref().is_some_and(|scopes| !TokenScope::of(action).is_in(scopes)) {
        return Err(Denied);
    }
    let mut parts = Vec::new();
    for grant in &actor.grants {
        let Some(width) = allowed(grant.role, action, subject) else { continue };
        let except: Vec<Restriction> = actor
            .restrictions
            .iter()
            .filter(|restriction| restriction.binds(grant.role, action, table::ruled_as(subject), group))
            .cloned()
            .collect();
        for reach in reaches(actor, grant, width, action) {
            if let Some(reach) = groups::narrow(reach, subject, group) {
                parts.push(Part { reach, except: except.clone() });
            }
        }
    }
    Ok(parts)
}

fn reaches(actor: &Actor, grant: &Grant, width: Width, action: Action) -> Vec<Reach> {
    let own = || (!grant.organisations().is_empty()).then(|| Reach::Organisations(grant.organisations()));
    let referred = || (!grant.organisations().is_empty()).then(|| Reach::Referred(grant.organisations()));
    match width {
        Width::All => vec![Reach::Everything],
        Width::Own => own().into_iter().collect(),
        Width::OwnAndReferred => own().into_iter().chain(referred().filter(|_| action.looks())).collect(),
        Width::Referred => referred().into_iter().collect(),
        Width::Origin => vec![Reach::Origins(grant.territory.clone())],
        Width::Destination => vec![Reach::Destinations(grant.territory.clone())],
        Width::Person => actor.trainee.map(Reach::Person).into_iter().collect(),
        Width::Disclosed if grant.organisations().is_empty() => vec![],
        Width::Disclosed => vec![Reach::Disclosed(grant.organisations(), FieldGroup::General)],
        Width::Annexed => vec![Reach::Annexed(grant.territory.clone(), None)],
        Width::Cases => vec![Reach::Cases(grant.territory.clone())],
        Width::Author => vec![Reach::Author(actor.user)],
    }
}

#[cfg(test)]
mod tests;
