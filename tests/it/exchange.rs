//! Candidates for and from partners: what goes out by which profile, and what comes back.

use crate::access::trainee;
use crate::on_both;
use crate::support::{Program, Service};
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use serde_json::{Value, json};
use uuid::Uuid;

on_both! {
    async fn candidates_go_out_by_profile_and_come_back_as_they_were(on) {
        let service = Service::start(on).await;
        service.corridors().await;
        let institute = service.organisation("institute", "MA").await;
        let head = service.program(Role::InstituteHead, Some(institute), &[], None).await;
        let programme = json!({ "institute_id": institute, "name": "Electricians", "occupation": "7411", "eqf_basis": "none", "language": "fr",
            "hours": 1200, "awarded_qualification": "Technicien" });
        let programme = head.post("/api/v1/programmes", programme).await.created();
        let today = Moment::now().date();
        let mut cohorts = Vec::new();
        for name in ["First", "Second"] {
            let cohort = json!({ "name": name, "institute_id": institute, "programme_id": programme, "starts_on": today,
                "ends_on": today + chrono::Days::new(200), "seats_away": 9, "seats_home": 9, "seats_undecided": 9 });
            cohorts.push(head.post("/api/v1/cohorts", cohort).await.created());
        }
        let mut people = Vec::new();
        for (given, born) in [("Salma", "2003-04-05"), ("Ḥind", "2001-12-31"), ("Zineb", "1999-01-02")] {
            let mut person = trainee(institute, "MA");
            (person["given_name"], person["birth_date"], person["cohort_id"]) = (json!(given), json!(born), json!(cohorts[0]));
            (person["journey"], person["email"]) = (json!("applied"), json!(format!("{}@example.org", born)));
            person["nationalities"] = json!(["MA", "FR"]);
            people.push(head.post("/api/v1/trainees", person).await.created());
        }
        for person in &people[..2] {
            let consent = json!({ "trainee": person, "purpose": "partner_sharing", "language": "fr" });
            head.post("/api/v1/consents", consent).await.created();
        }
        let schema: Value = serde_json::from_str(passerelle::app::exchange::SCHEMA).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let ensure_valid = |document: &Value| {
            let errors: Vec<String> = validator.iter_errors(document).map(|error| format!("{} at {}", error, error.instance_path())).collect();
            assert_eq!(errors, Vec::<String>::new(), "{document}");
        };
        // Anonymous: nobody is named, and two documents do not tell who is in both.
        let anonymous = head.get("/api/v1/exchange?profile=anonymous").await;
        ensure_valid(&anonymous.json());
        assert_eq!((anonymous.json()["candidates"].as_array().unwrap().len(), &anonymous.json()["withheld"]), (0, &json!(3)), "three are too few");
        for at in 0..5 {
            let mut person = trainee(institute, "MA");
            (person["given_name"], person["birth_date"], person["cohort_id"]) = (json!(format!("G{at}")), json!("2002-02-02"), json!(cohorts[1]));
            person["journey"] = json!("applied");
            head.post("/api/v1/trainees", person).await.created();
        }
        let anonymous = head.get("/api/v1/exchange?profile=anonymous").await;
        ensure_valid(&anonymous.json());
        assert!(anonymous.json()["candidates"].as_array().unwrap().len() >= 5, "{}", anonymous.text);
        for secret in ["Salma", "Berrada", "2003-04-05", "example.org", "2032-01-01", &people[0].to_string()] {
            assert!(!anonymous.text.contains(secret), "{secret}: {}", anonymous.text);
        }
        let again = head.get("/api/v1/exchange?profile=anonymous").await.json();
        assert_ne!(again["candidates"][0]["id"], anonymous.json()["candidates"][0]["id"]);
        // A document that calls itself anonymous and names somebody is none.
        let mut wrong = again.clone();
        wrong["candidates"][0]["given_names"] = json!("Salma");
        assert!(!validator.is_valid(&wrong));
        // Full: those who agree, and nobody else.
        let full = head.get(&format!("/api/v1/exchange?profile=full_with_consent&cohort={}", cohorts[0])).await.json();
        ensure_valid(&full);
        let names: Vec<&str> = full["candidates"].as_array().unwrap().iter().map(|one| one["given_names"].as_str().unwrap()).collect();
        assert_eq!(names, ["Salma", "Ḥind"]);
        assert_eq!(head.get("/api/v1/exchange?profile=everything").await.status, 422);
        let firm = service.organisation("employer", "DE").await;
        let firm = service.program(Role::EmployerApprover, Some(firm), &[], None).await;
        let theirs = firm.get("/api/v1/exchange?profile=full_with_consent").await;
        assert_eq!(theirs.status, 403, "{}", theirs.text);
        // Back again, at another institute, with an answer that nobody may read on the way.
        let elsewhere = service.organisation("institute", "MA").await;
        let other = service.program(Role::InstituteHead, Some(elsewhere), &[], None).await;
        let programme = json!({ "institute_id": elsewhere, "name": "Electricians", "occupation": "7411", "eqf_basis": "none", "language": "fr",
            "hours": 1200, "awarded_qualification": "Technicien" });
        let programme = other.post("/api/v1/programmes", programme).await.created();
        let cohort = json!({ "name": "Third", "institute_id": elsewhere, "programme_id": programme, "starts_on": today,
            "ends_on": today + chrono::Days::new(200), "seats_away": 9, "seats_home": 9, "seats_undecided": 9 });
        let cohort = other.post("/api/v1/cohorts", cohort).await.created();
        let mut sent = full.clone();
        sent["candidates"][0]["serious_health_condition"] = json!("yes: diabetes");
        // Not even behind a byte-order mark are the answers read as cells.
        let marked = other.send("POST", &format!("/api/v1/cohorts/{cohort}/imports?name=x"), &[], Some(format!("\u{feff} {sent}"))).await;
        assert!(marked.status < 300, "{}", marked.text);
        let rows = other.get(&format!("/api/v1/imports/{}/rows", marked.json()["id"].as_str().unwrap())).await;
        assert!(!rows.text.contains("diabetes"), "{}", rows.text);
        let batch = exchange_in(&other, cohort, &sent).await;
        assert_eq!([&batch["good"], &batch["bad"]], [&json!(0), &json!(0)], "both are known at another institute: {batch}");
        let id = batch["id"].as_str().unwrap().to_owned();
        let preview = other.get(&format!("/api/v1/imports/{id}/rows")).await;
        assert!(!preview.text.contains("diabetes"), "{}", preview.text);
        let version = format!("\"{}\"", batch["version"]);
        let headers = [("if-match", version.as_str()), ("content-type", "application/json")];
        let taken = other.send("POST", &format!("/api/v1/imports/{id}/acceptance"), &headers, Some(json!({ "doubtful": true }).to_string())).await;
        assert!(taken.status < 300, "{} {}", taken.status, taken.text);
        service.drain().await;
        let back = other.get("/api/v1/trainees").await.json();
        let mut came: Vec<Value> = back["items"].as_array().unwrap().clone();
        came.sort_by_key(|one| one["birth_date"].as_str().unwrap().to_owned());
        for (person, came) in [(people[1], &came[0]), (people[0], &came[1])] {
            let was = head.get(&format!("/api/v1/trainees/{person}")).await.json();
            for field in ["given_name", "family_name", "birth_date", "sex", "nationalities", "habitual_residence", "occupation", "track", "ready_on", "email", "passport_valid_to"] {
                assert_eq!(came[field], was[field], "{field}: {came}");
            }
        }
        let salma = Uuid::try_parse(came[1]["id"].as_str().unwrap()).unwrap();
        let herself = service.program(Role::Trainee, None, &[], Some(salma)).await;
        let hers = herself.get("/api/v1/me/data").await;
        assert!(hers.text.contains("diabetes"), "she reads it herself: {}", hers.text);
        assert!(!other.get("/api/v1/exchange?profile=full_with_consent").await.text.contains("diabetes"));
    }
}

async fn exchange_in(who: &Program, cohort: Uuid, document: &Value) -> Value {
    let headers = [("content-type", "application/json")];
    let answer =
        who.send("POST", &format!("/api/v1/cohorts/{cohort}/imports?name=partner.json"), &headers, Some(document.to_string())).await;
    assert!(answer.status < 300, "{} {}", answer.status, answer.text);
    answer.json()
}
