//! Matching instances in folders (format `gsp-match-1`, described in `docs/MATCHING.md`): read with
//! every fault named by file and line, solved from the command line, written back.

mod certificate;
mod edges;
mod folder;
mod matching;
mod people;
mod shocks;
mod stats;
mod ties;

pub use certificate::{read_cutoffs, read_prices, write_cutoffs, write_prices};
pub use folder::{Folder, Instance, Wanted};
pub use matching::{read as read_matching, write as write_matching};
pub use people::write_candidates;
pub use shocks::{Shock, ShockKind, shocked};
pub use stats::{Stats, peak_rss_bytes};

use std::fmt;
use std::path::Path;

/// What is wrong with a file, and where.
#[derive(Debug)]
pub struct FileError {
    pub file: String,
    /// Line of a text file, from 1; nothing where the fault has none.
    pub line: Option<u64>,
    pub problem: String,
}

impl FileError {
    pub fn new(file: &Path, line: impl Into<Option<u64>>, problem: impl fmt::Display) -> Self {
        Self { file: file.display().to_string(), line: line.into(), problem: problem.to_string() }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.problem),
            None => write!(f, "{}: {}", self.file, self.problem),
        }
    }
}

impl std::error::Error for FileError {}
