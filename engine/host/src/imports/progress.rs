//! `progress`: how far long work has come.

use crate::{bindings::confiture::plugin::progress::Host, log::one_line, state::State};

impl Host for State {
    /// Where nobody draws a bar, as for a use that has no steps, the report is taken and dropped.
    fn report(&mut self, done: u64, total: Option<u64>, what: String) -> wasmtime::Result<()> {
        if let Some(progress) = &self.powers.progress {
            progress.report(done, total, &one_line(&what));
        }
        Ok(())
    }
}
