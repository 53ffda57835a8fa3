//! The number of statements that a page or a run sends does not grow with its rows.

use crate::on_both;
use crate::support::Service;
use passerelle_domain::access::Role;

on_both! {
    async fn a_list_of_fifty_costs_as_many_statements_as_a_list_of_two(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut head = service.person(Role::InstituteHead).await;
        for path in ["trainees", "cohorts", "skill-claims"] {
            let mut counts = Vec::new();
            for limit in [2, 2, 50] {
                service.statements.lock().unwrap().clear();
                assert_eq!(head.get(&format!("/ui/{path}?limit={limit}")).await.status, 200);
                counts.push(service.statements.lock().unwrap().len());
            }
            assert_eq!(counts[1], counts[2], "{path}: {counts:?}");
            assert!(counts[2] <= 20, "{path} sends {} statements", counts[2]);
        }
    }

    async fn a_snapshot_is_read_with_a_fixed_number_of_statements(on) {
        let service = Service::start(on).await;
        service.corridors().await;
        let day = "2026-11-23".parse().unwrap();
        service.statements.lock().unwrap().clear();
        passerelle::app::match_runs::gather(&service.state, day, 1).await.unwrap();
        let empty = service.statements.lock().unwrap().len();
        service.demo().await;
        service.statements.lock().unwrap().clear();
        passerelle::app::match_runs::gather(&service.state, day, 1).await.unwrap();
        let full = service.statements.lock().unwrap().len();
        // The hierarchy of skills takes two more once concepts are there.
        assert!(full <= empty + 2 && full < 25, "{empty} statements without rows, {full} with them");
    }
}
