//! Profiles against real databases, with the bundled strategies in the sandbox.

mod drafts;
mod prove;
mod runs;
mod types;

use confiture_engine::anonymize::{
    profile::{Profile, Profiles},
    resolve::{Request, Resolved, resolve},
};
use confiture_host::{Host, HostOptions, Limits, MaskGrant};
use confiture_model::{
    mask::AnonymizationPlugin,
    plugin::Capabilities,
    schema::{Parts, Snapshot},
    session::Session as _,
};
use confiture_postgres::session::PgSession;
use confiture_tests::{cluster::database, plugin_wasm, program::project};
use std::{sync::Arc, time::Duration};
use tokio::sync::OnceCell;

/// The bundled plugin with strategies; of the component that the first test loads.
async fn mask_core() -> Arc<dyn AnonymizationPlugin> {
    static PLUGIN: OnceCell<Arc<dyn AnonymizationPlugin>> = OnceCell::const_new();
    let load = async || {
        let limits = Limits {
            call_timeout: Duration::from_secs(60),
            describe_timeout: Duration::from_secs(60),
            ..Limits::default()
        };
        let host = Host::new(HostOptions { cache_dir: None, limits }).expect("a host");
        let opened = host.open("mask-core", &plugin_wasm("mask-core"), None).await.expect("the component loads");
        let capabilities = Capabilities { secrets: vec!["*".to_owned()], ..Capabilities::default() };
        opened.anonymizer(MaskGrant { capabilities, ..MaskGrant::default() }).await.expect("it has strategies")
    };
    Arc::clone(PLUGIN.get_or_init(load).await)
}

/// A secret that is set, whatever its name; but for `MISSING` and `EMPTY`.
fn variable(name: &str) -> Option<String> {
    match name {
        "MISSING" => None,
        "EMPTY" => Some(String::new()),
        name => Some(format!("the secret {name} of enough length")),
    }
}

/// A database, and a profile for it.
struct Site {
    session: PgSession,
    snapshot: Snapshot,
    /// The text behind the profile's name.
    profile: Profile,
}

impl Site {
    /// `rules` stands behind the profile's name and key.
    async fn new(sql: &[&str], rules: &str) -> Self {
        let (_, session) = database(sql).await;
        Self::of(session, &format!("anonymization_profile: p\nkey: ${{KEY}}\n{rules}")).await
    }

    /// A profile for a database that is there.
    async fn of(mut session: PgSession, profile: &str) -> Self {
        let snapshot = session.snapshot(Parts::ALL).await.expect("the schema");
        let directory = project(&[("anonymization/p.yaml", profile)]);
        let profiles = Profiles::discover(directory.path(), &variable).expect("profiles");
        let profile = profiles.load("p", None, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        Self { session, snapshot, profile }
    }

    /// The profile joined with the schema, or everything that is wrong with it.
    async fn resolve(&self) -> Result<Resolved, String> {
        let plugins = [mask_core().await];
        let request =
            Request { profile: &self.profile, snapshot: &self.snapshot, plugins: &plugins, env: &variable, held: &[] };
        resolve(request).await.map_err(|problems| problems.to_string())
    }

    async fn resolved(&self) -> Resolved {
        self.resolve().await.unwrap_or_else(|problems| panic!("{problems}"))
    }
}
