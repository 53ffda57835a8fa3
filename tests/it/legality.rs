//! What the law says of a need at once, and demand that no pathway serves.

use crate::on_both;
use crate::support::Service;
use passerelle_domain::access::Role;
use serde_json::{Value, json};

on_both! {
    async fn a_need_is_told_its_pathways_and_the_smallest_change(on) {
        let service = Service::start(on).await;
        service.corridors().await;
        let employer_id = service.organisation("employer", "DE").await;
        let employer = service.program(Role::EmployerApprover, Some(employer_id), &[], None).await;
        let officer = service.program(Role::OriginOfficer, None, &["MA"], None).await;
        let need = |title: &str, occupation: &str, wage: &str, positions: i64| json!({
            "title": title, "employer_id": employer_id, "side": "destination", "country": "DE", "occupation": occupation, "positions": positions,
            "start_from": "2027-09-01", "start_to": "2027-12-31", "wage": wage, "comparable_wage": "EUR 34800", "wage_per": "year",
            "hours_per_week": 39, "status": "forecast",
        });
        let good = employer.post("/api/v1/needs", need("Electrician", "7411", "EUR 34800", 2)).await.created();
        let panel = employer.get(&format!("/api/v1/needs/{good}/legality")).await.json();
        let way = |panel: &Value, pathway: &str| {
            let ways = panel["pathways"].as_array().unwrap_or_else(|| panic!("{panel}")).clone();
            ways.into_iter().find(|way| way["pathway"] == pathway).unwrap_or_else(|| panic!("{panel}"))
        };
        assert_eq!(way(&panel, "DE-NAFR-THAMM/MA")["usable"], true, "{panel}");
        assert_eq!(way(&panel, "DE-NURSE-TRIPLEWIN/PH")["reasons"][0]["code"], "pathway-occupation");
        assert_eq!(officer.get("/api/v1/unmet-demand").await.json()["unmet"], json!([]));
        // Below what local staff earn: no pathway, and the page says by how much.
        let cheap = employer.post("/api/v1/needs", need("Electrician", "7411", "EUR 20000", 3)).await.created();
        let panel = employer.get(&format!("/api/v1/needs/{cheap}/legality")).await.json();
        assert!(panel["pathways"].as_array().unwrap().iter().all(|way| way["usable"] == false), "{panel}");
        let codes: Vec<&str> = way(&panel, "DE-NAFR-THAMM/MA")["reasons"].as_array().unwrap().iter().map(|reason| match reason["code"].as_str() {
            Some("r06-below-comparable") => "comparable",
            Some("r05-below-floor") => "floor",
            _ => "another",
        }).collect();
        assert!(codes.contains(&"comparable"), "{panel}");
        let report = officer.get("/api/v1/unmet-demand").await.json();
        let line = &report["unmet"][0];
        assert_eq!([&line["country"], &line["occupation"]], ["DE", "7411"], "{report}");
        assert_eq!([&line["needs"], &line["positions"], &report["looked_at"]], [1, 3, 2], "{report}");
        assert!(!report.to_string().contains(&employer_id.to_string()), "no employer is named");
        // A firm makes no pathways; another firm's need is not there for it.
        assert_eq!(employer.get("/api/v1/unmet-demand").await.status, 403);
        let other = service.organisation("employer", "DE").await;
        let other = service.program(Role::EmployerApprover, Some(other), &[], None).await;
        assert_eq!(other.get(&format!("/api/v1/needs/{good}/legality")).await.status, 404);
    }

    async fn the_pipeline_counts_coarsely_and_names_nobody(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let employer_id = service.organisation("employer", "DE").await;
        let employer = service.program(Role::EmployerClerk, Some(employer_id), &[], None).await;
        let pipeline = employer.get("/api/v1/pipeline").await.json();
        assert_eq!(pipeline["destination"], "DE", "{pipeline}");
        let rows = pipeline["rows"].as_array().unwrap();
        assert!(rows.iter().any(|row| row["few"] == false), "{pipeline}");
        for row in rows {
            let by = row["by"].as_array().unwrap();
            assert_eq!(by.iter().map(|by| by["months"].as_u64().unwrap()).collect::<Vec<_>>(), [0, 6, 12, 24]);
            let told: Vec<u64> = by.iter().filter_map(|by| by["people"].as_u64()).collect();
            assert!(told.iter().all(|people| *people >= 10 && people % 5 == 0) && told.is_sorted(), "{row}");
            assert!(by.iter().all(|by| by["expected"].as_u64() <= by["people"].as_u64()), "{row}");
        }
        assert_eq!(employer.get("/api/v1/pipeline?destination=XX").await.refused(), ["destination:country"]);
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        assert_eq!(head.get("/api/v1/pipeline").await.status, 403);
    }
}
