//! Annotations of GitHub Actions: one workflow command a line.
//!
//! Source: "Workflow commands for GitHub Actions", `::error file={name},line={line},...::{message}`.

use super::{Surroundings, line};
use crate::lint::report::{LintReport, Reported};
use confiture_model::finding::Severity;

/// One annotation a finding and a fault, the worst first: a workflow shows only the first of many.
pub fn github(report: &LintReport, surroundings: &Surroundings) -> String {
    let faults = report.faults.iter().map(|fault| {
        let title = property("Confiture: a plugin broke");
        format!("::error title={title}::{}\n", data(&fault.to_string()))
    });
    faults.chain(report.findings.iter().map(|finding| annotation(finding, surroundings))).collect()
}

fn annotation(finding: &Reported, surroundings: &Surroundings) -> String {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let mut properties = Vec::new();
    if let Some(span) = &finding.span {
        properties.push(format!("file={}", property(&surroundings.file(span))));
        properties.push(format!("line={}", span.line));
        properties.push(format!("endLine={}", span.end_line));
        // Columns are taken only within one line; the last is meant to be part of it.
        if span.line == span.end_line {
            properties.push(format!("col={}", span.column));
            properties.push(format!("endColumn={}", span.end_column.saturating_sub(1).max(span.column)));
        }
    }
    properties.push(format!("title={}", property(&line::rule(finding))));
    let message = match &finding.span {
        Some(_) => line::whole(finding),
        None => format!("{}: {}", finding.subject, line::whole(finding)),
    };
    format!("::{command} {}::{}\n", properties.join(","), data(&message))
}

/// The message of a command ends with its line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property ends at a comma, and all of them at a colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
