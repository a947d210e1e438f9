//! Backups with `pg_dump` and `pg_restore`.
//!
//! The archive goes through pipes of ours, so that a program ends when we do: `pg_dump` as it writes on, `pg_restore` as
//! its archive ends too early, which rolls its one transaction back. The password travels in the environment.

mod login;
mod program;
mod programs;
mod schema;

use crate::connect::ConnectOptions;
use confiture_model::{
    BoxFuture,
    backup::{ArchivedTable, BackupError, BackupTool, Compression},
};
use login::Login;
use program::Program;
pub use programs::Programs;
pub use schema::copy_schema;
use std::io::{Read, Write};

/// PostgreSQL's own tools, at work on one database.
#[derive(Clone, Debug)]
pub struct PgBackupTool {
    options: ConnectOptions,
    programs: Programs,
}

/// How long `pg_dump` waits for a table that somebody has locked, in milliseconds.
const LOCK_WAIT: u32 = 60_000;

impl PgBackupTool {
    /// For this database, with the programs that [`Programs`] finds.
    pub fn new(options: ConnectOptions, programs: Programs) -> Self {
        Self { options, programs }
    }
}

impl BackupTool for PgBackupTool {
    fn check<'a>(&'a self) -> BoxFuture<'a, Result<(), BackupError>> {
        Box::pin(async move {
            let login = Login::of(&self.options).await?;
            self.programs.find("pg_dump", login.server_version / 10_000).map(drop)
        })
    }

    fn dump<'a>(
        &'a self,
        tables: &'a [String],
        compression: Compression,
        into: Box<dyn Write + Send>,
    ) -> BoxFuture<'a, Result<(), BackupError>> {
        Box::pin(async move {
            let login = Login::of(&self.options).await?;
            let found = self.programs.find("pg_dump", login.server_version / 10_000)?;
            let mut arguments = vec![
                "--format=custom".to_owned(),
                "--no-password".to_owned(),
                format!("--lock-wait-timeout={LOCK_WAIT}"),
                compress(compression, found.version)?,
            ];
            if !tables.is_empty() {
                arguments.push("--strict-names".to_owned());
            }
            for table in tables {
                arguments.push(format!("--table={}", pattern(table)?));
            }
            Program::start(&found.path, &arguments, login.variables())?.read_into(into).await
        })
    }

    fn list<'a>(&'a self, from: Box<dyn Read + Send>) -> BoxFuture<'a, Result<Vec<ArchivedTable>, BackupError>> {
        Box::pin(async move {
            let found = self.programs.find("pg_restore", 0)?;
            let text = Program::start(&found.path, &["--list".to_owned()], Vec::new())?.feed(from).await?;
            Ok(text.lines().filter_map(archived).collect())
        })
    }

    fn restore<'a>(
        &'a self,
        tables: &'a [ArchivedTable],
        from: Box<dyn Read + Send>,
    ) -> BoxFuture<'a, Result<(), BackupError>> {
        Box::pin(async move {
            let login = Login::of(&self.options).await?;
            let found = self.programs.find("pg_restore", login.server_version / 10_000)?;
            let list =
                contents(tables).map_err(|error| BackupError(format!("cannot write a list of tables: {error}")))?;
            let arguments = [
                "--data-only".to_owned(),
                "--single-transaction".to_owned(),
                "--exit-on-error".to_owned(),
                "--no-password".to_owned(),
                format!("--use-list={}", list.path().display()),
                format!("--dbname={}", login.database()),
            ];
            Program::start(&found.path, &arguments, login.variables())?.feed(from).await.map(drop)
        })
    }
}

fn compress(compression: Compression, version: u32) -> Result<String, BackupError> {
    match compression {
        Compression::None => Ok("--compress=0".to_owned()),
        Compression::Gzip => Ok("--compress=6".to_owned()),
        Compression::Zstd if version >= 16 => Ok("--compress=zstd".to_owned()),
        Compression::Zstd => Err(BackupError(format!(
            "compression zstd needs pg_dump of version 16 or higher, and the one here is of version {version}\n  -> use \
             `gzip`, or install the client programs of PostgreSQL 16 or higher"
        ))),
    }
}

/// `schema.table` as a pattern that matches nothing else: in quotes, no character has a meaning of its own.
fn pattern(table: &str) -> Result<String, BackupError> {
    let parts: Vec<&str> = table.split('.').map(|part| part.trim_matches('"')).collect();
    let is_name = |part: &&str| !part.is_empty() && !part.contains(['"', '\0']);
    if parts.len() > 2 || !parts.iter().all(is_name) {
        return Err(BackupError(format!("`{table}` is no name of a table: write `schema.table`")));
    }
    Ok(parts.iter().map(|part| format!("\"{part}\"")).collect::<Vec<_>>().join("."))
}

/// `3353; 0 16390 TABLE DATA public orders shop`: the rows of a table, its schema, its name and its owner.
fn archived(line: &str) -> Option<ArchivedTable> {
    let (_, rest) = line.split_once("; ").filter(|_| !line.starts_with(';'))?;
    let (_, rest) = rest.split_once(" TABLE DATA ")?;
    let (names, _owner) = rest.rsplit_once(' ')?;
    let (schema, name) = names.split_once(' ')?;
    Some(ArchivedTable { name: format!("{schema}.{name}"), entry: line.to_owned() })
}

/// A file that names what is restored, for as long as it is held.
fn contents(tables: &[ArchivedTable]) -> std::io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new()?;
    for table in tables {
        writeln!(file, "{}", table.entry)?;
    }
    file.flush()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_named_literally() {
        assert_eq!(pattern("public.orders").unwrap(), "\"public\".\"orders\"");
        assert_eq!(pattern("\"Orders*\"").unwrap(), "\"Orders*\"");
        for wrong in ["", "a.b.c", "a.", "a\"b"] {
            assert!(pattern(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn rows_are_found_in_a_table_of_contents() {
        let line = "3353; 0 16390 TABLE DATA public order lines shop";
        let table = archived(line).unwrap();
        assert_eq!((table.name.as_str(), table.entry.as_str()), ("public.order lines", line));
        for other in ["; 3353; 0 16390 TABLE DATA public t shop", "215; 1259 16390 TABLE public t shop", ""] {
            assert_eq!(archived(other), None, "{other}");
        }
    }

    #[test]
    fn zstd_needs_a_newer_program() {
        assert!(compress(Compression::Zstd, 15).unwrap_err().to_string().contains("version 15"));
        assert_eq!(compress(Compression::Zstd, 16).unwrap(), "--compress=zstd");
    }
}
