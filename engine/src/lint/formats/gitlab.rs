//! A code quality report of GitLab.
//!
//! Source: "Code Quality", "Code Quality report format": what an entry must have, and its five severities.

use super::{Surroundings, line, pretty};
use crate::lint::{
    baseline::fingerprints,
    report::{LintReport, Reported},
};
use confiture_model::finding::Severity;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A list of what was found. A fingerprint stays the same while lines and other findings move.
pub fn gitlab(report: &LintReport, surroundings: &Surroundings) -> String {
    let faults = report.faults.iter().map(|fault| {
        let text = fault.to_string();
        json!({
            "description": text,
            "check_name": "plugin-fault",
            "fingerprint": digest(&text),
            "severity": "blocker",
            "location": { "path": fault.plugin, "lines": { "begin": 1 } },
        })
    });
    let findings = report.findings.iter().zip(fingerprints(&report.findings));
    let findings = findings.map(|(finding, fingerprint)| entry(finding, fingerprint, surroundings));
    pretty(&Value::Array(faults.chain(findings).collect()))
}

fn entry(finding: &Reported, fingerprint: String, surroundings: &Surroundings) -> Value {
    let severity = match finding.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    };
    // A place is asked for: what was made by no file stands under its own name.
    let (path, first, last) = match &finding.span {
        Some(span) => (surroundings.file(span), span.line, span.end_line),
        None => (finding.subject.to_string(), 1, 1),
    };
    json!({
        "description": line::whole(finding),
        "check_name": finding.instance,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": { "path": path, "lines": { "begin": first, "end": last } },
    })
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
