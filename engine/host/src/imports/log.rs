//! `log`: what the plugin says.

use crate::{
    bindings::confiture::plugin::log::{Host, Level},
    log::LogLevel,
    state::State,
};

impl Host for State {
    fn emit(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        let level = match level {
            Level::Trace => LogLevel::Trace,
            Level::Debug => LogLevel::Debug,
            Level::Info => LogLevel::Info,
            Level::Warn => LogLevel::Warn,
            Level::Error => LogLevel::Error,
        };
        self.say(level, &message);
        Ok(())
    }
}
