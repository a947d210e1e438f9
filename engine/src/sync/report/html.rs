//! The report as one HTML page: it needs nothing from anywhere else, follows the reader's light or dark theme, and prints.

use super::{Report, text};
use crate::page::{self, PageError};
use minijinja::{
    context,
    value::{Serde, Value},
};

const TEMPLATE: &str = include_str!("report.html");

/// The page.
///
/// # Errors
/// [`PageError`].
pub fn html(report: &Report) -> Result<String, PageError> {
    let values = context! {
        report => Value::from(Serde(report)),
        rows => report.rows(),
        size => text::size(report.bytes()),
        time => text::time(report.seconds),
        sizes => report.tables.iter().map(|table| table.bytes.map(text::size)).collect::<Vec<_>>(),
        version => env!("CARGO_PKG_VERSION"),
    };
    page::render(TEMPLATE, |_| (), values)
}
