//! Why somebody sees something: the same rule as [`super::permit_group`], asked about one row with
//! its facts in hand. Pages that answer "who can see this, and why" are written from it, and tests
//! hold every route against it.

use super::{Action, Actor, FieldGroup, Part, Reach, Subject, permit_group};
use crate::country::{CountryCode, SubdivisionCode};
use crate::ids::{OrganisationId, TraineeId};
use crate::words;
use std::collections::{BTreeMap, BTreeSet};

words!(
    /// The ground on which a row is seen.
    Because {
        Everything = "everything",
        Organisation = "organisation",
        Origin = "origin",
        Destination = "destination",
        Herself = "herself",
        Exceptional = "exceptional",
        Referral = "referral",
        Disclosure = "disclosure",
        Annex = "annex",
        Case = "case",
        Author = "author",
    }
);

/// What the rule needs to know of a row about a person.
#[derive(Debug, Clone, Default)]
pub struct RowFacts {
    pub person: Option<TraineeId>,
    /// Organisations that the row belongs to.
    pub owners: BTreeSet<OrganisationId>,
    pub origin: Option<(CountryCode, Option<SubdivisionCode>)>,
    pub destination: Option<(CountryCode, Option<SubdivisionCode>)>,
    pub referred_to: BTreeSet<OrganisationId>,
    /// How far the person is disclosed to each employer: the groups of [`Reach::Disclosed`].
    pub disclosed: BTreeMap<OrganisationId, BTreeSet<FieldGroup>>,
    pub annexed: Vec<Shared>,
    /// Places where the person has filed for recognition.
    pub filed_in: BTreeSet<(CountryCode, Option<SubdivisionCode>)>,
    pub stage: String,
}

/// What the annexes of agreements share of a person with a destination that she is matched to.
#[derive(Debug, Clone)]
pub struct Shared {
    pub destination: CountryCode,
    pub groups: BTreeSet<FieldGroup>,
}

/// The grounds on which the actor may act on the fields of a group in this row; empty means not.
pub fn sees(actor: &Actor, action: Action, subject: Subject, group: FieldGroup, row: &RowFacts) -> BTreeSet<Because> {
    let Ok(scope) = permit_group(actor, action, subject, group) else { return BTreeSet::new() };
    scope.0.iter().filter(|part| !excepted(part, row)).filter_map(|part| ground(&part.reach, actor, row)).collect()
}

fn excepted(part: &Part, row: &RowFacts) -> bool {
    let places = || row.origin.iter().chain(&row.destination).map(|(country, _)| *country);
    part.except.iter().any(|restriction| places().any(|country| restriction.covers(country, &row.stage)))
}

fn ground(reach: &Reach, actor: &Actor, row: &RowFacts) -> Option<Because> {
    let within = |place: &Option<(CountryCode, Option<SubdivisionCode>)>, territory: &super::Territory| {
        place.as_ref().is_some_and(|(country, subdivision)| territory.holds(*country, subdivision.as_ref()))
    };
    let (holds, because) = match reach {
        Reach::Everything => (true, Because::Everything),
        Reach::Organisations(own) => (!own.is_disjoint(&row.owners), Because::Organisation),
        Reach::Origins(territory) => (within(&row.origin, territory), Because::Origin),
        Reach::Destinations(territory) => (within(&row.destination, territory), Because::Destination),
        Reach::Person(id) if actor.trainee == Some(*id) => (row.person == Some(*id), Because::Herself),
        Reach::Person(id) => (row.person == Some(*id), Because::Exceptional),
        Reach::Referred(own) => (!own.is_disjoint(&row.referred_to), Because::Referral),
        Reach::Disclosed(own, group) => {
            (own.iter().any(|id| row.disclosed.get(id).is_some_and(|groups| groups.contains(group))), Because::Disclosure)
        }
        Reach::Annexed(territory, group) => (
            row.annexed.iter().any(|shared| {
                territory.countries.contains(&shared.destination)
                    && group.map_or(!shared.groups.is_empty(), |group| shared.groups.contains(&group))
            }),
            Because::Annex,
        ),
        Reach::Cases(territory) => {
            (row.filed_in.iter().any(|(country, subdivision)| territory.holds(*country, subdivision.as_ref())), Because::Case)
        }
        Reach::Author(_) => (false, Because::Author),
    };
    holds.then_some(because)
}
