//! A profile, those that it extends, and what they say for one environment, as one.

use super::{
    Problems, Profile,
    read::{Part, ProfileFile},
};
use crate::config::{ConfigError, Problem, Span, nearest};
use std::{collections::BTreeMap, sync::Arc};

/// An error about a place in a profile's file.
pub(super) fn at(file: &ProfileFile, span: Span, message: String, help: Option<String>) -> ConfigError {
    Problem { help, ..Problem::new(span, message) }.in_source(&file.source)
}

/// `chain` starts with the profile that was asked for, and goes on with those that it extends.
pub(super) fn merge(chain: &[&ProfileFile], environment: Option<&str>, known: &[&str]) -> Result<Profile, Problems> {
    let mut problems = Problems::default();
    for file in chain {
        for (name, _) in
            file.environments.iter().filter(|(name, _)| !known.is_empty() && !known.contains(&name.value.as_str()))
        {
            let message = format!("there is no environment `{}`", name.value);
            problems.push(at(file, name.span, message, nearest::hint(&name.value, known.iter().copied())));
        }
    }
    let Some(top) = chain.first() else { return Err(problems) };
    let mut profile = Profile {
        name: top.name.value.clone(),
        description: None,
        key: None,
        strategies: BTreeMap::new(),
        rules: Vec::new(),
        quasi_identifiers: Vec::new(),
        source: Arc::clone(&top.source),
    };
    let parts = chain.iter().rev().flat_map(|file| {
        let own = file.environments.iter().filter(|(name, _)| Some(name.value.as_str()) == environment);
        std::iter::once(&file.own).chain(own.map(|(_, part)| part))
    });
    for (layer, part) in (0..).zip(parts) {
        add(&mut profile, part, layer);
    }
    problems.or(profile)
}

/// A name that is given again counts anew: also for the rules of what is extended.
fn add(profile: &mut Profile, part: &Part, layer: u32) {
    profile.description = part.description.clone().or(profile.description.take());
    profile.key = part.key.clone().or(profile.key.take());
    profile.strategies.extend(part.strategies.iter().cloned());
    profile.quasi_identifiers.extend(part.quasi_identifiers.iter().cloned());
    profile.rules.extend(part.rules.iter().cloned().map(|rule| super::Rule { layer, ..rule }));
}
