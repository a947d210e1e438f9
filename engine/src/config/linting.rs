//! What is linted, and how. Which rules exist is for plugins to say: here rules are kept as they were written, with
//! their places, and `lint::resolve` joins them with what plugins offer.

mod allow;
mod custom;

pub use allow::AllowTable;
pub use custom::{ApplicableTo, CustomRule, Example, Names};

use super::{Problem, Source, Spanned, tree::Entry};
use confiture_model::finding::Severity;
use std::{collections::BTreeMap, sync::Arc};

/// The `linting` part of a configuration.
#[derive(Clone, Debug)]
pub struct Linting {
    /// The file, for error messages.
    pub source: Arc<Source>,
    /// The keys that lead to it, for error messages.
    pub path: Vec<String>,
    /// Whether anything is linted.
    pub enabled: bool,
    /// The least severity that fails a run.
    pub fail_on_severity: Severity,
    /// The output format, where the command line names none.
    pub report_format: Option<Spanned<String>>,
    /// Rules by name, in the order of the file.
    pub rules: Vec<Entry>,
    /// Rules that are a pattern.
    pub custom_rules: Vec<CustomRule>,
    /// Findings that are allowed, with a reason.
    pub allow: Vec<AllowTable>,
    /// Directories of the build's load order by the name of their last part without its number: `write_side` for
    /// `db/0_schema/01_write_side`.
    pub areas: BTreeMap<String, Vec<String>>,
}

impl Default for Linting {
    fn default() -> Self {
        Self {
            source: Arc::default(),
            path: vec!["linting".to_owned()],
            enabled: true,
            fail_on_severity: Severity::Error,
            report_format: None,
            rules: Vec::new(),
            custom_rules: Vec::new(),
            allow: Vec::new(),
            areas: BTreeMap::new(),
        }
    }
}

impl Linting {
    /// The keys that lead to its rules: in an `environment` block they stand in it directly.
    pub(crate) fn rules_path(&self) -> Vec<String> {
        let mut path = self.path.clone();
        if path.len() == 1 {
            path.push("rules".to_owned());
        }
        path
    }

    pub(super) fn check(&self) -> Result<(), Problem> {
        self.custom_rules.iter().enumerate().try_for_each(|(index, rule)| {
            rule.check().map_err(|problem| {
                let place = problem.span.unwrap_or_default();
                let path = [&self.path[..], &["custom_rules".to_owned(), index.to_string()]].concat();
                path.into_iter().rev().fold(problem, |problem, key| problem.within(key, place))
            })
        })
    }
}

/// The areas of a load order.
pub(super) fn areas(load_order: &[Spanned<String>]) -> BTreeMap<String, Vec<String>> {
    let mut areas: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for pattern in load_order {
        let parts = pattern.value.split('/').take_while(|part| !part.contains(['*', '?', '[', '{']));
        let directory = parts.collect::<Vec<_>>().join("/");
        let Some(last) = directory.rsplit('/').next() else { continue };
        let area = last.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches(['_', '-']);
        if !area.is_empty() && !last.contains('.') {
            let directories = areas.entry(area.replace('-', "_")).or_default();
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
    }
    areas
}
