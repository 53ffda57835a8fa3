//! Dual prices as a file: `kind,number,price`, a line a role, a group of the file, and the closing node.

use super::folder::open;
use super::{FileError, Instance};
use passerelle_engine::solver::optimal::Prices;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes the prices of a solution.
///
/// # Errors
/// When the file cannot be written.
pub fn write(file: &Path, instance: &Instance, prices: &Prices) -> Result<(), FileError> {
    let failed = |error: std::io::Error| FileError::new(file, None, error);
    let mut out = BufWriter::new(std::fs::File::create(file).map_err(failed)?);
    out.write_all(b"kind,number,price\n").map_err(failed)?;
    writeln!(out, "closing,0,{}", prices.closing).map_err(failed)?;
    for (number, (trainees, own)) in instance.groups.iter().enumerate() {
        let price = if *trainees { prices.trainee_group[*own as usize] } else { prices.role_group[*own as usize] };
        writeln!(out, "group,{number},{price}").map_err(failed)?;
    }
    for (role, price) in prices.role.iter().enumerate() {
        writeln!(out, "role,{role},{price}").map_err(failed)?;
    }
    out.flush().map_err(failed)
}

/// Reads prices for an instance.
///
/// # Errors
/// A line that is none, a price that is missing or given twice.
pub fn read(file: &Path, instance: &Instance) -> Result<Prices, FileError> {
    let (roles, groups) = (instance.problem.roles(), instance.groups.len());
    let (mut closing, mut of_role, mut of_group) = (None, vec![None; roles], vec![None; groups]);
    let mut reader = open(file)?;
    for (at, record) in reader.records().enumerate() {
        let line = at as u64 + 2;
        let record = record.map_err(|error| FileError::new(file, line, error))?;
        let field = |at: usize| record.get(at).unwrap_or_default();
        let (number, price) = (field(1).parse::<usize>(), field(2).parse::<i64>());
        let (Ok(number), Ok(price)) = (number, price) else { return Err(FileError::new(file, line, "number or price is no whole number")) };
        // Sums of a price and a weight must not leave the range of whole numbers.
        if price.unsigned_abs() > 1 << 48 {
            return Err(FileError::new(file, line, "price is beyond what weights add up to"));
        }
        let slot = match field(0) {
            "closing" if number == 0 => Some(&mut closing),
            "role" => of_role.get_mut(number),
            "group" => of_group.get_mut(number),
            _ => None,
        };
        match slot {
            Some(slot) if slot.is_none() => *slot = Some(price),
            Some(_) => return Err(FileError::new(file, line, "is priced a second time")),
            None => return Err(FileError::new(file, line, format!("there is no {} {number}", field(0)))),
        }
    }
    let missing = |what: &str| FileError::new(file, None, format!("has no price of {what}"));
    let role = of_role.into_iter().collect::<Option<Vec<i64>>>().ok_or_else(|| missing("some role"))?;
    let of_group = of_group.into_iter().collect::<Option<Vec<i64>>>().ok_or_else(|| missing("some group"))?;
    let parts = &instance.problem;
    let (mut trainee_group, mut role_group) = (vec![0; parts.trainee_groups.len()], vec![0; parts.role_groups.len()]);
    for (price, (trainees, own)) in of_group.into_iter().zip(&instance.groups) {
        if *trainees { trainee_group[*own as usize] = price } else { role_group[*own as usize] = price }
    }
    Ok(Prices { role, trainee_group, role_group, closing: closing.ok_or_else(|| missing("the closing node"))? })
}
