//! Several processes at one run: they share its chunks, and those that die are not missed.

use super::pair::{Pair, ended, signal, value};
use confiture_postgres::scratch::{Scratch, ScratchOptions};
use std::process::Child;

const SCHEMA: &[&str] = &[
    "CREATE TABLE small (id int PRIMARY KEY, v text)",
    "CREATE TABLE large (id int PRIMARY KEY, mail text, pad char(500))",
];
/// The large table has three chunks, and takes seconds to mask.
const ROWS: &[&str] = &[
    "INSERT INTO small VALUES (1, 'a')",
    "INSERT INTO large SELECT n, 'zebedee' || n || '@quux.example', '' FROM generate_series(1, 250000) AS n",
    "ANALYZE",
];
const RULES: &str = "rules:\n  - {table: large, columns: {mail: {type: email_masking, keep_domain: false}}}\n";
const COUNTS: &str = "SELECT concat_ws(' ', (SELECT count(*) FROM small), (SELECT count(*) FROM large),
    (SELECT count(*) FROM large WHERE mail LIKE '%quux%'))";
const COPIED: &str = "1 250000 0";
/// Sessions that write rows.
const COPYING: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'
    AND query ILIKE 'copy \"confiture%'";
const DONE: &str = "SELECT count(*)::text FROM confiture.sync_chunk WHERE done";
/// Whether nothing of a run is left but its record.
const CLEAN: &str =
    "SELECT concat_ws(' ', (SELECT count(*) FROM confiture.sync_chunk), (SELECT count(*) FROM confiture.sync_worker),
    (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'confiture\\_sync%'))";

async fn pair() -> Pair {
    Pair::alike(SCHEMA, ROWS, RULES).await
}

/// A run that was stopped in the middle of chunks: those it has, nobody else can take.
async fn stopped(pair: &Pair) -> (Child, Vec<String>) {
    let running = pair.start(&["--workers", "2", "--verify-consistency"]);
    pair.wait_until("SELECT to_regclass('confiture.sync_worker') IS NOT NULL").await;
    pair.wait_until("SELECT count(*) > 0 FROM confiture.sync_worker").await;
    pair.wait_until(&format!("SELECT count(*) > 0 FROM ({COPYING}) AS one")).await;
    signal(&running, "STOP");
    let pids = pair.value(&format!("SELECT string_agg(pid::text, ',') FROM ({COPYING}) AS one")).await;
    (running, pids.split(',').map(str::to_owned).collect())
}

/// Waits until sessions other than these write rows.
async fn until_others_copy(pair: &Pair, pids: &[String]) {
    let others =
        format!("SELECT count(*) > 0 FROM ({COPYING}) AS one WHERE pid::text <> ALL ('{{{}}}')", pids.join(","));
    pair.wait_until(&others).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_joins_and_both_copy() {
    let pair = pair().await;
    let (running, _) = stopped(&pair).await;
    let before: u32 = pair.value(DONE).await.parse().expect("a number");
    let worker = pair.start_worker();
    // What is done while the other stands still, the worker has done; what the other holds, it cannot.
    pair.wait_until(&format!("SELECT count(*) > {before} FROM confiture.sync_chunk WHERE done")).await;
    pair.wait_until("SELECT count(*) > 2 FROM confiture.sync_worker").await;
    assert_eq!(pair.value("SELECT count(*)::text FROM large").await, "0");
    signal(&running, "CONT");
    let run = ended(running).expect(0);
    let worker = ended(worker).expect(0).says(&["this worker has done its share"]);
    assert!(!worker.stderr.contains("its share: 0 rows") && !run.stderr.contains("zebedee"), "{}", worker.stderr);
    assert_eq!(pair.value(COUNTS).await, COPIED);
    assert_eq!(pair.value("SELECT state FROM confiture.sync_run").await, "verified");
    assert_eq!(pair.value(CLEAN).await, "0 0 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_killed_is_not_missed() {
    let pair = pair().await;
    let (running, pids) = stopped(&pair).await;
    let worker = pair.start_worker();
    until_others_copy(&pair, &pids).await;
    signal(&worker, "KILL");
    ended(worker).expect(-1);
    signal(&running, "CONT");
    ended(running).expect(0);
    assert_eq!(pair.value(COUNTS).await, COPIED);
    assert_eq!(pair.value(CLEAN).await, "0 0 0");
}

/// Whoever began the run is killed: the worker does what is left and holds the snapshot, in which the next run goes on,
/// though the source has other rows by then.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_outlasts_whoever_began_the_run() {
    let pair = pair().await;
    let (running, pids) = stopped(&pair).await;
    let worker = pair.start_worker();
    until_others_copy(&pair, &pids).await;
    signal(&running, "KILL");
    ended(running).expect(-1);
    pair.source.client().batch_execute("UPDATE small SET v = 'later'").await.expect("is written");
    pair.wait_until("SELECT NOT EXISTS (SELECT FROM confiture.sync_chunk WHERE NOT done)").await;
    assert_eq!(pair.value("SELECT count(*)::text FROM large").await, "0");
    let ran = pair.sync(&["--workers", "2", "--verify-consistency"]).expect(0);
    ran.says(&["going on with the run that", "4 of 4 chunks are done"]);
    ended(worker).expect(0).says(&["holding its snapshot"]);
    assert_eq!(pair.value(COUNTS).await, COPIED);
    assert_eq!(pair.value("SELECT v FROM small").await, "a");
    assert_eq!(pair.value(CLEAN).await, "0 0 0");
}

/// Where nothing is written at the source, a new snapshot shows what the one of a killed run did.
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_run_is_gone_on_with_while_the_source_stays_the_same() {
    let settings = vec![("autovacuum".to_owned(), "off".to_owned())];
    let server = Scratch::start(ScratchOptions { settings, ..ScratchOptions::default() }).await.expect("starts");
    server.create_database("app").await.expect("can be created");
    let source = server.session("app").await.expect("connects");
    for statement in SCHEMA.iter().chain(ROWS) {
        source.client().batch_execute(statement).await.expect("is done");
    }
    let pair = Pair::of(server.url("app"), source, RULES).await;
    for statement in SCHEMA {
        pair.execute(statement).await;
    }
    let killed = async |by: &str| {
        let running = pair.start(&["--workers", "2", "--replace", "--yes"]);
        pair.wait_until("SELECT to_regclass('confiture.sync_chunk') IS NOT NULL").await;
        pair.wait_until("SELECT count(*) > 0 FROM confiture.sync_chunk WHERE done").await;
        signal(&running, by);
        ended(running)
    };
    let again = |more: &[&str]| pair.sync(&[&["--workers", "2", "--replace", "--yes"], more].concat());
    killed("KILL").await.expect(-1);
    assert_eq!(pair.value("SELECT count(*)::text FROM large").await, "0");
    let planned = again(&["--dry-run"]).expect(0);
    assert!(planned.stdout.contains("the run itself would say: going on with the run that"), "{}", planned.stdout);
    again(&[]).expect(0).says(&["going on with the run that", "of 4 chunks are done"]);
    assert_eq!(pair.value(COUNTS).await, COPIED);
    // Whoever interrupts it may go on as well.
    killed("INT").await.expect(130).says(&["chunks are done and kept, masked, in schema confiture_sync_", "--restart"]);
    assert_eq!(pair.value(COUNTS).await, COPIED);
    again(&["--restart"]).expect(0).says(&["--restart clears it away: it starts again"]);
    killed("KILL").await.expect(-1);
    pair.source.client().batch_execute("UPDATE small SET v = 'later'").await.expect("is written");
    again(&[]).expect(0).says(&["the source has been written to since: it starts again"]);
    assert_eq!(value(&pair.target, "SELECT v FROM small").await, "later");
    assert_eq!(pair.value(CLEAN).await, "0 0 0");
    server.stop().await;
}
