//! Data protection: consent, disclosure in stages, access by exception, sealed facts, a person's own
//! rights, duplicates and retention.

pub mod consents;
pub mod disclosures;
pub mod erasure;
pub mod exceptional;
pub mod my_data;
pub mod person_requests;
pub mod retention;
pub mod sealed;
