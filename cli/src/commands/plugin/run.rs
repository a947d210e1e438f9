//! `confiture plugin run`.

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    masked::Masked,
    output,
    plugins::{self, Opened},
    project::Project,
    report,
    source::Source,
};
use clap::{Args, ValueEnum};
use confiture_engine::lint::{
    self,
    rule::{ActiveRule, Scope},
};
use confiture_model::{
    finding::Severity,
    plugin::{Capabilities, DatabaseAccess, SchemaView},
    rule::{RuleInfo, RuleSetting},
    schema::Parts,
};
use std::{path::PathBuf, sync::Arc};

/// Run the rules of one plugin over a schema, whatever the configuration says: for its author
#[derive(Debug, Args)]
#[command(
    after_help = "Example: confiture plugin run my_rules.wasm db/ --rule no-blobs --option allowed='[\"avatar\"]'"
)]
pub struct Run {
    /// A component's file, or the name of one of the project's plugins
    #[arg(value_name = "FILE|NAME")]
    plugin: String,
    /// DDL files or directories, or a stored snapshot; without any, the database
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Only this rule; otherwise all that it offers
    #[arg(long)]
    rule: Option<String>,
    /// An option of the rule: NAME=JSON, or NAME=TEXT
    #[arg(long = "option", value_name = "NAME=VALUE", requires = "rule")]
    options: Vec<String>,
    /// Let it read the database
    #[arg(long, value_name = "ACCESS")]
    grant_database: Option<Access>,
}

/// What `--grant-database` takes.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Access {
    Read,
}

impl Run {
    /// Runs the rules.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let project = Project::load(global)?;
        let opened = super::inspect::find(&self.plugin, global).await?;
        let database = if self.grant_database.is_some() { DatabaseAccess::Read } else { opened.grant.database };
        let granted = Opened { grant: Capabilities { database, ..opened.grant }, ..opened };
        let loaded = plugins::load_one(granted).await?;
        let plugin = &loaded.plugins[..];
        let offers = loaded.offers();
        let rules = self.rules(&offers)?;
        let acquired = Source::of(&self.paths)?.acquire(&project, Parts::ALL).await?;
        loaded.database.set(acquired.login(&project).await);
        let title = acquired.title;
        let snapshot = Arc::new(acquired.snapshot);
        let masked = Masked::of(&project, &snapshot);
        let environment = project.environment_name().unwrap_or_default();
        let view = SchemaView { masked_columns: masked.columns.clone(), snapshot, environment };
        let report = lint::run(plugin, &rules, &view).await;
        masked.check()?;
        let text = match global.format()? {
            Format::Text => report::text::render(&report, &title),
            Format::Json => report::json::render(&report)?,
        };
        output::result(global, &text)?;
        for fault in &report.faults {
            output::error(&fault.to_string());
        }
        Ok(match report.faults.is_empty() {
            false => Exit::Plugin,
            true if report.fails_at(Severity::Error) => Exit::Findings,
            true => Exit::Done,
        })
    }
    /// The rules to run, with their defaults but for what the command line sets.
    fn rules(&self, offers: &[(&str, &[RuleInfo])]) -> Result<Vec<ActiveRule>, Failure> {
        let asked = |rule: &&RuleInfo| self.rule.as_ref().is_none_or(|name| *name == rule.id);
        let options = self.options()?;
        let active = |plugin: &str, rule: &RuleInfo| ActiveRule {
            plugin: plugin.to_owned(),
            setting: RuleSetting { instance: rule.id.clone(), id: rule.id.clone(), options: options.clone() },
            severity: rule.default_severity,
            severity_chosen: false,
            message: None,
            scope: Scope::default(),
            origin: None,
        };
        let rules: Vec<ActiveRule> = offers
            .iter()
            .flat_map(|(plugin, rules)| rules.iter().filter(asked).map(|rule| active(plugin, rule)))
            .collect();
        match &self.rule {
            Some(name) if rules.is_empty() => {
                let known: Vec<&str> =
                    offers.iter().flat_map(|(_, rules)| rules.iter()).map(|rule| &*rule.id).collect();
                let message = format!("the plugin offers no rule `{name}`. There are: {}", known.join(", "));
                Err(Failure::new(Exit::Usage, message))
            }
            _ => Ok(rules),
        }
    }

    /// `NAME=JSON`; what is no JSON is text.
    fn options(&self) -> Result<serde_json::Value, Failure> {
        let mut options = serde_json::Map::new();
        for option in &self.options {
            let (name, value) = option
                .split_once('=')
                .ok_or_else(|| Failure::new(Exit::Usage, format!("--option {option}: expected NAME=VALUE")))?;
            let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
            options.insert(name.to_owned(), value);
        }
        Ok(options.into())
    }
}
