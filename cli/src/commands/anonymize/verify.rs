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
use clap::{Args, ValueEnum};
use confiture_engine::anonymize::{
    identifiability::{Anonymity, measure, of_sample, tables},
    report::refuse_unclassified,
    verify::{SAMPLE_ROWS, Verification, preview, verify},
};
use confiture_model::finding::Severity;
use confiture_postgres::text_queries::PgTextQueries;
use serde::Serialize;
use std::fmt::Write as _;

/// Try a profile on sampled rows: every strategy, and what the schema demands of masked values
///
/// Made-up values first, then sampled rows. Exit code 1 where something is an error. No value is printed.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  confiture anonymize verify --profile qa --env production\n  \
                        confiture anonymize verify --profile qa --strict --rows 1000")]
pub struct Verify {
    #[command(flatten)]
    chosen: Chosen,
    /// How many rows of each table to look at
    #[arg(long, value_name = "N", default_value_t = SAMPLE_ROWS)]
    rows: u32,
    /// Count among how many rows each combination of the profile's quasi_identifiers hides: in this database, as its rows
    /// are (a target after a run, say), or in the sampled rows after masking, whose groups are smaller than the table's
    #[arg(long, value_name = "WHERE", num_args = 0..=1, require_equals = true, default_missing_value = "database")]
    k_anonymity: Option<Where>,
}

/// Which rows k-anonymity is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Where {
    /// All rows of the connected database, as they are
    Database,
    /// The sampled rows, masked
    Masked,
}

/// What `--format json` prints.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    #[serde(flatten)]
    verification: &'a Verification,
    k_anonymity: &'a [Anonymity],
}

impl Verify {
    /// Resolves and samples; changes nothing.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let format = global.format()?;
        let project = Project::load(global)?;
        let work = Work::load(&project, self.chosen.profile.as_deref()).await?;
        if self.chosen.strict {
            let suspicions = work.suspicions(self.rows).await?;
            refuse_unclassified(&work.profile, &work.resolved, &suspicions)
                .map_err(Failure::with(Exit::Configuration))?;
        }
        let mut queries = PgTextQueries::new(work.session.client());
        let found = verify(&work.resolved, &work.snapshot, &mut queries, self.rows).await.map_err(failure)?;
        let k_anonymity = match self.k_anonymity {
            Some(of) => anonymity(&work, &mut queries, of, self.rows).await?,
            None => Vec::new(),
        };
        let text = match format {
            Format::Text => text(&found, &k_anonymity),
            Format::Json => {
                json::render(&Document { schema_version: 1, verification: &found, k_anonymity: &k_anonymity })?
            }
        };
        output::result(global, &text)?;
        let holds = found.holds() && k_anonymity.iter().all(Anonymity::holds);
        Ok(if holds { Exit::Done } else { Exit::Findings })
    }
}

async fn anonymity(
    work: &Work,
    queries: &mut PgTextQueries<'_>,
    of: Where,
    rows: u32,
) -> Result<Vec<Anonymity>, Failure> {
    let named = &work.profile.quasi_identifiers;
    let mut measured = Vec::new();
    for (index, relation) in tables(named, &work.snapshot).map_err(Failure::with(Exit::Configuration))? {
        let table = (relation.schema.as_str(), relation.name.as_str());
        measured.push(match of {
            Where::Database => measure(queries, relation, &named[index]).await.map_err(failure)?,
            Where::Masked => {
                let sample = preview(&work.resolved, &work.snapshot, queries, table, rows).await.map_err(failure)?;
                // Of a table that is skipped, no row is left.
                of_sample(&sample.unwrap_or_default(), relation, &named[index])
            }
        });
    }
    Ok(measured)
}

fn text(found: &Verification, k_anonymity: &[Anonymity]) -> String {
    let mut page = String::new();
    for remark in &found.remarks {
        let style = if remark.severity == Severity::Error { RED } else { YELLOW };
        // Writing to a string cannot fail.
        let _ =
            writeln!(page, "{} {}: {}", styled(style, format!("{}:", remark.severity)), remark.subject, remark.message);
        let _ = writeln!(page, "  rule: {}", remark.place());
        if let Some(help) = remark.help {
            let _ = writeln!(page, "  help: {help}");
        }
    }
    for one in k_anonymity {
        let k = one.k.map_or_else(|| "no rows".to_owned(), |k| format!("k = {k}"));
        let (columns, wanted) = (one.columns.join(", "), one.wanted);
        let small = format!("{} of {} rows in groups that are too small", one.exposed_rows, one.rows);
        let sign = if one.holds() { styled(GREEN, "✓") } else { styled(RED, "✗") };
        let _ = writeln!(page, "{sign} {}, by {columns}: {k} (wanted {wanted}); {small}", one.table);
    }
    let rows: usize = found.rows.values().sum();
    let sign = if found.holds() { styled(GREEN, "✓") } else { styled(RED, "✗") };
    let tables = found.rows.len();
    let _ =
        writeln!(page, "{sign} profile {}: {} columns, {rows} rows of {tables} tables", found.profile, found.columns);
    page
}
