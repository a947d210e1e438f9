//! `confiture anonymize verify`.

use super::work::{Chosen, Work, failure};
use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    output::{self, GREEN, RED, YELLOW, styled},
    project::Project,
    report::json,
};
use clap::Args;
use confiture_engine::anonymize::{
    identifiability,
    report::refuse_unclassified,
    verify::{SAMPLE_ROWS, Verification, verify},
};
use confiture_model::finding::Severity;
use confiture_postgres::text_queries::PgTextQueries;
use std::fmt::Write as _;

/// Try a profile on sampled rows: every strategy, and what the schema demands of masked values
///
/// Exit code 1 where something is an error. No value is printed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  confiture anonymize verify --profile qa --env production\n  \
                        confiture anonymize verify --profile qa --strict --rows 1000")]
pub struct Verify {
    #[command(flatten)]
    chosen: Chosen,
    /// How many rows of each table to look at
    #[arg(long, value_name = "N", default_value_t = SAMPLE_ROWS)]
    rows: u32,
    /// Count among how many rows each combination of the profile's quasi_identifiers hides, in this database
    #[arg(long)]
    k_anonymity: bool,
}

impl Verify {
    /// Resolves and samples; changes nothing.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let format = global.format()?;
        let project = Project::load(global)?;
        let work = Work::load(&project, &self.chosen.profile).await?;
        if self.chosen.strict {
            let suspicions = work.suspicions(self.rows).await?;
            refuse_unclassified(&work.profile, &work.resolved, &suspicions)
                .map_err(Failure::with(Exit::Configuration))?;
        }
        let mut queries = PgTextQueries::new(work.session.client());
        let found = verify(&work.resolved, &work.snapshot, &mut queries, self.rows).await.map_err(failure)?;
        let text = match format {
            Format::Text => text(&found),
            Format::Json => json::render(&found)?,
        };
        output::result(global, &text)?;
        let hides = !self.k_anonymity || k_anonymity(&work, &mut queries).await?;
        Ok(if found.holds() && hides { Exit::Done } else { Exit::Findings })
    }
}

async fn k_anonymity(work: &Work, queries: &mut PgTextQueries<'_>) -> Result<bool, Failure> {
    let named = &work.profile.quasi_identifiers;
    let tables = identifiability::tables(named, &work.snapshot).map_err(Failure::with(Exit::Configuration))?;
    let mut holds = true;
    for (index, relation) in tables {
        let measured = identifiability::measure(queries, relation, &named[index]).await.map_err(failure)?;
        holds &= measured.holds();
        let k = measured.k.map_or_else(|| "no rows".to_owned(), |k| format!("k = {k}"));
        output::say(format!(
            "{}, by {}: {k} (wanted {}); {} of {} rows in groups that are too small",
            measured.table,
            measured.columns.join(", "),
            measured.wanted,
            measured.exposed_rows,
            measured.rows
        ));
    }
    Ok(holds)
}

fn text(found: &Verification) -> String {
    let mut page = String::new();
    for remark in &found.remarks {
        let style = if remark.severity == Severity::Error { RED } else { YELLOW };
        // Writing to a string cannot fail.
        let _ =
            writeln!(page, "{} {}: {}", styled(style, format!("{}:", remark.severity)), remark.subject, remark.message);
    }
    let rows: usize = found.rows.values().sum();
    let sign = if found.holds() { styled(GREEN, "✓") } else { styled(RED, "✗") };
    let tables = found.rows.len();
    let _ =
        writeln!(page, "{sign} profile {}: {} columns, {rows} rows of {tables} tables", found.profile, found.columns);
    page
}
