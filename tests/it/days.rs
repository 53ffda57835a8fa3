//! A day's work of every role in a real browser, and one by keyboard alone.

use crate::support::Service;
use crate::support::driver::{Driver, sign_in, world};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use passerelle::app::demo::PASSWORD;
use serde_json::json;

/// What a person does on pages.
struct Hands<'a> {
    browser: &'a Client,
    service: &'a Service,
}

impl Hands<'_> {
    async fn enter(&self, role: &str) {
        sign_in(self.browser, self.service, role).await;
        self.browser.find(Locator::Css("form.languages button[value=en]")).await.unwrap().click().await.unwrap();
        self.browser.wait().for_element(Locator::Css("html[lang=en] nav.side")).await.unwrap();
    }

    async fn at(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.service.address)).await.unwrap();
    }

    /// What the selector finds first, unfolded and in sight.
    async fn find(&self, css: &str) -> Element {
        let thing = self.browser.wait().for_element(Locator::Css(css)).await;
        let Ok(thing) = thing else { panic!("{css} is not on {}: {}", self.here().await, self.text().await) };
        let unfold = "const folded = arguments[0].closest('details:not([open])'); if (folded) folded.querySelector('summary').click();
                      arguments[0].scrollIntoView({ block: 'center' })";
        self.browser.execute(unfold, vec![serde_json::to_value(&thing).unwrap()]).await.unwrap();
        thing
    }

    /// Presses or follows the first thing that the selector finds, and waits for the page after it.
    async fn press(&self, css: &str, then: &str) {
        self.find(css).await.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
        if self.browser.wait().for_element(Locator::Css(then)).await.is_err() {
            panic!("{css} does not lead to {then}: {}", self.text().await);
        }
    }

    async fn write(&self, name: &str, text: &str) {
        self.find(&format!("#f-{name}")).await.send_keys(text).await.unwrap();
    }

    async fn choose(&self, name: &str, value: &str) {
        self.find(&format!("#f-{name} option{value}")).await.click().await.unwrap();
    }

    async fn text(&self) -> String {
        self.browser.wait().for_element(Locator::Css("main")).await.unwrap().text().await.unwrap()
    }

    async fn here(&self) -> String {
        self.browser.current_url().await.unwrap().path().to_owned()
    }

    async fn says(&self, words: &str) {
        let page = self.text().await;
        assert!(page.contains(words), "«{words}» is not on {}: {page}", self.here().await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_does_a_days_work() {
    let Some(driver) = Driver::start().await else { return };
    let service = world().await;
    let browser = driver.browser(true).await;
    let hands = Hands { browser: &browser, service: &service };

    // The trainee, on a telephone: from her first page to the offer, a consent withdrawn, a correction asked for.
    browser.set_window_rect(0, 0, 400, 800).await.unwrap();
    hands.enter("trainee").await;
    hands.press("main a[href='/ui/proposals?trainee_decision=pending']", "table.stack").await;
    hands.press("tbody th a", ".decide").await;
    hands.press(".decide button[value=accepted]", ".notice").await;
    hands.says("accepted").await;
    hands.at("/ui/my/consents").await;
    hands.press("main a[href$='/withdraw']", "form.record").await;
    hands.press("form.record button", ".notice").await;
    hands.says("Withdrawn").await;
    hands.at("/ui/my/requests").await;
    hands.choose("kind", "[value=correction]").await;
    hands.choose("field", "[value=email]").await;
    hands.write("value", "salma@new.example").await;
    hands.write("reason", "My address has changed.").await;
    hands.press("form.record .actions button", ".notice").await;
    browser.set_window_rect(0, 0, 1280, 900).await.unwrap();

    // The institute's head answers it, and passes a case on to the workers' organisation.
    hands.enter("institute-head").await;
    hands.at("/ui/person-requests?status=open").await;
    hands.press("tbody th a", "form.record #f-answer").await;
    hands.write("answer", "Changed as asked.").await;
    hands.press("form[action$='/decision'] button", ".notice").await;
    hands.at("/ui/trainees").await;
    hands.press("tbody th a", "a[href$='/pass-on']").await;
    hands.press("a[href$='/pass-on']", "#f-kind").await;
    hands.choose("kind", "[value=referral]").await;
    let representatives: String = browser
        .find(Locator::XPath("//select[@id='f-to']/option[contains(., 'orker') or contains(., 'rbeit') or contains(., 'ewerkschaft')]"))
        .await
        .unwrap()
        .attr("value")
        .await
        .unwrap()
        .unwrap();
    hands.choose("to", &format!("[value='{representatives}']")).await;
    hands.write("reason", "She asks about her contract.").await;
    hands.press("form.record .actions button", ".notice").await;

    // The representative takes it over and leaves a remark.
    hands.enter("worker-representative").await;
    hands.press("main a[href='/ui/case-transfers?status=open']", "tbody th a").await;
    hands.press("tbody th a", "form[action$='/decision']").await;
    hands.press("form[action$='/decision'] button", ".notice").await;
    hands.says("Your decision is recorded.").await;

    // The recognition officer takes a case as her own and says so to the others.
    hands.enter("recognition-officer").await;
    hands.at("/ui/recognition-cases?case=unassigned").await;
    hands.press("tbody th a", "form[action$='/assignment']").await;
    let case = hands.here().await;
    hands.choose("account", ":not([value=''])").await;
    hands.write("due_on", "31.12.2026").await;
    hands.press("form[action$='/assignment'] button", ".notice").await;
    hands.at("/ui/recognition-cases?case=mine").await;
    assert!(browser.source().await.unwrap().contains(&case), "the case is in her own list");
    hands.at(&case).await;
    hands.write("text", "The curriculum is missing.").await;
    hands.press("form[action$='/comments'] button", ".notice").await;
    hands.says("The curriculum is missing.").await;

    // The origin's approver narrows what employers see, and the page says so.
    hands.enter("origin-approver").await;
    hands.at("/ui/access-rules/new").await;
    hands.write("name", "Contact only once offered").await;
    hands.choose("organisation_id", ":not([value=''])").await;
    hands.choose("role", "[value=employer_clerk]").await;
    hands.choose("subject", "[value=trainee]").await;
    hands.choose("field_group", "[value=contact]").await;
    hands.choose("effect", ":not([value=''])").await;
    hands.write("countries", "MA").await;
    hands.write("reason", "Agreement of the steering group.").await;
    hands.write("valid_from", "1.1.2026").await;
    hands.press("form.record .actions button:not([name=draft])", ".notice").await;
    hands.says("Contact only once offered").await;

    // The origin's officer opens a record by exception; the auditor reads why and signs it off.
    hands.enter("origin-officer").await;
    hands.at("/ui/trainees").await;
    hands.press("tbody th a", "a[href$='/access']").await;
    let reference = hands.here().await.rsplit('/').next().unwrap().to_owned();
    hands.press("a[href$='/access']", "h1").await;
    hands.at("/ui/exceptional-accesses/new").await;
    hands.write("trainee", &reference).await;
    hands.write("reason", "The consulate calls and she is at the airport.").await;
    hands.press("form.record button.danger", ".notice").await;
    hands.enter("origin-auditor").await;
    hands.at("/ui/exceptional-accesses").await;
    hands.press("tbody th a", "form[action$='/review']").await;
    hands.says("The consulate calls").await;
    hands.write("review", "Plausible; telephone log compared.").await;
    hands.press("form[action$='/review'] button", ".notice").await;
    hands.says("telephone log compared").await;

    // The destination's side reads its lists; the funder sees money and numbers, and no person.
    for (role, list) in [
        ("destination-officer", "needs"),
        ("destination-approver", "recognition-cases"),
        ("destination-auditor", "outcomes"),
        ("employer-clerk", "proposals"),
        ("institute-clerk", "trainees"),
    ] {
        hands.enter(role).await;
        hands.at(&format!("/ui/{list}")).await;
        hands.press("tbody th a", "main dl").await;
    }
    hands.enter("funder").await;
    let links = browser.source().await.unwrap();
    assert!(!links.contains("href=\"/ui/trainees\""), "a funder is offered people");
    hands.at("/ui/trainees").await;
    hands.says("Your role does not allow this").await;
    hands.at("/ui/agreements").await;
    hands.press("tbody th a", "main dl").await;

    // The operator suspends an employer: its clerk, signed in a moment ago, is out at once.
    hands.enter("employer-clerk").await;
    hands.at("/ui/needs").await;
    hands.press("tbody th a", "main dl a[href^='/ui/organisations/']").await;
    hands.press("main dl a[href^='/ui/organisations/']", "h1").await;
    let employer = hands.here().await;
    let clerk = browser.get_all_cookies().await.unwrap();
    hands.enter("operator").await;
    hands.at(&format!("{employer}/edit")).await;
    hands.choose("status", "[value=suspended]").await;
    hands.press("form.record .actions button", ".notice").await;
    browser.delete_all_cookies().await.unwrap();
    for cookie in clerk {
        browser.add_cookie(cookie).await.unwrap();
    }
    hands.at("/ui/needs").await;
    let page = browser.source().await.unwrap();
    assert!(!page.contains("tbody"), "a clerk of a suspended organisation still reads its needs");
    browser.close().await.unwrap();
}

/// Tab, Space, Enter and letters only: sign in, jump over the navigation, filter a list, open a record, leave a remark, sign out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clerk_works_by_keyboard_alone() {
    let Some(driver) = Driver::start().await else { return };
    let service = world().await;
    let browser = driver.browser(true).await;
    let now = async || {
        let found = browser
            .execute(
                "const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
                 return [e.id, e.name || '', e.getAttribute('href') || '', e.textContent.trim().slice(0, 40),
                         e === document.body || (r.width > 0 && (s.outlineStyle !== 'none' || s.boxShadow !== 'none'))]",
                vec![],
            )
            .await
            .unwrap();
        let parts: Vec<String> = (0..4).map(|n| found[n].as_str().unwrap_or_default().to_owned()).collect();
        assert_eq!(found[4], json!(true), "where the keyboard stands cannot be seen: {parts:?}");
        parts
    };
    let key = async |keys: &str| browser.active_element().await.unwrap().send_keys(keys).await.unwrap();
    let tab = String::from(char::from(Key::Tab));
    let enter = String::from(char::from(Key::Enter));
    // Tabs until the wanted thing has the keyboard.
    let to = async |what: &str, is: &dyn Fn(&[String]) -> bool| {
        let mut seen = Vec::new();
        for _ in 0..120 {
            key(&tab).await;
            let parts = now().await;
            if is(&parts) {
                return;
            }
            seen.push(parts.join("|"));
        }
        panic!("{what} is not reached by the keyboard: {seen:#?}");
    };
    browser.goto(&format!("{}/ui/sign-in?lang=en", service.address)).await.unwrap();
    to("the address", &|p| p[0] == "f-email").await;
    key("institute-clerk@demo.example").await;
    to("the password", &|p| p[0] == "f-password").await;
    key(PASSWORD).await;
    key(&enter).await;
    browser.wait().for_element(Locator::Css("nav.side")).await.unwrap();
    to("English", &|p| p[3] == "English").await;
    key(&enter).await;
    browser.wait().for_element(Locator::Css("html[lang=en]")).await.unwrap();
    to("the list of trainees", &|p| p[2] == "/ui/trainees").await;
    key(&enter).await;
    browser.wait().for_element(Locator::Css("table.stack")).await.unwrap();
    // The first stop of every page leads past the navigation.
    key(&tab).await;
    assert_eq!(now().await[2], "#main");
    key(&enter).await;
    to("the search", &|p| p[1] == "q").await;
    key(&format!("Khalil{enter}")).await;
    browser.wait().for_element(Locator::Css("input[name=q][value=Khalil]")).await.unwrap();
    to("a record", &|p| p[2].starts_with("/ui/trainees/") && p[3] == "Khalil").await;
    key(&enter).await;
    browser.wait().for_element(Locator::Css("form[action$='/comments']")).await.unwrap();
    to("the remark", &|p| p[3] == "Add a remark").await;
    key(&enter).await;
    to("its field", &|p| p[0] == "f-text").await;
    key("Called back by telephone.").await;
    to("the button", &|p| p[0].is_empty() && p[1].is_empty() && p[2].is_empty() && !p[3].is_empty()).await;
    key(&enter).await;
    browser.wait().for_element(Locator::Css(".notice")).await.unwrap();
    assert!(browser.source().await.unwrap().contains("Called back by telephone."));
    // A panel opens and closes without a mouse, and gives the keyboard back.
    browser.goto(&format!("{}/ui/trainees", service.address)).await.unwrap();
    to("the columns", &|p| p[3] == "Columns").await;
    key(&enter).await;
    browser.wait().for_element(Locator::Css("#columns:popover-open")).await.unwrap();
    key(&String::from(char::from(Key::Escape))).await;
    assert!(browser.find(Locator::Css("#columns:popover-open")).await.is_err());
    assert_eq!(now().await[3], "Columns");
    to("the way out", &|p| p[3] == "Sign out" || p[2] == "/ui/account").await;
    browser.close().await.unwrap();
}
