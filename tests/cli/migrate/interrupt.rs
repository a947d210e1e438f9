//! Ctrl-C.

use super::site::site;

#[tokio::test(flavor = "multi_thread")]
async fn the_statement_is_cancelled_and_all_is_rolled_back() {
    let site = site(&[("1_a.sql", "CREATE TABLE a ();\nSELECT pg_sleep(60);\n")]).await;
    for signal in ["INT", "TERM"] {
        let mut run = site.start(&["up"]);
        assert!(run.wait_for("statement 1 of 2"));
        site.wait_for_statement("pg_sleep").await;
        run.signal(signal);
        run.end().expect(130).says(&["interrupted: 1_a was rolled back"]);
        site.wait_for_end_of("pg_sleep").await;
        assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_a_transaction_what_ran_is_recorded() {
    let script = "-- confiture: transaction = false\nCREATE TABLE a ();\nSELECT pg_sleep(60);\nCREATE TABLE b ();\n";
    let site = site(&[("1_a.sql", script)]).await;
    let mut run = site.start(&["up"]);
    assert!(run.wait_for("statement 1 of 3"));
    site.wait_for_statement("pg_sleep").await;
    run.signal("INT");
    run.end().expect(9).says(&["interrupted: 1_a stopped part-way, 1 of its 3 statements are done", "run again"]);
    site.wait_for_end_of("pg_sleep").await;
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a", "1"));
    site.write("1_a.sql", &script.replace("60", "0"));
    site.migrate(&["up"]).expect(0);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a b", "1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_waits_for_another_run() {
    let site = site(&[("1_a.sql", "SELECT pg_sleep(5);")]).await;
    let mut first = site.start(&["up"]);
    assert!(first.wait_for("1_a: begun"));
    let mut second = site.start(&["up"]);
    assert!(second.wait_for("waiting for another run"));
    second.signal("INT");
    second.end().expect(130).says(&["nothing was run"]);
    first.end().expect(0);
}
