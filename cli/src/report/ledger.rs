//! Changes of the ledger alone.

use super::{json, plan::list, text::counted};
use crate::{
    failure::Failure,
    global::{Format, Global},
    output::{self, GREEN, styled},
};
use confiture_engine::migrate::{files::title, ledger::LedgerChange};
use std::fmt::Write;

/// The names of what is changed.
pub fn titles(changes: &[LedgerChange]) -> String {
    let titles: Vec<String> = changes.iter().map(name).collect();
    list(titles.iter().map(String::as_str))
}

/// Prints what was changed; `what` is what was done to each.
pub fn changed(global: &Global, what: &str, changes: &[LedgerChange]) -> Result<(), Failure> {
    let text = match global.format()? {
        Format::Json => json::render(&serde_json::json!({ "schema_version": 1, "changes": changes }))?,
        Format::Text if changes.is_empty() => format!("{} the ledger has nothing to add\n", styled(GREEN, "✓")),
        Format::Text => {
            let count = counted(changes.len() as u64, "migration");
            let mut text = format!("{} {count} {what}\n", styled(GREEN, "✓"));
            for (index, change) in changes.iter().enumerate() {
                let twig = if index + 1 == changes.len() { "└─" } else { "├─" };
                let _ = writeln!(text, "{twig} {}", name(change));
            }
            text
        }
    };
    output::result(global, &text)
}

fn name(change: &LedgerChange) -> String {
    match change.after.as_ref().or(change.before.as_ref()) {
        Some(entry) => title(&entry.version, &entry.name),
        None => String::new(),
    }
}
