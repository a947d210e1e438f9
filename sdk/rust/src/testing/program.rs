//! The `confiture` program, which turns SQL text into a snapshot.

use std::{env, ffi::OsString, fmt, io, process::Command};

/// Why there is no snapshot.
#[derive(Debug)]
pub enum SnapshotError {
    /// The text is no snapshot: why, with line and column.
    Json(String),
    /// The snapshot was written by a newer Confiture.
    Newer {
        /// Its version.
        found: u32,
        /// The newest version that this SDK understands.
        known: u32,
    },
    /// The program could not be started.
    Program {
        /// What was tried.
        program: OsString,
        /// Why it failed.
        cause: io::Error,
    },
    /// The SQL text could not be put where the program reads it.
    Write(io::Error),
    /// The program refused the SQL text: what it said.
    Refused(String),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(why) => write!(f, "this is no snapshot as `confiture snapshot` writes it: {why}"),
            Self::Newer { found, known } => {
                write!(
                    f,
                    "the snapshot has version {found}, and this SDK knows {known} and older: update confiture-sdk"
                )
            }
            Self::Program { program, cause } => write!(
                f,
                "cannot run `{}` to build a schema from SQL text: {cause}; install confiture, or set CONFITURE_BIN to its path",
                program.to_string_lossy()
            ),
            Self::Write(cause) => write!(f, "cannot write the SQL text to a temporary file: {cause}"),
            Self::Refused(said) => write!(f, "`confiture snapshot` failed:\n{said}"),
        }
    }
}

impl std::error::Error for SnapshotError {}

/// The snapshot of what `sql` creates, as JSON.
pub(super) fn snapshot(sql: &str) -> Result<String, SnapshotError> {
    let directory = tempfile::tempdir().map_err(SnapshotError::Write)?;
    let file = directory.path().join("schema.sql");
    std::fs::write(&file, sql).map_err(SnapshotError::Write)?;
    let program = env::var_os("CONFITURE_BIN").unwrap_or_else(|| "confiture".into());
    // In the empty directory no project's configuration is found.
    let output = Command::new(&program)
        .args(["snapshot", "--format", "json"])
        .arg(&file)
        .current_dir(directory.path())
        .output()
        .map_err(|cause| SnapshotError::Program { program, cause })?;
    if !output.status.success() {
        return Err(SnapshotError::Refused(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    String::from_utf8(output.stdout).map_err(|error| SnapshotError::Json(error.to_string()))
}
