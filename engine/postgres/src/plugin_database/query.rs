//! A query of a plugin, after the guard has let it through.

use confiture_model::database::{QueryError, Value};
use confiture_sql::guard::{FunctionUse, ReadKind, WriteShape, check_read, check_write};

/// Where the statement can stand inside of ours, which gives its values their forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In parentheses in a FROM.
    From,
    /// In parentheses after WITH.
    With,
    /// Nowhere: it is sent as it is.
    Alone,
}

/// What to run.
#[derive(Debug)]
pub(crate) struct Query {
    /// The statement, without comments around it and without a semicolon.
    pub(crate) text: String,
    /// How many characters of the plugin's text stand before it.
    pub(crate) offset: u32,
    pub(crate) place: Place,
    pub(crate) functions: Vec<FunctionUse>,
    pub(crate) params: Vec<Value>,
}

impl Query {
    /// Reads a plugin's text.
    ///
    /// # Errors
    /// [`QueryError::Denied`] for what does not only read.
    pub(crate) fn read(sql: &str, params: &[Value]) -> Result<Self, QueryError> {
        let read = check_read(sql).map_err(|refused| QueryError::Denied(refused.to_string()))?;
        let place = if read.kind == ReadKind::Query { Place::From } else { Place::Alone };
        Ok(Self::new(sql, read.text, place, read.functions, params))
    }

    /// Reads a statement of a hook that may write.
    ///
    /// # Errors
    /// [`QueryError::Denied`] for what no hook may do.
    pub(crate) fn write(sql: &str, params: &[Value]) -> Result<Self, QueryError> {
        let write = check_write(sql).map_err(|refused| QueryError::Denied(refused.to_string()))?;
        let place = match write.shape {
            WriteShape::Query => Place::From,
            WriteShape::Change => Place::With,
            WriteShape::Other => Place::Alone,
        };
        Ok(Self::new(sql, write.text, place, write.functions, params))
    }

    fn new(sql: &str, text: &str, place: Place, functions: Vec<FunctionUse>, params: &[Value]) -> Self {
        let before = sql.find(text).and_then(|at| sql.get(..at)).unwrap_or_default();
        Self {
            text: text.to_owned(),
            offset: u32::try_from(before.chars().count()).unwrap_or(u32::MAX),
            place,
            functions,
            params: params.to_vec(),
        }
    }
}
