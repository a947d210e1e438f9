//! The report as one HTML page: it needs nothing from anywhere else, follows the reader's light or dark theme, and prints.

use super::Report;
use minijinja::{
    AutoEscape, Environment, context,
    value::{Serde, Value},
};

const TEMPLATE: &str = include_str!("report.html");

/// Why the page could not be made: a fault of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the HTML report could not be written: {0}")]
pub struct HtmlError(String);

/// The page. `title` says of which project and environment it is: `shop, qa`.
///
/// # Errors
/// [`HtmlError`].
pub fn html(report: &Report, title: &str) -> Result<String, HtmlError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let render = || -> Result<String, minijinja::Error> {
        let all = report.masked + report.kept + report.unmentioned;
        let share = |count: usize| if all == 0 { 0.0 } else { 100.0 * count as f64 / all as f64 };
        environment.template_from_str(TEMPLATE)?.render(context! {
            title,
            report => Value::from(Serde(report)),
            masked_share => share(report.masked),
            kept_share => share(report.kept),
            version => env!("CARGO_PKG_VERSION"),
        })
    };
    render().map_err(|error| HtmlError(error.to_string()))
}
