//! Configurations that cannot be used: each ends with exit 3, the file, the place, and the nearest right word.

use confiture_tests::program::{Ran, confiture, project, run};

fn lint(configuration: &str) -> Ran {
    let project = project(&[("confiture.toml", configuration), ("db/a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n")]);
    confiture(project.path(), &["lint", "db"]).expect(3)
}

#[test]
fn an_unknown_rule_names_the_nearest() {
    lint("[linting.rules.foreign-key-index]\nseverity = \"error\"\n").says(&[
        "confiture.toml:1:16",
        "foreign-key-index",
        "foreign-key-indexed",
    ]);
}

#[test]
fn an_unknown_key_names_the_nearest() {
    lint("[lintting]\nfail_on_severity = \"error\"\n").says(&["confiture.toml:1:2", "lintting", "linting"]);
    lint("[linting]\nfail_on_severty = \"error\"\n").says(&["confiture.toml:2:1", "fail_on_severity"]);
}

#[test]
fn a_wrong_option_type_says_what_was_expected() {
    lint("[linting.rules.multi-tenant-column]\nrequired_column = 7\n").says(&[
        "confiture.toml:2:19",
        "required_column",
        "string",
    ]);
}

#[test]
fn an_unknown_option_names_the_nearest() {
    lint("[linting.rules.multi-tenant-column]\nrequired_colum = \"tenant_id\"\n").says(&[
        "confiture.toml:2:1",
        "required_colum",
        "required_column",
    ]);
}

#[test]
fn a_missing_variable_is_named() {
    let project = project(&[(
        "confiture.toml",
        "[environments.production]\ndatabase_url = \"${CONFITURE_TEST_NO_SUCH_VARIABLE}\"\n",
    )]);
    confiture(project.path(), &["lint", "--env", "production"])
        .expect(3)
        .says(&["confiture.toml:2:", "CONFITURE_TEST_NO_SUCH_VARIABLE"]);
}

#[test]
fn an_unknown_environment_names_the_nearest() {
    let project = project(&[("confiture.toml", "[environments.production]\ndatabase_url = \"postgres://h/d\"\n")]);
    confiture(project.path(), &["lint", "--env", "prodution"]).expect(3).says(&["prodution", "production"]);
}

#[test]
fn two_plugins_of_one_name_are_refused() {
    lint("[plugins.mine]\nsource = \"a.wasm\"\n[plugins.mine]\nsource = \"b.wasm\"\n")
        .says(&["confiture.toml:3:", "mine"]);
    lint("[plugins.lint-schema]\nsource = \"a.wasm\"\n").says(&["lint-schema", "bundled"]);
}

#[test]
fn toml_and_yaml_say_the_same() {
    let sql = ("db/a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n");
    let toml = project(&[("confiture.toml", "[linting.rules.table-comment]\nseverity = \"error\"\n"), sql]);
    let yaml = project(&[("confiture.yaml", "linting:\n  rules:\n    table-comment:\n      severity: error\n"), sql]);
    let lint = |project: &tempfile::TempDir| {
        let ran = confiture(project.path(), &["lint", "db", "--format", "json"]).expect(1);
        ran.json()["findings"].clone()
    };
    assert_eq!(lint(&toml), lint(&yaml));
}

#[test]
fn a_secret_in_a_url_is_in_no_message() {
    let project = project(&[(
        "confiture.toml",
        "[environments.production]\ndatabase_url = \"postgres://app:${PASS}@127.0.0.1:1/db\"\n",
    )]);
    let ran = run(project.path(), &["lint", "--env", "production"], &[("PASS", "hunter2secret")]).expect(4);
    assert!(!ran.stderr.contains("hunter2secret"), "{}", ran.stderr);
    ran.says(&["127.0.0.1", "1"]);
}

#[test]
fn a_plugin_without_a_file_must_be_a_bundled_one() {
    lint("[plugins.lint-schma]\ngrant = { database = \"read\" }\n").says(&[
        "confiture.toml:1:10",
        "lint-schma",
        "`lint-schema`",
        "source",
    ]);
}

#[test]
fn a_report_format_that_does_not_exist_names_those_that_do() {
    lint("[linting]\nreport_format = \"jsn\"\n").says(&["confiture.toml:2:17", "`jsn`", "`text`", "`json`"]);
}
