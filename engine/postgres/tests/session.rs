//! The user's own SQL on a real PostgreSQL: everything as under `psql`, and who made what.

use confiture_model::{
    database::DbError,
    object::{ObjectKind, ObjectRef},
    schema::Parts,
    session::{Session as _, SessionError},
};
use confiture_postgres::{
    scratch::{Scratch, ScratchOptions},
    session::PgSession,
};

async fn scratch() -> (Scratch, PgSession) {
    let scratch = Scratch::start(ScratchOptions::default()).await.unwrap();
    scratch.create_database("app").await.unwrap();
    let session = scratch.session("app").await.unwrap();
    (scratch, session)
}

async fn refused(session: &mut PgSession, sql: &str) -> DbError {
    match session.execute(sql).await.unwrap_err() {
        SessionError::Database(error) => error,
        other => panic!("{other}"),
    }
}

async fn number(session: &PgSession, sql: &str) -> i64 {
    session.client().query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn statements_run_as_they_are_written() {
    let (scratch, mut session) = scratch().await;
    session.watch().await.unwrap();
    for sql in [
        "BEGIN",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, DEFERRABLE",
        "CREATE TABLE kept (id int)",
        "SAVEPOINT a",
        "CREATE TABLE undone (id int)",
        "ROLLBACK TO a",
        "COMMIT",
        "CREATE INDEX CONCURRENTLY kept_id ON kept (id)",
        "CREATE DATABASE another",
        "VACUUM kept",
        "BEGIN; INSERT INTO kept VALUES (1); COMMIT; INSERT INTO kept VALUES (2)",
        "SELECT generate_series(1, 200000)",
        "DO $$ BEGIN COMMIT; END $$",
        "",
        "-- nothing",
    ] {
        session.execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    assert_eq!(number(&session, "SELECT count(*) FROM kept").await, 2);
    let touched = session.touched().await.unwrap();
    let statements = |name: &str| -> Vec<usize> {
        touched.iter().filter(|touched| touched.object.name == name).map(|touched| touched.statement).collect()
    };
    assert_eq!((statements("kept"), statements("undone"), statements("kept_id")), (vec![2], vec![], vec![7]));
    scratch.stop().await;
}

#[tokio::test]
async fn a_failed_transaction_ends_as_the_user_ends_it() {
    let (scratch, mut session) = scratch().await;
    session.watch().await.unwrap();
    session.execute("BEGIN").await.unwrap();
    session.execute("CREATE TABLE lost (id int)").await.unwrap();
    assert_eq!(refused(&mut session, "SELECT 1/0").await.sqlstate, "22012");
    assert_eq!(refused(&mut session, "CREATE TABLE late (id int)").await.sqlstate, "25P02");
    assert!(
        matches!(session.snapshot(Parts::ALL).await, Err(SessionError::Database(error)) if error.sqlstate == "25P02")
    );
    session.execute("ROLLBACK").await.unwrap();
    session.execute("CREATE TABLE after (id int)").await.unwrap();
    let touched = session.touched().await.unwrap();
    let found: Vec<_> = touched.iter().map(|touched| (touched.object.to_string(), touched.statement)).collect();
    assert_eq!(found, [("public.after".to_owned(), 5)]);
    scratch.stop().await;
}

#[tokio::test]
async fn errors_keep_what_postgresql_said() {
    let (scratch, mut session) = scratch().await;
    let error = refused(&mut session, "SELECT 'é€😀', nothing FROM pg_class").await;
    assert_eq!((error.sqlstate.as_str(), error.position), ("42703", Some(15)));
    session.execute("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)").await.unwrap();
    let error = refused(&mut session, "INSERT INTO t VALUES (1)").await;
    assert_eq!((error.sqlstate.as_str(), error.detail.is_some()), ("23505", true));
    let error = refused(&mut session, "SELECT lenght('x')").await;
    assert!(error.hint.is_some());
    let error = refused(&mut session, "DO $$ BEGIN PERFORM nowhere(); END $$").await;
    let context = error.context.unwrap();
    assert!(context.contains("in the query: SELECT nowhere()") && context.contains("PL/pgSQL"), "{context}");
    assert_eq!(error.position, None);
    assert_eq!(refused(&mut session, "SELECT '\0'").await.sqlstate, "22021");
    session.execute("SELECT 1").await.unwrap();
    let lost = session.execute("SELECT pg_terminate_backend(pg_backend_pid())").await.unwrap_err();
    assert!(matches!(lost, SessionError::Connection(_)), "{lost}");
    assert!(matches!(session.execute("SELECT 1").await, Err(SessionError::Connection(_))));
    scratch.stop().await;
}

#[tokio::test]
async fn data_are_copied_as_dumps_hold_them() {
    let (scratch, mut session) = scratch().await;
    session.execute("CREATE TABLE t (id int, name text)").await.unwrap();
    session.copy_in("COPY t (id, name) FROM stdin;", "1\tone\\ttab\n2\t\\N\n\\.\n").await.unwrap();
    session.copy_in("COPY public.t FROM STDIN WITH (FORMAT csv)", "3,\"three\nlines\"\n").await.unwrap();
    let long: String = (10..100_010).map(|id| format!("{id}\tname {id}\n")).collect();
    session.copy_in("COPY t FROM stdin", &long).await.unwrap();
    assert_eq!(number(&session, "SELECT count(*) FROM t").await, 100_003);
    let error = match session.copy_in("COPY t FROM stdin", "x\ty\n").await.unwrap_err() {
        SessionError::Database(error) => error,
        other => panic!("{other}"),
    };
    assert_eq!(error.sqlstate, "22P02");
    assert!(error.context.unwrap().contains("line 1"));
    // Without data, where psql would read on: none.
    session.execute("COPY t FROM stdin").await.unwrap();
    session.execute("COPY t TO stdout").await.unwrap();
    session.execute("COPY (SELECT * FROM t) TO STDOUT (FORMAT binary)").await.unwrap();
    assert_eq!(number(&session, "SELECT count(*) FROM t").await, 100_003);
    session.execute("BEGIN").await.unwrap();
    session.execute("SELECT nothing").await.unwrap_err();
    assert_eq!(refused(&mut session, "COPY t FROM stdin").await.sqlstate, "25P02");
    session.execute("ROLLBACK").await.unwrap();
    // Refused when it is carried out: the error is told, and the connection is given up.
    assert_eq!(refused(&mut session, "COPY nowhere FROM stdin").await.sqlstate, "42P01");
    assert!(matches!(session.execute("SELECT 1").await, Err(SessionError::Connection(why)) if why.contains("COPY")));
    scratch.stop().await;
}

const SCHEMA: &[&str] = &[
    "CREATE SCHEMA app",
    "CREATE TYPE app.mood AS ENUM ('sad', 'ok')",
    "CREATE DOMAIN app.positive AS int CHECK (VALUE > 0)",
    "CREATE TYPE app.pair AS (a int, b int)",
    "CREATE TABLE app.t (id serial PRIMARY KEY, n int CHECK (n > 0), other bigint GENERATED ALWAYS AS IDENTITY)",
    "CREATE TABLE app.u (id int REFERENCES app.t, CONSTRAINT \"u Key\" UNIQUE (id))",
    "CREATE VIEW app.v AS SELECT * FROM app.t",
    "CREATE MATERIALIZED VIEW app.m AS SELECT 1 AS one",
    "CREATE FUNCTION app.f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE PROCEDURE app.p() LANGUAGE sql AS 'SELECT 1'",
    "CREATE TRIGGER tr BEFORE INSERT ON app.t FOR EACH ROW EXECUTE FUNCTION app.f()",
    "CREATE POLICY po ON app.t USING (n > 1)",
    "CREATE SEQUENCE app.s",
    "ALTER TABLE app.t ADD CONSTRAINT late CHECK (n < 100)",
    "CREATE TABLE app.parts (id int, at date) PARTITION BY RANGE (at)",
    "CREATE TABLE app.part_1 PARTITION OF app.parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')",
    "CREATE INDEX parts_id ON app.parts (id)",
    "CREATE TABLE app.part_2 PARTITION OF app.parts FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
    "ALTER TABLE app.u RENAME TO renamed",
    "DROP VIEW app.v",
    "CREATE VIEW app.v AS SELECT 2 AS two",
    "CREATE ROLE somebody",
    "GRANT CREATE, USAGE ON SCHEMA app TO somebody",
    "SET ROLE somebody",
    "SET search_path = nowhere",
    "CREATE TABLE app.theirs AS SELECT 1 AS id",
    "RESET ALL",
    "DISCARD ALL",
    "SET session_replication_role = replica",
    "SET search_path = app",
    "SELECT 1 AS id INTO made",
    "DROP SCHEMA public CASCADE",
    "CREATE TEMPORARY TABLE passing (id int)",
];

#[tokio::test]
async fn it_is_known_which_statement_made_what() {
    let (scratch, mut session) = scratch().await;
    session.watch().await.unwrap();
    for sql in SCHEMA {
        session.execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
    let touched = session.touched().await.unwrap();
    let first = |object: &ObjectRef| {
        touched.iter().filter(|touched| touched.object == *object).map(|touched| touched.statement).min()
    };
    let own = |kind, name: &str| ObjectRef::in_schema(kind, "app", name);
    let of = |kind, table: &str, name: &str| ObjectRef::of_table(kind, "app", table, name);
    use ObjectKind::*;
    for (object, statement) in [
        (ObjectRef { kind: Schema, schema: None, parent: None, name: "app".to_owned() }, 0),
        (own(Type, "mood"), 1),
        (own(Domain, "positive"), 2),
        (own(Type, "pair"), 3),
        (own(Table, "t"), 4),
        (own(Sequence, "t_id_seq"), 4),
        (own(Sequence, "t_other_seq"), 4),
        (of(Index, "t", "t_pkey"), 4),
        (of(Constraint, "t", "t_pkey"), 4),
        (of(Constraint, "t", "t_n_check"), 4),
        (own(Table, "renamed"), 5),
        (of(Constraint, "renamed", "u Key"), 5),
        (of(Constraint, "renamed", "u_id_fkey"), 5),
        (own(MaterializedView, "m"), 7),
        (own(Function, "f"), 8),
        (own(Procedure, "p"), 9),
        (of(Trigger, "t", "tr"), 10),
        (of(Policy, "t", "po"), 11),
        (own(Sequence, "s"), 12),
        (of(Constraint, "t", "late"), 13),
        (own(Table, "parts"), 14),
        (own(Partition, "part_1"), 15),
        (of(Index, "parts", "parts_id"), 16),
        (of(Index, "part_1", "part_1_id_idx"), 16),
        (own(Partition, "part_2"), 17),
        (of(Index, "part_2", "part_2_id_idx"), 17),
        (own(View, "v"), 20),
        (own(Table, "theirs"), 25),
        (own(Table, "made"), 30),
    ] {
        assert_eq!(first(&object), Some(statement), "{object:?} in {touched:#?}");
    }
    assert!(touched.iter().all(|touched| touched.object.name != "passing"));
    assert!(touched.iter().any(|touched| touched.object.name == "renamed" && touched.statement == 18));
    let snapshot = session.snapshot(Parts::ALL).await.unwrap();
    assert!(snapshot.relations.iter().all(|relation| relation.schema == "app"));
    assert!(snapshot.routines.iter().all(|routine| routine.schema == "app"));
    scratch.stop().await;
}
