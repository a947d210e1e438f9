//! From what the runtime reports to a fault that people can act on.

use crate::{limiter::OverMemory, log::one_line};
use confiture_model::fault::{Fault, FaultKind};
use std::fmt;
use wasmtime::Trap;
use wasmtime_wasi::I32Exit;

/// A call that the plugin may not make, through an interface that has no room for an answer: its instance ends.
#[derive(Debug)]
pub(crate) struct Refused {
    what: String,
}

impl Refused {
    pub(crate) fn call(what: &str) -> Self {
        Self { what: what.to_owned() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} was refused", self.what)
    }
}

impl std::error::Error for Refused {}

/// A fault of a whole plugin in one call.
pub(crate) fn fault(plugin: &str, call: &str, kind: FaultKind) -> Fault {
    Fault { plugin: plugin.to_owned(), item: None, call: call.to_owned(), kind }
}

/// What went wrong while a plugin ran.
pub(crate) fn kind_of(error: &wasmtime::Error) -> FaultKind {
    if let Some(refused) = error.downcast_ref::<Refused>() {
        return FaultKind::Denied { what: refused.what.clone(), grant: None };
    }
    if let Some(over) = error.downcast_ref::<OverMemory>() {
        return FaultKind::MemoryExceeded { limit_bytes: over.limit_bytes };
    }
    if let Some(exit) = error.downcast_ref::<I32Exit>() {
        return FaultKind::Trap(format!("it ended itself with exit code {}", exit.0));
    }
    match error.downcast_ref::<Trap>() {
        Some(trap) => FaultKind::Trap(trap_reason(*trap)),
        // Neither a trap nor one of ours: the runtime could not make sense of what was handed over.
        None => FaultKind::Malformed(malformed_reason(&error.root_cause().to_string())),
    }
}

fn trap_reason(trap: Trap) -> String {
    match trap {
        Trap::UnreachableCodeReached => {
            "`unreachable` was executed, as a panic or an uncaught exception does".to_owned()
        }
        Trap::StackOverflow => "its call stack ran out, as endless recursion does".to_owned(),
        other => {
            let text = other.to_string();
            text.strip_prefix("wasm trap: ").unwrap_or(&text).to_owned()
        }
    }
}

/// The runtime's own words, but where they speak of its inside; the type of that error is private to it.
fn malformed_reason(said: &str) -> String {
    match said.starts_with("too much data is being copied") {
        true => "it is more data than one call may carry".to_owned(),
        false => one_line(said),
    }
}
