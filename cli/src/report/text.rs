//! Findings for people: what was checked, then a tree by severity, each finding with its place and what to do.

use crate::output::{BOLD, DIM, GREEN, RED, YELLOW, styled};
use anstyle::Style;
use confiture_engine::lint::report::{LintReport, NotJudged, Reported, Suppressed, SuppressionKind};
use confiture_model::finding::Severity;
use std::{collections::BTreeMap, fmt::Write};

/// The whole report. `title` says what was linted.
pub fn render(report: &LintReport, title: &str) -> String {
    let mut text = String::new();
    counts(&mut text, report, title);
    let mut number = 0;
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let findings: Vec<&Reported> = report.findings.iter().filter(|finding| finding.severity == severity).collect();
        if !findings.is_empty() {
            section(&mut text, severity, &findings, &mut number);
        }
    }
    closing(&mut text, report);
    text
}

fn counts(text: &mut String, report: &LintReport, title: &str) {
    let checked = &report.checked;
    let _ = writeln!(text, "{}", styled(BOLD, title));
    let rows = [
        (checked.tables, "table"),
        (checked.views, "view"),
        (checked.columns, "column"),
        (checked.indexes, "index"),
        (checked.constraints, "constraint"),
    ];
    // What no rule reads was not fetched: a zero there would claim a check that was not made.
    for (count, noun) in rows.iter().filter(|(count, noun)| *count > 0 || *noun == "table") {
        let _ = writeln!(text, "├─ Checking {}", counted(*count, noun));
    }
    let _ = writeln!(text, "└─ with {}", counted(checked.rules.len() as u64, "rule"));
}

fn section(text: &mut String, severity: Severity, findings: &[&Reported], number: &mut usize) {
    let (style, heading) = match severity {
        Severity::Error => (RED, "ERRORS"),
        Severity::Warning => (YELLOW, "WARNINGS"),
        Severity::Info => (BOLD, "INFO"),
    };
    let _ = writeln!(text, "\n{} ({}):", styled(style, heading), findings.len());
    for (index, finding) in findings.iter().enumerate() {
        *number += 1;
        one(text, finding, *number, index + 1 == findings.len(), style);
    }
}

fn one(text: &mut String, finding: &Reported, number: usize, last: bool, style: Style) {
    let (branch, stem) = if last { ("└─", "  ") } else { ("├─", "│ ") };
    // A name may hold line breaks: none of its lines may pass for one of the report's own.
    let mut lines = finding.message.lines();
    let first = lines.next().unwrap_or_default();
    let _ = writeln!(text, "{branch} {}: {first}", styled(style, format!("{number:03}")));
    for line in lines {
        let _ = writeln!(text, "{stem}      {line}");
    }
    let mut details = Vec::new();
    let place = match &finding.span {
        Some(span) => span.to_string(),
        None => finding.subject.to_string(),
    };
    // A rule may be on several times: then its name alone does not say which line of the configuration to look at.
    let rule = match finding.instance == finding.rule {
        true => finding.rule.clone(),
        false => format!("{}: {}", finding.rule, finding.instance),
    };
    details.push(styled(DIM, format!("{place}  [{rule}]")));
    details.extend(finding.evidence.iter().map(|evidence| styled(DIM, evidence)));
    details.extend(finding.suggestion.iter().map(|suggestion| format!("Suggestion: {suggestion}")));
    for (index, detail) in details.iter().enumerate() {
        let twig = if index + 1 == details.len() { "└─" } else { "├─" };
        for (line_number, line) in detail.lines().enumerate() {
            let lead = if line_number == 0 { twig } else { "  " };
            let _ = writeln!(text, "{stem}      {lead} {line}");
        }
    }
}

fn closing(text: &mut String, report: &LintReport) {
    let count = |severity| report.findings.iter().filter(|finding| finding.severity == severity).count() as u64;
    let (errors, warnings, infos) = (count(Severity::Error), count(Severity::Warning), count(Severity::Info));
    let _ = writeln!(text);
    if report.checked.rules.is_empty() && report.faults.is_empty() {
        let _ = writeln!(text, "{} Nothing was checked: no rule is switched on.", styled(YELLOW, "!"));
        return;
    }
    if report.findings.is_empty() && report.faults.is_empty() {
        let _ = writeln!(text, "{} No findings.", styled(GREEN, "✓"));
        kept_out(text, report);
        return;
    }
    let mut parts = vec![counted(errors, "error"), counted(warnings, "warning")];
    if infos > 0 {
        parts.push(format!("{infos} info"));
    }
    if !report.faults.is_empty() {
        parts.push(counted(report.faults.len() as u64, "plugin fault"));
    }
    let _ = writeln!(text, "{}", parts.join(", "));
    kept_out(text, report);
}

/// Rules whose silence says nothing.
fn not_judged(text: &mut String, report: &LintReport) {
    let mut reasons: BTreeMap<NotJudged, Vec<&str>> = BTreeMap::new();
    for rule in &report.checked.rules {
        if let Some(why) = rule.not_judged {
            reasons.entry(why).or_default().push(&rule.instance);
        }
    }
    for (why, rules) in reasons {
        let line = format!("not judged here, {}: {}", why.as_str(), rules.join(", "));
        let _ = writeln!(text, "{}", styled(DIM, line));
    }
}

/// What is not a finding because somebody said so.
fn kept_out(text: &mut String, report: &LintReport) {
    not_judged(text, report);
    let by_baseline = |one: &&Suppressed| one.suppression.kind == SuppressionKind::Baseline;
    let allowed = report.suppressed.iter().filter(|one| !by_baseline(one)).count() as u64;
    if allowed > 0 {
        let _ = writeln!(text, "{}", styled(DIM, format!("{} allowed", counted(allowed, "finding"))));
    }
    let Some(baseline) = &report.baseline else { return };
    if baseline.known > 0 {
        let known = format!("{} known to {}", counted(baseline.known, "finding"), baseline.file);
        let _ = writeln!(text, "{}", styled(DIM, known));
    }
    if !baseline.fixed.is_empty() {
        let count = counted(baseline.fixed.len() as u64, "finding");
        let _ = writeln!(
            text,
            "{} {count} of {} no longer there; --write-baseline forgets what is gone:",
            styled(GREEN, "✓"),
            baseline.file
        );
        for entry in &baseline.fixed {
            let _ = writeln!(text, "  {}  {}", entry.object, styled(DIM, format!("[{}]", entry.rule)));
        }
    }
    if !baseline.not_judged.is_empty() {
        let count = counted(baseline.not_judged.len() as u64, "finding");
        let line = format!("{count} of {} not judged here: their rules could not look", baseline.file);
        let _ = writeln!(text, "{}", styled(DIM, line));
    }
}

/// `1 table`, `2 tables`, `3 indexes`.
pub fn counted(count: u64, noun: &str) -> String {
    match (count, noun) {
        (1, _) => format!("1 {noun}"),
        (_, noun) if noun.ends_with('x') => format!("{count} {noun}es"),
        _ => format!("{count} {noun}s"),
    }
}
