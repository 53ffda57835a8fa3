//! Tables and progress for a terminal.

use indicatif::{ProgressBar, ProgressStyle};

/// Two columns, the second aligned to the right.
pub fn table(heading: &str, rows: &[(String, u64)]) -> String {
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let mut text = format!("{heading}\n");
    for (label, number) in rows {
        let pad = width - label.chars().count();
        text.push_str(&format!("  {label}{} {number:>7}\n", " ".repeat(pad)));
    }
    text
}

/// A bar that shows what is done; silent where output is no terminal.
pub fn bar(length: u64, what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    if let Ok(style) = ProgressStyle::with_template("{msg:12} [{bar:40}] {pos}/{len}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(what);
    bar
}
