//! Asking the database, where the project granted it.

use crate::{error::Error, schema::Schema};
use std::rc::Rc;

/// Rows asked for at a time.
const PAGE: u32 = 500;

/// One value on its way to or from the database.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// SQL's NULL.
    Null,
    /// boolean.
    Boolean(bool),
    /// smallint, integer, bigint, oid, within ±(2^53−1).
    Integer(i64),
    /// real, double precision.
    Float(f64),
    /// text, varchar, name.
    Text(String),
    /// bytea.
    Bytes(Vec<u8>),
    /// Any other type, in PostgreSQL's text form.
    Other {
        /// The value.
        text: String,
        /// The name of its type.
        type_name: String,
    },
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Float(number)
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct ColumnMeta {
    pub name: String,
    pub type_name: String,
}

/// One row of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    columns: Rc<[ColumnMeta]>,
    /// Its values, in the order of the query.
    pub values: Vec<Value>,
}

impl Row {
    /// A value by its column's name.
    pub fn get(&self, column: &str) -> Option<&Value> {
        let at = self.columns.iter().position(|meta| meta.name == column)?;
        self.values.get(at)
    }

    /// A text, or a value of another type in its text form.
    pub fn text(&self, column: &str) -> Option<&str> {
        match self.get(column)? {
            Value::Text(text) | Value::Other { text, .. } => Some(text),
            _ => None,
        }
    }

    /// An integer, also a bigint beyond ±(2^53−1).
    pub fn integer(&self, column: &str) -> Option<i64> {
        match self.get(column)? {
            Value::Integer(number) => Some(*number),
            Value::Other { text, .. } => text.parse().ok(),
            _ => None,
        }
    }

    /// A number, whatever its type: also a numeric, as near as a double comes to it.
    pub fn number(&self, column: &str) -> Option<f64> {
        match self.get(column)? {
            Value::Integer(number) => Some(*number as f64),
            Value::Float(number) => Some(*number),
            Value::Text(text) | Value::Other { text, .. } => text.parse().ok(),
            _ => None,
        }
    }

    /// Its columns, in the order of the query.
    pub fn columns(&self) -> &[ColumnMeta] {
        &self.columns
    }

    /// A boolean.
    pub fn boolean(&self, column: &str) -> Option<bool> {
        match self.get(column)? {
            Value::Boolean(boolean) => Some(*boolean),
            _ => None,
        }
    }
}

type NextPage = Box<dyn FnMut(u32) -> Result<Vec<Vec<Value>>, Error>>;

/// The rows of one query, read in pages behind the scenes. After an error there are no more.
pub struct Rows {
    columns: Rc<[ColumnMeta]>,
    page: std::vec::IntoIter<Vec<Value>>,
    next_page: Option<NextPage>,
}

impl Rows {
    pub(crate) fn new(columns: Vec<ColumnMeta>, next_page: NextPage) -> Self {
        Self { columns: columns.into(), page: Vec::new().into_iter(), next_page: Some(next_page) }
    }

    /// The columns of every row.
    pub fn columns(&self) -> &[ColumnMeta] {
        &self.columns
    }
}

impl Iterator for Rows {
    type Item = Result<Row, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(values) = self.page.next() {
                return Some(Ok(Row { columns: Rc::clone(&self.columns), values }));
            }
            match (self.next_page.as_mut()?)(PAGE) {
                Ok(page) if page.is_empty() => self.next_page = None,
                Ok(page) => self.page = page.into_iter(),
                Err(error) => {
                    self.next_page = None;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl Schema {
    /// Runs one query, in a READ ONLY transaction, within the grant's budgets of time, rows and bytes. The plugin must
    /// ask for it: `wants: Capabilities { database: DatabaseAccess::Read, ..Capabilities::NONE }`.
    ///
    /// # Errors
    /// [`Error::Denied`] without a grant and for anything that is not a query; else what went wrong.
    pub fn query(&self, sql: &str, params: &[Value]) -> Result<Rows, Error> {
        // Not through the trait of the schema's source: a component that never calls this must not import `database`.
        #[cfg(target_arch = "wasm32")]
        return crate::wasm::query(sql, params);
        #[cfg(not(target_arch = "wasm32"))]
        return self.source().query(sql, params);
    }
}
