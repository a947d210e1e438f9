//! `confiture scratch`.

use crate::{exit::Exit, failure::Failure, output, source::start_scratch};
use clap::Args;
use confiture_postgres::scratch;
use std::ffi::OsString;

/// Start a PostgreSQL that is thrown away, for one command or until Ctrl-C
///
/// It comes from the server binaries installed here, listens on a unix socket only, and is gone with everything in it
/// when the command ends. DATABASE_URL, and PGHOST and the like for psql, lead the command to an empty database.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture scratch -- confiture migrate up\n  confiture scratch -- sh -c 'psql -f schema.sql \
                        && npm test'\n  confiture scratch              prints the URL of the database, and waits"
)]
pub struct Scratch {
    /// The command, whose exit code becomes ours; without one, the URL is printed
    #[arg(value_name = "COMMAND", last = true)]
    command: Vec<OsString>,
}

/// The name of the database.
const DATABASE: &str = "scratch";

impl Scratch {
    /// Starts the server, runs the command, ends the server.
    pub async fn run(self) -> Result<Exit, Failure> {
        let server = start_scratch().await?;
        server.create_database(DATABASE).await.map_err(Failure::with(Exit::Database))?;
        let ended = match self.command.split_first() {
            None => wait(&server).await,
            Some((program, arguments)) => run(&server, program, arguments).await,
        };
        server.stop().await;
        ended
    }
}

/// Says where the database is; whoever interrupts us ends it.
async fn wait(server: &scratch::Scratch) -> Result<Exit, Failure> {
    output::print(&format!("{}\n", server.url(DATABASE)))?;
    output::say("a scratch PostgreSQL is running; Ctrl-C ends it");
    std::future::pending().await
}

async fn run(server: &scratch::Scratch, program: &OsString, arguments: &[OsString]) -> Result<Exit, Failure> {
    let mut command = tokio::process::Command::new(program);
    command
        .args(arguments)
        .env("DATABASE_URL", server.url(DATABASE))
        .env("PGHOST", server.directory())
        .env("PGPORT", "5432")
        .env("PGUSER", "postgres")
        .env("PGDATABASE", DATABASE)
        .kill_on_drop(true);
    for other in ["PGHOSTADDR", "PGSERVICE", "PGPASSWORD", "PGSSLMODE", "PGOPTIONS", "PGTARGETSESSIONATTRS"] {
        command.env_remove(other);
    }
    let shown = program.to_string_lossy();
    let status = command.status().await;
    let status = status.map_err(|error| Failure::new(Exit::Usage, format!("`{shown}` could not be run: {error}")))?;
    match status.code() {
        Some(code) => Ok(Exit::Program(u8::try_from(code).unwrap_or(1))),
        None => Err(Failure::new(Exit::Failed, format!("`{shown}` was ended by a signal ({status})"))),
    }
}
