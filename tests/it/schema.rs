//! The schema and the ways in which the two databases differ.

use crate::on_both;
use crate::support::{Database, Service};
use passerelle_store::entity::*;
use passerelle_store::query::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use passerelle_store::{Store, StoreError, job};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Columns of every table, read from the database's own catalogue.
async fn columns(store: &Store) -> BTreeMap<String, Vec<String>> {
    let sql = if store.is_postgres() {
        "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
    } else {
        "SELECT m.name AS t, p.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' ORDER BY 1, 2"
    };
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let backend = store.read().get_database_backend();
    for row in store.read().query_all_raw(passerelle_store::query::Statement::from_string(backend, sql)).await.unwrap() {
        let (table, column): (String, String) = (row.try_get("", "t").unwrap(), row.try_get("", "c").unwrap());
        tables.entry(table).or_default().push(column);
    }
    tables.retain(|name, _| !name.starts_with("seaql") && !name.starts_with("sqlite"));
    tables
}

macro_rules! entities {
    ($($module:ident),+ $(,)?) => {
        BTreeMap::from([$((stringify!($module).to_owned(), {
            use passerelle_store::query::{Iden, Iterable};
            let mut names: Vec<String> = <passerelle_store::entity::$module::Column as Iterable>::iter().map(|column| column.unquoted().to_string()).collect();
            names.sort();
            names
        })),+])
    };
}

on_both! {
    async fn entities_and_migrations_describe_the_same_tables(on) {
        let database = Database::new(on).await;
        let store = database.open().await;
        let expected = entities!(
            access_rule, account, agreement, api_token, assignment, attachment, audit_chain, audit_event, bulk_change, case_event, case_transfer, ceremony, cohort,
            comment, consent, disclosure, draft, duplicate, exceptional_access, external_identity, help_text, identity_document, label,
            mail, notification, notification_choice, one_time_link, passkey, pathway_approval, pathway_draft, law_entry, person_request, recovery_code, retention_report, saved_view,
            sealed_record, shared_group, concept, concept_import, concept_label, concept_relation,
            corridor_pack, credential, idempotency_key, job, language_certificate, match_artifact, match_run, need, need_skill,
            organisation, outcome, programme, proposal, quota, recognition_case, role_grant, seat_pool, session, sign_in_attempt, site,
            skill_claim, trainee, import_batch, import_row, pledge, certificate, issuer_key, journey, task, equivalence, case_document, adaptation_step,
            contingency_case, contingency_plan, disruption, ledger_entry, budget_line, track_change, contract_version, assessment, attendance, employer_registration, exam_result, exam_session, paper_check, programme_skill, provider_statement, selection_rule, selection_score, waiting_place,
            worker_payment, first_pay, tranche, recovery_claim, case_letter, refresher_place, training_loan,
        );
        assert_eq!(columns(&store).await, expected);
    }

    async fn migrations_go_down_and_up_again(on) {
        let database = Database::new(on).await;
        let store = database.open().await;
        let before = columns(&store).await;
        store.migrate_down().await.unwrap();
        assert_eq!(columns(&store).await, BTreeMap::new());
        assert!(matches!(store.check_schema().await, Err(StoreError::Schema) | Err(StoreError::Database(_))));
        let again = database.open().await;
        assert_eq!(columns(&again).await, before);
        again.check_schema().await.unwrap();
    }

    async fn six_processes_may_start_on_an_empty_database_at_once(on) {
        let database = Arc::new(Database::new(on).await);
        let starts = (0..6).map(|_| {
            let options = database.options.clone();
            tokio::spawn(async move { Store::open_and_migrate(&options).await.map(|_| ()) })
        });
        for start in starts.collect::<Vec<_>>() {
            start.await.unwrap().unwrap();
        }
    }

    async fn readers_turned_writers_wait_for_each_other_instead_of_failing(on) {
        let service = Arc::new(Service::start(on).await);
        let institute = service.organisation("employer", "DE").await;
        let tasks = (0..16).map(|number| {
            let service = service.clone();
            tokio::spawn(async move {
                let mut tx = service.state.store.begin(None, number).await.unwrap();
                let found = organisation::Entity::find_by_id(institute).one(tx.conn()).await.unwrap().unwrap();
                tx.note("touch", "organisation", Some(found.id), json!({}));
                tx.commit().await
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap().unwrap();
        }
        assert!(passerelle_store::audit::verify(&service.state.store).await.unwrap().broken.is_none());
    }

    async fn searching_ignores_case_and_accents_on_both_databases(on) {
        let service = Service::start(on).await;
        let operator = service.operator().await;
        let named = |name: &str| json!({
            "name": name, "kind": "employer", "country": "DE", "status": "active", "insolvent": "no", "open_sanction": "no",
            "unpaid_wage_judgment": "no", "housing_approved": "unknown",
        });
        for name in ["Ärztehaus Köln", "100% Pflege", "Ostbau"] {
            operator.post("/api/v1/organisations", named(name)).await.created();
        }
        let count = async |q: &str| operator.get(&format!("/api/v1/organisations?q={q}")).await.json()["items"].as_array().unwrap().len();
        assert_eq!([count("arztehaus").await, count("KOLN").await, count("%25").await, count("100").await, count("_").await], [1, 1, 3, 1, 3]);
    }

    async fn sorting_and_paging_show_every_row_once_on_both_databases(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let operator = service.operator().await;
        for sort in ["name", "-name", "country", "-country"] {
            let (mut seen, mut after) = (Vec::new(), String::new());
            loop {
                let page = operator.get(&format!("/api/v1/organisations?limit=7&sort={sort}{after}")).await.json();
                seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()));
                match page["next"].as_str() {
                    Some(next) => after = format!("&after={next}"),
                    None => break,
                }
            }
            let all = organisation::Entity::find().all(service.state.store.read()).await.unwrap().len();
            let mut distinct = seen.clone();
            distinct.sort();
            distinct.dedup();
            assert_eq!((seen.len(), distinct.len()), (all, all), "{sort}");
        }
    }

    async fn unknown_stored_text_is_an_error_and_not_a_panic(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let tx = service.state.store.begin(None, 0).await.unwrap();
        trainee::Entity::update_many()
            .col_expr(trainee::Column::Track, passerelle_store::query::Expr::value("sideways"))
            .exec(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let error = passerelle::app::match_runs::gather(&service.state, "2026-11-23".parse().unwrap(), 1, service.state.policy.mode).await.unwrap_err();
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("trainee"), "{cause}");
    }

    async fn a_job_is_claimed_once_however_many_workers_ask(on) {
        let service = Arc::new(Service::start(on).await);
        let tx = service.state.store.begin(None, 1).await.unwrap();
        for number in 0..40 {
            job::enqueue(&tx, "nothing", &json!({ "number": number })).await.unwrap();
        }
        tx.commit().await.unwrap();
        let workers = (0..8).map(|worker| {
            let service = service.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                while let Some(job) = job::claim(&service.state.store, &format!("w{worker}"), 1_000, 60_000).await.unwrap() {
                    taken.push(job.id);
                }
                taken
            })
        });
        let mut all = Vec::new();
        for worker in workers.collect::<Vec<_>>() {
            all.extend(worker.await.unwrap());
        }
        let count = all.len();
        all.sort();
        all.dedup();
        assert_eq!((count, all.len()), (40, 40));
        let left = job_rows(&service).await;
        assert!(left.iter().all(|row| row.state == "running" && row.attempts == 1));
    }
}

async fn job_rows(service: &Service) -> Vec<passerelle_store::entity::job::Model> {
    use passerelle_store::entity::job;
    job::Entity::find().filter(job::Column::Kind.eq("nothing")).order_by_asc(job::Column::Id).all(service.state.store.read()).await.unwrap()
}
