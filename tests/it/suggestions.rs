//! Words of people led to concepts, and kept only when somebody confirms them.

use crate::on_both;
use crate::support::Service;
use passerelle_domain::access::Role;
use passerelle_store::entity::{skill_claim, trainee};
use passerelle_store::query::{ColumnTrait, EntityTrait, QueryFilter};

const BOUNDARY: &str = "----passerelle";

fn form(csrf: &str, text: &str, file: &str) -> Vec<u8> {
    let part = |name: &str, value: &str| format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let file = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"cv.json\"\r\n\r\n{file}\r\n");
    format!("{}{}{file}--{BOUNDARY}--\r\n", part("csrf", csrf), part("text", text)).into_bytes()
}

on_both! {
    async fn words_become_skills_when_somebody_confirms_them(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let clerk = service.program(Role::InstituteClerk, None, &[], None).await;
        let found = clerk.get("/api/v1/concepts/suggestions?text=infirmiere&language=fr&kind=occupation").await.json();
        let best = &found["items"][0];
        assert!(best["isco"].as_str().is_some_and(|isco| isco.starts_with("222") || isco.starts_with("322")), "{found}");
        assert_eq!(clerk.get("/api/v1/concepts/suggestions?text=x&kind=city").await.refused(), ["kind:choice"]);
        assert_eq!(clerk.get(&format!("/api/v1/concepts/suggestions?text={}", "x".repeat(501))).await.refused(), ["text:too-long"]);

        let mut browser = service.person(Role::InstituteClerk).await;
        let list = browser.get("/ui/trainees").await.text;
        let person = list.split("/ui/trainees/").filter_map(|rest| rest.get(..36)?.parse::<uuid::Uuid>().ok()).next().unwrap();
        let path = format!("/ui/trainees/{person}/suggestions");
        let csrf = browser.csrf().await;
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let claims = async || {
            let find = skill_claim::Entity::find().filter(skill_claim::Column::TraineeId.eq(person));
            find.all(service.state.store.read()).await.unwrap()
        };
        let before = claims().await.len();
        let cv = r#"{"basics":{"name":"Nobody Atall","label":"Nurse"},"skills":[{"name":"Electricity"},{"name":"computer literacy"}]}"#;
        let page = browser.post_body(&path, &kind, form(&csrf, "", cv)).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(!page.text.contains("Nobody Atall"), "names are not read");
        assert_eq!(claims().await.len(), before, "nothing is kept before somebody says so");
        let refused = browser.post_body(&path, &kind, form(&csrf, "", "{\"a\": 1}")).await;
        assert_eq!(refused.status, 422);
        assert_eq!(browser.post_body(&path, &kind, form("wrong", "x", "")).await.status, 403);
        let uri = page.text.split("name=\"skill\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();
        let kept = browser.post(&format!("{path}/confirmed"), &[("csrf", &csrf), ("skill", &uri)]).await;
        assert_eq!(kept.status, 303, "{}", kept.text);
        let after = claims().await;
        assert!(after.iter().any(|claim| claim.skill == uri && claim.provenance == "institute"), "{after:?}");
        // Once more changes nothing.
        assert_eq!(browser.post(&format!("{path}/confirmed"), &[("csrf", &csrf), ("skill", &uri)]).await.status, 303);
        assert_eq!(claims().await.len(), after.len());
        // One wrong address among right ones: nothing is noted.
        let other_skill = "http://data.europa.eu/esco/skill/none";
        let refused = browser.post(&format!("{path}/confirmed"), &[("csrf", &csrf), ("skill", other_skill)]).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert_eq!(claims().await.len(), after.len());
        // Somebody else's person stays out of reach.
        let other = trainee::Entity::find().filter(trainee::Column::TrainingCountry.ne("MA")).one(service.state.store.read()).await.unwrap().unwrap();
        let path = format!("/ui/trainees/{}/suggestions", other.id);
        assert_eq!(browser.get(&path).await.status, 404);
        let refused = browser.post(&format!("{path}/confirmed"), &[("csrf", &csrf), ("skill", &uri)]).await;
        assert!(refused.status >= 400, "{}", refused.status);
    }
}
