//! Turns what an actor may reach into conditions on rows. One place, so that "who sees which rows"
//! can be read in one file.

use crate::entity::*;
use passerelle_domain::access::{FieldGroup, Reach, Restriction, Scope, Territory};
use passerelle_domain::ids::OrganisationId;
use passerelle_domain::people::{Decision, RecognitionState, TransferKind, TransferStatus};
use passerelle_domain::privacy::ConsentPurpose;
use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Rows that lie in at least one part and are not taken out of it.
pub(crate) fn any(scope: &Scope, one: impl Fn(&Reach) -> Condition, taken: impl Fn(&Restriction) -> Condition) -> Condition {
    if scope.is_everything() {
        return Condition::all();
    }
    // `any` over nothing would be true; start from "no row".
    scope.0.iter().fold(Condition::any().add(Expr::value(false)), |all, part| {
        let rows = part.except.iter().fold(Condition::all().add(one(&part.reach)), |rows, rule| rows.add(taken(rule).not()));
        all.add(rows)
    })
}

/// For records that no access rule can take rows from.
pub(crate) fn untouched(_: &Restriction) -> Condition {
    none()
}

fn none() -> Condition {
    Condition::all().add(Expr::value(false))
}

fn ids(organisations: &BTreeSet<OrganisationId>) -> Vec<Uuid> {
    organisations.iter().map(|id| id.0).collect()
}

/// Columns that hold the country, and where there is one the subdivision, of a row.
fn within(territory: &Territory, country: impl ColumnTrait, subdivision: Option<Condition>) -> Condition {
    let codes: Vec<String> = territory.countries.iter().map(ToString::to_string).collect();
    let rows = Condition::any().add(country.is_in(codes));
    match subdivision {
        Some(condition) if !territory.subdivisions.is_empty() => rows.add(condition),
        _ => rows,
    }
}

fn parts(territory: &Territory) -> Vec<String> {
    territory.subdivisions.iter().map(ToString::to_string).collect()
}

pub(crate) fn organisation(reach: &Reach) -> Condition {
    use organisation::Column::{Country, Id, Subdivision};
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisations(own) => Id.is_in(ids(own)).into_condition(),
        Reach::Origins(territory) | Reach::Destinations(territory) => {
            within(territory, Country, Some(Subdivision.is_in(parts(territory)).into_condition()))
        }
        _ => none(),
    }
}

/// Rows that hang on an organisation by `column`.
pub(crate) fn of_organisation(column: impl ColumnTrait, reach: &Reach) -> Condition {
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisations(own) => column.is_in(ids(own)).into_condition(),
        Reach::Origins(_) | Reach::Destinations(_) => column.in_subquery(organisation_ids(organisation(reach))).into_condition(),
        _ => none(),
    }
}

fn organisation_ids(condition: Condition) -> SelectStatement {
    organisation::Entity::find().select_only().column(organisation::Column::Id).filter(condition).into_query()
}

/// Organisations in single subdivisions of a territory.
fn in_parts(territory: &Territory) -> SelectStatement {
    organisation_ids(organisation::Column::Subdivision.is_in(parts(territory)).into_condition())
}

pub(crate) fn site(reach: &Reach) -> Condition {
    of_organisation(site::Column::OrganisationId, reach)
}

pub(crate) fn programme(reach: &Reach) -> Condition {
    of_organisation(programme::Column::InstituteId, reach)
}

/// Parts of a programme.
pub(crate) fn of_programme(column: impl ColumnTrait, reach: &Reach) -> Condition {
    let programmes = programme::Entity::find().select_only().column(programme::Column::Id).filter(programme(reach)).into_query();
    column.in_subquery(programmes).into_condition()
}

pub(crate) fn cohort(reach: &Reach) -> Condition {
    of_organisation(cohort::Column::InstituteId, reach)
}

/// Parts of a cohort.
pub(crate) fn of_cohort(column: impl ColumnTrait, reach: &Reach) -> Condition {
    let ids = cohort::Entity::find().select_only().column(cohort::Column::Id).filter(cohort(reach)).into_query();
    column.in_subquery(ids).into_condition()
}

/// What applicants are scored by: whoever applies reads by what.
pub(crate) fn selection_rule(reach: &Reach) -> Condition {
    use selection_rule::Column::CohortId;
    match reach {
        Reach::Person(id) => {
            let hers = trainee::Entity::find().select_only().column(trainee::Column::CohortId).filter(trainee::Column::Id.eq(id.0));
            CohortId.in_subquery(hers.into_query()).into_condition()
        }
        _ => of_cohort(CohortId, reach),
    }
}

pub(crate) fn trainee(reach: &Reach) -> Condition {
    use trainee::Column::{Id, InstituteId, MergedInto, TrainingCountry};
    let rows = match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisations(own) => InstituteId.is_in(ids(own)).into_condition(),
        Reach::Origins(territory) => {
            within(territory, TrainingCountry, Some(InstituteId.in_subquery(in_parts(territory)).into_condition()))
        }
        Reach::Person(id) => Id.eq(id.0).into_condition(),
        Reach::Referred(own) => Id.in_subquery(referred(own)).into_condition(),
        Reach::Disclosed(own, group) => Id.in_subquery(disclosed(own, *group)).into_condition(),
        Reach::Annexed(territory, group) => Id.in_subquery(annexed(territory, *group)).into_condition(),
        Reach::Cases(territory) => Id.in_subquery(filed(territory)).into_condition(),
        // A destination reaches people through annexes and recognition cases, never directly.
        Reach::Destinations(_) | Reach::Author(_) => none(),
    };
    // A record that was merged into another is seen as that other one.
    Condition::all().add(rows).add(MergedInto.is_null())
}

fn referred(own: &BTreeSet<OrganisationId>) -> SelectStatement {
    case_transfer::Entity::find()
        .select_only()
        .column(case_transfer::Column::TraineeId)
        .filter(case_transfer::Column::Kind.eq(TransferKind::Referral.as_str()))
        .filter(case_transfer::Column::Status.eq(TransferStatus::Accepted.as_str()))
        .filter(case_transfer::Column::ToId.is_in(ids(own)))
        .into_query()
}

/// People proposed to the employers, as far as decisions, consent and offer have opened the group.
fn disclosed(own: &BTreeSet<OrganisationId>, group: FieldGroup) -> SelectStatement {
    use proposal::Column::{EmployerDecision, EmployerId, OfferedAtMs, TraineeDecision, TraineeId};
    let accepted = Decision::Accepted.as_str();
    let find = proposal::Entity::find().select_only().column(TraineeId).filter(EmployerId.is_in(ids(own)));
    if group == FieldGroup::General {
        let declined = Decision::Declined.as_str();
        return find.filter(TraineeDecision.ne(declined)).filter(EmployerDecision.ne(declined)).into_query();
    }
    let agreed = find
        .filter(TraineeDecision.eq(accepted))
        .filter(EmployerDecision.eq(accepted))
        .filter(consented(ConsentPurpose::EmployerDisclosure, Some(EmployerId)));
    match group {
        FieldGroup::Name => agreed.into_query(),
        _ => agreed.filter(OfferedAtMs.is_not_null()).into_query(),
    }
}

/// That the trainee of the proposal at hand agrees to a purpose, in general or for that recipient.
fn consented(purpose: ConsentPurpose, recipient: Option<proposal::Column>) -> Condition {
    use consent::Column::{Purpose, RecipientId, TraineeId, WithdrawnAtMs};
    let of = |column: consent::Column| Expr::col((consent::Entity, column));
    let mut whom = Condition::any().add(RecipientId.is_null());
    if let Some(column) = recipient {
        whom = whom.add(of(RecipientId).equals((proposal::Entity, column)));
    }
    let given = consent::Entity::find()
        .select_only()
        .column(consent::Column::Id)
        .filter(Purpose.eq(purpose.as_str()))
        .filter(WithdrawnAtMs.is_null())
        .filter(of(TraineeId).equals((proposal::Entity, proposal::Column::TraineeId)))
        .filter(whom)
        .into_query();
    Condition::all().add(Expr::exists(given))
}

/// People matched to the territory on a pathway whose agreement's annex shares the group.
fn annexed(territory: &Territory, group: Option<FieldGroup>) -> SelectStatement {
    use proposal::Column::{Destination, EmployerDecision, TraineeDecision, TraineeId};
    let accepted = Decision::Accepted.as_str();
    let countries: Vec<String> = territory.countries.iter().map(ToString::to_string).collect();
    // The agreement of the very pathway: another one between the same countries shares its own.
    let covering = agreement::Entity::find()
        .select_only()
        .column(agreement::Column::Id)
        .filter(agreement::Column::Status.is_in(["active", "amending", "teach_out"]))
        .filter(Expr::cust("agreement.pack || '/' || agreement.origin = proposal.pathway"))
        .into_query();
    let mut shares = shared_group::Entity::find()
        .select_only()
        .column(shared_group::Column::Id)
        .filter(shared_group::Column::AgreementId.in_subquery(covering));
    if let Some(group) = group {
        shares = shares.filter(shared_group::Column::FieldGroup.eq(group.as_str()));
    }
    proposal::Entity::find()
        .select_only()
        .column(TraineeId)
        .filter(Destination.is_in(countries))
        .filter(TraineeDecision.eq(accepted))
        .filter(EmployerDecision.eq(accepted))
        .filter(Expr::exists(shares.into_query()))
        .filter(consented(ConsentPurpose::PartnerSharing, None))
        .into_query()
}

/// People who have filed for recognition in the territory.
fn filed(territory: &Territory) -> SelectStatement {
    recognition_case::Entity::find().select_only().column(recognition_case::Column::TraineeId).filter(case_place(territory)).into_query()
}

/// Cases of a territory that have been filed: before, they are hers and her institute's.
fn case_place(territory: &Territory) -> Condition {
    use recognition_case::Column::{Destination, State, Subdivision};
    let there = within(territory, Destination, Some(Subdivision.is_in(parts(territory)).into_condition()));
    Condition::all().add(there).add(State.ne(RecognitionState::Draft.as_str()))
}

/// Trainees whose records an access rule takes from a role.
pub(crate) fn trainee_taken(rule: &Restriction) -> Condition {
    taken(rule, trainee::Column::TrainingCountry, trainee::Column::Journey)
}

fn taken(rule: &Restriction, country: impl ColumnTrait, stage: impl ColumnTrait) -> Condition {
    let codes: Vec<String> = rule.countries.iter().map(ToString::to_string).collect();
    let rows = Condition::all().add(country.is_in(codes));
    if rule.stages.is_empty() { rows } else { rows.add(stage.is_in(rule.stages.iter().cloned())) }
}

fn trainee_ids(condition: Condition) -> SelectStatement {
    trainee::Entity::find().select_only().column(trainee::Column::Id).filter(condition).into_query()
}

/// Papers of a trainee.
pub(crate) fn paper(column: impl ColumnTrait, reach: &Reach) -> Condition {
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Person(id) => column.eq(id.0).into_condition(),
        _ => column.in_subquery(trainee_ids(trainee(reach))).into_condition(),
    }
}

pub(crate) fn paper_taken(column: impl ColumnTrait, rule: &Restriction) -> Condition {
    column.in_subquery(trainee_ids(trainee_taken(rule))).into_condition()
}

pub(crate) fn recognition_case(reach: &Reach) -> Condition {
    match reach {
        Reach::Destinations(territory) => case_place(territory),
        _ => paper(recognition_case::Column::TraineeId, reach),
    }
}

/// Both sides of a recognition case have a say: the country of training and the one of filing.
pub(crate) fn recognition_case_taken(rule: &Restriction) -> Condition {
    use recognition_case::Column::{Destination, State, TraineeId};
    let codes: Vec<String> = rule.countries.iter().map(ToString::to_string).collect();
    let from = trainee_ids(trainee::Column::TrainingCountry.is_in(codes.clone()).into_condition());
    let rows = Condition::all().add(Condition::any().add(Destination.is_in(codes)).add(TraineeId.in_subquery(from)));
    if rule.stages.is_empty() { rows } else { rows.add(State.is_in(rule.stages.iter().cloned())) }
}

/// What lies in a recognition case.
pub(crate) fn in_case(column: impl ColumnTrait, reach: &Reach) -> Condition {
    column.in_subquery(case_ids(recognition_case(reach))).into_condition()
}

pub(crate) fn in_case_taken(column: impl ColumnTrait, rule: &Restriction) -> Condition {
    column.in_subquery(case_ids(recognition_case_taken(rule))).into_condition()
}

fn case_ids(condition: Condition) -> SelectStatement {
    recognition_case::Entity::find().select_only().column(recognition_case::Column::Id).filter(condition).into_query()
}

pub(crate) fn need(reach: &Reach) -> Condition {
    use need::Column::{Country, EmployerId, SiteId};
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisations(own) => EmployerId.is_in(ids(own)).into_condition(),
        Reach::Destinations(territory) => {
            let sites = site::Entity::find()
                .select_only()
                .column(site::Column::Id)
                .filter(site::Column::Subdivision.is_in(parts(territory)))
                .into_query();
            let here = Condition::any().add(SiteId.in_subquery(sites)).add(EmployerId.in_subquery(in_parts(territory)));
            within(territory, Country, Some(here))
        }
        _ => none(),
    }
}

pub(crate) fn need_taken(rule: &Restriction) -> Condition {
    taken(rule, need::Column::Country, need::Column::Status)
}

/// Parts of a need.
pub(crate) fn of_need(column: impl ColumnTrait, reach: &Reach) -> Condition {
    let ids = need::Entity::find().select_only().column(need::Column::Id).filter(need(reach)).into_query();
    column.in_subquery(ids).into_condition()
}

/// Agreements and quotas are made by countries: single subdivisions do not reach them.
pub(crate) fn agreement(reach: &Reach) -> Condition {
    match reach {
        // An institute reads what its own country has agreed to.
        Reach::Organisations(own) => {
            let countries = organisation::Entity::find()
                .select_only()
                .column(organisation::Column::Country)
                .filter(organisation::Column::Id.is_in(ids(own)))
                .into_query();
            agreement::Column::Origin.in_subquery(countries).into_condition()
        }
        Reach::Everything => Condition::all(),
        Reach::Origins(territory) => within(territory, agreement::Column::Origin, None),
        Reach::Destinations(territory) => within(territory, agreement::Column::Destination, None),
        _ => none(),
    }
}

/// The institute that issued it keeps it in sight when its holder has moved on.
pub(crate) fn certificate(reach: &Reach) -> Condition {
    match reach {
        Reach::Organisations(own) => certificate::Column::InstituteId.is_in(ids(own)).into_condition(),
        _ => paper(certificate::Column::TraineeId, reach),
    }
}

pub(crate) fn issuer_key(reach: &Reach) -> Condition {
    match reach {
        Reach::Organisations(own) => issuer_key::Column::InstituteId.is_in(ids(own)).into_condition(),
        _ => Expr::value(false).into_condition(),
    }
}

/// Whoever reads an agreement reads its books; a person reads what was booked for her.
pub(crate) fn ledger_entry(reach: &Reach) -> Condition {
    use ledger_entry::Column::{AgreementId, TraineeId};
    match reach {
        Reach::Person(id) => TraineeId.eq(id.0).into_condition(),
        // What was booked for a person is for her own side; the other reads the balances.
        Reach::Destinations(_) => Condition::all().add(of_agreement(AgreementId, reach)).add(TraineeId.is_null()),
        _ => of_agreement(AgreementId, reach),
    }
}

/// What is owed for a person's case: her own side pursues it, and nobody else reads whose case it is.
pub(crate) fn recovery_claim(reach: &Reach) -> Condition {
    match reach {
        Reach::Origins(_) | Reach::Everything => of_agreement(recovery_claim::Column::AgreementId, reach),
        _ => none(),
    }
}

/// Claims on payers: an institute's are those of its cohorts. The other side reads sums, and no person's claims.
pub(crate) fn tranche(reach: &Reach) -> Condition {
    match reach {
        Reach::Organisations(_) => of_cohort(tranche::Column::CohortId, reach),
        Reach::Destinations(_) => none(),
        _ => of_agreement(tranche::Column::AgreementId, reach),
    }
}

/// What hangs on an agreement.
pub(crate) fn of_agreement(column: impl ColumnTrait, reach: &Reach) -> Condition {
    let ids = agreement::Entity::find().select_only().column(agreement::Column::Id).filter(agreement(reach)).into_query();
    column.in_subquery(ids).into_condition()
}

pub(crate) fn pledge(reach: &Reach) -> Condition {
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisations(own) => pledge::Column::EmployerId.is_in(ids(own)).into_condition(),
        Reach::Origins(territory) => within(territory, pledge::Column::Origin, None),
        Reach::Destinations(territory) => within(territory, pledge::Column::Destination, None),
        _ => none(),
    }
}

pub(crate) fn shared_group(reach: &Reach) -> Condition {
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Origins(territory) => within(territory, shared_group::Column::Origin, None),
        Reach::Destinations(territory) => within(territory, shared_group::Column::Destination, None),
        _ => none(),
    }
}

/// A country's own quotas, on its own side.
pub(crate) fn quota(reach: &Reach) -> Condition {
    let of = |side: &str, territory: &Territory| {
        Condition::all().add(quota::Column::Side.eq(side)).add(within(territory, quota::Column::Country, None))
    };
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Origins(territory) => of("origin", territory),
        Reach::Destinations(territory) => of("destination", territory),
        _ => none(),
    }
}

pub(crate) fn match_run(reach: &Reach) -> Condition {
    if *reach == Reach::Everything { Condition::all() } else { none() }
}

pub(crate) fn proposal(reach: &Reach) -> Condition {
    use proposal::Column::{Destination, EmployerId, InstituteId, Origin, TraineeId};
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisations(own) => Condition::any().add(EmployerId.is_in(ids(own))).add(InstituteId.is_in(ids(own))),
        Reach::Origins(territory) => within(territory, Origin, Some(InstituteId.in_subquery(in_parts(territory)).into_condition())),
        Reach::Destinations(territory) => {
            within(territory, Destination, Some(EmployerId.in_subquery(in_parts(territory)).into_condition()))
        }
        Reach::Person(id) => TraineeId.eq(id.0).into_condition(),
        _ => none(),
    }
}

/// What hangs on a proposal.
pub(crate) fn of_proposal(column: impl ColumnTrait, reach: &Reach) -> Condition {
    let ids = proposal::Entity::find().select_only().column(proposal::Column::Id).filter(proposal(reach)).into_query();
    column.in_subquery(ids).into_condition()
}

/// Outcomes of trainees belong to the origin and the institute, those of needs to the destination
/// and the employer.
pub(crate) fn outcome(reach: &Reach) -> Condition {
    use outcome::Column::{Country, OrganisationId, Side, SubjectId};
    let of = |side: &str, territory: &Territory| {
        let parts = OrganisationId.in_subquery(in_parts(territory)).into_condition();
        Condition::all().add(Side.eq(side)).add(within(territory, Country, Some(parts)))
    };
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisations(own) => OrganisationId.is_in(ids(own)).into_condition(),
        Reach::Origins(territory) => of("trainee", territory),
        Reach::Destinations(territory) => of("need", territory),
        Reach::Person(id) => Condition::all().add(Side.eq("trainee")).add(SubjectId.eq(id.0)),
        _ => none(),
    }
}

/// Rows about a person that carry her institute and her country of training.
fn about(person: impl ColumnTrait, institute: impl ColumnTrait, origin: impl ColumnTrait, reach: &Reach) -> Condition {
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Person(id) => person.eq(id.0).into_condition(),
        Reach::Organisations(own) => institute.is_in(ids(own)).into_condition(),
        Reach::Origins(territory) => within(territory, origin, Some(institute.in_subquery(in_parts(territory)).into_condition())),
        _ => none(),
    }
}

pub(crate) fn consent(reach: &Reach) -> Condition {
    about(consent::Column::TraineeId, consent::Column::InstituteId, consent::Column::Origin, reach)
}

pub(crate) fn person_request(reach: &Reach) -> Condition {
    about(person_request::Column::TraineeId, person_request::Column::InstituteId, person_request::Column::Origin, reach)
}

pub(crate) fn disclosure(reach: &Reach) -> Condition {
    let rows = about(disclosure::Column::TraineeId, disclosure::Column::InstituteId, disclosure::Column::Origin, reach);
    match reach {
        Reach::Organisations(own) => Condition::any().add(rows).add(disclosure::Column::EmployerId.is_in(ids(own))),
        _ => rows,
    }
}

pub(crate) fn case_transfer(reach: &Reach) -> Condition {
    use case_transfer::Column::{FromId, Origin, ToId, TraineeId};
    match reach {
        Reach::Organisations(own) => Condition::any().add(FromId.is_in(ids(own))).add(ToId.is_in(ids(own))),
        _ => about(TraineeId, FromId, Origin, reach),
    }
}

pub(crate) fn exceptional_access(reach: &Reach) -> Condition {
    use exceptional_access::Column::{AccountId, Country, Origin, TraineeId};
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Author(user) => AccountId.eq(user.0).into_condition(),
        Reach::Person(id) => TraineeId.eq(id.0).into_condition(),
        Reach::Origins(territory) => within(territory, Origin, None),
        Reach::Destinations(territory) => within(territory, Country, None),
        _ => none(),
    }
}

/// Either record's institute or country sees that there is a pair; what it sees of the other
/// record is that record's own scope.
pub(crate) fn duplicate(reach: &Reach) -> Condition {
    use duplicate::Column::{FirstInstitute, FirstOrigin, SecondInstitute, SecondOrigin};
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisations(own) => Condition::any().add(FirstInstitute.is_in(ids(own))).add(SecondInstitute.is_in(ids(own))),
        Reach::Origins(territory) => {
            let side = |origin: duplicate::Column, institute: duplicate::Column| {
                within(territory, origin, Some(institute.in_subquery(in_parts(territory)).into_condition()))
            };
            Condition::any().add(side(FirstOrigin, FirstInstitute)).add(side(SecondOrigin, SecondInstitute))
        }
        _ => none(),
    }
}

/// An authority's own, drafts as well, and those of others that were declared and strike people on their way from or to its
/// country: it tells them, and follows their cases.
pub(crate) fn disruption(reach: &Reach) -> Condition {
    use disruption::Column::{Country, Destination, Origin, Status};
    // Where none is named, everybody's may be struck.
    let declared = |strikes: Condition| Condition::all().add(Status.ne("draft")).add(strikes);
    let others = match reach {
        Reach::Origins(territory) => declared(within(territory, Origin, None).add(Origin.is_null())),
        Reach::Destinations(territory) => declared(within(territory, Destination, None).add(Destination.is_null())),
        _ => none(),
    };
    Condition::any().add(of_country(Country, reach)).add(others)
}

/// Texts that an authority writes for its own country.
pub(crate) fn of_country(country: impl ColumnTrait, reach: &Reach) -> Condition {
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Origins(territory) | Reach::Destinations(territory) => within(territory, country, None),
        _ => none(),
    }
}
