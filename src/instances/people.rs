//! What `trainees.csv` and `roles.csv` say beside groups and caps: what people bring and roles ask for.

use super::FileError;
use super::folder::{Folder, columns, open};
use passerelle_engine::solver::candidates::{Asks, Candidates, Post, Seeker};
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Destinations that a mask has room for.
const DESTINATIONS: u32 = 64;

/// Languages by number, in the order in which they are met.
#[derive(Default)]
struct Languages(BTreeMap<String, u32>);

impl Languages {
    fn number(&mut self, code: &str) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(code.to_owned()).or_insert(next)
    }
}

impl Folder {
    /// Reads what candidates are made from. The origin of a trainee is the root of her group.
    ///
    /// # Errors
    /// The first fault, with its file and line.
    pub fn people(&self) -> Result<(Vec<Seeker>, Vec<Post>), FileError> {
        let (mut languages, roots) = (Languages::default(), self.roots()?);
        let mut posts = Vec::new();
        let file = self.file("roles.csv");
        let names = ["origin", "dest", "family", "min_qual", "lang", "min_lang", "age_min", "age_max", "needs_recognition", "skills"];
        rows(&file, names, |row| {
            let asks = Asks {
                destination: row.number(1)?,
                min_qualification: row.number(3)?,
                language: languages.number(row.fields[4]),
                min_level: row.number(5)?,
                age_min: row.number(6)?,
                age_max: row.number(7)?,
                needs_recognition: row.number(8)? != 0,
            };
            let weighed = row.pairs(9)?;
            let skills = weighed.iter().map(|(skill, weight)| Ok((row.whole(9, skill)?, row.whole(9, weight)?)));
            let post = Post { origin: row.number(0)?, family: row.number(2)?, asks, skills: skills.collect::<Result<_, _>>()? };
            if asks.destination >= DESTINATIONS {
                return Err(row.wrong(1, "is beyond the 64 destinations that a mask has room for"));
            }
            posts.push(post);
            Ok(())
        })?;
        let mut seekers = Vec::new();
        let file = self.file("trainees.csv");
        let names = ["group", "family", "qual", "age", "recognised_mask", "visa_mask", "languages", "skills"];
        rows(&file, names, |row| {
            let group = row.number(0)?;
            let origin = *roots.get(group as usize).ok_or_else(|| row.wrong(0, "is no group"))?;
            let spoken = row.pairs(6)?;
            seekers.push(Seeker {
                origin,
                family: row.number(1)?,
                qualification: row.number(2)?,
                age: row.number(3)?,
                recognised: row.mask(4)?,
                visa: row.mask(5)?,
                languages: spoken
                    .iter()
                    .map(|(code, level)| Ok((languages.number(code), row.whole(6, level)?)))
                    .collect::<Result<_, _>>()?,
                skills: row.list(7).map(|skill| row.whole(7, skill)).collect::<Result<_, _>>()?,
            });
            Ok(())
        })?;
        Ok((seekers, posts))
    }
}

/// One row of a file, by the columns that were asked for.
struct Row<'r, const N: usize> {
    file: &'r Path,
    line: u64,
    names: [&'r str; N],
    fields: [&'r str; N],
}

impl<const N: usize> Row<'_, N> {
    fn wrong(&self, at: usize, problem: &str) -> FileError {
        FileError::new(self.file, self.line, format!("{} {problem}", self.names[at]))
    }

    fn whole(&self, at: usize, text: &str) -> Result<u32, FileError> {
        // Sums over a list of skills stay below 2^32.
        text.parse::<u32>().ok().filter(|number| *number < 1 << 24).ok_or_else(|| self.wrong(at, "is not a whole number below 16,777,216"))
    }

    fn number(&self, at: usize) -> Result<u32, FileError> {
        self.whole(at, self.fields[at])
    }

    fn mask(&self, at: usize) -> Result<u64, FileError> {
        self.fields[at].parse().map_err(|_| self.wrong(at, "is no set of bits"))
    }

    fn list(&self, at: usize) -> impl Iterator<Item = &str> {
        self.fields[at].split(';').filter(|part| !part.is_empty())
    }

    fn pairs(&self, at: usize) -> Result<Vec<(&str, &str)>, FileError> {
        let pairs: Option<Vec<_>> = self.list(at).map(|part| part.split_once(':')).collect();
        pairs.filter(|pairs| pairs.len() <= 200).ok_or_else(|| self.wrong(at, "is no list such as de:3;en:4, of at most 200"))
    }
}

fn rows<const N: usize>(
    file: &Path,
    names: [&str; N],
    mut each: impl FnMut(&Row<'_, N>) -> Result<(), FileError>,
) -> Result<(), FileError> {
    let mut reader = open(file)?;
    let places = columns(file, &mut reader, names)?;
    let mut record = csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record);
        if !more.map_err(|error| FileError::new(file, error.position().map(csv::Position::line), &error))? {
            return Ok(());
        }
        let line = record.position().map_or(0, csv::Position::line);
        let fields = places.map(|column| record.get(column).unwrap_or_default());
        each(&Row { file, line, names, fields })?;
    }
}

/// Writes candidates as `t,r,score`.
///
/// # Errors
/// When the file cannot be written.
pub fn write_candidates(file: &Path, candidates: &Candidates) -> Result<(), FileError> {
    let failed = |error: std::io::Error| FileError::new(file, None, error);
    let mut out = BufWriter::with_capacity(1 << 18, std::fs::File::create(file).map_err(failed)?);
    out.write_all(b"t,r,score\n").map_err(failed)?;
    for trainee in 0..candidates.start.len().saturating_sub(1) {
        for candidate in &candidates.found[candidates.start[trainee] as usize..candidates.start[trainee + 1] as usize] {
            writeln!(out, "{trainee},{},{}", candidate.role, candidate.score).map_err(failed)?;
        }
    }
    out.flush().map_err(failed)
}
