//! All rules of all loaded plugins, and which of them a name means.

use super::aliases::{ALIASES, Meaning};
use crate::{
    config::{Problem, nearest},
    options::kebab,
};
use confiture_model::rule::RuleInfo;

/// A rule and who offers it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub plugin: &'a str,
    pub info: &'a RuleInfo,
}

/// What the loaded plugins offer.
pub(super) struct Offers<'a>(Vec<Known<'a>>);

impl<'a> Offers<'a> {
    pub fn new(plugins: &[(&'a str, &'a [RuleInfo])]) -> Self {
        let rules = plugins.iter().flat_map(|(plugin, rules)| rules.iter().map(|info| Known { plugin, info }));
        Self(rules.collect())
    }

    pub fn rules(&self) -> impl Iterator<Item = &Known<'a>> {
        self.0.iter()
    }

    /// Whether some plugin offers a rule of this name.
    pub fn has(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    /// What a name stands for that is no rule's own.
    pub fn alias(&self, name: &str) -> Option<Meaning> {
        let name = kebab(name);
        let found = ALIASES.iter().find(|(alias, _)| *alias == name && !self.has(&name));
        found.map(|(_, meaning)| *meaning)
    }

    /// The one rule called `name`: `rule`, or `plugin/rule`. `written` is what the user wrote for it.
    pub fn find(&self, name: &str, written: &str) -> Result<&Known<'a>, Problem> {
        let found: Vec<_> = self.named(name).collect();
        match &found[..] {
            [one] => Ok(one),
            [] => Err(self.unknown(name, written)),
            several => {
                let plugins = several.iter().map(|known| format!("`{}`", known.plugin)).collect::<Vec<_>>();
                let choices = several.iter().map(|known| format!("`{}`", full_name(known))).collect::<Vec<_>>();
                let message = format!("several plugins offer the rule `{written}`: {}", plugins.join(" and "));
                Err(Problem::nowhere(message).help(format!("write {}", choices.join(" or "))))
            }
        }
    }

    /// What findings of a rule are called that was given no name: its id, with the plugin where two clash.
    pub fn instance_name(&self, known: &Known<'a>) -> String {
        match self.named(&known.info.id).count() {
            1 => known.info.id.clone(),
            _ => full_name(known),
        }
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Known<'a>> {
        let name = kebab(name);
        let (plugin, id) = match name.split_once('/') {
            Some((plugin, id)) => (Some(plugin.to_owned()), id.to_owned()),
            None => (None, name),
        };
        self.0.iter().filter(move |known| {
            kebab(&known.info.id) == id && plugin.as_ref().is_none_or(|plugin| kebab(known.plugin) == *plugin)
        })
    }

    fn unknown(&self, name: &str, written: &str) -> Problem {
        let meaning = if kebab(name) == kebab(written) { String::new() } else { format!(" (`{name}`)") };
        let problem = Problem::nowhere(format!("unknown rule `{written}`{meaning}: no loaded plugin offers it"));
        let bare = name.rsplit('/').next().unwrap_or(name);
        let aliases = ALIASES.iter().filter(|(_, meaning)| match meaning {
            Meaning::Rule(id) => self.has(id),
            Meaning::Naming | Meaning::Documentation => true,
        });
        let known = self.0.iter().map(|known| known.info.id.as_str());
        let near = nearest::by_likeness(bare, known.chain(aliases.map(|(alias, _)| *alias)));
        match near.first() {
            None => problem.help("no plugin with rules is loaded"),
            Some(first) => {
                let next: Vec<_> = near.iter().skip(1).take(2).map(|name| format!("`{name}`")).collect();
                let next = if next.is_empty() { String::new() } else { format!(", then {}", next.join(", ")) };
                problem.help(format!("the nearest is `{first}`{next}; `confiture plugin list` shows all"))
            }
        }
    }
}

fn full_name(known: &Known<'_>) -> String {
    format!("{}/{}", known.plugin, known.info.id)
}
