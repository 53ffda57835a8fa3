//! Persistence. The only place that knows SQL, sea-orm or which database is in use.
//!
//! Invariants, stated as absences: no query on a record that people own runs without a
//! [`Scope`](passerelle_domain::access::Scope); nothing is written outside a [`Tx`]; no audit event
//! is ever changed or removed; no state of a job is trusted after its lease ran out.

pub mod audit;
pub mod caseload;
mod connect;
mod dialect;
pub mod entity;
mod error;
pub mod job;
pub mod list;
pub mod record;
mod scope;
pub mod tree;
mod tx;

pub use connect::{Options, Store};
pub use error::StoreError;
pub use record::Record;
pub use tx::Tx;

/// What callers need of sea-orm to write queries of their own over [`entity`]; kept small.
pub mod query {
    pub use sea_orm::sea_query::{Expr, ExprTrait, IntoCondition, NullOrdering, OnConflict, Order, SelectStatement, SimpleExpr};
    pub use sea_orm::{
        ActiveModelTrait, ActiveValue, ColumnTrait, Condition, ConnectionTrait, EntityTrait, Iden, IntoActiveModel, Iterable, JoinType,
        ModelTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, Set, Statement,
    };
}
