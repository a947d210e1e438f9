//! What every command takes: its own file, so that commands need not know the list of commands.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

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
