//! What an instance may hold beside nested caps: `couples.csv` and `shared.csv`. Both may be missing.
//!
//! `couples.csv` has the columns `a,b`: trainees who are placed in the same subdivision, or neither; roles
//! then have a column `subdivision`, a number. `shared.csv` has `cap,roles`: seats that roles (`1;5;9`) share.

use super::folder::{columns, open, rows};
use super::{FileError, Folder, Instance};
use passerelle_engine::solver::integer::Ties;
use passerelle_engine::solver::shared::Shared;

impl Folder {
    /// Couples and shared caps.
    ///
    /// # Errors
    /// The first fault, with its file and line.
    pub fn ties(&self, instance: &Instance) -> Result<Ties, FileError> {
        let mut ties = Ties::default();
        let file = self.file("couples.csv");
        if file.exists() {
            let trainees = instance.problem.trainees();
            let mut taken = vec![false; trainees];
            rows(&file, ["a", "b"], |line, [a, b]| {
                for member in [a, b] {
                    match taken.get_mut(member as usize) {
                        None => return Err(FileError::new(&file, line, format!("names trainee {member}, whom there is not"))),
                        Some(taken) if *taken => {
                            return Err(FileError::new(&file, line, format!("names trainee {member} a second time")));
                        }
                        Some(taken) => *taken = true,
                    }
                }
                ties.couples.push((a, b));
                Ok(())
            })?;
            rows(&self.file("roles.csv"), ["subdivision"], |_, [subdivision]| {
                ties.subdivision.push(subdivision);
                Ok(())
            })?;
        }
        let file = self.file("shared.csv");
        if file.exists() {
            let mut reader = open(&file)?;
            let [cap, roles] = columns(&file, &mut reader, ["cap", "roles"])?;
            for record in reader.records() {
                let record = record.map_err(|error| FileError::new(&file, error.position().map(csv::Position::line), &error))?;
                let line = record.position().map(csv::Position::line);
                let cap = record.get(cap).and_then(|text| text.parse().ok());
                let cap = cap.ok_or_else(|| FileError::new(&file, line, "cap is not a whole number"))?;
                let named = record.get(roles).unwrap_or_default().split(';');
                let known = |text: &str| text.parse::<u32>().ok().filter(|role| (*role as usize) < instance.problem.roles());
                let roles: Option<Vec<u32>> = named.map(known).collect();
                let roles = roles.ok_or_else(|| FileError::new(&file, line, "roles is no list of roles such as 1;5;9"))?;
                ties.shared.push(Shared { roles, cap });
            }
        }
        Ok(ties)
    }
}
