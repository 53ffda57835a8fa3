//! Whose case it is, as a condition on lists: mine, my team's, nobody's; due, overdue, blocked,
//! waiting for somebody else.

use crate::entity::assignment::{self, Column};
use chrono::{Days, NaiveDate};
pub use passerelle_domain::people::Case;
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

/// Who asks, and on which day.
#[derive(Debug, Clone)]
pub struct Whose {
    pub account: Uuid,
    pub organisations: Vec<Uuid>,
    pub today: NaiveDate,
}

/// Days within which something counts as due.
const DUE_DAYS: u64 = 7;

/// Rows of a kind of record whose assignment is of that part of the caseload.
pub fn condition(kind: &str, id: impl ColumnTrait, case: Case, whose: &Whose) -> Condition {
    let of_kind = assignment::Entity::find().select_only().column(Column::RecordId).filter(Column::Kind.eq(kind));
    let mine = Column::AccountId.eq(whose.account);
    let team = Condition::any().add(mine.clone()).add(Column::OrganisationId.is_in(whose.organisations.iter().copied()));
    let soon = whose.today.checked_add_days(Days::new(DUE_DAYS)).unwrap_or(whose.today);
    let found = match case {
        Case::Unassigned => {
            let taken = of_kind.filter(Column::AccountId.is_not_null()).into_query();
            return id.not_in_subquery(taken).into_condition();
        }
        Case::Mine => of_kind.filter(mine),
        Case::Team => of_kind.filter(team),
        Case::Due => of_kind.filter(team).filter(Column::DueOn.between(whose.today, soon)),
        Case::Overdue => of_kind.filter(team).filter(Column::DueOn.lt(whose.today)),
        Case::Blocked => of_kind.filter(team).filter(Column::BlockedBy.is_not_null()),
        Case::Waiting => of_kind.filter(team).filter(Column::WaitingFor.is_not_null()),
    };
    id.in_subquery(found.into_query()).into_condition()
}
