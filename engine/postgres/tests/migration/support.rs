//! A server for all tests of this binary, with a database for each.

use confiture_model::{
    migration::{Event, LedgerEntry, MigrationConnection as _, Progress},
    session::SessionError,
};
use confiture_postgres::{
    connect::{ConnectOptions, Environment, connect},
    migration::{PgMigrationConnection, PgMigrationConnector},
    scratch::{Scratch, ScratchOptions},
};
use std::{
    ffi::OsString,
    os::unix::{fs::MetadataExt as _, process::CommandExt as _},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};
use tokio::sync::OnceCell;
use tokio_postgres::Client;

/// A run's identifier.
pub const RUN: &str = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff";
/// Whoever runs the tests, to the ledger.
pub const CLIENT: &str = "ada@läptop";

/// No variables of the machine that the tests run on.
struct Nothing;

impl Environment for Nothing {
    fn variable(&self, _name: &str) -> Option<OsString> {
        None
    }
    fn home(&self) -> Option<PathBuf> {
        None
    }
    fn user_name(&self) -> Option<String> {
        None
    }
}

/// One database of the server.
pub struct Database {
    scratch: &'static Scratch,
    pub name: String,
}

/// A new, empty database of the server that all tests share.
pub async fn database() -> Database {
    static SERVER: OnceCell<Scratch> = OnceCell::const_new();
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let settings = [("max_connections", "200")].map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let start = || async { Scratch::start(ScratchOptions { settings, ..ScratchOptions::default() }).await.unwrap() };
    let scratch = SERVER.get_or_init(start).await;
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    scratch.create_database(&name).await.unwrap();
    Database { scratch, name }
}

impl Database {
    pub fn url(&self) -> String {
        self.scratch.url(&self.name)
    }

    pub fn connector(&self) -> PgMigrationConnector {
        connector(&self.url())
    }

    /// The connector of another role.
    pub fn connector_as(&self, role: &str) -> PgMigrationConnector {
        PgMigrationConnector::new(options(&self.url()).with_user(role), CLIENT)
    }

    pub async fn open(&self) -> PgMigrationConnection {
        self.connector().open().await.unwrap()
    }

    /// A connection with a ledger.
    pub async fn ready(&self) -> PgMigrationConnection {
        let mut connection = self.open().await;
        connection.prepare().await.unwrap();
        connection
    }

    /// A connection beside ours, as anybody has it.
    pub async fn client(&self) -> Client {
        client(&self.url()).await
    }

    /// The only column of the only row of a query.
    pub async fn value(&self, sql: &str) -> String {
        value(&self.client().await, sql).await
    }
}

pub fn options(url: &str) -> ConnectOptions {
    ConnectOptions::from_url(url, &Nothing).unwrap()
}

pub fn connector(url: &str) -> PgMigrationConnector {
    PgMigrationConnector::new(options(url), CLIENT)
}

pub async fn client(url: &str) -> Client {
    connect(&options(url)).await.unwrap().client
}

/// The only column of the only row of a query, in PostgreSQL's text form.
pub async fn value(client: &Client, sql: &str) -> String {
    let messages = client.simple_query(sql).await.unwrap();
    let row = messages.iter().find_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("NULL").to_owned()),
        _ => None,
    });
    row.unwrap_or_else(|| panic!("no row: {sql}"))
}

/// An applied migration, as a run records it.
pub fn entry(version: &str) -> LedgerEntry {
    LedgerEntry {
        version: version.to_owned(),
        name: "add_é'\\x".to_owned(),
        checksum: "c0ffee".to_owned(),
        progress: Progress::Applied,
        applied_at: String::new(),
        applied_by: String::new(),
        duration_ms: 12,
        snapshot: None,
        origin: "run".to_owned(),
    }
}

pub fn event(kind: &str, version: &str) -> Event {
    Event {
        kind: kind.to_owned(),
        version: Some(version.to_owned()),
        name: Some("add_x".to_owned()),
        run: RUN.to_owned(),
        duration_ms: Some(12),
        details: serde_json::json!({"statements": 3, "note": "it's \"é\"\u{0}"}),
    }
}

/// The versions that the ledger has, in order.
pub async fn versions(connection: &mut PgMigrationConnection) -> Vec<String> {
    let mut versions: Vec<String> =
        connection.entries().await.unwrap().into_iter().map(|entry| entry.version).collect();
    versions.sort();
    versions
}

/// A server of its own for a test that ends it, or that needs it set up otherwise.
pub async fn own_server(settings: &[(&str, &str)]) -> Scratch {
    let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Scratch::start(ScratchOptions { settings, ..ScratchOptions::default() }).await.unwrap()
}

/// A program that runs as the server's user, whom root is not.
pub fn as_server_user(scratch: &Scratch, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let owner = std::fs::metadata(scratch.directory().join("data")).unwrap();
    let mut command = Command::new(program);
    command.uid(owner.uid()).gid(owner.gid()).current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// A directory that the server's user owns.
pub fn directory_of_server_user(scratch: &Scratch) -> tempfile::TempDir {
    let owner = std::fs::metadata(scratch.directory().join("data")).unwrap();
    let directory = tempfile::Builder::new().prefix("cft").tempdir_in("/tmp").unwrap();
    std::os::unix::fs::chown(directory.path(), Some(owner.uid()), Some(owner.gid())).unwrap();
    directory
}

/// A process that ends with the test.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a refused connection says.
pub fn reason<T: std::fmt::Debug>(result: Result<T, SessionError>) -> String {
    match result {
        Err(SessionError::Connection(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}

/// The SQLSTATE of a failure.
pub fn sqlstate<T: std::fmt::Debug>(result: Result<T, SessionError>) -> String {
    match result {
        Err(SessionError::Database(error)) => error.sqlstate,
        other => panic!("not an error of PostgreSQL: {other:?}"),
    }
}

/// Asks again and again until it is so.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    for _ in 0..6000 {
        if holds().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{what}: did not happen");
}
