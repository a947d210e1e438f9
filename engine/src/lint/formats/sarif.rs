//! SARIF 2.1.0, the Static Analysis Results Interchange Format of OASIS.

use super::{Surroundings, line, pretty};
use crate::lint::{
    baseline::fingerprints,
    report::{CheckedRule, LintReport, Reported, Suppressed, SuppressionKind},
};
use confiture_model::{
    finding::Severity,
    object::{ObjectRef, SourceSpan},
};
use serde_json::{Map, Value, json};
use std::{collections::HashMap, fmt::Write};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// The name of our fingerprint; a new one when it is made otherwise.
const FINGERPRINT: &str = "confiture/v1";

/// The log: one run, with the rules that were on, every finding, and what is suppressed marked as that.
pub fn sarif(report: &LintReport, surroundings: &Surroundings) -> String {
    let rules = Rules::of(report);
    let fingerprints = fingerprints(&report.findings);
    let findings = report.findings.iter().zip(&fingerprints);
    let mut results: Vec<Value> =
        findings.map(|(finding, print)| result(finding, &rules, Some(print), surroundings).into()).collect();
    results.extend(report.suppressed.iter().map(|one| suppressed(one, &rules, surroundings)));
    pretty(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Confiture",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.descriptors,
            } },
            "invocations": [{
                "executionSuccessful": report.faults.is_empty(),
                "toolExecutionNotifications": report.faults.iter().map(|fault| json!({
                    "level": "error",
                    "descriptor": { "id": format!("plugin-fault/{}", fault.code()) },
                    "message": { "text": fault.to_string() },
                })).collect::<Vec<_>>(),
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

/// The rules of a run, each with its index.
struct Rules {
    descriptors: Vec<Value>,
    indexes: HashMap<String, usize>,
}

impl Rules {
    fn of(report: &LintReport) -> Self {
        let mut rules = Self { descriptors: Vec::new(), indexes: HashMap::new() };
        for rule in &report.checked.rules {
            rules.add(&rule.instance, || descriptor(rule));
        }
        let all = report.findings.iter().chain(report.suppressed.iter().map(|one| &one.finding));
        for finding in all {
            // Those that no plugin offers: about suppressions.
            rules.add(
                &finding.instance,
                || json!({ "id": finding.instance, "properties": { "tags": [finding.category] } }),
            );
        }
        rules
    }

    fn add(&mut self, instance: &str, descriptor: impl FnOnce() -> Value) {
        if !self.indexes.contains_key(instance) {
            self.indexes.insert(instance.to_owned(), self.descriptors.len());
            self.descriptors.push(descriptor());
        }
    }
}

fn descriptor(rule: &CheckedRule) -> Value {
    let mut descriptor = json!({
        "id": rule.instance,
        "properties": { "tags": [rule.category], "rule": rule.rule, "plugin": rule.plugin },
    });
    if !rule.summary.is_empty() {
        descriptor["shortDescription"] = json!({ "text": rule.summary });
    }
    descriptor
}

fn result(finding: &Reported, rules: &Rules, print: Option<&String>, around: &Surroundings) -> Map<String, Value> {
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), json!(finding.instance));
    if let Some(index) = rules.indexes.get(&finding.instance) {
        result.insert("ruleIndex".to_owned(), json!(index));
    }
    let level = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    };
    result.insert("level".to_owned(), json!(level));
    result.insert("message".to_owned(), json!({ "text": line::whole(finding) }));
    result.insert("locations".to_owned(), json!([location(finding, around)]));
    if let Some(print) = print {
        result.insert("partialFingerprints".to_owned(), json!({ FINGERPRINT: print }));
    }
    result
}

fn suppressed(one: &Suppressed, rules: &Rules, around: &Surroundings) -> Value {
    let mut result = result(&one.finding, rules, None, around);
    let by = &one.suppression;
    let kind = match by.kind {
        SuppressionKind::SqlComment | SuppressionKind::ObjectComment => "inSource",
        SuppressionKind::Configuration | SuppressionKind::Baseline => "external",
    };
    let mut suppression = json!({ "kind": kind, "status": "accepted" });
    if let Some(reason) = &by.reason {
        suppression["justification"] = json!(reason);
    }
    if let Some(span) = &by.span {
        suppression["location"] = json!({ "physicalLocation": physical(span, around) });
    }
    result.insert("suppressions".to_owned(), json!([suppression]));
    result.into()
}

fn location(finding: &Reported, around: &Surroundings) -> Value {
    let mut location = json!({ "logicalLocations": [logical(&finding.subject)] });
    if let Some(span) = &finding.span {
        location["physicalLocation"] = physical(span, around);
    }
    location
}

fn logical(subject: &ObjectRef) -> Value {
    json!({ "name": subject.name, "fullyQualifiedName": subject.to_string(), "kind": subject.kind.as_str() })
}

fn physical(span: &SourceSpan, around: &Surroundings) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&around.file(span)) },
        "region": {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        },
    })
}

/// A path as a reference of RFC 3986: what is neither unreserved nor a slash is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}
