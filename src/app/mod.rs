//! Use cases.
pub mod corridor_yaml;
