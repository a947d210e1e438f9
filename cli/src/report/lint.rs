//! A lint report in each of its forms.

use super::{json, text};
use crate::{
    exit::Exit,
    failure::Failure,
    global::{Global, Wanted},
    output,
};
use confiture_engine::lint::{
    formats::{self, Surroundings},
    report::LintReport,
};

/// Puts the report out as `format` has it. As JSON it may be larger than all else in memory, and is never held whole.
pub fn put(global: &Global, report: &LintReport, format: Wanted, surroundings: &Surroundings) -> Result<(), Failure> {
    match format {
        Wanted::Json => output::stream(global, |to| json::write(report, to)),
        _ => output::result(global, &render(report, format, surroundings)?),
    }
}

/// The report as `format` has it.
pub fn render(report: &LintReport, format: Wanted, surroundings: &Surroundings) -> Result<String, Failure> {
    Ok(match format {
        Wanted::Text => text::render(report, &surroundings.title),
        Wanted::Json => json::render(report)?,
        Wanted::Html => formats::html::html(report, surroundings).map_err(Failure::with(Exit::Failed))?,
        Wanted::Sarif => formats::sarif::sarif(report, surroundings),
        Wanted::Github => formats::github::github(report, surroundings),
        Wanted::Gitlab => formats::gitlab::gitlab(report, surroundings),
        Wanted::Junit => formats::junit::junit(report, surroundings),
        Wanted::Markdown => formats::markdown::markdown(report, surroundings),
    })
}
