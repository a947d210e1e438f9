//! `confiture sync`.

mod dry_run;
mod earlier;
mod ends;
mod prepared;
mod run;
mod schema;
mod worker;

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Global, Wanted},
    interrupt::Interrupt,
    output,
    report::json,
};
use clap::{Args, Subcommand};
use confiture_engine::sync::{
    Options,
    report::{Report, html, text},
};
use ends::Sides;
use prepared::Prepared;

/// Copy a database, or a part of it that holds together, into another one, masked on the way
///
/// One snapshot of the source; COPY both ways; every value of a masked column through its strategy before it reaches the
/// target. Everything that forbids the run is said before anything is touched.
#[derive(Debug, Args)]
#[command(subcommand_negates_reqs = true, args_conflicts_with_subcommands = true)]
#[command(after_help = "Examples:\n  confiture sync --source production --target qa --anonymization-profile qa \
                        --verify-consistency\n  confiture sync --source production --target qa --anonymization-profile qa \
                        --dry-run\n  confiture sync --source production --target \"$QA_URL\" --anonymization-profile qa.yaml \
                        --subset 'orders=created_at > current_date - 30'\n\nExit codes: 1 the proof does not hold; 4 a \
                        database was not to be reached; 5 failed and undone; 6 another run is at work on the target; 7 plugin \
                        fault; 8 refused, nothing was touched; 9 stopped, run again to go on.")]
pub struct Sync {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    sides: Sides,
    /// Copy every value as it is
    #[arg(long, conflicts_with = "profile")]
    no_anonymization: bool,
    /// Compare the target with the source afterwards: rows, sums, nulls, survivors, foreign keys; exit 1 where one differs
    #[arg(long)]
    verify_consistency: bool,
    /// Replace the rows that the target holds; asks first
    #[arg(long)]
    replace: bool,
    /// Copy these tables alone: names or globs
    #[arg(long, value_name = "TABLE", value_delimiter = ',', num_args = 1..)]
    tables: Vec<String>,
    /// Leave out rows that miss a condition, and what refers to them
    #[arg(long = "where", value_name = "TABLE=SQL", value_parser = condition)]
    conditions: Vec<(String, String)>,
    /// Copy these rows, what refers to them, and what all of these refer to
    #[arg(long, value_name = "TABLE=SQL", value_parser = condition)]
    subset: Vec<(String, String)>,
    /// Copy N rows of each table at most, or of one; what refers to the others is left out
    #[arg(long, value_name = "[TABLE=]N", value_parser = limit)]
    limit: Vec<(Option<String>, u64)>,
    /// Copy with so many streams; with more than one, a run that did not end can be gone on with
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    workers: u32,
    /// Begin anew where the same run has left chunks that are done, and clear these away
    #[arg(long)]
    restart: bool,
    /// Build the schema of an empty target from the source's, by pg_dump
    #[arg(long)]
    create_schema: bool,
    /// Let the target's triggers fire for the rows that come in
    #[arg(long)]
    fire_triggers: bool,
    /// Copy large objects, under their numbers
    #[arg(long)]
    large_objects: bool,
    /// Say what would be done, with masked samples; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Refuse columns that look personal and that no rule mentions
    #[arg(long, requires = "profile")]
    strict: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Worker(worker::Worker),
}

impl Sync {
    /// Plans, asks, copies, proves, reports.
    pub async fn run(self, global: &Global, interrupt: &Interrupt) -> Result<Exit, Failure> {
        if let Some(Command::Worker(worker)) = self.command {
            return worker.run(global, interrupt).await;
        }
        if let Some(format) = global.format.filter(|one| !one.is_for_reports()) {
            return Err(format.only_for_findings());
        }
        let prepared = match Prepared::load(global, &self).await? {
            Ok(prepared) => prepared,
            Err(refused) => return refused.end(global, self.dry_run),
        };
        if self.dry_run {
            return dry_run::run(global, prepared, self.restart).await;
        }
        run::run(global, &self, prepared, interrupt).await
    }

    fn options(&self) -> Options {
        Options {
            tables: self.tables.clone(),
            conditions: self.conditions.clone(),
            subsets: self.subset.clone(),
            limits: self.limit.clone(),
            replace: self.replace,
            fire_triggers: self.fire_triggers,
            large_objects: self.large_objects,
            workers: self.workers,
            no_anonymization: self.no_anonymization,
        }
    }
}

/// Prints a report as it was asked for.
fn print(global: &Global, report: &Report) -> Result<(), Failure> {
    let page = match global.format.unwrap_or(Wanted::Text) {
        Wanted::Text => text(report),
        Wanted::Json => json::render(report)?,
        Wanted::Html => html(report).map_err(Failure::with(Exit::Failed))?,
        findings => return Err(findings.only_for_findings()),
    };
    output::result(global, &page)
}

fn condition(written: &str) -> Result<(String, String), String> {
    match written.split_once('=') {
        Some((table, sql)) if !table.trim().is_empty() && !sql.trim().is_empty() => {
            Ok((table.trim().to_owned(), sql.to_owned()))
        }
        _ => Err("write TABLE=SQL, as in `orders=total > 100`".to_owned()),
    }
}

fn limit(written: &str) -> Result<(Option<String>, u64), String> {
    let (table, number) = match written.split_once('=') {
        Some((table, number)) => (Some(table.trim().to_owned()), number),
        None => (None, written),
    };
    let number = number.trim().parse().map_err(|_| "write N or TABLE=N, as in `orders=1000`".to_owned())?;
    Ok((table, number))
}
