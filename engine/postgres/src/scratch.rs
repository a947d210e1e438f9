//! A private PostgreSQL that lives as long as the process that asked for it.
//!
//! The server comes from the binaries installed on this machine, listens on a unix socket in a directory of its own, and
//! gives up durability for speed. A guard process, which is the server's parent, ends it and removes its directory as
//! soon as this process closes its end of a pipe: by [`Scratch::stop`], by dropping it, by exiting, or by being killed.
//! Should the guard be killed too, the next start sweeps up what is left.

pub(crate) mod binaries;
mod directory;
mod error;
mod guard;
mod leftover;
mod runner;
mod settings;

pub(crate) use binaries::SUPPORTED_TEXT;
pub use binaries::{SUPPORTED, ServerBinaries};
pub use error::ScratchError;

use crate::session::{PgSession, db_error};
use confiture_sql::quote::identifier;
use directory::{Base, Home};
use guard::{Guard, State};
use runner::Runner;
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio_postgres::NoTls;

/// The name of the superuser, as dumps expect it.
const USER: &str = "postgres";
/// Only a part of the socket's name: the server listens on no network.
const PORT: u16 = 5432;
/// After this long, a server that neither came up nor gave up is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What kind of scratch cluster is wanted; the default suits most.
#[derive(Clone, Debug, Default)]
pub struct ScratchOptions {
    /// The directory of `initdb` and `postgres`, instead of looking for one.
    pub binaries: Option<PathBuf>,
    /// Settings of `postgresql.conf` that are added to ours, and win over them.
    pub settings: Vec<(String, String)>,
    /// Where the cluster's directory is made, instead of `CONFITURE_SCRATCH_DIR`, `TMPDIR` or `/tmp`.
    pub directory: Option<PathBuf>,
}

/// A running scratch cluster. Dropping it ends the server and removes its files, which takes some hundredths of a second
/// in which the thread waits; asynchronous code should prefer [`Scratch::stop`].
#[derive(Debug)]
pub struct Scratch {
    guard: Guard,
    server_version: u32,
}

impl Scratch {
    /// Starts a cluster and waits until it answers. Sweeps up clusters whose owners died.
    ///
    /// # Errors
    /// [`ScratchError`] where there are no usable server binaries, or they do not come up: what they wrote.
    pub async fn start(options: ScratchOptions) -> Result<Self, ScratchError> {
        let mut guard = blocking(move || launch(&options)).await??;
        wait_until_ready(&mut guard).await?;
        let server_version = server_version(guard.directory()).await?;
        Ok(Self { guard, server_version })
    }

    /// A libpq URI of a database of this cluster: `postgresql://postgres@/name?host=/dir&port=5432`.
    pub fn url(&self, database: &str) -> String {
        let host = percent_encoded(&self.directory().to_string_lossy());
        format!("postgresql://{USER}@/{}?host={host}&port={PORT}", percent_encoded(database))
    }

    /// `server_version_num`: 150018 for 15.18.
    pub fn server_version(&self) -> u32 {
        self.server_version
    }

    /// Where the socket, the data and the server's log are.
    pub fn directory(&self) -> &Path {
        self.guard.directory()
    }

    /// Creates an empty database.
    ///
    /// # Errors
    /// [`ScratchError::Database`] with what PostgreSQL said.
    pub async fn create_database(&self, name: &str) -> Result<(), ScratchError> {
        let client = connect(self.directory(), USER).await?;
        let sql = format!("CREATE DATABASE {} TEMPLATE template0", identifier(name));
        client.batch_execute(&sql).await.map_err(|error| failure(&error))
    }

    /// Connects to a database of this cluster. The session's snapshots are those of a schema that is not in use.
    ///
    /// # Errors
    /// [`ScratchError::Database`] where there is no such database.
    pub async fn session(&self, database: &str) -> Result<PgSession, ScratchError> {
        Ok(PgSession::new(connect(self.directory(), database).await?))
    }

    /// Ends the server and waits until its directory is gone; where that takes more than two seconds, for its files are
    /// many, the guard goes on alone.
    pub async fn stop(self) {
        // The guard goes down in a thread where waiting harms nobody; that it may panic is no news for the caller.
        let _ = blocking(move || drop(self)).await;
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ScratchError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| ScratchError::Interrupted)
}

/// Everything up to the moment where the server is on its way.
fn launch(options: &ScratchOptions) -> Result<Guard, ScratchError> {
    let binaries = match &options.binaries {
        Some(directory) => ServerBinaries::at(directory)?,
        None => ServerBinaries::find(|name| std::env::var_os(name))?,
    };
    let runner = Runner::current()?;
    let base = Base::open(options.directory.as_deref(), &runner)?;
    base.sweep();
    let home = Home::create(&base, &runner)?;
    settings::write(&home, &options.settings)?;
    Guard::spawn(home, &binaries, &runner)
}

async fn wait_until_ready(guard: &mut Guard) -> Result<(), ScratchError> {
    let started = Instant::now();
    loop {
        match guard.state()? {
            State::Ready => return Ok(()),
            State::Starting if started.elapsed() < PATIENCE => tokio::time::sleep(Duration::from_millis(5)).await,
            State::Starting => return Err(ScratchError::Slow { seconds: PATIENCE.as_secs(), log: guard.log() }),
        }
    }
}

async fn server_version(directory: &Path) -> Result<u32, ScratchError> {
    let client = connect(directory, USER).await?;
    let sql = "SELECT pg_catalog.current_setting('server_version_num')::int4";
    let row = client.query_typed(sql, &[]).await.map_err(|error| failure(&error))?;
    let version: i32 = row.first().and_then(|row| row.try_get(0).ok()).unwrap_or_default();
    Ok(version.unsigned_abs())
}

async fn connect(directory: &Path, database: &str) -> Result<tokio_postgres::Client, ScratchError> {
    let mut config = tokio_postgres::Config::new();
    config.host_path(directory).port(PORT).user(USER).dbname(database).application_name("confiture");
    let (client, connection) = config.connect(NoTls).await.map_err(|error| failure(&error))?;
    // Ends with its client; how it ended is told to whoever waits for an answer.
    tokio::spawn(connection);
    Ok(client)
}

fn failure(error: &tokio_postgres::Error) -> ScratchError {
    match db_error(error) {
        Some(error) => ScratchError::Database(error),
        None => ScratchError::Connection(error.to_string()),
    }
}

/// As a URI wants it: everything but what is never special is written as `%XX`.
fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::percent_encoded;

    #[test]
    fn a_uri_keeps_paths_readable_and_escapes_the_rest() {
        assert_eq!(percent_encoded("/tmp/confiture-scratch-0/1-0"), "/tmp/confiture-scratch-0/1-0");
        assert_eq!(percent_encoded("a b?é"), "a%20b%3F%C3%A9");
    }
}
