//! Turns what an actor may reach into conditions on rows. One place, so that "who sees which rows"
//! can be read in one file.

use crate::entity::*;
use passerelle_domain::access::{Reach, Scope};
use passerelle_domain::country::CountryCode;
use sea_orm::sea_query::{Expr, IntoCondition, SelectStatement};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use std::collections::BTreeSet;

/// Rows that satisfy at least one reach.
pub(crate) fn any(scope: &Scope, one: impl Fn(&Reach) -> Condition) -> Condition {
    if scope.is_everything() {
        return Condition::all();
    }
    // `any` over nothing would be true; start from "no row".
    scope.0.iter().fold(Condition::any().add(Expr::value(false)), |all, reach| all.add(one(reach)))
}

fn none() -> Condition {
    Condition::all().add(Expr::value(false))
}

fn codes(countries: &BTreeSet<CountryCode>) -> Vec<String> {
    countries.iter().map(ToString::to_string).collect()
}

pub(crate) fn organisation(reach: &Reach) -> Condition {
    let column = organisation::Column::Country;
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisation(id) => organisation::Column::Id.eq(id.0).into_condition(),
        Reach::Origins(c) | Reach::Destinations(c) => column.is_in(codes(c)).into_condition(),
        Reach::Person(_) => none(),
    }
}

/// Rows that hang on an organisation by `column`.
fn of_organisation(column: impl ColumnTrait, reach: &Reach) -> Condition {
    match reach {
        Reach::Organisation(id) => column.eq(id.0).into_condition(),
        _ => column.in_subquery(organisation_ids(reach)).into_condition(),
    }
}

fn organisation_ids(reach: &Reach) -> SelectStatement {
    organisation::Entity::find().select_only().column(organisation::Column::Id).filter(organisation(reach)).into_query()
}

pub(crate) fn site(reach: &Reach) -> Condition {
    of_organisation(site::Column::OrganisationId, reach)
}

pub(crate) fn programme(reach: &Reach) -> Condition {
    of_organisation(programme::Column::InstituteId, reach)
}

pub(crate) fn cohort(reach: &Reach) -> Condition {
    of_organisation(cohort::Column::InstituteId, reach)
}

pub(crate) fn trainee(reach: &Reach) -> Condition {
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisation(id) => trainee::Column::InstituteId.eq(id.0).into_condition(),
        Reach::Origins(c) => trainee::Column::TrainingCountry.is_in(codes(c)).into_condition(),
        // A destination reaches people through proposals and recognition cases, never directly.
        Reach::Destinations(_) => none(),
        Reach::Person(id) => trainee::Column::Id.eq(id.0).into_condition(),
    }
}

/// Papers of a trainee.
pub(crate) fn paper(column: impl ColumnTrait, reach: &Reach) -> Condition {
    match reach {
        Reach::Person(id) => column.eq(id.0).into_condition(),
        _ => {
            let ids = trainee::Entity::find().select_only().column(trainee::Column::Id).filter(trainee(reach)).into_query();
            column.in_subquery(ids).into_condition()
        }
    }
}

pub(crate) fn recognition_case(reach: &Reach) -> Condition {
    match reach {
        Reach::Destinations(c) => recognition_case::Column::Destination.is_in(codes(c)).into_condition(),
        _ => paper(recognition_case::Column::TraineeId, reach),
    }
}

pub(crate) fn need(reach: &Reach) -> Condition {
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisation(id) => need::Column::EmployerId.eq(id.0).into_condition(),
        Reach::Destinations(c) => need::Column::Country.is_in(codes(c)).into_condition(),
        Reach::Origins(_) | Reach::Person(_) => none(),
    }
}

/// Parts of a need.
pub(crate) fn of_need(column: impl ColumnTrait, reach: &Reach) -> Condition {
    let ids = need::Entity::find().select_only().column(need::Column::Id).filter(need(reach)).into_query();
    column.in_subquery(ids).into_condition()
}

pub(crate) fn agreement(reach: &Reach) -> Condition {
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Origins(c) => agreement::Column::Origin.is_in(codes(c)).into_condition(),
        Reach::Destinations(c) => agreement::Column::Destination.is_in(codes(c)).into_condition(),
        Reach::Organisation(_) | Reach::Person(_) => none(),
    }
}

/// A country's own quotas, on its own side.
pub(crate) fn quota(reach: &Reach) -> Condition {
    let of = |side: &str, c: &BTreeSet<CountryCode>| {
        Condition::all().add(quota::Column::Side.eq(side)).add(quota::Column::Country.is_in(codes(c)))
    };
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Origins(c) => of("origin", c),
        Reach::Destinations(c) => of("destination", c),
        Reach::Organisation(_) | Reach::Person(_) => none(),
    }
}

pub(crate) fn match_run(reach: &Reach) -> Condition {
    if *reach == Reach::Everything { Condition::all() } else { none() }
}

pub(crate) fn proposal(reach: &Reach) -> Condition {
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisation(id) => Condition::any().add(proposal::Column::EmployerId.eq(id.0)).add(proposal::Column::InstituteId.eq(id.0)),
        Reach::Origins(c) => proposal::Column::Origin.is_in(codes(c)).into_condition(),
        Reach::Destinations(c) => proposal::Column::Destination.is_in(codes(c)).into_condition(),
        Reach::Person(id) => proposal::Column::TraineeId.eq(id.0).into_condition(),
    }
}

/// Outcomes of trainees belong to the origin and the institute, those of needs to the destination
/// and the employer.
pub(crate) fn outcome(reach: &Reach) -> Condition {
    let of = |side: &str, c: &BTreeSet<CountryCode>| {
        Condition::all().add(outcome::Column::Side.eq(side)).add(outcome::Column::Country.is_in(codes(c)))
    };
    match reach {
        Reach::Everything => Condition::all(),
        Reach::Organisation(id) => outcome::Column::OrganisationId.eq(id.0).into_condition(),
        Reach::Origins(c) => of("trainee", c),
        Reach::Destinations(c) => of("need", c),
        Reach::Person(id) => Condition::all().add(outcome::Column::Side.eq("trainee")).add(outcome::Column::SubjectId.eq(id.0)),
    }
}
