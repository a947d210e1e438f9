//! What a dry-run learnt.

use super::json;
use crate::{
    exit::Exit,
    failure::Failure,
    global::{Global, Wanted},
    migrations::failure,
    output::{self, GREEN, styled},
};
use confiture_engine::migrate::rehearse::{Rehearsal, html, samples_text, text};
use std::io::IsTerminal;

/// Prints how a dry-run ended. `title` is where it was. Rows go to a terminal only: a file, a pipe or a log is no place for them.
pub fn finish(global: &Global, format: Wanted, title: &str, rehearsal: Rehearsal) -> Result<Exit, Failure> {
    let Rehearsal { report, failure: stop, samples } = rehearsal;
    let page = match format {
        Wanted::Text => text(&report),
        Wanted::Json => json::render(&report)?,
        Wanted::Html => html(&report, title).map_err(Failure::with(Exit::Failed))?,
        other => return Err(other.only_for_findings()),
    };
    output::result(global, &page)?;
    let is_seen = format == Wanted::Text && global.output.is_none() && std::io::stdout().is_terminal();
    match (samples.is_empty(), is_seen) {
        (true, _) => {}
        (false, true) => output::print(&samples_text(&samples))?,
        (false, false) => output::warn("rows are shown on a terminal only: --show-sample-rows was left out"),
    }
    match stop {
        Some(stop) => {
            let failure = failure(&stop);
            let message = format!("{}\nthe dry-run was rolled back", failure.message);
            Err(Failure { message, ..failure })
        }
        None if !report.violations.is_empty() || !report.inconsistencies.is_empty() => Ok(Exit::Findings),
        None => {
            output::say(format!("{} dry-run finished: everything was rolled back", styled(GREEN, "✓")));
            Ok(Exit::Done)
        }
    }
}
