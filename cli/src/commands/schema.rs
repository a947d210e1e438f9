//! `confiture schema`.

use crate::{exit::Exit, failure::Failure, global::Global, output, plugins, project::Project, report::json};
use clap::{Args, ValueEnum};
use confiture_engine::lint::{report::LintReport, schema::configuration_schema};

/// Print a JSON Schema: of the configuration with every rule's options, or of a report
///
/// An editor that is told of it completes confiture.yaml or confiture.toml, and says what each rule and option means.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture schema --output .confiture.schema.json\n    then, in the first line of \
                  confiture.yaml:  # yaml-language-server: $schema=.confiture.schema.json\n    or of confiture.toml:   \
                  #:schema .confiture.schema.json\n  confiture schema lint-report      what `confiture lint --format \
                  json` prints"
)]
pub struct Schema {
    /// Of what
    #[arg(value_name = "DOCUMENT", default_value = "configuration")]
    document: Document,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Document {
    /// confiture.toml and confiture.yaml, with the options of the rules of every plugin of the project
    Configuration,
    /// What `confiture lint --format json` prints
    LintReport,
}

impl Schema {
    /// Prints it.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let schema = match self.document {
            Document::LintReport => LintReport::json_schema(),
            Document::Configuration => {
                let loaded = plugins::load(&Project::load(global)?).await?;
                // A schema without a plugin's rules would call them wrong.
                if let Some(fault) = loaded.faults.first() {
                    return Err(Failure::new(Exit::Plugin, fault));
                }
                configuration_schema(&loaded.offers())
            }
        };
        // A schema is JSON, whatever --format says.
        output::result(global, &json::render(&schema)?)?;
        Ok(Exit::Done)
    }
}
