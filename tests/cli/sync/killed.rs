//! Runs that die in the middle of a table.

use super::{
    pair::{ended, signal},
    shop,
};

/// Makes the rows of one table come in slowly.
pub const SLOWLY: &str = "
    CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.002); RETURN NEW; END $$;
    CREATE TRIGGER slowly BEFORE INSERT ON items FOR EACH ROW EXECUTE FUNCTION slowly()";
/// Whether they come in.
pub const COPYING: &str = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()
    AND pid <> pg_backend_pid() AND state = 'active' AND query ILIKE 'copy%items%'";
/// Whether nobody but us is connected.
const ALONE: &str = "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database()";
const COUNTS: &str =
    "SELECT concat_ws(' ', (SELECT count(*) FROM people), (SELECT count(*) FROM orders), (SELECT count(*) FROM items))";

#[tokio::test(flavor = "multi_thread")]
async fn one_stream_leaves_the_target_as_it_was() {
    let pair = shop::shop().await;
    pair.execute(SLOWLY).await;
    let running = pair.start(&["--fire-triggers"]);
    pair.wait_until(COPYING).await;
    signal(&running, "KILL");
    ended(running).expect(-1);
    pair.wait_until(ALONE).await;
    assert_eq!(pair.value(COUNTS).await, "0 0 0");
    pair.execute("DROP TRIGGER slowly ON items").await;
    pair.sync(&["--verify-consistency"]).expect(0);
    assert_eq!(pair.value(COUNTS).await, "300 900 2000");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_interrupts_it_leaves_the_target_as_it_was() {
    let pair = shop::shop().await;
    pair.execute(SLOWLY).await;
    let running = pair.start(&["--fire-triggers"]);
    pair.wait_until(COPYING).await;
    signal(&running, "INT");
    ended(running).expect(130);
    pair.wait_until(ALONE).await;
    assert_eq!(pair.value(COUNTS).await, "0 0 0");
}

/// With several streams, what is done is in tables of the run's own: the next run goes on, or begins again where the
/// snapshot is gone; the target's tables are empty until then.
#[tokio::test(flavor = "multi_thread")]
async fn several_streams_are_gone_on_with() {
    let pair = shop::shop().await;
    let more = "INSERT INTO items SELECT n % 900 + 1, n, repeat('x', 100) FROM generate_series(1, 200000) AS n";
    pair.source.client().batch_execute(more).await.expect("is written");
    let running = pair.start(&["--workers", "2"]);
    let begun = "SELECT to_regclass('confiture.sync_chunk') IS NOT NULL";
    pair.wait_until(begun).await;
    pair.wait_until("SELECT count(*) > 0 FROM confiture.sync_chunk WHERE done").await;
    signal(&running, "KILL");
    ended(running).expect(-1);
    pair.wait_until(ALONE).await;
    let counts = pair.value(COUNTS).await;
    if counts == "0 0 0" {
        pair.sync(&["--workers", "2", "--verify-consistency"]).expect(0).says(&["has not ended"]);
    } else {
        // It was done before it was killed.
        pair.sync(&["--workers", "2", "--verify-consistency", "--replace", "--yes"]).expect(0);
    }
    assert_eq!(pair.value(COUNTS).await, "300 900 202000");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_needs_a_run_to_take_part_in() {
    let pair = shop::shop().await;
    pair.bare(&["worker", "--source", "production", "--target", "qa", "--anonymization-profile", "qa"])
        .expect(8)
        .says(&["no run is at work on the target"]);
    pair.bare(&["worker", "--source", "production"]).expect(2);
}
