use super::*;
use confiture_model::{hook::Phase, migration::Direction};

fn context() -> HookContext {
    HookContext {
        migration: "003_01_write_side".into(),
        version: "003".into(),
        direction: Direction::Up,
        phase: Phase::AfterDdl,
        environment: "production".into(),
        dry_run: false,
        statistics: serde_json::json!({ "backfill": { "rows": 7 } }),
        failure: None,
    }
}

#[test]
fn what_the_run_knows_can_be_asked_for() {
    for (text, expected) in [
        ("migration_name contains '01_write_side'", true),
        ("migration_name.contains('02_query')", false),
        ("environment == 'production' && direction == 'up' && phase == 'after_ddl' && version == '003'", true),
        ("statistics.backfill.rows > 5", true),
        ("has(statistics.other)", false),
        ("['a', 'b'].exists(name, name == environment)", false),
    ] {
        assert_eq!(check(text), Ok(()), "{text}");
        assert_eq!(holds(text, &context()), Ok(expected), "{text}");
    }
}

#[test]
fn what_cannot_be_evaluated_is_never_false() {
    for (text, why) in [
        ("statistics.other.rows > 5", "there is no `other`; `has(...)` asks whether there is"),
        ("environment", "it is neither true nor false"),
        ("version > 3", "it compares or combines values of different types"),
    ] {
        assert_eq!(holds(text, &context()), Err(why.to_owned()), "{text}");
    }
}

#[test]
fn what_is_no_condition_is_found_before() {
    for text in ["environment ==", "", "a b", "x(", "'", &"(".repeat(3_000), &"a".repeat(5_000)] {
        assert!(check(text).is_err(), "{text}");
    }
    let (message, help) = check("enviroment == 'x'").expect_err("is unknown");
    assert_eq!(message, "the condition knows no `enviroment`");
    assert!(help.expect("helps").starts_with("the nearest known one is `environment`"));
}
