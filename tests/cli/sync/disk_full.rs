//! A target whose disk is full: its tables are as they were, and with more room the next run goes on.

use super::pair::Pair;
use confiture_postgres::scratch::{Scratch, ScratchOptions};
use confiture_tests::small_disk::SmallDisk;

const SCHEMA: &[&str] = &[
    "CREATE TABLE little (id int PRIMARY KEY, mail text)",
    "CREATE TABLE more (id int PRIMARY KEY, v text)",
    "CREATE TABLE much (id int PRIMARY KEY, v char(1500))",
];
const ROWS: &[&str] = &[
    "INSERT INTO little SELECT n, 'zebedee' || n || '@quux.example' FROM generate_series(1, 1000) AS n",
    "INSERT INTO more SELECT n, n FROM generate_series(1, 1000) AS n",
    "INSERT INTO much SELECT n, n FROM generate_series(1, 30000) AS n",
    "ANALYZE",
];
const RULES: &str = "rules:\n  - {table: little, columns: {mail: {type: email_masking, keep_domain: false}}}\n";
const COUNTS: &str =
    "SELECT concat_ws(' ', (SELECT count(*) FROM little), (SELECT count(*) FROM more), (SELECT count(*) FROM much))";

async fn server() -> Scratch {
    let settings = vec![("autovacuum".to_owned(), "off".to_owned())];
    Scratch::start(ScratchOptions { settings, ..ScratchOptions::default() }).await.expect("starts")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_real_one() {
    let (source, target) = (server().await, server().await);
    let Some(disk) = SmallDisk::mount(&target, 40) else { return };
    source.create_database("app").await.expect("can be created");
    let space = format!("CREATE TABLESPACE small LOCATION '{}'", disk.path().display());
    let postgres = target.session("postgres").await.expect("connects");
    for sql in [&space, "CREATE DATABASE app TABLESPACE small"] {
        postgres.client().batch_execute(sql).await.expect("is made");
    }
    let end = async |server: &Scratch| (server.url("app"), server.session("app").await.expect("connects"));
    let pair = Pair::between(end(&source).await, end(&target).await, RULES);
    for sql in SCHEMA.iter().chain(ROWS) {
        pair.source.client().batch_execute(sql).await.expect("is done");
    }
    for sql in SCHEMA {
        pair.execute(sql).await;
    }
    pair.execute("INSERT INTO little VALUES (-1, 'old')").await;
    let before = pair.dump();

    let one = pair.sync(&["--replace", "--yes"]).expect(5);
    one.says(&["while copying into public.much", "SQLSTATE 53100", "make room, and run again"]);
    assert_eq!(pair.value(COUNTS).await, "1 0 0");
    // Nothing that was written takes room any more: the same again fails in the same place.
    pair.sync(&["--replace", "--yes"]).expect(5).says(&["while copying into public.much"]);

    let two = ["--replace", "--yes", "--workers", "2", "--verify-consistency"];
    pair.sync(&two)
        .expect(9)
        .says(&["SQLSTATE 53100", "2 of 3 chunks are done and kept, masked, in schema confiture_sync_"]);
    assert_eq!(pair.value(COUNTS).await, "1 0 0");
    if let (Some(before), Some(now)) = (before, pair.dump()) {
        let bare =
            |dump: &str| dump.lines().filter(|line| !line.starts_with("\\")).map(str::to_owned).collect::<Vec<_>>();
        assert!(!now.contains("zebedee"), "what is kept is masked");
        assert!(bare(&before).iter().all(|line| bare(&now).contains(line)), "the target is as it was");
    }
    // What is kept takes no more room than its rows.
    let kept = "SELECT sum(pg_relation_size(oid))::text FROM pg_class WHERE relnamespace::regnamespace::text LIKE 'confiture\\_sync%'";
    assert!(pair.value(kept).await.parse::<u64>().is_ok_and(|bytes| bytes < 1 << 20));
    disk.resize(200);
    pair.sync(&two).expect(0).says(&["going on with the run that", "2 of 3 chunks are done"]);
    assert_eq!(pair.value(COUNTS).await, "1000 1000 30000");
    source.stop().await;
    target.stop().await;
    drop(disk);
}
