//! `confiture plugin inspect`.

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    output,
    plugins::{self, All, Opened},
    project::Project,
};
use clap::Args;
use confiture_host::Plugin;
use confiture_model::{plugin::Capabilities, rule::RuleInfo};
use std::{fmt::Write, path::Path};

/// Say what a component is, what it imports, asks for and offers
#[derive(Debug, Args)]
pub struct Inspect {
    /// A component's file, or the name of one of the project's plugins
    #[arg(value_name = "FILE|NAME")]
    plugin: String,
}

impl Inspect {
    /// Opens the component without granting it anything.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let one = find(&self.plugin, global).await?;
        let rules = one.rules().await;
        let text = match global.format()? {
            Format::Text => describe(&one.plugin, &rules),
            Format::Json => {
                let mut document = document(&one.plugin, &rules);
                document["schema_version"] = 1.into();
                serde_json::to_string_pretty(&document).map(|text| text + "\n").map_err(Failure::with(Exit::Failed))?
            }
        };
        output::result(global, &text)?;
        Ok(Exit::Done)
    }
}

/// The plugin that a word on the command line means: a file, or a name that the project knows.
pub async fn find(word: &str, global: &Global) -> Result<Opened, Failure> {
    let path = Path::new(word);
    if path.is_file() {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let wasm = std::fs::read(path)
            .map_err(|error| Failure::new(Exit::Configuration, format!("{word} could not be read: {error}")))?;
        let plugin = plugins::host()?.open(&name, &wasm, None).await.map_err(Failure::with(Exit::Plugin))?;
        return Ok(Opened { plugin, grant: Capabilities::default(), file: Some(path.to_path_buf()), limits: None });
    }
    let project = Project::load(global)?;
    let All { opened, faults } = plugins::open_all(&project, &plugins::host()?).await?;
    if let Some(fault) = faults.into_iter().find(|fault| fault.plugin == word) {
        return Err(Failure::new(Exit::Plugin, fault));
    }
    let names: Vec<String> = opened.iter().map(|one| one.plugin.name().to_owned()).collect();
    opened.into_iter().find(|one| one.plugin.name() == word).ok_or_else(|| {
        let known = names.join(", ");
        Failure::new(Exit::Usage, format!("`{word}` is neither a file nor one of the project's plugins: {known}"))
    })
}

fn describe(plugin: &Plugin, rules: &[RuleInfo]) -> String {
    let info = plugin.info();
    let mut text = format!("{} {}\n  {}\n", info.name, info.version, info.summary);
    let _ = writeln!(text, "  license:  {}", info.license.as_deref().unwrap_or("none stated"));
    if let Some(homepage) = &info.homepage {
        let _ = writeln!(text, "  homepage: {homepage}");
    }
    let _ = writeln!(text, "  digest:   {}", plugin.digest());
    let offers: Vec<String> = plugin.offers().iter().map(|offer| format!("{offer:?}").to_lowercase()).collect();
    let _ = writeln!(text, "  offers:   {}", offers.join(", "));
    let _ = writeln!(text, "  wants:    {}", confiture_engine::config::grant_as_toml(&info.wants));
    let _ = writeln!(text, "  imports:");
    for import in plugin.imports() {
        let _ = writeln!(text, "    {import}");
    }
    if !rules.is_empty() {
        let _ = writeln!(text, "  rules:");
    }
    for rule in rules {
        let _ = writeln!(text, "    {:<24} {} ({})", rule.id, rule.summary, rule.default_severity);
    }
    text
}

/// A plugin as data.
pub fn document(plugin: &Plugin, rules: &[RuleInfo]) -> serde_json::Value {
    serde_json::json!({
        "plugin": plugin.name(),
        "info": plugin.info(),
        "digest": plugin.digest(),
        "offers": plugin.offers(),
        "imports": plugin.imports(),
        "rules": rules,
    })
}
