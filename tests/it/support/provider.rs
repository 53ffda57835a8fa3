//! A small OpenID Connect provider on this machine, as strict as a real one about what it is sent.

use actix_web::{App, HttpResponse, HttpServer, web};
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm};
use openidconnect::{
    Audience, EmptyAdditionalClaims, EndUserEmail, IssuerUrl, JsonWebKeyId, Nonce, PkceCodeChallenge, PkceCodeVerifier, PrivateSigningKey,
    StandardClaims, SubjectIdentifier,
};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The example key of RFC 8410, section 10.3: known to everybody.
const KEY: &str =
    "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n";

/// What the provider will say of somebody.
#[derive(Debug, Clone)]
pub struct Claims {
    pub subject: &'static str,
    pub email: &'static str,
    pub verified: bool,
}

#[derive(Debug, Clone)]
struct Promise {
    claims: Claims,
    nonce: String,
    challenge: String,
}

#[derive(Debug, Clone)]
pub struct Provider {
    pub issuer: String,
    promises: Arc<Mutex<BTreeMap<String, Promise>>>,
    handle: actix_web::dev::ServerHandle,
}

fn key() -> CoreEdDsaPrivateSigningKey {
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(KEY, Some(JsonWebKeyId::new("k1".into()))).unwrap()
}

/// The parameters of an address.
fn params(url: &str) -> BTreeMap<String, String> {
    let query = url.split_once('?').unwrap().1;
    web::Query::<BTreeMap<String, String>>::from_query(query).unwrap().into_inner()
}

impl Provider {
    pub async fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let promises: Arc<Mutex<BTreeMap<String, Promise>>> = Arc::default();
        let (kept, name) = (promises.clone(), issuer.clone());
        let server = HttpServer::new(move || {
            App::new()
                .app_data(web::Data::new((name.clone(), kept.clone())))
                .route("/.well-known/openid-configuration", web::get().to(discovery))
                .route("/keys", web::get().to(keys))
                .route("/token", web::post().to(token))
        })
        .workers(1)
        .listen(listener)
        .unwrap()
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        Self { issuer, promises, handle }
    }

    /// What the browser would bring back after somebody signed in at `url`: `state` and `code`.
    pub fn approve(&self, url: &str, claims: Claims) -> (String, String) {
        assert!(url.starts_with(&self.issuer), "{url}");
        let asked = params(url);
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", "passerelle"));
        assert_eq!(asked["code_challenge_method"], "S256");
        let code = format!("code-{}", uuid::Uuid::now_v7());
        let promise = Promise { claims, nonce: asked["nonce"].clone(), challenge: asked["code_challenge"].clone() };
        self.promises.lock().unwrap().insert(code.clone(), promise);
        (asked["state"].clone(), code)
    }

    /// Makes the provider answer the next code with a token for another occasion.
    pub fn swap_nonce(&self) {
        for promise in self.promises.lock().unwrap().values_mut() {
            promise.nonce = "another".into();
        }
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        if Arc::strong_count(&self.promises) <= 2 {
            let handle = self.handle.clone();
            tokio::spawn(async move { handle.stop(false).await });
        }
    }
}

type Shared = web::Data<(String, Arc<Mutex<BTreeMap<String, Promise>>>)>;

async fn discovery(state: Shared) -> HttpResponse {
    let issuer = &state.0;
    HttpResponse::Ok().json(json!({
        "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"), "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["EdDSA"],
    }))
}

async fn keys() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "keys": [key().as_verification_key()] }))
}

async fn token(state: Shared, form: web::Form<BTreeMap<String, String>>) -> HttpResponse {
    let Some(promise) = state.1.lock().unwrap().remove(form.get("code").map(String::as_str).unwrap_or_default()) else {
        return HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" }));
    };
    let verifier = PkceCodeVerifier::new(form.get("code_verifier").cloned().unwrap_or_default());
    if PkceCodeChallenge::from_code_verifier_sha256(&verifier).as_str() != promise.challenge {
        return HttpResponse::BadRequest().json(json!({ "error": "invalid_grant" }));
    }
    let now = passerelle::clock::Moment::now().0;
    let person = StandardClaims::new(SubjectIdentifier::new(promise.claims.subject.into()))
        .set_email(Some(EndUserEmail::new(promise.claims.email.into())))
        .set_email_verified(Some(promise.claims.verified));
    let claims = CoreIdTokenClaims::new(
        IssuerUrl::new(state.0.clone()).unwrap(),
        vec![Audience::new("passerelle".into())],
        now + chrono::Duration::minutes(5),
        now,
        person,
        EmptyAdditionalClaims {},
    )
    .set_nonce(Some(Nonce::new(promise.nonce)));
    let signed = CoreIdToken::new(claims, &key(), CoreJwsSigningAlgorithm::EdDsa, None, None).unwrap();
    HttpResponse::Ok().json(json!({ "access_token": "unused", "token_type": "bearer", "id_token": signed }))
}
