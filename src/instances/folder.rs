//! `groups.csv`, `trainees.csv`, `roles.csv` and the pairs of an instance, made one problem.

use super::{FileError, edges};
use passerelle_engine::solver::{Fault, Forest, NONE, Parts, Problem};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// A folder with an instance.
#[derive(Debug, Clone)]
pub struct Folder {
    pub path: PathBuf,
}

/// What the caller will do with the problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Weights stay on the disk: stable matching does not read them.
    Stable,
    Weights,
}

/// A problem with the way back to the numbers of its files.
#[derive(Debug, Clone)]
pub struct Instance {
    pub problem: Problem,
    /// For each group of the file whether it is on the trainees' side, and its number there.
    pub groups: Vec<(bool, u32)>,
    /// Employer of each role.
    pub employer: Vec<u32>,
    /// How long the file of pairs took to read.
    pub reading_pairs: Duration,
}

/// The groups of a file, apart by side.
struct Groups {
    trainees: Forest,
    roles: Forest,
    place: Vec<(bool, u32)>,
    /// Line of each group, for what is found wrong later.
    line: Vec<u64>,
}

impl Folder {
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Reads everything a solver needs: groups, trainees, roles, and `edges.bin` when it is there, else
    /// `edges.csv`.
    ///
    /// # Errors
    /// The first fault, with its file and line.
    pub fn read(&self, wanted: Wanted) -> Result<Instance, FileError> {
        let groups = self.groups()?;
        let trainees = self.file("trainees.csv");
        let (mut trainee_group, mut merit) = (Vec::new(), Vec::new());
        rows(&trainees, ["t", "group", "merit"], |line, [t, group, merit_of]| {
            dense(&trainees, line, t, trainee_group.len())?;
            trainee_group.push(leaf(&trainees, line, group, &groups, true)?);
            merit.push(merit_of);
            Ok(())
        })?;
        let roles = self.file("roles.csv");
        let (mut role_group, mut employer, mut seats, mut target) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        rows(&roles, ["r", "group", "employer", "cap", "target"], |line, [r, group, of, cap, wished]| {
            dense(&roles, line, r, role_group.len())?;
            role_group.push(leaf(&roles, line, group, &groups, false)?);
            employer.push(of);
            seats.push(cap);
            target.push(wished);
            Ok(())
        })?;
        // Merit first; of equals the smaller number.
        let mut order: Vec<u32> = (0..trainee_group.len() as u32).collect();
        order.sort_by_key(|trainee| std::cmp::Reverse(merit[*trainee as usize]));
        let mut priority = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, trainee)| priority[*trainee as usize] = place as u32);
        let begun = Instant::now();
        let edges = edges::read(self, trainee_group.len(), role_group.len(), wanted)?;
        let reading_pairs = begun.elapsed();
        let parts = Parts {
            trainee_groups: groups.trainees,
            trainee_group,
            priority,
            role_groups: groups.roles,
            role_group,
            seats,
            target,
            start: edges.start,
            pairs: edges.pairs,
            weight: edges.weight,
        };
        let at = |side: bool, number: usize| groups.place.iter().position(|place| *place == (side, number as u32)).map(|g| groups.line[g]);
        let problem = Problem::new(parts).map_err(|fault| {
            let line = match &fault {
                Fault::Cycle { side, group } | Fault::MinimumAboveCap { side, group } => at(*side == "trainees", *group),
                _ => None,
            };
            FileError::new(&self.file("groups.csv"), line, fault)
        })?;
        Ok(Instance { problem, groups: groups.place, employer, reading_pairs })
    }

    /// For each group of the file the number of its root.
    pub(super) fn roots(&self) -> Result<Vec<u32>, FileError> {
        let groups = self.groups()?;
        // Where each group of a side stands in the file.
        let (mut of_trainees, mut of_roles) = (vec![0; groups.trainees.len()], vec![0; groups.roles.len()]);
        for (at, (side, own)) in groups.place.iter().enumerate() {
            (if *side { &mut of_trainees } else { &mut of_roles })[*own as usize] = at as u32;
        }
        let number = |side: bool, own: usize| if side { of_trainees[own] } else { of_roles[own] };
        let mut roots = Vec::with_capacity(groups.place.len());
        for (at, (side, own)) in groups.place.iter().enumerate() {
            let forest = if *side { &groups.trainees } else { &groups.roles };
            // A chain longer than all groups goes round.
            match forest.chain(*own).take(forest.len() + 1).enumerate().last() {
                Some((steps, root)) if steps < forest.len() => roots.push(number(*side, root)),
                _ => return Err(FileError::new(&self.file("groups.csv"), groups.line[at], "the group encloses itself")),
            }
        }
        Ok(roots)
    }

    fn groups(&self) -> Result<Groups, FileError> {
        let file = self.file("groups.csv");
        let mut reader = open(&file)?;
        let mut groups = Groups { trainees: Forest::default(), roles: Forest::default(), place: vec![], line: vec![] };
        let mut parents: Vec<i64> = Vec::new();
        let columns = columns(&file, &mut reader, ["g", "side", "parent", "cap", "min"])?;
        let mut record = csv::ByteRecord::new();
        while reader.read_byte_record(&mut record).map_err(|error| csv_error(&file, &error))? {
            let line = record.position().map_or(0, csv::Position::line);
            let field = |at: usize| record.get(columns[at]).unwrap_or_default();
            let side = match field(1) {
                b"T" => true,
                b"R" => false,
                _ => return Err(FileError::new(&file, line, "side is neither T nor R")),
            };
            let number = whole(&file, line, "g", field(0))?;
            dense(&file, line, number, parents.len())?;
            let parent: i64 = std::str::from_utf8(field(2))
                .ok()
                .and_then(|text| text.parse().ok())
                .filter(|parent| *parent >= -1)
                .ok_or_else(|| FileError::new(&file, line, "parent is neither a group nor -1"))?;
            parents.push(parent);
            let (cap, min) = (whole(&file, line, "cap", field(3))?, whole(&file, line, "min", field(4))?);
            let forest = if side { &mut groups.trainees } else { &mut groups.roles };
            groups.place.push((side, forest.push(NONE, cap, min)));
            groups.line.push(line);
        }
        for (number, parent) in parents.into_iter().enumerate().filter(|(_, parent)| *parent >= 0) {
            let (side, own) = groups.place[number];
            let around = usize::try_from(parent).ok().and_then(|parent| groups.place.get(parent));
            let Some((of, parent)) = around.copied() else {
                return Err(FileError::new(&file, groups.line[number], format!("parent {parent} is no group")));
            };
            if of != side {
                return Err(FileError::new(&file, groups.line[number], "parent is a group of the other side"));
            }
            (if side { &mut groups.trainees } else { &mut groups.roles }).parent[own as usize] = parent;
        }
        Ok(groups)
    }
}

pub(super) fn open(file: &Path) -> Result<csv::Reader<File>, FileError> {
    let opened = File::open(file).map_err(|error| FileError::new(file, None, error))?;
    Ok(csv::ReaderBuilder::new().quoting(false).buffer_capacity(1 << 18).from_reader(opened))
}

fn csv_error(file: &Path, error: &csv::Error) -> FileError {
    FileError::new(file, error.position().map(csv::Position::line), error)
}

/// Where the named columns stand.
pub(super) fn columns<const N: usize>(file: &Path, reader: &mut csv::Reader<File>, names: [&str; N]) -> Result<[usize; N], FileError> {
    let header = reader.byte_headers().map_err(|error| csv_error(file, &error))?.clone();
    let mut found = [0; N];
    for (at, name) in names.iter().enumerate() {
        let place = header.iter().position(|field| field == name.as_bytes());
        found[at] = place.ok_or_else(|| FileError::new(file, 1, format!("there is no column {name}")))?;
    }
    Ok(found)
}

/// Reads columns of whole numbers, row by row.
pub(super) fn rows<const N: usize>(
    file: &Path,
    names: [&str; N],
    mut each: impl FnMut(u64, [u32; N]) -> Result<(), FileError>,
) -> Result<(), FileError> {
    let mut reader = open(file)?;
    let columns = columns(file, &mut reader, names)?;
    let mut record = csv::ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|error| csv_error(file, &error))? {
        let line = record.position().map_or(0, csv::Position::line);
        let mut values = [0; N];
        for (at, column) in columns.iter().enumerate() {
            values[at] = whole(file, line, names[at], record.get(*column).unwrap_or_default())?;
        }
        each(line, values)?;
    }
    Ok(())
}

fn whole(file: &Path, line: u64, name: &str, text: &[u8]) -> Result<u32, FileError> {
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse::<u32>().ok()).filter(|number| *number < NONE);
    number.ok_or_else(|| {
        let said = String::from_utf8_lossy(&text[..text.len().min(40)]).into_owned();
        let problem = if text.first() == Some(&b'-') { "is negative" } else { "is not a whole number" };
        FileError::new(file, line, format!("{name} {problem}: {said}"))
    })
}

/// Numbers run from 0 without a gap.
fn dense(file: &Path, line: u64, number: u32, expected: usize) -> Result<(), FileError> {
    if number as usize == expected {
        return Ok(());
    }
    Err(FileError::new(file, line, format!("is numbered {number}, and should be {expected}: numbers run from 0 without a gap")))
}

fn leaf(file: &Path, line: u64, group: u32, groups: &Groups, trainees: bool) -> Result<u32, FileError> {
    match groups.place.get(group as usize) {
        Some((side, number)) if *side == trainees => Ok(*number),
        Some(_) => Err(FileError::new(file, line, format!("group {group} is one of the other side"))),
        None => Err(FileError::new(file, line, format!("group {group} is no group"))),
    }
}
