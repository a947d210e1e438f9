//! Fixes: the SQL that rules give for what they found, as far as it is safe to run, as the script of a migration.
//!
//! A rule says that its SQL is safe; the host does not take its word for it. It runs comments, indexes made or rebuilt
//! CONCURRENTLY, constraints validated and names changed, and nothing else: whatever else a plugin sends is for a person to
//! look at.

mod judge;

use super::report::LintReport;
use confiture_model::{finding::Severity, schema::Snapshot};
use std::{collections::HashMap, fmt::Write};

/// What can be done about the findings of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fixes {
    /// What can be run, each statement once.
    pub safe: Vec<Fix>,
    /// What a rule calls safe and is not run, and why.
    pub refused: Vec<(Fix, String)>,
    /// The severities of the findings that bring no SQL, or none that is run.
    pub left: Vec<Severity>,
}

/// One statement, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The statement, without a semicolon.
    pub sql: String,
    /// The findings that it repairs: what each says, and its rule.
    pub repairs: Vec<String>,
    /// Whether it cannot run in a transaction.
    pub outside: bool,
}

/// The fixes of a report's findings, in their order. A finding of several statements is repaired by all of them or none.
pub fn collect(report: &LintReport, snapshot: &Snapshot) -> Fixes {
    let mut fixes = Fixes::default();
    let mut known = HashMap::new();
    for finding in &report.findings {
        let about = format!("{} [{}]", finding.message.replace(['\n', '\r'], " "), finding.instance);
        let judged: Vec<(String, Result<bool, String>)> =
            finding.fix.iter().map(|sql| judge::judge(sql, snapshot)).collect();
        if judged.is_empty() {
            fixes.left.push(finding.severity);
        } else if let Some((sql, Err(why))) = judged.iter().find(|(_, judged)| judged.is_err()) {
            fixes.left.push(finding.severity);
            let fix = Fix { sql: sql.clone(), repairs: vec![about], outside: false };
            fixes.refused.push((fix, why.clone()));
        } else {
            for (sql, outside) in judged {
                // Two rules may ask for the same.
                let index = *known.entry(sql.clone()).or_insert(fixes.safe.len());
                match fixes.safe.get_mut(index) {
                    Some(fix) => fix.repairs.push(about.clone()),
                    None => {
                        fixes.safe.push(Fix { sql, repairs: vec![about.clone()], outside: outside.unwrap_or(true) })
                    }
                }
            }
        }
    }
    fixes
}

impl Fixes {
    /// All of it as one script. Where some of it can run in a transaction and some cannot, every statement runs on its own.
    pub fn script(&self) -> String {
        let is_mixed = self.safe.iter().any(|fix| fix.outside) && self.safe.iter().any(|fix| !fix.outside);
        let head = if is_mixed { "-- confiture: transaction = false\n" } else { "" };
        format!("{head}{}", written(self.safe.iter()))
    }

    /// As scripts of which each runs in one mode: in a transaction, then what cannot. Each with a name for its file.
    pub fn scripts(&self) -> Vec<(&'static str, String)> {
        let of = |outside: bool| written(self.safe.iter().filter(|fix| fix.outside == outside));
        let scripts = [("lint fixes", of(false)), ("lint fixes concurrently", of(true))];
        scripts.into_iter().filter(|(_, script)| !script.is_empty()).collect()
    }
}

fn written<'f>(fixes: impl Iterator<Item = &'f Fix>) -> String {
    let mut script = String::new();
    for fix in fixes {
        for repaired in &fix.repairs {
            let _ = writeln!(script, "-- {repaired}");
        }
        let _ = writeln!(script, "{};", fix.sql);
    }
    script
}

#[cfg(test)]
mod tests;
