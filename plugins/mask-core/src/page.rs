//! `docs/strategies.md`, made from the strategies. `UPDATE_DOCUMENTS=1 cargo test -p confiture-mask-core page` writes it anew.

use confiture_sdk::masking::AnyStrategy;
use std::{fmt::Write, path::Path};

#[test]
fn the_page_of_strategies_is_what_they_say() {
    let mut strategies = crate::plugin().strategies.to_vec();
    strategies.sort_by_key(|strategy| strategy.meta().id);
    let mut page =
        "# Strategies\n\nThe bundled anonymization strategies. This page is made from them; their examples run as \
                    tests, under keys that are their own names. Without a `key`, a strategy uses the profile's. What is \
                    *fresh* is no value that the column has in any row; *makes nulls* and *may keep* are licences.\n\n\
                    | strategy | what it does | promises |\n|---|---|---|\n"
            .to_owned();
    for strategy in &strategies {
        let meta = strategy.meta();
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} | {2} |", meta.id, meta.summary, promises(*strategy));
    }
    for strategy in strategies {
        section(strategy, &mut page);
    }
    holds(&page);
}

fn section(strategy: &dyn AnyStrategy, page: &mut String) {
    let meta = strategy.meta();
    let _ = writeln!(page, "\n## {}\n\n{}\n\nTypes: {}.", meta.id, meta.summary, meta.accepts.join(", "));
    let mut in_code = false;
    for line in meta.documentation.trim().lines() {
        in_code ^= line.starts_with("```");
        match line.strip_prefix("## ").filter(|_| !in_code) {
            Some(heading) => drop(write!(page, "\n### {heading}\n")),
            None => drop(writeln!(page, "{line}")),
        }
    }
    let options = strategy.options();
    if !options.is_empty() {
        page.push_str("\n### Options\n\n| option | what | JSON Schema |\n|---|---|---|\n");
    }
    for option in &options {
        let schema = option.schema.to_string().replace('|', "\\|");
        let _ = writeln!(page, "| `{}` | {} | `{schema}` |", option.name, option.summary);
    }
}

fn promises(strategy: &dyn AnyStrategy) -> String {
    let mut words: Vec<String> = strategy.meta().promises.names().map(|name| name.replace('-', " ")).collect();
    let mut given: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for (option, value, promise) in strategy.when() {
        match given.iter_mut().find(|(known, of, _)| (known, of) == (option, promise)) {
            Some((_, _, values)) => values.push(value),
            None => given.push((option, promise, vec![value])),
        }
    }
    let shown = |(option, promise, values): &(&str, &str, Vec<&str>)| {
        format!("{} where `{option}` is {}", promise.replace('-', " "), values.join(" or "))
    };
    words.extend(given.iter().map(shown));
    words.join(", ")
}

#[track_caller]
fn holds(page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/strategies.md");
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::write(&path, page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "docs/strategies.md is not what the strategies say: UPDATE_DOCUMENTS=1 cargo test page");
}
