//! The ledger: made once, append-only, in the transaction of what it records.

use crate::support::{CLIENT, RUN, database, entry, event, reason, sqlstate, value, versions};
use confiture_model::{
    hook::HookStep,
    migration::{MigrationConnection as _, Progress, StepState, StoredStep},
};

#[tokio::test]
async fn a_database_without_a_ledger_has_nothing_and_keeps_nothing() {
    let database = database().await;
    let mut connection = database.open().await;
    assert_eq!(connection.entries().await.unwrap(), []);
    assert_eq!(connection.events(10).await.unwrap(), []);
    assert_eq!(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'confiture'").await, "0");
}

#[tokio::test]
async fn it_is_made_once() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.record(&entry("1"), &event("applied", "1")).await.unwrap();
    connection.prepare().await.unwrap();
    database.ready().await;
    assert_eq!(versions(&mut connection).await, ["1"]);
    let undocumented = "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
        WHERE relnamespace = 'confiture'::regnamespace AND relkind = 'r' AND attnum > 0
          AND (col_description(c.oid, attnum) IS NULL OR obj_description(c.oid) IS NULL)";
    assert_eq!(database.value(undocumented).await, "0");
}

#[tokio::test]
async fn many_may_make_it_at_once() {
    let database = database().await;
    let tasks: Vec<_> = (0..12)
        .map(|_| {
            let connector = database.connector();
            tokio::spawn(async move { connector.open().await.unwrap().prepare().await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(database.value("SELECT ledger_version FROM confiture.meta").await, "3");
}

#[tokio::test]
async fn an_older_ledger_is_upgraded_and_a_newer_one_refused() {
    let database = database().await;
    let mut connection = database.ready().await;
    let client = database.client().await;
    // What the first release has, brought back to before it: only the steps that are missing run.
    client.batch_execute("DROP SCHEMA confiture CASCADE; CREATE SCHEMA confiture").await.unwrap();
    connection.prepare().await.unwrap();
    assert_eq!(value(&client, "SELECT ledger_version FROM confiture.meta").await, "3");
    client
        .batch_execute(
            "DROP TABLE confiture.step, confiture.sync_run, confiture.sync_worker, confiture.sync_chunk;
                UPDATE confiture.meta SET ledger_version = 1",
        )
        .await
        .unwrap();
    connection.prepare().await.unwrap();
    assert_eq!(value(&client, "SELECT ledger_version FROM confiture.meta").await, "3");
    assert_eq!(value(&client, "SELECT count(*) FROM confiture.step").await, "0");
    client.batch_execute("UPDATE confiture.meta SET ledger_version = 99").await.unwrap();
    let why = reason(connection.prepare().await);
    assert!(why.contains("form 99") && why.contains("newer version of Confiture"), "{why}");
    assert_eq!(value(&client, "SELECT ledger_version FROM confiture.meta").await, "99");
}

#[tokio::test]
async fn a_schema_of_another_program_is_left_alone() {
    let database = database().await;
    let client = database.client().await;
    client.batch_execute("CREATE SCHEMA confiture; CREATE TABLE confiture.meta (flavour text)").await.unwrap();
    let why = reason(database.open().await.prepare().await);
    assert!(why.contains("is not a ledger"), "{why}");
}

#[tokio::test]
async fn what_is_written_is_read() {
    let database = database().await;
    let mut connection = database.ready().await;
    let states = [
        Progress::Applied,
        Progress::StagesPending { done: 2 },
        Progress::Partial { done: 3, started: true },
        Progress::Undoing { done: 0, started: false },
        Progress::UndoneStagesPending { done: 1 },
    ];
    for (number, progress) in states.into_iter().enumerate() {
        let mut entry = entry(&format!("2014092411353{number}"));
        entry.progress = progress;
        connection.record(&entry, &event("applied", &entry.version)).await.unwrap();
        let read = connection.entries().await.unwrap().into_iter().find(|read| read.version == entry.version).unwrap();
        assert!(read.applied_at.ends_with('Z') && read.applied_at.contains('T'), "{}", read.applied_at);
        assert_eq!(read.applied_by, format!("{CLIENT}, role postgres"));
        (entry.applied_at, entry.applied_by) = (read.applied_at.clone(), read.applied_by.clone());
        assert_eq!(read, entry);
        // As it was read, it can be written again, and keeps its time and author.
        connection.record(&read, &event("repaired", &entry.version)).await.unwrap();
        assert!(connection.entries().await.unwrap().contains(&entry));
    }
    let events = connection.events(3).await.unwrap();
    assert_eq!(events.len(), 3);
    assert!(events[0].id > events[1].id);
    assert_eq!(events[0].by, format!("{CLIENT}, role postgres"));
    let mut written = event("repaired", "20140924113534");
    written.details["note"] = "it's \"é\"\u{fffd}".into();
    assert_eq!(events[0].event, written);
}

fn stored(path: &str, state: StepState) -> StoredStep {
    let step = HookStep {
        title: format!("it's {path}"),
        arguments: "é \\ '".to_owned(),
        estimated_rows: Some(7),
        parallel: true,
    };
    StoredStep { hook: "after_ddl:a/b#1".to_owned(), path: path.to_owned(), step, state, rows: 3 }
}

#[tokio::test]
async fn steps_of_hooks_are_remembered_until_their_migration_is_done() {
    let database = database().await;
    let mut connection = database.ready().await;
    let mut entry = entry("1");
    entry.progress = Progress::StagesPending { done: 0 };
    connection.record(&entry, &event("applied", "1")).await.unwrap();
    let steps = [stored("", StepState::Sent), stored("1", StepState::Planned), stored("1.1", StepState::Planned)];
    connection.store_steps("1", &[]).await.unwrap();
    connection.store_steps("1", &steps).await.unwrap();
    let mut read = connection.stored_steps("1").await.unwrap();
    read.sort_by(|a, b| a.path.cmp(&b.path));
    assert_eq!(read, steps);
    assert_eq!(connection.stored_steps("2").await.unwrap(), []);
    connection.begin(0, 0).await.unwrap();
    assert_eq!(connection.claim_step("1", "after_ddl:a/b#1", "1").await.unwrap(), Some(StepState::Planned));
    assert_eq!(connection.claim_step("1", "after_ddl:a/b#1", "9").await.unwrap(), None);
    connection.store_steps("1", &[stored("1", StepState::Done)]).await.unwrap();
    // Whoever takes the same step waits for what becomes of it; another step is free.
    let mut other = database.open().await;
    let waiting = tokio::spawn(async move {
        other.begin(0, 0).await.unwrap();
        assert_eq!(other.claim_step("1", "after_ddl:a/b#1", "1.1").await.unwrap(), Some(StepState::Planned));
        other.claim_step("1", "after_ddl:a/b#1", "1").await.unwrap()
    });
    let client = database.client().await;
    while value(
        &client,
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    )
    .await
        == "0"
    {
        tokio::task::yield_now().await;
    }
    connection.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap(), Some(StepState::Done));
    entry.progress = Progress::Applied;
    connection.record(&entry, &event("stages-done", "1")).await.unwrap();
    assert_eq!(connection.stored_steps("1").await.unwrap(), []);
    entry.progress = Progress::UndoneStagesPending { done: 0 };
    connection.record(&entry, &event("rolled-back", "1")).await.unwrap();
    connection.store_steps("1", &steps).await.unwrap();
    connection.remove("1", &event("stages-done", "1")).await.unwrap();
    assert_eq!(connection.stored_steps("1").await.unwrap(), []);
}

#[tokio::test]
async fn events_are_only_ever_added() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.note(&event("failed", "1")).await.unwrap();
    let client = database.client().await;
    for sql in [
        "UPDATE confiture.event SET kind = 'applied'",
        "DELETE FROM confiture.event",
        "TRUNCATE confiture.event",
        "SET session_replication_role = replica; DELETE FROM confiture.event",
        "INSERT INTO confiture.event (id, kind, run, client, role, details) VALUES (1, 'x', gen_random_uuid(), '', '', '{}')",
    ] {
        assert!(client.batch_execute(sql).await.is_err(), "{sql}");
    }
    assert_eq!(connection.events(10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_record_lives_and_dies_with_the_transaction() {
    let database = database().await;
    let mut connection = database.ready().await;
    let there = "SELECT to_regclass('public.t') IS NOT NULL";

    connection.begin(2000, 0).await.unwrap();
    connection.execute("CREATE TABLE t (a int)").await.unwrap();
    connection.record(&entry("1"), &event("applied", "1")).await.unwrap();
    connection.rollback().await.unwrap();
    assert_eq!(versions(&mut connection).await, [""; 0]);
    assert!(connection.events(9).await.unwrap().is_empty());
    assert_eq!(database.value(there).await, "f");

    connection.begin(2000, 0).await.unwrap();
    connection.execute("CREATE TABLE t (a int)").await.unwrap();
    connection.record(&entry("1"), &event("applied", "1")).await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(versions(&mut connection).await, ["1"]);
    assert_eq!(database.value(there).await, "t");

    connection.begin(2000, 0).await.unwrap();
    connection.execute("DROP TABLE t").await.unwrap();
    connection.remove("1", &event("rolled-back", "1")).await.unwrap();
    connection.rollback().await.unwrap();
    assert_eq!(versions(&mut connection).await, ["1"]);

    connection.begin(2000, 0).await.unwrap();
    connection.execute("DROP TABLE t").await.unwrap();
    connection.remove("1", &event("rolled-back", "1")).await.unwrap();
    connection.commit().await.unwrap();
    assert_eq!(versions(&mut connection).await, [""; 0]);
    assert_eq!(database.value(there).await, "f");
}

#[tokio::test]
async fn an_aborted_or_ended_transaction_is_not_committed() {
    let database = database().await;
    let mut connection = database.ready().await;
    connection.begin(2000, 0).await.unwrap();
    assert!(connection.in_transaction().await.unwrap());
    assert_eq!(sqlstate(connection.execute("SELECT 1/0").await), "22012");
    assert!(connection.in_transaction().await.unwrap());
    assert_eq!(sqlstate(connection.record(&entry("1"), &event("applied", "1")).await), "25P02");
    assert_eq!(sqlstate(connection.commit().await), "25P02");
    connection.rollback().await.unwrap();
    assert!(!connection.in_transaction().await.unwrap());

    connection.begin(2000, 0).await.unwrap();
    connection.execute("COMMIT").await.unwrap();
    assert!(!connection.in_transaction().await.unwrap());
    assert_eq!(sqlstate(connection.commit().await), "25P01");
    connection.rollback().await.unwrap();

    // A deferred constraint speaks at the commit.
    connection
        .execute("CREATE TABLE p (a int PRIMARY KEY, b int REFERENCES p DEFERRABLE INITIALLY DEFERRED)")
        .await
        .unwrap();
    connection.begin(2000, 0).await.unwrap();
    connection.execute("INSERT INTO p VALUES (1, 2)").await.unwrap();
    connection.record(&entry("1"), &event("applied", "1")).await.unwrap();
    assert_eq!(sqlstate(connection.commit().await), "23503");
    assert!(!connection.in_transaction().await.unwrap());
    assert_eq!(versions(&mut connection).await, [""; 0]);
}

#[tokio::test]
async fn rows_that_changed_are_counted() {
    let database = database().await;
    let mut connection = database.open().await;
    for (sql, rows) in [
        ("CREATE TABLE t (a int)", 0),
        ("INSERT INTO t SELECT generate_series(1, 5)", 5),
        ("/* c */ UPDATE t SET a = a + 1 WHERE a > 2 RETURNING a", 3),
        ("SELECT * FROM t", 0),
        ("CREATE TABLE u AS SELECT * FROM t", 5),
        ("COPY t TO stdout", 0),
        ("-- nothing", 0),
    ] {
        assert_eq!(connection.execute(sql).await.unwrap(), rows, "{sql}");
    }
    assert_eq!(connection.copy_in("COPY t FROM stdin", "1\n2\n\\.\n").await.unwrap(), 2);
    assert_eq!(sqlstate(connection.copy_in("COPY t FROM stdin", "x\n").await), "22P02");
    assert_eq!(sqlstate(connection.execute("SELECT '\0'").await), "22021");
    assert_eq!(connection.execute("SELECT 1").await.unwrap(), 0);
    assert!(!connection.outcome_of(RUN, "1", "applied").await.is_ok_and(|found| found));
}
