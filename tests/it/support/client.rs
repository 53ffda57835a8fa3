//! Clients: a program with a token, and a browser with cookies and forms.

use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// An answer with what tests look at.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub text: String,
}

impl Answer {
    async fn of(response: reqwest::Response) -> Self {
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        Self { status, headers, text: response.text().await.unwrap() }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// Identifier of what was created.
    pub fn created(&self) -> Uuid {
        assert_eq!(self.status, 201, "{}", self.text);
        Uuid::parse_str(self.json()["id"].as_str().unwrap()).unwrap()
    }

    /// Codes of the fields that were refused: `field:code`, sorted.
    pub fn refused(&self) -> Vec<String> {
        assert_eq!(self.status, 422, "{}", self.text);
        let body = self.json();
        let mut codes: Vec<String> = body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| format!("{}:{}", error["pointer"].as_str().unwrap().trim_start_matches('/'), error["code"].as_str().unwrap()))
            .collect();
        codes.sort();
        codes
    }
}

/// A client of the API.
#[derive(Debug, Clone)]
pub struct Program {
    base: String,
    token: Option<String>,
    client: reqwest::Client,
}

impl Program {
    pub fn new(base: &str, token: Option<String>) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { base: base.into(), token, client }
    }

    pub async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<String>) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, &[], Some(body.to_string())).await
    }

    pub async fn put(&self, path: &str, version: i64, body: Value) -> Answer {
        self.send("PUT", path, &[("if-match", &format!("\"{version}\""))], Some(body.to_string())).await
    }

    /// Brings an event to a case that a state machine carries, on the version that it has now.
    pub async fn event(&self, path: &str, body: Value) -> Answer {
        let seen = self.get(path).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.text);
        self.send("POST", path, &[("if-match", &seen.headers["etag"])], Some(body.to_string())).await
    }

    pub async fn delete(&self, path: &str, version: i64) -> Answer {
        self.send("DELETE", path, &[("if-match", &format!("\"{version}\""))], None).await
    }
}

/// A browser without scripts.
#[derive(Debug, Clone)]
pub struct Browser {
    base: String,
    cookies: BTreeMap<String, String>,
    client: reqwest::Client,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { base: base.into(), cookies: BTreeMap::new(), client }
    }

    pub fn cookie(&self, name: &str) -> Option<&String> {
        self.cookies.get(name)
    }

    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.into(), value.into());
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header("cookie", cookies.join("; ")).send().await.unwrap();
        for set in response.headers().get_all("set-cookie") {
            let text = set.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            self.cookies.insert(name.into(), rest.split(';').next().unwrap().into());
        }
        Answer::of(response).await
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.client.get(format!("{}{path}", self.base));
        self.send(request).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", escape(value))).collect();
        let request = self
            .client
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(pairs.join("&"));
        self.send(request).await
    }

    /// A body of any kind.
    pub async fn post_body(&mut self, path: &str, content_type: &str, body: Vec<u8>) -> Answer {
        let request = self.client.post(format!("{}{path}", self.base)).header("content-type", content_type).body(body);
        self.send(request).await
    }

    /// The token that this session's forms carry.
    pub async fn csrf(&mut self) -> String {
        let page = self.get("/ui/sign-in").await.text;
        let start = page.find("name=\"csrf\" value=\"").unwrap() + 19;
        page[start..].split('"').next().unwrap().to_owned()
    }

    /// Fills in and sends the form at the door.
    pub async fn sign_in(&mut self, email: &str, password: &str) -> u16 {
        let csrf = self.csrf().await;
        self.post("/ui/sign-in", &[("csrf", &csrf), ("email", email), ("password", password)]).await.status
    }
}

fn escape(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
