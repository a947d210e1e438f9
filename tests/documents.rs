//! Pages that are made from the program itself, so that they cannot drift. `UPDATE_DOCUMENTS=1 cargo xtask test documents`
//! writes them anew.

use crate::{hooks::hooks_core, rules::lint_schema};
use confiture_model::hook::Phase;
use confiture_tests::{
    program::{confiture, project},
    workspace,
};
use std::fmt::Write;

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_rules_is_what_the_rules_say() {
    let plugin = lint_schema().await;
    let mut rules: Vec<_> = plugin.rules().iter().collect();
    rules.sort_by(|one, other| one.id.cmp(&other.id));
    let mut page = "# Rules\n\nThe bundled rules over a schema. This page is made from them.\n\n\
                    | rule | finds | severity | by default |\n|---|---|---|---|\n"
        .to_owned();
    for rule in &rules {
        let state = if rule.enabled_by_default { "on" } else { "off" };
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} | {2} | {state} |", rule.id, rule.summary, rule.default_severity);
    }
    for rule in &rules {
        let _ = writeln!(page, "\n## {}\n\n{}\n\n{}", rule.id, rule.summary, deeper(rule.documentation.trim()));
        if !rule.options.is_empty() {
            let _ = writeln!(page, "\n### Options\n\n| option | what | JSON Schema |\n|---|---|---|");
        }
        for option in &rule.options {
            let schema = option.schema.to_string().replace('|', "\\|");
            let _ = writeln!(page, "| `{}` | {} | `{schema}` |", option.name, option.summary.replace('\n', " "));
        }
    }
    holds("docs/rules.md", &page);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_hooks_is_what_the_hooks_say() {
    let plugin = hooks_core(None).await;
    let mut hooks: Vec<_> = plugin.hooks().iter().collect();
    hooks.sort_by(|one, other| one.id.cmp(&other.id));
    let mut page =
        "# Hooks\n\nThe bundled hooks: what runs around the statements of a migration. This page is made from \
                    them.\n\n| hook | what |\n|---|---|\n"
            .to_owned();
    for hook in &hooks {
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} |", hook.id, hook.summary);
    }
    for hook in &hooks {
        let phases: Vec<_> = hook.phases.iter().map(|phase| format!("`{}`", phase.as_str())).collect();
        let phases = if phases.len() == Phase::ALL.len() { "any phase".to_owned() } else { phases.join(", ") };
        let _ = writeln!(page, "\n## {}\n\n{}. It may stand in {phases}.", hook.id, hook.summary);
        let _ = writeln!(page, "\n{}", deeper(hook.documentation.trim()));
        if !hook.options.is_empty() {
            let _ = writeln!(page, "\n### Options\n\n| option | what | |\n|---|---|---|");
        }
        for option in &hook.options {
            let required = if option.required { "required" } else { "" };
            let _ = writeln!(page, "| `{}` | {} | {required} |", option.name, option.summary.replace('\n', " "));
        }
    }
    holds("docs/hooks.md", &page);
}

#[test]
fn the_page_of_commands_is_what_help_says() {
    let project = project(&[]);
    let mut page = "# Commands\n\nWhat `--help` says. This page is made from it.\n".to_owned();
    for command in COMMANDS {
        let mut arguments: Vec<&str> = command.split_whitespace().collect();
        arguments.push("--help");
        let help = confiture(project.path(), &arguments).expect(0).stdout;
        let help: Vec<&str> = help.lines().map(str::trim_end).collect();
        let _ = write!(page, "\n## confiture {command}\n\n```\n{}\n```\n", help.join("\n").trim());
    }
    holds("docs/commands.md", &page);
}

const COMMANDS: &[&str] = &[
    "",
    "init",
    "build",
    "lint",
    "snapshot",
    "migrate",
    "migrate new",
    "migrate up",
    "migrate down",
    "migrate status",
    "migrate verify",
    "migrate baseline",
    "migrate repair",
    "migrate adopt",
    "sync",
    "sync worker",
    "facts",
    "schema",
    "scratch",
    "plugin",
    "plugin build",
    "plugin list",
    "plugin inspect",
    "plugin run",
    "completions",
];

/// Headings of a rule's documentation stand one level below the rule's own.
fn deeper(documentation: &str) -> String {
    let mut in_code = false;
    let lines = documentation.lines().map(|line| {
        in_code ^= line.starts_with("```");
        let is_heading = line.starts_with('#') && !in_code;
        if is_heading { format!("### {}", line.trim_start_matches('#').trim_start()) } else { line.to_owned() }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Fails where the page is not what it should be; writes it where asked to.
#[track_caller]
fn holds(name: &str, page: &str) {
    let path = workspace().join(name);
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, page).expect("a page");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "{name} is not what the program says: UPDATE_DOCUMENTS=1 cargo xtask test documents");
}
