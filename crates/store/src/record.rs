//! Records that people own and edit: read within a scope, written by compare-and-swap.

use crate::entity::*;
use crate::error::StoreError;
use crate::scope;
use crate::tx::Tx;
use passerelle_domain::access::{Scope, Subject};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable, ModelTrait,
    QueryFilter,
};
use uuid::Uuid;

/// A table of records. Every one has an identifier, a version and a rule of visibility.
pub trait Record: EntityTrait<Model = Self::Row, ActiveModel = Self::Active, Column = Self::Col> + Sized {
    type Row: Row + ModelTrait<Entity = Self> + IntoActiveModel<Self::Active> + sea_orm::FromQueryResult + Clone + Send + Sync + 'static;
    type Active: ActiveModelTrait<Entity = Self> + ActiveModelBehavior + From<Self::Row> + Send;
    type Col: ColumnTrait + Iterable + std::str::FromStr + Copy;
    const TABLE: &'static str;
    const SUBJECT: Subject;
    const ID: Self::Col;
    const VERSION: Self::Col;
    /// Folded text that a list is searched by, where the table has one.
    const SEARCH: Option<Self::Col>;

    /// The rows that the scope reaches.
    fn visible(scope: &Scope) -> Condition;
}

/// What every row of a record table has.
pub trait Row {
    fn id(&self) -> Uuid;
    fn version(&self) -> i64;
    fn created_at_ms(&self) -> i64;
    fn touch(&mut self, version: i64, now_ms: i64);
}

macro_rules! record {
    ($module:ident, $subject:ident, search: $search:expr, $visible:expr) => {
        record!($module, $subject, search: $search, $visible, scope::untouched);
    };
    ($module:ident, $subject:ident, search: $search:expr, $visible:expr, $taken:expr) => {
        impl Row for $module::Model {
            fn id(&self) -> Uuid {
                self.id
            }
            fn version(&self) -> i64 {
                self.version
            }
            fn created_at_ms(&self) -> i64 {
                self.created_at_ms
            }
            fn touch(&mut self, version: i64, now_ms: i64) {
                self.version = version;
                self.updated_at_ms = now_ms;
            }
        }

        impl Record for $module::Entity {
            type Row = $module::Model;
            type Active = $module::ActiveModel;
            type Col = $module::Column;
            const TABLE: &'static str = stringify!($module);
            const SUBJECT: Subject = Subject::$subject;
            const ID: Self::Col = $module::Column::Id;
            const VERSION: Self::Col = $module::Column::Version;
            const SEARCH: Option<Self::Col> = $search;

            fn visible(scope: &Scope) -> Condition {
                scope::any(scope, $visible, $taken)
            }
        }
    };
}

record!(organisation, Organisation, search: Some(organisation::Column::Search), scope::organisation);
record!(site, Site, search: None, scope::site);
record!(programme, Programme, search: Some(programme::Column::Search), scope::programme);
record!(equivalence, Programme, search: None, |reach| scope::of_programme(equivalence::Column::ProgrammeId, reach));
record!(programme_skill, Programme, search: None, |reach| scope::of_programme(programme_skill::Column::ProgrammeId, reach));
record!(provider_statement, ProviderOutcome, search: None, |reach| scope::of_organisation(provider_statement::Column::InstituteId, reach));
record!(employer_registration, Registration, search: None, |reach| scope::of_country(employer_registration::Column::Country, reach));
record!(exam_session, Cohort, search: None, |reach| scope::of_organisation(exam_session::Column::InstituteId, reach));
record!(selection_rule, Selection, search: None, scope::selection_rule);
record!(selection_score, Selection, search: None, |reach| scope::paper(selection_score::Column::TraineeId, reach), |rule| scope::paper_taken(selection_score::Column::TraineeId, rule));
record!(waiting_place, Selection, search: None, |reach| scope::paper(waiting_place::Column::TraineeId, reach), |rule| scope::paper_taken(waiting_place::Column::TraineeId, rule));
record!(attendance, TrainingRecord, search: None, |reach| scope::paper(attendance::Column::TraineeId, reach), |rule| scope::paper_taken(attendance::Column::TraineeId, rule));
record!(assessment, TrainingRecord, search: None, |reach| scope::paper(assessment::Column::TraineeId, reach), |rule| scope::paper_taken(assessment::Column::TraineeId, rule));
record!(exam_result, TrainingRecord, search: None, |reach| scope::paper(exam_result::Column::TraineeId, reach), |rule| scope::paper_taken(exam_result::Column::TraineeId, rule));
record!(paper_check, TrainingRecord, search: None, |reach| scope::paper(paper_check::Column::TraineeId, reach), |rule| scope::paper_taken(paper_check::Column::TraineeId, rule));
record!(refresher_place, TrainingRecord, search: None, |reach| scope::paper(refresher_place::Column::TraineeId, reach), |rule| scope::paper_taken(refresher_place::Column::TraineeId, rule));
record!(cohort, Cohort, search: Some(cohort::Column::Search), scope::cohort);
record!(budget_line, Cohort, search: None, |reach| scope::of_cohort(budget_line::Column::CohortId, reach));
record!(track_change, TrackChange, search: None, |reach| scope::paper(track_change::Column::TraineeId, reach), |rule| scope::paper_taken(track_change::Column::TraineeId, rule));
record!(trainee, Trainee, search: Some(trainee::Column::Search), scope::trainee, scope::trainee_taken);
record!(credential, Credential, search: None, |reach| scope::paper(credential::Column::TraineeId, reach), |rule| scope::paper_taken(credential::Column::TraineeId, rule));
record!(recognition_case, RecognitionCase, search: None, scope::recognition_case, scope::recognition_case_taken);
record!(case_document, CaseFile, search: None, |reach| scope::in_case(case_document::Column::RecognitionCaseId, reach), |rule| scope::in_case_taken(case_document::Column::RecognitionCaseId, rule));
record!(adaptation_step, CaseFile, search: None, |reach| scope::in_case(adaptation_step::Column::RecognitionCaseId, reach), |rule| scope::in_case_taken(adaptation_step::Column::RecognitionCaseId, rule));
record!(journey, Journey, search: None, |reach| scope::paper(journey::Column::TraineeId, reach), |rule| scope::paper_taken(journey::Column::TraineeId, rule));
record!(disruption, Disruption, search: None, scope::disruption);
record!(contingency_case, ContingencyCase, search: None, |reach| scope::paper(contingency_case::Column::TraineeId, reach), |rule| scope::paper_taken(contingency_case::Column::TraineeId, rule));
record!(case_letter, ContingencyCase, search: None, |reach| scope::paper(case_letter::Column::TraineeId, reach), |rule| scope::paper_taken(case_letter::Column::TraineeId, rule));
record!(contingency_plan, Agreement, search: None, |reach| scope::of_agreement(contingency_plan::Column::AgreementId, reach));
record!(ledger_entry, LedgerEntry, search: None, scope::ledger_entry);
record!(worker_payment, WorkerPayment, search: None, |reach| scope::paper(worker_payment::Column::TraineeId, reach), |rule| scope::paper_taken(worker_payment::Column::TraineeId, rule));
record!(training_loan, WorkerPayment, search: None, |reach| scope::paper(training_loan::Column::TraineeId, reach), |rule| scope::paper_taken(training_loan::Column::TraineeId, rule));
record!(first_pay, WorkerPayment, search: None, |reach| scope::paper(first_pay::Column::TraineeId, reach), |rule| scope::paper_taken(first_pay::Column::TraineeId, rule));
record!(recovery_claim, LedgerEntry, search: None, scope::recovery_claim);
record!(tranche, Tranche, search: None, scope::tranche);
record!(task, Journey, search: None, |reach| scope::paper(task::Column::TraineeId, reach), |rule| scope::paper_taken(task::Column::TraineeId, rule));
record!(language_certificate, LanguageCertificate, search: None, |reach| scope::paper(language_certificate::Column::TraineeId, reach), |rule| scope::paper_taken(language_certificate::Column::TraineeId, rule));
record!(skill_claim, SkillClaim, search: None, |reach| scope::paper(skill_claim::Column::TraineeId, reach), |rule| scope::paper_taken(skill_claim::Column::TraineeId, rule));
record!(need, Need, search: Some(need::Column::Search), scope::need, scope::need_taken);
record!(need_skill, NeedSkill, search: None, |reach| scope::of_need(need_skill::Column::NeedId, reach));
record!(seat_pool, SeatPool, search: None, |reach| scope::of_need(seat_pool::Column::NeedId, reach));
record!(
    certificate,
    Certificate,
    search: Some(certificate::Column::Search),
    scope::certificate,
    |rule| scope::paper_taken(certificate::Column::TraineeId, rule)
);
record!(issuer_key, Certificate, search: None, scope::issuer_key);
record!(pledge, Pledge, search: Some(pledge::Column::Search), scope::pledge);
record!(agreement, Agreement, search: Some(agreement::Column::Search), scope::agreement);
record!(quota, Quota, search: Some(quota::Column::Search), scope::quota);
record!(import_batch, Import, search: None, |reach| scope::of_organisation(import_batch::Column::InstituteId, reach));
record!(match_run, MatchRun, search: None, scope::match_run);
record!(proposal, Proposal, search: None, scope::proposal);
record!(contract_version, Proposal, search: None, |reach| scope::of_proposal(contract_version::Column::ProposalId, reach));
record!(outcome, Outcome, search: None, scope::outcome);
record!(access_rule, AccessRule, search: Some(access_rule::Column::Search), |reach| scope::of_organisation(access_rule::Column::OrganisationId, reach));
record!(shared_group, SharedGroup, search: None, scope::shared_group);
record!(consent, Consent, search: None, scope::consent);
record!(disclosure, Disclosure, search: None, scope::disclosure);
record!(case_transfer, CaseTransfer, search: None, scope::case_transfer);
record!(exceptional_access, ExceptionalAccess, search: None, scope::exceptional_access);
record!(person_request, PersonRequest, search: None, scope::person_request);
record!(duplicate, Duplicate, search: None, scope::duplicate);
record!(help_text, HelpText, search: None, |reach| scope::of_country(help_text::Column::Country, reach));
record!(label, Label, search: Some(label::Column::Search), |reach| scope::of_country(label::Column::Country, reach));

/// Finds a row within the scope; `None` when it is not there or not the actor's to know of.
///
/// # Errors
/// When the database refuses.
pub async fn find<E: Record>(conn: &impl ConnectionTrait, scope: &Scope, id: Uuid) -> Result<Option<E::Row>, StoreError> {
    Ok(E::find().filter(E::visible(scope)).filter(E::ID.eq(id)).one(conn).await?)
}

/// Adds a row.
///
/// # Errors
/// When a unique key exists already or a named row does not.
pub async fn insert<E: Record>(tx: &mut Tx, row: E::Row) -> Result<(), StoreError> {
    let id = row.id();
    E::insert(all_set::<E>(row)).exec_without_returning(tx.conn()).await?;
    tx.note("create", E::TABLE, Some(id), serde_json::json!({}));
    Ok(())
}

/// Adds many rows with one audit event; for imports and demonstrations.
///
/// # Errors
/// As [`insert`].
pub async fn insert_many<E: Record>(tx: &mut Tx, rows: Vec<E::Row>) -> Result<(), StoreError> {
    // SQLite takes 32,766 bound values in a statement.
    let batch = 30_000 / E::Col::iter().count().max(1);
    let count = rows.len();
    let mut rows = rows.into_iter().map(all_set::<E>).peekable();
    while rows.peek().is_some() {
        E::insert_many(rows.by_ref().take(batch)).exec_without_returning(tx.conn()).await?;
    }
    tx.note("create_many", E::TABLE, None, serde_json::json!({ "rows": count }));
    Ok(())
}

/// Replaces a row if it still has the version that was read; gives the new version.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster.
pub async fn update<E: Record>(tx: &mut Tx, mut row: E::Row, expected: i64, changed: &[&str]) -> Result<i64, StoreError> {
    let (id, next) = (row.id(), expected + 1);
    row.touch(next, tx.now_ms());
    let done = E::update_many().set(all_set::<E>(row)).filter(E::ID.eq(id)).filter(E::VERSION.eq(expected)).exec(tx.conn()).await?;
    if done.rows_affected == 0 {
        return Err(StoreError::Stale);
    }
    tx.note("update", E::TABLE, Some(id), serde_json::json!({ "fields": changed, "version": next }));
    Ok(next)
}

/// Removes a row if it still has the version that was read.
///
/// # Errors
/// [`StoreError::Stale`] when somebody was faster, [`StoreError::Reference`] while others name it.
pub async fn delete<E: Record>(tx: &mut Tx, id: Uuid, expected: i64) -> Result<(), StoreError> {
    let done = E::delete_many().filter(E::ID.eq(id)).filter(E::VERSION.eq(expected)).exec(tx.conn()).await?;
    if done.rows_affected == 0 {
        return Err(StoreError::Stale);
    }
    tx.note("delete", E::TABLE, Some(id), serde_json::json!({}));
    Ok(())
}

fn all_set<E: Record>(row: E::Row) -> E::Active {
    let mut active: E::Active = row.into();
    for column in E::Col::iter() {
        if let Some(value) = active.get(column).into_value() {
            active.set(column, value);
        }
    }
    active
}

/// Reads a row and holds it until the transaction ends, so that what is decided from it still
/// holds when the decision is written. No scope: for checks that the system makes.
///
/// # Errors
/// When the database refuses.
pub async fn hold<E: Record>(tx: &Tx, id: Uuid) -> Result<Option<E::Row>, StoreError> {
    Ok(crate::dialect::locked(E::find().filter(E::ID.eq(id)), tx.conn()).one(tx.conn()).await?)
}
