//! The shapes in which people write rules: by the rule's name, under a name of one's own with `type`, or in groups.

use super::{
    Request,
    aliases::Meaning,
    common::{self, Common, Parts},
    group,
    offers::Offers,
};
use crate::config::{Linting, Problem, Spanned, tree::Entry};

/// What a configuration says of rules, one request each.
pub(super) fn requests(linting: &Linting, offers: &Offers<'_>) -> Result<Vec<Request>, Problem> {
    let path = linting.rules_path();
    let mut requests = Vec::new();
    for entry in &linting.rules {
        Shape { linting, offers }.read(entry, &Common::default(), &path, &mut requests)?;
    }
    Ok(requests)
}

pub(super) struct Shape<'a> {
    pub linting: &'a Linting,
    pub offers: &'a Offers<'a>,
}

impl Shape<'_> {
    /// Reads one entry of a table of rules into requests.
    pub fn read(
        &self,
        entry: &Entry,
        around: &Common,
        path: &[String],
        requests: &mut Vec<Request>,
    ) -> Result<(), Problem> {
        let mut path = path.to_vec();
        path.push(entry.key.clone());
        let blame = |problem: Problem| {
            let place = problem.span.unwrap_or(entry.key_span);
            path.iter().rev().fold(problem, |problem, key| problem.within(key.clone(), place))
        };
        let parts = common::read(&entry.node, around).map_err(blame)?;
        if let Some(code) = parts.rest.iter().find(|option| option.key == "implementation") {
            return Err(blame(refuse_code(code)));
        }
        let name = parts.kind.clone().unwrap_or_else(|| Spanned { value: entry.key.clone(), span: entry.key_span });
        let group = group::Group { shape: self, entry, path: &path, name: &name.value };
        match self.offers.alias(&name.value) {
            Some(Meaning::Rule(rule)) => requests.push(one(entry, &path, &name, rule, parts)),
            Some(Meaning::Naming) => group.naming(parts, requests).map_err(blame)?,
            Some(Meaning::Documentation) => group.documentation(parts, requests).map_err(blame)?,
            None if self.is_list_of_rules(&name.value, &parts) => group.members(parts, requests)?,
            None => requests.push(one(entry, &path, &name, &name.value, parts)),
        }
        Ok(())
    }

    /// A name that is nobody's rule, with `rules` below it, is a group.
    fn is_list_of_rules(&self, name: &str, parts: &Parts) -> bool {
        parts.kind.is_none() && !self.offers.has(name) && parts.rest.iter().any(|entry| entry.key == "rules")
    }
}

fn one(entry: &Entry, path: &[String], name: &Spanned<String>, rule: &str, parts: Parts) -> Request {
    Request {
        rule: rule.to_owned(),
        written: name.value.clone(),
        place: name.span,
        path: path.to_vec(),
        instance: parts.kind.is_some().then(|| entry.key.clone()),
        beside_default: false,
        common: parts.common,
        options: parts.rest,
    }
}

/// Pseudo-code in a configuration would be a second plugin system without a sandbox.
fn refuse_code(code: &Entry) -> Problem {
    Problem::new(code.key_span, "a rule's code does not stand in the configuration: `implementation` is refused")
        .help("write the rule as a plugin (`confiture plugin build`) and list it in `plugins`")
}
