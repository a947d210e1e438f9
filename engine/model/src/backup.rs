//! Logical backups, made and restored with PostgreSQL's own tools.

use crate::BoxFuture;
use std::io::{Read, Write};

/// How an archive is compressed. Mirrors `compression` of `wit/v0.1/host.wit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Compression {
    None,
    Gzip,
    Zstd,
}

/// The rows of one table in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedTable {
    /// `schema.name`, without quotes.
    pub name: String,
    /// The line of the archive's table of contents.
    pub entry: String,
}

/// Why there is no backup, or nothing was restored: what was tried, what failed, what to do. Holds no password and no
/// row values.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BackupError(pub String);

/// Makes backups of one database and restores from them. Dropping a future ends the program that it waits for.
pub trait BackupTool: Send + Sync {
    /// Whether a backup can be made: what a plan says before anything runs.
    ///
    /// # Errors
    /// [`BackupError`] where there is no program for it, or one that is older than the server, with both versions.
    fn check<'a>(&'a self) -> BoxFuture<'a, Result<(), BackupError>>;
    /// Writes an archive in PostgreSQL's custom format: of these tables (`schema.name`), or of all where none is named.
    ///
    /// # Errors
    /// [`BackupError`], also for a program that is older than the server, with both versions. What was written is then
    /// of no use.
    fn dump<'a>(
        &'a self,
        tables: &'a [String],
        compression: Compression,
        into: Box<dyn Write + Send>,
    ) -> BoxFuture<'a, Result<(), BackupError>>;
    /// The tables whose rows an archive holds.
    ///
    /// # Errors
    /// [`BackupError`] for what is no archive, or not a whole one.
    fn list<'a>(&'a self, from: Box<dyn Read + Send>) -> BoxFuture<'a, Result<Vec<ArchivedTable>, BackupError>>;
    /// Puts the rows of these tables of the same archive back into them, in one transaction.
    ///
    /// # Errors
    /// [`BackupError`], after which nothing was changed.
    fn restore<'a>(
        &'a self,
        tables: &'a [ArchivedTable],
        from: Box<dyn Read + Send>,
    ) -> BoxFuture<'a, Result<(), BackupError>>;
}
