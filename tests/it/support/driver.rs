//! A real browser for the tests, and what every journey in it begins with.

use super::{On, Service};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use passerelle::app::demo::PASSWORD;
use serde_json::json;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A driver of its own, ended with everything that it started.
pub struct Driver {
    child: Child,
    pub url: String,
}

impl Driver {
    /// `None` on a machine without a browser; a failure where `CI` is set.
    pub async fn start() -> Option<Self> {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdout(Stdio::null()).stderr(Stdio::null());
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        match command.spawn() {
            Ok(child) => {
                let driver = Self { child, url: format!("http://127.0.0.1:{port}") };
                for _ in 0..200 {
                    if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                        break;
                    }
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Some(driver)
            }
            Err(error) => {
                assert!(std::env::var("CI").is_err(), "chromedriver cannot be started: {error}");
                eprintln!("SKIPPED: chromedriver cannot be started: {error}");
                None
            }
        }
    }

    pub async fn browser(&self, scripts: bool) -> Client {
        let mut options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--disable-quic", "--no-proxy-server"],
        });
        if !scripts {
            options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": 2 });
        }
        let mut capabilities = Capabilities::new();
        capabilities.insert("goog:chromeOptions".into(), options);
        let connector = hyper_util::client::legacy::connect::HttpConnector::new();
        ClientBuilder::new(connector).capabilities(capabilities).connect(&self.url).await.unwrap()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The whole group: ending the driver alone leaves its browsers behind.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
    }
}

/// Signs in by the page; `role` with dashes, as in the demonstration's addresses.
pub async fn sign_in(browser: &Client, service: &Service, role: &str) {
    browser.delete_all_cookies().await.unwrap();
    browser.goto(&format!("{}/ui/sign-in?lang=en", service.address)).await.unwrap();
    browser.find(Locator::Css("#f-email")).await.unwrap().send_keys(&format!("{role}@demo.example")).await.unwrap();
    browser.find(Locator::Css("#f-password")).await.unwrap().send_keys(PASSWORD).await.unwrap();
    browser.find(Locator::Css("main button")).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css("nav.side")).await.unwrap();
}

/// Changes the language by the switch of the page.
pub async fn speak(browser: &Client, code: &str) {
    browser.find(Locator::Css(&format!("form.languages button[value={code}]"))).await.unwrap().click().await.unwrap();
    browser.wait().for_element(Locator::Css(&format!("html[lang={code}]"))).await.unwrap();
}

/// The demonstration with one finished match run.
pub async fn world() -> Service {
    let service = Service::start(On::Sqlite).await;
    service.demo().await;
    service.matched().await;
    service
}
