//! What crossing the boundary costs, against the figures that decisions rest on: `cargo xtask bench host`.
//!
//! Times are medians, on whatever machine this is: the ratio to the reference says whether the shape still holds.
#![allow(clippy::print_stdout, missing_docs)]

#[path = "boundary/schema.rs"]
mod schema;

use confiture_host::{Host, HostOptions, Limits, LintGrant};
use confiture_model::{
    plugin::{LintPlugin, SchemaView},
    rule::RuleSetting,
};
use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

/// Microseconds.
type Micros = f64;

fn main() -> ExitCode {
    if std::env::var_os("CONFITURE_BENCH").is_none() {
        println!("benchmarks are run by `cargo xtask bench host`");
        return ExitCode::SUCCESS;
    }
    let Some(wasm) = guest() else {
        println!("error: the guest `hostile` is not built: run `cargo xtask plugins`");
        return ExitCode::FAILURE;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    match runtime {
        Ok(runtime) => runtime.block_on(measure(&wasm)),
        Err(error) => {
            println!("error: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn guest() -> Option<Vec<u8>> {
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/plugins");
    let folder = std::env::var_os("CONFITURE_PLUGINS_DIR").map_or(built, PathBuf::from);
    std::fs::read(folder.join("hostile.wasm")).ok()
}

async fn measure(wasm: &[u8]) {
    println!("{:<58} {:>12} {:>12} {:>7}", "", "measured", "reference", "ratio");
    let plugin = linter(&host(None), wasm, None).await;
    let nothing = schema::tables(0);
    row("an empty call", 0.38, per_call(&plugin, &nothing, &[], 2_000).await);
    row("a call of the host", 0.20, host_call(&plugin, &nothing).await);
    for (tables, names, parts) in [(1_000, 4_000.0, 9_200.0), (10_000, 40_000.0, 92_000.0)] {
        let view = schema::tables(tables);
        let rule = |id| [setting(id, serde_json::json!({}))];
        let title = |what| format!("{tables} tables: {what} to the guest, a finding each back");
        row(&title("names"), names, per_call(&plugin, &view, &rule("well-behaved"), 1).await);
        row(&title("columns, constraints, indexes"), parts, per_call(&plugin, &view, &rule("every-column"), 1).await);
    }
    loads(wasm).await;
}

/// Opening a plugin, with `describe` in a throw-away instance, in a host that has not seen it.
async fn loads(wasm: &[u8]) {
    let native = host(None).precompile(wasm).expect("the guest compiles");
    let cache = tempfile::tempdir().expect("a temporary directory");
    let cached = cache.path().join("cache");
    let mut compiled = Vec::new();
    compiled.push(open(&host(Some(&cached)), wasm, None).await);
    let (mut bundled, mut found) = (Vec::new(), Vec::new());
    for _ in 0..51 {
        bundled.push(open(&host(None), wasm, Some(&native)).await);
        found.push(open(&host(Some(&cached)), wasm, None).await);
    }
    row("opening a bundled plugin (precompiled)", 200.0, median(bundled));
    row("opening a plugin from the cache", 200.0, median(found));
    row("opening a plugin for the first time (compiled)", 90_000.0, median(compiled));
}

async fn open(host: &Host, wasm: &[u8], native: Option<&[u8]>) -> Micros {
    let start = Instant::now();
    host.open("bench", wasm, native).await.expect("the guest opens");
    micros(start.elapsed())
}

fn host(cache: Option<&Path>) -> Host {
    let limits = Limits { memory_bytes: 256 << 20, result_bytes: 256 << 20, ..Limits::default() };
    Host::new(HostOptions { cache_dir: cache.map(Path::to_path_buf), limits }).expect("the runtime starts")
}

async fn linter(host: &Host, wasm: &[u8], native: Option<&[u8]>) -> Arc<dyn LintPlugin> {
    let plugin = host.open("bench", wasm, native).await.expect("the guest opens");
    plugin.lint(LintGrant::default()).await.expect("the guest lists its rules")
}

fn setting(id: &str, options: serde_json::Value) -> RuleSetting {
    RuleSetting { instance: id.to_owned(), id: id.to_owned(), options }
}

/// The median time of one call, in rounds of `calls`.
async fn per_call(plugin: &Arc<dyn LintPlugin>, view: &SchemaView, rules: &[RuleSetting], calls: u32) -> Micros {
    let mut rounds = Vec::new();
    for _ in 0..11 {
        let start = Instant::now();
        for _ in 0..calls {
            plugin.check_schema(view, rules).await.expect("the rule runs");
        }
        rounds.push(micros(start.elapsed()) / f64::from(calls));
    }
    median(rounds)
}

/// What one call of an import adds to a call of the plugin.
async fn host_call(plugin: &Arc<dyn LintPlugin>, view: &SchemaView) -> Micros {
    const CALLS: u32 = 100_000;
    let rule = |calls: u32| [setting("host-calls", serde_json::json!({ "calls": calls }))];
    let with = per_call(plugin, view, &rule(CALLS), 1).await;
    let without = per_call(plugin, view, &rule(0), 1).await;
    (with - without) / f64::from(CALLS)
}

fn micros(time: Duration) -> Micros {
    time.as_secs_f64() * 1e6
}

fn median(mut times: Vec<Micros>) -> Micros {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn row(what: &str, reference: Micros, measured: Micros) {
    let shown = |time: Micros| if time < 1_000.0 { format!("{time:.2} µs") } else { format!("{:.1} ms", time / 1e3) };
    println!("{what:<58} {:>12} {:>12} {:>6.2}×", shown(measured), shown(reference), measured / reference);
}
