//! What goes wrong in the middle: the target is as it was, and no message holds a value.

use super::support::{Masks, Pair, Steps, open, pair, pair_on, sum, trap, value};
use confiture_model::mask::Column;
use confiture_postgres::{
    scratch::{Scratch, ScratchOptions},
    sync::{self, Ending, SourceSnapshot, SyncError},
};
use std::sync::{Arc, atomic::AtomicU32, atomic::Ordering};

const SCHEMA: &str = "CREATE TABLE first (id int PRIMARY KEY, v text); CREATE TABLE second (id int PRIMARY KEY, mail varchar(40) NOT NULL, n int, ok bool);";
const ROWS: &str = "INSERT INTO first SELECT n, 'secret' || n FROM generate_series(1, 1000) n;
    INSERT INTO second SELECT n, 'secret' || n || '@example.org', n, true FROM generate_series(1, 50000) n";

async fn ready() -> (Pair, [String; 2]) {
    let pair = pair(SCHEMA).await;
    pair.fill(ROWS).await;
    pair.target
        .batch_execute("INSERT INTO first VALUES (-1, 'old'); INSERT INTO second VALUES (-1, 'old', 1)")
        .await
        .unwrap();
    let sums = sums(&pair).await;
    (pair, sums)
}

async fn sums(pair: &Pair) -> [String; 2] {
    [sum(&pair.target, "first").await, sum(&pair.target, "second").await]
}

/// Runs it with these masks, and finds the target as it was; then without, and finds it right.
async fn fails(masks: Masks) -> SyncError {
    let (pair, before) = ready().await;
    let mut plan = pair.plan(&["first", "second"]).await;
    plan.replace = true;
    let error = pair.run(&mut plan, masks).await.unwrap_err();
    assert_eq!(sums(&pair).await, before);
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(!text.contains("secret"), "{text}");
    }
    let state = format!("SELECT state FROM confiture.sync_run WHERE run = '{}'", plan.run);
    assert_eq!(value(&pair.target, &state).await, "failed");
    let mut plan = pair.plan(&["first", "second"]).await;
    plan.replace = true;
    pair.copy_all(&mut plan).await;
    error
}

#[tokio::test]
async fn strategies_that_break_in_the_middle() {
    let calls = AtomicU32::new(0);
    let error = fails(Masks::default().with("second", "mail", move |values, _| {
        if calls.fetch_add(1, Ordering::Relaxed) > 2 { Err(trap()) } else { Ok(values.clone()) }
    }))
    .await;
    assert_eq!(error.ending(), Ending::Plugin);
    assert!(error.to_string().contains("public.second.mail: plugin `fake`"), "{error}");
    let few = |values: &Column, _: &[Column]| Ok(values.slice(0, values.len() - 1));
    let error = fails(Masks::default().with("second", "mail", few)).await;
    assert!(error.to_string().contains("values for"), "{error}");
    let error = fails(Masks::default().each("second", "mail", |value| format!("{value}\0"))).await;
    assert!(error.to_string().contains("zero byte"), "{error}");
}

#[tokio::test]
async fn values_of_the_wrong_type() {
    for (column, wrong) in [("n", "secret"), ("n", "99999999999"), ("ok", "secret")] {
        let error = fails(Masks::default().each("second", column, move |_| wrong.to_owned())).await;
        assert!(error.to_string().starts_with(&format!("public.second.{column}: ")), "{error}");
    }
    // What only the target can tell.
    let error = fails(Masks::default().each("second", "mail", |value| value.repeat(5))).await;
    assert!(error.to_string().contains("while copying into public.second: a value is too long"), "{error}");
    let error =
        fails(Masks::default().with("second", "mail", |values, _| Ok(values.iter().map(|_| None::<&str>).collect())))
            .await;
    assert!(error.to_string().contains("column mail"), "{error}");
    let error = fails(Masks::default().each("second", "id", |_| "7".to_owned())).await;
    assert!(error.to_string().contains("constraint second_pkey") && error.ending() == Ending::Undone, "{error}");
}

#[tokio::test]
async fn sessions_that_are_ended_in_the_middle() {
    for end in ["source", "target"] {
        let (pair, before) = ready().await;
        let options = pair.ends.target.clone();
        let database =
            if end == "source" { pair.ends.source.database() } else { pair.ends.target.database() }.to_owned();
        let masks = Masks::default().with("second", "mail", move |values, _| {
            let (options, database) = (options.clone(), database.clone());
            let end = move || async move {
                let client = super::support::open(&options).await;
                let sql = format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'
                     AND query LIKE 'COPY%' AND application_name = 'confiture sync'"
                );
                client.batch_execute(&sql).await.unwrap();
            };
            let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            std::thread::spawn(move || runtime().block_on(end())).join().unwrap();
            Ok(values.clone())
        });
        let mut plan = pair.plan(&["first", "second"]).await;
        plan.replace = true;
        let error = pair.run(&mut plan, masks).await.unwrap_err();
        assert!(matches!(error, SyncError::Lost { .. }), "{error}");
        assert_eq!(sums(&pair).await, before, "{end}");
        let mut plan = pair.plan(&["first", "second"]).await;
        plan.replace = true;
        pair.copy_all(&mut plan).await;
    }
}

#[tokio::test]
async fn asked_to_stop() {
    let (pair, before) = ready().await;
    let mut plan = pair.plan(&["first", "second"]).await;
    plan.replace = true;
    let (tell, told) = tokio::sync::oneshot::channel();
    let tell = std::sync::Mutex::new(Some(tell));
    let masks = Masks::default().with("second", "mail", move |values, _| {
        if let Some(tell) = tell.lock().unwrap().take() {
            let _ = tell.send(());
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
        Ok(values.clone())
    });
    let masks = masks.marked(&mut plan);
    let snapshot = SourceSnapshot::take(&pair.ends).await.unwrap();
    let stop = async {
        let _ = told.await;
    };
    let result = sync::run(&plan, &pair.ends, &snapshot, Arc::new(masks), Arc::new(Steps::default()), stop).await;
    assert_eq!(result, Err(SyncError::Stopped));
    assert_eq!(sums(&pair).await, before);
}

#[tokio::test]
async fn what_stands_in_the_way_is_named() {
    let (pair, before) = ready().await;
    // Another run.
    let holder = confiture_postgres::migration::PgMigrationConnector::new(pair.ends.target.clone(), "eve@home");
    let mut holder = holder.open().await.unwrap();
    use confiture_model::migration::MigrationConnection as _;
    holder.prepare().await.unwrap();
    holder.try_lock().await.unwrap().unwrap();
    let mut plan = pair.plan(&["first"]).await;
    let error = pair.run(&mut plan, Masks::default()).await.unwrap_err();
    assert_eq!(error.ending(), Ending::Locked);
    holder.unlock().await.unwrap();
    // A table outside that refers to one inside.
    pair.target.batch_execute("CREATE TABLE outside (id int REFERENCES first)").await.unwrap();
    plan.replace = true;
    let error = pair.run(&mut plan, Masks::default()).await.unwrap_err();
    assert!(error.to_string().contains("outside") || error.to_string().contains("truncate"), "{error}");
    assert_eq!(sums(&pair).await, before);
}

#[tokio::test]
async fn a_disk_that_is_full() {
    let (pair, before) = ready().await;
    let full = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF NEW.id > 30000 THEN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'could not extend file'; END IF;
            RETURN NEW; END $$;
        CREATE TRIGGER full_disk BEFORE INSERT ON second FOR EACH ROW EXECUTE FUNCTION full_disk()";
    pair.target.batch_execute(full).await.unwrap();
    for workers in [1, 2] {
        let mut plan = pair.plan(&["first", "second"]).await;
        (plan.replace, plan.fire_triggers, plan.workers) = (true, true, workers);
        let error = pair.run(&mut plan, Masks::default()).await.unwrap_err();
        let text = error.to_string();
        assert!(text.contains("could not extend file (SQLSTATE 53100)") && text.contains("make room"), "{text}");
        assert_eq!(error.ending(), Ending::Undone);
        assert_eq!(sums(&pair).await, before);
    }
    pair.target.batch_execute("DROP TRIGGER full_disk ON second").await.unwrap();
    let mut plan = pair.plan(&["first", "second"]).await;
    plan.replace = true;
    pair.copy_all(&mut plan).await;
}

#[tokio::test]
async fn a_server_that_crashes_and_comes_back() {
    let server = Scratch::start(ScratchOptions::default()).await.unwrap();
    for workers in [1, 2] {
        let mut pair = pair_on(&server, SCHEMA).await;
        pair.fill(ROWS).await;
        pair.target.batch_execute("INSERT INTO first VALUES (-1, 'old'); CHECKPOINT").await.unwrap();
        let before = sums(&pair).await;
        let pid = value(&pair.target, "SELECT pg_backend_pid()").await;
        let calls = AtomicU32::new(0);
        let masks = Masks::default().with("second", "mail", move |values, _| {
            if calls.fetch_add(1, Ordering::Relaxed) == 2 {
                let killed = std::process::Command::new("kill").args(["-9", &pid]).status();
                assert!(killed.is_ok_and(|status| status.success()));
                std::thread::sleep(std::time::Duration::from_millis(300));
            }
            Ok(values.clone())
        });
        let mut plan = pair.plan(&["first", "second"]).await;
        (plan.replace, plan.workers) = (true, workers);
        let error = pair.run(&mut plan, masks).await.unwrap_err();
        assert!(matches!(error, SyncError::Lost { .. }), "{error}");
        (pair.source, pair.target) = (again(&pair.ends.source).await, again(&pair.ends.target).await);
        assert_eq!(sums(&pair).await, before);
        let mut plan = pair.plan(&["first", "second"]).await;
        (plan.replace, plan.workers) = (true, workers);
        pair.copy_all(&mut plan).await;
        let left = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'confiture\\_sync%'";
        assert_eq!(value(&pair.target, left).await, "0");
    }
    server.stop().await;
}

/// Connects as soon as the server has recovered.
async fn again(options: &confiture_postgres::connect::ConnectOptions) -> tokio_postgres::Client {
    for _ in 0..600 {
        if confiture_postgres::connect::connect(options).await.is_ok() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    open(options).await
}
