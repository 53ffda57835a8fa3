//! The official ESCO download: a zip or a folder of CSV files, of any release from v1.0 to v1.2
//! and any language. Columns are found by their headers, the language by the file name.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// A file larger than this is no ESCO file: the largest official one has 30 MB.
const FILE_BYTES_MAX: u64 = 400 * 1024 * 1024;

/// A complaint about an import, as a person can mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EscoError {
    pub file: String,
    pub line: Option<u64>,
    pub column: Option<String>,
    pub reason: String,
}

impl fmt::Display for EscoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl EscoError {
    pub fn file(file: &str, reason: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, column: None, reason: reason.into() }
    }
}

/// Rows of one file, by column name.
#[derive(Debug)]
pub struct Table {
    pub file: String,
    columns: BTreeMap<String, usize>,
    pub rows: Vec<(u64, csv::StringRecord)>,
}

/// A row with its place, for complaints.
#[derive(Debug, Clone, Copy)]
pub struct RowRef<'a> {
    table: &'a Table,
    line: u64,
    record: &'a csv::StringRecord,
}

impl Table {
    pub fn iter(&self) -> impl Iterator<Item = RowRef<'_>> {
        self.rows.iter().map(|(line, record)| RowRef { table: self, line: *line, record })
    }

    /// # Errors
    /// When the file lacks one of the columns.
    pub fn require(&self, columns: &[&str]) -> Result<(), EscoError> {
        match columns.iter().find(|column| !self.columns.contains_key(**column)) {
            None => Ok(()),
            Some(column) => Err(EscoError {
                file: self.file.clone(),
                line: Some(1),
                column: Some((*column).into()),
                reason: "the column is missing from the header".into(),
            }),
        }
    }
}

impl<'a> RowRef<'a> {
    /// The text of a column; empty when the release has no such column.
    pub fn get(&self, column: &str) -> &'a str {
        self.table.columns.get(column).and_then(|at| self.record.get(*at)).unwrap_or("").trim()
    }

    pub fn error(&self, column: &str, reason: impl Into<String>) -> EscoError {
        EscoError { file: self.table.file.clone(), line: Some(self.line), column: Some(column.into()), reason: reason.into() }
    }
}

/// Where the files are: a folder, or a zip archive.
#[derive(Debug)]
pub enum Source {
    Folder(Vec<PathBuf>),
    Zip(PathBuf, Vec<String>),
    /// Files that come with the binary, by name.
    Memory(Vec<(String, Vec<u8>)>),
}

impl Source {
    /// # Errors
    /// When the path is neither a folder nor a zip archive.
    pub fn open(path: &Path) -> Result<Self, EscoError> {
        let name = path.display().to_string();
        if path.is_dir() {
            let entries = std::fs::read_dir(path).map_err(|error| EscoError::file(&name, error.to_string()))?;
            let mut files: Vec<PathBuf> = entries
                .filter_map(Result::ok)
                .map(|entry| entry.path())
                .filter(|file| file.extension().is_some_and(|e| e == "csv"))
                .collect();
            files.sort();
            return Ok(Self::Folder(files));
        }
        let file = File::open(path).map_err(|error| EscoError::file(&name, error.to_string()))?;
        let archive = zip::ZipArchive::new(BufReader::new(file))
            .map_err(|error| EscoError::file(&name, format!("is neither a folder nor a readable zip archive ({error})")))?;
        let mut names: Vec<String> = archive.file_names().filter(|name| name.ends_with(".csv")).map(str::to_owned).collect();
        names.sort();
        Ok(Self::Zip(path.to_owned(), names))
    }

    /// Names of the CSV files, without folders.
    pub fn names(&self) -> Vec<String> {
        let base = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
        match self {
            Self::Folder(files) => files.iter().map(|file| base(&file.to_string_lossy())).collect(),
            Self::Zip(_, names) => names.iter().map(|name| base(name)).collect(),
            Self::Memory(files) => files.iter().map(|(name, _)| base(name)).collect(),
        }
    }

    /// Reads the file that starts with `stem` for a language: `occupations_en.csv`, or
    /// `occupationSkillRelations.csv` where a release leaves the language out. A regional
    /// language such as `en-us` serves as its main language. `None` when there is no such file.
    ///
    /// # Errors
    /// When a line is not as wide as the header, or is not UTF-8.
    pub fn table(&self, stem: &str, language: &str) -> Result<Option<Table>, EscoError> {
        let names = self.names();
        let exact = [format!("{stem}_{language}.csv"), format!("{stem}.csv")];
        let at = exact
            .iter()
            .find_map(|wanted| names.iter().position(|name| name == wanted))
            .or_else(|| names.iter().position(|name| name.starts_with(&format!("{stem}_{language}-"))));
        let Some(at) = at else { return Ok(None) };
        match self {
            Self::Folder(files) => {
                let name = files[at].display().to_string();
                let file = File::open(&files[at]).map_err(|error| EscoError::file(&name, error.to_string()))?;
                parse(&name, BufReader::new(file)).map(Some)
            }
            Self::Memory(files) => parse(&files[at].0, files[at].1.as_slice()).map(Some),
            Self::Zip(path, entries) => {
                let name = format!("{}!{}", path.display(), entries[at]);
                let trouble = |error: String| EscoError::file(&name, error);
                let file = File::open(path).map_err(|error| trouble(error.to_string()))?;
                let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|error| trouble(error.to_string()))?;
                let entry = archive.by_name(&entries[at]).map_err(|error| trouble(error.to_string()))?;
                parse(&name, entry.take(FILE_BYTES_MAX)).map(Some)
            }
        }
    }

    /// Languages for which there is a file of occupations or skills.
    pub fn languages(&self) -> Vec<String> {
        let mut found: Vec<String> = self
            .names()
            .iter()
            .filter_map(|name| name.strip_prefix("occupations_").or_else(|| name.strip_prefix("skills_")))
            .filter_map(|rest| rest.strip_suffix(".csv"))
            .filter_map(|language| language.split('-').next().map(str::to_owned))
            .collect();
        found.sort();
        found.dedup();
        found
    }
}

fn parse(name: &str, reader: impl Read) -> Result<Table, EscoError> {
    let mut csv = csv::ReaderBuilder::new().flexible(false).from_reader(reader);
    let trouble = |error: &csv::Error| {
        let line = error.position().map(csv::Position::line);
        let reason = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("has {len} columns where the header has {expected_len}; check for a missing or unclosed quote")
            }
            csv::ErrorKind::Utf8 { .. } => "is not UTF-8; the official files are".to_owned(),
            _ => error.to_string(),
        };
        EscoError { file: name.into(), line, column: None, reason }
    };
    let headers = csv.headers().map_err(|error| trouble(&error))?.clone();
    let columns = headers.iter().enumerate().map(|(at, column)| (column.trim_start_matches('\u{feff}').trim().to_owned(), at)).collect();
    let mut rows = Vec::new();
    for record in csv.records() {
        let record = record.map_err(|error| trouble(&error))?;
        rows.push((record.position().map_or(0, csv::Position::line), record));
    }
    Ok(Table { file: name.into(), columns, rows })
}

/// Options of an import.
#[derive(Debug, Clone, Deserialize)]
pub struct ImportOptions {
    pub scheme_version: String,
    pub language: String,
}
