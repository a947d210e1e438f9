//! `confiture anonymize preview`.

use super::work::{Work, failure};
use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    output,
    project::Project,
};
use clap::Args;
use confiture_engine::anonymize::verify::{preview, preview_text};
use confiture_postgres::text_queries::PgTextQueries;
use std::io::IsTerminal as _;

/// Show sampled rows of a table before and after masking, on a terminal only
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  confiture anonymize preview public.users --profile qa --env production")]
pub struct Preview {
    /// Table to look at, with its schema where that is not public
    #[arg(value_name = "TABLE")]
    table: String,
    /// Profile to work with: its name, or its file's without the ending; not needed where there is only one
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// How many rows
    #[arg(long, value_name = "N", default_value_t = 5)]
    rows: u32,
}

impl Preview {
    /// Reads a few rows; changes nothing.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        // A file, a pipe or a log is no place for rows.
        if global.format()? != Format::Text || global.output.is_some() || !std::io::stdout().is_terminal() {
            let message =
                "a preview shows rows as they are, on a terminal only: neither --format nor --output goes with it";
            return Err(Failure::new(Exit::Refused, message));
        }
        let project = Project::load(global)?;
        let work = Work::load(&project, self.profile.as_deref()).await?;
        let (schema, table) = self.table.split_once('.').unwrap_or(("public", &self.table));
        let mut queries = PgTextQueries::new(work.session.client());
        let shown = preview(&work.resolved, &work.snapshot, &mut queries, (schema, table), self.rows).await;
        let Some(sample) = shown.map_err(failure)? else {
            let message = format!("there is no table `{schema}.{table}` whose rows are copied");
            return Err(Failure::new(Exit::Usage, message));
        };
        output::print(&preview_text(&work.resolved, (schema, table), &sample))?;
        Ok(Exit::Done)
    }
}
