use super::{FakeSession, file};
use crate::build::{BuildError, SourceFile, all_in_one_transaction, apply};
use confiture_model::database::DbError;

fn error(position: Option<u32>) -> DbError {
    DbError {
        sqlstate: "42704".into(),
        message: "type \"itn\" does not exist".into(),
        detail: None,
        hint: None,
        position,
        context: None,
    }
}

async fn failure(files: &[SourceFile], session: &mut FakeSession) -> BuildError {
    apply(files, session).await.expect_err("fails")
}

#[tokio::test]
async fn statements_run_one_by_one_and_keep_their_places() {
    let files = [
        file("a.sql", "-- first\nCREATE TABLE a ();\n\n  CREATE TABLE b ();"),
        file("b.sql", "COPY a FROM stdin;\n1\n\\.\nSELECT ';'"),
    ];
    let mut session = FakeSession::default();
    let applied = apply(&files, &mut session).await.expect("runs");
    assert_eq!(session.ran, ["CREATE TABLE a ()", "CREATE TABLE b ()", "COPY a FROM stdin <- 1\n", "SELECT ';'"]);
    let places: Vec<String> = applied.statements.iter().map(|ran| ran.span.to_string()).collect();
    assert_eq!(places, ["a.sql:2:1", "a.sql:4:3", "b.sql:1:1", "b.sql:4:1"]);
}

#[tokio::test]
async fn a_failing_statement_is_shown_with_its_place() {
    let files = [file("a.sql", "SELECT 1;\r\n/* é */ CREATE TABLE a (\r\n\té itn\r\n);\n")];
    let failing = DbError {
        detail: Some("more".into()),
        hint: Some("less".into()),
        context: Some("here".into()),
        ..error(Some(22))
    };
    let error = failure(&files, &mut FakeSession::failing("itn", failing)).await;
    assert_eq!(
        error.to_string(),
        "a.sql:3:4: type \"itn\" does not exist (SQLSTATE 42704)\n3 |     é itn\n  |       ^^^\nDETAIL: more\nHINT: less\nCONTEXT: here"
    );
}

#[tokio::test]
async fn without_a_position_the_statement_is_shown() {
    let files = [file("a.sql", "-- x\n  CREATE TABLE a ()")];
    let error = failure(&files, &mut FakeSession::failing("a ()", error(None))).await;
    assert!(error.to_string().starts_with("a.sql:2:3: "), "{error}");
}

#[tokio::test]
async fn a_position_at_the_end_of_the_statement_is_no_trouble() {
    let files = [file("a.sql", "CREATE TABLE a (")];
    for position in [17, 18, u32::MAX] {
        let error = failure(&files, &mut FakeSession::failing("a", error(Some(position)))).await;
        assert!(error.to_string().starts_with("a.sql:1:17: "), "{error}");
    }
}

#[tokio::test]
async fn a_bad_row_of_copy_is_named_by_its_line_and_not_shown() {
    let files = [file("a.sql", "SELECT 1;\nCOPY t FROM stdin;\n1\nsecret\n\\.\n")];
    let failing = DbError { context: Some("COPY t, line 2, column a: \"secret\"".into()), ..error(None) };
    let error = failure(&files, &mut FakeSession::failing("COPY", failing)).await;
    assert_eq!(error.span().map(ToString::to_string).as_deref(), Some("a.sql:4:1"));
    assert!(matches!(error, BuildError::Statement(failed) if failed.caret.is_none()));
}

#[tokio::test]
async fn nothing_runs_where_a_later_file_cannot_be_cut() {
    let files = [file("a.sql", "SELECT 1;"), file("b.sql", "SELECT 1;\n  SELECT $body$ never\n")];
    let mut session = FakeSession::default();
    let error = failure(&files, &mut session).await.to_string();
    assert!(
        error.starts_with("b.sql:2:10: a dollar-quoted string that begins here never ends\n2 |   SELECT $body$"),
        "{error}"
    );
    assert!(session.ran.is_empty());
}

#[tokio::test]
async fn settings_of_one_file_hold_in_the_next() {
    let files = [file("a.sql", "SET standard_conforming_strings = off;"), file("b.sql", r"SELECT '\'; x';")];
    let applied = apply(&files, &mut FakeSession::default()).await.expect("runs");
    assert_eq!(applied.statements.len(), 2);
}

#[test]
fn a_transaction_around_all_files_is_left_alone() {
    let fits = |text: &str| all_in_one_transaction(&[file("a.sql", text)]);
    assert!(
        fits("SAVEPOINT a; ROLLBACK TO a; ROLLBACK WORK TO SAVEPOINT a; CREATE TABLE begin (); PREPARE x AS SELECT 1")
            .is_ok()
    );
    for text in [
        "BEGIN",
        "start transaction",
        "COMMIT AND CHAIN",
        "END",
        "ROLLBACK",
        "ABORT",
        "PREPARE TRANSACTION 'x'",
        "VACUUM",
    ] {
        assert!(fits(text).is_err(), "{text}");
    }
    let message = fits("SELECT 1;\ncommit;").expect_err("is refused").to_string();
    assert!(message.starts_with("a.sql:2:1: COMMIT cannot run here"), "{message}");
}
