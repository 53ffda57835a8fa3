//! What proves a matching, as a file. Groups have the numbers of `groups.csv`.
//!
//! * Prices of an optimal one: `kind,number,price`, a line a role, a group, and the closing node.
//! * Cutoffs of a stable one: `kind,number,full,of,v,trainee,role`. A line a role that has no room: which set is
//!   full (`role`, or `group` and its number in `of`), and the pair that stands before whoever is turned away. A
//!   line a group of trainees that is full, with the last who was let in. -1 stands for nothing.

use super::folder::open;
use super::{FileError, Instance};
use passerelle_engine::solver::NONE;
use passerelle_engine::solver::cutoffs::{Bar, Cutoff, Cutoffs, Door, Full};
use passerelle_engine::solver::optimal::Prices;
use std::cmp::Reverse;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes the prices of a solution.
///
/// # Errors
/// When the file cannot be written.
pub fn write_prices(file: &Path, instance: &Instance, prices: &Prices) -> Result<(), FileError> {
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
pub fn read_prices(file: &Path, instance: &Instance) -> Result<Prices, FileError> {
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

/// Writes the cutoffs of a stable matching.
///
/// # Errors
/// When the file cannot be written.
pub fn write_cutoffs(file: &Path, instance: &Instance, cutoffs: &Cutoffs) -> Result<(), FileError> {
    let failed = |error: std::io::Error| FileError::new(file, None, error);
    let mut out = BufWriter::new(std::fs::File::create(file).map_err(failed)?);
    out.write_all(b"kind,number,full,of,v,trainee,role\n").map_err(failed)?;
    let number = |trainees: bool, own: u32| instance.groups.iter().position(|place| *place == (trainees, own)).unwrap_or_default();
    for (group, door) in cutoffs.door.iter().enumerate() {
        if let Door::After(last) = door {
            let last = last.map_or(-1, i64::from);
            writeln!(out, "group,{},group,-1,-1,{last},-1", number(true, group as u32)).map_err(failed)?;
        }
    }
    for (role, cutoff) in cutoffs.role.iter().enumerate() {
        let (full, of) = match cutoff.full {
            Full::None => continue,
            Full::Role => ("role", -1),
            Full::Group(group) => ("group", number(false, group) as i64),
        };
        let (Reverse(v), trainee, other) = cutoff.bar;
        match cutoff.holder() {
            Some(_) => writeln!(out, "role,{role},{full},{of},{v},{trainee},{other}"),
            None => writeln!(out, "role,{role},{full},{of},-1,-1,-1"),
        }
        .map_err(failed)?;
    }
    out.flush().map_err(failed)
}

/// Reads cutoffs for an instance.
///
/// # Errors
/// A line that is none, or a role or group that is there twice.
pub fn read_cutoffs(file: &Path, instance: &Instance) -> Result<Cutoffs, FileError> {
    let problem = &instance.problem;
    let mut role: Vec<Option<Cutoff>> = vec![None; problem.roles()];
    let mut door: Vec<Option<Door>> = vec![None; problem.trainee_groups.len()];
    let mut reader = open(file)?;
    for (at, record) in reader.records().enumerate() {
        let line = at as u64 + 2;
        let record = record.map_err(|error| FileError::new(file, line, error))?;
        let field = |at: usize| record.get(at).unwrap_or_default();
        let whole = |at: usize| field(at).parse::<i64>().ok().filter(|number| (-1..i64::from(NONE)).contains(number));
        let numbers: Option<Vec<i64>> = [1, 3, 4, 5, 6].into_iter().map(whole).collect();
        let Some([number, of, v, trainee, other]) = numbers.as_deref().and_then(|numbers| <[i64; 5]>::try_from(numbers).ok()) else {
            return Err(FileError::new(file, line, "a number is no whole number from -1"));
        };
        let place = |number: i64, trainees: bool| {
            let place = usize::try_from(number).ok().and_then(|number| instance.groups.get(number));
            place.filter(|(side, _)| *side == trainees).map(|(_, own)| *own)
        };
        let named = |number: i64| u32::try_from(number).ok();
        let wrong = |what: &str| FileError::new(file, line, what.to_owned());
        let twice = match field(0) {
            "group" => {
                let own = place(number, true).ok_or_else(|| wrong("there is no such group of trainees"))?;
                door[own as usize].replace(Door::After(named(trainee))).is_some()
            }
            "role" => {
                let full = match field(2) {
                    "role" => Full::Role,
                    "group" => Full::Group(place(of, false).ok_or_else(|| wrong("there is no such group of roles"))?),
                    _ => return Err(wrong("full is neither role nor group")),
                };
                let bar: Bar = match (u16::try_from(v).ok(), named(trainee), named(other)) {
                    (Some(v), Some(trainee), Some(role)) => (Reverse(v), trainee, role),
                    _ => Cutoff::SHUT,
                };
                let slot = usize::try_from(number).ok().and_then(|number| role.get_mut(number));
                slot.ok_or_else(|| wrong("there is no such role"))?.replace(Cutoff { bar, full }).is_some()
            }
            _ => return Err(wrong("kind is neither role nor group")),
        };
        if twice {
            return Err(wrong("stands a second time"));
        }
    }
    Ok(Cutoffs {
        role: role.into_iter().map(|cutoff| cutoff.unwrap_or(Cutoff::OPEN)).collect(),
        door: door.into_iter().map(|door| door.unwrap_or(Door::Open)).collect(),
    })
}
