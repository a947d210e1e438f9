//! Backups with the real programs, on a real server.
#![cfg(unix)]
#![allow(clippy::print_stderr, reason = "a test that skips says so")]

use confiture_model::backup::{BackupTool as _, Compression};
use confiture_postgres::{
    backup::{PgBackupTool, Programs},
    connect::{ConnectOptions, ProcessEnvironment, connect},
    scratch::{Scratch, ScratchOptions},
};
use std::{
    fs::File,
    path::{Path, PathBuf},
    time::Duration,
};
use tokio_postgres::Client;

struct Place {
    scratch: Scratch,
    options: ConnectOptions,
    directory: tempfile::TempDir,
}

/// A server with two tables; none where its version has no `pg_dump` beside it.
async fn place() -> Option<(Place, PgBackupTool, Client)> {
    let scratch = Scratch::start(ScratchOptions::default()).await.unwrap();
    let options = ConnectOptions::from_url(&scratch.url("postgres"), &ProcessEnvironment).unwrap();
    let client = connect(&options).await.unwrap().client;
    let setup = "CREATE TABLE orders (id int PRIMARY KEY, note text);
        INSERT INTO orders SELECT i, repeat('x', 100) FROM generate_series(1, 1000) i;
        CREATE SCHEMA \"Shop\"; CREATE TABLE \"Shop\".\"Line items\" AS SELECT 1 AS a";
    client.batch_execute(setup).await.unwrap();
    let tool = PgBackupTool::new(options.clone(), Programs::new(|name| std::env::var_os(name)));
    if let Err(why) = tool.check().await {
        eprintln!("skipped: {why}");
        return None;
    }
    Some((Place { scratch, options, directory: tempfile::tempdir().unwrap() }, tool, client))
}

fn archive(place: &Place) -> PathBuf {
    place.directory.path().join("archive")
}

fn create(path: &Path) -> Box<File> {
    Box::new(File::create(path).unwrap())
}

fn open(path: &Path) -> Box<File> {
    Box::new(File::open(path).unwrap())
}

async fn count(client: &Client) -> i64 {
    client.query_one("SELECT count(*) FROM orders", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn what_was_dumped_is_listed_and_restored() {
    let Some((place, tool, client)) = place().await else { return };
    let path = archive(&place);
    for compression in [Compression::None, Compression::Gzip] {
        tool.dump(&[], compression, create(&path)).await.unwrap();
        assert!(std::fs::read(&path).unwrap().starts_with(b"PGDMP"));
    }
    let listed = tool.list(open(&path)).await.unwrap();
    let names: Vec<&str> = listed.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["Shop.Line items", "public.orders"]);
    let orders: Vec<_> = listed.into_iter().filter(|table| table.name == "public.orders").collect();
    // Rows that are there already: nothing is changed, and none is quoted.
    client.batch_execute("DELETE FROM orders WHERE id > 10").await.unwrap();
    let failed = tool.restore(&orders, open(&path)).await.unwrap_err().to_string();
    assert!(failed.contains("duplicate key") && !failed.contains("(id)="), "{failed}");
    assert_eq!(count(&client).await, 10);
    client.batch_execute("TRUNCATE orders").await.unwrap();
    tool.restore(&orders, open(&path)).await.unwrap();
    assert_eq!(count(&client).await, 1000);
    drop(place.scratch);
}

#[tokio::test]
async fn named_tables_are_dumped_alone() {
    let Some((place, tool, _)) = place().await else { return };
    let path = archive(&place);
    tool.dump(&["Shop.Line items".to_owned()], Compression::None, create(&path)).await.unwrap();
    let listed = tool.list(open(&path)).await.unwrap();
    assert_eq!(listed.iter().map(|table| table.name.as_str()).collect::<Vec<_>>(), ["Shop.Line items"]);
    let missing = tool.dump(&["nothing.like_it".to_owned()], Compression::None, create(&path)).await;
    assert!(missing.unwrap_err().to_string().contains("no matching tables"));
}

#[tokio::test]
async fn what_is_no_whole_archive_is_not_taken_for_one() {
    let Some((place, tool, _)) = place().await else { return };
    let path = archive(&place);
    tool.dump(&[], Compression::None, create(&path)).await.unwrap();
    let whole = std::fs::read(&path).unwrap();
    for broken in [&b"nothing"[..], &whole[..100]] {
        std::fs::write(&path, broken).unwrap();
        assert!(tool.list(open(&path)).await.is_err());
    }
}

#[tokio::test]
async fn a_dump_that_nobody_waits_for_ends() {
    let Some((place, tool, client)) = place().await else { return };
    client.batch_execute("BEGIN; LOCK TABLE orders").await.unwrap();
    let path = archive(&place);
    let dump = tool.dump(&[], Compression::None, create(&path));
    assert!(tokio::time::timeout(Duration::from_secs(2), dump).await.is_err());
    client.batch_execute("ROLLBACK").await.unwrap();
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
    for _ in 0..600 {
        if client.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("pg_dump is still connected to {}", place.options);
}

#[tokio::test]
async fn no_password_stands_in_the_arguments_and_no_variable_of_ours_is_followed() {
    use std::os::unix::fs::PermissionsExt as _;
    let Some((place, _, _)) = place().await else { return };
    let fake = place.directory.path().join("pg_dump");
    let script = "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'pg_dump (PostgreSQL) 99.0'; exit; fi\n\
                  echo \"args $*\"\nenv | grep ^PG | sort\n";
    std::fs::write(&fake, script).unwrap();
    std::fs::set_permissions(&fake, std::fs::Permissions::from_mode(0o755)).unwrap();
    let options = place.options.clone().with_password("secret'word");
    let tool = PgBackupTool::new(options, Programs::at(vec![place.directory.path().to_owned()]));
    let path = archive(&place);
    tool.dump(&[], Compression::Gzip, create(&path)).await.unwrap();
    let said = std::fs::read_to_string(&path).unwrap();
    let (arguments, variables) = said.split_once('\n').unwrap();
    assert!(arguments.starts_with("args --format=custom") && !arguments.contains("secret"), "{arguments}");
    assert!(variables.contains("PGPASSWORD=secret'word") && variables.contains("PGHOST="), "{variables}");
}
