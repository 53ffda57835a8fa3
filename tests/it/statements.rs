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

    async fn every_kind_of_page_has_its_bound(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let trainee = {
            let list = service.person(Role::InstituteHead).await.get("/ui/trainees").await.text;
            list.split("href=\"/ui/trainees/").find(|rest| rest.as_bytes()[8] == b'-').unwrap().split('"').next().unwrap().to_owned()
        };
        let mut over = Vec::new();
        for (role, path, bound) in [
            (Role::Trainee, "/ui", 20),
            (Role::Trainee, "/ui/my/consents", 15),
            (Role::Trainee, "/ui/my/access", 30),
            // Each kind of record about her is one list.
            (Role::Trainee, "/ui/my/data", 55),
            (Role::InstituteHead, "/ui", 40),
            (Role::InstituteHead, "/ui/team", 20),
            (Role::InstituteHead, "/ui/account", 15),
            (Role::InstituteHead, "/ui/notifications", 15),
            (Role::InstituteHead, &format!("/ui/trainees/{trainee}"), 48),
            (Role::InstituteHead, &format!("/ui/trainees/{trainee}/edit"), 25),
            (Role::OriginOfficer, &format!("/ui/trainees/{trainee}/access"), 30),
            (Role::OriginApprover, "/ui", 40),
            (Role::OriginOfficer, "/ui/ready-register", 25),
            (Role::Operator, "/ui/organisations", 20),
        ] {
            let mut person = service.person(role).await;
            person.get(path).await;
            service.statements.lock().unwrap().clear();
            assert_eq!(person.get(path).await.status, 200, "{role} {path}");
            let sent = service.statements.lock().unwrap().len();
            if sent > bound {
                over.push(format!("{role} {path}: {sent} statements, bound {bound}"));
            }
        }
        assert!(over.is_empty(), "{over:#?}");
    }

    async fn a_snapshot_is_read_with_a_fixed_number_of_statements(on) {
        let service = Service::start(on).await;
        service.corridors().await;
        let day = "2026-11-23".parse().unwrap();
        service.statements.lock().unwrap().clear();
        passerelle::app::match_runs::gather(&service.state, day, 1, service.state.policy.mode).await.unwrap();
        let empty = service.statements.lock().unwrap().len();
        service.demo().await;
        service.statements.lock().unwrap().clear();
        passerelle::app::match_runs::gather(&service.state, day, 1, service.state.policy.mode).await.unwrap();
        let full = service.statements.lock().unwrap().len();
        // The hierarchy of skills takes two more once concepts are there.
        assert!(full <= empty + 2 && full < 25, "{empty} statements without rows, {full} with them");
    }
}
