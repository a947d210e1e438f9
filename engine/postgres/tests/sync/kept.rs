//! A run of several workers that fails alone: what is done is kept while its snapshot can be had again, and no longer.

use super::support::{Masks, Pair, Steps, pair_between, sum, trap, value};
use confiture_model::sync::Plan;
use confiture_postgres::{
    scratch::{Scratch, ScratchOptions},
    sync::{self, Copied, Ending, SyncError},
};
use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// A row of the large table fills a page: it has three parts. The last table is reached when most of them are done.
const SCHEMA: &str =
    "CREATE TABLE large (id int PRIMARY KEY, pad char(6000)); ALTER TABLE large ALTER pad SET STORAGE PLAIN;
    CREATE TABLE last (id int PRIMARY KEY, v text)";
const ROWS: &str = "INSERT INTO large SELECT n, repeat('x', n % 6000) FROM generate_series(1, 18000) n;
    INSERT INTO last SELECT n, 'secret' || n FROM generate_series(1, 100) n";
const LEFT: &str = "SELECT concat_ws(' ', (SELECT count(*) FROM confiture.sync_chunk WHERE done),
    (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'confiture\\_sync%'), (SELECT state FROM confiture.sync_run ORDER BY started_at LIMIT 1))";

/// The source's server on its own, where nothing but the test writes.
async fn quiet() -> (Scratch, Scratch, Pair) {
    let settings = vec![("autovacuum".to_owned(), "off".to_owned())];
    let source = Scratch::start(ScratchOptions { settings, ..ScratchOptions::default() }).await.unwrap();
    let target = Scratch::start(ScratchOptions::default()).await.unwrap();
    let pair = pair_between(&source, &target, SCHEMA).await;
    pair.fill(ROWS).await;
    pair.target.batch_execute("INSERT INTO last VALUES (-1, 'old')").await.unwrap();
    (source, target, pair)
}

async fn plan(pair: &Pair) -> Plan {
    let mut plan = pair.plan(&["large", "last"]).await;
    (plan.replace, plan.workers) = (true, 2);
    plan
}

/// A strategy that breaks as long as it is told to.
fn masks(breaks: &Arc<AtomicBool>) -> Masks {
    let breaks = Arc::clone(breaks);
    Masks::default().with("last", "v", move |values, _| match breaks.load(Ordering::SeqCst) {
        true => Err(trap()),
        false => Ok(values.clone()),
    })
}

/// What `confiture sync` does with a run that has not ended, if it can be gone on with.
async fn go_on(pair: &Pair, breaks: &Arc<AtomicBool>) -> Option<Result<Copied, SyncError>> {
    let record = sync::unfinished(&pair.ends).await.unwrap().unwrap();
    let snapshot = sync::resume(&pair.ends, &record).await.unwrap()?;
    let mut plan = record.plan;
    let masks = Arc::new(masks(breaks).marked(&mut plan));
    Some(sync::run(&plan, &pair.ends, &snapshot, masks, Arc::new(Steps::default()), pending()).await)
}

#[tokio::test]
async fn what_is_done_is_kept_until_something_is_written_at_the_source() {
    let (source, target, pair) = quiet().await;
    let before = sum(&pair.target, "last").await;
    let breaks = Arc::new(AtomicBool::new(true));
    let error = pair.run(&mut plan(&pair).await, masks(&breaks)).await.unwrap_err();
    let SyncError::Partly(partly) = &error else { panic!("{error}") };
    assert!(partly.done >= 2 && partly.of == 4 && !partly.held && error.ending() == Ending::Plugin, "{error}");
    let text = error.to_string();
    assert!(text.contains(&partly.schema) && text.contains("--restart") && !text.contains("secret"), "{text}");
    assert_eq!(sum(&pair.target, "last").await, before);
    // Nobody but its owner may look into what is kept.
    let open = format!("SELECT has_schema_privilege('pg_monitor', '{}', 'USAGE')", partly.schema);
    assert_eq!(value(&pair.target, &open).await, "f");
    // It fails again, and is still there. Who alters a table meanwhile finds it altered.
    assert!(matches!(go_on(&pair, &breaks).await, Some(Err(SyncError::Partly(_)))));
    pair.target.batch_execute("ALTER TABLE large ADD CONSTRAINT late CHECK (id > 0)").await.unwrap();
    breaks.store(false, Ordering::SeqCst);
    let copied = go_on(&pair, &breaks).await.unwrap().unwrap();
    assert!(copied.resumed && copied.tables[0].rows == 18_000);
    pair.compare(&plan(&pair).await).await;
    assert_eq!(value(&pair.target, "SELECT count(*) FROM pg_constraint WHERE conname = 'late'").await, "1");
    assert_eq!(value(&pair.target, LEFT).await, "0 0 copied");

    // What a later run cannot go on with is cleared away by it, or at once.
    breaks.store(true, Ordering::SeqCst);
    assert!(matches!(pair.run(&mut plan(&pair).await, masks(&breaks)).await, Err(SyncError::Partly(_))));
    pair.fill("UPDATE last SET v = 'new' WHERE id = 1").await;
    assert!(go_on(&pair, &breaks).await.is_none());
    let writes = {
        let options = pair.ends.source.clone();
        Masks::default().with("last", "v", move |_, _| {
            let options = options.clone();
            let write = async move {
                super::support::open(&options)
                    .await
                    .batch_execute("UPDATE last SET v = 'newer' WHERE id = 1")
                    .await
                    .unwrap();
            };
            let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            std::thread::spawn(move || runtime().block_on(write)).join().unwrap();
            Err(trap())
        })
    };
    let error = pair.run(&mut plan(&pair).await, writes).await.unwrap_err();
    assert!(matches!(error, SyncError::Fault { .. }), "{error}");
    let left = "SELECT (SELECT count(*) FROM confiture.sync_chunk) + (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'confiture\\_sync%')
        + (SELECT count(*) FROM confiture.sync_run WHERE state = 'copying')";
    assert_eq!(value(&pair.target, left).await, "0");
    source.stop().await;
    target.stop().await;
}

/// Whoever throws the kept rows away by hand gets a run that begins again.
#[tokio::test]
async fn a_schema_that_was_dropped_is_not_gone_on_with() {
    let (source, target, pair) = quiet().await;
    let breaks = Arc::new(AtomicBool::new(true));
    let error = pair.run(&mut plan(&pair).await, masks(&breaks)).await.unwrap_err();
    let SyncError::Partly(partly) = &error else { panic!("{error}") };
    pair.target.batch_execute(&format!("DROP SCHEMA {} CASCADE", partly.schema)).await.unwrap();
    assert!(go_on(&pair, &breaks).await.is_none());
    breaks.store(false, Ordering::SeqCst);
    let copied = pair.run(&mut plan(&pair).await, masks(&breaks)).await.unwrap();
    assert!(!copied.resumed);
    pair.compare(&plan(&pair).await).await;
    source.stop().await;
    target.stop().await;
}
