//! Suppressions in the configuration: `linting.allow`.

use super::{Allow, Reach};
use crate::{
    config::{ConfigError, Linting, Problem, linting::AllowTable},
    lint::{
        report::SuppressionKind,
        resolve,
        rule::{ActiveRule, NamePattern},
    },
};
use confiture_model::{
    object::{ObjectKind, ObjectRef},
    rule::RuleInfo,
};

/// The suppressions of a configuration, one for each of its patterns. `rules` are those that run, `plugins` all there are.
///
/// # Errors
/// [`ConfigError`] for a rule that is none, and for a pattern that cannot be read.
pub fn of_configuration(
    linting: &Linting,
    rules: &[ActiveRule],
    plugins: &[(&str, &[RuleInfo])],
) -> Result<Vec<Allow>, ConfigError> {
    let mut allows = Vec::new();
    for (index, table) in linting.allow.iter().enumerate() {
        let path = [&linting.path[..], &["allow".to_owned(), index.to_string()]].concat();
        read(table, linting, rules, plugins, &mut allows).map_err(|problem| {
            let problem = path.iter().rev().fold(problem, |problem, key| problem.within(key.clone(), table.rule.span));
            problem.in_source(&linting.source)
        })?;
    }
    Ok(allows)
}

fn read(
    table: &AllowTable,
    linting: &Linting,
    rules: &[ActiveRule],
    plugins: &[(&str, &[RuleInfo])],
    allows: &mut Vec<Allow>,
) -> Result<(), Problem> {
    let rule = &table.rule.value;
    if !rules.iter().any(|active| active.setting.instance == *rule) {
        resolve::find(plugins, rule).map_err(|problem| problem.within("rule", table.rule.span))?;
    }
    if table.objects.is_empty() {
        let problem = Problem::new(table.rule.span, format!("`{rule}` is allowed of no object"));
        return Err(
            problem.help("name some in `objects`; to switch the rule off, write `enabled = false` in its own table")
        );
    }
    for object in table.objects.iter() {
        let pattern = NamePattern::parse(&object.value).map_err(|why| {
            let why = why.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            Problem::new(object.span, format!("this is no pattern: {why}")).within("objects", object.span)
        })?;
        allows.push(Allow {
            rule: Some(rule.clone()),
            reach: Reach::Names(pattern),
            reason: table.reason.as_ref().filter(|reason| !reason.trim().is_empty()).cloned(),
            kind: SuppressionKind::Configuration,
            span: Some(linting.source.locate(object.span)),
            subject: ObjectRef {
                kind: ObjectKind::Other,
                schema: None,
                parent: None,
                name: format!("allow({rule}) of {}", object.value),
            },
        });
    }
    Ok(())
}
