//! A schema as a snapshot has it, made anew in an empty database.
//!
//! What is made is compared with the snapshot, so that what a snapshot does not hold is found out here and not in a
//! rehearsal on another schema. Owners, comments and grants are not made: no migration's locks or rewrites hang on them.

mod statements;

use crate::migrate::diff::{Difference, diff};
use confiture_model::{
    database::DbError,
    schema::{Parts, Snapshot},
    session::{Session, SessionError},
};
use std::fmt;

/// So many of what is missing or different are shown.
const SHOWN: usize = 8;

/// Why a schema cannot be made of a snapshot.
#[derive(Debug)]
pub enum RebuildError {
    /// It does not hold what is needed: what, one a line.
    TooThin(Vec<String>),
    /// PostgreSQL refused a statement: its first line, and why.
    Refused(String, DbError),
    /// What was made is something else: the differences from the snapshot.
    Differs(Vec<Difference>),
    /// The connection failed.
    Session(SessionError),
}

impl fmt::Display for RebuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooThin(missing) => {
                f.write_str("the snapshot does not hold all that its schema is made of:")?;
                shown(f, missing)
            }
            Self::Refused(statement, error) => write!(f, "what the snapshot says cannot be made: {statement}: {error}"),
            Self::Differs(differences) => {
                f.write_str("what was made of the snapshot is not the schema that it is of:")?;
                shown(f, differences)
            }
            Self::Session(error) => error.fmt(f),
        }
    }
}

fn shown(f: &mut fmt::Formatter<'_>, all: &[impl fmt::Display]) -> fmt::Result {
    for one in all.iter().take(SHOWN) {
        write!(f, "\n  {one}")?;
    }
    match all.len().checked_sub(SHOWN) {
        None | Some(0) => Ok(()),
        Some(more) => write!(f, "\n  and {more} more"),
    }
}

impl std::error::Error for RebuildError {}

/// Makes the schema in a database that has none of it.
///
/// # Errors
/// [`RebuildError`]; the database is then of no use.
pub async fn rebuild(snapshot: &Snapshot, session: &mut dyn Session) -> Result<(), RebuildError> {
    let statements = statements::of(snapshot).map_err(RebuildError::TooThin)?;
    // What a function's body names may not be there yet.
    let begins = ["SET check_function_bodies = off", "SET search_path = pg_catalog"].map(str::to_owned);
    for statement in begins {
        session.execute(&statement).await.map_err(RebuildError::Session)?;
    }
    in_any_order(statements, session).await?;
    session.execute("RESET ALL").await.map_err(RebuildError::Session)?;
    let made = session.snapshot(Parts::ALL).await.map_err(RebuildError::Session)?;
    let differences: Vec<Difference> = diff(snapshot, &made).into_iter().filter(counts).collect();
    if differences.is_empty() { Ok(()) } else { Err(RebuildError::Differs(differences)) }
}

/// Runs statements that may need each other: one that fails waits until others have been run.
async fn in_any_order(mut left: Vec<String>, session: &mut dyn Session) -> Result<(), RebuildError> {
    while !left.is_empty() {
        let (mut later, mut first) = (Vec::new(), None);
        let count = left.len();
        for statement in left {
            match session.execute(&statement).await {
                Ok(()) => {}
                Err(SessionError::Database(error)) => {
                    let line = statement.lines().next().unwrap_or_default().to_owned();
                    first.get_or_insert((line, error));
                    later.push(statement);
                }
                Err(error) => return Err(RebuildError::Session(error)),
            }
        }
        if let (true, Some((line, error))) = (later.len() == count, first) {
            return Err(RebuildError::Refused(line, error));
        }
        left = later;
    }
    Ok(())
}

/// Whether a difference is one that a rehearsal could notice.
fn counts(difference: &Difference) -> bool {
    !matches!(difference.what.as_deref(), Some("owner" | "comment" | "version"))
}

#[cfg(test)]
mod tests;
