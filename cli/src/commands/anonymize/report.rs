//! `confiture anonymize report`.

use super::work::{Chosen, Work};
use crate::{
    exit::Exit,
    failure::Failure,
    global::{Global, Wanted},
    output,
    project::Project,
    report::json,
};
use clap::Args;
use confiture_engine::anonymize::{
    report::{html, refuse_unclassified, report, text},
    verify::SAMPLE_ROWS,
};

/// Say what a profile masks how, what it keeps, what it does not mention, and why
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  confiture anonymize report --profile qa --format html --output qa.html")]
pub struct Report {
    #[command(flatten)]
    chosen: Chosen,
    /// How many rows of each table to look at for what looks personal; 0 for none
    #[arg(long, value_name = "N", default_value_t = SAMPLE_ROWS)]
    rows: u32,
}

impl Report {
    /// Resolves and samples; changes nothing.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let project = Project::load(global)?;
        let work = Work::load(&project, self.chosen.profile.as_deref()).await?;
        let suspicions = work.suspicions(self.rows).await?;
        if self.chosen.strict {
            refuse_unclassified(&work.profile, &work.resolved, &suspicions)
                .map_err(Failure::with(Exit::Configuration))?;
        }
        let report = report(&work.profile, &work.resolved, &suspicions);
        let title = project.environment_name().unwrap_or_else(|| work.profile.name.clone());
        let page = match global.format.unwrap_or(Wanted::Text) {
            Wanted::Text => text(&report),
            Wanted::Json => json::render(&report)?,
            Wanted::Html => html(&report, &title).map_err(Failure::with(Exit::Failed))?,
            other => return Err(other.only_for_findings()),
        };
        output::result(global, &page)?;
        Ok(Exit::Done)
    }
}
