//! Databases that cannot be used: exit 4, what was tried, why it failed, what to do.

use confiture_tests::{
    cluster::database,
    program::{confiture, project, run},
};

#[test]
fn no_database() {
    let project = project(&[]);
    confiture(project.path(), &["lint", "--database-url", "postgres://app@127.0.0.1:1/shop"])
        .expect(4)
        .says(&["127.0.0.1", "port 1", "refused"]);
}

#[test]
fn an_environment_without_a_database() {
    let project = project(&[("confiture.toml", "[environments.local]\nprotected = false\n")]);
    confiture(project.path(), &["lint", "--env", "local"]).expect(3).says(&["local", "database_url"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_does_not_exist() {
    let (url, _session) = database(&[]).await;
    let other = url.replace("test_", "no_such_");
    let project = project(&[]);
    run(project.path(), &["lint"], &[("DATABASE_URL", &other)]).expect(4).says(&["no_such_", "3D000"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_does_not_exist() {
    let (url, _session) = database(&[]).await;
    let project = project(&[]);
    run(project.path(), &["lint"], &[("DATABASE_URL", &url), ("PGUSER", "ignored")]).expect(0);
    let other = url.replace("postgres://postgres@", "postgres://nobody_here@").replace("postgresql://postgres@", "postgresql://nobody_here@");
    assert_ne!(other, url, "the URL names its user");
    run(project.path(), &["lint"], &[("DATABASE_URL", &other)]).expect(4).says(&["nobody_here"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_without_rights_is_still_linted() {
    let (url, _session) = database(&[
        "CREATE SCHEMA private",
        "CREATE TABLE private.hidden (id int)",
        "DROP ROLE IF EXISTS looker",
        "CREATE ROLE looker LOGIN",
    ])
    .await;
    let project = project(&[]);
    let ran = run(project.path(), &["lint", "--format", "json"], &[("DATABASE_URL", &with_user(&url, "looker"))]).expect(1);
    assert_eq!(ran.json()["findings"][0]["subject"]["name"], "hidden");
}

/// The same URL under another login.
fn with_user(url: &str, user: &str) -> String {
    let (scheme, rest) = url.split_once("://").expect("a URL");
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    format!("{scheme}://{user}@{rest}")
}
