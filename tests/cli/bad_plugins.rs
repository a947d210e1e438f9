//! Files that are no plugins: each ends with exit 7 and says what it is instead.

use confiture_tests::{
    plugin_wasm,
    program::{Ran, confiture, project, write},
};

/// Lints with `content` as a plugin.
fn lint_with(content: &[u8]) -> Ran {
    let project = project(&[
        ("confiture.toml", "[plugins.mine]\nsource = \"mine.wasm\"\n"),
        ("db/a.sql", "CREATE TABLE a (id int PRIMARY KEY);\n"),
    ]);
    write(project.path(), "mine.wasm", content);
    confiture(project.path(), &["lint", "db"]).expect(7).says(&["mine"])
}

#[test]
fn a_core_module() {
    lint_with(b"\0asm\x01\0\0\0").says(&["core WebAssembly module", "confiture plugin build"]);
}

#[test]
fn random_bytes() {
    lint_with(&[0x5a; 4096]).says(&["WebAssembly"]);
}

#[test]
fn an_empty_file() {
    lint_with(b"").says(&["empty"]);
}

#[test]
fn a_truncated_component() {
    let whole = plugin_wasm("lint-schema");
    lint_with(&whole[..whole.len() / 2]);
}

#[test]
fn a_component_of_another_world() {
    // A component that exports and imports nothing.
    lint_with(b"\0asm\x0d\0\x01\0").says(&["another world", "confiture:plugin/"]);
}

#[test]
fn a_file_that_is_not_there() {
    let project = project(&[("confiture.toml", "[plugins.mine]\nsource = \"mine.wasm\"\n")]);
    confiture(project.path(), &["plugin", "list"]).expect(3).says(&["mine.wasm"]);
}

#[test]
fn a_plugin_that_is_refused_does_not_silence_the_others() {
    let project = project(&[
        ("confiture.toml", "[plugins.asking]\nsource = \"asking.wasm\"\n"),
        ("db/a.sql", "CREATE TABLE a (id int);\n"),
    ]);
    write(project.path(), "asking.wasm", &plugin_wasm("asking"));
    let ran = confiture(project.path(), &["lint", "db", "--format", "json"]).expect(7).says(&[
        "asking",
        "grant = { database = \"read\" }",
        "[plugins.asking]",
    ]);
    let document = ran.json();
    assert_eq!(document["faults"][0]["plugin"], "asking");
    assert!(document["findings"].as_array().is_some_and(|found| !found.is_empty()), "{document}");
}
