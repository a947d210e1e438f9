//! A database with migrations, rehearsed and run without the program around it.

use confiture_engine::migrate::{
    files::{Files, discover},
    hooks::Hooks,
    plan::{Undo, UpRequest},
    rehearse::{Rehearsal, RehearsalOptions, Request, rehearse},
    run::{Moment, Observer, Pace, RunError, RunOptions, RunReport, Surroundings, down, up},
};
use confiture_model::{BoxFuture, migration::MigrationConnection as _, schema::Snapshot, session::Session as _};
use confiture_postgres::{
    connect::{ConnectOptions, Environment},
    migration::PgMigrationConnector,
    session::PgSession,
};
use confiture_tests::{cluster::database, skipped};
use std::{ffi::OsString, path::PathBuf, process::Command, time::Duration};

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

struct Clock;

impl Pace for Clock {
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
    fn interrupted(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }
}

struct Silent;

impl Observer for Silent {
    fn observe(&mut self, _: &Moment<'_>) {}
}

pub struct Site {
    pub url: String,
    pub session: PgSession,
    connector: PgMigrationConnector,
    pub directory: tempfile::TempDir,
}

/// A database after these statements, and migrations.
pub async fn site(statements: &[&str], migrations: &[(&str, &str)]) -> Site {
    let (url, session) = database(statements).await;
    let options = ConnectOptions::from_url(&url, &Nothing).expect("a url");
    let connector = PgMigrationConnector::new(options, "tests@here");
    let site = Site { url, session, connector, directory: tempfile::TempDir::new().expect("a directory") };
    for (name, text) in migrations {
        site.write(name, text);
    }
    site
}

impl Site {
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.directory.path().join(name), text).expect("is written");
    }

    pub fn files(&self) -> Files {
        discover(self.directory.path(), "migrations").unwrap_or_else(|errors| panic!("{errors:?}"))
    }

    pub async fn rehearse(&self, options: &RehearsalOptions) -> Rehearsal {
        self.rehearse_files(&self.files(), Request::Up(&request()), options).await
    }

    pub async fn rehearse_files(&self, files: &Files, request: Request<'_>, options: &RehearsalOptions) -> Rehearsal {
        self.start(files, request, options).await
    }

    /// The same, for a test that does something else with the site meanwhile.
    pub fn start<'t>(
        &self,
        files: &'t Files,
        request: Request<'t>,
        options: &'t RehearsalOptions,
    ) -> impl Future<Output = Rehearsal> + use<'t> {
        let connector = self.connector.clone();
        async move {
            let run = RunOptions { lock_wait: Duration::from_secs(1), ..RunOptions::default() };
            let surroundings = Surroundings {
                connector: &connector,
                files,
                hooks: &Hooks::none(),
                options: &run,
                pace: &Clock,
                observer: &mut Silent,
            };
            rehearse(surroundings, request, options).await
        }
    }

    pub async fn up(&self, files: &Files, request: &UpRequest) -> Result<RunReport, RunError> {
        let run = RunOptions::default();
        let surroundings = Surroundings {
            connector: &self.connector,
            files,
            hooks: &Hooks::none(),
            options: &run,
            pace: &Clock,
            observer: &mut Silent,
        };
        up(surroundings, request).await
    }

    pub async fn down(&self, undo: &Undo) -> Result<RunReport, RunError> {
        let (run, files) = (RunOptions::default(), self.files());
        let surroundings = Surroundings {
            connector: &self.connector,
            files: &files,
            hooks: &Hooks::none(),
            options: &run,
            pace: &Clock,
            observer: &mut Silent,
        };
        down(surroundings, undo, 2_000).await
    }

    pub async fn snapshot(&self) -> Snapshot {
        self.connector.open().await.expect("connects").current_snapshot().await.expect("is read")
    }

    pub async fn sql(&mut self, sql: &str) {
        self.session.execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Everything that is in the database, without pg_dump's own random lines; none, said, without a pg_dump for it.
    pub fn dump(&self, arguments: &[&str]) -> Option<String> {
        let Ok(output) = Command::new("pg_dump").args(arguments).args(["-d", &self.url]).output() else {
            skipped("pg_dump is not installed");
            return None;
        };
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        if errors.contains("server version mismatch") {
            skipped("pg_dump is older than the server");
            return None;
        }
        assert!(output.status.success(), "{errors}");
        let text = String::from_utf8(output.stdout).expect("is UTF-8");
        Some(text.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n"))
    }
}

pub fn request() -> UpRequest {
    UpRequest { lock_timeout_ms: 2_000, ..UpRequest::default() }
}
