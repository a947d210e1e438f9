//! The command line. Every command's own arguments stand in its file under `commands/`.

use crate::{commands, global::Global};
use clap::{Parser, Subcommand};

/// Governs PostgreSQL schemas: builds them from DDL files, lints them, rehearses and runs migrations, and copies
/// databases through anonymization profiles. Every rule, hook and strategy is a WebAssembly component in a sandbox.
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

/// What to do.
#[derive(Debug, Subcommand)]
#[allow(missing_docs)]
pub enum Command {
    Init(commands::init::Init),
    Build(commands::build::Build),
    Lint(commands::lint::Lint),
    Snapshot(commands::snapshot::Snapshot),
    Migrate(commands::migrate::Migrate),
    Anonymize(commands::anonymize::Anonymize),
    Sync(commands::sync::Sync),
    Facts(commands::facts::Facts),
    Schema(commands::schema::Schema),
    Scratch(commands::scratch::Scratch),
    Plugin(commands::plugin::Plugin),
    Completions(commands::completions::Completions),
}
