//! The powers of a hook. Each answers [`Error::Denied`], with the line of configuration that would grant it, until the
//! project grants it.
//!
//! In a component each method calls the host by itself: a plugin that never uses a power must not import it.

#[cfg(not(target_arch = "wasm32"))]
use crate::testing::ScriptState;
#[cfg(target_arch = "wasm32")]
use crate::wasm::hooks as host;
use crate::{
    database::{Row, Rows, Value},
    error::Error,
    sql,
};
#[cfg(not(target_arch = "wasm32"))]
use std::rc::Rc;

/// The connection that a hook runs on: the migration's own, where it runs in the migration's transaction.
#[derive(Clone)]
pub struct Database {
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) script: Rc<ScriptState>,
}

impl Database {
    /// Runs one query. Values go in as parameters, in text or any other form: PostgreSQL finds their types.
    ///
    /// # Errors
    /// [`Error::Denied`] for what no hook may do, such as ending the transaction; else what went wrong.
    pub fn query(&self, sql: &str, params: &[Value]) -> Result<Rows, Error> {
        #[cfg(target_arch = "wasm32")]
        return crate::wasm::query(sql, params);
        #[cfg(not(target_arch = "wasm32"))]
        return self.script.query(sql, params);
    }

    /// All rows of one query.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub fn rows(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>, Error> {
        self.query(sql, params)?.collect()
    }

    /// The first row of one query; none where there is none.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub fn row(&self, sql: &str, params: &[Value]) -> Result<Option<Row>, Error> {
        self.query(sql, params)?.next().transpose()
    }

    /// Runs one statement and answers how many rows it changed. Needs `database = "write"`.
    ///
    /// # Errors
    /// As [`Self::query`].
    pub fn execute(&self, sql: &str, params: &[Value]) -> Result<u64, Error> {
        #[cfg(target_arch = "wasm32")]
        return host::execute(sql, params);
        #[cfg(not(target_arch = "wasm32"))]
        return self.script.execute(sql, params);
    }

    /// The statements of an SQL text.
    ///
    /// # Errors
    /// [`Error::Database`] where the text does not end well: a quote that is not closed.
    pub fn split(&self, sql: &str) -> Result<Vec<String>, Error> {
        #[cfg(target_arch = "wasm32")]
        return host::split(sql);
        #[cfg(not(target_arch = "wasm32"))]
        return self.script.split(sql);
    }

    /// A name as SQL text, quoted where it needs it.
    pub fn quote_identifier(&self, name: &str) -> String {
        sql::identifier(name)
    }
}

/// Files in directories that the project granted. A directory goes by the name that the project gives it.
#[derive(Clone)]
pub struct Files {
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) script: Rc<ScriptState>,
}

impl Files {
    /// The content of a file.
    ///
    /// # Errors
    /// Without a grant, or why the file cannot be read.
    pub fn read(&self, directory: &str, path: &str) -> Result<Vec<u8>, Error> {
        #[cfg(target_arch = "wasm32")]
        return host::read_file(directory, path);
        #[cfg(not(target_arch = "wasm32"))]
        return self.script.read_file(directory, path);
    }

    /// Replaces the content of a file, or makes it.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn write(&self, directory: &str, path: &str, content: &[u8]) -> Result<(), Error> {
        #[cfg(target_arch = "wasm32")]
        return host::write_file(directory, path, content);
        #[cfg(not(target_arch = "wasm32"))]
        return self.script.write_file(directory, path, content);
    }

    /// The names of the files directly in a directory.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn list(&self, directory: &str) -> Result<Vec<String>, Error> {
        #[cfg(target_arch = "wasm32")]
        return host::list_files(directory);
        #[cfg(not(target_arch = "wasm32"))]
        return self.script.list_files(directory);
    }
}

/// How a backup is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)]
pub enum Compression {
    None,
    #[default]
    Gzip,
    Zstd,
}

/// A backup that was made or restored.
#[derive(Clone, Debug, PartialEq)]
pub struct BackupReport {
    /// The file in its directory.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// How many tables it holds, as the archive itself lists them.
    pub tables: u32,
    /// How long it took.
    pub seconds: f64,
}

/// Logical backups, made and restored by the host with PostgreSQL's own tools.
#[derive(Clone)]
pub struct Backup {
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) script: Rc<ScriptState>,
}

impl Backup {
    /// Makes a backup of `tables`, or of everything where none is named, and lists it to see that it can be read. The
    /// name must not be taken; the file is called `NAME.confiture.dump`.
    ///
    /// # Errors
    /// Without a grant for backups and for writing to the directory, or what went wrong.
    pub fn dump(
        &self,
        directory: &str,
        name: &str,
        compression: Compression,
        tables: &[String],
    ) -> Result<BackupReport, Error> {
        #[cfg(target_arch = "wasm32")]
        return host::dump(directory, name, compression, tables);
        #[cfg(not(target_arch = "wasm32"))]
        return self.script.dump(directory, name, compression, tables);
    }

    /// Puts the rows of `tables` back into them, in one transaction: all of them or none.
    ///
    /// # Errors
    /// As [`Self::dump`].
    pub fn restore(&self, directory: &str, name: &str, tables: &[String]) -> Result<BackupReport, Error> {
        #[cfg(target_arch = "wasm32")]
        return host::restore(directory, name, tables);
        #[cfg(not(target_arch = "wasm32"))]
        return self.script.restore(directory, name, tables);
    }

    /// Removes backups older than so many days; how many there were.
    ///
    /// # Errors
    /// As [`Self::dump`].
    pub fn prune(&self, directory: &str, keep_days: u32) -> Result<u32, Error> {
        #[cfg(target_arch = "wasm32")]
        return host::prune(directory, keep_days);
        #[cfg(not(target_arch = "wasm32"))]
        return self.script.prune(directory, keep_days);
    }
}
