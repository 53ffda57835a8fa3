//! Lists as CSV: exactly the columns and filters on screen, cells that no spreadsheet executes.

use super::ui::cells::{Labels, cell_text};
use super::ui::records::columns_of;
use crate::app::Ctx;
use crate::app::resource::{ListRequest, Resource};
use crate::error::AppError;
use crate::i18n::{Locale, plain};
use actix_web::HttpResponse;
use actix_web::http::header;
use passerelle_domain::access::{Action, permit};

/// The most rows that one file has. Whoever needs more narrows the filter or uses the API.
pub const ROWS_MAX: usize = 10_000;

/// The file of a list.
///
/// # Errors
/// As listing.
pub async fn file(
    ctx: &Ctx<'_>,
    resource: &'static dyn Resource,
    mut request: ListRequest,
    locale: Locale,
) -> Result<HttpResponse, AppError> {
    permit(ctx.actor, Action::Export, resource.subject())?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let listed = columns_of(resource, &request.params);
    let header_row: Vec<String> = listed.iter().map(|field| locale.get(&field.label_key())).collect();
    writer.write_record(&header_row).map_err(AppError::internal)?;
    request.params.insert("limit".into(), passerelle_store::list::PAGE_MAX.to_string());
    request.params.remove("after");
    request.exported = true;
    let mut rows = 0;
    let mut cut = false;
    loop {
        let page = resource.list(ctx, &request).await?;
        let labels = Labels::of(ctx, resource, &page.documents, locale).await?;
        for document in &page.documents {
            let row: Vec<String> = listed.iter().map(|field| safe(&plain(&cell_text(field, document, &labels)))).collect();
            writer.write_record(&row).map_err(AppError::internal)?;
            rows += 1;
        }
        match page.next {
            Some(_) if rows >= ROWS_MAX => {
                cut = true;
                break;
            }
            Some(next) => request.params.insert("after".into(), next),
            None => break,
        };
    }
    answer(writer, resource.name(), cut)
}

/// A list that is no record's, as a file: the header and the rows of the page.
///
/// # Errors
/// When a row cannot be written.
pub fn table(name: &str, header_row: &[String], rows: &[Vec<String>]) -> Result<HttpResponse, AppError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in std::iter::once(header_row).chain(rows.iter().map(Vec::as_slice)) {
        let cells: Vec<String> = row.iter().map(|cell| safe(&plain(cell))).collect();
        writer.write_record(&cells).map_err(AppError::internal)?;
    }
    answer(writer, name, false)
}

fn answer(writer: csv::Writer<Vec<u8>>, name: &str, cut: bool) -> Result<HttpResponse, AppError> {
    // A byte-order mark: without it the most used spreadsheet reads UTF-8 as something else.
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    bytes.extend(writer.into_inner().map_err(|error| AppError::internal(error.to_string()))?);
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8")).insert_header((header::CONTENT_DISPOSITION, disposition));
    if cut {
        response.insert_header(("x-rows-cut-at", ROWS_MAX.to_string()));
    }
    Ok(response.body(bytes))
}

/// A cell that begins like a formula gets an apostrophe before it.
fn safe(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn formulas_are_disarmed() {
        assert_eq!(safe("=1+1"), "'=1+1");
        assert_eq!(safe("@SUM(A1)"), "'@SUM(A1)");
        assert_eq!(safe("Fatima"), "Fatima");
    }
}
