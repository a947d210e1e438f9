//! A finding in one piece of text: its message with what else belongs to it.

use crate::lint::report::Reported;

/// The message, what it rests on and what to do, one a line.
pub(super) fn whole(finding: &Reported) -> String {
    let mut text = finding.message.clone();
    for evidence in &finding.evidence {
        text.push_str(&format!("\n{evidence}"));
    }
    if let Some(suggestion) = &finding.suggestion {
        text.push_str(&format!("\nSuggestion: {suggestion}"));
    }
    text
}

/// The rule, and which use of it where it is on several times.
pub(super) fn rule(finding: &Reported) -> String {
    match finding.instance == finding.rule {
        true => finding.rule.clone(),
        false => format!("{}: {}", finding.rule, finding.instance),
    }
}
