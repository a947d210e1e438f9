//! Every command on the way of a project that does nothing wrong.

use super::site::{at, site};
use confiture_tests::{
    cluster::database,
    program::{confiture, project, run, write},
    workspace,
};

const TWO: [(&str, &str); 3] = [
    ("001_orders.up.sql", "CREATE TABLE orders (id int PRIMARY KEY);\nINSERT INTO orders VALUES (1), (2);\n"),
    ("001_orders.down.sql", "DROP TABLE orders;\n"),
    ("002_notes.sql", "CREATE TABLE notes (id int REFERENCES orders);\n"),
];

#[tokio::test(flavor = "multi_thread")]
async fn up_status_verify_down() {
    let site = site(&TWO).await;
    let status = site.migrate(&["status", "--format", "json"]).expect(0).json();
    assert_eq!((&status["pending"], &status["applied"]), (&2.into(), &0.into()));
    assert_eq!(site.ledger().await, "", "status changes nothing");

    let ran = site.migrate(&["up"]).expect(0).says(&[
        "001_orders: begun, 2 statements (1 of 2)",
        "migrations/001_orders.up.sql:2:1: INSERT INTO orders VALUES: done (2 rows",
        "002_notes: applied",
        "no way down: 002_notes",
    ]);
    assert!(ran.stdout.starts_with("✓ 2 migrations applied ("), "{}", ran.stdout);
    assert!(!ran.stderr.contains('\u{1b}'), "no colours, no movement: {}", ran.stderr);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("notes orders", "001 002"));
    assert!(site.migrate(&["up"]).expect(0).stdout.contains("nothing is pending: 2 migrations applied"));

    assert!(site.migrate(&["status"]).expect(0).stdout.contains("├─ 001_orders  applied  2"));
    assert!(site.migrate(&["verify"]).expect(0).stdout.contains("as the last migration left it"));
    site.execute("ALTER TABLE notes ADD added_by_hand int").await;
    let verified = site.migrate(&["verify"]).expect(1).stdout;
    assert!(verified.contains("column public.notes.added_by_hand: added"), "{verified}");

    site.migrate(&["down"]).expect(8).says(&["002_notes", "no way down"]);
    site.write("002_notes.down.sql", "DROP TABLE notes;\n");
    // What has a partner is called `up`.
    std::fs::rename(
        site.directory.path().join("migrations/002_notes.sql"),
        site.directory.path().join("migrations/002_notes.up.sql"),
    )
    .expect("is renamed");
    assert!(site.migrate(&["down", "--steps", "2"]).expect(0).stdout.contains("2 migrations undone"));
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
    assert!(site.migrate(&["down"]).expect(0).stdout.contains("nothing is applied that could be undone"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_document_whatever_happens() {
    let site = site(&TWO).await;
    let document = site.migrate(&["up", "--format", "json"]).expect(0).json();
    assert_eq!((&document["schema_version"], &document["failure"]), (&1.into(), &serde_json::Value::Null));
    assert_eq!(document["migrations"][0]["title"], "001_orders");
    assert_eq!(document["migrations"][0]["rows"], 2);
    site.write("003_broken.sql", "CREATE TABLE kept (id int);\n\nINSERT INTO kept VALUES ('secret value');\n");
    let document = site.migrate(&["up", "--format", "json"]).expect(5).json();
    let failure = &document["failure"];
    assert_eq!((&failure["code"], &failure["sqlstate"]), (&"statement-failed".into(), &"22P02".into()));
    assert_eq!((&failure["file"], &failure["line"]), (&"migrations/003_broken.sql".into(), &3.into()));
    assert!(!document.to_string().contains("secret"), "{document}");
    assert_eq!(site.ledger().await, "001 002");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_shown_where_it_is_and_leaves_nothing() {
    let site =
        site(&[("001_a.sql", "CREATE TABLE a (id int);\n"), ("002_b.sql", "CREATE TABLE b ();\nSELECT x FROM c;\n")])
            .await;
    site.migrate(&["up"]).expect(5).says(&[
        "migrations/002_b.sql:2:15: relation \"c\" does not exist (SQLSTATE 42P01)",
        "2 | SELECT x FROM c;\n  |               ^",
        "002_b was rolled back: nothing of it is left; 1 migration before it stays done",
    ]);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("a", "001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_is_the_exact_sql_and_runs_nothing() {
    let site = site(&TWO).await;
    let sql = site.migrate(&["up", "--preview"]).expect(0).stdout;
    for part in ["BEGIN;\nSET LOCAL lock_timeout = 2000;\nCREATE TABLE orders", "COMMIT;", "-- 002_notes (migrations/"]
    {
        assert!(sql.contains(part), "{part} is missing in:\n{sql}");
    }
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("", ""));
    site.migrate(&["up", "--target", "1"]).expect(0);
    assert!(site.migrate(&["down", "--preview"]).expect(0).stdout.contains("DROP TABLE orders;"));
    assert_eq!(site.tables().await, "orders");
}

#[tokio::test(flavor = "multi_thread")]
async fn new_files_go_on_where_the_others_end() {
    let project = project(&[]);
    let new =
        |arguments: &[&str]| confiture(project.path(), &[&["migrate", "new"], arguments].concat()).expect(0).stdout;
    assert_eq!(
        new(&["Add order notes"]),
        "confiture-migrations/001_add_order_notes.up.sql\nconfiture-migrations/001_add_order_notes.down.sql\n"
    );
    assert_eq!(new(&["x", "--form", "yaml"]), "confiture-migrations/002_x.yaml\n");
    assert_eq!(new(&["views", "--form", "repeatable"]), "confiture-migrations/R__views.sql\n");
    confiture(project.path(), &["migrate", "new", "views", "--form", "repeatable"]).expect(3).says(&["R__views.sql"]);
    assert_eq!(new(&["x", "--migrations", "elsewhere", "--form", "sql"]), "elsewhere/001_x.sql\n");
    write(project.path(), "times/20240131120000_a.sql", b"SELECT 1;");
    let timed = new(&["b", "--migrations", "times", "--form", "sql"]);
    assert!(timed.starts_with("times/20") && timed.len() == "times/20240131120000_b.sql\n".len(), "{timed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_migrations_are_looked_for() {
    let (url, session) = database(&[]).await;
    let project = project(&[]);
    let status = || run(project.path(), &["migrate", "status"], &[("DATABASE_URL", &url)]);
    status().expect(3).says(&["confiture-migrations", "migrate new", "--migrations"]);
    write(project.path(), "db/migrations/1_a.sql", b"SELECT 1;");
    assert!(status().expect(0).stdout.contains("1_a"));
    write(project.path(), "migrations/2_b.sql", b"SELECT 1;");
    status().expect(3).says(&["migrations or db/migrations", "say which"]);
    write(project.path(), "confiture.toml", b"[migrations]\ndirectory = \"db/migrations\"\nsnapshots = \"each\"\n");
    assert!(status().expect(0).stdout.contains("1_a"));
    run(project.path(), &["migrate", "up"], &[("DATABASE_URL", &url)]).expect(0);
    drop(session);
    write(project.path(), "confiture.toml", b"[migrations]\nlock_timout = \"1s\"\n");
    status().expect(3).says(&["confiture.toml:2:1", "lock_timeout"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn environments_and_protection() {
    let (url, session) = database(&[]).await;
    let site = at(
        &[
            ("001_a.sql", "CREATE TABLE a ();"),
            (
                "002_b.yaml",
                "migration:\n  name: 002_b\n  applies_to: [{environment: staging}]\n  ddl: CREATE TABLE b ()\n",
            ),
        ],
        url,
        session,
    );
    let configuration = format!(
        "[environments.production]\ndatabase_url = \"{0}\"\nprotected = true\n[environments.staging]\ndatabase_url = \"{0}\"\n",
        site.url
    );
    write(site.directory.path(), "confiture.toml", configuration.as_bytes());
    site.migrate(&["up", "--env", "production"]).expect(8).says(&["001_a will be applied on production", "--yes"]);
    assert_eq!(site.tables().await, "");
    site.migrate(&["up", "--env", "production", "--yes"]).expect(0).says(&["002_b does not run", "production"]);
    assert_eq!(site.tables().await, "a");
    site.migrate(&["up", "--env", "staging"]).expect(0);
    assert_eq!(site.tables().await, "a b");
    site.migrate(&["down", "--env", "production"]).expect(8).says(&["no way down"]);
    site.migrate(&["baseline", "--through", "9", "--env", "production"]).expect(8).says(&["protected"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn baseline_takes_what_is_there() {
    let site = site(&TWO).await;
    site.execute("CREATE TABLE orders (id int PRIMARY KEY)").await;
    let ran = site.migrate(&["baseline", "--through", "001"]).expect(0);
    assert!(ran.stdout.contains("1 migration recorded as applied, without running\n└─ 001_orders"), "{}", ran.stdout);
    site.migrate(&["up"]).expect(0);
    assert_eq!((site.tables().await.as_str(), site.ledger().await.as_str()), ("notes orders", "001 002"));
    assert!(site.migrate(&["baseline", "--through", "2"]).expect(0).stdout.contains("nothing to add"));
    assert!(site.migrate(&["status"]).expect(0).stdout.contains("baseline"));
}

#[tokio::test(flavor = "multi_thread")]
async fn repair_names_each_thing_and_asks() {
    let site = site(&TWO).await;
    site.migrate(&["up"]).expect(0);
    assert!(site.migrate(&["repair"]).expect(0).stdout.contains("agree"));
    site.write("001_orders.up.sql", "CREATE TABLE orders (id bigint PRIMARY KEY);\n");
    std::fs::remove_file(site.directory.path().join("migrations/002_notes.sql")).expect("is there");
    site.migrate(&["up"]).expect(8).says(&["001_orders", "changed", "002_notes", "gone", "migrate repair"]);
    site.migrate(&["verify"]).expect(1);
    site.migrate(&["repair"]).expect(8).says(&[
        "001_orders: it was changed",
        "accept",
        "002_notes",
        "forget",
        "--answer",
    ]);
    site.migrate(&["repair", "--answer", "001=forget"]).expect(2).says(&["accept"]);
    site.migrate(&["repair", "--answer", "7=accept"]).expect(2).says(&["nothing is wrong with 7"]);
    site.migrate(&["repair", "--answer", "1=accept"]).expect(8);
    site.migrate(&["repair", "--yes"]).expect(0);
    assert_eq!(site.ledger().await, "001");
    site.migrate(&["up"]).expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_of_files() {
    let site = site(&[
        ("001_plain.sql", "CREATE TABLE plain ();"),
        ("002_dir/up.sql", "CREATE TABLE dir ();"),
        ("002_dir/down.sql", "DROP TABLE dir;"),
        ("003_yaml.yaml", "migration:\n  name: 003_yaml\n  ddl: |\n    CREATE TABLE yaml ();\n  rollback:\n    ddl: DROP TABLE yaml;\n"),
        ("004_toml.toml", "[migration]\nname = \"004_toml\"\nddl = \"CREATE TABLE toml ()\"\n"),
        ("20240131120000_time.sql", "CREATE TABLE time_ ();"),
        ("2024-02-01-120000_dashes.sql", "CREATE TABLE dashes ();"),
        ("R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;"),
    ])
    .await;
    site.migrate(&["up"]).expect(0);
    assert_eq!(site.tables().await, "dashes dir plain time_ toml yaml");
    site.write("R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 2 AS one;");
    assert!(site.migrate(&["up"]).expect(0).stdout.contains("1 migration applied"));
    assert_eq!(site.value("SELECT one::text FROM v").await, "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_goes_up_and_down() {
    let (url, _session) = database(&[]).await;
    let example = workspace().join("examples/printoptim");
    let migrate = |arguments: &[&str]| run(&example, &[&["migrate"], arguments].concat(), &[("DATABASE_URL", &url)]);
    for _ in 0..2 {
        migrate(&["up"]).expect(0).says(&["003_orders_by_customer runs statement by statement"]);
        migrate(&["verify"]).expect(0);
        migrate(&["down", "--steps", "3"]).expect(0);
        migrate(&["verify"]).expect(0);
    }
}
