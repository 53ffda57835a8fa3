//! Reading and writing corridor packs as YAML files.
//!
//! Every complaint names the file, the line, the key and the fix. Shape and values are checked
//! while reading; what a whole pack must satisfy is `passerelle_domain::corridor::check`.

use passerelle_domain::corridor::{CorridorPack, check};
use serde::Deserialize;
use std::fmt;
use std::path::Path;

/// One complaint about one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackError {
    pub file: String,
    pub line: Option<u64>,
    pub key: String,
    pub problem: String,
    pub fix: String,
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: {}", self.key, self.problem)?;
        if self.fix.is_empty() { Ok(()) } else { write!(f, "; fix: {}", self.fix) }
    }
}

/// Reads one pack.
///
/// # Errors
/// Everything that is wrong with the text, in the order of the file where it has one.
pub fn read(file: &str, text: &str) -> Result<CorridorPack, Vec<PackError>> {
    let pack = shape(file, text).map_err(|error| vec![error])?;
    let findings = check(&pack);
    if findings.is_empty() {
        return Ok(pack);
    }
    let located = findings.into_iter().map(|finding| PackError {
        file: file.into(),
        line: line_of(text, &finding.key),
        key: finding.key,
        problem: finding.problem,
        fix: finding.fix,
    });
    Err(located.collect())
}

/// Reads a pack that may still be unfinished: shape and values are right, the rest is for the
/// validation to say.
///
/// # Errors
/// The first thing that cannot be read.
pub fn shape(file: &str, text: &str) -> Result<CorridorPack, PackError> {
    let mut track = serde_path_to_error::Track::new();
    let parsed = serde_saphyr::with_deserializer_from_str(text, |de| {
        CorridorPack::deserialize(serde_path_to_error::Deserializer::new(de, &mut track))
    });
    parsed.map_err(|error| {
        let line = error.location().map(|location| location.line());
        let key = track.path().to_string();
        PackError {
            file: file.into(),
            line,
            key: if key == "." { "file".into() } else { key },
            problem: first_line(&error.without_snippet().to_string()),
            fix: "correct the value, or see config/corridors/README.md for the keys and their forms".into(),
        }
    })
}

/// Writes a pack so that reading it again gives an equal one.
///
/// # Errors
/// When the pack holds a value that YAML cannot carry.
pub fn write(pack: &CorridorPack) -> Result<String, serde_saphyr::ser_error::Error> {
    serde_saphyr::to_string(pack)
}

/// Reads every `*.yaml` file of a folder, or one file.
///
/// # Errors
/// The complaints about all files, so that one run shows them all.
pub fn read_path(path: &Path) -> Result<Vec<CorridorPack>, Vec<PackError>> {
    let trouble = |file: &Path, problem: String| PackError {
        file: file.display().to_string(),
        line: None,
        key: "file".into(),
        problem,
        fix: "name a readable YAML file or a folder of them".into(),
    };
    let mut files = if path.is_dir() {
        let entries = std::fs::read_dir(path).map_err(|error| vec![trouble(path, error.to_string())])?;
        entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|file| file.extension().is_some_and(|e| e == "yaml")).collect()
    } else {
        vec![path.to_path_buf()]
    };
    files.sort();
    if files.is_empty() {
        return Err(vec![trouble(path, "has no file that ends in .yaml".into())]);
    }
    let (mut packs, mut errors) = (Vec::new(), Vec::new());
    for file in &files {
        match std::fs::read_to_string(file) {
            Ok(text) => match read(&file.display().to_string(), &text) {
                Ok(pack) => packs.push(pack),
                Err(more) => errors.extend(more),
            },
            Err(error) => errors.push(trouble(file, error.to_string())),
        }
    }
    if errors.is_empty() { Ok(packs) } else { Err(errors) }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// The line on which a key path such as `steps[3].after` stands: the line of its top-level key,
/// or of the list entry below it.
fn line_of(text: &str, key: &str) -> Option<u64> {
    let top: String = key.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let entry: Option<usize> =
        key.strip_prefix(&top).and_then(|rest| rest.strip_prefix('[')).and_then(|rest| rest.split(']').next()?.parse().ok());
    let start = text.lines().position(|line| line.starts_with(&format!("{top}:")))?;
    let offset = match entry {
        None => 0,
        Some(wanted) => text
            .lines()
            .enumerate()
            .skip(start + 1)
            .take_while(|(_, line)| line.is_empty() || line.starts_with([' ', '-', '#']))
            .filter(|(_, line)| line.starts_with("- ") || line.starts_with("  - "))
            .nth(wanted)
            .map_or(0, |(at, _)| at - start),
    };
    u64::try_from(start + offset + 1).ok()
}
