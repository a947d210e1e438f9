//! Servers of a test's own: one that may be ended, filled up, followed or stood in front of.

use super::site::{Site, at};
use confiture_postgres::scratch::{Scratch, ScratchOptions, ServerBinaries};
use std::{
    ffi::OsStr,
    os::unix::{fs::MetadataExt as _, process::CommandExt as _},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// A server with database `app`.
pub async fn own_server(settings: &[(&str, &str)]) -> Scratch {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let server = Scratch::start(ScratchOptions { settings, ..ScratchOptions::default() }).await.expect("starts");
    server.create_database("app").await.expect("can be created");
    server
}

/// A project on that database.
pub async fn site_on(server: &Scratch, migrations: &[(&str, &str)]) -> Site {
    let session = server.session("app").await.expect("connects");
    at(migrations, server.url("app"), session)
}

/// The same database by another way: whatever listens in this directory.
pub fn through(directory: &Path, port: u16) -> String {
    format!("host={} port={port} user=postgres dbname=app", directory.display())
}

/// Another program of the server, beside its binaries.
pub fn server_program(name: &str) -> Option<std::path::PathBuf> {
    let binaries = ServerBinaries::find(|name| std::env::var_os(name)).expect("are there");
    let path = binaries.directory().join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: there is no {name} beside the server's binaries");
    None
}

/// A program that runs as the server's user, whom root is not.
pub fn as_server_user(server: &Scratch, program: impl AsRef<OsStr>) -> Command {
    let owner = std::fs::metadata(server.directory().join("data")).expect("is there");
    let mut command = Command::new(program);
    command.uid(owner.uid()).gid(owner.gid()).current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A process that ends with the test.
pub struct Process(Child);

impl Process {
    /// Starts it.
    pub fn start(command: &mut Command) -> Self {
        Self(command.spawn().expect("starts"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Asks it to end, so that it takes its own processes with it.
        let _ = Command::new("kill").args(["-s", "INT", &self.0.id().to_string()]).status();
        let _ = self.0.wait();
    }
}

/// Waits until a run on this database says this, and answers what it said.
pub fn until_status(site: &Site, url: &str, code: i32) -> confiture_tests::program::Ran {
    for _ in 0..600 {
        let ran =
            confiture_tests::program::confiture(site.directory.path(), &["migrate", "status", "--database-url", url]);
        if ran.code == code {
            return ran;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{url} never answered");
}
