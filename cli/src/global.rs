//! What every command takes: its own file, so that commands need not know the list of commands.

use crate::{exit::Exit, failure::Failure};
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
    pub format: Option<Wanted>,
    /// Write the result to FILE instead of standard output
    #[arg(long, global = true, value_name = "FILE", help_heading = "Everywhere")]
    pub output: Option<PathBuf>,
    /// Answer every question with yes
    #[arg(long, short, global = true, help_heading = "Everywhere")]
    pub yes: bool,
}

impl Global {
    /// How a result is printed that has no page of its own.
    ///
    /// # Errors
    /// Where a page was asked for.
    pub fn format(&self) -> Result<Format, Failure> {
        match self.format {
            None | Some(Wanted::Text) => Ok(Format::Text),
            Some(Wanted::Json) => Ok(Format::Json),
            Some(Wanted::Html) => Err(Failure::new(Exit::Usage, NO_PAGE)),
            Some(wanted) => Err(wanted.only_for_findings()),
        }
    }
}

/// Why there is no page.
const NO_PAGE: &str = "this command prints `text` or `json`; `html` is for the reports of a dry-run (`confiture \
                           migrate up --dry-run --format html`) of findings (`confiture lint --format html`) and of a profile (`confiture anonymize report --format html`)";

/// How a result is printed, as `--format` takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Wanted {
    /// For people
    Text,
    /// One document, with a `schema_version`
    Json,
    /// A page for a browser, for findings and for the reports of a dry-run and of a profile
    Html,
    /// For findings: SARIF 2.1.0, which code scanning reads
    Sarif,
    /// For findings: annotations of GitHub Actions
    Github,
    /// For findings: a code quality report of GitLab
    Gitlab,
    /// For findings: test cases, which every CI reads
    Junit,
    /// For findings: the comment under a pull request
    Markdown,
}

impl Wanted {
    /// Whether a command without findings prints so.
    pub fn is_for_reports(self) -> bool {
        matches!(self, Self::Text | Self::Json | Self::Html)
    }

    /// Why a command without findings does not print so.
    pub fn only_for_findings(self) -> Failure {
        let name = self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let message = format!("`{name}` is for findings: only `confiture lint` prints it");
        Failure::new(Exit::Usage, message)
    }
}

/// How a result is printed that has no page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text,
    /// One document.
    Json,
}
