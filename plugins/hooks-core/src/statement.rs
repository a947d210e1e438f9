//! SQL that users write in options.

use confiture_sdk::{Error, hook::Database};

/// The only statement of an option's text, without a semicolon.
pub fn only(database: &Database, pointer: &str, text: &str) -> Result<String, Error> {
    let mut statements = database.split(text)?;
    match (statements.pop(), statements.is_empty()) {
        (Some(one), true) => Ok(one.trim_end().trim_end_matches(';').trim_end().to_owned()),
        _ => Err(Error::option(pointer, "one SQL statement")),
    }
}

/// Says which piece of the user's SQL an error belongs to.
pub fn within(what: &str, error: Error) -> Error {
    match error {
        Error::Database(mut error) => {
            error.message = format!("{what}: {}", error.message);
            Error::Database(error)
        }
        Error::Denied(why) => Error::Denied(format!("{what}: {why}")),
        Error::LimitExceeded(why) => Error::LimitExceeded(format!("{what}: {why}")),
        Error::CheckFailed(why) => Error::CheckFailed(format!("{what}: {why}")),
        Error::Failed(why) => Error::Failed(format!("{what}: {why}")),
        other @ (Error::InvalidConfig { .. } | Error::TimedOut) => other,
    }
}
