//! The first configuration of a project, made of what is there.

mod look;

pub use look::look;

use super::grant::string;
use std::collections::BTreeSet;

/// What a directory holds that a configuration would name. Paths are relative to it, with `/`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Patterns of DDL files in the order of their numbers, as a load order takes them.
    pub load_order: Vec<String>,
    /// Directories of DDL that looks like data or tests: not part of the load order.
    pub left_out: Vec<String>,
    /// Directories that hold migrations.
    pub migrations: Vec<String>,
    /// Variables that look like the URL of a database, and the file that names each. Never a value.
    pub variables: Vec<(String, String)>,
}

const HEAD: &str = "\
# The configuration of Confiture. What is commented out is an example, or the default.
# Paths are relative to this file. ${NAME} in a string is a variable of the environment; $${ is the text itself.
";

const LINTING: &str = r#"
[linting]
# The least severity that fails a run: info, warning or error.
fail_on_severity = "error"

# Rules that are on by default need no entry here; `confiture plugin list` shows all rules, `confiture lint --explain
# RULE` what one of them finds. A rule takes a severity, `"off"`, or a table with its options.
[linting.rules]
# primary-key-required = "error"
# foreign-key-indexed = { severity = "warning", exemptions = ["audit_*", "^tmp_"] }
# multi-tenant-column = { severity = "error", required_column = "tenant_id", exemptions = ["tenants"] }

# A rule of your own, as a regular expression that names must match.
# [[linting.custom_rules]]
# name = "write_side_tables"
# description = "Tables of the write side start with w_"
# pattern = "^w_"
# affected_dirs = ["db/write_side"]
# severity = "error"
# example = { good = "w_customers", bad = "customers" }
"#;

const PLUGINS: &str = r#"
# A plugin of your own: a WebAssembly component. It can do nothing that is not granted here.
# [plugins.mine]
# source = "plugins/mine.wasm"
# grant = { database = "read" }
# limits = { memory_mib = 128, timeout_s = 10 }
"#;

const MIGRATIONS: &str = r#"# lock_timeout = "2s"  # how long a statement waits for a lock before all of its migration is undone and tried again
# snapshots = "last"  # store the schema after the last migration of a run, or after `each`
"#;

/// A commented configuration, in TOML.
pub fn starter(found: &Found) -> String {
    [HEAD, &environments(found), &build(found), &migrations(found), LINTING, PLUGINS].concat()
}

fn environments(found: &Found) -> String {
    let mut text =
        "\n# Databases, by the name that --env takes. Without --env, DATABASE_URL and libpq's PG* variables count.\n"
            .to_owned();
    let head = "# protected = true  # ask before anything that changes data or holds locks\n";
    let mut names = BTreeSet::new();
    for (variable, file) in &found.variables {
        let name = environment_of(variable);
        if !names.insert(name.clone()) {
            continue;
        }
        text.push_str(&format!("[environments.{name}]\n# {variable} stands in {}.\n", one_line(file)));
        text.push_str(&format!("database_url = \"${{{variable}}}\"\n{head}"));
    }
    if found.variables.is_empty() {
        text.push_str("# [environments.local]\n# database_url = \"${DATABASE_URL}\"\n");
        text.push_str("# reader = \"confiture_reader\"  # the role that plugins read as\n");
        text.push_str(head);
    }
    text
}

/// `DATABASE_URL` is the local one; `PROD_DATABASE_URL` that of `prod`.
fn environment_of(variable: &str) -> String {
    match variable.strip_suffix("_DATABASE_URL") {
        Some(prefix) if !prefix.is_empty() => prefix.to_lowercase(),
        _ => "local".to_owned(),
    }
}

fn build(found: &Found) -> String {
    let mut text =
        "\n[build]\n# Files, directories and globs, in the order in which they are run; each file once.\n".to_owned();
    if found.load_order.is_empty() {
        text.push_str("# No directory with .sql files was found.\nload_order = [\n    # \"db/schema/**/*\",\n]\n");
    } else {
        text.push_str("load_order = [\n");
        for pattern in &found.load_order {
            text.push_str(&format!("    {},\n", string(pattern)));
        }
        for pattern in &found.left_out {
            text.push_str(&format!("    # {},  # looks like data or tests\n", string(pattern)));
        }
        text.push_str("]\n");
    }
    for directory in &found.migrations {
        text.push_str(&format!("# {} holds migrations: it is not built.\n", one_line(directory)));
    }
    text
}

fn migrations(found: &Found) -> String {
    let directory = match found.migrations.as_slice() {
        [] => "# directory = \"confiture-migrations\"\n".to_owned(),
        [only] => format!("directory = {}\n", string(only)),
        several => several.iter().map(|one| format!("# directory = {}\n", string(one))).collect(),
    };
    ["\n[migrations]\n", &directory, MIGRATIONS].concat()
}

/// For a comment: a name must not end it.
fn one_line(name: &str) -> String {
    name.replace(char::is_control, "?")
}

#[cfg(test)]
mod tests;
