//! One scratch PostgreSQL for all tests of a binary that need a database of their own.

use confiture_model::session::Session;
use confiture_postgres::{
    scratch::{Scratch, ScratchOptions},
    session::PgSession,
};
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

/// The cluster. It ends with the test binary: its guard sees the pipe close.
pub async fn cluster() -> &'static Scratch {
    static CLUSTER: OnceCell<Scratch> = OnceCell::const_new();
    CLUSTER.get_or_init(async || Scratch::start(ScratchOptions::default()).await.expect("a scratch cluster")).await
}

/// A fresh database of the cluster: its URL, and a session of a superuser on it.
pub async fn database(sql: &[&str]) -> (String, PgSession) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let cluster = cluster().await;
    cluster.create_database(&name).await.expect("a database");
    let mut session = cluster.session(&name).await.expect("a session");
    for statement in sql {
        session.execute(statement).await.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
    (cluster.url(&name), session)
}

/// The server's major version: 15.
pub async fn major_version() -> u32 {
    cluster().await.server_version() / 10_000
}

/// Whether the server has what a test's input needs; where it has not, the test says that it skips.
pub async fn has_version(least: u32, what: &str) -> bool {
    let has_it = major_version().await >= least;
    if !has_it {
        eprintln!("skipped: {what} needs PostgreSQL {least}");
    }
    has_it
}
