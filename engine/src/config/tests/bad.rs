//! What is wrong with a file, told exactly.

use super::{Config, env, good, read};
use crate::config::{ConfigError, load};

/// The whole text of the error in `text`.
fn told(name: &str, text: &str) -> String {
    match read(name, text) {
        Ok(config) => panic!("this loads: {config:?}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn show() {
    for (name, text) in [
        ("c.toml", "[linting]\nfail_on_severty = \"error\"\n"),
        ("c.yaml", "linting:\n  fail_on_severty: error\n"),
        ("c.toml", "lintign = 1"),
        ("c.toml", "[linting]\nfail_on_severity = \"eror\"\n"),
        ("c.toml", "[linting]\nenabled = \"yes\"\n"),
        ("c.yaml", "linting:\n  enabled: yes\n"),
        ("c.toml", "linting = 3\n"),
        ("c.yaml", "build:\n  load_order: db\n"),
        ("c.yaml", "build:\n  load_order: [1]\n"),
        ("c.toml", "[environments]\nx = [1]\n"),
        ("c.toml", "[environments.x]\ndatabase_url = 5\n"),
        ("c.toml", "[environments.x]\nprotected = 1\n"),
        ("c.toml", "[plugins.a]\ngrant = { database = \"reed\" }\n"),
        ("c.toml", "[plugins.a]\ngrant = { databse = \"read\" }\n"),
        ("c.toml", "[plugins.a]\ngrant = { directories = { backups = \"read\" } }\n"),
        ("c.toml", "[plugins.a]\nlimits = { memory_mib = -1 }\n"),
        ("c.toml", "[plugins.a]\nlimits = { memory_mib = 9999 }\n"),
        ("c.toml", "[plugins.a]\nlimits = { timeout_s = 0 }\n"),
        ("c.toml", "[plugins.mine]\nsource='a'\n[plugins.Mine]\nsource='b'\n"),
        ("c.toml", "[plugins.mine]\nsource='a'\n[plugins.mine]\nsource='b'\n"),
        ("c.yaml", "plugins:\n  mine: {source: a}\n  mine: {source: b}\n"),
        ("c.toml", "[plugins.\"a/b\"]\nsource='a'\n"),
        ("c.toml", "[plugins.a]\nsource = \"${NOPE}/x\"\n"),
        ("c.yaml", "plugins:\n  a:\n    source: ${NOPE}/x\n"),
        ("c.yaml", "linting:\n\tenabled: true\n"),
        ("c.yaml", "linting: {enabled: true\n"),
        ("c.yaml", "a: *x\n"),
        ("c.yaml", "a: &x [*x]\n"),
        ("c.yaml", "a: 1\n---\nb: 2\n"),
        ("c.yaml", "a: !include x\n"),
        ("c.yaml", "<<: {a: 1}\n"),
        ("c.yaml", "? [a]\n: 1\n"),
        ("c.yaml", "just text\n"),
        ("c.toml", "[linting\nenabled = true\n"),
        ("c.toml", "a = \n"),
        ("c.toml", "a = \"x\n"),
        ("c.toml", "a = 99999999999999999999\n"),
        ("c.toml", "[[linting.custom_rules]]\npattern = '^w_'\n"),
        ("c.toml", "[[linting.custom_rules]]\nname='x'\npattern = '^w_('\n"),
        ("c.toml", "[[linting.custom_rules]]\nname='x'\npattern = '^w_'\nexample={good='customers'}\n"),
        ("c.toml", "[[linting.custom_rules]]\nname='x'\npattern = '^w_'\nexample={bad='w_x'}\n"),
        ("c.toml", "[[linting.custom_rules]]\nname='x'\npattern = '^w_'\nexemptions=[1]\n"),
        ("c.toml", "[linting]\nrules = ['a']\n"),
        ("c.yaml", "environment: {load_order: []}\n"),
        ("c.yaml", "environment: {name: x}\nenvironments: {x: {}}\n"),
        ("c.yaml", &format!("a: {}1{}", "[".repeat(500), "]".repeat(500))),
        ("c.toml", &format!("a = {}1{}", "[".repeat(500), "]".repeat(500))),
    ] {
        println!("----\n{}", told(name, text));
    }
}
