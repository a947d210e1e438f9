//! Findings about suppressions.

use super::{Allow, Offered, Reach, names};
use crate::{
    config::nearest,
    lint::report::{LintReport, Reported, SuppressionKind},
    options::kebab,
};
use confiture_model::finding::Severity;

/// Who finds these: no plugin.
const OWN: &str = "confiture";

/// What there is to say about a suppression: nothing, mostly.
pub(super) fn about(allow: &Allow, used: bool, report: &LintReport, offered: &Offered<'_>) -> Vec<Reported> {
    let Some(rule) = &allow.rule else {
        let message = "A suppression cannot be read, and suppresses nothing".to_owned();
        return vec![finding(allow, "unreadable-suppression", message, Some("Write `confiture: allow(rule) reason`"))];
    };
    let mut found = Vec::new();
    if allow.reason.is_none() {
        let message = format!("{} gives no reason", written(allow, rule));
        let how = match allow.kind {
            SuppressionKind::Configuration => "Say in `reason` why this is right here",
            _ => "Say behind the parenthesis why this is right here",
        };
        found.push(finding(allow, "suppression-without-reason", message, Some(how)));
    }
    if !used && let Some((message, how)) = idle(allow, rule, report, offered) {
        found.push(finding(allow, "unused-suppression", message, how.as_deref()));
    }
    found
}

/// Why a suppression suppresses nothing; none where that cannot be said.
fn idle(allow: &Allow, rule: &str, report: &LintReport, offered: &Offered<'_>) -> Option<(String, Option<String>)> {
    let name = kebab(rule);
    let is_it = |id: &str, instance: &str, plugin: &str| names(id, instance, plugin).contains(&name);
    let ran: Vec<_> = report.checked.rules.iter().filter(|one| is_it(&one.rule, &one.instance, &one.plugin)).collect();
    let written = written(allow, rule);
    if ran.is_empty() {
        if offered.rules.iter().any(|(plugin, id)| is_it(id, id, plugin)) {
            return (!offered.restricted).then(|| (format!("{written} suppresses nothing: the rule is off"), None));
        }
        // The rule may be one of a plugin that did not load, or of a custom rule that was left out.
        if offered.restricted || !report.faults.is_empty() {
            return None;
        }
        let near = nearest::by_likeness(&name, offered.rules.iter().map(|(_, id)| *id));
        let help = near.first().map(|near| format!("The nearest rule is `{near}`"));
        return Some((format!("{written} names a rule that no plugin offers"), help));
    }
    if ran.iter().any(|one| one.faulted || one.not_judged.is_some()) {
        return None;
    }
    let help = match allow.reach {
        Reach::Nothing => "It must stand on the line before a statement, or behind its end",
        _ => "Take it out",
    };
    Some((format!("{written} suppresses nothing"), Some(help.to_owned())))
}

fn written(allow: &Allow, rule: &str) -> String {
    match allow.kind {
        SuppressionKind::Configuration => format!("The suppression {}", allow.subject.name),
        SuppressionKind::ObjectComment => format!("`allow({rule})` in the comment of {}", allow.subject),
        _ => format!("`allow({rule})`"),
    }
}

fn finding(allow: &Allow, rule: &str, message: String, suggestion: Option<&str>) -> Reported {
    Reported {
        rule: rule.to_owned(),
        instance: rule.to_owned(),
        plugin: OWN.to_owned(),
        category: "suppressions".to_owned(),
        severity: Severity::Warning,
        subject: allow.subject.clone(),
        message,
        suggestion: suggestion.map(str::to_owned),
        fix: Vec::new(),
        evidence: Vec::new(),
        span: allow.span.clone(),
    }
}
