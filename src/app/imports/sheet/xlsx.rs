//! XLSX, cell by cell: a sheet of which only one far cell is filled must not take the memory of all between.

use super::{COLUMNS_MAX, ROWS_MAX, Row, Sheet, UNFOLDED_MAX, cell, too_many_rows, wrong};
use crate::error::AppError;
use calamine::{DataRef, Reader, Xlsx};
use std::io::{Cursor, Read};

/// Files within the file.
const PARTS_MAX: usize = 1_000;

pub(super) fn read(bytes: &[u8]) -> Result<Sheet, AppError> {
    unfolds(bytes)?;
    let unreadable = || wrong("import-unreadable", "is no spreadsheet that can be read: save it again as .xlsx or CSV");
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    // The first sheet that has something in it.
    for name in book.sheet_names() {
        let mut cells = book.worksheet_cells_reader(&name).map_err(|_| unreadable())?;
        let mut rows: Vec<Row> = Vec::new();
        while let Some(found) = cells.next_cell().map_err(|_| unreadable())? {
            let (row, column) = found.get_position();
            let text = cell(&said(found.get_value()));
            if column as usize >= COLUMNS_MAX || text.is_empty() {
                continue;
            }
            if rows.last().is_none_or(|last| last.line != row + 1) {
                if rows.len() > ROWS_MAX {
                    return Err(too_many_rows());
                }
                rows.push(Row { line: row + 1, cells: Vec::new() });
            }
            if let Some(last) = rows.last_mut() {
                last.cells.resize(last.cells.len().max(column as usize + 1), String::new());
                last.cells[column as usize] = text;
            }
        }
        if !rows.is_empty() {
            return Ok(Sheet { rows, format: "xlsx".into() });
        }
    }
    Ok(Sheet { rows: Vec::new(), format: "xlsx".into() })
}

/// Unfolds every part once and keeps nothing: what a part says of its own size proves nothing.
fn unfolds(bytes: &[u8]) -> Result<(), AppError> {
    let unreadable = || wrong("import-unreadable", "is a damaged archive");
    let bomb = || wrong("import-bomb", "unfolds to more than a spreadsheet of people can hold");
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| unreadable())?;
    if archive.len() > PARTS_MAX {
        return Err(bomb());
    }
    let mut left = UNFOLDED_MAX;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| unreadable())?;
        let taken = std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| unreadable())?;
        left = left.checked_sub(taken).ok_or_else(bomb)?;
    }
    Ok(())
}

/// A value as somebody would have typed it: days as ISO 8601 has them, whole numbers without a point.
fn said(value: &DataRef<'_>) -> String {
    match value {
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::Bool(flag) => flag.to_string(),
        DataRef::DateTime(moment) if !moment.is_duration() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(text) => text.split('T').next().unwrap_or_default().to_owned(),
        // Errors such as #REF! are shown as such: they are no value of anything.
        DataRef::Error(error) => error.to_string(),
        DataRef::DateTime(_) | DataRef::DurationIso(_) | DataRef::Empty => String::new(),
    }
}
