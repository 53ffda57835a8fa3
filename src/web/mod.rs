//! The edge: HTTP in, HTTP out. No query, no rule.

pub mod api;
pub mod csv_export;
pub mod extract;
pub mod openapi;
pub mod problem;
pub mod routes;
pub mod security;
pub mod ui;
