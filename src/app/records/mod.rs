//! The kinds of records, one file each, and the list of them all.

mod access_rules;
mod adaptation_steps;
mod agreements;
mod assessments;
mod attendances;
mod budget_lines;
mod case_documents;
mod case_letters;
mod case_transfers;
mod certificates;
mod cohorts;
mod consents;
mod contingency_cases;
mod credentials;
mod disclosures;
mod disruptions;
mod duplicates;
mod employer_registrations;
mod equivalences;
mod exam_results;
mod exam_sessions;
mod exceptional_accesses;
mod first_pays;
mod help_texts;
mod journeys;
mod labels;
mod language_certificates;
mod ledger_entries;
mod need_skills;
mod needs;
mod organisations;
mod outcomes;
mod paper_checks;
mod person_requests;
mod pledges;
mod programme_skills;
mod programmes;
mod proposals;
mod provider_statements;
mod quotas;
mod recognition_cases;
mod recovery_claims;
mod refresher_places;
mod seat_pools;
mod selection_rules;
mod selection_scores;
mod shared_groups;
mod sites;
mod skill_claims;
mod tasks;
mod track_changes;
mod trainees;
mod training_loans;
mod tranches;
mod waiting_places;
mod worker_payments;

use super::resource::{Base, Field, Kind, Reader, Resource, RowOf, Spec, Typed};
use crate::error::{AppError, FieldError};
use passerelle_domain::access::FieldGroup;
use passerelle_domain::money::Money;
use passerelle_domain::people::OrganisationKind;
use passerelle_store::entity::organisation;
use passerelle_store::query::EntityTrait;
use passerelle_store::{StoreError, Tx};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use trainees::Trainees;

/// Every kind of record, in the order of the navigation.
pub static ALL: [&(dyn Resource + 'static); 56] = [
    &Typed::<organisations::Organisations>::new(),
    &Typed::<employer_registrations::EmployerRegistrations>::new(),
    &Typed::<sites::Sites>::new(),
    &Typed::<programmes::Programmes>::new(),
    &Typed::<programme_skills::ProgrammeSkills>::new(),
    &Typed::<equivalences::Equivalences>::new(),
    &Typed::<provider_statements::ProviderStatements>::new(),
    &Typed::<cohorts::Cohorts>::new(),
    &Typed::<budget_lines::BudgetLines>::new(),
    &Typed::<selection_rules::SelectionRules>::new(),
    &Typed::<exam_sessions::ExamSessions>::new(),
    &Typed::<trainees::Trainees>::new(),
    &Typed::<selection_scores::SelectionScores>::new(),
    &Typed::<waiting_places::WaitingPlaces>::new(),
    &Typed::<attendances::Attendances>::new(),
    &Typed::<assessments::Assessments>::new(),
    &Typed::<exam_results::ExamResults>::new(),
    &Typed::<paper_checks::PaperChecks>::new(),
    &Typed::<refresher_places::RefresherPlaces>::new(),
    &Typed::<credentials::Credentials>::new(),
    &Typed::<certificates::Certificates>::new(),
    &Typed::<recognition_cases::RecognitionCases>::new(),
    &Typed::<case_documents::CaseDocuments>::new(),
    &Typed::<adaptation_steps::AdaptationSteps>::new(),
    &Typed::<journeys::Journeys>::new(),
    &Typed::<contingency_cases::ContingencyCases>::new(),
    &Typed::<case_letters::CaseLetters>::new(),
    &Typed::<disruptions::Disruptions>::new(),
    &Typed::<track_changes::TrackChanges>::new(),
    &Typed::<tasks::Tasks>::new(),
    &Typed::<language_certificates::LanguageCertificates>::new(),
    &Typed::<skill_claims::SkillClaims>::new(),
    &Typed::<needs::Needs>::new(),
    &Typed::<need_skills::NeedSkills>::new(),
    &Typed::<seat_pools::SeatPools>::new(),
    &Typed::<pledges::Pledges>::new(),
    &Typed::<agreements::Agreements>::new(),
    &Typed::<quotas::Quotas>::new(),
    &Typed::<ledger_entries::LedgerEntries>::new(),
    &Typed::<recovery_claims::RecoveryClaims>::new(),
    &Typed::<tranches::Tranches>::new(),
    &Typed::<worker_payments::WorkerPayments>::new(),
    &Typed::<first_pays::FirstPays>::new(),
    &Typed::<training_loans::TrainingLoans>::new(),
    &Typed::<proposals::Proposals>::new(),
    &Typed::<outcomes::Outcomes>::new(),
    &Typed::<consents::Consents>::new(),
    &Typed::<disclosures::Disclosures>::new(),
    &Typed::<case_transfers::CaseTransfers>::new(),
    &Typed::<person_requests::PersonRequests>::new(),
    &Typed::<duplicates::Duplicates>::new(),
    &Typed::<exceptional_accesses::ExceptionalAccesses>::new(),
    &Typed::<access_rules::AccessRules>::new(),
    &Typed::<shared_groups::SharedGroups>::new(),
    &Typed::<help_texts::HelpTexts>::new(),
    &Typed::<labels::Labels>::new(),
];

/// The resource of that name.
pub fn find(name: &str) -> Option<&'static dyn Resource> {
    ALL.iter().copied().find(|resource| resource.name() == name)
}

/// A document from names and values; empty values are left out.
fn document<const N: usize>(pairs: [(&str, Value); N]) -> Map<String, Value> {
    pairs.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Text, or nothing.
fn text(value: &Option<String>) -> Value {
    value.as_ref().map_or(Value::Null, |text| Value::from(text.as_str()))
}

/// Anything that prints, or nothing.
fn shown(value: &Option<impl ToString>) -> Value {
    value.as_ref().map_or(Value::Null, |value| Value::from(value.to_string()))
}

/// A list of codes kept as text.
fn codes(joined: &str) -> Value {
    Value::from(joined.split(',').filter(|code| !code.is_empty()).collect::<Vec<_>>())
}

/// Ten thousand million of most currencies: sums of many stay far from what can be counted.
const AMOUNT_MAX_MINOR: i64 = 1_000_000_000_000;

/// The field `amount`: above zero, and small enough to be added up with many.
fn amount(r: &mut Reader<'_>) -> Option<Money> {
    let amount = r.money_or_none("amount");
    if amount.is_some_and(|amount| amount.minor <= 0) {
        r.refuse(FieldError::new("amount", "money-positive", "must be above zero"));
    }
    if amount.is_some_and(|amount| amount.minor > AMOUNT_MAX_MINOR) {
        r.refuse(FieldError::new("amount", "money-range", "is too large: look at the zeros and the currency"));
    }
    amount
}

/// Hundredths as a decimal number.
fn decimal(centi: i64) -> Value {
    if centi % 100 == 0 { Value::from(centi / 100) } else { Value::from(format!("{}.{:02}", centi / 100, centi % 100)) }
}

/// Refuses an organisation that is none of the employers, in the field `employer_id`.
async fn must_be_employer(tx: &Tx, id: Uuid, errors: &mut Vec<FieldError>) -> Result<(), AppError> {
    let found = organisation::Entity::find_by_id(id).one(tx.conn()).await.map_err(StoreError::from)?;
    if found.is_none_or(|found| found.kind != OrganisationKind::Employer.as_str()) {
        errors.push(FieldError::new("employer_id", "not-an-employer", "is not an employer"));
    }
    Ok(())
}

/// An instant as text.
fn moment(ms: Option<i64>) -> Value {
    ms.map_or(Value::Null, |ms| Value::from(crate::clock::Moment::from_ms(ms).0.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)))
}

/// Languages of the pages.
const LANGUAGES: &[&str] = &["en", "fr", "de", "ar"];
