//! The locks of DDL, as each version of PostgreSQL was seen to take them: `engine/sql/locks.json`.
//!
//! The test runs every form on the server at hand and compares. With `CONFITURE_WRITE_EXPECTED=1` it writes what it sees
//! into the file; run it so with each version in `CONFITURE_PG_BIN`.

mod forms;

use crate::support::database;
use confiture_model::{
    migration::MigrationConnection as _,
    object::ObjectKind,
    rehearsal::{LockTaken, Observation},
};
use forms::{FORMS, Form, TABLES};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../sql/locks.json");

/// One form, as the file has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Row {
    sql: String,
    /// What the manual says: `t ACCESS EXCLUSIVE`.
    manual: Vec<String>,
    /// Why that is not what was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// What was seen, by versions: `13 14 15`.
    seen: BTreeMap<String, Vec<String>>,
}

impl Row {
    fn of_version(&self, version: &str) -> Option<&Vec<String>> {
        let names = |versions: &&String| versions.split(' ').any(|name| name == version);
        self.seen.iter().find(|(versions, _)| names(versions)).map(|(_, locks)| locks)
    }

    /// Puts in what one version does; versions that do the same stand together.
    fn put(&mut self, version: &str, locks: Vec<String>) {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (versions, seen) in &self.seen {
            all.extend(versions.split(' ').map(|name| (name.to_owned(), seen.clone())));
        }
        all.insert(version.to_owned(), locks);
        let mut groups: BTreeMap<&Vec<String>, Vec<&str>> = BTreeMap::new();
        for (version, locks) in &all {
            groups.entry(locks).or_default().push(version);
        }
        self.seen = groups.into_iter().map(|(locks, versions)| (versions.join(" "), locks.clone())).collect();
    }
}

#[tokio::test]
async fn ddl_takes_the_locks_that_are_in_the_table() {
    let text = std::fs::read_to_string(FILE).unwrap_or_else(|_| "[]".to_owned());
    let rows: Vec<Row> = serde_json::from_str(&text).expect("is JSON");
    let (version, seen) = observe().await;
    if std::env::var_os("CONFITURE_WRITE_EXPECTED").is_some() {
        std::fs::write(FILE, written(rows, &version, seen)).expect("is written");
        return;
    }
    for (form, locks) in seen {
        let row = rows.iter().find(|row| row.sql == form.sql).unwrap_or_else(|| panic!("{} is not there", form.sql));
        assert_eq!(row.of_version(&version), Some(&locks), "{}", form.sql);
    }
}

#[test]
fn every_deviation_from_the_manual_is_explained() {
    let rows: Vec<Row> = serde_json::from_str(&std::fs::read_to_string(FILE).expect("is there")).expect("is JSON");
    assert!(rows.len() >= 60 && rows.len() == FORMS.len());
    for (row, form) in rows.iter().zip(FORMS) {
        assert_eq!((row.sql.as_str(), row.why.as_deref()), (form.sql, form.why));
        assert_eq!(row.manual, form.manual);
        let deviates = row.seen.values().any(|locks| *locks != row.manual);
        assert_eq!(deviates, row.why.is_some(), "{}: {:?} and {:?}", row.sql, row.manual, row.seen);
        let versions: usize = row.seen.keys().map(|versions| versions.split(' ').count()).sum();
        assert_eq!(versions, (form.since..=18).count(), "{}: {:?}", row.sql, row.seen.keys());
    }
}

async fn observe() -> (String, Vec<(&'static Form, Vec<String>)>) {
    let database = database().await;
    database.client().await.batch_execute(TABLES).await.unwrap();
    let version: u32 = database.value("SHOW server_version_num").await.parse().unwrap();
    let major = version / 10_000;
    let mut connection = database.open().await;
    let mut all = Vec::new();
    for form in FORMS.iter().filter(|form| form.since <= major) {
        connection.watch().unwrap().start().await.unwrap();
        connection.begin(2000, 0).await.unwrap();
        connection.execute(form.sql).await.unwrap_or_else(|error| panic!("{}: {error}", form.sql));
        let seen = connection.watch().unwrap().observe().await.unwrap();
        connection.rollback().await.unwrap();
        all.push((form, locks(&seen)));
    }
    (major.to_string(), all)
}

/// Locks on relations that were there: those of an index only where they keep off somebody whom its table's does not.
fn locks(seen: &Observation) -> Vec<String> {
    let is_shown = |lock: &&LockTaken| {
        let table = lock.relation.parent.as_deref();
        let of_table =
            seen.locks.iter().filter(|other| other.relation.parent.is_none() && Some(&*other.relation.name) == table);
        !lock.own
            && lock.relation.kind != ObjectKind::Other
            && !of_table.clone().any(|other| lock.mode.is_covered_by(other.mode))
    };
    let mut all: Vec<String> =
        seen.locks.iter().filter(is_shown).map(|lock| format!("{} {}", lock.relation.name, lock.mode)).collect();
    all.sort();
    all
}

fn written(rows: Vec<Row>, version: &str, seen: Vec<(&'static Form, Vec<String>)>) -> String {
    let mut seen: BTreeMap<&str, Vec<String>> = seen.into_iter().map(|(form, locks)| (form.sql, locks)).collect();
    let row = |form: &Form| {
        let old = rows.iter().find(|row| row.sql == form.sql).map(|row| row.seen.clone()).unwrap_or_default();
        let manual = form.manual.iter().map(|lock| (*lock).to_owned()).collect();
        let mut row = Row { sql: form.sql.to_owned(), manual, why: form.why.map(str::to_owned), seen: old };
        if let Some(locks) = seen.remove(form.sql) {
            row.put(version, locks);
        }
        row
    };
    let lines: Vec<String> =
        FORMS.iter().map(row).map(|row| serde_json::to_string(&row).expect("is written")).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}
