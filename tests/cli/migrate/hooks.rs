//! Hooks around migrations: the real program, the bundled plugin, and one that misbehaves, on a real server.

mod faults;
mod killed;
mod newer_server;
mod own;
mod paper;
mod reading;
mod refused;
mod stages;

use super::site::{Site, site};
use confiture_tests::{plugin_wasm, program::write};

/// A project with the guest that does what its hooks' option `text` says, with all that it asks for.
async fn misbehaving(migrations: &[(&str, &str)]) -> Site {
    let site = site(migrations).await;
    guest(&site);
    site
}

/// Gives a project that guest.
fn guest(site: &Site) {
    let root = site.directory.path();
    std::fs::create_dir_all(root.join("backups")).expect("a directory");
    write(root, "hooking.wasm", &plugin_wasm("hooking"));
    configure(
        site,
        "[directories]\nbackups = \"backups\"\n[plugins.hooking]\nsource = \"hooking.wasm\"\n\
         grant = { database = \"write\", directories = { backups = \"write\" }, backup = true }\n",
    );
}

fn configure(site: &Site, configuration: &str) {
    write(site.directory.path(), "confiture.toml", configuration.as_bytes());
}

/// A migration that makes table `made`, with these hooks.
fn making(hooks: &str) -> String {
    format!(
        "migration:\n  name: 001_made\n  ddl: CREATE TABLE made (id int PRIMARY KEY)\n  rollback:\n    ddl: DROP TABLE made\n  \
         hooks:\n{hooks}"
    )
}

/// One hook in a phase, with more of its lines.
fn hook(phase: &str, kind: &str, more: &str) -> String {
    format!("    {phase}:\n      - type: {kind}\n{more}")
}
