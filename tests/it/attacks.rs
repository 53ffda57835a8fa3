//! What an attacker would try, one attempt a story. Roles and rows are tried by `access.rs` and
//! `leaks`; here are the ways around them.

use crate::on_both;
use crate::support::{Answer, Browser, Program, Service};
use passerelle_domain::access::Role;
use serde_json::json;
use std::io::{Read, Write};
use std::time::Duration;
use uuid::Uuid;

/// Texts that break out of wherever they are put.
const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "javascript:alert(1)",
    "\u{202e}gnp.evil</textarea><script>alert(1)</script>",
    "{{7*7}}${7*7}<%= 7*7 %>",
];

fn harmless(answer: &Answer, place: &str) {
    for sign in ["<script>alert", "<img src=x", "<svg/onload", "href=\"javascript:", "\"><"] {
        // The last one stands in our own pages only where a tag follows a quoted attribute.
        let found = if sign == "\"><" { answer.text.contains("\"><img src=x") } else { answer.text.contains(sign) };
        assert!(!found, "{place} carries {sign}");
    }
    assert!(answer.status < 500, "{place}: {}", answer.status);
}

/// A head of the demonstration's institute, a trainee of it, and a token of the head.
async fn institute(service: &Service) -> (Browser, String, Uuid) {
    service.demo().await;
    let mut head = service.person(Role::InstituteHead).await;
    let csrf = head.csrf().await;
    let list = head.get("/api/v1/trainees?limit=1").await.json();
    let person = Uuid::parse_str(list["items"][0]["id"].as_str().unwrap()).unwrap();
    (head, csrf, person)
}

/// A multipart body with one file.
fn form_with_file(csrf: &str, name: &str, bytes: &[u8]) -> (String, Vec<u8>) {
    let mut body = format!("--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n").into_bytes();
    body.extend(b"--b\r\nContent-Disposition: form-data; name=\"audience\"\r\n\r\nteam\r\n");
    body.extend(format!("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n").into_bytes());
    body.extend(bytes);
    body.extend(b"\r\n--b--\r\n");
    ("multipart/form-data; boundary=b".into(), body)
}

/// One exchange on a bare connection.
fn raw(service: &Service, request: &[u8], wait: Duration) -> String {
    let mut stream = std::net::TcpStream::connect(service.address.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(wait)).unwrap();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

on_both! {
    async fn hostile_texts_stay_texts_on_every_page_in_every_language(on) {
        let service = Service::start(on).await;
        let (mut head, csrf, person) = institute(&service).await;
        let mut record = head.get(&format!("/api/v1/trainees/{person}")).await.json();
        let program = Program::new(&service.address, Some(token(&mut head, &csrf, &["read", "write", "export"]).await));
        let mut version = 1;
        for hostile in HOSTILE {
            record["family_name"] = json!(hostile);
            let saved = program.put(&format!("/api/v1/trainees/{person}"), version, record.clone()).await;
            // What turns the direction of a text is not taken at all.
            assert_eq!(saved.status, if hostile.contains('\u{202e}') { 422 } else { 200 }, "{}", saved.text);
            version += i64::from(saved.status == 200);
            head.post(&format!("/ui/trainees/{person}/comments"), &[("csrf", &csrf), ("text", hostile), ("audience", "everybody")]).await;
            for language in ["en", "fr", "de", "ar"] {
                head.post("/ui/language", &[("lang", language), ("next", "/ui")]).await;
                for path in ["/ui/trainees".to_owned(), format!("/ui/trainees/{person}"), format!("/ui/trainees/{person}/edit"), "/ui/outcomes".into()] {
                    harmless(&head.get(&path).await, &format!("{path} {language}"));
                }
            }
            let sought: String = hostile.bytes().map(|byte| format!("%{byte:02X}")).collect();
            for path in [
                "/ui/trainees?q=", "/ui/trainees?occupation=", "/ui/trainees?sort=", "/ui/trainees?after=", "/ui/trainees?case=", "/ui/trainees?cols=",
                "/ui/sign-in?next=", "/ui?notice=", "/ui/concepts?q=", "/ui/trainees/new?family_name=", "/ui/confirm/", "/ui/trainees/", "/problems/", "/ui/corridors/",
            ] {
                harmless(&head.get(&format!("{path}{sought}")).await, path);
            }
        }
    }

    async fn nobody_reaches_what_belongs_to_another_by_its_number(on) {
        let service = Service::start(on).await;
        let (mut head, csrf, person) = institute(&service).await;
        head.post(&format!("/ui/trainees/{person}/comments"), &[("csrf", &csrf), ("text", "a remark"), ("audience", "team")]).await;
        let (kind, body) = form_with_file(&csrf, "a.pdf", b"%PDF-1.4 a small file");
        assert_eq!(head.post_body(&format!("/ui/trainees/{person}/attachments"), &kind, body).await.status, 303);
        head.post("/ui/trainees/views", &[("csrf", &csrf), ("view_name", "mine"), ("journey", "visa")]).await;
        let secret = token(&mut head, &csrf, &["read"]).await;
        let account = head.get("/ui/account").await.text;
        let record = head.get(&format!("/ui/trainees/{person}")).await.text;
        let list = head.get("/ui/trainees").await.text;
        let mut stolen = Vec::new();
        for (page, start, end) in [
            (&record, "/ui/comments/", "/remove"), (&record, "/ui/attachments/", "/remove"), (&list, "/ui/views/", "/remove"),
            (&account, "/ui/account/tokens/", "/revoke"), (&account, "/ui/account/sessions/", "/end"),
        ] {
            let id = page.split(start).skip(1).find_map(|rest| rest.split('"').next().filter(|part| part.ends_with(end))).unwrap_or_else(|| panic!("no {start}"));
            stolen.push(format!("{start}{id}"));
        }
        let file = stolen[1].trim_end_matches("/remove").to_owned();
        assert_eq!(head.get(&file).await.status, 200);
        for role in [Role::EmployerApprover, Role::OriginApprover, Role::Operator, Role::Trainee] {
            let mut other = service.person(role).await;
            let csrf = other.csrf().await;
            for path in &stolen {
                let answer = other.post(path, &[("csrf", &csrf)]).await;
                assert_eq!(answer.status, 404, "{role} {path}");
            }
            assert_eq!(other.get(&file).await.status, 404, "{role}");
        }
        // All of it is still there.
        assert_eq!(head.get(&file).await.status, 200);
        assert_eq!(Program::new(&service.address, Some(secret)).get("/api/v1/me").await.status, 200);
    }

    async fn files_are_what_their_bytes_say_and_lie_where_we_put_them(on) {
        let service = Service::start(on).await;
        let (mut head, csrf, person) = institute(&service).await;
        let path = format!("/ui/trainees/{person}/attachments");
        for (name, bytes) in [("page.pdf", &b"<html><script>alert(1)</script>"[..]), ("run.png", b"MZ\x90\0 not a picture"), ("empty.pdf", b""), ("a.svg", b"<svg onload=alert(1)>"), ("bomb.docx", b"PK\x03\x04 no document at all")] {
            let (kind, body) = form_with_file(&csrf, name, bytes);
            assert_eq!(head.post_body(&path, &kind, body).await.status, 422, "{name}");
        }
        let (kind, body) = form_with_file("wrong", "a.pdf", b"%PDF-1.4 a");
        assert_eq!(head.post_body(&path, &kind, body).await.status, 403);
        let (kind, body) = form_with_file(&csrf, "big.pdf", &[b"%PDF-1.4".as_slice(), &vec![b'x'; 9 * 1024 * 1024]].concat());
        assert_eq!(head.post_body(&path, &kind, body).await.status, 413);
        let many = (0..200).map(|number| format!("--b\r\nContent-Disposition: form-data; name=\"p{number}\"\r\n\r\nx\r\n")).collect::<String>() + "--b--\r\n";
        assert_eq!(head.post_body(&path, "multipart/form-data; boundary=b", many.into_bytes()).await.status, 400);
        let (kind, body) = form_with_file(&csrf, "../../../../tmp/x\\\"; filename=evil.html", b"%PDF-1.4 a");
        assert_eq!(head.post_body(&path, &kind, body).await.status, 303);
        let page = head.get(&format!("/ui/trainees/{person}")).await.text;
        let at = page.find("/ui/attachments/").unwrap();
        let sent = head.get(&page[at..at + 16 + 36]).await;
        assert_eq!((sent.headers["content-type"].as_str(), sent.headers["x-content-type-options"].as_str()), ("application/pdf", "nosniff"));
        let disposition = &sent.headers["content-disposition"];
        assert!(disposition.starts_with("attachment; filename=\"") && disposition.contains(".pdf") && !disposition.contains("..") && !disposition.contains(".html"), "{disposition}");
        for path in ["/static/..%2f..%2fCargo.toml", "/static/%2e%2e/secret.key", "/static/../../../etc/passwd", "/static/%00"] {
            assert!(raw(&service, format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes(), Duration::from_secs(5)).starts_with("HTTP/1.1 40"), "{path}");
        }
    }

    async fn filters_orders_and_cursors_are_no_way_into_the_database(on) {
        let service = Service::start(on).await;
        let (mut head, _, _) = institute(&service).await;
        let all = head.get("/api/v1/trainees?limit=200").await.json()["items"].as_array().unwrap().len();
        for hostile in ["' OR '1'='1", "1; DROP TABLE trainee; --", "\\'; SELECT 1 --", "%25", "_", "a%00b", "' UNION SELECT * FROM account --"] {
            let sought: String = hostile.bytes().map(|byte| format!("%{byte:02X}")).collect();
            for name in ["q", "sort", "after", "occupation", "journey", "case", "cols", "limit", "possible_duplicate", "institute_id", "id", "trainee.email"] {
                let answer = head.get(&format!("/api/v1/trainees?{name}={sought}")).await;
                assert!([200, 422].contains(&answer.status), "{name}={hostile}: {} {}", answer.status, answer.text);
                if name == "q" && answer.status == 200 {
                    assert!(answer.json()["items"].as_array().unwrap().len() < all, "{hostile} found everybody");
                }
            }
            assert_eq!(head.get(&format!("/api/v1/trainees/{sought}")).await.status, 404);
        }
        // Nothing that people type is a pattern that could be made to run for ever.
        let long = "a".repeat(6_000);
        for path in ["/api/v1/trainees?q=", "/api/v1/concepts?q=", "/ui/concepts?q="] {
            assert!(head.get(&format!("{path}{long}")).await.status < 500, "{path}");
        }
        assert_eq!(head.get("/api/v1/trainees?limit=200").await.json()["items"].as_array().unwrap().len(), all);
    }

    async fn fields_that_no_form_has_are_not_taken(on) {
        let service = Service::start(on).await;
        let (mut head, csrf, person) = institute(&service).await;
        let program = Program::new(&service.address, Some(token(&mut head, &csrf, &["read", "write"]).await));
        let path = format!("/api/v1/trainees/{person}");
        let record = program.get(&path).await.json();
        for (name, value) in [
            ("merged_into", json!(Uuid::now_v7())), ("erased_at_ms", json!(1)), ("demo", json!(true)), ("search", json!("x")), ("name_key", json!("x")),
            ("created_at_ms", json!(1)), ("role", json!("operator")), ("institute_id", json!(Uuid::now_v7())), ("possible_duplicate", json!(true)),
        ] {
            let mut changed = record.clone();
            changed[name] = value;
            assert_eq!(program.put(&path, 1, changed).await.status, 422, "{name}");
        }
        let tokens = head.post("/ui/account/tokens", &[("csrf", &csrf), ("name", "x"), ("days", "100000"), ("scopes", "read")]).await;
        assert_eq!(tokens.status, 422);
        assert_eq!(program.get(&path).await.json(), record);
    }

    async fn bodies_that_are_large_packed_or_slow_are_given_up(on) {
        let service = Service::start_with(on, |config| config.server.request_seconds = 2).await;
        service.demo().await;
        let operator = service.operator().await;
        let large = json!({ "name": "x".repeat(2 * 1024 * 1024) });
        assert_eq!(operator.post("/api/v1/organisations", large).await.status, 413);
        let mut browser = Browser::new(&service.address);
        browser.csrf().await;
        let body = format!("csrf=a&email={}", "a".repeat(2 * 1024 * 1024)).into_bytes();
        assert_eq!(browser.post_body("/ui/sign-in", "application/x-www-form-urlencoded", body).await.status, 413);
        // A megabyte of nothing, packed: what counts is what comes out.
        let head = "POST /api/v1/organisations HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nConnection: close\r\n";
        let bomb = gzip_of_zeros();
        let mut request = format!("{head}Content-Length: {}\r\n\r\n", bomb.len()).into_bytes();
        request.extend(bomb);
        let answer = raw(&service, &request, Duration::from_secs(10));
        assert!(["HTTP/1.1 401", "HTTP/1.1 413", "HTTP/1.1 400"].iter().any(|start| answer.starts_with(start)), "{answer}");
        // A body that comes a byte at a time is not waited for.
        let answer = raw(&service, b"POST /ui/sign-in HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\nConnection: close\r\n\r\ncsrf=", Duration::from_secs(20));
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        // Nor is a head.
        let answer = raw(&service, b"GET /ui HTTP/1.1\r\nHost: a\r\nX-Slow: ", Duration::from_secs(30));
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
        let nested = "[".repeat(100_000);
        let answer = operator.send("POST", "/api/v1/organisations", &[], Some(nested)).await;
        assert!([400, 422].contains(&answer.status), "{}", answer.status);
        assert_eq!(operator.get("/api/v1/me").await.status, 200, "it is still there");
    }

    async fn many_names_from_one_address_are_locked_out_too(on) {
        let service = Service::start_with(on, |config| config.security.sign_in_failures_per_address = 8).await;
        service.demo().await;
        let mut statuses = Vec::new();
        for number in 0..10 {
            let mut browser = Browser::new(&service.address);
            statuses.push(browser.sign_in(&format!("person{number}@demo.example"), "Summer in Rabat 2026").await);
        }
        assert_eq!(statuses, [401, 401, 401, 401, 401, 401, 401, 401, 429, 429], "one word tried on many names");
    }

    async fn headers_and_frames_and_foreign_forms_find_no_hold(on) {
        let service = Service::start(on).await;
        let (mut head, csrf, person) = institute(&service).await;
        let answer = head.post("/ui/language", &[("lang", "fr"), ("next", "/ui\r\nSet-Cookie: stolen=1")]).await;
        assert_eq!(answer.headers["location"], "/ui");
        assert!(!answer.headers.values().any(|value| value.contains("stolen")));
        for next in ["https://example.org", "//example.org", "/\\example.org", "/ui//example.org"] {
            let answer = head.post("/ui/language", &[("lang", "fr"), ("next", next)]).await;
            assert_eq!(answer.headers["location"], "/ui", "{next}");
        }
        for path in ["/ui", "/ui/sign-in", "/api/v1/me", "/nowhere"] {
            let answer = head.get(path).await;
            assert_eq!(answer.headers["x-frame-options"], "DENY", "{path}");
            assert!(answer.headers["content-security-policy"].contains("frame-ancestors 'none'"), "{path}");
            assert!(!answer.headers.contains_key("access-control-allow-origin"), "{path}: no other site may read it");
        }
        // A form of another site has the cookie and not the word.
        for path in [
            "/ui/trainees".to_owned(), format!("/ui/trainees/{person}/delete"), format!("/ui/trainees/{person}/comments"), "/ui/account/tokens".into(),
            "/ui/team/invite".into(), "/ui/trainees/bulk".into(), "/ui/sign-out".into(), "/ui/account/passkeys/options".into(), "/ui/account/provider".into(),
        ] {
            assert_eq!(head.post(&path, &[("csrf", "")]).await.status, 403, "{path}");
            assert_eq!(head.post(&path, &[("csrf", &csrf.replace(|c: char| c.is_ascii_digit(), "0"))]).await.status, 403, "{path}");
        }
        let cells = head.get("/ui/trainees.csv").await;
        assert_eq!(cells.status, 200);
        assert!(cells.headers["content-disposition"].starts_with("attachment"));
    }

    async fn a_cell_that_a_spreadsheet_would_run_is_disarmed(on) {
        let service = Service::start(on).await;
        let (mut head, csrf, person) = institute(&service).await;
        let program = Program::new(&service.address, Some(token(&mut head, &csrf, &["read", "write", "export"]).await));
        let path = format!("/api/v1/trainees/{person}");
        let mut record = program.get(&path).await.json();
        for (number, start) in ["=", "+", "-", "@", "=cmd|' /C calc'!A0"].into_iter().enumerate() {
            record["family_name"] = json!(format!("{start}HYPERLINK(\"http://example.org\")"));
            let saved = program.put(&path, i64::try_from(number).unwrap() + 1, record.clone()).await;
            assert_eq!(saved.status, 200, "{}", saved.text);
            let file = program.get("/api/v1/trainees.csv").await.text;
            let rows = csv::Reader::from_reader(file.as_bytes()).into_records().map(Result::unwrap).collect::<Vec<_>>();
            let cell = rows.iter().flat_map(|row| row.iter()).find(|cell| cell.contains("HYPERLINK")).unwrap().to_owned();
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
    }
}

/// A token made on the account's page.
pub async fn token(browser: &mut Browser, csrf: &str, scopes: &[&str]) -> String {
    let mut fields = vec![("csrf", csrf), ("name", "test"), ("days", "1")];
    fields.extend(scopes.iter().map(|scope| ("scopes", *scope)));
    let page = browser.post("/ui/account/tokens", &fields).await.text;
    let start = page.find("pas_").expect("a token on the page");
    page[start..start + 68].to_owned()
}

/// Sixty-four megabytes of zeros in some sixty kilobytes (RFC 1951: stored by the library that
/// packs our own answers).
fn gzip_of_zeros() -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let block = vec![0_u8; 1024 * 1024];
    for _ in 0..64 {
        packed.write_all(&block).unwrap();
    }
    packed.finish().unwrap()
}
