//! `--baseline` and `--write-baseline`.

use crate::{exit::Exit, failure::Failure, output, report::text::counted};
use clap::Args;
use confiture_engine::lint::{baseline::Baseline, report::LintReport};
use std::path::PathBuf;

/// The findings that a project lives with for now.
#[derive(Debug, Args)]
pub struct Baselines {
    /// Report only what FILE does not know: what --write-baseline wrote
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline", help_heading = "Baseline")]
    baseline: Option<PathBuf>,
    /// Write what is found to FILE, and exit 0: later runs with --baseline report what is new
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["schema", "rule", "only", "since", "explain"],
        help_heading = "Baseline"
    )]
    write_baseline: Option<PathBuf>,
}

impl Baselines {
    /// The baseline that `--baseline` names.
    pub fn read(&self) -> Result<Option<Baseline>, Failure> {
        let Some(path) = &self.baseline else { return Ok(None) };
        let text = std::fs::read_to_string(path).map_err(|error| {
            let message = format!(
                "the baseline {}: it cannot be read: {error}\n`confiture lint --write-baseline {0}` writes one",
                path.display()
            );
            Failure::new(Exit::Configuration, message)
        })?;
        Baseline::read(&text, &self.name()).map(Some).map_err(Failure::with(Exit::Configuration))
    }

    /// Its file, as it was named.
    pub fn name(&self) -> String {
        self.baseline.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
    }

    /// Whether one is to be written.
    pub fn is_written(&self) -> bool {
        self.write_baseline.is_some()
    }

    /// Writes what was found. What a broken plugin did not find would come back as new: then nothing is written.
    pub fn write(&self, report: &LintReport) -> Result<Exit, Failure> {
        let Some(path) = &self.write_baseline else { return Ok(Exit::Done) };
        if !report.faults.is_empty() {
            super::say_faults(report);
            return Err(Failure::new(Exit::Plugin, "the baseline was not written: not all rules ran"));
        }
        let text = Baseline::of(report).write();
        output::write_whole(path, text.as_bytes()).map_err(|error| {
            Failure::new(Exit::Failed, format!("the baseline could not be written to {}: {error}", path.display()))
        })?;
        let count = counted(report.findings.len() as u64, "finding");
        output::say(format!("{}: {count}. `confiture lint --baseline {0}` reports what is new.", path.display()));
        Ok(Exit::Done)
    }
}
