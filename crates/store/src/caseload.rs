//! Whose case it is, as a condition on lists: mine, my team's, nobody's; due, overdue, blocked,
//! waiting for somebody else.

use crate::StoreError;
use crate::entity::assignment::{self, Column};
use chrono::{Days, NaiveDate};
pub use passerelle_domain::people::Case;
use sea_orm::sea_query::{Expr, ExprTrait, Func, IntoCondition};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
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

/// Assignments of that part of the caseload, all of the asker's own organisations: how another one
/// shares out its work is its own.
pub fn assignments(case: Case, whose: &Whose) -> Condition {
    let team =
        Condition::any().add(Column::AccountId.eq(whose.account)).add(Column::OrganisationId.is_in(whose.organisations.iter().copied()));
    let soon = whose.today.checked_add_days(Days::new(DUE_DAYS)).unwrap_or(whose.today);
    let rows = Condition::all().add(team);
    match case {
        Case::Mine => rows.add(Column::AccountId.eq(whose.account)),
        Case::Team => rows,
        Case::Unassigned => rows.add(Column::AccountId.is_not_null()),
        Case::Due => rows.add(Column::DueOn.between(whose.today, soon)),
        Case::Overdue => rows.add(Column::DueOn.lt(whose.today)),
        Case::Blocked => rows.add(Column::BlockedBy.is_not_null()),
        Case::Waiting => rows.add(Column::WaitingFor.is_not_null()),
    }
}

/// Rows of a kind of record in that part of the caseload.
pub fn condition(kind: &str, id: impl ColumnTrait, case: Case, whose: &Whose) -> Condition {
    let found =
        assignment::Entity::find().select_only().column(Column::RecordId).filter(Column::Kind.eq(kind)).filter(assignments(case, whose));
    match case {
        // Whatever nobody here has.
        Case::Unassigned => id.not_in_subquery(found.into_query()).into_condition(),
        _ => id.in_subquery(found.into_query()).into_condition(),
    }
}

/// Numbers of assignments by kind of record and part of the caseload, in one statement.
///
/// # Errors
/// When the database refuses.
pub async fn counts(conn: &impl ConnectionTrait, cases: &[Case], whose: &Whose) -> Result<Vec<(String, Vec<i64>)>, StoreError> {
    let mut find =
        assignment::Entity::find().select_only().column(Column::Kind).filter(assignments(Case::Team, whose)).group_by(Column::Kind);
    for case in cases {
        let counted = Expr::case(assignments(*case, whose), 1_i64).finally(0_i64);
        // Sums of integers are of a wider type on PostgreSQL, unless told otherwise.
        find = find.expr_as(Expr::expr(Func::sum(counted)).cast_as("bigint"), case.as_str());
    }
    let statement = find.build(conn.get_database_backend());
    let rows = conn.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| {
            let numbers = cases.iter().map(|case| row.try_get("", case.as_str())).collect::<Result<_, _>>()?;
            Ok((row.try_get("", "kind")?, numbers))
        })
        .collect::<Result<_, sea_orm::DbErr>>()
        .map_err(StoreError::from)
}
