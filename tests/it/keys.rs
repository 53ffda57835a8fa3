//! Ways in besides the password: codes of a second factor, an outside provider of identity.
//! Passkeys are tried in a real browser, in `browser.rs`.

use crate::on_both;
use crate::support::{Browser, Claims, On, Provider, Service};
use passerelle::app::demo::PASSWORD;
use passerelle_domain::access::Role;
use passerelle_store::entity::external_identity;
use passerelle_store::query::EntityTrait;

const CLAIMS: Claims = Claims { subject: "subject-1", email: "funder@demo.example", verified: true };

async fn with_provider(on: On) -> (Service, Provider) {
    let provider = Provider::start().await;
    let issuer = provider.issuer.clone();
    let service = Service::start_with(on, |config| {
        config.oidc.issuer = issuer;
        config.oidc.client_id = "passerelle".into();
        config.oidc.client_secret = "between us".into();
        config.oidc.name = "Ministry login".into();
    })
    .await;
    service.demo().await;
    (service, provider)
}

/// Leaves for the provider and comes back with what it says.
async fn through(browser: &mut Browser, provider: &Provider, claims: Claims) -> u16 {
    let left = browser.get("/ui/sign-in/provider?next=/ui/programmes").await;
    assert_eq!(left.status, 303, "{}", left.text);
    let (state, code) = provider.approve(&left.headers["location"], claims);
    browser.get(&format!("/ui/sign-in/provider/back?state={state}&code={code}")).await.status
}

async fn ties(service: &Service) -> usize {
    external_identity::Entity::find().all(service.state.store.read()).await.unwrap().len()
}

/// The text between two marks of a page.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let from = page.find(start).unwrap_or_else(|| panic!("no {start} in {page}")) + start.len();
    page[from..].split(end).next().unwrap()
}

pub fn code_now(secret: &str, steps: u64) -> String {
    let bytes = totp_rs::Secret::Encoded(secret.to_owned()).to_bytes().unwrap();
    let totp = totp_rs::TOTP::new(totp_rs::Algorithm::SHA1, 6, 1, 30, bytes, None, "a@example.org".into()).unwrap();
    let now = u64::try_from(passerelle::clock::Moment::now().ms()).unwrap() / 1_000;
    totp.generate(now + 30 * steps)
}

/// Turns the second factor on: the secret, and the codes for a lost phone.
pub async fn second_factor(browser: &mut Browser) -> (String, Vec<String>) {
    let csrf = browser.csrf().await;
    let offered = browser.post("/ui/account/second-factor", &[("csrf", &csrf)]).await.text;
    let secret = between(&offered, "name=\"secret\" value=\"", "\"").to_owned();
    let wrong = browser.post("/ui/account/second-factor/on", &[("csrf", &csrf), ("secret", &secret), ("code", "000000")]).await;
    assert_eq!(wrong.status, 422);
    let on = browser.post("/ui/account/second-factor/on", &[("csrf", &csrf), ("secret", &secret), ("code", &code_now(&secret, 0))]).await;
    assert_eq!(on.status, 200, "{}", on.text);
    let codes = on
        .text
        .split(|c: char| c.is_whitespace() || c == '<' || c == '>')
        .filter(|word| word.len() == 11 && word.as_bytes()[5] == b'-' && word.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit()));
    (secret, codes.map(str::to_owned).collect())
}

async fn sign_in(service: &Service, code: &str) -> u16 {
    let mut browser = Browser::new(&service.address);
    let csrf = browser.csrf().await;
    let fields = [("csrf", csrf.as_str()), ("email", "funder@demo.example"), ("password", PASSWORD), ("code", code)];
    browser.post("/ui/sign-in", &fields).await.status
}

on_both! {
    async fn a_second_factor_is_asked_at_the_door_and_each_code_counts_once(on) {
        let service = Service::start(on).await;
        service.demo().await;
        let mut browser = service.person(Role::Funder).await;
        let (secret, codes) = second_factor(&mut browser).await;
        assert!(codes.len() >= 8, "{codes:?}");
        assert_eq!(sign_in(&service, "").await, 401, "the password alone is not enough");
        assert_eq!(sign_in(&service, &code_now(&secret, 0)).await, 401, "the code that turned it on is used up");
        assert_eq!(sign_in(&service, &code_now(&secret, 1)).await, 303);
        assert_eq!(sign_in(&service, &code_now(&secret, 1)).await, 401, "a code counts once");
        assert_eq!(sign_in(&service, &codes[0]).await, 303);
        assert_eq!(sign_in(&service, &codes[0]).await, 401, "so does one from the paper");
        let csrf = browser.csrf().await;
        assert_eq!(browser.post("/ui/account/second-factor/off", &[("csrf", &csrf), ("code", "123456")]).await.status, 422);
        assert_eq!(browser.post("/ui/account/second-factor/off", &[("csrf", &csrf), ("code", &codes[1])]).await.status, 303);
        assert_eq!(sign_in(&service, "").await, 303);
    }

    async fn the_provider_vouches_for_a_verified_address_and_is_remembered(on) {
        let (service, provider) = with_provider(on).await;
        let mut browser = Browser::new(&service.address);
        let unverified = Claims { verified: false, ..CLAIMS };
        assert_eq!(through(&mut browser, &provider, unverified).await, 401, "anybody can claim an address");
        let unknown = Claims { email: "nobody@demo.example", ..CLAIMS };
        assert_eq!(through(&mut browser, &provider, unknown).await, 401);
        assert_eq!(ties(&service).await, 0);
        assert_eq!(through(&mut browser, &provider, CLAIMS).await, 303);
        assert_eq!(browser.get("/ui/programmes").await.status, 200);
        assert!(browser.get("/ui/account").await.text.contains("Claire Dubois"));
        // From now on the subject counts, whatever address it has.
        let moved = Claims { email: "elsewhere@demo.example", verified: false, ..CLAIMS };
        assert_eq!(through(&mut Browser::new(&service.address), &provider, moved).await, 303);
        assert_eq!(ties(&service).await, 1);
    }

    async fn what_comes_back_must_be_what_this_browser_left_with_and_counts_once(on) {
        let (service, provider) = with_provider(on).await;
        let (mut browser, mut other) = (Browser::new(&service.address), Browser::new(&service.address));
        let left = browser.get("/ui/sign-in/provider").await.headers["location"].clone();
        let (state, code) = provider.approve(&left, CLAIMS);
        let back = format!("/ui/sign-in/provider/back?state={state}&code={code}");
        assert_eq!(other.get(&back).await.status, 401, "a link from a stranger signs nobody in");
        assert_eq!(browser.get(&back).await.status, 303);
        assert_eq!(browser.get(&back).await.status, 401);
        let left = browser.get("/ui/sign-in/provider").await.headers["location"].clone();
        let (state, code) = provider.approve(&left, CLAIMS);
        provider.swap_nonce();
        let mut fresh = browser.clone();
        assert_eq!(fresh.get(&format!("/ui/sign-in/provider/back?state={state}&code={code}")).await.status, 401, "a token for another occasion");
        let left = browser.get("/ui/sign-in/provider?next=https://example.org").await;
        let (state, code) = provider.approve(&left.headers["location"], CLAIMS);
        let answer = browser.get(&format!("/ui/sign-in/provider/back?state={state}&code={code}")).await;
        assert_eq!((answer.status, answer.headers["location"].as_str()), (303, "/ui"), "nobody is sent elsewhere");
    }

    async fn an_account_with_a_second_factor_is_tied_by_its_owner_only(on) {
        let (service, provider) = with_provider(on).await;
        let mut browser = service.person(Role::Funder).await;
        let (secret, _) = second_factor(&mut browser).await;
        assert_eq!(through(&mut Browser::new(&service.address), &provider, CLAIMS).await, 401, "an address does not outweigh the factor");
        let csrf = browser.csrf().await;
        let page = browser.post("/ui/account/provider", &[("csrf", &csrf)]).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let url = between(&page.text, &format!("href=\"{}", provider.issuer), "\"").replace("&#38;", "&").replace("&amp;", "&");
        let (state, code) = provider.approve(&format!("{}{url}", provider.issuer), CLAIMS);
        assert_eq!(browser.get(&format!("/ui/sign-in/provider/back?state={state}&code={code}")).await.status, 303);
        assert_eq!(through(&mut Browser::new(&service.address), &provider, CLAIMS).await, 303);
        let csrf = browser.csrf().await;
        assert_eq!(browser.post("/ui/account/provider/untie", &[("csrf", &csrf)]).await.status, 303);
        assert_eq!(through(&mut Browser::new(&service.address), &provider, CLAIMS).await, 401);
        assert_eq!(sign_in(&service, &code_now(&secret, 1)).await, 303, "the old way still works");
    }

    async fn without_a_provider_there_is_no_such_way(on) {
        let service = Service::start(on).await;
        let mut browser = Browser::new(&service.address);
        assert_eq!(browser.get("/ui/sign-in/provider").await.status, 404);
        assert_eq!(browser.get("/ui/sign-in/provider/back?state=a&code=b").await.status, 404);
        assert!(!browser.get("/ui/sign-in").await.text.contains("sign-in/provider"));
        // Nor passkeys where browsers would refuse them.
        let csrf = browser.csrf().await;
        assert_eq!(browser.post("/ui/sign-in/passkey/options", &[("csrf", &csrf)]).await.status, 404);
        assert_eq!(browser.post("/ui/sign-in/passkey", &[("csrf", &csrf), ("credential", "{}")]).await.status, 401);
    }
}
