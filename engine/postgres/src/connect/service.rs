//! `pg_service.conf`: named sets of parameters.

use super::{
    environment::Environment,
    error::ConnectError,
    parameters::{Origin, Parameters, variable_text},
};
use std::path::{Path, PathBuf};

/// Adds the parameters of the service that was named, where one was.
///
/// # Errors
/// A service that no file defines, or a file that cannot be read: `pg_service.conf` is part of what was asked for.
pub(crate) fn add(parameters: &mut Parameters, env: &dyn Environment) -> Result<(), ConnectError> {
    let named = match parameters.text("service") {
        Some(name) => Some(name),
        None => variable_text(env, "PGSERVICE")?.filter(|name| !name.is_empty()),
    };
    let Some(name) = named else { return Ok(()) };
    let explicit = match parameters.text("servicefile") {
        Some(file) => Some(file),
        None => variable_text(env, "PGSERVICEFILE")?.filter(|file| !file.is_empty()),
    };
    let files = candidates(explicit.map(PathBuf::from), env)?;
    for (file, required) in &files {
        if !required && !file.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(file).map_err(|error| {
            ConnectError::parameter(
                format!("cannot read the service file {}: {error}", file.display()),
                "check the path in PGSERVICEFILE, and that the file is UTF-8 and yours to read",
            )
        })?;
        if section(&text, &name, file, parameters)? {
            return Ok(());
        }
    }
    let searched: Vec<String> = files.iter().map(|(file, _)| file.display().to_string()).collect();
    Err(ConnectError::parameter(
        format!("the service `{name}` is defined nowhere; searched: {}", searched.join(", ")),
        format!("write a section [{name}] into one of these files, or name another with PGSERVICEFILE"),
    ))
}

/// The files to search in order, and whether each must be there.
fn candidates(explicit: Option<PathBuf>, env: &dyn Environment) -> Result<Vec<(PathBuf, bool)>, ConnectError> {
    let mut files = Vec::new();
    match (explicit, env.home()) {
        (Some(file), _) => files.push((file, true)),
        (None, Some(home)) => files.push((home.join(".pg_service.conf"), false)),
        (None, None) => {}
    }
    let directories = match variable_text(env, "PGSYSCONFDIR")?.filter(|directory| !directory.is_empty()) {
        Some(directory) => vec![PathBuf::from(directory)],
        None => env.system_directories(),
    };
    files.extend(directories.into_iter().map(|directory| (directory.join("pg_service.conf"), false)));
    Ok(files)
}

/// Adds the parameters of one section, and says whether it was there.
fn section(text: &str, name: &str, file: &Path, parameters: &mut Parameters) -> Result<bool, ConnectError> {
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            if inside {
                break;
            }
            inside = header.split_once(']').is_some_and(|(title, _)| title == name);
            continue;
        }
        if inside {
            entry(line, Origin::Service { file: file.to_owned(), line: index + 1 }, parameters)?;
        }
    }
    Ok(inside)
}

fn entry(line: &str, origin: Origin, parameters: &mut Parameters) -> Result<(), ConnectError> {
    let Some((key, value)) = line.split_once('=') else {
        let problem = format!("{origin}: this line of the service file has no `=`");
        return Err(ConnectError::parameter(problem, "write key=value, a parameter a line"));
    };
    match key.trim_end() {
        "service" | "servicefile" => Err(ConnectError::parameter(
            format!("{origin}: a service cannot name another service"),
            "write the parameters themselves",
        )),
        key => parameters.add(key, value.to_owned(), origin),
    }
}
