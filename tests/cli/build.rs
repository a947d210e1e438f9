//! `confiture build` and `confiture init`.

use confiture_tests::{
    cluster::database,
    program::{confiture, project, run},
};

const PROJECT: &[(&str, &str)] = &[
    ("confiture.toml", "[build]\nload_order = [\"db/00/*\", \"db/**/*\"]\n"),
    ("db/00/schema.sql", "CREATE SCHEMA app;\n"),
    ("db/01/b.sql", "CREATE TABLE app.b (id int PRIMARY KEY)"),
    ("db/01/a.sql", "CREATE TABLE app.a (id int PRIMARY KEY);"),
    ("db/01/notes.txt", "no SQL"),
];

#[test]
fn every_file_once_in_order_to_stdout_and_to_a_file() {
    let project = project(PROJECT);
    let printed = confiture(project.path(), &["build"]).expect(0).stdout;
    let places: Vec<usize> = ["SCHEMA app", "app.a", "app.b"].iter().map(|word| printed.find(word).expect(word)).collect();
    assert!(places.is_sorted(), "{printed}");
    assert_eq!(printed.matches("CREATE SCHEMA").count(), 1);
    confiture(project.path(), &["build", "--output", "out.sql"]).expect(0);
    assert_eq!(std::fs::read_to_string(project.path().join("out.sql")).expect("the output"), printed);
}

#[test]
fn nothing_to_build_says_what_to_write() {
    let project = project(&[]);
    confiture(project.path(), &["build"]).expect(3).says(&["load_order", "confiture init"]);
}

#[test]
fn a_pattern_that_names_nothing_is_an_error_with_its_line() {
    let project = project(&[("confiture.toml", "[build]\nload_order = [\n  \"nowhere/**/*\",\n]\n")]);
    confiture(project.path(), &["build"]).expect(3).says(&["confiture.toml:3:3", "nowhere/**/*"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn applied_to_a_database_whole_or_not_at_all() {
    let (url, session) = database(&[]).await;
    let good = project(PROJECT);
    let bad = project(&[("db/a.sql", "CREATE TABLE kept (id int);\n"), ("db/b.sql", "CREATE TABLE broken (id intt);\n")]);
    confiture(bad.path(), &["build", "db", "--apply", "--database-url", &url]).expect(5).says(&["db/b.sql:1:25", "intt"]);
    assert_eq!(tables(&session).await, Vec::<String>::new());
    run(good.path(), &["build", "--apply"], &[("DATABASE_URL", &url)]).expect(0).says(&["3 statements of 3 files"]);
    assert_eq!(tables(&session).await, ["app.a", "app.b"]);
}

#[test]
fn statements_that_cannot_share_a_transaction_are_refused_before_anything_runs() {
    let project = project(&[("db/a.sql", "CREATE TABLE a (id int);\nCREATE INDEX CONCURRENTLY i ON a (id);\n")]);
    confiture(project.path(), &["build", "db", "--apply", "--database-url", "postgres://127.0.0.1:1/none"])
        .expect(5)
        .says(&["db/a.sql:2:1", "--no-transaction"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_environment_asks_and_without_a_terminal_refuses() {
    let (url, session) = database(&[]).await;
    let configuration = format!("[environments.production]\ndatabase_url = \"{url}\"\nprotected = true\n");
    let project = project(&[("confiture.toml", &configuration), ("db/a.sql", "CREATE TABLE a (id int);\n")]);
    confiture(project.path(), &["build", "db", "--apply", "--env", "production"]).expect(8).says(&["--yes"]);
    assert!(tables(&session).await.is_empty());
    confiture(project.path(), &["build", "db", "--apply", "--env", "production", "--yes"]).expect(0);
    assert_eq!(tables(&session).await, ["public.a"]);
}

#[test]
fn init_writes_a_configuration_that_loads_and_never_writes_over_one() {
    let project = project(&[("db/01_tables/a.sql", "CREATE TABLE a (id int PRIMARY KEY);\nCOMMENT ON TABLE a IS 'A.';\n")]);
    confiture(project.path(), &["init"]).expect(0).says(&["confiture.toml"]);
    confiture(project.path(), &["lint", "db"]).expect(0);
    confiture(project.path(), &["build"]).expect(0);
    confiture(project.path(), &["init"]).expect(8).says(&["already there"]);
}

async fn tables(session: &confiture_postgres::session::PgSession) -> Vec<String> {
    let query = "SELECT schemaname || '.' || tablename FROM pg_tables \
                 WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";
    let rows = session.client().query(query, &[]).await.expect("the catalog");
    rows.iter().map(|row| row.get(0)).collect()
}
