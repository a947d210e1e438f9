//! Whether a script runs in one transaction or statement by statement.

use crate::migrate::{FileError, script::Script};
use serde::Serialize;

/// How a script runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "mode")]
pub enum Mode {
    /// All of it in one transaction.
    Transaction,
    /// Statement by statement, each recorded: it can stop part-way, and goes on there.
    Statements {
        /// Why.
        why: String,
    },
}

impl Mode {
    /// What the script says, else what its statements need. One that mixes statements of both kinds must say it: nobody
    /// should find out afterwards that a migration can stop part-way.
    pub(super) fn of(script: &Script) -> Result<Self, FileError> {
        let first_outside = script.steps().iter().find_map(|step| Some((step, step.outside.as_ref()?)));
        let Some((step, outside)) = first_outside else {
            return Ok(match script.options.transaction {
                Some(false) if !script.steps().is_empty() => Self::Statements { why: "transaction = false".to_owned() },
                _ => Self::Transaction,
            });
        };
        let why = format!("{} cannot run in a transaction", outside.what);
        if script.options.transaction == Some(false)
            || every_statement_is_outside(script) && script.options.transaction.is_none()
        {
            return Ok(Self::Statements { why });
        }
        let problem = match script.options.transaction {
            Some(_) => script.problem_at(step, format!("{why}, and the migration says `transaction = true`")),
            None => script.problem_at(step, format!("{why}, and other statements of the migration can")),
        };
        Err(problem.help(
            "write `-- confiture: transaction = false` in the first line, then every statement runs on its own and the \
             migration can stop part-way; or give this statement a migration of its own",
        ))
    }
}

fn every_statement_is_outside(script: &Script) -> bool {
    script.steps().iter().all(|step| step.outside.is_some())
}
