//! CSV as spreadsheets write it: with commas, semicolons or tabs, in UTF-8 or the encodings of old systems.

use super::{COLUMNS_MAX, ENCODINGS, ROWS_MAX, Row, Sheet, cell, too_many_rows, wrong};
use crate::error::AppError;
use encoding_rs::{Encoding, WINDOWS_1252};

pub(super) fn read(bytes: &[u8], encoding: Option<&str>) -> Result<Sheet, AppError> {
    let (text, format) = decoded(bytes, encoding)?;
    // One kind of line end, so that lines are counted as editors count them.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter(&text)).from_reader(text.as_bytes());
    let mut sheet = Sheet { rows: Vec::new(), format };
    let mut record = csv::StringRecord::new();
    // The text is UTF-8 and lines may be of any width, so that nothing is left that could be refused.
    while reader.read_record(&mut record).map_err(|_| wrong("import-unreadable", "cannot be read as CSV"))? {
        if sheet.rows.len() > ROWS_MAX {
            return Err(too_many_rows());
        }
        // A record is said to begin before the empty lines in front of it.
        let line = record.position().map_or(0, |at| {
            let from = usize::try_from(at.byte()).unwrap_or(usize::MAX);
            let empty = text.as_bytes().iter().skip(from).take_while(|byte| **byte == b'\n').count();
            at.line() + empty as u64
        });
        let cells = record.iter().take(COLUMNS_MAX).map(cell).collect();
        sheet.rows.push(Row { line: u32::try_from(line).unwrap_or(u32::MAX), cells });
    }
    Ok(sheet)
}

/// The text, and what it was taken for: a byte-order mark says it, else UTF-8 where the bytes are such, else the
/// encoding of western spreadsheets.
fn decoded(bytes: &[u8], asked: Option<&str>) -> Result<(String, String), AppError> {
    if bytes.contains(&0) && Encoding::for_bom(bytes).is_none() && !asked.is_some_and(|name| name.starts_with("utf-16")) {
        return Err(wrong("import-unreadable", "is neither CSV nor XLSX"));
    }
    let named = match asked {
        Some(name) if ENCODINGS.contains(&name) => Encoding::for_label(name.as_bytes()),
        Some(_) => return Err(AppError::invalid("encoding", "choice", format!("is not one of: {}", ENCODINGS.join(", ")))),
        None => None,
    };
    let encoding = match (named, Encoding::for_bom(bytes)) {
        (Some(named), _) => named,
        (None, Some((marked, _))) => marked,
        (None, None) if std::str::from_utf8(bytes).is_ok() => encoding_rs::UTF_8,
        (None, None) => WINDOWS_1252,
    };
    let (text, used, damaged) = encoding.decode(bytes);
    if damaged {
        return Err(AppError::invalid("encoding", "import-encoding", format!("is not the encoding of this file: {}", used.name())));
    }
    Ok((text.into_owned(), used.name().to_lowercase()))
}

/// The mark that stands between columns: the one that most of the first lines have equally often.
fn delimiter(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(20).collect();
    let score = |mark: u8| {
        let mut counts: Vec<usize> = lines.iter().map(|line| outside_quotes(line, mark)).filter(|count| *count > 0).collect();
        counts.sort_unstable();
        let usual = counts.get(counts.len() / 2).copied().unwrap_or(0);
        (counts.iter().filter(|count| **count == usual && usual > 0).count(), usual)
    };
    [b';', b'\t', b',', b'|'].into_iter().max_by_key(|mark| score(*mark)).filter(|mark| score(*mark).1 > 0).unwrap_or(b',')
}

fn outside_quotes(line: &str, mark: u8) -> usize {
    let mut quoted = false;
    line.bytes()
        .filter(|byte| {
            quoted ^= *byte == b'"';
            *byte == mark && !quoted
        })
        .count()
}
