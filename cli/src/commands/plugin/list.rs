//! `confiture plugin list`.

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    output,
    plugins::{self, All, Opened},
    project::Project,
};
use clap::Args;
use std::fmt::Write;

/// List the project's plugins and what they offer
#[derive(Debug, Args)]
pub struct List {
    /// Print the grants in force, as configuration
    #[arg(long)]
    grants: bool,
}

impl List {
    /// Lists the bundled plugins, then the project's own.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let project = Project::load(global)?;
        let All { opened, faults } = plugins::open_all(&project, &plugins::host()?).await?;
        let text = if self.grants { grants(&opened) } else { listing(&opened, global).await? };
        output::result(global, &text)?;
        for fault in &faults {
            output::error(&fault.to_string());
        }
        Ok(if faults.is_empty() { Exit::Done } else { Exit::Plugin })
    }
}

async fn listing(opened: &[Opened], global: &Global) -> Result<String, Failure> {
    let mut text = String::new();
    let mut documents = Vec::new();
    for one in opened {
        let rules = one.rules().await;
        documents.push(super::inspect::document(&one.plugin, &rules));
        let info = one.plugin.info();
        let origin = one.file.as_ref().map_or("bundled".to_owned(), |file| file.display().to_string());
        let _ = writeln!(text, "{} ({} {}, {origin})", one.plugin.name(), info.name, info.version);
        let _ = writeln!(text, "  {}", info.summary);
        for rule in &rules {
            let _ = writeln!(text, "  {:<24} {}", rule.id, rule.summary);
        }
    }
    match global.format()? {
        Format::Text => Ok(text),
        Format::Json => {
            let document = serde_json::json!({ "schema_version": 1, "plugins": documents });
            serde_json::to_string_pretty(&document).map(|text| text + "\n").map_err(Failure::with(Exit::Failed))
        }
    }
}

/// The grants as a user would write them, so that they can be copied and changed.
fn grants(opened: &[Opened]) -> String {
    let mut text = String::new();
    for one in opened {
        let _ = writeln!(text, "[plugins.{}]", one.plugin.name());
        let _ = writeln!(text, "grant = {}\n", confiture_engine::config::grant_as_toml(&one.grant));
    }
    text
}
