//! `confiture facts`.

use crate::{exit::Exit, failure::Failure, global::Global, output, project::Project};
use clap::Args;
use confiture_engine::estimate;
use confiture_model::session::SessionError;
use confiture_postgres::facts::facts;

/// Print what a database is like in numbers, so that a dry-run elsewhere can say how long a migration will take there
///
/// The sizes of its tables, how fast its server is, how long earlier migrations took: names and numbers, and nothing of
/// what is stored. Reads no table.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture facts --env production > production.json\n  confiture migrate up --dry-run --env \
                        staging --facts production.json\n  confiture facts --schema      the JSON Schema of the document"
)]
pub struct Facts {
    /// Print the JSON Schema of the document instead
    #[arg(long)]
    schema: bool,
}

impl Facts {
    /// Prints the facts.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        if self.schema {
            output::result(global, &estimate::json_schema())?;
            return Ok(Exit::Done);
        }
        let project = Project::load(global)?;
        let options = project.connect_options()?;
        for warning in options.warnings() {
            output::warn(warning);
        }
        let environment = project.environment_name().unwrap_or_default();
        let facts = facts(&options, &environment).await.map_err(|error| {
            let doing = "reading the facts of the database";
            match error {
                SessionError::Database(error) if error.sqlstate == "55P03" => Failure::new(
                    Exit::Locked,
                    format!("{doing}: a table is locked: {error}\n  try again when the other session has ended"),
                ),
                error => Failure::new(Exit::Database, format!("{doing}: {error}")),
            }
        })?;
        output::result(global, &estimate::write(&facts).map_err(Failure::with(Exit::Failed))?)?;
        Ok(Exit::Done)
    }
}
