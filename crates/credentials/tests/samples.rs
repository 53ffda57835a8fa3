//! Every sample whose verdict an independent verifier wrote down. `PASSERELLE_CREDENTIALS` names the folder;
//! without it the few that come with the project are looked at.

use chrono::{DateTime, Utc};
use passerelle_credentials::{Documents, Outcome, Policy, Report, Verdict, What, verify_bytes};
use serde_json::Value;
use std::path::{Path, PathBuf};

struct Served(PathBuf);

impl Documents for Served {
    fn get(&self, url: &str) -> Option<Value> {
        let pages = "https://digitalcredentials.github.io/vc-test-fixtures/";
        let raw = "https://raw.githubusercontent.com/digitalcredentials/verifier-core/refs/heads/main/src/test-fixtures/status/";
        let path = match (url.strip_prefix(pages), url.strip_prefix(raw)) {
            (Some(rest), _) => self.0.join("vc-test-fixtures").join(rest),
            (_, Some(rest)) => self.0.join("vc-test-fixtures/statusLists/verifier-core").join(rest),
            _ => return None,
        };
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    }
}

fn at() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn look(folder: &Path, file: &str, any_key: bool) -> Report {
    let bytes = std::fs::read(folder.join(file)).unwrap();
    verify_bytes(&bytes, &Served(folder.to_owned()), Policy { at: at(), any_key })
}

#[test]
fn every_sample_gets_its_verdict() {
    let folder = std::env::var("PASSERELLE_CREDENTIALS").unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples").into());
    let folder = PathBuf::from(folder);
    let mut wrong = Vec::new();
    let mut seen = 0;
    let rows = csv::Reader::from_path(folder.join("expected.csv")).unwrap();
    let rows: Vec<csv::StringRecord> = rows.into_records().map(Result::unwrap).collect();
    for row in &rows {
        let [file, kind, proof, declared, window, bit] = [0, 1, 3, 4, 5, 6].map(|at| row.get(at).unwrap_or_default());
        if proof.is_empty() {
            continue;
        }
        seen += 1;
        let report = look(&folder, file, true);
        let expected = match (proof, window, bit) {
            ("proof-invalid", ..) | (_, "expired" | "not-yet-valid", _) => Verdict::Invalid,
            (_, _, "revoked") => Verdict::Invalid,
            (_, _, bit) if bit.starts_with("list-unusable") => Verdict::Invalid,
            ("proof-valid" | "unsupported-proof-type", _, "none" | "clear") => Verdict::Valid,
            _ => Verdict::Unverifiable,
        };
        let said = match report.outcome(What::Proof) {
            Some(Outcome::Failed) => "proof-invalid",
            _ if report.checks.iter().any(|check| check.what == What::Proof && check.outcome == Outcome::Passed) => "proof-valid",
            _ => "not-checked",
        };
        let proof_fits = match proof {
            "unsupported-proof-type" => true,
            "no-proof" | "not-checked" => said == "not-checked" || said == "proof-invalid",
            proof => proof == said,
        };
        let declared_fits = match declared {
            "not-valid" => report.verdict != Verdict::Valid,
            "valid" => report.verdict != Verdict::Invalid,
            _ => true,
        };
        if report.verdict != expected || !proof_fits || !declared_fits {
            wrong.push(format!(
                "{file} {kind}: expected {expected:?} ({proof}, declared {declared}), is {:?}: {:#?}",
                report.verdict, report.checks
            ));
        }
        // Without the shortcut a key that nobody vouches for is never enough.
        let strict = look(&folder, file, false);
        assert!(strict.verdict == report.verdict || strict.verdict == Verdict::Unverifiable, "{file}");
    }
    assert!(seen >= 8, "{seen}");
    assert!(wrong.is_empty(), "{} of {seen}:\n{}", wrong.len(), wrong.join("\n"));
}
