//! A report as Markdown, for the comment under a pull request.

use super::{Surroundings, counts, line};
use crate::lint::report::{LintReport, Reported};
use confiture_model::finding::Severity;
use std::fmt::Write;

/// A comment of GitHub's may hold 65,536 characters: what does not fit is counted.
const FITS: usize = 60_000;

/// The page: what was found by severity, each finding a row.
pub fn markdown(report: &LintReport, surroundings: &Surroundings) -> String {
    let mut text = format!("## Schema lint: {}\n\n{}\n", counts(report), escaped(&surroundings.title));
    for fault in &report.faults {
        let _ = writeln!(text, "\n> **A plugin broke.** {}", escaped(&fault.to_string()));
    }
    let mut left_out = 0;
    for (severity, heading) in [(Severity::Error, "Errors"), (Severity::Warning, "Warnings"), (Severity::Info, "Info")]
    {
        let findings = report.findings.iter().filter(|finding| finding.severity == severity);
        left_out += section(&mut text, heading, findings.collect(), surroundings);
    }
    if left_out > 0 {
        let _ = writeln!(text, "\nAnd {left_out} more, for which there is no room here.");
    }
    let _ = writeln!(text, "\n{}", closing(report));
    text
}

/// How many findings did not fit.
fn section(text: &mut String, heading: &str, findings: Vec<&Reported>, surroundings: &Surroundings) -> usize {
    let mut rows = findings.iter();
    let Some(first) = rows.next() else { return 0 };
    let head = format!("\n### {heading} ({})\n\n| where | what | rule |\n|---|---|---|\n", findings.len());
    let mut next = row(first, surroundings);
    if text.len() + head.len() + next.len() > FITS {
        return findings.len();
    }
    text.push_str(&head);
    let mut written = 0;
    loop {
        if text.len() + next.len() > FITS {
            return findings.len() - written;
        }
        text.push_str(&next);
        written += 1;
        match rows.next() {
            Some(finding) => next = row(finding, surroundings),
            None => return 0,
        }
    }
}

fn row(finding: &Reported, surroundings: &Surroundings) -> String {
    let place = match &finding.span {
        Some(span) => format!("{}:{}", surroundings.file(span), span.line),
        None => finding.subject.to_string(),
    };
    let mut what = escaped(&finding.message);
    for evidence in &finding.evidence {
        let _ = write!(what, "<br>{}", escaped(evidence));
    }
    if let Some(suggestion) = &finding.suggestion {
        let _ = write!(what, "<br>→ {}", escaped(suggestion));
    }
    format!("| {} | {what} | {} |\n", escaped(&place), escaped(&line::rule(finding)))
}

fn closing(report: &LintReport) -> String {
    let checked = &report.checked;
    let mut text = format!("Checked {} tables with {} rules", checked.tables, checked.rules.len());
    if !report.suppressed.is_empty() {
        let _ = write!(text, "; {} known or allowed findings are not shown", report.suppressed.len());
    }
    text.push('.');
    text
}

/// Text that means itself: names may hold anything, and a row is one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\r' => {}
            '\n' => escaped.push_str("<br>"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(character);
            }
            _ => escaped.push(character),
        }
    }
    escaped
}
