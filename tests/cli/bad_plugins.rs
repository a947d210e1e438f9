//! Files that are no plugins: each ends with exit 7 and says what it is instead.

use confiture_tests::{
    program::{Ran, confiture, project, write},
    plugin_wasm,
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
    lint_with(b"\0asm\x01\0\0\0").says(&["core module", "component"]);
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
    lint_with(b"\0asm\x0d\0\x01\0").says(&["identity"]);
}

#[test]
fn a_file_that_is_not_there() {
    let project = project(&[("confiture.toml", "[plugins.mine]\nsource = \"mine.wasm\"\n")]);
    confiture(project.path(), &["plugin", "list"]).expect(3).says(&["mine.wasm"]);
}
