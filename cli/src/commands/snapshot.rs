//! `confiture snapshot`.

use crate::{exit::Exit, failure::Failure, global::Global, output, project::Project, source::Source};
use clap::Args;
use confiture_engine::snapshot;
use confiture_model::schema::Parts;
use std::path::PathBuf;

/// Print a schema as data: one JSON document that `lint` and rules' tests read back
///
/// Without a path, the database's; with paths, that of DDL files built in a scratch PostgreSQL.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture snapshot --env production > production.json\n  confiture lint production.json\n  \
                        confiture snapshot --schema      the JSON Schema of the document"
)]
pub struct Snapshot {
    /// DDL files or directories; without any, the database
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print the JSON Schema of a snapshot instead
    #[arg(long, conflicts_with = "paths")]
    schema: bool,
}

impl Snapshot {
    /// Prints the snapshot.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        if self.schema {
            output::result(global, &snapshot::json_schema())?;
            return Ok(Exit::Done);
        }
        let project = Project::load(global)?;
        let acquired = Source::of(&self.paths)?.acquire(&project, Parts::ALL).await?;
        let text = snapshot::write(&acquired.snapshot).map_err(Failure::with(Exit::Failed))?;
        output::result(global, &text)?;
        Ok(Exit::Done)
    }
}
