//! The two personas of daily work, from the door to a result, in a real browser: once in French, once from right to left.

use crate::rights::letter;
use crate::support::driver::{Driver, sign_in, speak};
use crate::support::{On, Service};
use fantoccini::{Client, Locator};
use passerelle::clock::Moment;
use passerelle_domain::access::Role;
use serde_json::{Value, json};
use std::time::Duration;

const PASSWORD: &str = "four oranges in Rabat";

struct Walk<'a> {
    browser: &'a Client,
    service: &'a Service,
    language: &'a str,
}

impl Walk<'_> {
    async fn open(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.service.address)).await.unwrap();
        self.right_way().await;
    }

    /// Comes as somebody new, and chooses the language by the switch of the page.
    async fn begin(&self) {
        self.browser.delete_all_cookies().await.unwrap();
        self.browser.goto(&format!("{}/ui/sign-in", self.service.address)).await.unwrap();
        speak(self.browser, self.language).await;
    }

    /// The page speaks the language and runs its way.
    async fn right_way(&self) {
        let direction = if self.language == "ar" { "rtl" } else { "ltr" };
        let css = format!("html[lang={}][dir={direction}]", self.language);
        self.browser.find(Locator::Css(&css)).await.unwrap_or_else(|_| panic!("the page is not {css}"));
    }

    /// Types into fields and chooses options by their identifiers, and presses the button of their form.
    async fn send(&self, form: &str, fields: Value) {
        let script = "const form = document.querySelector(arguments[0]);
            for (const [name, value] of Object.entries(arguments[1])) {
                const inputs = [...form.querySelectorAll(`[name='${name}']`)].filter(i => i.type !== 'hidden');
                if (inputs.length === 0) throw new Error('no field ' + name);
                for (const i of inputs) {
                    if (i.type === 'checkbox') i.checked = value === true || value === 'all';
                    else if (value === 'first') i.value = [...i.options].map(o => o.value).find(v => v !== '');
                    else i.value = value;
                }
            }
            form.querySelector('button:not([name])').click();";
        self.browser.execute(script, vec![json!(form), fields]).await.unwrap();
    }

    async fn sees(&self, css: &str) {
        let found = self.browser.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css(css)).await;
        if found.is_err() {
            let text = self.browser.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
            panic!("no {css} on {}: {text}", self.browser.current_url().await.unwrap());
        }
        self.right_way().await;
    }

    /// Accepts the invitation that came by letter, and comes in.
    async fn come_in(&self, email: &str) {
        self.begin().await;
        let link = letter(self.service, email).await;
        self.open(&link).await;
        self.send("form.record", json!({ "name": "Nora Idrissi", "password": PASSWORD })).await;
        self.sees("form[action='/ui/sign-in']").await;
        self.open("/ui/sign-in").await;
        self.send("form[action='/ui/sign-in']", json!({ "email": email, "password": PASSWORD })).await;
        self.sees("nav.side").await;
    }

    async fn id_of_page(&self) -> String {
        let url = self.browser.current_url().await.unwrap();
        url.path().rsplit('/').next().unwrap().to_owned()
    }

    async fn text(&self) -> String {
        self.browser.find(Locator::Css("main")).await.unwrap().text().await.unwrap()
    }
}

/// Registers, is let in, says what it needs and reads at once what the law says to it, and puts its candidates in order.
async fn employer(language: &str) {
    let Some(driver) = Driver::start().await else { return };
    let service = Service::start(On::Sqlite).await;
    service.demo().await;
    let browser = driver.browser(true).await;
    let walk = Walk { browser: &browser, service: &service, language };
    let email = "einkauf@example.org";
    walk.begin().await;
    walk.open("/ui/register").await;
    let firm = json!({ "name": "Atelier Nord", "country": "DE", "register_number": "HRB 4711", "city": "Kiel", "contact_name": "N. Idrissi",
        "contact_email": email });
    walk.send("form.record", firm.clone()).await;
    walk.sees("#errors").await;
    let mut whole = firm;
    whole["clauses"] = json!("all");
    walk.send("form.record", whole).await;
    walk.sees("main h1").await;
    assert!(browser.find(Locator::Css("#errors")).await.is_err(), "{}", walk.text().await);
    // The authority looks and lets the firm in.
    sign_in(&browser, &service, "destination-approver").await;
    let authority = Walk { browser: &browser, service: &service, language: "de" };
    speak(&browser, "de").await;
    authority.open("/ui/employer-registrations?status=waiting").await;
    let script = "[...document.querySelectorAll('main tbody a')].find(a => a.textContent.includes('Atelier')).click()";
    browser.execute(script, vec![]).await.unwrap();
    authority.sees("form[action$='/decision']").await;
    let found = json!({ "licence_valid_to": "2035-12-31", "insolvent": "no", "open_sanction": "no", "unpaid_wage_judgment": "no" });
    authority.send("form[action$='/decision']", found).await;
    authority.sees(".notice").await;
    // The employer comes in and says whom it needs.
    walk.come_in(email).await;
    walk.open("/ui/needs/new").await;
    let start = Moment::now().date() + chrono::Days::new(400);
    let need = json!({ "title": "Électriciens, atelier nord", "employer_id": "first", "side": "destination", "country": "DE", "occupation": "7411",
        "positions": "2", "start_from": start, "start_to": start + chrono::Days::new(300), "wage": "EUR 4200", "comparable_wage": "EUR 4200",
        "wage_per": "month", "hours_per_week": "39", "status": "forecast", "housing_offered": true });
    walk.send("form.record", need).await;
    walk.sees(".notice").await;
    let need = walk.id_of_page().await;
    assert!(walk.text().await.contains("DE-NAFR-THAMM"), "the pathways are told at once: {}", walk.text().await);
    walk.open(&format!("/ui/seat-pools/new?need_id={need}")).await;
    walk.send("form.record", json!({ "pathway": "DE-NAFR-THAMM/MA", "seats": "2" })).await;
    walk.sees(".notice").await;
    // The state validates; the employer publishes; people are matched.
    let officer = service.program(Role::DestinationOfficer, None, &["DE"], None).await;
    let path = format!("/api/v1/needs/{need}/events");
    let validated =
        officer.event(&path, json!({ "event": "validate", "evidence": true, "wage_checked": true, "employer_in_standing": true })).await;
    assert!(validated.status < 300, "{}", validated.text);
    walk.open(&format!("/ui/needs/{need}")).await;
    walk.send("form[action$='/events']:has(input[value=publish])", json!({})).await;
    walk.sees(".notice").await;
    service.matched().await;
    walk.open(&format!("/ui/needs/{need}/shortlist")).await;
    let places = browser.find_all(Locator::Css("input[name^='place-']")).await.unwrap();
    assert!(!places.is_empty(), "nobody was proposed: {}", walk.text().await);
    for (at, input) in places.iter().rev().enumerate() {
        input.send_keys(&(at + 1).to_string()).await.unwrap();
    }
    walk.send("form[action$='/shortlist']", json!({})).await;
    walk.sees(".notice").await;
    // She who comes first is asked first.
    browser.find(Locator::Css("main tbody th a")).await.unwrap().click().await.unwrap();
    walk.sees(".decide").await;
    browser.find(Locator::Css(".decide button[value=accepted]")).await.unwrap().click().await.unwrap();
    walk.sees(".notice").await;
    browser.close().await.unwrap();
}

/// Is invited, plans a cohort, takes its people from a spreadsheet, chooses among them, and watches over them.
async fn institute(language: &str) {
    let Some(driver) = Driver::start().await else { return };
    let service = Service::start(On::Sqlite).await;
    service.demo().await;
    let browser = driver.browser(true).await;
    let walk = Walk { browser: &browser, service: &service, language };
    let school = service.organisation("institute", "MA").await;
    let operator = service.program(Role::Operator, None, &[], None).await;
    let email = "ecole@example.org";
    let invited =
        operator.post("/api/v1/team/invitations", json!({ "email": email, "role": "institute_head", "organisation": school })).await;
    assert_eq!(invited.status, 202, "{}", invited.text);
    walk.come_in(email).await;
    walk.open("/ui/programmes/new").await;
    let programme = json!({ "name": "Électricité du bâtiment", "institute_id": "first", "occupation": "7411", "eqf_basis": "none", "language": "fr",
        "hours": "1200", "awarded_qualification": "Technicien", "attempts_max": "2" });
    walk.send("form.record", programme).await;
    walk.sees(".notice").await;
    walk.open("/ui/cohorts/new").await;
    let today = Moment::now().date();
    let cohort = json!({ "name": "Rentrée", "institute_id": "first", "programme_id": "first", "starts_on": today, "ends_on": today + chrono::Days::new(50),
        "seats_away": "1", "seats_home": "1", "seats_undecided": "1" });
    walk.send("form.record", cohort).await;
    walk.sees(".notice").await;
    let cohort = walk.id_of_page().await;
    for (name, weight, least) in [("Entretien", "60", "40"), ("Test", "40", "")] {
        walk.open(&format!("/ui/selection-rules/new?cohort_id={cohort}")).await;
        walk.send("form.record", json!({ "name": name, "weight": weight, "least_points": least })).await;
        walk.sees(".notice").await;
    }
    // People from a spreadsheet.
    let folder = std::env::temp_dir().join(format!("passerelle-persona-{language}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let sheet = folder.join("candidats.csv");
    std::fs::write(
        &sheet,
        "Nom;Prénom;Date de naissance;Nationalités\nAlami;Sara;03/04/2002;MA\nBennani;Omar;21/11/2001;MA\nChraibi;Lina;05/06/2003;MA\n",
    )
    .unwrap();
    walk.open(&format!("/ui/cohorts/{cohort}/import")).await;
    browser.find(Locator::Css("#f-file")).await.unwrap().send_keys(sheet.to_str().unwrap()).await.unwrap();
    walk.send("form.record", json!({})).await;
    walk.sees("form[action$='/acceptance']").await;
    walk.send("form[action$='/acceptance']", json!({})).await;
    walk.sees("main h1").await;
    service.drain().await;
    // Their marks, in the list that was downloaded and filled in.
    let head = service.program(Role::InstituteHead, Some(school), &[], None).await;
    let funnel = head.get(&format!("/api/v1/cohorts/{cohort}/selection")).await.json();
    let order = funnel["order"].as_array().unwrap();
    assert_eq!(order.len(), 3, "{funnel}");
    let marks: String = order
        .iter()
        .zip(["90;80", "70;60", "30;100"])
        .map(|(one, marks)| format!("{};{marks}\n", one["person"].as_str().unwrap()))
        .collect();
    let list = folder.join("notes.csv");
    std::fs::write(&list, format!("id;Entretien;Test\n{marks}")).unwrap();
    walk.open(&format!("/ui/cohorts/{cohort}/selection")).await;
    browser.find(Locator::Css("#f-file")).await.unwrap().send_keys(list.to_str().unwrap()).await.unwrap();
    walk.send("form[action$='/marks']", json!({})).await;
    walk.sees(".tag-block").await;
    // First what would happen, then it happens.
    let yes = json!({ "eligible": true, "informed_consent": true, "contingency_plan": true, "early_sign_off": true, "reject": true });
    walk.send("form[action$='/selection']", yes).await;
    walk.sees("form[action$='/selection'] input[name=form_stage]").await;
    walk.send("form[action$='/selection']", json!({})).await;
    walk.sees(".tag-pass").await;
    let people = head.get("/api/v1/trainees").await.json();
    let mut stages: Vec<&str> = people["items"].as_array().unwrap().iter().map(|one| one["journey"].as_str().unwrap()).collect();
    stages.sort_unstable();
    assert_eq!(stages, ["applied", "enrolled", "rejected"], "{people}");
    // Their papers, and whoever may not reach the end.
    walk.open(&format!("/ui/cohorts/{cohort}/papers")).await;
    walk.send("form[action$='/papers']", json!({ "paper": "passport", "standing": "uploaded", "people": "all" })).await;
    walk.sees(".tag-pass").await;
    walk.open("/ui/early-warnings").await;
    walk.sees("main tbody a").await;
    std::fs::remove_dir_all(&folder).unwrap();
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_employer_comes_from_the_door_to_a_candidate_in_french() {
    employer("fr").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_employer_comes_from_the_door_to_a_candidate_from_right_to_left() {
    employer("ar").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_institute_comes_from_an_invitation_to_a_cohort_in_french() {
    institute("fr").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_institute_comes_from_an_invitation_to_a_cohort_from_right_to_left() {
    institute("ar").await;
}
