//! Journeys in a real browser: sign in, do the day's work, look at the pages in four languages,
//! wide and narrow, with and without scripts, and have each checked for accessibility.

use crate::support::driver::{Driver, sign_in, speak, world};
use crate::support::{On, Service};
use fantoccini::{Client, Locator};
use passerelle::app::demo::PASSWORD;
use passerelle_domain::access::Role;
use serde_json::{Value, json};
use std::time::Duration;

/// Nothing wider than the window, and nothing that reads against the direction of the page.
async fn fits(browser: &Client, rtl: bool, place: &str) -> Option<String> {
    let found = browser
        .execute(
            "const page = document.documentElement, wide = page.scrollWidth > page.clientWidth;
             const turned = [...document.querySelectorAll('main, header, nav, h1, h2, p, label, table, dl, li')]
               .filter(e => !e.closest('[dir]:not(html)') && getComputedStyle(e).direction !== arguments[0]);
             return [wide, turned.map(e => e.outerHTML.slice(0, 80))]",
            vec![json!(if rtl { "rtl" } else { "ltr" })],
        )
        .await
        .unwrap();
    (found != json!([false, []])).then(|| format!("{place}: wider than its window, or against the direction: {found}"))
}

/// No violation of WCAG 2.0 to 2.2, level A and AA, that axe can find.
async fn accessible(browser: &Client, axe: &str, place: &str) -> Option<String> {
    browser.execute(axe, vec![]).await.unwrap();
    let found = browser
        .execute_async(
            "const done = arguments[0]; axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] })
               .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes[0].html.slice(0, 160))))",
            vec![],
        )
        .await
        .unwrap();
    (found != Value::Array(vec![])).then(|| format!("{place}: {found}"))
}

/// What an address is a case of: `/ui/needs/{id}/edit`.
fn pattern(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let part = |part: &str| {
        if uuid::Uuid::try_parse(part).is_ok() || part.chars().any(|c| c.is_ascii_uppercase()) { "{id}".into() } else { part.to_owned() }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// One address of each kind that somebody reaches by following links from her first page.
async fn pages(service: &Service, role: Role) -> std::collections::BTreeMap<String, String> {
    let mut browser = service.person(role).await;
    let mut found = std::collections::BTreeMap::new();
    let mut waiting: std::collections::VecDeque<String> =
        ["/ui", "/ui/account", "/ui/notifications", "/ui/bulk-changes", "/ui/my/data"].map(str::to_owned).into();
    while let Some(path) = waiting.pop_front() {
        let pattern = pattern(&path);
        if found.contains_key(&pattern) {
            continue;
        }
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200, "{role} {path}: a link leads nowhere");
        let links = page
            .text
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .map(|href| href.replace("&#38;", "&").replace("&amp;", "&"));
        waiting.extend(links.filter(|href| {
            ["/ui", "/certificates/", "/verify"].iter().any(|begins| href.starts_with(begins))
                && !href.contains(".csv")
                && !href.contains(".xlsx")
                && !href.contains(".pdf")
                && !href.contains(".json")
                && !href.contains("/attachments/")
        }));
        found.insert(pattern, path);
    }
    found
}

/// Every page of every role, in every language, wide and narrow.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_finds_its_pages_accessible_in_every_language_and_width() {
    let Some(driver) = Driver::start().await else { return };
    let Ok(axe) = std::env::var("PASSERELLE_TEST_AXE") else {
        assert!(std::env::var("CI").is_err(), "PASSERELLE_TEST_AXE is not set: run scripts/test");
        return;
    };
    let axe = std::fs::read_to_string(axe).unwrap();
    let service = world().await;
    let mut checked = std::collections::BTreeSet::new();
    let mut walks = std::collections::VecDeque::new();
    for word in Role::WORDS {
        let role = Role::parse(word).unwrap();
        let mut pages = pages(&service, role).await;
        // Parts are the same for everybody.
        if role == Role::Operator {
            pages.insert("/ui/components".into(), "/ui/components".into());
        }
        // The same page of another role holds the same parts: wide, and by axe, it is looked at once.
        let new = pages.iter().filter(|(pattern, _)| checked.insert((*pattern).clone())).map(|(_, path)| path.clone()).collect();
        walks.push_back(Walk { role, all: pages.into_values().collect(), new });
    }
    // Two browsers, as many as there are cores where the tests must not take long.
    let walks = std::sync::Mutex::new(walks);
    let (one, other) = tokio::join!(walk(&driver, &service, &axe, &walks), walk(&driver, &service, &axe, &walks));
    let (looked_at, wrong) = (one.0 + other.0, [one.1, other.1].concat());
    eprintln!("{looked_at} pages looked at, {} kinds of them checked with axe", checked.len());
    assert!(wrong.is_empty(), "{} findings:\n{}", wrong.len(), wrong.join("\n"));
    assert!(looked_at > 1_000, "{looked_at}");
}

/// The pages of a role, and those of them that no role before has.
struct Walk {
    role: Role,
    all: Vec<String>,
    new: Vec<String>,
}

/// Looks at the pages of one role after the other, in a browser of its own: how many, and what is wrong.
async fn walk(
    driver: &Driver,
    service: &Service,
    axe: &str,
    walks: &std::sync::Mutex<std::collections::VecDeque<Walk>>,
) -> (usize, Vec<String>) {
    let browser = driver.browser(true).await;
    let (mut looked_at, mut last, mut wrong) = (0, 0, Vec::new());
    loop {
        let Some(Walk { role, all, new }) = walks.lock().unwrap().pop_front() else { break };
        sign_in(&browser, service, &role.as_str().replace('_', "-")).await;
        for code in ["en", "fr", "de", "ar"] {
            speak(&browser, code).await;
            // A page that another role has shown already holds other actions at most: the longest words tell what would not fit.
            let narrow = all.iter().filter(|path| new.contains(path) || code == "de").map(|path| (path, 320));
            for (path, width) in narrow.chain(new.iter().map(|path| (path, 1280))) {
                if last != width {
                    browser.set_window_size(width, 800).await.unwrap();
                    last = width;
                }
                looked_at += 1;
                browser.goto(&format!("{}{path}", service.address)).await.unwrap();
                let place = format!("{role} {path} {code} {width}");
                wrong.extend(fits(&browser, code == "ar", &place).await);
                // One language of each direction: words do not change what a reader of the page is told by its structure, and
                // that every word is there is tested elsewhere.
                if (width == 1280 && code == "en") || (code == "ar" && new.contains(path)) {
                    wrong.extend(accessible(&browser, axe, &place).await);
                }
            }
        }
        eprintln!("{role}: {} pages, {looked_at} looked at in this browser", all.len());
    }
    browser.close().await.unwrap();
    (looked_at, wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_officer_runs_the_match_and_an_employer_decides_without_scripts() {
    let Some(driver) = Driver::start().await else { return };
    let service = world().await;
    let browser = driver.browser(false).await;
    sign_in(&browser, &service, "origin-officer").await;
    browser.goto(&format!("{}/ui/match-runs", service.address)).await.unwrap();
    browser.find(Locator::Css(".head button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css("progress")).await.unwrap();
    service.drain().await;
    // The page loads itself again until the run is finished.
    browser.wait().at_most(Duration::from_secs(20)).for_element(Locator::Css("dl.figures")).await.unwrap();
    sign_in(&browser, &service, "employer-approver").await;
    speak(&browser, "en").await;
    browser.goto(&format!("{}/ui/proposals?employer_decision=pending", service.address)).await.unwrap();
    browser.find(Locator::Css("tbody th a")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css(".decide")).await.unwrap();
    browser.find(Locator::Css(".decide button[value=declined]")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css(".errors")).await.unwrap();
    browser.find(Locator::Css("#f-reason option[value=timing]")).await.unwrap().click().await.unwrap();
    browser.find(Locator::Css(".decide button[value=declined]")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css(".notice")).await.unwrap();
    let page = browser.find(Locator::Css("main")).await.unwrap().text().await.unwrap();
    assert!(page.contains("declined") && page.contains("the timing"), "{page}");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clerk_enters_a_trainee_and_is_told_what_is_wrong_first() {
    let Some(driver) = Driver::start().await else { return };
    let service = world().await;
    let browser = driver.browser(true).await;
    sign_in(&browser, &service, "institute-clerk").await;
    browser.goto(&format!("{}/ui/trainees/new", service.address)).await.unwrap();
    let fill = async |name: &str, text: &str| {
        browser.find(Locator::Css(&format!("#f-{name}"))).await.unwrap().send_keys(text).await.unwrap();
    };
    let choose = async |name: &str, value: &str| {
        browser.find(Locator::Css(&format!("#f-{name} option[value='{value}']"))).await.unwrap().click().await.unwrap();
    };
    fill("given_name", "Zineb").await;
    fill("family_name", "Ouazzani").await;
    fill("occupation", "7411").await;
    fill("nationalities", "MA").await;
    for (name, value) in [
        ("sex", "female"),
        ("habitual_residence", "MA"),
        ("training_country", "MA"),
        ("track", "away"),
        ("journey", "enrolled"),
        ("identity_confirmed", "yes"),
    ] {
        choose(name, value).await;
    }
    browser.find(Locator::Css("form.record .actions button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css("#errors")).await.unwrap();
    let kept = browser.find(Locator::Css("#f-family_name")).await.unwrap().prop("value").await.unwrap();
    assert_eq!(kept.as_deref(), Some("Ouazzani"), "what was typed is kept");
    browser
        .execute(
            "for (const [id, value] of Object.entries(arguments[0])) document.getElementById(id).value = value;
             const institute = document.getElementById('f-institute_id'); institute.value = [...institute.options].find(o => o.value).value;",
            vec![json!({ "f-ready_on": "2027-06-30", "f-waiting_since": "2026-06-01", "f-merit": "71" })],
        )
        .await
        .unwrap();
    browser.find(Locator::Css("form.record .actions button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css(".notice")).await.unwrap();
    let heading = browser.find(Locator::Css("h1")).await.unwrap().text().await.unwrap();
    assert_eq!(heading, "Zineb Ouazzani");
    browser.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_passkey_is_added_used_and_taken_away() {
    let Some(driver) = Driver::start().await else { return };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    // Browsers make passkeys for names, not for bare numbers.
    let place = format!("http://localhost:{port}");
    let service = Service::start_with(On::Sqlite, |config| {
        config.server.port = port;
        config.server.public_url = format!("http://localhost:{port}");
    })
    .await;
    service.demo().await;
    let browser = driver.browser(true).await;
    let session = browser.session_id().await.unwrap().unwrap();
    let device = json!({
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true, "isUserVerified": true,
    });
    let made = reqwest::Client::new().post(format!("{}/session/{session}/webauthn/authenticator", driver.url)).json(&device).send().await;
    assert_eq!(made.unwrap().status().as_u16(), 200, "the driver has no virtual authenticator");
    let at = async |path: &str| browser.goto(&format!("{place}{path}")).await.unwrap();
    at("/ui/sign-in?lang=en").await;
    browser.find(Locator::Css("#f-email")).await.unwrap().send_keys("origin-officer@demo.example").await.unwrap();
    browser.find(Locator::Css("#f-password")).await.unwrap().send_keys(PASSWORD).await.unwrap();
    browser.find(Locator::Css("main form button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css("nav.side")).await.unwrap();
    at("/ui/account").await;
    browser.find(Locator::Css("form[data-passkey] #f-name")).await.unwrap().send_keys("my laptop").await.unwrap();
    browser.find(Locator::Css("form[data-passkey] button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css(".notice")).await.unwrap();
    assert!(browser.source().await.unwrap().contains("my laptop"));
    browser.delete_all_cookies().await.unwrap();
    at("/ui/sign-in").await;
    browser.find(Locator::Css("form[data-passkey] button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css("nav.side")).await.unwrap();
    at("/ui/account").await;
    let hers = "//main//dd[contains(., 'origin-officer@demo.example')]";
    if browser.wait().at_most(Duration::from_secs(60)).for_element(Locator::XPath(hers)).await.is_err() {
        panic!("not signed in without a word typed: {}", browser.source().await.unwrap());
    }
    browser.find(Locator::Css("form[action$='/remove'] button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css(".notice")).await.unwrap();
    browser.delete_all_cookies().await.unwrap();
    at("/ui/sign-in").await;
    browser.find(Locator::Css("form[data-passkey] button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css(".errors")).await.unwrap();
    browser.close().await.unwrap();
}
