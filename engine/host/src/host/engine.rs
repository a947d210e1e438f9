//! The runtime's settings, each measured (ARCHITECTURE.md has the figures).

use wasmtime::{Config, Engine};

/// The native stack of a guest, in bytes: enough for interpreters, and deep recursion still ends in a trap.
const WASM_STACK: usize = 1 << 20;
/// The stack of one asynchronous call: the guest's, and room for the host's own frames above it.
const CALL_STACK: usize = WASM_STACK + (1 << 20);

/// An engine that compiles for the CPU that it runs on.
pub(super) fn for_this_machine() -> wasmtime::Result<Engine> {
    Engine::new(&settings())
}

/// What x86-64-v2 adds to the first x86-64: every server has had it since 2009. Without SSSE3 and SSE4.1 the vectors of a guest,
/// which scan its texts, become calls of the runtime, one by one: masking an e-mail address takes twice as long.
#[cfg(target_arch = "x86_64")]
const FEATURES: [&str; 5] = ["has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt"];
/// Other architectures have vectors from the start.
#[cfg(not(target_arch = "x86_64"))]
const FEATURES: [&str; 0] = [];

/// An engine that compiles for an old CPU of this architecture; what it makes loads in [`for_this_machine`] almost anywhere.
#[allow(unsafe_code)]
pub(super) fn for_baseline() -> wasmtime::Result<Engine> {
    let mut config = settings();
    // A target that is named gets no features of the CPU at hand.
    config.target(&target())?;
    for feature in FEATURES {
        // SAFETY: code that uses what the CPU has not would be wrong to run. It is not: wasmtime writes the features into what
        // it compiles and refuses to load it where the CPU lacks one, and then the plugin is compiled where it runs.
        unsafe { config.cranelift_flag_enable(feature) };
    }
    Engine::new(&config)
}

/// The triple of this build, as far as the runtime looks at it: architecture and system.
fn target() -> String {
    let architecture = std::env::consts::ARCH;
    match std::env::consts::OS {
        "macos" => format!("{architecture}-apple-darwin"),
        "windows" => format!("{architecture}-pc-windows-msvc"),
        system => format!("{architecture}-unknown-{system}-gnu"),
    }
}

fn settings() -> Config {
    let mut config = Config::new();
    config
        // No guest of the contract is concurrent: a call costs a quarter without.
        .concurrency_support(false)
        // Stops endless loops at no measurable cost; fuel costs 20 to 110 % on scanning loops.
        .epoch_interruption(true)
        // Instances are made by mapping their initial memory, not by copying it.
        .memory_init_cow(true)
        .max_wasm_stack(WASM_STACK)
        .async_stack_size(CALL_STACK)
        // Addresses in a stripped guest tell its author nothing, and walking a deep recursion is slow.
        .wasm_backtrace_max_frames(None);
    config
}
