//! Why a scratch cluster did not start.

use confiture_model::database::DbError;
use std::{
    io,
    path::{Path, PathBuf},
};

/// Why there is no scratch cluster, or why it did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum ScratchError {
    #[error(
        "building a schema needs the PostgreSQL server binaries ({}), and none were found\n  looked in: {}\n  install them:\n    \
         Debian, Ubuntu:  apt-get install postgresql\n    Fedora, RHEL:    dnf install postgresql-server\n    \
         macOS:           brew install postgresql@17\n  or name their directory in CONFITURE_PG_BIN",
        super::binaries::SUPPORTED_TEXT,
        looked_in.join(", ")
    )]
    NoBinaries { looked_in: Vec<String> },
    #[error("the PostgreSQL server binaries in {} cannot be used: {why}", directory.display())]
    BrokenBinaries { directory: PathBuf, why: String },
    #[error("preparing a scratch PostgreSQL: {doing} {}: {source}", path.display())]
    Directory { doing: &'static str, path: PathBuf, source: io::Error },
    #[error("{} cannot hold a scratch PostgreSQL: {why}; name another directory in CONFITURE_SCRATCH_DIR", path.display())]
    Unsuitable { path: PathBuf, why: String },
    #[error(
        "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor a user `nobody` to run it as; \
         create one of them, or run this as an ordinary user"
    )]
    NoUnprivilegedUser,
    #[error("a scratch PostgreSQL did not start: {program} failed{hint}\n{log}")]
    Failed { program: String, hint: String, log: String },
    #[error("a scratch PostgreSQL did not start within {seconds} s\n{log}")]
    Slow { seconds: u64, log: String },
    #[error("the scratch PostgreSQL said: {0}")]
    Database(DbError),
    #[error("the scratch PostgreSQL cannot be reached: {0}")]
    Connection(String),
    #[error("starting a scratch PostgreSQL was interrupted")]
    Interrupted,
}

impl ScratchError {
    /// An error of the file system, with what was being done.
    pub(super) fn io(doing: &'static str, path: impl AsRef<Path>) -> Box<dyn FnOnce(io::Error) -> Self> {
        let path = path.as_ref().to_owned();
        Box::new(move |source| Self::Directory { doing, path, source })
    }
}
