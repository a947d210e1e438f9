//! A report as one HTML page: it needs nothing from anywhere else, follows the reader's light or dark theme, is filtered
//! and searched in the browser, with or without a mouse, and reads without scripts too.

use super::{Surroundings, counts, line};
use crate::{
    lint::report::{LintReport, Reported, Suppressed, SuppressionKind},
    page::{self, PageError},
};
use confiture_model::finding::Severity;
use minijinja::{
    context,
    value::{Serde, Value},
};
use serde::Serialize;
use std::collections::BTreeMap;

const TEMPLATE: &str = include_str!("html/report.html");
const STYLE: &str = include_str!("html/report.css");
const SCRIPT: &str = include_str!("html/report.js");

/// The page.
///
/// # Errors
/// [`PageError`].
pub fn html(report: &LintReport, surroundings: &Surroundings) -> Result<String, PageError> {
    let rows: Vec<Row> = report.findings.iter().map(row).collect();
    let (rules, objects) = (tallied(rows.iter().map(|row| &row.rule)), tallied(rows.iter().map(|row| &row.object)));
    let kept: Vec<Kept> = report.suppressed.iter().map(kept).collect();
    let faults: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
    let values = context! {
        title => surroundings.title.as_str(),
        counts => counts(report),
        errors => report.count(Severity::Error),
        warnings => report.count(Severity::Warning),
        infos => report.count(Severity::Info),
        checked => Value::from(Serde(&report.checked)),
        baseline => Value::from(Serde(&report.baseline)),
        rows => Value::from(Serde(&rows)),
        rules => Value::from(Serde(&rules)),
        objects => Value::from(Serde(&objects)),
        kept => Value::from(Serde(&kept)),
        faults,
        // Our own, and no text of anybody's.
        style => Value::from_safe_string(STYLE.to_owned()),
        script => Value::from_safe_string(SCRIPT.to_owned()),
        version => env!("CARGO_PKG_VERSION"),
    };
    page::render(TEMPLATE, |_| {}, values)
}

/// A finding of the page.
#[derive(Serialize)]
struct Row {
    severity: &'static str,
    rule: String,
    category: String,
    message: String,
    place: Option<String>,
    subject: String,
    kind: &'static str,
    /// The table, or what else it is about: what it is filtered by.
    object: String,
    evidence: Vec<String>,
    suggestion: Option<String>,
    fix: Vec<String>,
}

fn row(finding: &Reported) -> Row {
    Row {
        severity: finding.severity.as_str(),
        rule: line::rule(finding),
        category: finding.category.clone(),
        message: finding.message.clone(),
        place: finding.span.as_ref().map(ToString::to_string),
        subject: finding.subject.to_string(),
        kind: finding.subject.kind.as_str(),
        object: match finding.subject.relation() {
            Some((schema, name)) => format!("{schema}.{name}"),
            None => finding.subject.name.clone(),
        },
        evidence: finding.evidence.clone(),
        suggestion: finding.suggestion.clone(),
        fix: finding.fix.clone(),
    }
}

/// A name, and how many findings have it.
#[derive(Serialize)]
struct Tally {
    name: String,
    count: usize,
}

fn tallied<'a>(names: impl Iterator<Item = &'a String>) -> Vec<Tally> {
    let mut counts: BTreeMap<&String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts.into_iter().map(|(name, count)| Tally { name: name.clone(), count }).collect()
}

/// A finding that is kept out, and why.
#[derive(Serialize)]
struct Kept {
    message: String,
    rule: String,
    by: &'static str,
    reason: Option<String>,
    place: Option<String>,
}

fn kept(one: &Suppressed) -> Kept {
    Kept {
        message: one.finding.message.clone(),
        rule: line::rule(&one.finding),
        by: match one.suppression.kind {
            SuppressionKind::SqlComment => "comment in SQL",
            SuppressionKind::ObjectComment => "comment of the object",
            SuppressionKind::Configuration => "configuration",
            SuppressionKind::Baseline => "baseline",
        },
        reason: one.suppression.reason.clone(),
        place: one.suppression.span.as_ref().map(ToString::to_string),
    }
}
