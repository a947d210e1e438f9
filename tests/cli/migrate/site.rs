//! A project with migrations and a database of its own.

use confiture_postgres::session::PgSession;
use confiture_tests::{
    cluster::database,
    program::{Ran, command, project, ran, run, write},
};
use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

/// A project and its database.
pub struct Site {
    pub directory: TempDir,
    pub url: String,
    pub session: PgSession,
}

/// A project whose migrations are these files, and an empty database.
pub async fn site(migrations: &[(&str, &str)]) -> Site {
    let (url, session) = database(&[]).await;
    at(migrations, url, session)
}

/// The same with a database that is there.
pub fn at(migrations: &[(&str, &str)], url: String, session: PgSession) -> Site {
    let site = Site { directory: project(&[]), url, session };
    std::fs::create_dir(site.directory.path().join("migrations")).expect("a directory");
    for (name, text) in migrations {
        site.write(name, text);
    }
    site
}

impl Site {
    /// Writes a migration's file.
    pub fn write(&self, name: &str, text: &str) {
        write(self.directory.path(), &format!("migrations/{name}"), text.as_bytes());
    }

    /// Runs `confiture migrate`.
    pub fn migrate(&self, arguments: &[&str]) -> Ran {
        run(self.directory.path(), &[&["migrate"], arguments].concat(), &[("DATABASE_URL", &self.url)])
    }

    /// Starts `confiture migrate`.
    pub fn start(&self, arguments: &[&str]) -> Running {
        let mut command =
            command(self.directory.path(), &[&["migrate"], arguments].concat(), &[("DATABASE_URL", &self.url)]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let stderr = BufReader::new(child.stderr.take().expect("is piped"));
        Running { child, stderr, said: String::new() }
    }

    /// The first column of a query's first row, as text.
    pub async fn value(&self, sql: &str) -> String {
        let rows = self.session.client().query(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        rows.first().map(|row| row.get::<_, String>(0)).unwrap_or_default()
    }

    /// Runs statements.
    pub async fn execute(&self, sql: &str) {
        self.session.client().batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// The tables outside the ledger.
    pub async fn tables(&self) -> String {
        let sql = "SELECT coalesce(string_agg(relname, ' ' ORDER BY relname), '') FROM pg_class
                   WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
        self.value(sql).await
    }

    /// What the ledger says is applied, or under way.
    pub async fn ledger(&self) -> String {
        if self.value("SELECT coalesce(to_regclass('confiture.migration')::text, '')").await.is_empty() {
            return String::new();
        }
        self.value("SELECT coalesce(string_agg(version, ' ' ORDER BY version), '') FROM confiture.migration").await
    }

    /// Waits until a query answers `t`.
    pub async fn wait_until(&self, sql: &str) {
        for _ in 0..1_200 {
            if self.value(&format!("SELECT ({sql})::text")).await == "true" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("this never came true: {sql}");
    }

    /// Waits until another session of this database runs a statement that holds `word`.
    pub async fn wait_for_statement(&self, word: &str) {
        self.wait_until(&running(word)).await;
    }

    /// Waits until no session of this database runs such a statement any more.
    pub async fn wait_for_end_of(&self, word: &str) {
        self.wait_until(&format!("NOT ({})", running(word))).await;
    }
}

fn running(word: &str) -> String {
    format!(
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
         AND state = 'active' AND query LIKE '%{word}%'"
    )
}

/// A program that was started.
pub struct Running {
    child: Child,
    stderr: BufReader<std::process::ChildStderr>,
    said: String,
}

impl Running {
    /// Waits until it said this; false where it ended before.
    pub fn wait_for(&mut self, word: &str) -> bool {
        while !self.said.contains(word) {
            let before = self.said.len();
            if self.stderr.read_line(&mut self.said).expect("reads") == 0 || self.said.len() == before {
                return false;
            }
        }
        true
    }

    /// Sends it a signal, such as `KILL`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Waits for its end.
    pub fn end(mut self) -> Ran {
        self.stderr.read_to_string(&mut self.said).expect("reads");
        let ended = ran(self.child.wait_with_output().expect("ends"));
        Ran { stderr: self.said, ..ended }
    }
}
