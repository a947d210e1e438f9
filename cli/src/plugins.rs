//! Every plugin of a run: the bundled ones and the project's own, opened, granted and asked for their rules.

use crate::{database::LateDatabase, exit::Exit, failure::Failure, output, project::Project};
use confiture_bundled::BundledPlugin;
use confiture_engine::{
    config::{self, Config, PluginConfig},
    lint::{self, rule::ActiveRule},
};
use confiture_host::{Host, HostOptions, Limits, LintGrant, Plugin};
use confiture_model::{
    fault::Fault,
    plugin::{Capabilities, LintPlugin, Offer},
    rule::RuleInfo,
};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// A plugin that was opened, and what the project gives it.
pub struct Opened {
    /// The component.
    pub plugin: Plugin,
    /// What it is given.
    pub grant: Capabilities,
    /// Where it comes from; none for a bundled one.
    pub file: Option<PathBuf>,
    /// Its bounds, where the configuration sets some.
    pub limits: Option<Limits>,
}

/// Every plugin of a project.
pub struct All {
    /// Those that could be opened.
    pub opened: Vec<Opened>,
    /// Why the others could not.
    pub faults: Vec<Fault>,
}

/// The plugins that offer rules, ready to run.
pub struct Loaded {
    /// Ready to run.
    pub plugins: Vec<Arc<dyn LintPlugin>>,
    /// Those that could not be opened, or were refused what they want: the others run without them.
    pub faults: Vec<Fault>,
    /// What those with a `read` grant ask.
    pub database: Arc<LateDatabase>,
}

/// The sandbox, with its cache where the user's caches are.
pub fn host() -> Result<Host, Failure> {
    let options = HostOptions { cache_dir: cache_directory(), ..HostOptions::default() };
    Host::new(options).map_err(Failure::with(Exit::Plugin))
}

fn cache_directory() -> Option<PathBuf> {
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = absolute("CONFITURE_CACHE_DIR")
        .or_else(|| absolute("XDG_CACHE_HOME").map(|base| base.join("confiture")))
        .or_else(|| absolute("HOME").map(|home| home.join(".cache/confiture")))?;
    Some(base.join("components"))
}

/// Opens every plugin of the project. Nothing is granted yet. One that cannot be opened does not keep the others from
/// it.
pub async fn open_all(project: &Project, host: &Host) -> Result<All, Failure> {
    open_where(project, host, |_| true).await
}

/// Opens the plugins of the project that offer something. The bundled ones that do not are left alone; of the others only
/// the component itself knows.
pub async fn open_offering(project: &Project, offer: Offer) -> Result<All, Failure> {
    let mut all = open_where(project, &host()?, |bundled| offers(bundled, offer)).await?;
    all.opened.retain(|one| one.plugin.offers().contains(&offer));
    Ok(all)
}

fn offers(bundled: &BundledPlugin, offer: Offer) -> bool {
    let word = match offer {
        Offer::Lint => "lint",
        Offer::Hooks => "hooks",
        Offer::Anonymization => "anonymization",
    };
    bundled.offers == word
}

async fn open_where(project: &Project, host: &Host, wanted: impl Fn(&BundledPlugin) -> bool) -> Result<All, Failure> {
    refuse_unknown(&project.config)?;
    let defaults = config::grants(confiture_bundled::GRANTS).map_err(Failure::with(Exit::Configuration))?;
    let mut all = All { opened: Vec::new(), faults: Vec::new() };
    for bundled in confiture_bundled::plugins().iter().filter(|bundled| wanted(bundled)) {
        let configured = project.config.plugins.get(bundled.name);
        if configured.is_some_and(|plugin| plugin.source.is_some()) {
            return Err(two_of_one_name(bundled.name));
        }
        if configured.is_some_and(|plugin| !plugin.enabled) {
            continue;
        }
        let Some(wasm) = bundled.wasm else {
            output::warn(format!(
                "this build carries no plugin `{}`: run `cargo xtask plugins`, then build again",
                bundled.name
            ));
            continue;
        };
        let grant = configured.and_then(|plugin| plugin.grant.clone()).or_else(|| defaults.get(bundled.name).cloned());
        let limits = configured.and_then(limits);
        match host.open(bundled.name, wasm, bundled.precompiled).await {
            Ok(plugin) => all.opened.push(Opened { plugin, grant: grant.unwrap_or_default(), file: None, limits }),
            Err(fault) => all.faults.push(fault),
        }
    }
    for (name, configured) in project.config.plugins.iter().filter(|(_, plugin)| plugin.enabled) {
        if let Some(source) = &configured.source {
            match open(host, name, source.clone(), configured).await? {
                Ok(opened) => all.opened.push(opened),
                Err(fault) => all.faults.push(fault),
            }
        }
    }
    Ok(all)
}

async fn open(
    host: &Host,
    name: &str,
    file: PathBuf,
    configured: &PluginConfig,
) -> Result<Result<Opened, Fault>, Failure> {
    let wasm = std::fs::read(&file).map_err(|error| {
        Failure::new(Exit::Configuration, format!("plugin `{name}`: {} could not be read: {error}", file.display()))
    })?;
    let grant = configured.grant.clone().unwrap_or_default();
    let opened = host.open(name, &wasm, None).await;
    Ok(opened.map(|plugin| Opened { plugin, grant, file: Some(file), limits: limits(configured) }))
}

/// The host's bounds with those of the configuration in their place; none where it sets none.
fn limits(configured: &PluginConfig) -> Option<Limits> {
    let (memory, timeout) = (configured.limits.memory_mib, configured.limits.timeout_s);
    if memory.is_none() && timeout.is_none() {
        return None;
    }
    let mut limits = Limits::default();
    if let Some(mebibytes) = memory {
        limits.memory_bytes = u64::from(mebibytes) << 20;
    }
    if let Some(seconds) = timeout {
        // The configuration was refused where this would not fit.
        limits.call_timeout = Duration::try_from_secs_f64(seconds).unwrap_or(limits.call_timeout);
    }
    Some(limits)
}

/// A block without a file is about a bundled plugin: one that names none would grant, limit or switch off nothing.
fn refuse_unknown(config: &Config) -> Result<(), Failure> {
    let bundled: Vec<&str> = confiture_bundled::plugins().iter().map(|plugin| plugin.name).collect();
    let unknown = config.plugins.iter().find(|(name, plugin)| plugin.source.is_none() && !bundled.contains(&&***name));
    let Some((name, plugin)) = unknown else { return Ok(()) };
    let help = format!("bundled: `{}`. A plugin of your own has a `source = \"FILE.wasm\"`", bundled.join("`, `"));
    let message = format!("no bundled plugin is called `{name}`, and it names no file");
    Err(Failure::new(Exit::Configuration, config.error(plugin.span, message, Some(help))))
}

fn two_of_one_name(name: &str) -> Failure {
    Failure::new(
        Exit::Configuration,
        format!("two plugins are called `{name}`: one is bundled. Give yours in the configuration another name"),
    )
}

/// Opens every plugin and makes those that offer rules ready to run.
pub async fn load(project: &Project) -> Result<Loaded, Failure> {
    refuse_missing(&project.config)?;
    Ok(ready(open_offering(project, Offer::Lint).await?).await)
}

/// A build without its plugins lints nothing, and a clean report would claim that it did.
fn refuse_missing(config: &Config) -> Result<(), Failure> {
    let wanted = |name| config.plugins.get(name).is_none_or(|plugin| plugin.enabled);
    let lints = confiture_bundled::plugins().iter().filter(|plugin| offers(plugin, Offer::Lint));
    match lints.into_iter().find(|plugin| plugin.wasm.is_none() && wanted(plugin.name)) {
        None => Ok(()),
        Some(plugin) => Err(Failure::new(
            Exit::Plugin,
            format!(
                "this build carries no plugin `{0}`: run `cargo xtask plugins`, then build again, or switch it off \
                 (`enabled = false` under `[plugins.{0}]`)",
                plugin.name
            ),
        )),
    }
}

/// Makes one plugin ready to run.
pub async fn load_one(opened: Opened) -> Result<Loaded, Failure> {
    if !opened.plugin.offers().contains(&Offer::Lint) {
        let message = format!("plugin `{}` offers no rules", opened.plugin.name());
        return Err(Failure::new(Exit::Usage, message));
    }
    let mut loaded = ready(All { opened: vec![opened], faults: Vec::new() }).await;
    // There is no other plugin to go on with.
    match loaded.faults.pop() {
        Some(fault) => Err(Failure::new(Exit::Plugin, fault)),
        None => Ok(loaded),
    }
}

async fn ready(all: All) -> Loaded {
    let database = Arc::new(LateDatabase::default());
    let mut loaded = Loaded { plugins: Vec::new(), faults: all.faults, database };
    for one in &all.opened {
        let grant = LintGrant { database: Some(loaded.database.clone()), ..one.grant() };
        match one.plugin.lint(grant).await {
            Ok(plugin) => loaded.plugins.push(plugin),
            Err(fault) => loaded.faults.push(fault),
        }
    }
    loaded
}

impl Opened {
    /// What it is given, without a database.
    fn grant(&self) -> LintGrant {
        LintGrant { capabilities: self.grant.clone(), limits: self.limits.clone(), ..LintGrant::default() }
    }

    /// Its rules; none where it offers none, or where the grant does not let it start.
    pub async fn rules(&self) -> Vec<RuleInfo> {
        if !self.plugin.offers().contains(&Offer::Lint) {
            return Vec::new();
        }
        match self.plugin.lint(self.grant()).await {
            Ok(lint) => lint.rules().to_vec(),
            Err(fault) => {
                output::warn(format!("its rules are not known: {fault}"));
                Vec::new()
            }
        }
    }
}

impl Loaded {
    /// The rules that the project switched on.
    pub fn resolve(&self, project: &Project) -> Result<Vec<ActiveRule>, Failure> {
        let rules = lint::resolve::resolve(&project.config.linting, &self.offers());
        rules.map_err(|error| match self.faults.first() {
            // A rule that is not known may be one of the plugin that did not load.
            Some(fault) => Failure::new(Exit::Plugin, format!("{fault}\n{error}")),
            None => Failure::new(Exit::Configuration, error),
        })
    }

    /// Every plugin with its rules.
    pub fn offers(&self) -> Vec<(&str, &[RuleInfo])> {
        self.plugins.iter().map(|plugin| (plugin.name(), plugin.rules())).collect()
    }
}
