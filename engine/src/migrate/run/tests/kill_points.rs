//! The program or the server dies at every call: what is left is before or after, and the next run goes on.

use super::*;
use crate::migrate::run::fake::Database;

/// The statements of each migration that took effect, and what the ledger says of it.
fn check(database: &Database, files: &Files, direction: Direction, what: &str) {
    for migration in &files.migrations {
        let script = match (direction, &migration.down) {
            (Direction::Down, Some(down)) => down,
            _ => &migration.up,
        };
        let statements: Vec<&str> = script.steps().iter().map(|step| script.sql(step)).collect();
        let ran = statements.iter().filter(|sql| database.effects.iter().any(|effect| effect == *sql)).count();
        let entry = database.entries.get(migration.id.as_str()).map(|entry| entry.progress.clone());
        let expected = match (direction, entry) {
            (Direction::Up, None) | (Direction::Down, Some(Progress::Applied)) => vec![0],
            (Direction::Up, Some(Progress::Applied)) | (Direction::Down, None) => vec![statements.len()],
            (_, Some(Progress::Partial { done, started } | Progress::Undoing { done, started })) => {
                (done as usize..=done as usize + usize::from(started)).collect()
            }
            other => panic!("{what}: {other:?}"),
        };
        assert!(expected.contains(&ran), "{what}: {} ran {ran} of {expected:?}", migration.title());
    }
}

fn every_effect(files: &Files) -> Vec<String> {
    let steps = files.migrations.iter().flat_map(|migration| {
        migration.up.steps().iter().map(|step| migration.up.sql(step).to_owned()).collect::<Vec<_>>()
    });
    steps.collect()
}

const FAULTS: [Fault; 4] = [Fault::DieBefore, Fault::DieHalfWay, Fault::DieAfter, Fault::Error];

fn die_everywhere(files: &Files) {
    let server = Server::new();
    run_up(&server, files).0.expect("applies");
    let calls = server.state().calls;
    for at in 1..=calls {
        for fault in FAULTS {
            let what = format!("{fault:?} at call {at}");
            let server = Server::new();
            server.state().fault = Some((at, fault));
            let (outcome, _) = run_up(&server, files);
            check(&server.state().database, files, Direction::Up, &what);
            if let Err(failed) = &outcome
                && failed.failure.exit_code() == 5
            {
                let partial = |entry: &LedgerEntry| entry.progress != Progress::Applied;
                assert!(!server.state().database.entries.values().any(partial), "{what}: {failed}");
            }
            server.mend();
            run_up(&server, files).0.unwrap_or_else(|failed| panic!("{what}: {failed}"));
            check(&server.state().database, files, Direction::Up, &what);
            assert_eq!(server.state().database.effects, every_effect(files), "{what}");
            assert!(server.state().database.indexes.values().all(|valid| *valid), "{what}");
        }
    }
}

#[test]
fn migrations_in_transactions() {
    die_everywhere(&files(&[("1_a.sql", "one; two"), ("2_b.sql", "three"), ("R__v.sql", "four")]));
}

#[test]
fn migrations_outside_of_transactions() {
    let first = "-- confiture: transaction = false\none;\ncreate index concurrently i on t (a);\ntwo;\nthree";
    let second = "create index concurrently if not exists j on t (a);\ncreate index concurrently k on t (a)";
    die_everywhere(&files(&[("1_a.sql", first), ("2_b.sql", second), ("3_c.sql", "four")]));
}

#[test]
fn the_way_down() {
    let all = files(&[
        ("1_a.up.sql", "create index concurrently i on t (a)"),
        ("1_a.down.sql", "-- confiture: transaction = false\nnot one;\ndrop index concurrently i;\nnot two"),
        ("2_b.up.sql", "three; four"),
        ("2_b.down.sql", "not four; not three"),
    ]);
    let applied = || {
        let server = Server::new();
        run_up(&server, &all).0.expect("applies");
        server.state().database.effects.clear();
        server
    };
    let server = applied();
    let before = server.state().calls;
    run_down(&server, &all, &Undo::Steps(2)).expect("undoes");
    let calls = server.state().calls - before;
    for at in 1..=calls {
        for fault in FAULTS {
            let what = format!("{fault:?} at call {at}");
            let server = applied();
            server.state().fault = Some((before + at, fault));
            drop(run_down(&server, &all, &Undo::Steps(2)));
            check(&server.state().database, &all, Direction::Down, &what);
            server.mend();
            run_down(&server, &all, &Undo::Steps(2)).unwrap_or_else(|failed| panic!("{what}: {failed}"));
            let effects = ["not four", "not three", "not one", "drop index concurrently i", "not two"];
            assert_eq!(server.state().database.effects, effects, "{what}");
            assert_eq!(server.state().database.entries.len(), 0, "{what}");
        }
    }
}
