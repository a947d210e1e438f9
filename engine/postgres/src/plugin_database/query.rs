//! A query of a plugin, after the guard has let it through.

use confiture_model::database::{QueryError, Value};
use confiture_sql::guard::{FunctionUse, ReadKind, check_read};

/// What to run.
#[derive(Debug)]
pub(super) struct Query {
    /// The statement, without comments around it and without a semicolon.
    pub(super) text: String,
    /// How many characters of the plugin's text stand before it.
    pub(super) offset: u32,
    pub(super) kind: ReadKind,
    pub(super) functions: Vec<FunctionUse>,
    pub(super) params: Vec<Value>,
}

impl Query {
    /// Reads a plugin's text.
    ///
    /// # Errors
    /// [`QueryError::Denied`] for what does not only read.
    pub(super) fn read(sql: &str, params: &[Value]) -> Result<Self, QueryError> {
        let read = check_read(sql).map_err(|refused| QueryError::Denied(refused.to_string()))?;
        let before = sql.find(read.text).and_then(|at| sql.get(..at)).unwrap_or_default();
        Ok(Self {
            text: read.text.to_owned(),
            offset: u32::try_from(before.chars().count()).unwrap_or(u32::MAX),
            kind: read.kind,
            functions: read.functions,
            params: params.to_vec(),
        })
    }
}
