//! People from spreadsheets: looked at first, taken in part, taken back; and files that nobody should send.

use crate::on_both;
use crate::support::{Program, Service};
use passerelle_domain::access::Role;
use passerelle_store::entity::{consent, identity_document, journey, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

struct School {
    registrar: Program,
    institute: Uuid,
    cohort: Uuid,
}

async fn school(service: &Service) -> School {
    let institute = service.organisation("institute", "MA").await;
    let registrar = service.program(Role::InstituteClerk, Some(institute), &[], None).await;
    let programme = json!({
        "name": "Nursing", "institute_id": institute, "occupation": "2221", "eqf_basis": "none", "language": "fr", "hours": 3000,
        "awarded_qualification": "Infirmier polyvalent",
    });
    let programme = registrar.post("/api/v1/programmes", programme).await.created();
    let cohort = json!({
        "name": "2026", "institute_id": institute, "programme_id": programme, "starts_on": "2026-09-01", "ends_on": "2027-06-30",
        "seats_away": 60, "seats_home": 60, "seats_undecided": 0,
    });
    let cohort = registrar.post("/api/v1/cohorts", cohort).await.created();
    School { registrar, institute, cohort }
}

impl School {
    async fn send(&self, bytes: &[u8]) -> crate::support::Answer {
        // The body is bytes; the client of these tests sends text, so that files here are UTF-8.
        let body = String::from_utf8(bytes.to_vec()).expect("text");
        self.registrar.send("POST", &format!("/api/v1/cohorts/{}/imports?name=people.csv", self.cohort), &[], Some(body)).await
    }

    async fn event(&self, batch: &Value, what: &str, body: Value) -> crate::support::Answer {
        let version = format!("\"{}\"", batch["version"]);
        let path = format!("/api/v1/imports/{}/{what}", batch["id"].as_str().expect("an identifier"));
        let method = if what == "mapping" { "PUT" } else { "POST" };
        self.registrar.send(method, &path, &[("if-match", &version), ("content-type", "application/json")], Some(body.to_string())).await
    }

    async fn get(&self, batch: &Value) -> Value {
        self.registrar.get(&format!("/api/v1/imports/{}", batch["id"].as_str().expect("an identifier"))).await.json()
    }

    async fn rows(&self, batch: &Value, verdict: &str) -> Vec<Value> {
        let path = format!("/api/v1/imports/{}/rows?verdict={verdict}", batch["id"].as_str().expect("an identifier"));
        self.registrar.get(&path).await.json()["items"].as_array().expect("rows").clone()
    }
}

fn counts(batch: &Value) -> [i64; 3] {
    ["good", "doubtful", "bad"].map(|name| batch[name].as_i64().expect("a number"))
}

async fn people(service: &Service, institute: Uuid) -> u64 {
    let find = trainee::Entity::find().filter(trainee::Column::InstituteId.eq(institute));
    find.count(service.state.store.read()).await.expect("counted")
}

/// So many people with names and days of their own.
fn many(count: usize) -> String {
    let letters = |mut number: usize| {
        let mut name = String::new();
        for _ in 0..4 {
            name.push(char::from(b"bdfgklmnprst"[number % 12]));
            name.push('a');
            number /= 12;
        }
        name
    };
    let mut file = String::from("Nom;Prénom;Né le;Sexe;N° passeport;Consentement\r\n");
    for number in 0..count {
        let (day, month, year) = (1 + number % 28, 1 + number % 12, 1990 + number % 15);
        file.push_str(&format!("{};{};{day:02}/{month:02}/{year};F;AB{number:06};oui\r\n", letters(number), letters(number * 7 + 3)));
    }
    file
}

on_both! {
    async fn a_cohort_is_looked_at_taken_in_part_and_taken_back(on) {
        let service = Service::start(on).await;
        let school = school(&service).await;
        let mut lines: Vec<String> = many(120).lines().map(str::to_owned).collect();
        lines[7] = lines[7].replace(";F;", ";perhaps;");
        lines[20] = lines[21].clone();
        let batch = school.send(lines.join("\r\n").as_bytes()).await.json();
        assert_eq!(counts(&batch), [118, 0, 2], "{batch}");
        assert_eq!((batch["status"].as_str(), batch["file_format"].as_str()), (Some("preview"), Some("utf-8")));
        assert_eq!(people(&service, school.institute).await, 0, "a look makes nobody");
        let bad = school.rows(&batch, "bad").await;
        let found: Vec<String> = bad.iter().map(|row| format!("{} {}", row["line"], row["findings"][0]["code"].as_str().unwrap())).collect();
        assert_eq!(found, ["8 choice", "22 import-twice"]);
        assert_eq!(bad[1]["findings"][0]["args"]["line"], "21");
        // Taken: the job makes records, with their journeys, documents and consents.
        let taken = school.event(&batch, "acceptance", json!({})).await;
        assert_eq!(taken.status, 202, "{}", taken.text);
        assert_eq!(school.event(&batch, "acceptance", json!({})).await.status, 409, "taken already");
        service.drain().await;
        let done = school.get(&batch).await;
        assert_eq!((done["status"].as_str(), done["done"].as_i64()), (Some("done"), Some(118)), "{done}");
        let conn = service.state.store.read();
        assert_eq!(people(&service, school.institute).await, 118);
        assert_eq!(journey::Entity::find().count(conn).await.unwrap(), 118);
        assert_eq!(identity_document::Entity::find().count(conn).await.unwrap(), 118);
        assert_eq!(consent::Entity::find().count(conn).await.unwrap(), 118);
        let kept = school.rows(&batch, "good").await;
        assert!(kept.iter().all(|row| row["cells"] == json!([]) && row["trainee_id"].is_string()), "what became a record is kept once");
        // One of them is worked on; taking it back leaves her.
        let person = kept[0]["trainee_id"].as_str().unwrap();
        let paper = json!({
            "trainee_id": person, "title": "Baccalauréat", "awarding_body": "Académie de Rabat", "occupation": "2221", "eqf_basis": "none",
            "status": "expected",
        });
        school.registrar.post("/api/v1/credentials", paper).await.created();
        let undone = school.event(&done, "undo", json!({})).await.json();
        assert_eq!((undone["removed"].as_i64(), undone["kept"].as_i64()), (Some(117), Some(1)));
        assert_eq!(people(&service, school.institute).await, 1);
        assert_eq!(school.event(&school.get(&batch).await, "undo", json!({})).await.status, 409, "undone already");
        passerelle_store::audit::verify(&service.state.store).await.unwrap();
    }

    async fn who_is_known_makes_a_row_doubtful_and_nothing_more_is_told(on) {
        let service = Service::start(on).await;
        let (here, there) = (school(&service).await, school(&service).await);
        let first = there.send(many(3).as_bytes()).await.json();
        there.event(&first, "acceptance", json!({})).await;
        service.drain().await;
        let batch = here.send(many(5).as_bytes()).await.json();
        assert_eq!(counts(&batch), [2, 3, 0], "{batch}");
        for row in here.rows(&batch, "doubtful").await {
            let codes: Vec<&str> = row["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
            assert_eq!(codes, ["import-document", "import-elsewhere"], "{row}");
            assert!(!row.to_string().contains(&there.institute.to_string()));
        }
        here.event(&batch, "acceptance", json!({ "doubtful": true })).await;
        service.drain().await;
        assert_eq!(people(&service, here.institute).await, 5);
        let flagged = trainee::Entity::find().filter(trainee::Column::PossibleDuplicate.eq(true)).count(service.state.store.read()).await.unwrap();
        assert_eq!(flagged, 6, "both records of each pair wait for an officer");
        // The same file again at the same school: all are known here.
        let again = here.send(many(5).as_bytes()).await.json();
        assert_eq!(counts(&again), [0, 5, 0], "{again}");
        assert_eq!(here.event(&again, "acceptance", json!({})).await.status, 409, "nothing to take");
        let path = format!("/api/v1/imports/{}", again["id"].as_str().unwrap());
        assert_eq!(there.registrar.get(&path).await.status, 404, "another school's file is not there");
        assert_eq!(here.registrar.delete(&path, again["version"].as_i64().unwrap()).await.status, 204);
        assert_eq!(here.rows(&again, "doubtful").await, Vec::<Value>::new());
    }

    async fn a_mapping_is_said_once_and_remembered(on) {
        let service = Service::start(on).await;
        let school = school(&service).await;
        let file = "Kol1;Prénom;Kol3\nBerrada;Salma;03/25/2001\nAlami;Omar;04/12/2001\n";
        let batch = school.send(file.as_bytes()).await.json();
        assert_eq!((counts(&batch), &batch["mapping"]), ([0, 0, 2], &json!({ "given_name": 1 })), "{batch}");
        let wrong = json!({ "mapping": { "family_name": 0, "given_name": 9 } });
        assert_eq!(school.event(&batch, "mapping", wrong).await.refused(), ["given_name:import-column"]);
        let said = json!({ "mapping": { "family_name": 0, "given_name": 1, "birth_date": 2 }, "date_order": "month_first", "begins_as": "in_training" });
        let batch = school.event(&batch, "mapping", said).await.json();
        assert_eq!(counts(&batch), [2, 0, 0], "{batch}");
        assert_eq!(school.event(&json!({ "id": batch["id"], "version": 1 }), "mapping", json!({})).await.status, 412);
        school.event(&batch, "acceptance", json!({})).await;
        service.drain().await;
        let born: Vec<String> = trainee::Entity::find().all(service.state.store.read()).await.unwrap().iter().map(|row| format!("{} {}", row.birth_date.unwrap(), row.journey)).collect();
        assert!(born.contains(&"2001-04-12 in_training".to_owned()), "{born:?}");
        let next = school.send(file.replace("Berrada", "Tazi").replace("Alami", "Idrissi").as_bytes()).await.json();
        assert_eq!(next["mapping"], batch["mapping"], "remembered");
    }

    async fn two_who_take_a_file_at_once_and_workers_that_die_make_nobody_twice(on) {
        let service = Service::start(on).await;
        let school = school(&service).await;
        let batch = school.send(many(1_300).as_bytes()).await.json();
        let take = || school.event(&batch, "acceptance", json!({}));
        let (a, b, c) = tokio::join!(take(), take(), take());
        let mut answers = [a.status, b.status, c.status];
        answers.sort_unstable();
        assert_eq!(answers[0], 202, "{answers:?}");
        assert!(answers[1..].iter().all(|status| [409, 412].contains(status)), "{answers:?}");
        // Two workers at once, and both are ended in the middle of their work, again and again.
        let id: Uuid = batch["id"].as_str().unwrap().parse().unwrap();
        let store = &service.state.store;
        for round in 0..3_i64 {
            let far = passerelle::clock::Moment::now().ms() + 1_000_000 * (round + 1);
            let job = passerelle_store::job::claim(store, "dying", far, 10).await.unwrap().expect("a job");
            let lease = passerelle::app::match_runs::job_lease::Lease { job_id: job.id, worker: "dying" };
            let work = passerelle::app::imports::carry_out(&service.state, &lease, id);
            let _ = tokio::time::timeout(std::time::Duration::from_millis(120), work).await;
        }
        let job = passerelle_store::job::claim(store, "living", passerelle::clock::Moment::now().ms() + 9_000_000, 10).await.unwrap();
        if let Some(job) = job.filter(|job| job.kind == "import") {
            let lease = passerelle::app::match_runs::job_lease::Lease { job_id: job.id, worker: "living" };
            passerelle::app::imports::carry_out(&service.state, &lease, id).await.unwrap();
        }
        let done = school.get(&batch).await;
        assert_eq!((done["status"].as_str(), done["done"].as_i64()), (Some("done"), Some(1_300)), "{done}");
        assert_eq!(people(&service, school.institute).await, 1_300);
        assert_eq!(journey::Entity::find().count(store.read()).await.unwrap(), 1_300);
    }

    async fn twins_with_names_alike_are_asked_about_and_not_refused(on) {
        let service = Service::start(on).await;
        let school = school(&service).await;
        let file = "Nom;Prénom;Né le\nAlami;Hassan;04/03/2001\nAlami;Hussein;04/03/2001\nALAMI;hassan;04/03/2001\nAlami;Hassan;05/03/2001\n";
        let batch = school.send(file.as_bytes()).await.json();
        assert_eq!(counts(&batch), [2, 1, 1], "{batch}");
        assert_eq!(school.rows(&batch, "doubtful").await[0]["findings"][0]["code"], "import-alike");
        assert_eq!(school.rows(&batch, "bad").await[0]["line"], 4);
    }

    async fn what_has_changed_since_somebody_looked_is_looked_at_again(on) {
        let service = Service::start(on).await;
        let school = school(&service).await;
        // Sixteen today, and so old enough; who is taken is judged by the day on which she is.
        let today = passerelle::clock::Moment::now().date();
        let born = |days: i64| (today - chrono::Months::new(12 * 16) + chrono::TimeDelta::days(days)).to_string();
        let file = format!("Nom;Prénom;Né le\nAlami;Omar;{}\nTazi;Nadia;{}\n", born(0), born(1));
        let batch = school.send(file.as_bytes()).await.json();
        assert_eq!(counts(&batch), [1, 0, 1], "{batch}");
        // Somebody spoils the row between the look and the job: it is refused, and nobody with made-up values is enrolled.
        use passerelle_store::entity::import_row;
        use passerelle_store::query::Expr;
        let tx = service.state.store.begin(None, 1).await.unwrap();
        let spoilt = json!(["Alami", "Omar", "no day"]).to_string();
        import_row::Entity::update_many()
            .col_expr(import_row::Column::Cells, Expr::value(spoilt))
            .filter(import_row::Column::Verdict.eq("good"))
            .exec(tx.conn())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        school.event(&batch, "acceptance", json!({})).await;
        service.drain().await;
        let done = school.get(&batch).await;
        assert_eq!((done["status"].as_str(), done["done"].as_i64(), done["bad"].as_i64()), (Some("done"), Some(0), Some(2)), "{done}");
        assert_eq!(people(&service, school.institute).await, 0);
        assert_eq!(school.rows(&done, "bad").await[0]["findings"][0]["code"], "date");
    }

    async fn rows_that_never_became_records_go_after_a_month(on) {
        use passerelle::app::privacy::retention;
        use passerelle_store::entity::import_row;
        let service = Service::start(on).await;
        let school = school(&service).await;
        let taken = school.send(b"Nom;Prenom;Sexe\nAlami;Omar;H\nTazi;Nadia;?!\n").await.json();
        school.event(&taken, "acceptance", json!({})).await;
        service.drain().await;
        school.send(b"Nom;Prenom\nFassi;Hind\n").await;
        let left = async || import_row::Entity::find().count(service.state.store.read()).await.unwrap();
        assert_eq!(left().await, 3);
        let now = passerelle::clock::Moment::now();
        retention::run(&service.state, now, false).await.unwrap();
        assert_eq!(left().await, 3, "not before their time");
        let later = passerelle::clock::Moment::from_ms(now.ms() + 40 * 86_400_000);
        retention::run(&service.state, later, false).await.unwrap();
        assert_eq!(left().await, 1, "whom a row became stays noted");
        assert_eq!(people(&service, school.institute).await, 1);
    }

    async fn files_that_nobody_should_send_are_answered_by_name(on) {
        let service = Service::start(on).await;
        let school = school(&service).await;
        assert_eq!(school.send(b"a;b\n1;2\n").await.refused(), ["file:import-no-header"]);
        assert_eq!(school.send(b"").await.refused(), ["file:import-empty"]);
        assert_eq!(school.send(b"Nom;Prenom\n").await.refused(), ["file:import-empty"]);
        // One wrong cell in five thousand rows is found, and the others can be taken.
        let mut lines: Vec<String> = many(5_000).lines().map(str::to_owned).collect();
        lines[4_321] = lines[4_321].replace(";F;", ";?!;");
        let batch = school.send(lines.join("\n").as_bytes()).await.json();
        assert_eq!(counts(&batch), [4_999, 0, 1], "{batch}");
        assert_eq!(school.rows(&batch, "bad").await[0]["line"], 4_322);
        // A file far beyond the limit is not read to its end.
        let huge = "x".repeat(passerelle::app::imports::sheet::BYTES_MAX + 1);
        assert_eq!(school.send(huge.as_bytes()).await.status, 413);
        let stranger = service.program(Role::EmployerClerk, Some(service.organisation("employer", "DE").await), &[], None).await;
        assert_eq!(stranger.post(&format!("/api/v1/cohorts/{}/imports", school.cohort), json!({})).await.status, 403);
    }
}
