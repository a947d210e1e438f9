//! Reports as HTML pages: each is one file that needs nothing from anywhere else.

use minijinja::{AutoEscape, Environment, Value};

/// Why a page could not be made: a fault of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the HTML report could not be written: {0}")]
pub struct PageError(String);

/// What the pages about masked data look like: their templates write it by the name `masking_style`.
const MASKING_STYLE: &str = include_str!("page/masking.css");

/// Fills a template in. Everything that it is given is escaped; `filters` adds what it writes numbers with.
pub(crate) fn render(
    template: &str,
    filters: impl FnOnce(&mut Environment<'_>),
    values: Value,
) -> Result<String, PageError> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    filters(&mut environment);
    environment.add_global("masking_style", Value::from_safe_string(MASKING_STYLE.trim_end().to_owned()));
    let rendered = environment.template_from_str(template).and_then(|template| template.render(values));
    rendered.map_err(|error| PageError(error.to_string()))
}
