//! Schemas from files, built by a real PostgreSQL: what runs, what fails where, and where every object was made.

use confiture_engine::build::{BuildError, SourceFile, apply, attach_sources, gather_paths};
use confiture_model::{
    object::SourceSpan,
    schema::{Parts, Relation, Snapshot},
    session::Session,
};
use confiture_postgres::{
    scratch::{Scratch, ScratchOptions},
    session::PgSession,
};
use confiture_tests::{
    cluster::{has_version, major_version},
    corpus,
};
use std::path::{Path, PathBuf};

async fn scratch() -> (Scratch, PgSession) {
    let scratch = Scratch::start(ScratchOptions::default()).await.expect("starts");
    scratch.create_database("app").await.expect("can be created");
    let mut session = scratch.session("app").await.expect("connects");
    session.watch().await.expect("watches");
    (scratch, session)
}

async fn build(files: &[SourceFile]) -> Result<Snapshot, BuildError> {
    let (_scratch, mut session) = scratch().await;
    let applied = apply(files, &mut session).await?;
    let mut snapshot = session.snapshot(Parts::ALL).await.expect("can be read");
    let touched = session.touched().await.expect("was watched");
    attach_sources(&mut snapshot, files, &applied, &touched);
    Ok(snapshot)
}

fn file(text: &str) -> SourceFile {
    SourceFile { path: PathBuf::from("db/a.sql"), shown: "db/a.sql".to_owned(), text: text.to_owned() }
}

fn relation<'s>(snapshot: &'s Snapshot, name: &str) -> &'s Relation {
    snapshot.relation("public", name).unwrap_or_else(|| panic!("{name} was not made"))
}

/// `line: text` of a place.
fn at(files: &[SourceFile], source: Option<&SourceSpan>) -> String {
    let Some(span) = source else { return "nowhere".to_owned() };
    let text = files.iter().find(|file| file.shown == span.file).map(|file| file.text.as_str()).unwrap_or_default();
    let line = text.trim_start_matches('\u{feff}').lines().nth(span.line as usize - 1).unwrap_or_default();
    let length = match span.line == span.end_line {
        true => span.end_column - span.column,
        false => u32::MAX,
    };
    let shown: String = line.chars().skip(span.column as usize - 1).take(length as usize).collect();
    format!("{}: {shown}", span.line)
}

const SCHEMA: &str = r#"CREATE TABLE parents (id bigint PRIMARY KEY, "The Name" text);
CREATE TABLE old_name (
    id int GENERATED ALWAYS AS IDENTITY,
    parent bigint REFERENCES parents,
    amount numeric CHECK (amount > 0) CHECK (amount < 9),
    PRIMARY KEY (id), UNIQUE (parent, amount)
);
ALTER TABLE old_name RENAME TO children;
ALTER TABLE children ADD late text, ADD COLUMN later text UNIQUE;
ALTER TABLE children RENAME COLUMN late TO latest;
CREATE INDEX by_name ON children (latest);
DO $$ BEGIN CREATE TABLE dynamic (id int PRIMARY KEY); END $$;
CREATE TABLE copy (LIKE children INCLUDING ALL);
CREATE TABLE parts (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE part_one PARTITION OF parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE INDEX parts_at ON parts (at);
CREATE VIEW seen AS SELECT 1 AS one;
CREATE OR REPLACE VIEW seen AS SELECT 2 AS one;
CREATE RULE also AS ON INSERT TO parents DO ALSO (SELECT 1; SELECT 2;);
CREATE FUNCTION f(a int, b text DEFAULT ')') RETURNS int LANGUAGE sql RETURN 1;
CREATE FUNCTION f(a bigint) RETURNS int LANGUAGE plpgsql AS $body$ BEGIN RETURN 1; END $body$;
CREATE TYPE mood AS ENUM ('good'); CREATE TYPE pair AS (a int, b int);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TABLE gone (a int); DROP TABLE gone; CREATE TABLE gone (b int);
COPY gone FROM stdin;
1
2
\.
CREATE TABLE chosen AS SELECT 1 AS a;
"#;

/// PostgreSQL 13 knows the bodies of functions only as texts.
async fn schema() -> String {
    match major_version().await {
        ..14 => SCHEMA.replace("LANGUAGE sql RETURN 1;", "LANGUAGE sql AS 'SELECT 1';"),
        _ => SCHEMA.to_owned(),
    }
}

#[tokio::test]
async fn every_object_knows_where_it_was_made() {
    let files = [file(&schema().await)];
    let snapshot = build(&files).await.expect("builds");
    let at = |source: &Option<SourceSpan>| at(&files, source.as_ref());
    let children = relation(&snapshot, "children");
    assert_eq!(at(&children.source), "2: old_name");
    let column = |relation: &Relation, name: &str| {
        at(&relation.columns.iter().find(|column| column.name == name).expect("is there").source)
    };
    assert_eq!(column(children, "amount"), "5: amount");
    assert_eq!(column(children, "latest"), "10: latest");
    assert_eq!(column(children, "later"), "9: later");
    assert_eq!(column(relation(&snapshot, "parents"), "The Name"), "1: \"The Name\"");
    let constraint = |relation: &Relation, name: &str| {
        at(&relation.constraints.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}")).source)
    };
    assert_eq!(constraint(children, "old_name_pkey"), "6: PRIMARY KEY (id)");
    assert_eq!(constraint(children, "old_name_parent_fkey"), "4: REFERENCES parents");
    assert_eq!(constraint(children, "old_name_amount_check"), "5: CHECK (amount > 0)");
    assert_eq!(constraint(children, "old_name_amount_check1"), "5: CHECK (amount < 9)");
    assert_eq!(constraint(children, "children_later_key"), "9: UNIQUE");
    let index = |relation: &Relation, name: &str| {
        at(&relation.indexes.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no {name}")).source)
    };
    assert_eq!(index(children, "old_name_pkey"), "6: PRIMARY KEY (id)");
    assert_eq!(index(children, "by_name"), "11: by_name");
    assert_eq!(at(&relation(&snapshot, "dynamic").source).split_once(": DO").map(|(line, _)| line), Some("12"));
    assert_eq!(column(relation(&snapshot, "copy"), "amount"), "13: copy");
    assert_eq!(index(relation(&snapshot, "parts"), "parts_at"), "16: parts_at");
    assert_eq!(at(&relation(&snapshot, "part_one").source), "15: part_one");
    assert_eq!(at(&relation(&snapshot, "seen").source), "18: seen");
    assert_eq!(at(&relation(&snapshot, "chosen").source), "29: chosen");
    assert_eq!(column(relation(&snapshot, "gone"), "b"), "24: b");
    let routines: Vec<_> =
        snapshot.routines.iter().map(|routine| (routine.arguments.as_str(), at(&routine.source))).collect();
    assert_eq!(routines, [("a bigint", "21: f".to_owned()), ("a integer, b text", "20: f".to_owned())]);
    let types: Vec<_> = snapshot.type_definitions.iter().map(|one| (one.name.as_str(), at(&one.source))).collect();
    assert_eq!(
        types,
        [("mood", "22: mood".to_owned()), ("pair", "22: pair".to_owned()), ("positive", "23: positive".to_owned())]
    );
}

#[tokio::test]
async fn a_failing_statement_is_named_with_its_place() {
    let (_scratch, mut session) = scratch().await;
    for (text, expected) in [
        (
            "SELECT 1;\n\n/* é */ CREATE TABLE a (\n\té itn\n);\n",
            "db/a.sql:4:4: type \"itn\" does not exist (SQLSTATE 42704)\n4 |     é itn\n  |       ^^^",
        ),
        ("CREATE TABLE b (a int,);", "db/a.sql:1:23: syntax error at or near \")\" (SQLSTATE 42601)\n"),
        ("CREATE TABLE c (", "db/a.sql:1:17: syntax error at end of input"),
        (
            "CREATE TABLE d (a int);\nCOPY d FROM stdin;\n1\nx\n\\.\n",
            "db/a.sql:4:1: invalid input syntax for type integer: \"…\"",
        ),
        (
            "SELECT 2;\nCREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETRUN 1;\nEND $$;",
            "db/a.sql:4:3: syntax error at or near \"RETRUN\" (SQLSTATE 42601)\n4 |   RETRUN 1;\n  |   ^^^^^^",
        ),
    ] {
        let error = apply(&[file(text)], &mut session).await.expect_err("fails").to_string();
        assert!(error.starts_with(expected), "{error}");
    }
}

/// Builds the files and says how many columns have a place of their own, of how many.
async fn placed(files: &[SourceFile]) -> (usize, usize) {
    let snapshot = build(files).await.unwrap_or_else(|error| panic!("{error}"));
    let mut own = 0;
    let mut all = 0;
    for relation in &snapshot.relations {
        let source = relation.source.as_ref().unwrap_or_else(|| panic!("{} is nowhere", relation.name));
        for column in &relation.columns {
            all += 1;
            let place = at(files, column.source.as_ref());
            let is_own = place.to_lowercase().ends_with(&column.name.to_lowercase());
            own += usize::from(is_own);
            // Made by LIKE, by a query or as a partition: where the table is.
            assert!(
                is_own || column.source.as_ref() == Some(source),
                "{}.{} is at {place}",
                relation.name,
                column.name
            );
        }
        let sources = relation.constraints.iter().map(|one| (&one.name, &one.source));
        for (name, part) in sources.chain(relation.indexes.iter().map(|one| (&one.name, &one.source))) {
            assert!(part.is_some(), "{name} is nowhere");
        }
    }
    (own, all)
}

fn files_below(folder: &Path) -> Vec<SourceFile> {
    gather_paths(folder, &[folder.to_path_buf()]).unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn northwind_and_chinook_are_built() {
    let Some(corpora) = corpus("corpora") else { return };
    let northwind = files_below(&corpora.join("northwind/sql"));
    let (own, all) = placed(&northwind).await;
    assert_eq!(own, all);
    for mut file in files_below(&corpora.join("chinook/sql")) {
        let error =
            apply(std::slice::from_ref(&file), &mut scratch().await.1).await.expect_err("has a command of psql");
        assert!(error.to_string().contains("`\\c` is a command of psql"), "{error}");
        // What follows the command is SQL.
        let rest = file
            .text
            .find("\\c ")
            .and_then(|at| file.text[at..].find('\n').map(|end| at + end))
            .expect("has a line end");
        file.text.drain(..rest);
        let (own, all) = placed(&[file]).await;
        assert!(all > 60 && own == all, "{own} of {all}");
    }
}

#[tokio::test]
async fn cratesio_and_penpot_are_built() {
    let Some(corpora) = corpus("corpora") else { return };
    if !has_version(14, "CREATE OR REPLACE TRIGGER").await {
        return;
    }
    let mut cratesio = files_below(&corpora.join("cratesio/sql/migrations"));
    cratesio.retain(|file| file.shown.ends_with("up.sql"));
    let version = |file: &SourceFile| {
        let digits = file.shown.chars().filter(|c| *c != '-').take_while(char::is_ascii_digit);
        digits.collect::<String>().parse::<u128>().unwrap_or_default()
    };
    cratesio.sort_by_key(version);
    let (own, all) = placed(&cratesio).await;
    assert!(all > 200 && all - own <= 1, "{own} of {all}");
    let (own, all) = placed(&penpot(&corpora.join("penpot/sql"))).await;
    assert!(all > 500 && own > 300, "{own} of {all}");
}

/// In the order that the project itself lists its migrations in.
fn penpot(folder: &Path) -> Vec<SourceFile> {
    let list = std::fs::read_to_string(folder.join("backend/src/app/migrations.clj")).expect("is there");
    let names = list.split('"').filter(|text| text.starts_with("app/migrations/sql/"));
    let paths: Vec<PathBuf> = names.map(|name| folder.join("backend/src").join(name)).collect();
    gather_paths(folder, &paths).unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn generated_tables_are_where_their_files_are() {
    let Some(generator) = corpus("tools/gen_schema.py") else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let ran = std::process::Command::new("python3").arg(generator).arg("150").arg(directory.path()).output();
    if !ran.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: python3 did not generate the tables");
        return;
    }
    let files = files_below(directory.path());
    let snapshot = build(&files).await.unwrap_or_else(|error| panic!("{error}"));
    assert!(snapshot.relations.len() >= 150);
    for relation in &snapshot.relations {
        let place = at(&files, relation.source.as_ref());
        assert!(place.ends_with(&relation.name), "{} is at {place}", relation.name);
        for column in &relation.columns {
            let place = at(&files, column.source.as_ref());
            assert!(
                place.trim_end_matches('"').ends_with(&column.name) || relation.definition.is_some(),
                "{} is at {place}",
                column.name
            );
        }
    }
}
