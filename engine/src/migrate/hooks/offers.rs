//! All hooks of all loaded plugins, and which of them a name means.

use crate::{
    config::{Problem, Spanned, nearest},
    options::kebab,
};
use confiture_model::hook::{HookInfo, HookPlugin};
use std::sync::Arc;

/// A hook and who offers it.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub plugin: &'a Arc<dyn HookPlugin>,
    pub info: &'a HookInfo,
}

/// What the loaded plugins offer.
pub(super) struct Offers<'a>(Vec<Known<'a>>);

impl<'a> Offers<'a> {
    pub fn new(plugins: &'a [Arc<dyn HookPlugin>]) -> Self {
        let hooks = plugins.iter().flat_map(|plugin| plugin.hooks().iter().map(move |info| Known { plugin, info }));
        Self(hooks.collect())
    }

    /// The one hook that is called so: `hook`, or `plugin/hook`.
    pub fn find(&self, name: &Spanned<String>) -> Result<Known<'a>, Problem> {
        let found: Vec<Known<'a>> = self.named(&name.value).collect();
        match &found[..] {
            [one] => Ok(*one),
            [] => Err(self.unknown(name)),
            several => {
                let list = |of: &dyn Fn(&Known<'_>) -> String, word: &str| {
                    several.iter().map(of).collect::<Vec<_>>().join(word)
                };
                let plugins = list(&|known| format!("`{}`", known.plugin.name()), " and ");
                let choices = list(&|known| format!("`{}/{}`", known.plugin.name(), known.info.id), " or ");
                let message = format!("several plugins offer the hook `{}`: {plugins}", name.value);
                Err(Problem::new(name.span, message).help(format!("write {choices}")))
            }
        }
    }

    fn named(&self, name: &str) -> impl Iterator<Item = Known<'a>> {
        let name = kebab(name);
        let (plugin, id) = match name.rsplit_once('/') {
            Some((plugin, id)) => (Some(plugin.to_owned()), id.to_owned()),
            None => (None, name),
        };
        self.0.iter().copied().filter(move |known| {
            kebab(&known.info.id) == id && plugin.as_ref().is_none_or(|plugin| kebab(known.plugin.name()) == *plugin)
        })
    }

    fn unknown(&self, name: &Spanned<String>) -> Problem {
        let problem = Problem::new(name.span, format!("unknown hook `{}`: no loaded plugin offers it", name.value));
        let bare = name.value.rsplit('/').next().unwrap_or(&name.value);
        let near = nearest::by_likeness(bare, self.0.iter().map(|known| known.info.id.as_str()));
        match near.first() {
            None => problem.help("no plugin with hooks is loaded"),
            Some(first) => problem.help(format!("the nearest is `{first}`; `confiture plugin list` shows all")),
        }
    }
}
