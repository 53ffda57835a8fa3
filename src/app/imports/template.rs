//! An empty sheet to fill in: the titles in the reader's language, days as days, lists of words to choose from.

use super::columns::{FIELDS, label};
use crate::error::AppError;
use crate::i18n::Locale;
use passerelle_domain::people::{Answer, Sex, Track};
use rust_xlsxwriter::{DataValidation, Format, Workbook, XlsxError};

/// Rows that the lists of words reach.
const ROWS: u32 = 1_000;

/// The titles, for CSV.
pub fn titles(t: Locale) -> Vec<String> {
    FIELDS.iter().map(|field| label(t, field)).collect()
}

/// The sheet as XLSX.
///
/// # Errors
/// When it cannot be written.
pub fn xlsx(t: Locale) -> Result<Vec<u8>, AppError> {
    filled(t).map_err(AppError::internal)
}

fn filled(t: Locale) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (bold, day, text) = (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd"), Format::new().set_num_format("@"));
    sheet.set_right_to_left(t.direction() == "rtl").set_freeze_panes(1, 0)?;
    for (field, column) in FIELDS.iter().zip(0_u16..) {
        sheet.write_with_format(0, column, label(t, field), &bold)?;
        sheet.set_column_width(column, 18)?;
        let words = |list: &str, words: &[&str]| -> Vec<String> {
            words.iter().map(|word| t.get(&format!("{list}-{}", word.replace('_', "-")))).collect()
        };
        let listed = match *field {
            "sex" => words("sex", Sex::WORDS),
            "track" => words("track", Track::WORDS),
            "consent" => words("answer", &[Answer::Yes.as_str(), Answer::No.as_str()]),
            _ => vec![],
        };
        if !listed.is_empty() {
            sheet.add_data_validation(1, column, ROWS, column, &DataValidation::new().allow_list_strings(&listed)?)?;
        }
        match *field {
            "birth_date" | "ready_on" | "passport_valid_to" => sheet.set_column_format(column, &day)?,
            // Leading zeros of numbers that are names stay.
            "phone" | "passport_number" | "occupation" => sheet.set_column_format(column, &text)?,
            _ => sheet,
        };
    }
    book.save_to_buffer()
}
