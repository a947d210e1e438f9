//! The clock that makes guests give way.

use std::{io, thread, time::Duration};
use wasmtime::Engine;

/// How often a running guest gives way, so that its time limit can be looked at.
const TICK: Duration = Duration::from_millis(10);

/// Starts the one thread that advances the epoch of `engine`; it ends with the engine.
pub(super) fn start(engine: &Engine) -> io::Result<()> {
    let engine = engine.weak();
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    thread::Builder::new().name("plugin-epoch".to_owned()).spawn(tick).map(drop)
}
