use super::*;

fn script(text: &str) -> Script {
    Script::of_file(Text { shown: "m/1_x.sql".into(), text: text.into() }).expect("reads")
}

fn texts(script: &Script) -> Vec<&str> {
    script.steps().iter().map(|step| script.sql(step)).collect()
}

fn database_error(position: u32) -> DbError {
    DbError {
        sqlstate: "42601".into(),
        message: "syntax error".into(),
        detail: None,
        hint: None,
        position: Some(position),
        context: None,
    }
}

#[test]
fn a_frame_of_begin_and_commit_is_left_out() {
    let framed = script("-- x\nBEGIN;\ncreate table a ();\ncreate table b ();\nCOMMIT;\n");
    assert_eq!(texts(&framed), ["create table a ()", "create table b ()"]);
    assert!(framed.controls().is_empty());
    assert_eq!(texts(&script("BEGIN; COMMIT")), Vec::<&str>::new());
}

#[test]
fn other_transactions_are_refused_with_their_place() {
    for text in
        ["BEGIN; select 1;", "select 1; COMMIT", "BEGIN; select 1; COMMIT; select 2", "BEGIN; ROLLBACK", "COMMIT"]
    {
        let script = script(text);
        assert!(!script.controls().is_empty(), "{text}");
    }
    let two = script("select 1;\n begin;\nselect 2;\n commit; begin; commit");
    let places: Vec<_> = two.controls().iter().map(|error| (error.line, error.column)).collect();
    assert_eq!(places, [(Some(2), Some(2)), (Some(4), Some(2)), (Some(4), Some(10)), (Some(4), Some(17))]);
}

#[test]
fn the_checksum_sees_statements_only() {
    let base = script("select 1;\nselect $$a\nb$$;").checksum();
    for same in [
        "\u{feff}select 1;\r\nselect $$a\r\nb$$",
        "-- a comment\nselect 1; -- another\n\n\nselect $$a\nb$$;\n",
        "-- confiture: lock_timeout = 1s\nselect 1;;\nselect $$a\nb$$",
    ] {
        assert_eq!(script(same).checksum(), base, "{same}");
    }
    assert_ne!(script("select 1;\nselect $$a\n b$$;").checksum(), base);
}

#[test]
fn copy_data_is_kept_and_counts() {
    let text = "COPY t FROM stdin;\n1\ta\n\\.\nselect 1;";
    let copied = script(text);
    assert_eq!(copied.copy_data(&copied.steps()[0]), Some("1\ta\n"));
    assert_ne!(script(&text.replace("\ta", "\tb")).checksum(), copied.checksum());
}

#[test]
fn a_failure_names_its_place_in_an_embedding_file() {
    let yaml =
        "migration:\n  ddl: |\n    -- first\n    CREATE TABLE a ();\n\n    CREATE TABLE b (\n      x INTT\n    );\n";
    let start = yaml.find('|').expect("is there");
    let sql = "-- first\nCREATE TABLE a ();\n\nCREATE TABLE b (\n  x INTT\n);\n";
    let file = Text { shown: "m/1_x.yaml".into(), text: yaml.into() };
    let script = Script::of_value(file, Span { start, end: yaml.len() }, sql).expect("reads");
    let step = &script.steps()[1];
    assert_eq!(step.span.to_string(), "m/1_x.yaml:6:5");
    let position = script.sql(step).find("INTT").expect("is there") + 1;
    let failed = script.failed(step, database_error(u32::try_from(position).expect("is small")));
    assert_eq!(failed.span.to_string(), "m/1_x.yaml:7:9");
    assert_eq!(failed.caret.as_deref(), Some("7 |       x INTT\n  |         ^^^^"));
}

#[test]
fn what_cannot_be_cut_is_an_error_at_its_place() {
    let error = Script::of_file(Text { shown: "1_x.sql".into(), text: "select 1;\n\\c other\n".into() });
    let error = error.expect_err("is psql's").to_string();
    assert!(error.starts_with("1_x.sql:2:1: `\\c` is a command of psql"), "{error}");
}
