//! `confiture lint --explain RULE`: a rule's documentation and options, as its plugin tells them.

use crate::{
    exit::Exit,
    failure::Failure,
    output::{BOLD, DIM, styled},
    plugins::Loaded,
};
use confiture_model::rule::{OptionInfo, RuleInfo};
use std::fmt::Write;

/// Says what a rule finds, why it matters, how to fix it and which options it takes.
pub fn explain(loaded: &Loaded, word: &str) -> Result<String, Failure> {
    let asked = word.replace('_', "-");
    let offers = loaded.offers();
    let all = offers.iter().flat_map(|(plugin, rules)| rules.iter().map(move |rule| (*plugin, rule)));
    let found: Vec<(&str, &RuleInfo)> =
        all.clone().filter(|(plugin, rule)| rule.id == asked || format!("{plugin}/{}", rule.id) == asked).collect();
    if found.is_empty() {
        let known: Vec<&str> = all.map(|(_, rule)| rule.id.as_str()).collect();
        let message = format!("no plugin offers a rule `{word}`. There are: {}", known.join(", "));
        return Err(Failure::new(Exit::Usage, message));
    }
    Ok(found.iter().map(|(plugin, rule)| page(plugin, rule)).collect::<Vec<_>>().join("\n"))
}

fn page(plugin: &str, rule: &RuleInfo) -> String {
    let state = if rule.enabled_by_default { "on" } else { "off" };
    let mut text = format!("{}  {}\n", styled(BOLD, &rule.id), rule.summary);
    let line =
        format!("plugin {plugin}, {}, {} by default, {state} unless configured", rule.category, rule.default_severity);
    let _ = writeln!(text, "{}\n\n{}", styled(DIM, line), rule.documentation.trim());
    if !rule.options.is_empty() {
        let _ = writeln!(text, "\n{}", styled(BOLD, "Options"));
    }
    for option in &rule.options {
        let _ = writeln!(text, "  {:<22} {}{}", option.name, option.summary, details(option));
    }
    text
}

/// The option's type and default, as far as its JSON Schema says them.
fn details(option: &OptionInfo) -> String {
    let kind = option.schema.get("type").map(|kind| match kind {
        serde_json::Value::String(kind) => kind.clone(),
        other => other.to_string(),
    });
    let default = option.schema.get("default").map(|default| format!("default {default}"));
    let required = option.required.then(|| "required".to_owned());
    let parts: Vec<String> = [kind, default, required].into_iter().flatten().collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}
