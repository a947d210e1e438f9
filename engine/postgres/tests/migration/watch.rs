//! What a watched connection says that a statement did: on tables with rows, against what it really did.

use crate::support::{Database, database, sqlstate};
use confiture_model::{
    migration::MigrationConnection,
    object::{ObjectKind, ObjectRef},
    rehearsal::{LockMode, Observation, Violation},
    schema::ConstraintKind,
    session::SessionError,
};
use confiture_postgres::migration::PgMigrationConnection;

/// `t` has 1000 rows, and `child` leads to it; `parts` has two partitions of 500.
const TABLES: &str = "
CREATE TABLE t (id int PRIMARY KEY, a int, b text);
INSERT INTO t SELECT n, n % 10, 'row ' || n FROM generate_series(1, 1000) n;
CREATE TABLE child (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, t int REFERENCES t ON DELETE CASCADE);
INSERT INTO child (t) SELECT n FROM generate_series(1, 100) n;
CREATE TABLE parts (id int, a int) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (500);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (500) TO (1000);
INSERT INTO parts SELECT n, 0 FROM generate_series(0, 999) n;
CREATE TABLE empty (id int);
CREATE VIEW v AS SELECT id FROM t;
CREATE SEQUENCE s;
ANALYZE";

struct Seen {
    database: Database,
    connection: PgMigrationConnection,
    all: Vec<Observation>,
}

/// Runs statements in a watched transaction, which stays open.
async fn see(statements: &[&str]) -> Seen {
    let database = database().await;
    database.client().await.batch_execute(TABLES).await.unwrap();
    let mut connection = database.open().await;
    watch(&mut connection).start().await.unwrap();
    connection.begin(2000, 0).await.unwrap();
    let mut all = Vec::new();
    for sql in statements {
        connection.execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
        all.push(watch(&mut connection).observe().await.unwrap());
    }
    Seen { database, connection, all }
}

fn watch(connection: &mut PgMigrationConnection) -> &mut dyn confiture_model::rehearsal::Watch {
    connection.watch().expect("can be watched")
}

/// `relation MODE`, of relations that were there before, indexes and TOAST tables left out.
fn locks(seen: &Observation) -> Vec<String> {
    let of_tables = seen.locks.iter().filter(|lock| !lock.own && lock.relation.parent.is_none());
    of_tables.map(|lock| format!("{} {}", lock.relation.name, lock.mode)).collect()
}

fn rewritten(seen: &Observation) -> Vec<String> {
    let tables = seen.rewrites.iter().filter(|rewrite| rewrite.relation.kind != ObjectKind::Index);
    tables.map(|rewrite| rewrite.relation.to_string()).collect()
}

fn made(seen: &Observation) -> Vec<String> {
    seen.made.iter().map(|made| format!("{} {}", made.object.kind, made.object)).collect()
}

fn scans(seen: &Observation) -> Vec<(String, u64)> {
    seen.scans.iter().map(|scan| (scan.table.name.clone(), scan.rows)).collect()
}

#[tokio::test]
async fn a_change_of_type_rewrites_the_table_and_its_indexes() {
    let seen = see(&["ALTER TABLE t ALTER a TYPE bigint USING a::bigint"]).await;
    let seen = &seen.all[0];
    assert_eq!(locks(seen), ["t ACCESS EXCLUSIVE"]);
    assert_eq!(rewritten(seen), ["public.t"]);
    let rewrite = seen.rewrites.iter().find(|rewrite| rewrite.relation.name == "t").unwrap();
    assert!(rewrite.bytes_before.unwrap() > 8192 && rewrite.bytes_after > 8192 && !rewrite.emptied);
    assert!(seen.rewrites.iter().any(|rewrite| rewrite.relation.to_string() == "public.t.t_pkey"), "{seen:?}");
    // Once to write it, once for the index.
    assert_eq!((seen.scans[0].scans, seen.scans[0].rows), (2, 2000));
    let facts = &seen.tables[0];
    assert_eq!((facts.table.to_string(), facts.rows), ("public.t".to_owned(), Some(1000)));
    assert!(facts.bytes.unwrap() > 8192 && facts.index_bytes.unwrap() > 8192);
    assert!(seen.made.is_empty() && seen.dropped.is_empty() && seen.rows.is_empty(), "{seen:?}");
}

#[tokio::test]
async fn an_index_on_the_column_is_built_again() {
    let seen = see(&["CREATE INDEX t_b ON t (b)", "SAVEPOINT s", "ALTER TABLE t ALTER b TYPE varchar(200)"]).await;
    assert_eq!(made(&seen.all[0]), ["index public.t.t_b"]);
    assert!(seen.all[0].made[0].bytes.unwrap() > 8192);
    assert_eq!(locks(&seen.all[0]), ["t SHARE"]);
    assert_eq!(scans(&seen.all[0]), [("t".to_owned(), 1000)]);
    assert!(seen.all[1].is_empty());
    assert_eq!(rewritten(&seen.all[2]), ["public.t"]);
}

#[tokio::test]
async fn defaults_rewrite_only_where_they_are_volatile() {
    let seen = see(&[
        "ALTER TABLE t ADD c int DEFAULT 1",
        "ALTER TABLE t ADD d double precision DEFAULT random()",
        "ALTER TABLE empty ADD d double precision DEFAULT random()",
    ])
    .await;
    assert!(seen.all[0].rewrites.is_empty() && seen.all[0].scans.is_empty(), "{:?}", seen.all[0]);
    assert_eq!(rewritten(&seen.all[1]), ["public.t"]);
    // Held since the first.
    assert_eq!(locks(&seen.all[1]), [""; 0]);
    assert!(!seen.all[2].rewrites[0].emptied, "{:?}", seen.all[2]);
}

#[tokio::test]
async fn a_foreign_key_locks_both_tables() {
    let seen = see(&[
        "ALTER TABLE child ADD CONSTRAINT k FOREIGN KEY (t) REFERENCES t NOT VALID",
        "ALTER TABLE child VALIDATE CONSTRAINT k",
        "ALTER TABLE child ADD CONSTRAINT l FOREIGN KEY (t) REFERENCES t",
        "ALTER TABLE child DROP CONSTRAINT k",
    ])
    .await;
    let mut both = locks(&seen.all[0]);
    both.retain(|lock| lock.ends_with("SHARE ROW EXCLUSIVE"));
    assert_eq!(both, ["child SHARE ROW EXCLUSIVE", "t SHARE ROW EXCLUSIVE"]);
    assert!(seen.all[0].scans.is_empty());
    let constraint = &seen.all[0].made[0];
    assert_eq!((constraint.constraint, constraint.validated), (Some(ConstraintKind::ForeignKey), Some(false)));
    assert_eq!(seen.all[1].validated, [ObjectRef::of_table(ObjectKind::Constraint, "public", "child", "k")]);
    assert!(scans(&seen.all[1]).contains(&("child".to_owned(), 100)), "{:?}", seen.all[1]);
    assert_eq!(seen.all[2].made[0].validated, Some(true));
    assert_eq!(seen.all[3].dropped, [ObjectRef::of_table(ObjectKind::Constraint, "public", "child", "k")]);
}

#[tokio::test]
async fn partitions_are_locked_and_counted_by_themselves() {
    let seen = see(&["ALTER TABLE parts ADD b int", "UPDATE parts SET b = 1", "DELETE FROM parts WHERE id < 10"]).await;
    let expected = ["parts ACCESS EXCLUSIVE", "parts_1 ACCESS EXCLUSIVE", "parts_2 ACCESS EXCLUSIVE"];
    let mut found = locks(&seen.all[0]);
    found.retain(|lock| lock.ends_with("ACCESS EXCLUSIVE"));
    found.sort();
    assert_eq!(found, expected);
    let kinds: Vec<ObjectKind> = seen.all[1].rows.iter().map(|rows| rows.table.kind).collect();
    assert_eq!(kinds, [ObjectKind::Partition; 2]);
    assert_eq!(seen.all[1].rows.iter().map(|rows| rows.updated).collect::<Vec<_>>(), [500, 500]);
    assert_eq!(seen.all[2].rows.iter().map(|rows| rows.deleted).sum::<u64>(), 10);
}

#[tokio::test]
async fn not_null_reads_the_table_unless_a_check_proves_it() {
    let seen = see(&[
        "ALTER TABLE t ALTER a SET NOT NULL",
        "ALTER TABLE t ADD CONSTRAINT b_there CHECK (b IS NOT NULL)",
        "ALTER TABLE t ALTER b SET NOT NULL",
    ])
    .await;
    assert_eq!(scans(&seen.all[0]), [("t".to_owned(), 1000)]);
    assert!(seen.all[0].rewrites.is_empty());
    assert_eq!(scans(&seen.all[1]), [("t".to_owned(), 1000)]);
    assert!(seen.all[2].scans.is_empty(), "{:?}", seen.all[2]);
}

#[tokio::test]
async fn rows_are_counted_with_those_of_cascades_triggers_and_functions() {
    let seen = see(&[
        "INSERT INTO t SELECT n FROM generate_series(2001, 2010) n",
        "UPDATE t SET a = a + 1 WHERE id <= 100",
        "DELETE FROM t WHERE id <= 50",
        "DO $$ BEGIN FOR i IN 1..7 LOOP INSERT INTO empty VALUES (i); END LOOP; END $$",
        "CREATE TEMP TABLE mine AS SELECT * FROM t",
    ])
    .await;
    let rows = |place: usize| {
        let rows = seen.all[place].rows.iter();
        rows.map(|rows| (rows.table.name.as_str(), rows.inserted, rows.updated, rows.deleted)).collect::<Vec<_>>()
    };
    assert_eq!(rows(0), [("t", 10, 0, 0)]);
    assert_eq!(rows(1), [("t", 0, 100, 0)]);
    assert_eq!(rows(2), [("t", 0, 0, 50), ("child", 0, 0, 50)]);
    assert_eq!(rows(3), [("empty", 7, 0, 0)]);
    assert_eq!(rows(4), []);
}

#[tokio::test]
async fn copied_rows_are_counted() {
    let mut seen = see(&[]).await;
    seen.connection.copy_in("COPY empty FROM stdin", "1\n2\n3\n").await.unwrap();
    let rows = watch(&mut seen.connection).observe().await.unwrap().rows;
    assert_eq!((rows.len(), rows[0].inserted), (1, 3));
}

#[tokio::test]
async fn a_truncate_empties() {
    let seen = see(&["UPDATE t SET a = 0 WHERE id <= 5", "TRUNCATE t CASCADE", "INSERT INTO t VALUES (1)"]).await;
    assert_eq!(rewritten(&seen.all[1]), ["public.t", "public.child"]);
    assert!(seen.all[1].rewrites.iter().filter(|it| it.relation.kind == ObjectKind::Table).all(|it| it.emptied));
    assert_eq!(locks(&seen.all[1]), ["child ACCESS EXCLUSIVE", "t ACCESS EXCLUSIVE"]);
    assert_eq!(seen.all[2].rows[0].inserted, 1);
}

#[tokio::test]
async fn what_is_made_and_dropped() {
    let seen = see(&[
        "CREATE TABLE n (id serial PRIMARY KEY, t int UNIQUE REFERENCES t, CHECK (t > 0))",
        "CREATE VIEW w AS SELECT * FROM n",
        "DROP VIEW v",
        "DROP TABLE t CASCADE",
        "CREATE MATERIALIZED VIEW m AS SELECT * FROM child",
        "ALTER TABLE child RENAME TO kids",
        "DROP INDEX IF EXISTS none",
    ])
    .await;
    let mut all = made(&seen.all[0]);
    all.sort();
    let expected = [
        "constraint public.n.n_pkey",
        "constraint public.n.n_t_check",
        "constraint public.n.n_t_fkey",
        "constraint public.n.n_t_key",
        "index public.n.n_pkey",
        "index public.n.n_t_key",
        "sequence public.n_id_seq",
        "table public.n",
    ];
    assert_eq!(all, expected);
    assert!(seen.all[0].locks.iter().any(|lock| lock.own && lock.mode == LockMode::AccessExclusive));
    assert_eq!(made(&seen.all[1]), ["view public.w"]);
    assert_eq!(seen.all[2].dropped, [ObjectRef::in_schema(ObjectKind::View, "public", "v")]);
    let mut dropped: Vec<String> = seen.all[3].dropped.iter().map(|it| format!("{} {it}", it.kind)).collect();
    dropped.sort();
    let expected = [
        "constraint public.child.child_t_fkey",
        "constraint public.n.n_t_fkey",
        "index public.t.t_pkey",
        "table public.t",
    ];
    assert_eq!(dropped, expected);
    assert_eq!(made(&seen.all[4]), ["materialized view public.m"]);
    assert!(locks(&seen.all[5]).is_empty() || locks(&seen.all[5]) == ["child ACCESS EXCLUSIVE"], "{:?}", seen.all[5]);
    assert!(seen.all[6].is_empty());
}

#[tokio::test]
async fn sequences_that_moved_are_named_and_others_are_not() {
    let Seen { database, mut connection, .. } = see(&[
        "SELECT nextval('s')",
        "INSERT INTO child (t) VALUES (1)",
        "CREATE SEQUENCE made",
        "SELECT nextval('made')",
        "CREATE TABLE uses_none (id serial)",
    ])
    .await;
    connection.rollback().await.unwrap();
    let moved = watch(&mut connection).left_behind().await.unwrap();
    let moved: Vec<_> = moved.iter().map(|it| (it.sequence.name.as_str(), it.before, it.after)).collect();
    assert_eq!(moved, [("child_id_seq", Some(100), Some(101)), ("s", None, Some(1))]);
    assert_eq!(database.value("SELECT count(*) FROM child").await, "100");

    // What a statement that failed moved nobody saw.
    watch(&mut connection).start().await.unwrap();
    connection.begin(2000, 0).await.unwrap();
    assert_eq!(
        sqlstate(connection.execute("SELECT nextval('s'), 1 / (nextval('s') - nextval('s') + 1)").await),
        "22012"
    );
    connection.rollback().await.unwrap();
    let moved = watch(&mut connection).left_behind().await.unwrap();
    assert_eq!(moved.iter().map(|it| it.sequence.name.as_str()).collect::<Vec<_>>(), ["s"]);
}

async fn violate(statements: &[&str], last: &str) -> (Option<Violation>, String) {
    let mut seen = see(statements).await;
    let Err(SessionError::Database(error)) = seen.connection.execute(last).await else {
        panic!("{last} does not fail")
    };
    seen.connection.rollback().await.unwrap();
    let violation = watch(&mut seen.connection).violation(&error).await.unwrap();
    (violation, error.sqlstate)
}

#[tokio::test]
async fn violations_are_told_by_columns_and_not_by_values() {
    for (statements, last, sqlstate, constraint, columns) in [
        (&[][..], "INSERT INTO t VALUES (1, 4711, 'secret')", "23505", Some("t_pkey"), &["id"][..]),
        (&[], "CREATE UNIQUE INDEX u ON t (a)", "23505", Some("u"), &["a"]),
        (&[], "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)", "23505", Some("u"), &["a"]),
        (&[], "INSERT INTO child (t) VALUES (4711)", "23503", Some("child_t_fkey"), &["t"]),
        (
            &["UPDATE t SET a = 4711"],
            "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES t",
            "23503",
            Some("f"),
            &["a"],
        ),
        (&["UPDATE t SET a = NULL"], "ALTER TABLE t ALTER a SET NOT NULL", "23502", None, &["a"]),
        (&[], "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 3)", "23514", Some("c"), &[]),
    ] {
        let (violation, state) = violate(statements, last).await;
        let violation = violation.unwrap_or_else(|| panic!("{last}"));
        assert_eq!((state.as_str(), violation.constraint.as_deref()), (sqlstate, constraint), "{last}");
        assert_eq!(violation.columns, columns, "{last}");
        assert!(violation.table.is_some(), "{last}");
        let text = format!("{violation:?}");
        assert!(!text.contains("secret") && !text.contains("4711"), "{text}");
    }
    assert_eq!(violate(&[], "SELECT 1 / 0").await.0, None);
}

#[tokio::test]
async fn deferred_constraints_are_checked_as_at_a_commit() {
    let mut seen = see(&[
        "ALTER TABLE child ADD CONSTRAINT late FOREIGN KEY (t) REFERENCES t DEFERRABLE INITIALLY DEFERRED",
        "ALTER TABLE child DROP CONSTRAINT child_t_fkey",
        "INSERT INTO child (t) VALUES (5000)",
        "INSERT INTO t VALUES (5000)",
    ])
    .await;
    watch(&mut seen.connection).check_deferred().await.unwrap();
    // They are deferred again.
    seen.connection.execute("INSERT INTO child (t) VALUES (6000)").await.unwrap();
    let Err(SessionError::Database(error)) = watch(&mut seen.connection).check_deferred().await else {
        panic!("holds")
    };
    assert_eq!(error.sqlstate, "23503");
}

#[tokio::test]
async fn a_script_that_changes_its_session_is_watched_all_the_same() {
    let database = database().await;
    database.client().await.batch_execute(TABLES).await.unwrap();
    let mut connection = database.open().await;
    watch(&mut connection).start().await.unwrap();
    connection.begin(2000, 0).await.unwrap();
    // It may still choose its isolation level.
    connection.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE").await.unwrap();
    for sql in [
        "CREATE SCHEMA app",
        "CREATE FUNCTION app.false_text(text, text) RETURNS bool LANGUAGE sql AS 'SELECT false'",
        "CREATE OPERATOR app.= (LEFTARG = text, RIGHTARG = text, FUNCTION = app.false_text)",
        "CREATE VIEW app.pg_locks AS SELECT 1 AS nothing",
        "SET search_path = app, pg_catalog, public",
        "SET standard_conforming_strings = off",
        "SET client_encoding = 'LATIN1'",
        "ALTER TABLE t ADD \"\u{e9}\" int",
    ] {
        connection.execute(sql).await.unwrap();
    }
    let seen = watch(&mut connection).observe().await.unwrap();
    assert_eq!(locks(&seen), ["t ACCESS EXCLUSIVE"]);
    connection.rollback().await.unwrap();
    assert_eq!(watch(&mut connection).left_behind().await.unwrap(), []);
}

#[tokio::test]
async fn to_check_a_database_makes_nothing_in_it() {
    let database = database().await;
    let mut connection = database.open().await;
    watch(&mut connection).check().await.unwrap();
    assert_eq!(connection.entries().await.unwrap(), []);
    connection.try_lock().await.unwrap().unwrap();
    watch(&mut connection).start().await.unwrap();
    connection.begin(0, 0).await.unwrap();
    assert!(watch(&mut connection).observe().await.unwrap().is_empty());
    connection.rollback().await.unwrap();
    assert_eq!(database.value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'confiture%'").await, "0");
}

#[tokio::test]
async fn rows_are_shown_before_and_after() {
    let mut seen = see(&["UPDATE t SET a = 99 WHERE id = 7", "ALTER TABLE t ADD c int DEFAULT 5"]).await;
    let table = ObjectRef::in_schema(ObjectKind::Table, "public", "t");
    let mut sample = watch(&mut seen.connection).sample(&table, 3).await.unwrap();
    assert_eq!(sample.rows.len(), 1);
    seen.connection.rollback().await.unwrap();
    watch(&mut seen.connection).complete(&mut sample).await.unwrap();
    let texts = |row: &[Option<String>]| row.iter().map(|it| it.clone().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(sample.columns_before, ["id", "a", "b"]);
    assert_eq!(sample.columns_after, ["id", "a", "b", "c"]);
    assert_eq!(texts(sample.rows[0].before.as_ref().unwrap()), ["7", "7", "row 7"]);
    assert_eq!(texts(&sample.rows[0].after), ["7", "99", "row 7", "5"]);
}
