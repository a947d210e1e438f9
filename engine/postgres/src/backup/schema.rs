//! A schema without its rows, from one database to another.

use super::{Programs, login::Login, program::Program};
use crate::connect::ConnectOptions;
use confiture_model::backup::BackupError;

/// Builds in an empty database what another one has, by `pg_dump` and `pg_restore`, in one transaction. Owners and
/// privileges are the target's own affair; schema `confiture` is left out.
///
/// # Errors
/// What a program said; then the target is as it was.
pub async fn copy_schema(
    source: &ConnectOptions,
    target: &ConnectOptions,
    programs: &Programs,
) -> Result<(), BackupError> {
    let (from, to) = (Login::of(source).await?, Login::of(target).await?);
    // A program reads what an older one wrote: both have to be as new as either server.
    let version = from.server_version.max(to.server_version) / 10_000;
    let dump = programs.find("pg_dump", version)?;
    let restore = programs.find("pg_restore", version)?;
    let failed = |error: std::io::Error| BackupError(format!("the schema cannot be kept in a file: {error}"));
    let file = tempfile::NamedTempFile::new().map_err(failed)?;
    let arguments = [
        "--format=custom",
        "--schema-only",
        "--no-owner",
        "--no-privileges",
        "--no-password",
        "--exclude-schema=confiture",
        "--exclude-schema=confiture_sync_*",
    ];
    let arguments: Vec<String> = arguments.map(str::to_owned).to_vec();
    let into = Box::new(file.reopen().map_err(failed)?);
    Program::start(&dump.path, &arguments, from.variables())?.read_into(into).await?;
    let arguments = [
        "--single-transaction".to_owned(),
        "--exit-on-error".to_owned(),
        "--no-owner".to_owned(),
        "--no-privileges".to_owned(),
        "--no-password".to_owned(),
        format!("--dbname={}", to.database()),
    ];
    let archive = Box::new(file.reopen().map_err(failed)?);
    Program::start(&restore.path, &arguments, to.variables())?.feed(archive).await.map(drop)
}
