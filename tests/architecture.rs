//! The arrows of ARCHITECTURE.md: who may know whom. Read from `cargo metadata`, so a new dependency that breaks one
//! fails here.

use confiture_tests::workspace;
use serde_json::Value;
use std::{collections::BTreeMap, process::Command};

/// What each crate of ours may depend on, of ours. `dev` dependencies count too, but for the tests' own package.
const ARROWS: &[(&str, &[&str])] = &[
    ("confiture-model", &[]),
    ("confiture-sql", &["confiture-model"]),
    ("confiture-postgres", &["confiture-model", "confiture-sql"]),
    ("confiture-host", &["confiture-model"]),
    ("confiture-engine", &["confiture-model", "confiture-sql"]),
    ("confiture-sdk", &[]),
    ("confiture-plugin-build", &[]),
    ("confiture-lint-schema", &["confiture-sdk"]),
    ("confiture-hooks-core", &["confiture-sdk"]),
    ("confiture-mask-core", &["confiture-sdk"]),
    ("confiture-bundled", &[]),
    (
        "confiture-cli",
        &[
            "confiture-bundled",
            "confiture-engine",
            "confiture-host",
            "confiture-model",
            "confiture-plugin-build",
            "confiture-postgres",
            "confiture-sql",
        ],
    ),
    ("xtask", &["confiture-plugin-build", "confiture-postgres"]),
];

/// Libraries that only the named crates may know.
const OWNERS: &[(&str, &[&str])] = &[
    ("wasmtime", &["confiture-host"]),
    ("wasmtime-wasi", &["confiture-host"]),
    ("cap-std", &["confiture-host"]),
    ("tokio-postgres", &["confiture-postgres"]),
    ("sqlparser", &["confiture-sql"]),
    ("squawk-syntax", &["confiture-sql"]),
    ("clap", &["confiture-cli"]),
    ("wit-bindgen", &["confiture-sdk"]),
    ("wit-component", &["confiture-plugin-build", "confiture-host"]),
];

#[test]
fn every_arrow_between_our_crates_is_a_known_one() {
    let packages = packages();
    let mut wrong = Vec::new();
    for (name, dependencies) in &packages {
        if name == "confiture-tests" {
            continue;
        }
        let Some((_, allowed)) = ARROWS.iter().find(|(of, _)| of == name) else {
            wrong.push(format!("{name} is not in the list of arrows"));
            continue;
        };
        for dependency in dependencies.iter().filter(|dependency| packages.contains_key(*dependency)) {
            if !allowed.contains(&dependency.as_str()) {
                wrong.push(format!("{name} must not know {dependency}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_library_with_an_owner_is_named_by_its_owner_alone() {
    let mut wrong = Vec::new();
    for (name, dependencies) in &packages() {
        for (library, owners) in OWNERS {
            if dependencies.iter().any(|dependency| dependency == library) && !owners.contains(&name.as_str()) {
                wrong.push(format!("{name} must not name {library}: only {} may", owners.join(", ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn only_the_command_line_prints() {
    let mut printing = Vec::new();
    for folder in ["engine", "plugins", "sdk/rust"] {
        sources(&workspace().join(folder), &mut |path, text| {
            let is_test = path.contains("/tests/") || path.ends_with("/tests.rs");
            let library = !is_test && !path.contains("/benches/") && !path.contains("/bin/");
            let own = text.split("#[cfg(test)]").next().unwrap_or(text);
            for (number, line) in own.lines().enumerate().filter(|_| library) {
                let code = line.trim_start();
                if ["println!", "eprintln!", "print!(", "eprint!("].iter().any(|word| code.starts_with(word)) {
                    printing.push(format!("{path}:{}: {code}", number + 1));
                }
            }
        });
    }
    printing.retain(|line| !line.contains("build.rs"));
    assert!(printing.is_empty(), "{}", printing.join("\n"));
}

/// Our packages with the names that they depend on.
fn packages() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(workspace())
        .output()
        .expect("cargo runs, as it runs this test");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies").iter();
            let names = dependencies.filter_map(|dependency| dependency["name"].as_str()).map(str::to_owned);
            (package["name"].as_str().expect("a name").to_owned(), names.collect())
        })
        .collect()
}

/// Calls `look` with every Rust file below `folder`.
fn sources(folder: &std::path::Path, look: &mut dyn FnMut(&str, &str)) {
    for entry in std::fs::read_dir(folder).expect("a folder of ours").flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            sources(&path, look);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            look(&path.to_string_lossy(), &std::fs::read_to_string(&path).expect("a readable file"));
        }
    }
}
