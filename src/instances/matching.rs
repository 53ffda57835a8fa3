//! A matching as a file: `t,r`, a line a placement.

use super::FileError;
use super::folder::rows;
use passerelle_engine::solver::{Matching, NONE};
use std::io::{BufWriter, Write};
use std::path::Path;

/// Reads a matching of so many trainees.
///
/// # Errors
/// A trainee whom there is not, or who is placed twice; a line that is none.
pub fn read(file: &Path, trainees: usize) -> Result<Matching, FileError> {
    let mut matching = vec![NONE; trainees];
    rows(file, ["t", "r"], |line, [t, r]| match matching.get_mut(t as usize) {
        None => Err(FileError::new(file, line, format!("names trainee {t}, whom there is not"))),
        Some(role) if *role != NONE => Err(FileError::new(file, line, format!("places trainee {t} a second time"))),
        Some(role) => {
            *role = r;
            Ok(())
        }
    })?;
    Ok(matching)
}

/// Writes a matching, by trainee.
///
/// # Errors
/// When the file cannot be written.
pub fn write(file: &Path, matching: &Matching) -> Result<(), FileError> {
    let failed = |error: std::io::Error| FileError::new(file, None, error);
    let mut out = BufWriter::with_capacity(1 << 18, std::fs::File::create(file).map_err(failed)?);
    out.write_all(b"t,r\n").map_err(failed)?;
    for (trainee, role) in matching.iter().enumerate().filter(|(_, role)| **role != NONE) {
        writeln!(out, "{trainee},{role}").map_err(failed)?;
    }
    out.flush().map_err(failed)
}
