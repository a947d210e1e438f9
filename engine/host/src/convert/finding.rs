//! Findings, checked before anybody believes them.

use crate::{
    bindings::{confiture::plugin::common::Severity as WitSeverity, exports::confiture::plugin::lint as wit},
    convert::{
        info::json_object,
        object::{object_in, span_in},
    },
    log::{one_line, printable},
};
use confiture_model::{
    finding::{Finding, Severity},
    rule::RuleSetting,
};
use std::collections::HashSet;

/// The findings of one call.
///
/// # Errors
/// Why they cannot be used: more than `most`, a rule that was not asked, a place that cannot be.
pub(crate) fn findings_in(
    findings: Vec<wit::Finding>,
    rules: &[RuleSetting],
    most: usize,
) -> Result<Vec<Finding>, String> {
    if findings.len() > most {
        return Err(format!("{} findings, where one call may hand over {most}", findings.len()));
    }
    let asked: HashSet<&str> = rules.iter().map(|rule| rule.instance.as_str()).collect();
    findings.into_iter().map(|finding| finding_in(finding, &asked)).collect()
}

fn finding_in(finding: wit::Finding, asked: &HashSet<&str>) -> Result<Finding, String> {
    if !asked.contains(finding.rule.as_str()) {
        return Err(format!("a finding of rule `{}`, which was not asked", one_line(&finding.rule)));
    }
    let whose = |why: &str| format!("a finding of rule `{}` {why}", finding.rule);
    if finding.message.trim().is_empty() {
        return Err(whose("has no message"));
    }
    if finding.subject.name.is_empty() {
        return Err(whose("is about an object without a name"));
    }
    if let Some(span) = &finding.span {
        let backwards = (span.end_line, span.end_column) < (span.line, span.column);
        if span.line == 0 || span.column == 0 || backwards {
            return Err(whose("has a place that cannot be: lines and columns count from 1"));
        }
    }
    if let Some(extra) = &finding.extra {
        json_object(extra).map_err(|why| whose(&format!("has an `extra` that is {why}")))?;
    }
    Ok(Finding {
        rule: finding.rule,
        subject: object_in(finding.subject),
        message: printable(finding.message),
        suggestion: finding.suggestion.map(printable),
        fix: finding.fix,
        evidence: finding.evidence.into_iter().map(printable).collect(),
        span: finding.span.map(span_in),
        severity: finding.severity.map(severity_in),
        extra: finding.extra,
    })
}

pub(crate) fn severity_in(severity: WitSeverity) -> Severity {
    match severity {
        WitSeverity::Info => Severity::Info,
        WitSeverity::Warning => Severity::Warning,
        WitSeverity::Error => Severity::Error,
    }
}
