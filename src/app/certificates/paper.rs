//! A certificate on paper: A4, with the signed document attached and a picture that leads to it.

use super::address;
use crate::config::Config;
use crate::error::AppError;
use krilla::Document;
use krilla::color::rgb;
use krilla::embed::{AssociationKind, EmbeddedFile, MimeType};
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::text::{Font, TextDirection};
use passerelle_store::entity::certificate;
use unicode_bidi::BidiInfo;

/// Vazirmatn: Arabic and Latin in one typeface (SIL Open Font License 1.1, `static/vazirmatn-OFL.txt`).
const FONT: &[u8] = include_bytes!("vazirmatn-33.0.3.ttf");

/// A4 in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 64.0;
/// Where the picture begins; what stands above it ends there.
const PICTURE: f32 = 606.0;
const LINE: f32 = PAGE.0 - 2.0 * MARGIN;

/// What stands on it, in the language of whoever asks for it.
#[derive(Debug, Clone, Default)]
pub struct Words {
    pub kind: String,
    pub awarded_to: String,
    pub for_what: String,
    pub by: String,
    pub on: String,
    pub valid_to: Option<String>,
    pub check: String,
    /// Stands across a certificate that was taken back.
    pub revoked: Option<String>,
}

/// The paper as PDF.
///
/// # Errors
/// When the typeface or the picture cannot be made, which is ours to mend.
pub fn paper(config: &Config, row: &certificate::Model, institute: &str, words: &Words) -> Result<Vec<u8>, AppError> {
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(format!("{} – {}", row.title, row.holder_name)).authors(vec![institute.to_owned()]));
    document.embed_file(EmbeddedFile {
        path: "credential.json".into(),
        mime_type: MimeType::new("application/json"),
        description: Some("Open Badge 3.0".into()),
        association_kind: AssociationKind::Source,
        data: row.document.clone().into_bytes().into(),
        modification_date: None,
        compress: Some(true),
        location: None,
    });
    let font = Font::new(FONT.into(), 0).ok_or_else(|| AppError::internal("the typeface of certificates cannot be read"))?;
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1).ok_or_else(|| AppError::internal("a page has no size"))?;
    let mut page = document.start_page_with(settings);
    let mut surface = page.surface();
    let mut sheet = Paper { surface: &mut surface, font, y: 150.0 };
    sheet.band();
    sheet.line(&words.kind, 16.0, GREY);
    sheet.heading(&row.title, 26.0);
    sheet.gap(30.0);
    sheet.line(&words.awarded_to, 12.0, GREY);
    sheet.heading(&row.holder_name, 30.0);
    sheet.gap(24.0);
    sheet.some_lines(&words.for_what, 12.0, INK, PICTURE - 200.0);
    sheet.gap(24.0);
    sheet.line(&words.by, 12.0, GREY);
    sheet.heading(institute, 18.0);
    sheet.line(&words.on, 12.0, INK);
    if let Some(end) = &words.valid_to {
        sheet.line(end, 12.0, INK);
    }
    if let Some(revoked) = &words.revoked {
        sheet.gap(12.0);
        sheet.line(revoked, 22.0, RED);
    }
    let link = address(config, row.id);
    sheet.picture(&link)?;
    sheet.y = 748.0;
    sheet.line(&words.check, 10.0, GREY);
    sheet.line(&link, 9.0, INK);
    surface.finish();
    page.finish();
    document.finish().map_err(|error| AppError::internal(format!("a certificate was not drawn: {error:?}")))
}

type Colour = (u8, u8, u8);
const INK: Colour = (20, 28, 40);
const GREY: Colour = (84, 96, 112);
const RED: Colour = (170, 30, 30);
const BAND: Colour = (16, 88, 122);

struct Paper<'s, 'a> {
    surface: &'s mut Surface<'a>,
    font: Font,
    y: f32,
}

impl Paper<'_, '_> {
    fn ink(&mut self, (r, g, b): Colour) {
        let fill = Fill { paint: rgb::Color::new(r, g, b).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero };
        self.surface.set_fill(Some(fill));
    }

    fn gap(&mut self, points: f32) {
        self.y += points;
    }

    /// A text in the middle, on as many lines as it needs.
    fn line(&mut self, text: &str, size: f32, colour: Colour) {
        self.ink(colour);
        for part in broken(text, signs(size)) {
            let pieces = pieces(&part);
            let width: f32 = pieces.iter().map(|(piece, _)| self.width(piece, size)).sum();
            let mut x = (PAGE.0 - width) / 2.0;
            // The base of a line lies below the line before by its own height.
            self.y += size * 1.1;
            for (piece, direction) in &pieces {
                self.surface.draw_text(Point::from_xy(x, self.y), self.font.clone(), size, piece, false, *direction);
                x += self.width(piece, size);
            }
            self.y += size * 0.5;
        }
    }

    /// A name or title: set smaller until it takes two lines at the most.
    fn heading(&mut self, text: &str, size: f32) {
        let mut size = size;
        while size > 9.0 && broken(text, signs(size)).len() > 2 {
            size -= 1.0;
        }
        self.line(text, size, INK);
    }

    /// As many lines of a text as fit above a height; what is left out stands in the attached document.
    fn some_lines(&mut self, text: &str, size: f32, colour: Colour, until: f32) {
        let most = ((until - self.y) / (size * 1.6)).max(1.0) as usize;
        let mut lines = broken(text, signs(size));
        if lines.len() > most {
            lines.truncate(most);
            lines.push("…".into());
        }
        lines.iter().for_each(|line| self.line(line, size, colour));
    }

    /// How wide a text is set: shaped, since letters of Arabic change with their neighbours.
    fn width(&self, text: &str, size: f32) -> f32 {
        let Some(face) = rustybuzz::Face::from_slice(FONT, 0) else { return 0.0 };
        let mut buffer = rustybuzz::UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        let shaped = rustybuzz::shape(&face, &[], buffer);
        let units: i32 = shaped.glyph_positions().iter().map(|position| position.x_advance).sum();
        units as f32 / face.units_per_em() as f32 * size
    }

    fn band(&mut self) {
        self.ink(BAND);
        self.rectangle(0.0, 0.0, PAGE.0, 14.0);
        self.rectangle(0.0, PAGE.1 - 14.0, PAGE.0, 14.0);
    }

    fn rectangle(&mut self, x: f32, y: f32, width: f32, height: f32) {
        let mut path = PathBuilder::new();
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            path.push_rect(rect);
        }
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }

    /// The address as a picture for a phone.
    fn picture(&mut self, link: &str) -> Result<(), AppError> {
        let code = qrcode::QrCode::new(link.as_bytes()).map_err(|error| AppError::internal(error.to_string()))?;
        let side = code.width();
        let cell = 110.0 / side as f32;
        let (left, top) = ((PAGE.0 - 110.0) / 2.0, PICTURE);
        self.ink(INK);
        for (at, colour) in code.to_colors().into_iter().enumerate() {
            if colour == qrcode::Color::Dark {
                self.rectangle(left + (at % side) as f32 * cell, top + (at / side) as f32 * cell, cell + 0.02, cell + 0.02);
            }
        }
        Ok(())
    }
}

/// A line in pieces of one direction, from left to right as they are seen (UAX #9): digits in Arabic stand as digits do.
fn pieces(line: &str) -> Vec<(String, TextDirection)> {
    let order = BidiInfo::new(line, None);
    let Some(paragraph) = order.paragraphs.first() else { return vec![] };
    let (levels, runs) = order.visual_runs(paragraph, paragraph.range.clone());
    let direction = |at: usize| if levels[at].is_rtl() { TextDirection::RightToLeft } else { TextDirection::LeftToRight };
    runs.into_iter().map(|run| (line[run.clone()].to_owned(), direction(run.start))).collect()
}

/// How many signs of a size stand on a line: one is somewhat more than half as wide as it is high.
fn signs(size: f32) -> f32 {
    LINE / (size * 0.56)
}

/// Lines of at most so many characters, broken between words.
fn broken(text: &str, most: f32) -> Vec<String> {
    let most = most.max(8.0) as usize;
    let mut lines: Vec<String> = Vec::new();
    let words: Vec<Vec<char>> = text.split_whitespace().map(|word| word.chars().collect()).collect();
    // A word that is longer than a line is broken like any other text.
    for word in words.iter().flat_map(|word| word.chunks(most)).map(|part| part.iter().collect::<String>()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < most => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_arabic_are_not_turned_round() {
        let pieces = pieces("بتاريخ 27/11/2026");
        let digits = pieces.iter().find(|(piece, _)| piece.contains("27")).expect("the day");
        assert!(matches!(digits.1, TextDirection::LeftToRight) && digits.0.trim() == "27/11/2026", "{pieces:?}");
        assert!(matches!(pieces.last().expect("the word").1, TextDirection::RightToLeft));
    }

    #[test]
    fn long_words_are_broken_and_short_ones_kept_together() {
        assert_eq!(broken("one two three", 9.0), ["one two", "three"]);
        assert_eq!(broken(&"x".repeat(20), 8.0), ["xxxxxxxx", "xxxxxxxx", "xxxx"]);
    }
}
