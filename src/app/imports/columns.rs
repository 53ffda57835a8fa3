//! Which column of a file means which field: guessed from its titles in any of our languages, remembered for each
//! institute, and said otherwise by a person.

use super::sheet::Sheet;
use crate::error::{AppError, FieldError};
use crate::i18n::Locale;
use crate::text::fold;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Fields of a person that a file can bring, in the order of the template. All but the last two are fields of the
/// record (`app::records::trainees`).
pub const FIELDS: [&str; 15] = [
    "family_name",
    "given_name",
    "birth_date",
    "sex",
    "nationalities",
    "habitual_residence",
    "occupation",
    "track",
    "ready_on",
    "merit",
    "email",
    "phone",
    "passport_number",
    "passport_valid_to",
    "consent",
];

/// Fields without which a row is nobody.
pub const NEEDED: [&str; 2] = ["family_name", "given_name"];

/// Rows in which the titles are looked for: above them stand names of schools and years.
const HEADER_WITHIN: usize = 20;

/// Column of each field that a file brings.
pub type Mapping = BTreeMap<String, usize>;

/// Titles of the columns, and how many rows stand above the first person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    pub titles: Vec<String>,
    pub rows_above: usize,
}

/// What a field may be called at the top of a column, in all our languages.
static NAMES: LazyLock<Names> = LazyLock::new(Names::new);

struct Names(BTreeMap<String, &'static str>);

impl Names {
    /// The labels of all our languages, and what else such columns are called.
    fn new() -> Self {
        let mut names = BTreeMap::new();
        for field in FIELDS {
            names.insert(fold(&field.replace('_', " ")), field);
            for locale in Locale::ALL {
                names.entry(fold(&label(locale, field))).or_insert(field);
                for other in locale.get(&format!("import-titles-{}", field.replace('_', "-"))).split('|') {
                    names.entry(fold(other)).or_insert(field);
                }
            }
        }
        names.remove("");
        Self(names)
    }

    fn field(&self, title: &str) -> Option<&'static str> {
        let folded = fold(title);
        if folded.is_empty() {
            return None;
        }
        if let Some(field) = self.0.get(&folded) {
            return Some(field);
        }
        // A slip of the keyboard in a longer title.
        let near = |name: &&String| name.chars().count() > 5 && strsim::normalized_damerau_levenshtein(name, &folded) >= 0.85;
        self.0.keys().find(near).and_then(|name| self.0.get(name)).copied()
    }
}

/// What a field is called on pages.
pub fn label(t: Locale, field: &str) -> String {
    t.get(&format!("field-{}", field.replace('_', "-")))
}

/// The row with the titles: the one of the first rows that names most fields. A title that is empty there is taken
/// from the row above, where somebody has merged the two.
///
/// # Errors
/// When no row names a field.
pub fn header(sheet: &Sheet) -> Result<Header, AppError> {
    let known = |cells: &[String]| cells.iter().filter(|cell| NAMES.field(cell).is_some()).count();
    let rows = &sheet.rows[..sheet.rows.len().min(HEADER_WITHIN)];
    // Of rows that name equally many the first.
    let found = rows.iter().enumerate().map(|(at, row)| (known(&row.cells), std::cmp::Reverse(at))).max();
    let Some((1.., std::cmp::Reverse(at))) = found else {
        let detail = "has no row with the titles of columns, such as family name and date of birth";
        return Err(AppError::Invalid(vec![FieldError::new("file", "import-no-header", detail)]));
    };
    let mut titles = rows[at].cells.clone();
    if let Some(above) = at.checked_sub(1).map(|above| &rows[above]) {
        let empty = titles.iter_mut().zip(&above.cells).filter(|(title, _)| title.is_empty());
        empty.for_each(|(title, merged)| title.clone_from(merged));
    }
    Ok(Header { titles, rows_above: at + 1 })
}

/// The first column of each field that the titles name.
pub fn guessed(titles: &[String]) -> Mapping {
    let mut mapping = Mapping::new();
    for (at, title) in titles.iter().enumerate() {
        if let Some(field) = NAMES.field(title) {
            mapping.entry(field.to_owned()).or_insert(at);
        }
    }
    mapping
}

/// A mapping as somebody says it: fields that there are, columns that there are, none of them twice.
///
/// # Errors
/// The first field that is not right.
pub fn checked(asked: &Map<String, Value>, columns: usize) -> Result<Mapping, AppError> {
    let mut mapping = Mapping::new();
    for (field, column) in asked {
        if !FIELDS.contains(&field.as_str()) {
            return Err(AppError::invalid(field, "unknown-field", "is not a field that a file can bring"));
        }
        let Some(column) = column.as_u64().and_then(|column| usize::try_from(column).ok()).filter(|column| *column < columns) else {
            return Err(AppError::invalid(field, "import-column", "names a column that there is not"));
        };
        if mapping.values().any(|taken| *taken == column) {
            return Err(AppError::invalid(field, "import-column-twice", "names a column that another field has"));
        }
        mapping.insert(field.clone(), column);
    }
    for field in NEEDED {
        if !mapping.contains_key(field) {
            return Err(AppError::invalid(field, "required", "is needed: say which column it is"));
        }
    }
    Ok(mapping)
}

#[cfg(test)]
mod tests {
    use super::super::sheet;
    use super::*;

    fn read(text: &str) -> (Header, Mapping) {
        let sheet = sheet::read(text.as_bytes(), None).expect("readable");
        let header = header(&sheet).expect("a header");
        let mapping = guessed(&header.titles);
        (header, mapping)
    }

    #[test]
    fn titles_are_known_in_every_language() {
        for line in ["Nom de famille;Prénom;Né le", "Familienname;Vorname;Geburtsdatum", "Family name;Given name;Date of birth"] {
            let (_, mapping) = read(&format!("{line}\na;b;c\n"));
            assert_eq!(mapping.get("family_name"), Some(&0), "{line}");
            assert_eq!(mapping.get("given_name"), Some(&1), "{line}");
            assert_eq!(mapping.get("birth_date"), Some(&2), "{line}");
        }
        let arabic = FIELDS.map(|field| label(Locale::Ar, field)).join(";");
        assert_eq!(read(&format!("{arabic}\n{}\n", "x;".repeat(15))).1.len(), FIELDS.len());
    }

    #[test]
    fn titles_below_merged_cells_and_names_of_schools_are_found() {
        let text = "Institut de Rabat;;;;\nPromotion 2026;;;;\nIdentité;;Né le;Contact;\nNom;Prenom;;Courriel;Téléphon\nBerrada;Salma;01/02/2003;s@x.ma;06\n";
        let (header, mapping) = read(text);
        assert_eq!(header.rows_above, 4);
        assert_eq!(header.titles[2], "Né le");
        let wanted = [("family_name", 0), ("given_name", 1), ("birth_date", 2), ("email", 3), ("phone", 4)];
        assert_eq!(mapping, wanted.map(|(field, at)| (field.to_owned(), at)).into());
    }

    #[test]
    fn a_mapping_names_each_column_once() {
        let asked = |text: &str| checked(serde_json::from_str::<Value>(text).expect("JSON").as_object().expect("an object"), 3);
        let code = |refused: Result<Mapping, AppError>| match refused {
            Err(AppError::Invalid(errors)) => errors[0].code,
            other => panic!("should be refused, and is {other:?}"),
        };
        assert!(asked(r#"{"family_name":0,"given_name":2}"#).is_ok());
        assert_eq!(code(asked(r#"{"family_name":0,"given_name":0}"#)), "import-column-twice");
        assert_eq!(code(asked(r#"{"family_name":0,"given_name":3}"#)), "import-column");
        assert_eq!(code(asked(r#"{"family_name":0}"#)), "required");
        assert_eq!(code(asked(r#"{"family_name":0,"given_name":1,"journey":2}"#)), "unknown-field");
    }
}
