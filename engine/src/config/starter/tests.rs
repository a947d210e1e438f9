use super::*;
use crate::config::{Config, read_with};
use std::{fs, path::Path};

fn loads(text: &str) -> Config {
    read_with("confiture.toml", text, &|_| None).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The same text with every example switched on.
fn with_examples(text: &str) -> String {
    let example = regex::Regex::new(r"(?m)^( *)# (\[|[a-z-]+(?:_[a-z]+)* = |.*,$)").unwrap();
    example.replace_all(text, "$1$2").into_owned()
}

fn write(project: &Path, file: &str, text: &str) {
    let path = project.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[test]
fn nothing_found_loads() {
    let text = starter(&Found::default());
    assert!(loads(&text).environments.is_empty());
    let config = loads(&with_examples(&text));
    assert_eq!(config.build.load_order[0].value, "db/schema/**/*");
    assert!(config.environments["local"].protected);
    assert_eq!(config.linting.rules.len(), 3);
    assert!(config.migrations.directory.is_some());
    assert_eq!(config.linting.custom_rules.len(), 1);
    assert!(config.plugins["mine"].grant.is_some());
}

#[test]
fn what_is_there_is_found() {
    let project = tempfile::tempdir().unwrap();
    for file in [
        "db/0_schema/00_common/000_security/roles.sql",
        "db/0_schema/00_common/001_extensions/pg.sql",
        "db/0_schema/01_write_side/011_orders/w_orders.sql",
        "db/0_schema/01_write_side/w_customers.sql",
        "db/0_schema/02_query_side/r_orders.sql",
        "db/0_schema/019_prep_seed/seed.sql",
        "db/migrations/001_first.sql",
        "node_modules/x/y.sql",
        ".hidden/z.sql",
        "docs/readme.md",
    ] {
        write(project.path(), file, "");
    }
    write(
        project.path(),
        ".env",
        "DATABASE_URL=postgres://me:hunter2@db/x\nexport PROD_DATABASE_URL='x'\nMY_DATABASE_URL_OLD=1\n",
    );
    let found = look(project.path()).unwrap();
    assert_eq!(
        found,
        Found {
            load_order: [
                "db/0_schema/00_common/000_security/**/*",
                "db/0_schema/00_common/001_extensions/**/*",
                "db/0_schema/01_write_side/**/*",
                "db/0_schema/02_query_side/**/*",
            ]
            .map(str::to_owned)
            .to_vec(),
            left_out: vec!["db/0_schema/019_prep_seed/**/*".into()],
            migrations: vec!["db/migrations".into()],
            variables: vec![("DATABASE_URL".into(), ".env".into()), ("PROD_DATABASE_URL".into(), ".env".into())],
        }
    );
    let text = starter(&found);
    assert!(!text.contains("hunter2"));
    let config = loads(&text);
    assert_eq!(config.build.load_order.len(), 4);
    assert_eq!(config.migrations.directory.as_deref(), Some(Path::new("/project/db/migrations")));
    assert_eq!(config.environments.keys().collect::<Vec<_>>(), ["local", "prod"]);
}

#[test]
fn names_that_are_awkward_load() {
    let project = tempfile::tempdir().unwrap();
    for file in ["a \"quoted\" [dir]/x.sql", "line\nbreak/migrations/x.sql", "line\nbreak/é/x.sql", "top.sql"] {
        write(project.path(), file, "");
    }
    let config = loads(&starter(&look(project.path()).unwrap()));
    let order: Vec<_> = config.build.load_order.iter().map(|pattern| pattern.value.as_str()).collect();
    assert_eq!(order, ["*.sql", "a \"quoted\" [[]dir[]]/**/*", "line\nbreak/é/**/*"]);
    assert!(look(&project.path().join("nowhere")).is_err());
}

#[test]
fn two_variables_of_one_environment_load() {
    let project = tempfile::tempdir().unwrap();
    write(project.path(), ".env", "DATABASE_URL=\nLOCAL_DATABASE_URL=\n");
    assert_eq!(loads(&starter(&look(project.path()).unwrap())).environments.len(), 1);
}
