//! What a plugin says of its rules, and how they are switched on.

use crate::{
    bindings::{confiture::plugin::catalog::Parts as WitParts, exports::confiture::plugin::lint as wit},
    convert::finding::severity_in,
    log::{one_line, printable},
};
use confiture_model::{
    rule::{OptionInfo, RuleInfo, RuleSetting, Subject},
    schema::Parts,
};
use std::collections::HashSet;

use crate::bindings::confiture::plugin::common::OptionInfo as OptionInfoOut;

/// The rules of a plugin.
///
/// # Errors
/// Why they cannot be used: an id twice or in no usable form, an option whose schema is no JSON.
pub(crate) fn rules_in(rules: Vec<wit::RuleInfo>) -> Result<Vec<RuleInfo>, String> {
    let mut seen = HashSet::new();
    for rule in &rules {
        if !is_kebab(&rule.id) {
            return Err(format!(
                "rule id `{}` is not kebab-case: lower-case letters, digits and single dashes",
                one_line(&rule.id)
            ));
        }
        if !seen.insert(rule.id.clone()) {
            return Err(format!("it offers rule `{}` twice", rule.id));
        }
    }
    rules.into_iter().map(rule_in).collect()
}

fn rule_in(rule: wit::RuleInfo) -> Result<RuleInfo, String> {
    let options = rule
        .options
        .into_iter()
        .map(|option| option_in(&format!("rule `{}`", rule.id), option))
        .collect::<Result<_, _>>()?;
    Ok(RuleInfo {
        subject: match rule.subject {
            wit::Subject::Schema => Subject::Schema,
            wit::Subject::Migration => Subject::Migration,
        },
        summary: one_line(&rule.summary),
        documentation: printable(rule.documentation),
        category: one_line(&rule.category),
        default_severity: severity_in(rule.default_severity),
        enabled_by_default: rule.enabled_by_default,
        reads: Parts {
            columns: rule.reads.contains(WitParts::COLUMNS),
            constraints: rule.reads.contains(WitParts::CONSTRAINTS),
            indexes: rule.reads.contains(WitParts::INDEXES),
            policies: rule.reads.contains(WitParts::POLICIES),
            definition: rule.reads.contains(WitParts::DEFINITION),
        },
        options,
        id: rule.id,
    })
}

pub(crate) fn option_in(of: &str, option: OptionInfoOut) -> Result<OptionInfo, String> {
    let named = |why: String| format!("option `{}` of {of} {why}", one_line(&option.name));
    if option.name.is_empty() || option.name.chars().any(char::is_control) {
        return Err(named("has no usable name".to_owned()));
    }
    let schema: serde_json::Value = serde_json::from_str(&option.schema)
        .map_err(|error| named(format!("has a JSON Schema that is no JSON: {error}")))?;
    if !schema.is_object() && !schema.is_boolean() {
        return Err(named("has a JSON Schema that is neither an object nor a boolean".to_owned()));
    }
    Ok(OptionInfo { summary: one_line(&option.summary), required: option.required, schema, name: option.name })
}

/// `foreign-key-indexed`.
pub(crate) fn is_kebab(text: &str) -> bool {
    let word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    text.split('-').all(word)
}

pub(crate) fn settings_out(rules: &[RuleSetting]) -> Vec<wit::RuleSetting> {
    let setting = |rule: &RuleSetting| wit::RuleSetting {
        instance: rule.instance.clone(),
        id: rule.id.clone(),
        options: rule.options.to_string(),
    };
    rules.iter().map(setting).collect()
}
