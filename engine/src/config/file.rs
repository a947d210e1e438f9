//! The shape of a configuration file, and how it becomes a [`Config`].

use super::{
    Build, Config, Environment, Limits, Linting, PluginConfig, Problem, Source, Spanned, check, de,
    hooks::{self, Level},
    linting::{AllowTable, CustomRule, areas},
    migrations::MigrationsTable,
    tree::{Entry, Node, Value},
};
use confiture_model::{finding::Severity, plugin::Capabilities};
use schemars::JsonSchema;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A configuration file, whole.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "Confiture's configuration", description = "confiture.toml or confiture.yaml")]
pub(super) struct File {
    /// The databases of the project by name.
    environments: BTreeMap<String, EnvironmentTable>,
    /// One environment with its load order, hooks and rules, written in one block.
    environment: Option<EnvironmentBlock>,
    /// How the schema is built from files.
    build: Option<Build>,
    /// What is linted, and how.
    linting: Option<LintingTable>,
    /// How migrations are run.
    migrations: MigrationsTable,
    /// Plugins of the project, and grants of bundled ones.
    pub(super) plugins: BTreeMap<Spanned<String>, PluginTable>,
    /// Directories that plugins can be granted, by name.
    pub(super) directories: BTreeMap<String, PathBuf>,
    /// Hooks of every migration, by phase.
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    hooks: Option<Node>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct EnvironmentTable {
    /// A libpq URI or connection string.
    #[schemars(with = "Option<String>")]
    database_url: Option<Node>,
    /// The same database under a login that only reads.
    #[schemars(with = "Option<String>")]
    reader_url: Option<Node>,
    /// The role that plugins read as.
    reader: Option<String>,
    /// Whether what changes data or holds locks asks first.
    protected: bool,
    /// Whether sync may replace its data, though it is protected or called production.
    sync_target: bool,
    /// Hooks of every migration in it, by phase.
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    hooks: Option<Node>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EnvironmentBlock {
    /// Its name.
    name: Spanned<String>,
    /// A libpq URI or connection string.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    database_url: Option<Node>,
    /// The same database under a login that only reads.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    reader_url: Option<Node>,
    /// The role that plugins read as.
    #[serde(default)]
    reader: Option<String>,
    /// Whether what changes data or holds locks asks first.
    #[serde(default)]
    protected: bool,
    /// Whether sync may replace its data, though it is protected or called production.
    #[serde(default)]
    sync_target: bool,
    /// As `build.load_order`.
    #[serde(default)]
    load_order: Option<Spanned<Vec<Spanned<String>>>>,
    /// Hooks of migrations, by phase.
    #[serde(default)]
    #[schemars(with = "Option<BTreeMap<String, serde_json::Value>>")]
    hooks: Option<Node>,
    /// As the file's own `linting`; rules may stand in it directly.
    #[serde(default)]
    linting: Option<Node>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
struct LintingTable {
    /// Whether anything is linted.
    enabled: bool,
    /// The least severity that fails a run.
    fail_on_severity: Severity,
    /// The output format, where the command line names none.
    report_format: Option<Spanned<String>>,
    /// Rules by name: what they take is for their plugins to say.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    rules: Option<Node>,
    /// Rules that are a pattern.
    custom_rules: Vec<CustomRule>,
    /// Findings that are allowed, with a reason.
    allow: Vec<AllowTable>,
}

impl Default for LintingTable {
    fn default() -> Self {
        let Linting { enabled, fail_on_severity, .. } = Linting::default();
        Self {
            enabled,
            fail_on_severity,
            report_format: None,
            rules: None,
            custom_rules: Vec::new(),
            allow: Vec::new(),
        }
    }
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PluginTable {
    /// The component's file, relative to the configuration; none for a bundled plugin.
    source: Option<PathBuf>,
    /// What it is given. Nothing, unless it is written here.
    pub(super) grant: Option<Spanned<Capabilities>>,
    /// What it may use.
    pub(super) limits: Option<Spanned<Limits>>,
    /// Whether it is loaded.
    enabled: bool,
}

impl Default for PluginTable {
    fn default() -> Self {
        Self { source: None, grant: None, limits: None, enabled: true }
    }
}

/// The JSON Schema (draft 2020-12) of a configuration file, for editors.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(File).to_value()
}

/// Reads the model from the tree of a file.
pub(super) fn read(tree: &Node, root: PathBuf, source: &Arc<Source>) -> Result<Config, Problem> {
    let file: File = de::from_node(tree)?;
    check::plugins(&file, source)?;
    let mut config = Config { root, source: source.clone(), ..Config::default() };
    for (name, table) in file.environments {
        let environment = environment(table, source).map_err(|problem| {
            let place = problem.span.unwrap_or_default();
            problem.within(name.clone(), place).within("environments", place)
        })?;
        config.environments.insert(name, environment);
    }
    if let Some(node) = &file.hooks {
        config.hooks =
            hooks::read(node, Level::Project, source).map_err(|problem| problem.within("hooks", node.span))?;
    }
    config.build = file.build.unwrap_or_default();
    config.migrations = file.migrations.read(&config.root)?;
    let mut linting = file.linting;
    let path: &[&str] =
        if linting.is_none() && file.environment.is_some() { &["environment", "linting"] } else { &["linting"] };
    if let Some(block) = file.environment {
        join(block, &mut config, &mut linting)?;
    }
    config.linting = lint_part(linting.unwrap_or_default(), source, path)?;
    config.linting.areas = areas(&config.build.load_order);
    config.linting.check()?;
    config.plugins =
        file.plugins.into_iter().map(|(name, table)| (name.value, plugin(table, name.span, &config.root))).collect();
    config.directories =
        file.directories.into_iter().map(|(name, directory)| (name, config.root.join(directory))).collect();
    Ok(config)
}

fn environment(table: EnvironmentTable, source: &Arc<Source>) -> Result<Environment, Problem> {
    for (key, url) in [("database_url", &table.database_url), ("reader_url", &table.reader_url)] {
        if let Some(url) = url.as_ref().filter(|url| !matches!(url.value, Value::String(_))) {
            return Err(url.unexpected("a connection string").within(key, url.span));
        }
    }
    let EnvironmentTable { database_url, reader_url, reader, protected, sync_target, hooks } = table;
    let hooks = match hooks {
        Some(node) => {
            hooks::read(&node, Level::Environment, source).map_err(|problem| problem.within("hooks", node.span))?
        }
        None => Vec::new(),
    };
    Ok(Environment { source: source.clone(), database_url, reader_url, reader, protected, sync_target, hooks })
}

/// Takes the block of a file that describes one environment apart.
fn join(block: EnvironmentBlock, config: &mut Config, linting: &mut Option<LintingTable>) -> Result<(), Problem> {
    let EnvironmentBlock {
        name,
        database_url,
        reader_url,
        reader,
        protected,
        sync_target,
        load_order,
        hooks,
        linting: own,
    } = block;
    if config.environments.contains_key(&name.value) {
        let message = format!("the environment `{}` is already there, in `environments`", name.value);
        return Err(Problem::new(name.span, message));
    }
    let table = EnvironmentTable { database_url, reader_url, reader, protected, sync_target, hooks };
    let environment = environment(table, &config.source).map_err(|problem| problem.within("environment", name.span))?;
    config.environments.insert(name.value.clone(), environment);
    config.default_environment = Some(name.value);
    if let Some(order) = load_order {
        if !config.build.load_order.is_empty() {
            return Err(Problem::new(order.span, "the load order is already there, in `build`"));
        }
        config.build.load_order = order.value;
    }
    if let Some(own) = own {
        if linting.is_some() {
            return Err(Problem::new(own.span, "`linting` is already there, outside of `environment`"));
        }
        *linting = Some(rules_in_place(&own).map_err(|problem| {
            let place = problem.span.unwrap_or(own.span);
            problem.within("linting", place).within("environment", place)
        })?);
    }
    Ok(())
}

/// A `linting` block in which rules stand beside its own keys.
fn rules_in_place(node: &Node) -> Result<LintingTable, Problem> {
    const OWN: [&str; 6] = ["enabled", "fail_on_severity", "report_format", "rules", "custom_rules", "allow"];
    let entries = node.table("a table")?.iter().cloned();
    let (own, mut rules): (Vec<Entry>, Vec<Entry>) = entries.partition(|entry| OWN.contains(&entry.key.as_str()));
    let own = Node { span: node.span, value: Value::Table(own) };
    let mut table: LintingTable = de::from_node(&own)?;
    if let Some(written) = &table.rules {
        rules.extend(rules_of(written)?);
    }
    table.rules = Some(Node { span: node.span, value: Value::Table(rules) });
    Ok(table)
}

fn lint_part(table: LintingTable, source: &Arc<Source>, path: &[&str]) -> Result<Linting, Problem> {
    let LintingTable { enabled, fail_on_severity, report_format, rules, custom_rules, allow } = table;
    let rules = rules.as_ref().map(rules_of).transpose()?.unwrap_or_default();
    Ok(Linting {
        source: source.clone(),
        path: path.iter().map(|key| (*key).to_owned()).collect(),
        enabled,
        fail_on_severity,
        report_format,
        rules,
        custom_rules,
        allow,
        areas: BTreeMap::new(),
    })
}

fn rules_of(node: &Node) -> Result<Vec<Entry>, Problem> {
    match &node.value {
        Value::Null => Ok(Vec::new()),
        Value::Table(entries) => Ok(entries.clone()),
        _ => Err(node.unexpected("a table of rules").within("rules", node.span).within("linting", node.span)),
    }
}

fn plugin(table: PluginTable, span: super::Span, root: &Path) -> PluginConfig {
    PluginConfig {
        source: table.source.map(|source| root.join(source)),
        grant: table.grant.map(|grant| grant.value),
        limits: table.limits.map(|limits| limits.value).unwrap_or_default(),
        enabled: table.enabled,
        span,
    }
}
