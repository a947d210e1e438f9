//! What ends a rehearsal early.

use super::{report::Unrehearsed, text::duration};
use crate::migrate::{
    files::{Files, Id},
    plan::{Direction, Plan},
    run::{HookFailure, RunFailure, StatementFailure},
    script::Script,
};
use confiture_model::{database::DbError, session::SessionError};
use std::time::Duration;

/// What ends a rehearsal early. `migration` counts the plan's, from 0; `step` the script's statements.
#[derive(Debug)]
pub(super) enum Stop {
    /// PostgreSQL refused a statement.
    Statement { migration: usize, step: Option<usize>, error: DbError },
    /// A constraint does not hold that is checked at the commit.
    Deferred { migration: usize, error: DbError },
    /// A hook failed.
    Hook { migration: usize, failure: Box<HookFailure> },
    /// Others have waited long enough.
    Budget { migration: usize, step: Option<usize>, budget: Duration },
    /// A script ended the transaction.
    Ended { migration: usize },
    /// Somebody asked us to stop.
    Interrupted { migration: usize },
    /// Something that we do ourselves failed.
    Ours { doing: &'static str, error: SessionError },
}

impl Stop {
    pub fn of(doing: &'static str) -> impl FnOnce(SessionError) -> Self {
        move |error| Self::Ours { doing, error }
    }

    pub fn deferred(migration: usize, error: SessionError) -> Self {
        match error {
            SessionError::Database(error) => Self::Deferred { migration, error },
            error => Self::Ours { doing: "checking deferred constraints", error },
        }
    }

    /// The same, at this statement.
    pub fn at(mut self, number: usize) -> Self {
        if let Self::Statement { step, .. } | Self::Budget { step, .. } = &mut self {
            *step = Some(number);
        }
        self
    }

    /// What PostgreSQL said.
    pub fn error(&self) -> Option<&DbError> {
        match self {
            Self::Statement { error, .. }
            | Self::Deferred { error, .. }
            | Self::Ours { error: SessionError::Database(error), .. } => Some(error),
            Self::Hook { failure, .. } => failure.error(),
            _ => None,
        }
    }

    pub fn sqlstate(&self) -> &str {
        self.error().map_or("", |error| &error.sqlstate)
    }

    /// Whether the same may go well a little later: a lock was not to be had, or two sessions waited for each other.
    pub fn may_pass(&self) -> bool {
        matches!(self.sqlstate(), "55P03" | "40P01")
    }

    /// Whether there is still a connection.
    pub fn is_connected(&self) -> bool {
        !matches!(self, Self::Ours { error: SessionError::Connection(_), .. })
    }

    fn migration(&self) -> usize {
        match self {
            Self::Statement { migration, .. }
            | Self::Deferred { migration, .. }
            | Self::Hook { migration, .. }
            | Self::Budget { migration, .. }
            | Self::Ended { migration }
            | Self::Interrupted { migration } => *migration,
            Self::Ours { .. } => 0,
        }
    }

    pub fn title<'p>(&self, plan: &'p Plan) -> &'p str {
        plan.steps.get(self.migration()).map_or("", |planned| &planned.title)
    }

    /// The failure that a user is shown.
    pub fn failure(self, files: &Files, plan: &Plan, attempts: u32, unrehearsed: &[Unrehearsed]) -> RunFailure {
        let migration = self.title(plan).to_owned();
        let help = self.help(unrehearsed);
        let script = script(files, plan, self.migration());
        let undone =
            |reason: String, help: Option<String>| RunFailure::Undone { migration: migration.clone(), reason, help };
        match self {
            Self::Statement { step, error, .. } => {
                match script.and_then(|script| Some((script, step?, script.steps().get(step?)?))) {
                    Some((script, index, step)) => RunFailure::Statement(Box::new(StatementFailure {
                        migration,
                        index: index + 1,
                        of: script.steps().len(),
                        attempts,
                        failed: script.failed(step, with_hint(error, help)),
                    })),
                    None => undone(error.to_string(), help),
                }
            }
            Self::Deferred { error, .. } => {
                undone(format!("what is checked at its commit does not hold: {error}; all of it was rolled back"), help)
            }
            Self::Hook { failure, .. } => RunFailure::Hook { migration, failure },
            Self::Budget { step, budget, .. } => {
                let place = script.and_then(|script| script.steps().get(step?)).map(|step| step.span.to_string());
                let at = place.map(|place| format!(" at {place}")).unwrap_or_default();
                let budget = duration(budget.as_secs_f64() * 1000.0);
                let reason = format!(
                    "its locks{at} made others wait for longer than the lock budget of {budget}; all of it was rolled back"
                );
                undone(reason, Some("rehearse on a copy, or on a scratch cluster with `--on scratch`".to_owned()))
            }
            Self::Ended { .. } => undone(
                "it ended the transaction around it: what it did before that was not rolled back".to_owned(),
                Some("look at the database, and take COMMIT and ROLLBACK out of the migration".to_owned()),
            ),
            Self::Interrupted { .. } => RunFailure::Interrupted { migration: Some(migration), stopped: None },
            Self::Ours { doing, error } => RunFailure::of_session(doing, error),
        }
    }

    /// Where a rehearsal is not what a run would be, that may be why it failed.
    fn help(&self, unrehearsed: &[Unrehearsed]) -> Option<String> {
        if let (false, Some(left_out)) = (unrehearsed.is_empty(), unrehearsed.first()) {
            let place = left_out.place.as_deref().map(|place| format!(" at {place}")).unwrap_or_default();
            return Some(format!(
                "this may be because {}{place} was not run: a rehearsal cannot run it ({} left out)",
                left_out.what,
                unrehearsed.len()
            ));
        }
        // unsafe_new_enum_value_usage, object_in_use
        let needs_commits = matches!(self.sqlstate(), "55P04" | "55006") && self.migration() > 0;
        needs_commits.then(|| {
            "a run commits the migrations before this one first, and a rehearsal cannot: apply those, then rehearse this one"
                .to_owned()
        })
    }
}

fn with_hint(mut error: DbError, help: Option<String>) -> DbError {
    error.hint = match (error.hint, help) {
        (Some(hint), Some(help)) => Some(format!("{hint}\n{help}")),
        (hint, help) => hint.or(help),
    };
    error
}

fn script<'f>(files: &'f Files, plan: &Plan, index: usize) -> Option<&'f Script> {
    let migration = files.find(&Id::of_ledger(&plan.steps.get(index)?.version))?;
    match plan.direction {
        Direction::Down => migration.down.as_ref(),
        Direction::Up => Some(&migration.up),
    }
}
