//! The report as one HTML page: it needs nothing from anywhere else, follows the reader's light or dark theme, and prints.

use super::Report;
use crate::page::{self, PageError};
use minijinja::{
    HtmlEscape, context,
    value::{Serde, Value},
};
use std::fmt::Write as _;

const TEMPLATE: &str = include_str!("report.html");

/// The page. `title` says of which project and environment it is: `shop, qa`.
///
/// # Errors
/// [`PageError`].
pub fn html(report: &Report, title: &str) -> Result<String, PageError> {
    let all = report.masked + report.kept + report.unmentioned;
    let share = |count: usize| if all == 0 { 0.0 } else { 100.0 * count as f64 / all as f64 };
    let values = context! {
        title,
        report => Value::from(Serde(report)),
        masked_share => share(report.masked),
        kept_share => share(report.kept),
        version => env!("CARGO_PKG_VERSION"),
    };
    page::render(TEMPLATE, |environment| environment.add_filter("code", code), values)
}

/// A sentence in which what stands between backticks becomes code.
fn code(text: &str) -> Value {
    let mut html = String::new();
    for (at, part) in text.split('`').enumerate() {
        let escaped = HtmlEscape(part);
        // Writing to a string cannot fail.
        let _ = if at % 2 == 1 { write!(html, "<code>{escaped}</code>") } else { write!(html, "{escaped}") };
    }
    Value::from_safe_string(html)
}
