//! `confiture plugin`, and a rule of one's own beside the bundled ones.

use confiture_tests::{
    plugin_wasm,
    program::{confiture, project, write},
    target, workspace,
};
use std::process::Command;

#[test]
fn the_bundled_plugin_is_listed_with_its_rules() {
    let project = project(&[]);
    let text = confiture(project.path(), &["plugin", "list"]).expect(0).stdout;
    for word in ["lint-schema", "bundled", "foreign-key-indexed", "unlogged-in-production"] {
        assert!(text.contains(word), "`{word}` is missing in:\n{text}");
    }
    let grants = confiture(project.path(), &["plugin", "list", "--grants"]).expect(0).stdout;
    assert!(grants.contains("[plugins.lint-schema]"), "{grants}");
}

#[test]
fn a_component_is_inspected_without_being_granted_anything() {
    let project = project(&[]);
    write(project.path(), "rules.wasm", &plugin_wasm("lint-schema"));
    let document = confiture(project.path(), &["plugin", "inspect", "rules.wasm", "--format", "json"]).expect(0).json();
    assert_eq!(document["info"]["name"], "confiture:lint-schema");
    let imports = document["imports"].as_array().expect("imports");
    assert!(imports.iter().all(|import| import.as_str().is_some_and(|name| name.contains("confiture:plugin/"))));
}

#[test]
fn one_rule_runs_alone_with_options_from_the_command_line() {
    let project = project(&[("db/a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n")]);
    let arguments = [
        "plugin",
        "run",
        "lint-schema",
        "db",
        "--rule",
        "multi-tenant-column",
        "--option",
        "required_column=company",
        "--format",
        "json",
    ];
    let document = confiture(project.path(), &arguments).expect(1).json();
    assert_eq!(document["findings"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["findings"][0]["message"], "Table 'a' is missing 'company'");
}

#[test]
fn a_rule_of_ones_own_is_built_and_lints_beside_the_bundled_ones() {
    // As the README says, in a copy: a build leaves files behind.
    let example = workspace().join("examples/custom-rule");
    let folder = workspace().join("target/custom-rule");
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder).expect("a directory");
    let copied = Command::new("cp").arg("-r").arg(example.join(".")).arg(&folder).status().expect("cp");
    assert!(copied.success());
    // The standard library is there already, where `cargo xtask plugins` built it.
    let guests = target().join("guests");
    let guests = guests.to_str().expect("UTF-8");
    confiture(&folder, &["plugin", "build", ".", "--target-dir", guests]).expect(0).says(&["money-rules.wasm"]);
    let document =
        confiture(&folder, &["lint", "schema.sql", "--format", "json", "--fail-on", "never"]).expect(0).json();
    let findings = document["findings"].as_array().expect("findings");
    assert!(findings.iter().any(|finding| finding["rule"] == "money-as-float"), "{findings:?}");
    let rules = document["checked"]["rules"].as_array().expect("rules");
    assert!(rules.iter().any(|rule| rule["plugin"] == "lint-schema"), "{rules:?}");
}

#[test]
fn the_first_rule_of_the_readme_builds_and_finds() {
    let readme = std::fs::read_to_string(workspace().join("README.md")).expect("the README");
    let block = |start: &str| {
        let (_, rest) = readme.split_once(start).unwrap_or_else(|| panic!("the README has no block {start}"));
        rest.split_once("```").expect("the block ends").0.to_owned()
    };
    let sdk = workspace().join("sdk/rust");
    let manifest = block("```toml\n# Cargo.toml").replace("path/to/confiture/sdk/rust", &sdk.to_string_lossy());
    let project = project(&[
        ("Cargo.toml", &manifest),
        ("src/lib.rs", &block("```rust\n// src/lib.rs")),
        ("ddl/a.sql", "CREATE TABLE a (id bigint PRIMARY KEY, picture bytea);\n"),
    ]);
    let guests = target().join("guests");
    let guests = guests.to_str().expect("UTF-8");
    confiture(project.path(), &["plugin", "build", ".", "--target-dir", guests]).expect(0).says(&["my-rules.wasm"]);
    let text = confiture(project.path(), &["plugin", "run", "my-rules.wasm", "ddl"]).expect(0).stdout;
    assert!(text.contains("Column 'picture' holds files") && text.contains("ddl/a.sql:1:"), "{text}");
}
