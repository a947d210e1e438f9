//! Which strategy of which plugin a profile means, and whether its options are right.

use super::{Resolving, assign::Assignment, list, secrets};
use crate::{
    anonymize::profile::{KEYS, Problems, Written},
    config::{ConfigError, Problem, nearest, tree::Node},
    options::{Taker, kebab},
};
use confiture_model::{
    fault::PluginError,
    mask::{self, AnonymizationPlugin, Nesting, Strategies, StrategyInfo},
};
use serde_json::{Map, Value as Json};
use std::{cell::RefCell, sync::Arc};

/// A strategy with its plugin and options.
#[derive(Clone)]
pub(super) struct Bound {
    pub plugin: Arc<dyn AnonymizationPlugin>,
    pub info: StrategyInfo,
    /// As the plugin gets them: secrets by name, inner strategies with their types and options.
    pub options: Json,
    pub secrets: Vec<String>,
    /// Strategies inside of it, each as it stands in [`Self::options`].
    pub inner: Vec<(Json, mask::Resolved)>,
    /// The name that the profile gives it.
    pub named: Option<String>,
}

impl Bound {
    /// Whether both give equal values for equal values.
    pub fn is_like(&self, other: &Self) -> bool {
        self.plugin.name() == other.plugin.name() && self.info.id == other.info.id && self.options == other.options
    }

    /// `email_mask`, or `email_masking` where the profile gives it no name.
    pub fn shown(&self) -> &str {
        self.named.as_deref().unwrap_or(&self.info.id)
    }
}

pub(super) fn bind_all(request: &Resolving<'_>, assignment: &mut Assignment<'_>, problems: &mut Problems) {
    let binder = Binder { request };
    for named in request.profile.strategies.values() {
        // Also those that nobody uses: what is written wrong is said.
        problems.take(binder.bind(&named.strategy, &mut Vec::new()));
    }
    for table in &mut assignment.tables {
        for assigned in &mut table.columns {
            assigned.bound = problems.take(binder.bind(&assigned.rule.strategy, &mut Vec::new()));
        }
    }
}

struct Binder<'a> {
    request: &'a Resolving<'a>,
}

impl Binder<'_> {
    /// `open` are the profile's names on the way here.
    fn bind(&self, written: &Written, open: &mut Vec<String>) -> Result<Bound, ConfigError> {
        let name = &written.name;
        let error = |message: String, help: Option<String>| written.at(name.span).error(message, help);
        let named = self.request.profile.strategies.get(&name.value).filter(|_| !written.is_type);
        if let Some(named) = named {
            if open.contains(&name.value) {
                return Err(error(format!("the strategy `{}` is made of itself", name.value), None));
            }
            if let Some(option) = written.options.first() {
                let message = format!("`{}` has its options under `strategies`: it takes none here", name.value);
                return Err(written
                    .at(option.key_span)
                    .error(message, Some("write it out with its `type`".to_owned())));
            }
            open.push(name.value.clone());
            let bound = self.bind(&named.strategy, open)?;
            open.pop();
            return Ok(Bound { named: Some(name.value.clone()), ..bound });
        }
        let offers = self.named(&name.value);
        let (plugin, info) = match &offers[..] {
            [one] => *one,
            [] => return Err(self.unknown(written)),
            several => {
                let choices = list(several.iter().map(|(plugin, info)| format!("{}/{}", plugin.name(), info.id)));
                let message = format!("several plugins offer the strategy `{}`", name.value);
                return Err(error(message, Some(format!("write one of {choices}"))));
            }
        };
        self.with_options(written, plugin, info, open)
    }

    fn with_options(
        &self,
        written: &Written,
        plugin: &Arc<dyn AnonymizationPlugin>,
        info: &StrategyInfo,
        open: &[String],
    ) -> Result<Bound, ConfigError> {
        let inner = RefCell::new(Inside { open: open.to_vec(), ..Inside::default() });
        let nested = |node: &Node| {
            let mut inside = inner.borrow_mut();
            let read = Written::read(node, &written.source)?;
            let bound = if inside.open.len() > usize::from(Nesting::DEEPEST) {
                Err(read
                    .place()
                    .error(format!("strategies stand inside each other deeper than {}", Nesting::DEEPEST), None))
            } else {
                let mut names = inside.open.clone();
                self.bind(&read, &mut names)
            };
            match bound {
                Ok(bound) => Ok(inside.keep(bound, self.request)),
                Err(error) => {
                    inside.error.get_or_insert(error);
                    Err(Problem::new(node.span, String::new()))
                }
            }
        };
        let taker = Taker { noun: "strategy", id: &info.id, options: &info.options, keys: &KEYS };
        let options = taker.read_with(&written.options, written.name.span, &nested);
        let Inside { error, inner, .. } = inner.into_inner();
        let options = match (error, options) {
            (Some(error), _) => return Err(error),
            (None, options) => options.map_err(|problem| problem.in_source(&written.source))?,
        };
        let secrets = self.secrets(written, info, &options)?;
        Ok(Bound { plugin: Arc::clone(plugin), info: info.clone(), options, secrets, inner, named: None })
    }

    /// The secrets that the options name; each has to be there.
    fn secrets(&self, written: &Written, info: &StrategyInfo, options: &Json) -> Result<Vec<String>, ConfigError> {
        let mut names = Vec::new();
        for option in info.secret_options() {
            let Some(name) = options.get(option).and_then(Json::as_str) else { continue };
            let entry = written.options.iter().find(|entry| kebab(&entry.key) == kebab(option));
            let place = written.at(entry.map_or(written.span, |entry| entry.node.span));
            secrets::check(self.request, name, &place)?;
            names.push(name.to_owned());
        }
        Ok(names)
    }

    fn named(&self, name: &str) -> Vec<(&Arc<dyn AnonymizationPlugin>, &StrategyInfo)> {
        find(self.request.plugins, name)
    }

    fn unknown(&self, written: &Written) -> ConfigError {
        let name = &written.name.value;
        let offered = self.request.plugins.iter().flat_map(|plugin| plugin.strategies()).map(|info| info.id.as_str());
        let own = self.request.profile.strategies.keys().map(String::as_str).filter(|_| !written.is_type);
        let near = nearest::by_likeness(name.rsplit('/').next().unwrap_or(name), own.chain(offered));
        let message = match written.is_type {
            true => format!("unknown strategy `{name}`: no loaded plugin offers it"),
            false => format!("unknown strategy `{name}`: neither the profile nor a loaded plugin has it"),
        };
        let help = match near.first() {
            Some(nearest) => format!("the nearest is `{nearest}`; `confiture plugin list` shows all"),
            None => "no plugin with strategies is loaded".to_owned(),
        };
        written.at(written.name.span).error(message, Some(help))
    }
}

fn find<'p>(
    plugins: &'p [Arc<dyn AnonymizationPlugin>],
    name: &str,
) -> Vec<(&'p Arc<dyn AnonymizationPlugin>, &'p StrategyInfo)> {
    let name = kebab(name);
    let (plugin, id) = name.rsplit_once('/').map_or((None, name.as_str()), |(plugin, id)| (Some(plugin), id));
    let of = |one: &&Arc<dyn AnonymizationPlugin>| plugin.is_none_or(|plugin| kebab(one.name()) == plugin);
    let all = plugins.iter().filter(of).flat_map(|one| one.strategies().iter().map(move |info| (one, info)));
    all.filter(|(_, info)| kebab(&info.id) == id).collect()
}

/// What is found on the way through a strategy's options.
#[derive(Default)]
struct Inside {
    open: Vec<String>,
    inner: Vec<(Json, mask::Resolved)>,
    error: Option<ConfigError>,
}

impl Inside {
    /// What stands in the outer strategy's options for the inner one.
    fn keep(&mut self, bound: Bound, request: &Resolving<'_>) -> Json {
        let mut json = Map::new();
        json.insert("type".to_owned(), Json::String(format!("{}/{}", bound.plugin.name(), bound.info.id)));
        json.extend(bound.options.as_object().cloned().unwrap_or_default());
        let json = Json::Object(json);
        let resolved = mask::Resolved {
            plugin: bound.plugin,
            strategy: bound.info.id,
            options: bound.options,
            keys: request.hand(&bound.secrets),
        };
        self.inner.extend(bound.inner);
        self.inner.push((json.clone(), resolved));
        json
    }
}

/// Strategies that may be opened inside of one: those that the profile wrote there. Beyond them a plugin may name any
/// strategy, without secrets of its own.
pub(super) struct Inner {
    pub written: Vec<(Json, mask::Resolved)>,
    pub plugins: Vec<Arc<dyn AnonymizationPlugin>>,
    pub keys: Arc<dyn mask::Keys>,
}

impl Strategies for Inner {
    fn resolve(&self, written: &Json) -> Result<mask::Resolved, PluginError> {
        if let Some((_, resolved)) = self.written.iter().find(|(json, _)| json == written) {
            return Ok(resolved.clone());
        }
        let mut options = written.as_object().cloned().unwrap_or_default();
        let name = written.as_str().map(str::to_owned).or_else(|| Some(options.remove("type")?.as_str()?.to_owned()));
        let name = name.ok_or_else(|| PluginError::Failed("an inner strategy has neither name nor type".to_owned()))?;
        let found = find(&self.plugins, &name);
        let [(plugin, info)] = found[..] else {
            return Err(PluginError::Failed(format!("there is no strategy `{name}`")));
        };
        if info.secret_options().any(|option| options.get(option).is_some_and(|secret| !secret.is_null())) {
            return Err(PluginError::Denied(format!("a secret for `{name}`: the profile hands it none there")));
        }
        Ok(mask::Resolved {
            plugin: Arc::clone(plugin),
            strategy: info.id.clone(),
            options: Json::Object(options),
            keys: Arc::clone(&self.keys),
        })
    }
}
