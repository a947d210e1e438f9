//! Why a hook did not do what it was to do.

use crate::migrate::hooks::PlannedHook;
use confiture_model::{
    database::DbError,
    fault::{Fault, FaultKind, PluginError},
    hook::Phase,
    session::SessionError,
};
use std::fmt;

/// What kept a hook from running to its end.
#[derive(Debug)]
pub(in crate::migrate) enum HookTrouble {
    /// It failed.
    Failed(Box<HookFailure>),
    /// Something that we do ourselves around it failed.
    Ours(&'static str, SessionError),
    /// The run lock is no longer held.
    LockLost,
    /// Somebody asked us to stop.
    Interrupted,
}

impl HookTrouble {
    pub(in crate::migrate) fn of(doing: &'static str) -> impl FnOnce(SessionError) -> Self {
        move |error| Self::Ours(doing, error)
    }
}

impl From<HookFailure> for HookTrouble {
    fn from(failure: HookFailure) -> Self {
        Self::Failed(Box::new(failure))
    }
}

/// A hook that failed.
#[derive(Clone, Debug, PartialEq)]
pub struct HookFailure {
    /// When it ran.
    pub phase: Phase,
    /// The project's name of its plugin.
    pub plugin: String,
    /// Its name there.
    pub hook: String,
    /// What it is for, in the user's words.
    pub description: Option<String>,
    /// Where it is written: `file:line:column`.
    pub place: String,
    /// The step that failed; none where it has not come so far.
    pub step: Option<String>,
    /// How often that was tried.
    pub attempts: u32,
    /// Why.
    pub cause: HookCause,
}

/// Why a hook failed.
#[derive(Clone, Debug, PartialEq)]
pub enum HookCause {
    /// It said so, or broke.
    Fault(Fault),
    /// Its condition could not be evaluated, or it is not there: why.
    Condition(String),
}

impl HookCause {
    /// Whether a lock was not to be had, or two sessions waited for each other: all of the transaction may be tried again.
    pub(in crate::migrate) fn is_lock(&self) -> bool {
        self.sqlstate().is_some_and(|sqlstate| matches!(sqlstate, "55P03" | "40P01"))
    }

    fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Fault(Fault { kind: FaultKind::Reported(PluginError::Database(error)), .. }) => Some(&error.sqlstate),
            _ => None,
        }
    }
}

impl HookFailure {
    pub(in crate::migrate) fn new(hook: &PlannedHook, step: Option<&str>, attempts: u32, cause: HookCause) -> Self {
        Self {
            phase: hook.phase,
            plugin: hook.plugin.clone(),
            hook: hook.hook.clone(),
            description: hook.description.clone(),
            place: hook.place.clone(),
            step: step.map(str::to_owned),
            attempts,
            cause,
        }
    }

    /// What PostgreSQL said, where it was that.
    pub fn error(&self) -> Option<&DbError> {
        match &self.cause {
            HookCause::Fault(Fault { kind: FaultKind::Reported(PluginError::Database(error)), .. }) => Some(error),
            _ => None,
        }
    }

    /// The SQLSTATE, where the database was what failed.
    pub fn sqlstate(&self) -> Option<&str> {
        self.cause.sqlstate()
    }

    /// Whether the plugin broke or wanted what it may not have, rather than saying that something does not hold.
    pub fn is_fault(&self) -> bool {
        match &self.cause {
            HookCause::Fault(fault) => {
                !matches!(&fault.kind, FaultKind::Reported(error) if !matches!(error, PluginError::Denied(_)))
            }
            HookCause::Condition(_) => false,
        }
    }

    /// One line for reports: of a database's error only the SQLSTATE, since its message may quote values.
    pub fn summary(&self) -> String {
        let why = match (&self.cause, self.sqlstate()) {
            (_, Some(sqlstate)) => format!("the database said SQLSTATE {sqlstate}"),
            (HookCause::Fault(fault), None) => match &fault.kind {
                FaultKind::Reported(error) => error.to_string(),
                _ => fault.to_string(),
            },
            (HookCause::Condition(why), None) => format!("its condition: {why}"),
        };
        format!("hook {} in {}: {why}", self.hook, self.phase.as_str())
    }
}

/// `file:line:column: hook in phase failed`, why, and at which step.
impl fmt::Display for HookFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: hook `{}` in {} failed", self.place, self.hook, self.phase.as_str())?;
        if let Some(description) = &self.description {
            write!(f, " ({description})")?;
        }
        if let Some(step) = &self.step {
            write!(f, ", at step `{step}`")?;
        }
        match &self.cause {
            HookCause::Fault(fault) => write!(f, ": {fault}")?,
            HookCause::Condition(why) => write!(f, ": its condition: {why}")?,
        }
        if self.attempts > 1 {
            write!(f, "\ntried {} times", self.attempts)?;
        }
        Ok(())
    }
}
