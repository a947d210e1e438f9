//! Linting: the rules that the project switched on, run by their plugins over one snapshot.
//!
//! Each plugin is called once with all of its rules, the plugins at the same time. What they find is checked, placed in the
//! user's files, limited to each rule's scope and put in order; how they broke is kept beside it.

pub mod allow;
pub mod baseline;
mod call;

pub mod fix;
pub mod focus;
pub mod formats;
mod judge;
mod places;
pub mod reach;
pub mod report;
pub mod resolve;
pub mod rule;
pub mod schema;

use call::Outcome;
use confiture_model::{
    plugin::{LintPlugin, SchemaView},
    rule::{RuleInfo, Subject},
    schema::{Parts, Snapshot},
};
use judge::Judge;
use places::Places;
use report::{Checked, CheckedPlugin, CheckedRule, LintReport};
use rule::ActiveRule;
use std::{collections::HashMap, sync::Arc};

/// Runs the rules over a schema. Rules over the statements of migrations are left out.
pub async fn run(plugins: &[Arc<dyn LintPlugin>], rules: &[ActiveRule], view: &SchemaView) -> LintReport {
    let places = Places::of(&view.snapshot);
    let calls = plugins.iter().map(|plugin| call::check(plugin.as_ref(), rules_of(plugin.as_ref(), rules), view));
    let outcomes = futures_util::future::join_all(calls).await;
    let mut report = LintReport::new(Checked::of(&view.snapshot));
    report.faults.extend(call::without_plugin(plugins, rules));
    for (plugin, outcome) in plugins.iter().zip(outcomes) {
        take(&mut report, plugin.as_ref(), rules, outcome, (&places, &view.snapshot));
    }
    report.put_in_order();
    report
}

/// What the rules read of each relation: the rest need not be fetched.
pub fn parts(plugins: &[Arc<dyn LintPlugin>], rules: &[ActiveRule]) -> Parts {
    let infos = plugins.iter().flat_map(|plugin| {
        let own = rules_of(plugin.as_ref(), rules);
        own.into_iter().filter_map(|rule| info(plugin.as_ref(), &rule.setting.id))
    });
    infos.fold(Parts::NONE, |parts, info| parts | info.reads)
}

fn rules_of<'r>(plugin: &dyn LintPlugin, rules: &'r [ActiveRule]) -> Vec<&'r ActiveRule> {
    let is_of_schemas = |rule: &ActiveRule| match info(plugin, &rule.setting.id) {
        Some(info) => info.subject == Subject::Schema,
        // The plugin does not offer it: that becomes a fault.
        None => true,
    };
    rules.iter().filter(|rule| rule.plugin == plugin.name() && is_of_schemas(rule)).collect()
}

fn info<'p>(plugin: &'p dyn LintPlugin, rule: &str) -> Option<&'p RuleInfo> {
    plugin.rules().iter().find(|info| info.id == rule)
}

fn take(
    report: &mut LintReport,
    plugin: &dyn LintPlugin,
    rules: &[ActiveRule],
    outcome: Outcome,
    (places, snapshot): (&Places<'_>, &Snapshot),
) {
    let rules = rules_of(plugin, rules);
    if !rules.is_empty() {
        let checked = CheckedPlugin { plugin: plugin.name().to_owned(), micros: outcome.micros };
        report.checked.plugins.push(checked);
    }
    let judge = Judge { plugin, rules: &rules, places };
    let judged = judge.judge(outcome.findings);
    let mut counts: HashMap<&str, u64> = HashMap::new();
    for finding in &judged.findings {
        *counts.entry(&finding.instance).or_default() += 1;
    }
    for rule in rules {
        let of_rule = |item: &&str| *item == rule.setting.instance;
        let info = info(plugin, &rule.setting.id);
        let faults = outcome.faults.iter().chain(&judged.faults);
        let faulted = outcome.broken || faults.filter_map(|fault| fault.item.as_deref()).any(|item| of_rule(&item));
        report.checked.rules.push(CheckedRule {
            rule: rule.setting.id.clone(),
            instance: rule.setting.instance.clone(),
            plugin: rule.plugin.clone(),
            category: info.map(|info| info.category.clone()).unwrap_or_default(),
            summary: info.map(|info| info.summary.clone()).unwrap_or_default(),
            findings: counts.get(rule.setting.instance.as_str()).copied().unwrap_or_default(),
            left_out: judged.left_out.get(&rule.setting.instance).copied().unwrap_or_default(),
            faulted,
            not_judged: reach::not_judged(rule, info, snapshot),
        });
    }
    report.faults.extend(outcome.faults);
    report.faults.extend(judged.faults);
    report.findings.extend(judged.findings);
}

#[cfg(test)]
mod tests;
