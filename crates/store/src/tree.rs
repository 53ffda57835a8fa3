//! The tree of organisations: who is above and below whom, in one statement whatever the depth.

use crate::error::StoreError;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What stands above and below one organisation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Branch {
    pub below: Vec<Uuid>,
    pub above: Vec<Uuid>,
    /// It, or one above it, is suspended.
    pub suspended: bool,
}

#[derive(Debug, FromQueryResult)]
struct Found {
    root: Uuid,
    id: Uuid,
    status: String,
    upward: i32,
}

/// The branches of the organisations asked for. `UNION` without `ALL` ends even on a circle, which
/// writing refuses anyway.
///
/// # Errors
/// When the database refuses.
pub async fn branches(conn: &impl ConnectionTrait, roots: &[Uuid]) -> Result<BTreeMap<Uuid, Branch>, StoreError> {
    if roots.is_empty() {
        return Ok(BTreeMap::new());
    }
    let backend = conn.get_database_backend();
    let marks: Vec<String> =
        (1..=roots.len()).map(|at| if backend == sea_orm::DbBackend::Postgres { format!("${at}") } else { format!("?{at}") }).collect();
    let roots_list = marks.join(", ");
    let sql = format!(
        "WITH RECURSIVE
           up(root, id, parent_id, status) AS (
             SELECT id, id, parent_id, status FROM organisation WHERE id IN ({roots_list})
             UNION SELECT up.root, o.id, o.parent_id, o.status FROM organisation o JOIN up ON o.id = up.parent_id),
           down(root, id, status) AS (
             SELECT id, id, status FROM organisation WHERE id IN ({roots_list})
             UNION SELECT down.root, o.id, o.status FROM organisation o JOIN down ON o.parent_id = down.id)
         SELECT root, id, status, 1 AS upward FROM up UNION ALL SELECT root, id, status, 0 AS upward FROM down WHERE id <> root"
    );
    let statement = Statement::from_sql_and_values(backend, sql, roots.iter().map(|id| (*id).into()));
    let mut branches: BTreeMap<Uuid, Branch> = BTreeMap::new();
    for row in Found::find_by_statement(statement).all(conn).await? {
        let branch = branches.entry(row.root).or_default();
        if row.upward == 1 {
            branch.suspended |= row.status == "suspended";
            if row.id != row.root {
                branch.above.push(row.id);
            }
        } else {
            branch.below.push(row.id);
        }
    }
    Ok(branches)
}
