//! Rules that a command line asks for, of those that the project switched on and those that are off.

use super::{by_default, offers::Offers};
use crate::{
    config::{ConfigError, Problem, Source},
    lint::rule::ActiveRule,
    options::kebab,
};
use confiture_model::rule::{RuleInfo, Subject};

/// Of `rules`, those that `names` name: by the rule, by plugin and rule, or by the name of a use. A rule that is off runs
/// with its defaults.
///
/// # Errors
/// [`ConfigError`] for a name that no plugin offers, and for a rule that is off and needs an option.
pub fn select(
    rules: Vec<ActiveRule>,
    names: &[String],
    plugins: &[(&str, &[RuleInfo])],
) -> Result<Vec<ActiveRule>, ConfigError> {
    if names.is_empty() {
        return Ok(rules);
    }
    let offers = Offers::new(plugins);
    let mut off = Vec::new();
    for name in names.iter().filter(|name| !rules.iter().any(|rule| is_called(rule, name))) {
        off.push(switched_on(&offers, name).map_err(|problem| problem.in_source(&Source::default()))?);
    }
    let mut selected: Vec<ActiveRule> =
        rules.into_iter().filter(|rule| names.iter().any(|name| is_called(rule, name))).collect();
    selected.extend(off);
    Ok(selected)
}

fn is_called(rule: &ActiveRule, name: &str) -> bool {
    let name = kebab(name);
    let full = format!("{}/{}", rule.plugin, rule.setting.id);
    [&rule.setting.id, &rule.setting.instance, &full].into_iter().any(|own| kebab(own) == name)
}

fn switched_on(offers: &Offers<'_>, name: &str) -> Result<ActiveRule, Problem> {
    let known = offers.find(name, name)?;
    if known.info.subject != Subject::Schema {
        return Err(Problem::nowhere(format!("the rule `{name}` is about migrations, not about schemas")));
    }
    match known.info.options.iter().find(|option| option.required) {
        None => Ok(by_default(known, offers)),
        Some(option) => {
            let message = format!("the rule `{name}` is off, and needs the option `{}`", option.name);
            Err(Problem::nowhere(message).help("switch it on in the configuration, under `[linting.rules]`"))
        }
    }
}
