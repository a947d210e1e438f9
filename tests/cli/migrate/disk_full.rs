//! A disk that is full: PostgreSQL says 53100, and the migration is undone.

use super::own_server::{own_server, site_on};
use super::site::site;
use confiture_tests::small_disk::SmallDisk;

const FILLS: &str = "CREATE TABLE a ();\nCREATE TABLE big (t text) TABLESPACE small;\nALTER TABLE big ALTER t SET STORAGE EXTERNAL;\n\
    INSERT INTO big SELECT repeat(md5(n::text), 1000) FROM generate_series(1, 2000) n;\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_real_one() {
    let server = own_server(&[]).await;
    let Some(small) = SmallDisk::mount(&server, 8) else { return };
    let site = site_on(&server, &[("1_z.sql", "CREATE TABLE z ();"), ("2_big.sql", FILLS)]).await;
    site.execute(&format!("CREATE TABLESPACE small LOCATION '{}'", small.path().display())).await;
    let failed = site.migrate(&["up"]).expect(5);
    failed.says(&["migrations/2_big.sql:4:1", "53100", "No space left on device", "make room", "run again"]);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("z", "1"));
    // Of what was written before, nothing takes room; with less to write it goes well.
    site.write("2_big.sql", &FILLS.replace("2000", "20"));
    site.migrate(&["up"]).expect(0);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a big z", "1 2"));
    // The same outside a transaction: what is done stays done, and is said.
    site.write("3_more.sql", "-- confiture: transaction = false\nCREATE TABLE b ();\nINSERT INTO big SELECT repeat(md5(n::text), 1000) FROM generate_series(1, 2000) n;\n");
    site.migrate(&["up"]).expect(9).says(&["53100", "3_more stopped part-way: 1 of its 2 statements are done"]);
    assert_eq!(site.tables().await, "a b big z");
    server.stop().await;
    drop(small);
}

/// Where no file system can be mounted, at least what is said about the error.
#[tokio::test(flavor = "multi_thread")]
async fn the_error_by_itself() {
    let raise = "CREATE TABLE a ();\nDO $$ BEGIN RAISE disk_full USING MESSAGE = 'could not extend file'; END $$;\n";
    let site = site(&[("1_a.sql", raise)]).await;
    site.migrate(&["up"]).expect(5).says(&["migrations/1_a.sql:2:1", "53100", "make room on the server's disk"]);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
}
