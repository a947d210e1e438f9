//! Components made by hand, so that no guest toolchain is needed: how each is loaded, described, granted and run.

mod caching;
mod describing;
mod granting;
mod guest;
mod linting;
mod loading;
mod memory;
mod wasi;

use confiture_host::{Host, HostOptions, Limits, LintGrant, Plugin};
use confiture_model::{
    fault::Fault,
    plugin::{LintPlugin, SchemaView},
    rule::RuleSetting,
    schema::Snapshot,
};
use std::{future::Future, sync::Arc, time::Duration};

/// Bounds that a busy machine keeps, and that a test may still wait for.
fn limits() -> Limits {
    Limits {
        call_timeout: Duration::from_secs(60),
        describe_timeout: Duration::from_secs(60),
        memory_bytes: 1 << 20,
        ..Limits::default()
    }
}

fn host() -> Host {
    host_with(limits())
}

fn host_with(limits: Limits) -> Host {
    Host::new(HostOptions { cache_dir: None, limits }).unwrap()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(work)
}

async fn opened(host: &Host, wasm: &[u8]) -> Result<Plugin, Fault> {
    host.open("rules", wasm, None).await
}

/// A plugin that lints with nothing granted.
async fn linter(host: &Host, wasm: &[u8]) -> Result<Arc<dyn LintPlugin>, Fault> {
    opened(host, wasm).await?.lint(LintGrant::default()).await
}

fn setting(instance: &str) -> RuleSetting {
    RuleSetting { instance: instance.to_owned(), id: "some-rule".to_owned(), options: serde_json::json!({}) }
}

fn view(snapshot: Snapshot) -> SchemaView {
    SchemaView { snapshot: Arc::new(snapshot), environment: "test".to_owned(), masked_columns: Default::default() }
}
