use super::{Again, ConcurrentIndex, ControlKind, control, is_setting, outside};
use crate::split::split;

fn kind(source: &str) -> Option<ControlKind> {
    control(&split(source).expect("splits")[0]).map(|control| control.kind)
}

fn what(source: &str) -> Option<String> {
    outside(&split(source).expect("splits")[0]).map(|outside| outside.what)
}

fn again(source: &str) -> Again {
    outside(&split(source).expect("splits")[0]).expect("cannot run in a transaction").again
}

#[test]
fn transactions_are_begun_and_ended() {
    for begin in ["BEGIN", "begin work;", "/* a */ Begin -- b\n Transaction;", "START TRANSACTION"] {
        assert_eq!(kind(begin), Some(ControlKind::Begin), "{begin}");
    }
    for commit in ["COMMIT", "end;", "commit work", "END TRANSACTION"] {
        assert_eq!(kind(commit), Some(ControlKind::Commit), "{commit}");
    }
    for other in
        ["ROLLBACK", "abort", "BEGIN ISOLATION LEVEL SERIALIZABLE", "COMMIT AND CHAIN", "PREPARE TRANSACTION 'x'"]
    {
        assert_eq!(kind(other), Some(ControlKind::Other), "{other}");
    }
    for none in ["ROLLBACK TO a", "rollback work to savepoint a", "SAVEPOINT a", "RELEASE a", "PREPARE a AS SELECT 1"] {
        assert_eq!(kind(none), None, "{none}");
    }
    assert_eq!(kind("CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END"), None);
}

#[test]
fn what_runs_outside_of_transactions_is_known() {
    for source in [
        "CREATE INDEX CONCURRENTLY a ON b (c)",
        "create unique index concurrently if not exists a on b (c)",
        "DROP INDEX CONCURRENTLY a",
        "REINDEX TABLE CONCURRENTLY a",
        "REINDEX (VERBOSE, CONCURRENTLY) INDEX a",
        "REINDEX DATABASE a",
        "VACUUM (FULL) a",
        "ALTER SYSTEM SET work_mem = '1GB'",
        "CREATE DATABASE a",
        "ALTER TABLE a.b DETACH PARTITION c CONCURRENTLY",
        "CREATE SUBSCRIPTION a CONNECTION 'x' PUBLICATION p",
        "COMMIT PREPARED 'x'",
    ] {
        assert!(what(source).is_some(), "{source}");
    }
    for source in [
        "CREATE INDEX \"concurrently\" ON b (c)",
        "CREATE INDEX a ON b (c)",
        "REINDEX TABLE a",
        "REINDEX (CONCURRENTLY false) TABLE a",
        "ALTER TYPE a ADD VALUE 'b'",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY a",
        "ALTER DATABASE a SET work_mem = '1GB'",
        "ALTER TABLE a DETACH PARTITION c",
        "CREATE SUBSCRIPTION a CONNECTION 'x' PUBLICATION p WITH (create_slot = false)",
    ] {
        assert_eq!(what(source), None, "{source}");
    }
}

#[test]
fn the_index_is_named_as_the_catalog_has_it() {
    let index = |schema: Option<&str>, name: &str, lenient| ConcurrentIndex {
        schema: schema.map(str::to_owned),
        name: name.to_owned(),
        lenient,
    };
    assert_eq!(again("CREATE INDEX CONCURRENTLY A ON b (c)"), Again::Creates(index(None, "a", false)));
    assert_eq!(
        again("CREATE INDEX CONCURRENTLY IF NOT EXISTS \"A b\" ON ONLY \"S\".b (c)"),
        Again::Creates(index(Some("S"), "A b", true))
    );
    assert_eq!(again("CREATE INDEX CONCURRENTLY ON b (c)"), Again::Unknown);
    assert_eq!(again("DROP INDEX CONCURRENTLY IF EXISTS s.a"), Again::Drops(index(Some("s"), "a", true)));
    assert_eq!(again("VACUUM a"), Again::Harmless);
}

#[test]
fn settings_of_the_session_are_known() {
    for (source, expected) in [
        ("SET search_path = a", true),
        ("set role b", true),
        ("RESET ALL", true),
        ("SET LOCAL a.b = 1", false),
        ("SET TRANSACTION READ ONLY", false),
        ("SET CONSTRAINTS ALL DEFERRED", false),
        ("SELECT 1", false),
    ] {
        assert_eq!(is_setting(&split(source).expect("splits")[0]), expected, "{source}");
    }
}
