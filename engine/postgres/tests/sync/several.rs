//! Several workers: parts of tables, joining, resuming, and the switch.

use super::support::{Masks, Pair, Steps, name, pair, sum, trap, value};
use confiture_model::{mask::Column, sync::ForeignKey};
use confiture_postgres::sync::{self, Ending, SourceSnapshot, SyncError};
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// A row of the large table fills a page: it has three parts.
const SCHEMA: &str = "CREATE TABLE small (id int PRIMARY KEY, v text);
    CREATE TABLE large (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, small int REFERENCES small, pad char(6000),
        double int GENERATED ALWAYS AS (small * 2) STORED);
    ALTER TABLE large ALTER pad SET STORAGE PLAIN;
    CREATE TABLE nothing ();
    CREATE MATERIALIZED VIEW seen AS SELECT count(*) AS n FROM large;
    CREATE TABLE log (v int);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (1); RETURN NULL; END';
    CREATE TRIGGER noted AFTER INSERT ON large EXECUTE FUNCTION note();
    CREATE RULE kept AS ON INSERT TO small DO ALSO INSERT INTO log VALUES (2);";
const ROWS: &str = "INSERT INTO nothing DEFAULT VALUES; INSERT INTO nothing DEFAULT VALUES;
    INSERT INTO small SELECT n, 'secret' || n FROM generate_series(1, 100) n;
    INSERT INTO large (small, pad) SELECT n % 100 + 1, repeat('x', n % 6000) FROM generate_series(1, 18000) n; TRUNCATE log;
    SELECT nextval('large_id_seq')";

async fn ready() -> Pair {
    let pair = pair(SCHEMA).await;
    for statement in ROWS.split(';') {
        pair.fill(statement).await;
    }
    pair.target.batch_execute("INSERT INTO small VALUES (-1, 'old'); TRUNCATE log").await.unwrap();
    pair
}

async fn plan(pair: &Pair) -> confiture_model::sync::Plan {
    let mut plan = pair.plan(&["small", "large", "nothing"]).await;
    plan.sequences = vec![name("large_id_seq")];
    plan.refresh = vec![name("seen")];
    (plan.replace, plan.workers) = (true, 2);
    plan
}

async fn clean(pair: &Pair) {
    let sql = "SELECT (SELECT count(*) FROM confiture.sync_chunk) + (SELECT count(*) FROM confiture.sync_worker)
        + (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'confiture\\_sync%') + (SELECT count(*) FROM log)
        + (SELECT count(*) FROM pg_trigger WHERE tgname = 'noted' AND tgenabled <> 'O')
        + (SELECT count(*) FROM pg_rewrite WHERE rulename = 'kept' AND ev_enabled <> 'O')";
    assert_eq!(value(&pair.target, sql).await, "0");
}

fn slow(values: &Column) -> Column {
    std::thread::sleep(Duration::from_millis(5));
    values.clone()
}

#[tokio::test]
async fn parts_are_shared_and_become_visible_at_once() {
    let pair = ready().await;
    let mut plan = plan(&pair).await;
    let copied = pair.run(&mut plan, Masks::default()).await.unwrap();
    pair.compare(&plan).await;
    assert!(!copied.resumed);
    assert_eq!(copied.tables.iter().map(|table| table.rows).collect::<Vec<_>>(), [100, 18_000, 2]);
    assert_eq!(value(&pair.target, "SELECT n FROM seen").await, "18000");
    assert_eq!(value(&pair.target, "SELECT nextval('large_id_seq')").await, "18002");
    clean(&pair).await;
}

#[tokio::test]
async fn a_worker_that_loses_its_connection_is_not_missed() {
    let pair = ready().await;
    let mut plan = plan(&pair).await;
    let options = pair.ends.target.clone();
    let database = options.database().to_owned();
    let once = AtomicU32::new(0);
    let masks = Masks::default().with("large", "pad", move |values, _| {
        if once.fetch_add(1, Ordering::Relaxed) == 3 {
            let (options, database) = (options.clone(), database.clone());
            let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let end = move || async move {
                let sql = format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = '{database}' AND query LIKE 'COPY%' LIMIT 1"
                );
                super::support::open(&options).await.batch_execute(&sql).await.unwrap();
            };
            std::thread::spawn(move || runtime().block_on(end())).join().unwrap();
        }
        Ok(slow(values))
    });
    pair.run(&mut plan, masks).await.unwrap();
    pair.compare(&plan).await;
    clean(&pair).await;
}

#[tokio::test]
async fn nothing_stays_of_a_run_that_fails_alone() {
    let pair = ready().await;
    let before = sum(&pair.target, "small").await;
    let calls = AtomicU32::new(0);
    let mut failing = plan(&pair).await;
    let masks = Masks::default().with("large", "pad", move |values, _| {
        if calls.fetch_add(1, Ordering::Relaxed) > 50 { Err(trap()) } else { Ok(values.clone()) }
    });
    let error = pair.run(&mut failing, masks).await.unwrap_err();
    assert_eq!(error.ending(), Ending::Plugin, "{error}");
    assert_eq!(sum(&pair.target, "small").await, before);
    clean(&pair).await;
    // A row that cannot stand in the table is found by the switch.
    pair.target.batch_execute("ALTER TABLE small ADD CHECK (id < 100)").await.unwrap();
    let mut failing = plan(&pair).await;
    let error = pair.run(&mut failing, Masks::default()).await.unwrap_err();
    assert!(error.to_string().contains("filling public.small") && error.ending() == Ending::Undone, "{error}");
    assert_eq!(sum(&pair.target, "small").await, before);
    clean(&pair).await;
}

/// A run fails while another process's worker holds its snapshot; the next run goes on with both.
#[tokio::test]
async fn a_run_goes_on_with_what_is_done_while_its_snapshot_lives() {
    let pair = ready().await;
    let before = sum(&pair.source, "large").await;
    let mut first = plan(&pair).await;
    let joined = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&joined);
    // The run's own workers wait until somebody has joined, and then break.
    let masks = Masks::default().with("large", "pad", move |values, _| {
        if seen.load(Ordering::SeqCst) > 2 { Err(trap()) } else { Ok(slow(values)) }
    });
    let marked = masks.marked(&mut first);
    let snapshot = SourceSnapshot::take(&pair.ends).await.unwrap();
    let running = sync::run(&first, &pair.ends, &snapshot, Arc::new(marked), Arc::new(Steps::default()), pending());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let ends = pair.ends.clone();
    let counted = Arc::clone(&joined);
    let joining = async move {
        let record = loop {
            match sync::unfinished(&ends).await.unwrap().filter(|record| record.can_go_on()) {
                Some(record) => break record,
                None => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        let mut plan = record.plan.clone();
        let masks = Masks::default().with("large", "pad", move |values, _| {
            counted.fetch_add(1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(40));
            Ok(values.clone())
        });
        let masks = Arc::new(masks.marked(&mut plan));
        let stop = async {
            let _ = stopped.await;
        };
        sync::join(&record, 1, &ends, masks, Arc::new(Steps::default()), stop).await
    };
    let joining = tokio::spawn(joining);
    let error = running.await.unwrap_err();
    assert!(matches!(&error, SyncError::Partly(partly) if partly.held && partly.of == 5), "{error}");
    drop(snapshot);
    pair.fill("UPDATE large SET small = 1; DELETE FROM large WHERE id < 100").await;
    let record = sync::unfinished(&pair.ends).await.unwrap().unwrap();
    assert_eq!(record.plan, first);
    assert!(record.can_go_on() && record.chunks == 5);
    let snapshot = SourceSnapshot::adopt(&pair.ends, record.snapshot.as_deref().unwrap()).await.unwrap();
    let mut plan = record.plan.clone();
    let masks = Masks::default().each("large", "pad", str::to_owned).marked(&mut plan);
    let copied =
        sync::run(&plan, &pair.ends, &snapshot, Arc::new(masks), Arc::new(Steps::default()), pending()).await.unwrap();
    assert!(copied.resumed && copied.tables[1].rows == 18_000);
    assert_eq!(sum(&pair.target, "large").await, before);
    clean(&pair).await;
    drop(stop);
    let _ = joining.await.unwrap();
}

#[tokio::test]
async fn a_run_whose_snapshot_is_gone_begins_again() {
    let pair = ready().await;
    let mut plan = plan(&pair).await;
    let calls = AtomicU32::new(0);
    let masks = Masks::default().with("small", "v", move |values, _| {
        if calls.fetch_add(1, Ordering::Relaxed) == 0 { Err(trap()) } else { Ok(values.clone()) }
    });
    assert!(pair.run(&mut plan, masks).await.is_err());
    // As a process leaves it that was killed.
    let sql =
        format!("UPDATE confiture.sync_run SET state = 'copying'; CREATE SCHEMA confiture_sync_{}", &plan.run[..8]);
    pair.target.batch_execute(&sql).await.unwrap();
    let record = sync::unfinished(&pair.ends).await.unwrap().unwrap();
    assert!(!record.can_go_on());
    assert!(matches!(
        sync::join(&record, 1, &pair.ends, Arc::new(Masks::default()), Arc::new(Steps::default()), pending()).await,
        Err(SyncError::Refused(_))
    ));
    let copied = pair.run(&mut plan, Masks::default().each("small", "v", str::to_owned)).await.unwrap();
    assert!(!copied.resumed);
    pair.compare(&plan).await;
    clean(&pair).await;
}

#[tokio::test]
async fn cycles_and_tables_that_have_to_be_empty() {
    let schema = "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);
        ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (b) REFERENCES b;";
    let pair = pair(schema).await;
    pair.fill("INSERT INTO a VALUES (1); INSERT INTO b VALUES (1, 1); UPDATE a SET b = 1").await;
    let mut plan = pair.plan(&[]).await;
    plan.workers = 3;
    let key = ForeignKey { table: name("a"), name: "a_b".to_owned(), definition: String::new(), deferrable: false };
    plan.cycles = vec![key];
    pair.run(&mut plan, Masks::default()).await.unwrap();
    pair.compare(&plan).await;
    let mut again = pair.plan(&[]).await;
    again.workers = 2;
    assert_eq!(pair.run(&mut again, Masks::default()).await.unwrap_err().ending(), Ending::Refused);
}

/// The schema of the target as `pg_dump` writes it, without its random lines. Nothing, said, where there is none as new as
/// the server.
fn dump(pair: &Pair) -> String {
    let binaries = confiture_postgres::scratch::ServerBinaries::find(|name| std::env::var_os(name)).unwrap();
    let described = pair.ends.target.describe();
    let host = described.split_whitespace().find(|word| word.starts_with('/')).unwrap().trim_end_matches([',', ';']);
    for program in [binaries.directory().join("pg_dump"), "pg_dump".into()] {
        let mut command = std::process::Command::new(program);
        command.args(["-s", "-N", "confiture", "-h", host, "-U", "postgres", "-d", pair.ends.target.database()]);
        let Some(output) = command.output().ok().filter(|output| output.status.success()) else { continue };
        let text = String::from_utf8(output.stdout).unwrap();
        let random = |line: &&str| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict");
        return text.lines().filter(random).collect::<Vec<_>>().join("\n");
    }
    eprintln!("skipped: no pg_dump as new as the server; schemas are not compared");
    String::new()
}

#[tokio::test]
async fn tables_that_change_places_are_what_the_others_were() {
    let schema = "CREATE TABLE kept (id serial PRIMARY KEY, v text);
        CREATE TABLE alone (id serial PRIMARY KEY, kept int CONSTRAINT ref REFERENCES kept ON DELETE CASCADE DEFERRABLE, v varchar(20) NOT NULL DEFAULT 'x' COLLATE \"C\",
            twice int GENERATED ALWAYS AS (kept * 2) STORED, CONSTRAINT positive CHECK (kept > 0), gone int) WITH (fillfactor = 70, autovacuum_enabled = false);
        ALTER TABLE alone DROP gone; ALTER TABLE alone ADD late jsonb DEFAULT '{}';
        ALTER TABLE alone ALTER v SET STORAGE EXTERNAL;
        CREATE INDEX by_v ON alone (lower(v)) WHERE kept > 1; CREATE UNIQUE INDEX two ON alone (id, v);
        ALTER TABLE alone CLUSTER ON two;
        COMMENT ON TABLE alone IS 'it''s alone'; COMMENT ON COLUMN alone.v IS 'a value'; COMMENT ON INDEX by_v IS 'an index';
        COMMENT ON CONSTRAINT positive ON alone IS 'a check'; COMMENT ON CONSTRAINT ref ON alone IS 'a key'; COMMENT ON CONSTRAINT alone_pkey ON alone IS 'the key';
        GRANT SELECT, INSERT ON alone TO pg_monitor WITH GRANT OPTION; GRANT SELECT ON alone TO PUBLIC; REVOKE DELETE ON alone FROM postgres;
        CREATE TABLE viewed (id int PRIMARY KEY, v text); CREATE VIEW seen AS SELECT * FROM viewed;
        CREATE TABLE \"Odd \"\"name\" (\"a b\" int); ALTER TABLE \"Odd \"\"name\" OWNER TO pg_monitor;
        CREATE TABLE identity (id int GENERATED BY DEFAULT AS IDENTITY);";
    let pair = pair(schema).await;
    pair.fill(
        "INSERT INTO kept (v) SELECT n FROM generate_series(1, 100) n; INSERT INTO alone (kept, v) SELECT n, n FROM generate_series(1, 100) n;
         INSERT INTO viewed VALUES (1, 'a'); INSERT INTO \"Odd \"\"name\" VALUES (1); INSERT INTO identity VALUES (1)",
    )
    .await;
    let before = dump(&pair);
    let numbers = "SELECT string_agg(relname || ' ' || oid, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'";
    let mut earlier = value(&pair.target, numbers).await;
    for _ in 0..2 {
        let mut plan = pair.plan(&["kept", "alone", "viewed", "Odd \"name", "identity"]).await;
        plan.sequences = vec![name("alone_id_seq")];
        (plan.replace, plan.workers) = (true, 2);
        let masks = Masks::default().each("alone", "late", str::to_owned);
        pair.run(&mut plan, masks).await.unwrap();
        for table in ["kept", "alone", "viewed", "identity"] {
            assert_eq!(sum(&pair.target, table).await, sum(&pair.source, table).await, "{table}");
        }
        assert_eq!(dump(&pair), before);
        let now = value(&pair.target, numbers).await;
        let same: Vec<bool> = earlier.split(',').zip(now.split(',')).map(|(a, b)| a == b).collect();
        // "Odd "name", alone, identity, kept, viewed.
        assert_eq!(same, [false, false, true, true, true], "{earlier} {now}");
        earlier = now;
    }
    assert_eq!(value(&pair.target, "INSERT INTO alone (kept) VALUES (1) RETURNING id").await, "101");
    // A row that refers to nothing: as it was.
    pair.fill("SET session_replication_role = replica; UPDATE alone SET kept = 999 WHERE id = 5").await;
    let (before, rows) = (dump(&pair), sum(&pair.target, "alone").await);
    let mut plan = pair.plan(&["kept", "alone"]).await;
    (plan.replace, plan.workers) = (true, 2);
    let error = pair.run(&mut plan, Masks::default()).await.unwrap_err();
    assert!(error.to_string().contains("validating the foreign key ref of public.alone: a row refers"), "{error}");
    assert_eq!((dump(&pair), sum(&pair.target, "alone").await), (before, rows));
}
