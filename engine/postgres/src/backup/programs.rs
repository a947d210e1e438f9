//! Where `pg_dump` and `pg_restore` are.

use crate::scratch::binaries::{PACKAGE_DIRECTORIES, expand, major_version, on_path};
use confiture_model::backup::BackupError;
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// The places where the programs are looked for.
#[derive(Clone, Debug)]
pub struct Programs {
    /// First of all, in this order.
    first: Vec<PathBuf>,
    /// Then the oldest of these that is new enough.
    packaged: Vec<PathBuf>,
}

/// A program that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub path: PathBuf,
    /// Its major version.
    pub version: u32,
}

impl Programs {
    /// `CONFITURE_PG_BIN`, then `PATH`, then where packages put them. `env` reads an environment variable.
    pub fn new(env: impl Fn(&str) -> Option<OsString>) -> Self {
        let named = env("CONFITURE_PG_BIN").filter(|value| !value.is_empty()).map(PathBuf::from);
        let path = env("PATH").unwrap_or_default();
        let first = named.into_iter().chain(std::env::split_paths(&path)).chain(on_path(&path));
        let packaged = PACKAGE_DIRECTORIES.iter().flat_map(|pattern| expand(Path::new(pattern)));
        Self { first: first.collect(), packaged: packaged.collect() }
    }

    /// These directories alone.
    pub fn at(directories: Vec<PathBuf>) -> Self {
        Self { first: directories, packaged: Vec::new() }
    }

    /// A program that is at least as new as the server.
    pub(super) fn find(&self, name: &str, server: u32) -> Result<Found, BackupError> {
        let found = |directory: &PathBuf| {
            let path = directory.join(name);
            let version = path.is_file().then(|| major_version(&path).ok()).flatten()?;
            Some(Found { path, version })
        };
        let mut old = None;
        for found in self.first.iter().filter_map(found) {
            if found.version >= server {
                return Ok(found);
            }
            old.get_or_insert(found);
        }
        let packaged = self.packaged.iter().filter_map(found);
        let (new, older): (Vec<_>, Vec<_>) = packaged.partition(|found| found.version >= server);
        if let Some(found) = new.into_iter().min_by_key(|found| found.version) {
            return Ok(found);
        }
        Err(BackupError(match old.or_else(|| older.into_iter().max_by_key(|found| found.version)) {
            Some(old) => format!(
                "{} is of version {}, and the server is of version {server}: an older program cannot read a newer \
                 server\n  -> install the client programs of PostgreSQL {server} (postgresql-client-{server}), or name \
                 their directory in CONFITURE_PG_BIN",
                old.path.display(),
                old.version
            ),
            None => format!(
                "there is no {name} here\n  -> install the client programs of PostgreSQL (postgresql-client), or name \
                 their directory in CONFITURE_PG_BIN"
            ),
        }))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn fake(root: &Path, version: &str) -> PathBuf {
        let directory = root.join(version);
        std::fs::create_dir_all(&directory).unwrap();
        let file = directory.join("pg_dump");
        std::fs::write(&file, format!("#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        directory
    }

    #[test]
    fn an_older_program_is_refused_with_both_versions() {
        let root = tempfile::tempdir().unwrap();
        let programs = Programs::at(vec![fake(root.path(), "14.2"), fake(root.path(), "16.1")]);
        assert_eq!(programs.find("pg_dump", 14).unwrap().version, 14);
        assert_eq!(programs.find("pg_dump", 15).unwrap().version, 16);
        let refused = programs.find("pg_dump", 17).unwrap_err().to_string();
        assert!(refused.contains("of version 14, and the server is of version 17"), "{refused}");
        assert!(programs.find("pg_restore", 15).unwrap_err().to_string().contains("there is no pg_restore"));
    }
}
