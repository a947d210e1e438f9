//! From what the configuration says of rules to the rules that run.
//!
//! Rules are data that plugins bring: nothing here knows one of them but the aliases, which are spellings. The way of a
//! rule: the shapes in which people write rules become requests ([`shape`]), a request finds the one rule that it means
//! among all that plugins offer ([`offers`]), its options are checked against that rule's JSON Schemas ([`crate::options`]),
//! and rules that nobody mentioned run where their plugin says so.

mod aliases;
mod by_hand;
mod common;
mod custom;
mod group;
mod offers;
mod select;
mod shape;

use super::rule::{ActiveRule, NamePattern, Scope};
use crate::{
    config::{ConfigError, Linting, Problem, Span, Spanned, tree::Entry},
    options::Taker,
};
use common::Common;
use confiture_model::rule::{RuleInfo, RuleSetting, Subject};
use offers::{Known, Offers};
pub use select::select;
use std::collections::{BTreeMap, BTreeSet};

/// One use of a rule as the project wrote it, before it is known which plugin offers it.
#[derive(Clone, Debug)]
struct Request {
    /// The rule's name: as written, or what an alias stands for.
    rule: String,
    /// As the user wrote it, for messages.
    written: String,
    /// Where it is written.
    place: Span,
    /// The keys that lead there.
    path: Vec<String>,
    /// The name of this use; the rule's own where there is none.
    instance: Option<String>,
    /// Whether it leaves the rule's default alone: custom rules are uses beside it.
    beside_default: bool,
    common: Common,
    options: Vec<Entry>,
}

/// The rules over a schema that are to run: those that the configuration switches on, and those that are on by default
/// and that it does not mention. `plugins` are the loaded ones: the project's name for each, and its rules.
///
/// # Errors
/// [`ConfigError`] at the first rule, option or pattern that cannot be used.
pub fn resolve(linting: &Linting, plugins: &[(&str, &[RuleInfo])]) -> Result<Vec<ActiveRule>, ConfigError> {
    let offers = Offers::new(plugins);
    let rules = all(linting, &offers).map_err(|problem| problem.in_source(&linting.source))?;
    Ok(if linting.enabled { rules } else { Vec::new() })
}

/// Whether there is one rule of this name.
pub(crate) fn find(plugins: &[(&str, &[RuleInfo])], name: &str) -> Result<(), Problem> {
    Offers::new(plugins).find(name, name).map(drop)
}

fn all(linting: &Linting, offers: &Offers<'_>) -> Result<Vec<ActiveRule>, Problem> {
    let mut requests = shape::requests(linting, offers)?;
    requests.extend(custom::requests(linting, offers)?);
    let (mut rules, mut mentioned, mut instances) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
    for request in &requests {
        let known = offers.find(&request.rule, &request.written).map_err(|problem| request.blame(problem))?;
        if !request.beside_default {
            mentioned.insert((known.plugin, known.info.id.as_str()));
        }
        let rule = activate(request, known, offers, linting).map_err(|problem| request.blame(problem))?;
        if let Some(first) = instances.insert(rule.setting.instance.clone(), request.place) {
            return Err(request.blame(twice(&rule.setting.instance, first, linting)));
        }
        if request.common.enabled && known.info.subject == Subject::Schema {
            rules.push(rule);
        }
    }
    let unmentioned = |known: &&Known<'_>| !mentioned.contains(&(known.plugin, known.info.id.as_str()));
    let defaults =
        offers.rules().filter(|known| known.info.enabled_by_default && known.info.subject == Subject::Schema);
    rules.extend(defaults.filter(unmentioned).map(|known| by_default(known, offers)));
    Ok(rules)
}

fn activate(
    request: &Request,
    known: &Known<'_>,
    offers: &Offers<'_>,
    linting: &Linting,
) -> Result<ActiveRule, Problem> {
    let common = &request.common;
    let taker = Taker { noun: "rule", id: &known.info.id, options: &known.info.options, keys: common::KEYS };
    let options = taker.read(&request.options, request.place)?;
    let instance = request.instance.clone().unwrap_or_else(|| offers.instance_name(known));
    Ok(ActiveRule {
        plugin: known.plugin.to_owned(),
        setting: RuleSetting { instance, id: known.info.id.clone(), options },
        severity: common.severity.unwrap_or(known.info.default_severity),
        severity_chosen: common.severity.is_some(),
        message: common.message.clone(),
        scope: scope(common)?,
        origin: (!linting.source.name.is_empty()).then(|| linting.source.locate(request.place)),
    })
}

fn by_default(known: &Known<'_>, offers: &Offers<'_>) -> ActiveRule {
    let options = serde_json::Value::Object(serde_json::Map::new());
    ActiveRule {
        plugin: known.plugin.to_owned(),
        setting: RuleSetting { instance: offers.instance_name(known), id: known.info.id.clone(), options },
        severity: known.info.default_severity,
        severity_chosen: false,
        message: None,
        scope: Scope::default(),
        origin: None,
    }
}

fn scope(common: &Common) -> Result<Scope, Problem> {
    let patterns = |texts: &[Spanned<String>]| {
        let parsed = texts.iter().map(|text| {
            NamePattern::parse(&text.value)
                .map_err(|error| Problem::new(text.span, format!("this is no pattern: {}", last_line(&error))))
        });
        parsed.collect::<Result<Vec<_>, _>>()
    };
    let directories = common.directories.iter().map(|directory| {
        let text = directory.value.trim_end_matches(['*', '/']);
        match text.contains(['*', '?', '[', '{']) {
            true => Err(Problem::new(directory.span, "expected a directory, not a pattern")),
            false => Ok(text.to_owned()),
        }
    });
    Ok(Scope {
        exemptions: patterns(&common.exemptions)?,
        schemas: patterns(&common.schemas)?,
        directories: directories.collect::<Result<_, _>>()?,
    })
}

/// A regular expression's error draws the place; its last line says what is wrong.
fn last_line(error: &str) -> &str {
    let last = error.lines().last().unwrap_or_default().trim();
    last.strip_prefix("error: ").unwrap_or(last)
}

fn twice(instance: &str, first: Span, linting: &Linting) -> Problem {
    let place = linting.source.locate(first);
    let message = format!("the rule `{instance}` is already configured, in line {}", place.line);
    Problem::nowhere(message).help("give this one a name of its own, with `type` naming the rule, or join the two")
}

impl Request {
    /// A problem with this request, at its place where it has none of its own.
    fn blame(&self, problem: Problem) -> Problem {
        self.path.iter().rev().fold(problem, |problem, key| problem.within(key.clone(), self.place))
    }
}

#[cfg(test)]
mod tests;
