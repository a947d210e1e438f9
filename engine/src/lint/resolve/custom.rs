//! Rules that the project makes of a pattern.

use super::{
    Request,
    aliases::{MEANT, PATTERN_RULE, PATTERN_TARGETS},
    common::Common,
    offers::Offers,
};
use crate::{
    config::{
        CustomRule, Linting, Problem, Spanned,
        expand::Text,
        nearest,
        tree::{Entry, Node, Value},
    },
    options::kebab,
};

/// One request for each custom rule.
pub(super) fn requests(linting: &Linting, offers: &Offers<'_>) -> Result<Vec<Request>, Problem> {
    let rules = linting.custom_rules.iter().enumerate();
    let requests = rules.map(|(index, rule)| {
        let path = [linting.path.clone(), vec!["custom_rules".to_owned(), index.to_string()]].concat();
        request(rule, path.clone(), offers).map_err(|problem| {
            path.iter().rev().fold(problem, |problem, key| problem.within(key.clone(), rule.name.span))
        })
    });
    requests.collect()
}

fn request(rule: &CustomRule, path: Vec<String>, offers: &Offers<'_>) -> Result<Request, Problem> {
    if let Some(code) = &rule.implementation {
        return Err(Problem::new(code.span, "a rule's code does not stand in the configuration")
            .help("write the rule as a plugin (`confiture plugin build`) and list it in `plugins`"));
    }
    let Some(pattern) = &rule.pattern else { return Err(without_pattern(rule, offers)) };
    let mut options = vec![Entry {
        key: "pattern".to_owned(),
        key_span: pattern.span,
        node: Node { span: pattern.span, value: Value::String(Text::new(&pattern.value)) },
    }];
    if let Some(node) = &rule.targets {
        let list = Node { span: node.span, value: Value::List(node.one_or_many().to_vec()) };
        options.push(Entry { key: PATTERN_TARGETS.to_owned(), key_span: node.span, node: list });
    }
    Ok(Request {
        rule: PATTERN_RULE.to_owned(),
        written: PATTERN_RULE.to_owned(),
        place: rule.name.span,
        path,
        instance: Some(rule.name.value.clone()),
        beside_default: true,
        common: common(rule)?,
        options,
    })
}

fn common(rule: &CustomRule) -> Result<Common, Problem> {
    let both = |one: &[Spanned<String>], other: &[Spanned<String>]| [one, other].concat();
    let mut common = Common {
        enabled: rule.enabled.unwrap_or(true),
        severity: None,
        message: rule.message.clone().or_else(|| rule.description.clone()),
        exemptions: both(&rule.exemptions, &rule.applicable_to.exclude_patterns),
        schemas: both(&rule.affected_schema, &rule.applicable_to.schemas),
        directories: both(&rule.affected_dirs, &rule.applicable_to.schema_path),
    };
    if let Some(severity) = &rule.severity {
        let node = Node { span: severity.span, value: Value::String(Text::new(&severity.value)) };
        common.set_severity(&node).map_err(|problem| problem.within("severity", severity.span))?;
    }
    Ok(common)
}

/// A rule in words checks nothing: which rule does what it says?
fn without_pattern(rule: &CustomRule, offers: &Offers<'_>) -> Problem {
    let name = kebab(&rule.name.value);
    let message = format!("the custom rule `{}` has no `pattern`: it would check nothing", rule.name.value);
    let problem = Problem::new(rule.name.span, message);
    let meant = MEANT.iter().find(|(word, _)| name.contains(word)).map(|(_, meant)| *meant);
    match meant.or_else(|| nearest::by_likeness(&name, offers.rules().map(|known| known.info.id.as_str())).first().copied()) {
        Some(meant) if offers.has(meant) => {
            problem.help(format!("the rule `{meant}` may be what is meant: write `{meant}` in `linting.rules` instead"))
        }
        Some(meant) => problem.help(format!(
            "the rule `{meant}` may be what is meant, and no loaded plugin offers it: take this entry out, or give it a \
             `pattern`"
        )),
        None => problem.help("give it a `pattern`, or write it as a plugin"),
    }
}
