//! Which file holds the configuration, and its text.

use super::{
    ConfigError,
    error::Problem,
    source::{Source, Span},
};
use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

/// The names that a configuration goes by.
pub const NAMES: [&str; 3] = ["confiture.toml", "confiture.yaml", "confiture.yml"];
/// More than this is no configuration.
const MAX_BYTES: u64 = 4 << 20;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Toml,
    Yaml,
}

/// The nearest configuration file from `start`, a directory, upwards.
///
/// # Errors
/// Where two of them lie side by side: nobody could tell which one counts. Where the current directory is unknown.
pub fn find(start: &Path) -> Result<Option<PathBuf>, ConfigError> {
    let absolute = std::path::absolute(start)
        .map_err(|error| ConfigError::about(&start.display().to_string(), error.to_string(), None))?;
    for directory in absolute.ancestors() {
        let found: Vec<_> = NAMES.iter().map(|name| directory.join(name)).filter(|path| path.exists()).collect();
        match &found[..] {
            [] => {}
            [one] => return Ok(Some(one.clone())),
            several => {
                let names = several.iter().map(|path| format!("`{}`", shown(path))).collect::<Vec<_>>().join(" and ");
                let help = "keep one of them, or name one with --config FILE".to_owned();
                return Err(ConfigError::about("", format!("{names} lie side by side"), Some(help)));
            }
        }
    }
    Ok(None)
}

/// A configuration that is already there where `path` would be written: the file itself, or one that [`find`] would
/// then meet beside it.
pub fn beside(path: &Path) -> Option<PathBuf> {
    let is_found = path.file_name().is_some_and(|name| NAMES.iter().any(|known| name == *known));
    let others = NAMES.iter().filter(|_| is_found).map(|name| path.with_file_name(name));
    std::iter::once(path.to_owned()).chain(others).find(|path| path.symlink_metadata().is_ok())
}

/// Reads a configuration file: UTF-8, without its byte order mark.
pub(crate) fn read(path: &Path) -> Result<(Source, Format), ConfigError> {
    let name = shown(path);
    let format = match path.extension().and_then(|extension| extension.to_str()) {
        Some("toml") => Format::Toml,
        Some("yaml" | "yml") => Format::Yaml,
        _ => {
            let message = "a configuration file ends in `.toml`, `.yaml` or `.yml`: this one does not";
            return Err(ConfigError::about(&name, message, None));
        }
    };
    let bytes = bytes(path).map_err(|error| ConfigError::about(&name, why(path, &error), None))?;
    if bytes.len() as u64 > MAX_BYTES {
        let message = format!("this file is larger than {} MiB: it is no configuration", MAX_BYTES >> 20);
        return Err(ConfigError::about(&name, message, None));
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            Ok((Source { name, text }, format))
        }
        Err(error) => Err(not_utf8(name, &error)),
    }
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn why(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::IsADirectory => match NAMES.iter().find(|name| path.join(name).is_file()) {
            Some(name) => format!("this is a directory, not a file: `{name}` in it is one"),
            None => "this is a directory, not a file".to_owned(),
        },
        _ => format!("it cannot be read: {error}"),
    }
}

fn not_utf8(name: String, error: &std::string::FromUtf8Error) -> ConfigError {
    let valid = error.utf8_error().valid_up_to();
    let byte = error.as_bytes().get(valid).copied().unwrap_or_default();
    let text = String::from_utf8_lossy(error.as_bytes().get(..valid).unwrap_or_default()).into_owned();
    let at = Span { start: valid, end: valid };
    Problem::new(at, format!("this is not UTF-8: the byte 0x{byte:02x} cannot stand here"))
        .help("save the file as UTF-8")
        .in_source(&Source { name, text })
}

/// The path as the user would write it: relative where it lies in the current directory.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let relative = here.and_then(|here| path.strip_prefix(here).ok());
    relative.unwrap_or(path).display().to_string()
}
