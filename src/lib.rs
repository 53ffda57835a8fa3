//! Passerelle: the engine for Global Skills Partnerships.
//!
//! Start with `docs/ARCHITECTURE.md`. The pure parts are `passerelle_domain` and
//! `passerelle_engine`; SQL is in `passerelle_store`; here are the use cases and their edges.

pub mod app;
pub mod auth;
pub mod cli;
pub mod clock;
pub mod config;
pub mod error;
pub mod formats;
pub mod i18n;
pub mod instances;
pub mod jobs;
pub mod limits;
pub mod metrics;
pub mod startup;
pub mod state;
pub mod text;
pub mod vault;
pub mod web;
