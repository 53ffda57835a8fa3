//! A spreadsheet as people send it, read into rows of text: CSV in whatever encoding and with whatever mark
//! between the columns, or XLSX. Nothing here knows what the columns mean.
//!
//! Every size is bounded before anything is held: what a compressed file unfolds to, rows, columns, and the
//! length of a cell.

mod csv_text;
mod xlsx;

use crate::error::AppError;

/// Bytes of a file as it is sent.
pub const BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes that a compressed file may unfold to.
pub const UNFOLDED_MAX: u64 = 96 * 1024 * 1024;
/// Rows below the header.
pub const ROWS_MAX: usize = 20_000;
pub const COLUMNS_MAX: usize = 100;
/// Characters of one cell; what is longer is cut, and too long for every field that we know.
pub const CELL_MAX: usize = 2_000;

/// Encodings that can be asked for; without one the file's bytes say which it is.
pub const ENCODINGS: [&str; 5] = ["utf-8", "windows-1252", "windows-1256", "utf-16le", "utf-16be"];

/// Rows of text, every one as wide as the widest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    pub rows: Vec<Row>,
    /// What the file was taken for: "xlsx", or the encoding of a text file.
    pub format: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Line, or row of the sheet, counted from 1.
    pub line: u32,
    pub cells: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// What is wrong with the file as a whole, with the field `file` or `encoding`.
pub fn read(bytes: &[u8], encoding: Option<&str>) -> Result<Sheet, AppError> {
    if bytes.len() > BYTES_MAX {
        return Err(AppError::TooLarge { limit: BYTES_MAX });
    }
    let mut sheet = match bytes {
        [] => return Err(wrong("import-empty", "is empty")),
        [b'P', b'K', ..] => xlsx::read(bytes)?,
        // The compound files of before 2007.
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            return Err(wrong("import-old-format", "is of the old format .xls: save it as .xlsx or CSV and send it again"));
        }
        _ => csv_text::read(bytes, encoding)?,
    };
    sheet.rows.retain(|row| row.cells.iter().any(|cell| !cell.is_empty()));
    let width = sheet.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    sheet.rows.iter_mut().for_each(|row| row.cells.resize(width, String::new()));
    if sheet.rows.is_empty() {
        return Err(wrong("import-empty", "has no rows"));
    }
    Ok(sheet)
}

/// The text of a file that is JSON by its first mark, in whatever encoding its byte-order mark says.
pub fn json_text(bytes: &[u8]) -> Option<String> {
    let text = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, mark)) => encoding.decode_without_bom_handling(bytes.get(mark..)?).0,
        None => String::from_utf8_lossy(bytes),
    };
    let first = text.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{feff}').chars().next()?;
    matches!(first, '{' | '[').then(|| text.into_owned())
}

fn wrong(code: &'static str, detail: &str) -> AppError {
    AppError::invalid("file", code, detail)
}

fn too_many_rows() -> AppError {
    let error = crate::error::FieldError::new("file", "import-rows", format!("has more than {ROWS_MAX} rows: send it in parts"));
    AppError::Invalid(vec![error.with("max", ROWS_MAX)])
}

/// A cell without blanks around it, cut where no field is that long.
fn cell(text: &str) -> String {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{a0}' || c == '\u{feff}');
    text.chars().take(CELL_MAX).collect()
}

#[cfg(test)]
mod tests;
