//! Signed credentials at the terminal: judged without a database and without a network.

use super::json::pretty;
use super::{EXIT_FOUND, EXIT_INPUT, Failure};
use chrono::{DateTime, Utc};
use passerelle_credentials::{Documents, LARGEST, Outcome, Policy, Report, Verdict, verify_bytes};
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Documents of others, laid out in folders as they lie at their addresses.
struct Folders(Vec<(String, PathBuf)>);

impl Documents for Folders {
    fn get(&self, url: &str) -> Option<Value> {
        let (rest, folder) = self.0.iter().find_map(|(address, folder)| Some((url.strip_prefix(address.as_str())?, folder)))?;
        let rest = rest.trim_start_matches('/');
        if rest.split('/').any(|part| part == ".." || part.is_empty()) {
            return None;
        }
        let bytes = read(&folder.join(rest)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }
}

/// A file, as far as one may be long.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(LARGEST as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// The credential: JSON.
    file: PathBuf,
    /// Where documents of others lie, as ADDRESS=FOLDER: what is at ADDRESS/x is read from FOLDER/x. May be repeated.
    #[arg(long, value_parser = folder)]
    documents: Vec<(String, PathBuf)>,
    /// The time that it should hold at, such as 2026-01-01T00:00:00Z; now without it.
    #[arg(long)]
    at: Option<DateTime<Utc>>,
    /// Take a key that fits as the issuer's, though nothing shows that it is.
    #[arg(long)]
    any_key: bool,
    #[arg(long)]
    json: bool,
}

fn folder(text: &str) -> Result<(String, PathBuf), String> {
    let (address, folder) = text.split_once('=').ok_or("write ADDRESS=FOLDER")?;
    Ok((address.trim_end_matches('/').to_owned() + "/", PathBuf::from(folder)))
}

/// Judges a file. 0 valid, 1 invalid or unverifiable.
pub(super) fn verify(args: VerifyArgs) -> Result<(), Failure> {
    let bytes = read(&args.file).map_err(|error| Failure::new(EXIT_INPUT, format!("{}: {error}", args.file.display())))?;
    let policy = Policy { at: args.at.unwrap_or_else(|| crate::clock::Moment::now().0), any_key: args.any_key };
    let report = verify_bytes(&bytes, &Folders(args.documents), policy);
    if args.json {
        println!("{}", pretty(&serde_json::json!(report)));
    } else {
        print(&report);
    }
    match report.verdict {
        Verdict::Valid => Ok(()),
        Verdict::Invalid => Err(Failure::new(EXIT_FOUND, "the credential is invalid")),
        Verdict::Unverifiable => Err(Failure::new(EXIT_FOUND, "not everything about the credential could be checked")),
    }
}

fn print(report: &Report) {
    let verdict = match report.verdict {
        Verdict::Valid => "valid",
        Verdict::Invalid => "invalid",
        Verdict::Unverifiable => "unverifiable",
    };
    println!("{verdict}");
    for (what, value) in [("issuer", &report.issuer), ("issuer name", &report.issuer_name), ("name", &report.name)] {
        if let Some(value) = value {
            println!("  {what}: {value}");
        }
    }
    for check in &report.checks {
        let outcome = match check.outcome {
            Outcome::Passed => "passed",
            Outcome::Failed => "FAILED",
            Outcome::NotChecked => "not checked",
        };
        println!("  {:11} {outcome:11} {}", format!("{:?}", check.what).to_lowercase(), check.detail);
    }
}
