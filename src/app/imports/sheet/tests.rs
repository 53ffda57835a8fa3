use super::*;
use crate::error::AppError;
use std::io::Write;

fn lines(sheet: &Sheet) -> Vec<Vec<&str>> {
    sheet.rows.iter().map(|row| row.cells.iter().map(String::as_str).collect()).collect()
}

fn code(refused: Result<Sheet, AppError>) -> &'static str {
    match refused {
        Err(AppError::Invalid(errors)) => errors[0].code,
        Err(AppError::TooLarge { .. }) => "too-large",
        other => panic!("should be refused, and is {other:?}"),
    }
}

#[test]
fn marks_and_encodings_of_all_kinds_give_the_same_rows() {
    let text = "Nom;Prénom\nBénali;Aïcha\n";
    let wanted = [["Nom", "Prénom"], ["Bénali", "Aïcha"]];
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let files: Vec<(Vec<u8>, &str)> = vec![
        (text.into(), "utf-8"),
        (format!("\u{feff}{text}").into(), "utf-8"),
        (text.replace(';', "\t").into(), "utf-8"),
        (text.replace(';', ",").replace('\n', "\r\n").into(), "utf-8"),
        (encoding_rs::WINDOWS_1252.encode(text).0.into_owned(), "windows-1252"),
        (utf16, "utf-16le"),
    ];
    for (bytes, format) in files {
        let sheet = read(&bytes, None).expect("readable");
        assert_eq!(lines(&sheet), wanted);
        assert_eq!(sheet.format, format);
    }
    let arabic = "الاسم;اللقب\nسلمى;برادة\n";
    let bytes = encoding_rs::WINDOWS_1256.encode(arabic).0.into_owned();
    assert_eq!(lines(&read(&bytes, Some("windows-1256")).expect("readable"))[1], ["سلمى", "برادة"]);
    assert_eq!(code(read(&bytes, Some("utf-8"))), "import-encoding");
    assert_eq!(code(read(&bytes, Some("ebcdic"))), "choice");
}

#[test]
fn a_quoted_cell_keeps_its_marks_and_line_ends() {
    let sheet = read(b"a;b\n\"x;\ny\";z\n\n;;\nlast;1;extra\n", None).expect("readable");
    assert_eq!(lines(&sheet), [vec!["a", "b", ""], vec!["x;\ny", "z", ""], vec!["last", "1", "extra"]]);
    assert_eq!(sheet.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 2, 6]);
    let windows = read(b"a;b\r\n\r\nc;d\r\ne;f\r\n", None).expect("readable");
    assert_eq!(windows.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [1, 3, 4]);
}

#[test]
fn what_is_no_spreadsheet_is_refused_by_name() {
    assert_eq!(code(read(b"", None)), "import-empty");
    assert_eq!(code(read(b"\n\n", None)), "import-empty");
    assert_eq!(code(read(b"PK\x03\x04 nothing", None)), "import-unreadable");
    assert_eq!(code(read(&[0xd0, 0xcf, 0x11, 0xe0, 0, 0], None)), "import-old-format");
    assert_eq!(code(read(&[0x89, b'P', b'N', b'G', 0, 0, 1], None)), "import-unreadable");
    assert_eq!(code(read(&vec![b'a'; BYTES_MAX + 1], None)), "too-large");
    let long = "a;b\n".repeat(ROWS_MAX + 2);
    assert_eq!(code(read(long.as_bytes(), None)), "import-rows");
}

/// A workbook with the cells, as a well-kept library writes it.
fn workbook(fill: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    fill(book.add_worksheet());
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn a_workbook_gives_days_and_whole_numbers_as_people_write_them() {
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2001, 3, 9).expect("a day");
    let format = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    let bytes = workbook(|sheet| {
        sheet.write(2, 1, "Nom").expect("written");
        sheet.write(2, 2, "Né le").expect("written");
        sheet.write(4, 1, "Bénali").expect("written");
        sheet.write_with_format(4, 2, &day, &format).expect("written");
        sheet.write(4, 3, 60).expect("written");
    });
    let sheet = read(&bytes, None).expect("readable");
    assert_eq!(lines(&sheet), [vec!["", "Nom", "Né le", ""], vec!["", "Bénali", "2001-03-09", "60"]]);
    assert_eq!(sheet.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 5]);
}

#[test]
fn one_far_cell_takes_no_memory_for_all_between() {
    let bytes = workbook(|sheet| {
        sheet.write(0, 0, "a").expect("written");
        sheet.write(1_048_575, 16_383, "far").expect("written");
        sheet.write(1_048_575, 1, "near").expect("written");
    });
    let sheet = read(&bytes, None).expect("readable");
    assert_eq!(lines(&sheet), [["a", ""], ["", "near"]]);
}

#[test]
fn a_bomb_is_refused_before_it_unfolds() {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("xl/worksheets/sheet1.xml", zip::write::SimpleFileOptions::default()).expect("a part");
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..=(UNFOLDED_MAX >> 20) {
        zip.write_all(&zeros).expect("written");
    }
    let bytes = zip.finish().expect("an archive").into_inner();
    assert!(bytes.len() < BYTES_MAX, "{} bytes", bytes.len());
    assert_eq!(code(read(&bytes, None)), "import-bomb");
}
