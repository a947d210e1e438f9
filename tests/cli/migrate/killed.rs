//! Runs that die. The database is before or after, and the next run says which and goes on.

use super::site::{Site, at, site};
use confiture_postgres::scratch::{Scratch, ScratchOptions};
use confiture_tests::cluster::cluster;

const TABLES: &str = "CREATE TABLE a ();\nCREATE TABLE b ();\nCREATE TABLE c ();\n";

/// The script with a pause behind each statement.
fn with_pauses(script: &str) -> String {
    script.lines().map(|line| format!("{line}\nSELECT pg_sleep(1);\n")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn at_every_boundary_of_a_transaction() {
    for boundary in 0..=5 {
        let site = site(&[("1_z.sql", "CREATE TABLE z ();"), ("2_abc.sql", &with_pauses(TABLES))]).await;
        kill_behind(&site, boundary);
        // The server may still be at a statement of a client that is gone.
        site.wait_for_end_of("pg_sleep").await;
        assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("z", "1"), "{boundary}");
        let next = site.migrate(&["up"]).expect(0).says(&["2_abc: begun, 6 statements"]);
        assert!(next.stdout.contains("1 migration applied"), "{}", next.stdout);
        assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a b c z", "1 2"));
        site.migrate(&["verify"]).expect(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_every_boundary_outside_a_transaction() {
    let script = format!("-- confiture: transaction = false\n{}", with_pauses(TABLES));
    for boundary in 0..=5 {
        let site = site(&[("1_z.sql", "CREATE TABLE z ();"), ("2_abc.sql", &script)]).await;
        kill_behind(&site, boundary);
        site.wait_for_end_of("pg_sleep").await;
        let tables = site.tables().await;
        assert!(["z", "a z", "a b z", "a b c z"].contains(&tables.as_str()), "{boundary}: {tables}");
        if tables != "z" {
            assert!(site.migrate(&["status"]).expect(0).stdout.contains("stopped part-way"));
            site.migrate(&["verify"]).expect(1).stdout.contains("stopped part-way");
            site.migrate(&["down"]).expect(8).says(&["stopped part-way", "migrate up"]);
        }
        site.migrate(&["up"]).expect(0);
        assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a b c z", "1 2"), "{boundary}");
        site.migrate(&["verify"]).expect(0);
    }
}

/// Kills a run when it says that so many statements of its second migration are done.
fn kill_behind(site: &Site, statements: usize) {
    let mut run = site.start(&["up"]);
    let word = match statements {
        0 => "2_abc: begun".to_owned(),
        some => format!("2_abc: statement {some} of 6"),
    };
    assert!(run.wait_for(&word));
    run.signal("KILL");
    run.end().expect(-1);
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_an_index_that_is_built_concurrently() {
    let site = site(&[
        ("1_a.sql", "CREATE TABLE a (id int);\nINSERT INTO a VALUES (1);\n"),
        ("2_i.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);\nCREATE INDEX CONCURRENTLY a_id2 ON a (id);\n"),
    ])
    .await;
    site.migrate(&["up", "--target", "1"]).expect(0);
    // An open transaction, for whose end the index waits.
    let name = site.value("SELECT current_database()::text").await;
    let other = cluster().await.session(&name).await.expect("connects");
    other.client().batch_execute("BEGIN; INSERT INTO a VALUES (2)").await.expect("runs");
    let mut run = site.start(&["up"]);
    assert!(run.wait_for("2_i: begun"));
    site.wait_for_statement("CREATE INDEX CONCURRENTLY").await;
    // The statement has begun; the index is there, and not valid, only once its first transaction is committed.
    while site.value("SELECT count(*)::text FROM pg_class WHERE relname = 'a_id'").await == "0" {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    run.signal("KILL");
    run.end().expect(-1);
    site.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%' AND datname = current_database()",
    )
    .await;
    site.wait_for_end_of("CREATE INDEX CONCURRENTLY").await;
    other.client().batch_execute("ROLLBACK").await.expect("runs");
    assert!(site.migrate(&["status"]).expect(0).stdout.contains("stopped part-way"));
    site.migrate(&["up"]).expect(0).says(&["2_i: statement 1: index a_id"]);
    let state = "SELECT count(*) || ' ' || bool_and(indisvalid) FROM pg_index WHERE indrelid = 'a'::regclass";
    assert_eq!(site.value(state).await, "2 true");
}

/// A backend that is killed takes every session with it; the server recovers, as after a crash.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_in_the_middle_of_a_migration() {
    let server = Scratch::start(ScratchOptions::default()).await.expect("starts");
    server.create_database("app").await.expect("can be created");
    let session = server.session("app").await.expect("connects");
    let mut site = at(
        &[("1_a.sql", "CREATE TABLE a ();\nSELECT pg_sleep(60);\nCREATE TABLE b ();\n")],
        server.url("app"),
        session,
    );
    let mut run = site.start(&["up"]);
    assert!(run.wait_for("statement 1 of 3"));
    site.wait_for_statement("pg_sleep").await;
    let pid = site.value("SELECT pid::text FROM pg_stat_activity WHERE query LIKE '%pg_sleep%' AND state = 'active' AND pid <> pg_backend_pid()").await;
    assert!(std::process::Command::new("kill").args(["-s", "KILL", &pid]).status().expect("kill runs").success());
    run.end().expect(4).says(&["1_a"]);
    // Until the server has noticed, and ended every session, a new one would be ended as well.
    while !site.session.client().is_closed() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    site.session = loop {
        match server.session("app").await {
            Ok(session) => break session,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    };
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
    site.write("1_a.sql", "CREATE TABLE a ();\nCREATE TABLE b ();\n");
    site.migrate(&["up"]).expect(0);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a b", "1"));
    server.stop().await;
}
