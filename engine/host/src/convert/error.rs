//! What a plugin and its host say went wrong.

use crate::bindings::confiture::plugin::common as wit;
use confiture_model::{database::DbError, fault::PluginError};

pub(crate) fn error_in(error: wit::PluginError) -> PluginError {
    match error {
        wit::PluginError::InvalidConfig(wit::ConfigError { pointer, expected }) => {
            PluginError::InvalidConfig { pointer, expected }
        }
        wit::PluginError::Denied(what) => PluginError::Denied(what),
        wit::PluginError::Database(error) => PluginError::Database(db_error_in(error)),
        wit::PluginError::TimedOut => PluginError::TimedOut,
        wit::PluginError::LimitExceeded(what) => PluginError::LimitExceeded(what),
        wit::PluginError::CheckFailed(what) => PluginError::CheckFailed(what),
        wit::PluginError::Failed(what) => PluginError::Failed(what),
    }
}

pub(crate) fn error_out(error: PluginError) -> wit::PluginError {
    match error {
        PluginError::InvalidConfig { pointer, expected } => {
            wit::PluginError::InvalidConfig(wit::ConfigError { pointer, expected })
        }
        PluginError::Denied(what) => wit::PluginError::Denied(what),
        PluginError::Database(error) => wit::PluginError::Database(db_error_out(error)),
        PluginError::TimedOut => wit::PluginError::TimedOut,
        PluginError::LimitExceeded(what) => wit::PluginError::LimitExceeded(what),
        PluginError::CheckFailed(what) => wit::PluginError::CheckFailed(what),
        PluginError::Failed(what) => wit::PluginError::Failed(what),
    }
}

pub(crate) fn db_error_out(error: DbError) -> wit::DbError {
    wit::DbError {
        sqlstate: error.sqlstate,
        message: error.message,
        detail: error.detail,
        hint: error.hint,
        position: error.position,
    }
}

/// The CONTEXT of an error does not cross the contract.
fn db_error_in(error: wit::DbError) -> DbError {
    DbError {
        sqlstate: error.sqlstate,
        message: error.message,
        detail: error.detail,
        hint: error.hint,
        position: error.position,
        context: None,
    }
}
