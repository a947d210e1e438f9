//! Whether files, ledger and database agree, for people.

use super::text::counted;
use crate::output::{BOLD, DIM, GREEN, RED, YELLOW, styled};
use confiture_engine::migrate::verify::{Drift, Verification};
use std::fmt::Write;

/// Every disagreement. `target` is the database.
pub fn render(found: &Verification, target: &str) -> String {
    let mut text = format!("{}\n", styled(BOLD, target));
    for problem in &found.problems {
        let title = problem.migration.as_deref().map(|title| format!("{title}: ")).unwrap_or_default();
        let _ =
            writeln!(text, "├─ {} {title}{}", styled(RED, "✗"), problem.problem.to_string().replace('\n', "\n│    "));
    }
    if found.problems.is_empty() {
        let _ = writeln!(text, "├─ {} files and ledger agree", styled(GREEN, "✓"));
    }
    match &found.drift {
        Drift::None => {
            let _ = writeln!(text, "└─ {} the schema is as the last migration left it", styled(GREEN, "✓"));
        }
        Drift::Unknown { reason } => {
            let _ = writeln!(text, "└─ {} the schema was not compared: {reason}", styled(YELLOW, "?"));
        }
        Drift::Found { differences } => {
            let count = counted(differences.len() as u64, "difference");
            let _ = writeln!(text, "└─ {} the schema was changed since the last migration: {count}", styled(RED, "✗"));
            for difference in differences {
                let _ = writeln!(text, "     {} {difference}", styled(DIM, "·"));
            }
        }
    }
    text
}
