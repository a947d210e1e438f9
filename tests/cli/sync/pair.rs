//! Two databases and a project that knows them.

use confiture_postgres::session::PgSession;
use confiture_tests::{
    cluster::database,
    program::{Ran, command, project, ran, run},
};
use std::{
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

const CONFIGURATION: &str = "
[environments.production]
database_url = \"${SOURCE}\"
protected = true

[environments.qa]
database_url = \"${TARGET}\"
";

/// The key of the profiles; nothing prints it.
const KEY: &str = "a-key-that-nobody-may-see-in-any-output";

/// A source, a target, and a directory with a configuration and the profile `qa`.
pub struct Pair {
    pub directory: TempDir,
    pub source_url: String,
    pub target_url: String,
    pub source: PgSession,
    pub target: PgSession,
}

impl Pair {
    /// With a source of this SQL, and an empty target.
    pub async fn new(sql: &[&str], rules: &str) -> Self {
        let (source_url, source) = database(sql).await;
        Self::of(source_url, source, rules).await
    }

    /// With a source that is there.
    pub async fn of(source_url: String, source: PgSession, rules: &str) -> Self {
        Self::between((source_url, source), database(&[]).await, rules)
    }

    /// Between two databases that are there.
    pub fn between(
        (source_url, source): (String, PgSession),
        (target_url, target): (String, PgSession),
        rules: &str,
    ) -> Self {
        let profile = format!("anonymization_profile: qa\nkey: ${{ANON_KEY}}\n{rules}");
        let directory = project(&[("confiture.toml", CONFIGURATION), ("anonymization/qa.yaml", &profile)]);
        Self { directory, source_url, target_url, source, target }
    }

    /// With a target that has the source's schema.
    pub async fn alike(schema: &[&str], rows: &[&str], rules: &str) -> Self {
        let pair = Self::new(&[schema, rows].concat(), rules).await;
        for statement in schema {
            pair.target
                .client()
                .batch_execute(statement)
                .await
                .unwrap_or_else(|error| panic!("{statement}: {error:?}"));
        }
        pair
    }

    fn variables(&self) -> [(&str, &str); 3] {
        [("SOURCE", &self.source_url), ("TARGET", &self.target_url), ("ANON_KEY", KEY)]
    }

    /// `confiture sync` with these arguments alone.
    pub fn bare(&self, arguments: &[&str]) -> Ran {
        let ran = run(self.directory.path(), &[&["sync"], arguments].concat(), &self.variables());
        assert!(!ran.stderr.contains(KEY) && !ran.stdout.contains(KEY), "the key is told:\n{}", ran.stderr);
        ran
    }

    /// From `production` to `qa`, with the profile `qa`.
    pub fn sync(&self, arguments: &[&str]) -> Ran {
        self.bare(&[&ENDS, arguments].concat())
    }

    /// The same, started.
    pub fn start(&self, arguments: &[&str]) -> Child {
        self.start_bare(&[&ENDS[..], arguments].concat())
    }

    /// `confiture sync worker` between the same databases, started.
    pub fn start_worker(&self) -> Child {
        self.start_bare(&[&["worker"], &ENDS[..]].concat())
    }

    fn start_bare(&self, arguments: &[&str]) -> Child {
        let mut command = command(self.directory.path(), &[&["sync"], arguments].concat(), &self.variables());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    }

    /// The first column of the first row in the target, as text.
    pub async fn value(&self, sql: &str) -> String {
        value(&self.target, sql).await
    }

    /// Runs statements in the target.
    pub async fn execute(&self, sql: &str) {
        self.target.client().batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// Waits until a query answers true in the target.
    pub async fn wait_until(&self, sql: &str) {
        for _ in 0..1_200 {
            if self.value(&format!("SELECT ({sql})::text")).await == "true" {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("this never came true: {sql}");
    }

    /// Everything that the target holds, without Confiture's own schema; none, said, without a pg_dump for it.
    pub fn dump(&self) -> Option<String> {
        let output = Command::new("pg_dump").args(["--exclude-schema=confiture", "-d", &self.target_url]).output();
        match output {
            Ok(output) if output.status.success() => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
            _ => {
                eprintln!("skipped: pg_dump is not installed, or older than the server");
                None
            }
        }
    }

    /// Fails where one of the source's values, as a query gives them, stands in the target's dump.
    pub async fn leaks_none_of(&self, sql: &str) {
        let Some(dump) = self.dump() else { return };
        let rows = self.source.client().query(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let values: Vec<String> = rows.iter().filter_map(|row| row.get::<_, Option<String>>(0)).collect();
        assert!(values.len() > 3, "{sql}: too few values");
        let left: Vec<&String> = values.iter().filter(|value| value.len() > 3 && dump.contains(&***value)).collect();
        assert!(left.is_empty(), "{} of {} values of {sql} are left: {left:?}", left.len(), values.len());
    }
}

/// What a started run ended with.
pub fn ended(child: Child) -> Ran {
    ran(child.wait_with_output().expect("it ends"))
}

/// Sends a signal to a run.
pub fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args(["-s", name, &child.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
}

pub async fn value(session: &PgSession, sql: &str) -> String {
    let rows = session.client().query(sql, &[]).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    rows.first().and_then(|row| row.get::<_, Option<String>>(0)).unwrap_or_default()
}

const ENDS: [&str; 6] = ["--source", "production", "--target", "qa", "--anonymization-profile", "qa"];
