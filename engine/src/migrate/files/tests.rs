use super::*;
use confiture_model::{hook::Phase, migration::Direction};
use std::fs;
use tempfile::TempDir;

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().expect("a directory");
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().expect("has one")).expect("is made");
        fs::write(path, text).expect("is written");
    }
    directory
}

fn found(files: &[(&str, &str)]) -> Files {
    discover(directory(files).path(), "m").expect("reads")
}

fn errors(files: &[(&str, &str)]) -> String {
    discover(directory(files).path(), "m").expect_err("is wrong").to_string()
}

fn titles(files: &Files) -> Vec<String> {
    files.migrations.iter().map(Migration::title).collect()
}

#[test]
fn every_form_is_found_and_ordered() {
    let files = found(&[
        ("R__views.sql", "create or replace view v as select 1"),
        ("2017-09-23-182408_b/up.sql", "select 1"),
        ("2017-09-23-182408_b/down.sql", "select 2"),
        ("2017-09-23-182408_b/metadata.toml", "run_in_transaction = false\n"),
        ("20140924113530_a.up.sql", "select 1"),
        ("20140924113530_a.down.sql", "select 1"),
        ("10_d.sql", "select 1"),
        ("009_c.yaml", "migration:\n  name: 009_c\n  ddl: select 1\n"),
        ("0011-e-f.toml", "[migration]\nddl = 'select 1'\n"),
        (".keep", ""),
        ("README.md", ""),
    ]);
    assert_eq!(titles(&files), ["009_c", "10_d", "0011_e-f", "20140924113530_a", "20170923182408_b", "R__views"]);
    let downs: Vec<bool> = files.migrations.iter().map(|migration| migration.down.is_some()).collect();
    assert_eq!(downs, [false, false, false, true, true, false]);
    assert_eq!(files.migrations[4].up.options.transaction, Some(false));
    assert_eq!(files.warnings, []);
}

#[test]
fn a_migration_with_hooks_and_sections_loads() {
    let yaml = r#"# confiture-migrations/003_add_customer_analytics.yaml
migration:
  name: 003_add_customer_analytics
  version: "1.0"
  description: Add customer analytics
  applies_to:
    - environment: production
    - staging

  ddl: |
    -- confiture: lock_timeout = 7s
    CREATE TABLE r (
      id UUID PRIMARY KEY
    );

    CREATE INDEX i
      ON r(id);

  hooks:
    before_validation:
      - type: backup_database
        config: {backup_dir: /backups}
    cleanup:
      - type: drop_temporary_tables

  rollback:
    ddl: |
      DROP TABLE IF EXISTS r CASCADE;
    hooks:
      - type: restore_from_backup
"#;
    let files = found(&[("003_add_customer_analytics.yaml", yaml)]);
    let migration = &files.migrations[0];
    assert_eq!(migration.label.as_deref(), Some("1.0"));
    assert_eq!(migration.applies_to, ["production", "staging"]);
    assert!(migration.applies_in(Some("staging")) && !migration.applies_in(Some("qa")) && !migration.applies_in(None));
    let places: Vec<String> = migration.up.steps().iter().map(|step| step.span.to_string()).collect();
    assert_eq!(places, ["m/003_add_customer_analytics.yaml:12:5", "m/003_add_customer_analytics.yaml:16:5"]);
    assert_eq!(migration.up.options.lock_timeout_ms, Some(7_000));
    let down = migration.down.as_ref().expect("goes down");
    assert_eq!(down.steps()[0].span.line, 28);
    let hooks: Vec<_> = migration
        .hooks
        .iter()
        .map(|hook| (hook.direction, hook.phase, &*hook.kind.value, hook.source.locate(hook.kind.span).line))
        .collect();
    let expected = [
        (Direction::Up, Some(Phase::BeforeValidation), "backup_database", 21),
        (Direction::Up, Some(Phase::Cleanup), "drop_temporary_tables", 24),
        (Direction::Down, None, "restore_from_backup", 30),
    ];
    assert_eq!(hooks, expected);
}

#[test]
fn toml_and_sidecars_say_the_same() {
    let toml = "[migration]\nname = \"4_x\"\ntransaction = false\nlock_timeout = \"500ms\"\nddl = '''\nselect 1;\nselect\n  2\n'''\n\n[migration.rollback]\nddl = \"select 3\"\n";
    let files = found(&[("4_x.toml", toml), ("4_x.hooks.yaml", "hooks:\n  after_ddl:\n    - type: a\n")]);
    let migration = &files.migrations[0];
    assert_eq!(migration.up.steps()[1].span.to_string(), "m/4_x.toml:7:1");
    assert_eq!(migration.up.options.lock_timeout_ms, Some(500));
    assert_eq!(migration.up.options.transaction, Some(false));
    assert_eq!(migration.hooks.len(), 1);
    assert_eq!(migration.hooks[0].source.locate(migration.hooks[0].kind.span).to_string(), "m/4_x.hooks.yaml:3:13");
}

#[test]
fn windows_files_hold_the_same_statements() {
    let unix =
        found(&[("1_x.sql", "create function f() returns text language sql as $$\nselect 'a'\n$$;\nselect 1;\n")]);
    let windows = found(&[(
        "1_x.sql",
        "\u{feff}create function f() returns text language sql as $$\r\nselect 'a'\r\n$$;\r\nselect 1;",
    )]);
    assert_eq!(unix.migrations[0].up.checksum(), windows.migrations[0].up.checksum());
    let yaml = found(&[("1_x.yaml", "\u{feff}migration:\r\n  ddl: |\r\n    select 1;\r\n    select 2\r\n")]);
    assert_eq!(yaml.migrations[0].up.steps()[1].span.to_string(), "m/1_x.yaml:4:5");
}

#[test]
fn what_is_no_migration_is_said() {
    let files =
        found(&[("1_x.sql", ""), ("seed.csv", "1"), ("old/1_x.sql", ""), ("2_y/up.sql", ""), ("2_y/notes", "")]);
    assert_eq!(titles(&files), ["1_x", "2_y"]);
    let warned: Vec<&str> = files.warnings.iter().map(|warning| warning.file.as_str()).collect();
    assert_eq!(warned, ["m/2_y/notes", "m/old", "m/seed.csv"]);
    let files = found(&[("2_y/up.sql", ""), ("backfill.sql", "")]);
    assert_eq!((titles(&files), files.warnings.len()), (vec!["2_y".to_owned()], 1));
}

#[test]
fn bad_files_are_all_named() {
    for (files, parts) in [
        (vec![("add_x.sql", "")], vec!["m/add_x.sql: this looks like a migration", "rename it to `NNN_name.sql`"]),
        (vec![("V2__add_x.sql", "")], vec!["rename it to `2_add_x.sql`"]),
        (vec![("1_a.sql", ""), ("001_b.sql", "")], vec!["version", "m/001_b.sql", "m/1_a.sql"]),
        (vec![("1_a.sql", ""), ("1_a.up.sql", "")], vec!["m/1_a.up.sql: m/1_a.sql already holds"]),
        (vec![("1_a.down.sql", "")], vec!["m/1_a.down.sql: there is no way up"]),
        (vec![("1_a.sql", "select 'x"), ("2_a.sql", "select 1 /*")], vec!["m/1_a.sql:1:8:", "m/2_a.sql:1:10:"]),
        (vec![("1_a.yaml", "migration:\n  name: 2_a\n")], vec!["its name says version 1", "says 2"]),
        (vec![("1_a.yaml", "migration:\n  dll: x\n")], vec!["m/1_a.yaml:2:3:", "unknown key `dll`", "`ddl`"]),
        (vec![("1_a.yaml", "migration:\n  hooks:\n    before: []\n")], vec!["m/1_a.yaml:3:5:", "before_ddl"]),
        (vec![("1_a/up.sql", ""), ("1_a/metadata.toml", "run = 1")], vec!["m/1_a/metadata.toml:1:1:"]),
        (vec![("1_a.sql", "-- migrate:up\nselect 1;\n-- migrate:down\nselect 2;")], vec!["m/1_a.sql:3:1:", "dbmate"]),
        (vec![("1_a.sql", "-- confiture: transaction = 1\nselect 1")], vec!["m/1_a.sql:1:1:", "true or false"]),
        (vec![("1_a.sql", "\nselect 1\\gexec")], vec!["m/1_a.sql:2:9:"]),
    ] {
        let text = errors(&files);
        for part in parts {
            assert!(text.contains(part), "{text}\nshould say {part}");
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_named_with_their_place() {
    let directory = directory(&[]);
    fs::write(directory.path().join("1_a.sql"), b"select 1;\nselect '\xe9';").expect("is written");
    let text = discover(directory.path(), "m").expect_err("is wrong").to_string();
    assert!(text.starts_with("m/1_a.sql:2:9: byte 0xE9 is not UTF-8"), "{text}");
    let text = discover(&directory.path().join("none"), "m/none").expect_err("is wrong").to_string();
    assert!(text.starts_with("m/none: there is no such directory"), "{text}");
}

#[test]
fn a_real_history_is_read_whole() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora/cratesio/sql/migrations");
    if !corpus.is_dir() {
        #[allow(clippy::print_stderr)]
        return eprintln!("skipped: {} is not here", corpus.display());
    }
    let files = discover(&corpus, "migrations").expect("reads");
    assert_eq!(files.migrations.len(), 285);
    // The one file beside the directories.
    assert_eq!(files.warnings.len(), 1);
    assert_eq!(files.migrations.iter().filter(|migration| migration.up.options.transaction == Some(false)).count(), 7);
    assert!(files.migrations.iter().all(|migration| migration.up.controls().is_empty()));
}
