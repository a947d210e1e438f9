//! Both formats give one model, and every mistake is told with its place.

use super::*;
use confiture_model::{
    finding::Severity,
    plugin::{Capabilities, DatabaseAccess, DirectoryAccess},
};

pub(crate) mod bad;

fn env(name: &str) -> Option<String> {
    (name == "PROD_URL").then(|| "postgres://me:hunter2@db/prod".to_owned())
}

fn read(name: &str, text: &str) -> Result<Config, ConfigError> {
    read_with(name, text, &env)
}

pub(crate) fn read_with(name: &str, text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {
    let format = if name.ends_with(".toml") { Format::Toml } else { Format::Yaml };
    let source = Source { name: name.into(), text: text.into() };
    parse(source, format, "/project".into(), env)
}

fn good(name: &str, text: &str) -> Config {
    read(name, text).unwrap_or_else(|error| panic!("{error}"))
}

const TOML: &str = r#"
[environments.production]
database_url = "${PROD_URL}"
reader = "confiture_reader"
protected = true

[environments.local]
database_url = "${NOT_SET}"

[build]
load_order = ["db/0_schema/00_common", "db/0_schema/01_write_side/**/*"]

[migrations]
directory = "db/migrations"
lock_timeout = "500ms"
snapshots = "each"

[directories]
backups = "/backups"

[plugins.mine]
source = "plugins/mine.wasm"
grant = { database = "read", directories = { backups = "write" }, secrets = ["X"] }
limits = { memory_mib = 128, timeout_s = 2.5 }

[linting]
fail_on_severity = "warning"
report_format = "html"

[linting.rules]
foreign-key-indexed = "error"

[linting.rules.table-naming]
severity = "warning"
exemptions = ["legacy_*", "^old_"]

[[linting.custom_rules]]
name = "write_side"
pattern = "^w_"
affected_dirs = ["db/0_schema/01_write_side"]
severity = "error"
example = { good = "w_customers", bad = "customers" }
"#;

const YAML: &str = r#"
environments:
  production: {database_url: "${PROD_URL}", reader: confiture_reader, protected: true}
  local:
    database_url: ${NOT_SET}
build:
  load_order:
    - db/0_schema/00_common
    - db/0_schema/01_write_side/**/*  # the write side
migrations: {directory: db/migrations, lock_timeout: 500ms, snapshots: each}
directories: {backups: /backups}
plugins:
  mine:
    source: plugins/mine.wasm
    grant:
      database: read
      directories: {backups: write}
      secrets: [X]
    limits: {memory_mib: 128, timeout_s: 2.5}
linting:
  fail_on_severity: warning
  report_format: html
  rules:
    foreign-key-indexed: error
    table-naming:
      severity: warning
      exemptions: [legacy_*, "^old_"]
  custom_rules:
    - name: write_side
      pattern: "^w_"
      affected_dirs:
        - db/0_schema/01_write_side
      severity: error
      example:
        good: "w_customers"
        bad: "customers"
"#;

/// Everything but the places.
fn without_places(config: &Config) -> String {
    let places = regex::Regex::new(r"Span \{\s*start: \d+,\s*end: \d+,\s*\}").unwrap();
    places.replace_all(&format!("{config:#?}").replace("confiture.yaml", "confiture.toml"), "Span").into_owned()
}

#[test]
fn both_formats_give_one_model() {
    let (toml, yaml) = (good("confiture.toml", TOML), good("confiture.yaml", YAML));
    assert_eq!(without_places(&toml), without_places(&yaml));
    for config in [toml, yaml] {
        let production = config.environment("production").unwrap();
        assert_eq!(production.database_url().unwrap().unwrap().expose(), "postgres://me:hunter2@db/prod");
        assert_eq!((production.reader.as_deref(), production.protected), (Some("confiture_reader"), true));
        assert_eq!(config.linting.fail_on_severity, Severity::Warning);
        assert_eq!(config.linting.areas["write_side"], ["db/0_schema/01_write_side"]);
        assert_eq!(config.directories["backups"], PathBuf::from("/backups"));
        let migrations = Migrations {
            directory: Some(PathBuf::from("/project/db/migrations")),
            lock_timeout_ms: 500,
            snapshots: crate::migrate::run::Snapshots::Each,
        };
        assert_eq!(config.migrations, migrations);
        let mine = &config.plugins["mine"];
        assert_eq!(mine.source.as_deref(), Some(Path::new("/project/plugins/mine.wasm")));
        assert_eq!(mine.limits, Limits { memory_mib: Some(128), timeout_s: Some(2.5) });
        let wanted = Capabilities {
            database: DatabaseAccess::Read,
            directories: [("backups".to_owned(), DirectoryAccess::Write)].into(),
            backup: false,
            secrets: vec!["X".into()],
        };
        assert_eq!(mine.grant.as_ref(), Some(&wanted));
    }
}

#[test]
fn a_secret_shows_in_no_debug_output() {
    assert!(!format!("{:?}", good("confiture.toml", TOML)).contains("hunter2"));
    let literal = "[environments.x]\ndatabase_url = \"postgres://me:hunter2@db/prod\"\n";
    let config = good("confiture.toml", literal);
    assert!(!format!("{config:?}{:?}", config.environments["x"].database_url()).contains("hunter2"));
    let wrong = format!("{literal}[environments.x.y]\n").replace("database_url", "database_ulr");
    let error = read("confiture.toml", &wrong).unwrap_err().to_string();
    assert!(error.contains("database_ulr") && !error.contains("hunter2"), "{error}");
}

#[test]
fn an_empty_file_is_all_defaults() {
    for (name, text) in [("confiture.toml", ""), ("confiture.toml", "# nothing\n"), ("confiture.yaml", "")] {
        let config = good(name, text);
        assert!(config.environments.is_empty() && config.linting.enabled && config.build.load_order.is_empty());
    }
    let commented = good("confiture.yaml", "---\n# nothing\nlinting:\n  rules:\nplugins:\nenvironments:\n");
    assert!(commented.linting.rules.is_empty() && commented.plugins.is_empty());
}

#[test]
fn aliases_copy_within_reason() {
    let config = good("c.yaml", "directories: {a: &place /x, b: *place}\n");
    assert_eq!(config.directories["b"], PathBuf::from("/x"));
}

/// A whole project in one block.
#[test]
fn one_environment_in_a_block() {
    let text = r#"
environment:
  name: production
  load_order:
    - db/0_schema/00_common/000_security
    - db/0_schema/02_query_side/**/*
  hooks:
    after_migration:
      - type: rebuild_read_models
  linting:
    fail_on_severity: info
    multi_tenant: {enabled: true, required_column: tenant_id}
"#;
    let config = good("confiture.yaml", text);
    assert_eq!(config.default_environment.as_deref(), Some("production"));
    assert_eq!(config.build.load_order.len(), 2);
    assert_eq!(config.linting.areas["query_side"], ["db/0_schema/02_query_side"]);
    assert_eq!(config.linting.fail_on_severity, Severity::Info);
    assert_eq!(config.linting.rules[0].key, "multi_tenant");
    let hooks: Vec<&str> = config.hooks_in(Some("production")).map(|hook| hook.kind.value.as_str()).collect();
    assert_eq!(hooks, ["rebuild_read_models"]);
    assert_eq!(config.hooks_in(Some("other")).count(), 0);
}

#[test]
fn the_nearest_file_counts_and_two_side_by_side_do_not() {
    let project = tempfile::tempdir().unwrap();
    let below = project.path().join("db/0_schema");
    std::fs::create_dir_all(&below).unwrap();
    std::fs::write(project.path().join("confiture.yml"), "").unwrap();
    assert_eq!(find(&below).unwrap(), Some(project.path().join("confiture.yml")));
    std::fs::write(project.path().join("db/confiture.toml"), "").unwrap();
    assert_eq!(find(&below).unwrap(), Some(project.path().join("db/confiture.toml")));
    let config = load(&project.path().join("db/confiture.toml"), &env).unwrap();
    assert_eq!(config.root, project.path().join("db"));
    std::fs::write(project.path().join("db/confiture.yaml"), "").unwrap();
    let db = project.path().join("db");
    assert_eq!(beside(&db.join("confiture.yml")), Some(db.join("confiture.toml")));
    assert_eq!(beside(&db.join("other.toml")), None);
    assert_eq!(beside(&project.path().join("confiture.yml")), Some(project.path().join("confiture.yml")));
    assert_eq!(
        find(&below).unwrap_err().to_string(),
        format!(
            "`{0}/confiture.toml` and `{0}/confiture.yaml` lie side by side\n\
             help: keep one of them, or name one with --config FILE",
            db.display()
        )
    );
}

#[test]
fn an_unknown_environment_names_the_nearest() {
    let error = good("confiture.toml", TOML).environment("prodution").unwrap_err();
    assert_eq!(
        error.to_string(),
        "confiture.toml: there is no environment `prodution`\n\
         help: the nearest known one is `production`; also known: `local`"
    );
}

#[test]
fn the_schema_of_the_file_accepts_what_loads() {
    let schema = jsonschema::validator_for(&schema()).unwrap();
    let toml: serde_json::Value = ::toml::from_str(TOML).unwrap();
    assert!(schema.validate(&toml).is_ok(), "{:?}", schema.validate(&toml));
    assert!(!schema.is_valid(&serde_json::json!({ "lintign": {} })));
}
