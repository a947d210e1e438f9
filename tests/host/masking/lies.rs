//! Each lie ends in a fault of its own, and what is not there cannot be had.

use super::{Profile, column, limits, lying, run, values};
use confiture_host::Limits;
use confiture_model::{
    fault::{Fault, FaultKind, PluginError},
    mask::{Column, ColumnInfo, NotAColumn},
};
use serde_json::json;
use std::time::Duration;

fn tried_with(lie: &str, target: &ColumnInfo, rows: &[Option<&str>], limits: Limits) -> Result<Column, Fault> {
    run(async {
        let profile = Profile::new(&[&lying(limits).await]);
        let mut open = profile.open(lie, &json!({"key": "${KEY}"}), target, &[column("a", "text")]).await?;
        open.mask(&values(rows), &[]).await
    })
}

fn tried(lie: &str, target: &ColumnInfo) -> Result<Column, Fault> {
    tried_with(lie, target, &[Some("ada"), None, Some("grace hopper")], limits())
}

#[test]
fn what_comes_back_is_checked() {
    let (narrow, strict) = (column("v", "varchar(20)"), ColumnInfo { nullable: false, ..column("v", "text") });
    for (lie, target, why) in [
        ("one-more", &narrow, "4 values came out where 3 went in".to_owned()),
        ("not-utf8", &narrow, NotAColumn::NotUtf8.to_string()),
        ("ends-turned", &narrow, NotAColumn::Ends.to_string()),
        ("ends-beyond", &narrow, NotAColumn::Ends.to_string()),
        ("data-left", &narrow, NotAColumn::Length.to_string()),
        ("nulls-long", &narrow, NotAColumn::Nulls.to_string()),
        ("null-filled", &narrow, "row 2 of the batch was null and became a value".to_owned()),
        ("all-null", &strict, "row 1 of the batch became null, and `v` is NOT NULL".to_owned()),
        ("too-long", &narrow, "a value of 100 characters does not fit into `v`, which takes 20".to_owned()),
        ("zero-byte", &strict, "zero byte".to_owned()),
    ] {
        let rows: &[Option<&str>] = match lie {
            "too-long" | "zero-byte" => &[Some("ada")],
            _ => &[Some("ada"), None, Some("grace hopper")],
        };
        let fault = tried_with(lie, target, rows, limits()).expect_err(lie);
        assert_eq!((fault.item.as_deref(), fault.call.as_str()), (Some(lie), "mask"), "{fault}");
        assert!(matches!(&fault.kind, FaultKind::Malformed(said) if said.contains(&why)), "{lie}: {fault}");
        assert!(!fault.to_string().contains("ada"), "{fault}");
    }
    assert_eq!(tried("honest", &narrow).unwrap().get(0).map(str::len), Some(16));
}

#[test]
fn each_way_to_break_is_told_apart() {
    let text = column("v", "text");
    let short = Limits { call_timeout: Duration::from_millis(500), ..limits() };
    assert!(matches!(tried("trap", &text).unwrap_err().kind, FaultKind::Trap(_)));
    assert!(matches!(tried_with("endless", &text, &[None], short).unwrap_err().kind, FaultKind::TimedOut { .. }));
    assert!(matches!(tried("memory", &text).unwrap_err().kind, FaultKind::MemoryExceeded { .. }));
    let reported = tried("reports", &text).unwrap_err().kind;
    assert!(matches!(reported, FaultKind::Reported(PluginError::CheckFailed(_))), "{reported:?}");
    for (lie, why) in [("unknown-context", "`nowhere`, which its row does not have"), ("same-context", "`a` twice")] {
        let fault = tried(lie, &text).unwrap_err();
        assert!(matches!(&fault.kind, FaultKind::Malformed(said) if said.contains(why)), "{fault}");
        assert_eq!(fault.call, "open");
    }
}

#[test]
fn after_a_trap_the_next_batch_has_a_fresh_instance() {
    run(async {
        let profile = Profile::new(&[&lying(limits()).await]);
        let mut open = profile.open("trap-at-x", &json!({}), &column("v", "text"), &[]).await.unwrap();
        assert!(matches!(open.mask(&values(&[Some("x")]), &[]).await.unwrap_err().kind, FaultKind::Trap(_)));
        let denied = open.mask(&values(&[Some("y")]), &[]).await.unwrap_err();
        assert!(matches!(denied.kind, FaultKind::Reported(PluginError::Denied(_))), "{denied}");
    });
}

#[test]
fn a_batch_has_the_context_that_was_promised() {
    run(async {
        let profile = Profile::new(&[&lying(limits()).await]);
        let target = column("v", "text");
        let mut open = profile.open("masked-context", &json!({}), &target, &[column("a", "text")]).await.unwrap();
        assert!(open.context_columns()[0].masked);
        assert!(open.mask(&values(&[Some("x")]), &[]).await.is_err());
        assert!(open.mask(&values(&[Some("x")]), &[values(&[])]).await.is_err());
        let masked = open.mask(&values(&[Some("x")]), &[values(&[Some("y")])]).await.unwrap();
        assert_eq!(masked.get(0), Some("y"));
    });
}

#[test]
fn keys_are_those_that_were_handed_on() {
    let text = column("v", "text");
    let denied = |lie: &str| match tried(lie, &text).unwrap_err().kind {
        FaultKind::Reported(PluginError::Denied(why)) => why,
        other => panic!("{lie}: {other:?}"),
    };
    assert!(denied("other-key").contains("`OTHER` was not handed to this strategy"));
    assert!(denied("unasked-key").contains("does not ask for secret `SECRET`"));
    assert_eq!(tried("no-key", &text).unwrap().get(0).map(str::len), Some(16));
    let few = Limits { result_bytes: 32 << 20, ..limits() };
    let too_much = tried_with("hashes-too-much", &text, &[Some("ada")], few).unwrap_err().kind;
    assert!(matches!(too_much, FaultKind::Reported(PluginError::LimitExceeded(_))), "{too_much:?}");
    let beyond = tried("hashes-beyond", &text).unwrap_err().kind;
    assert!(matches!(beyond, FaultKind::Reported(PluginError::Failed(_))), "{beyond:?}");
}

#[test]
fn there_is_no_database_and_no_time() {
    let text = column("v", "text");
    let database = tried("database", &text).unwrap_err().kind;
    let FaultKind::Reported(PluginError::Denied(why)) = database else { panic!("{database:?}") };
    assert_eq!(why, "there is no database while columns are masked");
    let rows = [Some("a"), Some("b")];
    let clock = tried_with("clock", &text, &rows, limits()).unwrap();
    assert_eq!(clock.iter().collect::<Vec<_>>(), [Some("0"), Some("0")]);
    let random = || tried_with("random", &text, &rows, limits()).unwrap();
    assert_ne!(random(), random());
}
