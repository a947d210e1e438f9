//! Calls into a plugin: all of its rules at once, and after a fault one by one, so that a bad rule is named and the
//! others still report.

use super::rule::ActiveRule;
use confiture_model::{
    fault::{Fault, FaultKind},
    finding::Finding,
    plugin::{LintPlugin, SchemaView},
    rule::RuleSetting,
};
use std::{sync::Arc, time::Instant};

const CALL: &str = "check-schema";

/// What came of a plugin's calls.
#[derive(Default)]
pub(super) struct Outcome {
    /// What its rules found, unchecked. Each finding names the instance of the call that it came from.
    pub(super) findings: Vec<Finding>,
    /// How it broke.
    pub(super) faults: Vec<Fault>,
    /// Microseconds in its calls.
    pub(super) micros: u64,
    /// Whether it broke as a whole: no rule of it can be said to have run.
    pub(super) broken: bool,
}

/// Runs these rules of a plugin; nothing is called where there are none.
pub(super) async fn check(plugin: &dyn LintPlugin, rules: Vec<&ActiveRule>, view: &SchemaView) -> Outcome {
    let mut outcome = Outcome::default();
    let mut settings = Vec::new();
    for rule in rules {
        match super::info(plugin, &rule.setting.id) {
            Some(_) => settings.push(rule.setting.clone()),
            None => outcome.faults.push(unknown(rule)),
        }
    }
    if settings.is_empty() {
        return outcome;
    }
    let begun = Instant::now();
    match plugin.check_schema(view, &settings).await {
        Ok(findings) => outcome.findings = findings,
        Err(fault) => one_by_one(plugin, fault, &settings, view, &mut outcome).await,
    }
    outcome.micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    outcome
}

async fn one_by_one(
    plugin: &dyn LintPlugin,
    fault: Fault,
    settings: &[RuleSetting],
    view: &SchemaView,
    outcome: &mut Outcome,
) {
    if let [only] = settings {
        outcome.faults.push(blaming(fault, only));
        return;
    }
    if matches!(fault.kind, FaultKind::Load(_)) {
        outcome.broken = true;
        outcome.faults.push(fault);
        return;
    }
    let before = outcome.faults.len();
    for setting in settings {
        match plugin.check_schema(view, std::slice::from_ref(setting)).await {
            Ok(findings) => take_own(plugin.name(), findings, setting, outcome),
            Err(fault) => outcome.faults.push(blaming(fault, setting)),
        }
    }
    // Every rule passes alone: it was their number, and the whole call did not hold.
    if outcome.faults.len() == before {
        outcome.faults.push(fault);
    }
}

/// A rule that runs alone may not speak for another one.
fn take_own(plugin: &str, findings: Vec<Finding>, setting: &RuleSetting, outcome: &mut Outcome) {
    let (own, others): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| finding.rule == setting.instance);
    outcome.findings.extend(own);
    if let Some(other) = others.first() {
        let why = format!("it was run alone, and returned a finding of `{}`", other.rule);
        outcome.faults.push(malformed(plugin, Some(setting.instance.clone()), why));
    }
}

/// Rules of plugins that are not there.
pub(super) fn without_plugin(plugins: &[Arc<dyn LintPlugin>], rules: &[ActiveRule]) -> Vec<Fault> {
    let is_there = |rule: &&ActiveRule| plugins.iter().any(|plugin| plugin.name() == rule.plugin);
    let faults = rules.iter().filter(|rule| !is_there(rule)).map(|rule| Fault {
        plugin: rule.plugin.clone(),
        item: Some(rule.setting.instance.clone()),
        call: CALL.to_owned(),
        kind: FaultKind::Load("the plugin is not loaded".to_owned()),
    });
    faults.collect()
}

/// A finding, or a rule, that cannot be what the plugin says it is.
pub(super) fn malformed(plugin: &str, item: Option<String>, why: String) -> Fault {
    Fault { plugin: plugin.to_owned(), item, call: CALL.to_owned(), kind: FaultKind::Malformed(why) }
}

fn unknown(rule: &ActiveRule) -> Fault {
    let why = format!("the plugin offers no rule `{}`", rule.setting.id);
    Fault {
        plugin: rule.plugin.clone(),
        item: Some(rule.setting.instance.clone()),
        call: CALL.to_owned(),
        kind: FaultKind::Load(why),
    }
}

fn blaming(fault: Fault, setting: &RuleSetting) -> Fault {
    Fault { item: fault.item.or_else(|| Some(setting.instance.clone())), ..fault }
}
