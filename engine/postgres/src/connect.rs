//! Connections as libpq makes them: URIs, `key=value` pairs, `PG*` variables, service files, `.pgpass`, several hosts,
//! and TLS up to `verify-full`.
//!
//! ```no_run
//! # async fn example() -> Result<(), confiture_postgres::connect::ConnectError> {
//! use confiture_postgres::connect::{ConnectOptions, ProcessEnvironment, connect};
//! let options = ConnectOptions::from_url("postgresql://ada@db.example.org/app?sslmode=verify-full", &ProcessEnvironment)?;
//! let connection = connect(&options).await?;
//! assert!(connection.server_version >= 130_000);
//! # Ok(()) }
//! ```

mod attempt;
mod cancel;
mod conninfo;
mod diagnosis;
mod environment;
mod error;
pub(crate) mod hosts;
pub(crate) mod lookup;
mod options;
mod parameters;
mod pgpass;
mod secret;
mod service;
mod session;
#[cfg(all(test, unix))]
mod tests;
pub(crate) mod tls;
mod uri;

pub use cancel::Canceller;
pub use environment::{Environment, ProcessEnvironment};
pub use error::{Attempt, ConnectError, Failed, Reason};
pub use options::ConnectOptions;

use options::SessionAttributes;
use std::io;

/// The oldest server that is supported, as `server_version_num` has it.
pub const OLDEST_SERVER: u32 = 130_000;

/// A connection that is open. It closes when the client is dropped.
#[derive(Debug)]
pub struct Connection {
    /// What sends statements.
    pub client: tokio_postgres::Client,
    /// `server_version_num`: 150013 for 15.13.
    pub server_version: u32,
    /// The place that answered: `host db.example.org (10.0.0.4), port 5432`.
    pub place: String,
    canceller: Canceller,
}

impl Connection {
    /// What stops a running statement from elsewhere.
    pub fn canceller(&self) -> Canceller {
        self.canceller.clone()
    }

    /// Asks the server to stop the statement that runs on this connection, if one does.
    ///
    /// # Errors
    /// The server could not be reached a second time; the statement may still run.
    pub async fn cancel(&self) -> Result<(), io::Error> {
        self.canceller.cancel().await
    }
}

/// Connects to the first place that will have us.
///
/// As libpq: the next host is tried where one cannot be reached, is starting or stopping, or is not of the kind that
/// `target_session_attrs` asks for; a server that refuses us ends the search.
///
/// # Errors
/// [`ConnectError::Failed`] with every attempt.
pub async fn connect(options: &ConnectOptions) -> Result<Connection, ConnectError> {
    let mut attempts = Vec::new();
    let passes: &[SessionAttributes] = match options.wanted {
        SessionAttributes::PreferStandby => &[SessionAttributes::Standby, SessionAttributes::Any],
        ref wanted => std::slice::from_ref(wanted),
    };
    for wanted in passes {
        for place in lookup::order(options) {
            let spots = match lookup::spots(&place, options.shuffled).await {
                Ok(spots) => spots,
                Err(attempt) => {
                    attempts.push(attempt);
                    continue;
                }
            };
            for spot in spots {
                match attempt::connect_to(options, &place, &spot, *wanted).await {
                    Ok(connection) => return Ok(connection),
                    Err(attempt) => {
                        let last = diagnosis::ends_the_search(&attempt.reason);
                        attempts.push(attempt);
                        if last {
                            return Err(failed(options, attempts));
                        }
                    }
                }
            }
        }
    }
    Err(failed(options, attempts))
}

fn failed(options: &ConnectOptions, attempts: Vec<Attempt>) -> ConnectError {
    ConnectError::Failed(Failed {
        database: options.database.clone(),
        user: options.user.clone(),
        attempts,
        warnings: options.warnings(),
    })
}
