//! The command line. Every command's own arguments stand in its file under `commands/`.

use crate::commands;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Governs PostgreSQL schemas: builds them from DDL files, lints them and stores them as data. Every rule is a
/// WebAssembly component in a sandbox.
#[derive(Debug, Parser)]
#[command(name = "confiture", version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Exit codes: 0 done; 1 findings at the failing severity; 2 usage; 3 configuration; 4 database \
                        unreachable or refused; 5 SQL failed and was undone; 6 another run holds the lock; 7 plugin fault or denied \
                        capability; 8 refused for safety or declined; 9 stopped part-way and recorded, run again to go \
                        on; 130 interrupted.")]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Configuration file; otherwise the nearest confiture.toml or confiture.yaml, from here upwards
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    pub config: Option<PathBuf>,
    /// Environment of the configuration to work on
    #[arg(long, global = true, value_name = "NAME", help_heading = "Everywhere")]
    pub env: Option<String>,
    /// Database to work on, as libpq writes it; otherwise --env, DATABASE_URL, and libpq's PG* variables, in this order
    #[arg(long, global = true, value_name = "URL", help_heading = "Everywhere")]
    pub database_url: Option<String>,
    /// How to print the result
    #[arg(long, global = true, value_name = "FORMAT", alias = "report", help_heading = "Everywhere")]
    pub format: Option<Format>,
    /// Write the result to FILE instead of standard output
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    pub output: Option<PathBuf>,
    /// Answer every question with yes
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub yes: bool,
}

/// How a result is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One document, with a `schema_version`
    Json,
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Json => "json",
        })
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
#[allow(missing_docs)]
pub enum Command {
    Init(commands::init::Init),
    Build(commands::build::Build),
    Lint(commands::lint::Lint),
    Snapshot(commands::snapshot::Snapshot),
    Migrate(commands::migrate::Migrate),
    Scratch(commands::scratch::Scratch),
    Plugin(commands::plugin::Plugin),
    Completions(commands::completions::Completions),
}
