//! Where the server's programs are.

use super::ScratchError;
use std::{
    ffi::OsString,
    fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The major versions of PostgreSQL that we support.
pub const SUPPORTED: RangeInclusive<u32> = 13..=18;
/// The same for people.
pub(crate) const SUPPORTED_TEXT: &str = "version 13 to 18";

/// A directory with `initdb` and `postgres` of one supported version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerBinaries {
    directory: PathBuf,
    version: u32,
}

impl ServerBinaries {
    /// Looks for server binaries: `CONFITURE_PG_BIN`, then what `PATH` leads to (`initdb` itself, or `pg_config`), then
    /// where packages put them, the highest version first. `env` reads an environment variable.
    ///
    /// # Errors
    /// [`ScratchError::NoBinaries`] with what to install; [`ScratchError::BrokenBinaries`] where `CONFITURE_PG_BIN`
    /// names a directory that does not do.
    pub fn find(env: impl Fn(&str) -> Option<OsString>) -> Result<Self, ScratchError> {
        if let Some(directory) = env("CONFITURE_PG_BIN").filter(|value| !value.is_empty()) {
            return Self::at(Path::new(&directory));
        }
        let path = env("PATH").unwrap_or_default();
        Self::among(&on_path(&path), &PACKAGE_DIRECTORIES.map(PathBuf::from))
    }

    /// The binaries of one directory.
    ///
    /// # Errors
    /// [`ScratchError::BrokenBinaries`] where they are not there, do not run, or are of another version.
    pub fn at(directory: &Path) -> Result<Self, ScratchError> {
        let broken = |why: String| ScratchError::BrokenBinaries { directory: directory.to_owned(), why };
        let directory = directory.canonicalize().map_err(|error| broken(error.to_string()))?;
        for program in ["initdb", "postgres"] {
            if !directory.join(program).is_file() {
                return Err(broken(format!("there is no `{program}`")));
            }
        }
        let version = major_version(&directory.join("postgres")).map_err(broken)?;
        if SUPPORTED.contains(&version) {
            Ok(Self { directory, version })
        } else {
            Err(broken(format!("they are of version {version}; supported is {SUPPORTED_TEXT}")))
        }
    }

    /// Where they are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The major version: 15.
    pub fn version(&self) -> u32 {
        self.version
    }

    fn among(first: &[PathBuf], packaged: &[PathBuf]) -> Result<Self, ScratchError> {
        if let Some(found) = first.iter().find_map(|directory| Self::at(directory).ok()) {
            return Ok(found);
        }
        let found =
            packaged.iter().flat_map(|pattern| expand(pattern)).filter_map(|directory| Self::at(&directory).ok());
        found.max_by_key(Self::version).ok_or_else(|| ScratchError::NoBinaries {
            looked_in: ["CONFITURE_PG_BIN".to_owned(), "PATH".to_owned()]
                .into_iter()
                .chain(packaged.iter().map(|pattern| pattern.display().to_string()))
                .collect(),
        })
    }
}

/// Debian, PGDG's RPMs, Alpine, SUSE, a build from source, Homebrew on both kinds of Mac, Postgres.app.
pub(crate) const PACKAGE_DIRECTORIES: [&str; 8] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/libexec/postgresql*",
    "/usr/lib/postgresql*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
];

/// The directories that `initdb` and `pg_config` on `PATH` stand for. Debian's `pg_config` is a script in another
/// directory than the server's programs, and links in `/usr/local/bin` may lead anywhere: so both are followed.
pub(crate) fn on_path(path: &OsString) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for directory in std::env::split_paths(path) {
        if let Ok(initdb) = directory.join("initdb").canonicalize() {
            found.extend(initdb.parent().map(Path::to_owned));
        }
    }
    let pg_configs =
        std::env::split_paths(path).map(|directory| directory.join("pg_config")).filter(|file| file.is_file());
    found.extend(pg_configs.filter_map(|file| output(&file, "--bindir").ok()).map(PathBuf::from));
    found
}

/// The directories that match a path in which components may hold one `*` each.
pub(crate) fn expand(pattern: &Path) -> Vec<PathBuf> {
    pattern.components().fold(vec![PathBuf::new()], |found, component| {
        let text = component.as_os_str().to_string_lossy();
        let Some((before, after)) = text.split_once('*') else {
            return found.into_iter().map(|directory| directory.join(component)).collect();
        };
        let matches =
            |name: &str| name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after);
        let entries = found.iter().filter_map(|directory| fs::read_dir(directory).ok()).flatten().flatten();
        entries.filter(|entry| matches(&entry.file_name().to_string_lossy())).map(|entry| entry.path()).collect()
    })
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is version 15; `18beta1` is 18.
pub(crate) fn major_version(postgres: &Path) -> Result<u32, String> {
    let text = output(postgres, "--version")?;
    let number = text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    let digits: String = number.unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().map_err(|_| format!("`postgres --version` answers «{text}»"))
}

fn output(program: &Path, argument: &str) -> Result<String, String> {
    let result = Command::new(program).arg(argument).stdin(Stdio::null()).output();
    let output = result.map_err(|error| format!("`{}` does not run: {error}", program.display()))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{} {argument}` fails ({}): {}", program.display(), output.status, said.trim()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A directory of programs that answer `--version` only.
    fn fake(directory: &Path, version: &str) {
        fs::create_dir_all(directory).unwrap();
        for program in ["initdb", "postgres"] {
            let file = directory.join(program);
            fs::write(&file, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    #[test]
    fn the_highest_supported_version_wins() {
        let root = tempfile::tempdir().unwrap();
        for version in ["9.6", "13.2", "16.4 (Debian 16.4-1)", "19.0", "14"] {
            fake(&root.path().join(version.split_whitespace().next().unwrap()).join("bin"), version);
        }
        let found = ServerBinaries::among(&[], &[root.path().join("*/bin")]).unwrap();
        assert_eq!(found.version(), 16);
        assert!(found.directory().ends_with("16.4/bin"));
    }

    #[test]
    fn links_on_the_path_are_followed() {
        let root = tempfile::tempdir().unwrap();
        fake(&root.path().join("real/bin"), "18beta1");
        let links = root.path().join("links");
        fs::create_dir(&links).unwrap();
        std::os::unix::fs::symlink(root.path().join("real/bin/initdb"), links.join("initdb")).unwrap();
        let found = ServerBinaries::find(|name| (name == "PATH").then(|| links.clone().into_os_string())).unwrap();
        assert_eq!((found.version(), found.directory().ends_with("real/bin")), (18, true));
    }

    #[test]
    fn a_named_directory_is_the_only_one_tried() {
        let root = tempfile::tempdir().unwrap();
        let find = |directory: PathBuf| {
            ServerBinaries::find(move |name| (name == "CONFITURE_PG_BIN").then(|| directory.clone().into()))
        };
        let error = find(root.path().join("nothing")).unwrap_err().to_string();
        assert!(error.contains("nothing cannot be used"), "{error}");
        assert!(find(root.path().to_owned()).unwrap_err().to_string().contains("there is no `initdb`"));
        fake(&root.path().join("old"), "9.6.24");
        let error = find(root.path().join("old")).unwrap_err().to_string();
        assert!(error.contains("they are of version 9; supported is version 13 to 18"), "{error}");
        fake(&root.path().join("broken"), "");
        fs::write(root.path().join("broken/postgres"), "#!/bin/sh\necho 'no library' >&2; exit 127\n").unwrap();
        let error = find(root.path().join("broken")).unwrap_err().to_string();
        assert!(error.contains("no library"), "{error}");
    }

    #[test]
    fn without_any_it_says_what_to_install() {
        let error = ServerBinaries::among(&[], &[PathBuf::from("/nowhere/*/bin")]).unwrap_err().to_string();
        for part in ["13 to 18", "/nowhere/*/bin", "apt-get install", "dnf install", "brew install", "CONFITURE_PG_BIN"]
        {
            assert!(error.contains(part), "{part} is missing in: {error}");
        }
    }
}
