//! Directories that the project granted, and the files in them.

use crate::grant::{line, under};
use cap_std::{
    ambient_authority,
    fs::{Dir, OpenOptions},
};
use confiture_model::{
    fault::PluginError,
    plugin::{Capabilities, DirectoryAccess},
};
use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Directories by the name that the project gives them, each open as a capability: a path that leads out of one (`..`,
/// absolute, through a symbolic link) is refused by cap-std, whatever it points at.
#[derive(Clone, Debug, Default)]
pub struct Directories {
    granted: BTreeMap<String, Granted>,
    /// All that the plugin is granted: what would have to be written names it as well, or it would be lost.
    grant: Capabilities,
}

#[derive(Clone, Debug)]
struct Granted {
    directory: Arc<Dir>,
    /// Where it lies: a hook's options may name it so.
    path: PathBuf,
    access: DirectoryAccess,
}

/// The most names that one listing holds.
const LONGEST_LISTING: usize = 100_000;

impl Directories {
    /// None yet, of a plugin that is granted all this.
    pub(crate) fn of(grant: &Capabilities) -> Self {
        Self { granted: BTreeMap::new(), grant: grant.clone() }
    }

    /// Opens `path` under `name`.
    ///
    /// # Errors
    /// What the system says of the path: it must exist and be a directory.
    pub fn grant(&mut self, name: &str, path: &Path, access: DirectoryAccess) -> io::Result<()> {
        let directory = Arc::new(Dir::open_ambient_dir(path, ambient_authority())?);
        self.granted.insert(name.to_owned(), Granted { directory, path: path.to_owned(), access });
        Ok(())
    }

    /// The content of a file of at most `largest` bytes.
    pub(crate) fn read(&self, plugin: &str, directory: &str, path: &str, largest: u64) -> Result<Vec<u8>, PluginError> {
        let granted = self.find(plugin, directory, DirectoryAccess::Read)?;
        let broken = |error| unreadable(directory, path, &error);
        require_regular(&granted.directory, path).map_err(broken)?;
        let file = granted.directory.open(path).map_err(broken)?;
        let mut content = Vec::new();
        file.take(largest.saturating_add(1)).read_to_end(&mut content).map_err(broken)?;
        if content.len() as u64 > largest {
            return Err(PluginError::LimitExceeded(format!(
                "`{path}` in directory `{directory}` is larger than the {largest} bytes that one call may carry"
            )));
        }
        Ok(content)
    }

    /// Replaces the content of a file, or makes it.
    pub(crate) fn write(&self, plugin: &str, directory: &str, path: &str, content: &[u8]) -> Result<(), PluginError> {
        let granted = self.find(plugin, directory, DirectoryAccess::Write)?;
        let broken = |error| unreadable(directory, path, &error);
        match require_regular(&granted.directory, path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(broken(error)),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        let mut file = granted.directory.open_with(path, &options).map_err(broken)?;
        file.write_all(content).map_err(broken)
    }

    /// The names of the files directly in a directory, sorted. Names that are no UTF-8 cannot be opened, and are left out.
    pub(crate) fn list_files(&self, plugin: &str, directory: &str) -> Result<Vec<String>, PluginError> {
        let granted = self.find(plugin, directory, DirectoryAccess::Read)?;
        let broken = |error| unreadable(directory, ".", &error);
        let mut names = Vec::new();
        for entry in granted.directory.entries().map_err(broken)? {
            let entry = entry.map_err(broken)?;
            if !entry.file_type().map_err(broken)?.is_file() {
                continue;
            }
            names.extend(entry.file_name().into_string());
            if names.len() > LONGEST_LISTING {
                let message = format!("directory `{directory}` holds more than {LONGEST_LISTING} files");
                return Err(PluginError::LimitExceeded(message));
            }
        }
        names.sort();
        Ok(names)
    }

    /// A directory in which files may be made.
    pub(crate) fn writable(&self, plugin: &str, directory: &str) -> Result<Arc<Dir>, PluginError> {
        Ok(Arc::clone(&self.find(plugin, directory, DirectoryAccess::Write)?.directory))
    }

    /// A directory whose files may be read.
    pub(crate) fn readable(&self, plugin: &str, directory: &str) -> Result<Arc<Dir>, PluginError> {
        Ok(Arc::clone(&self.find(plugin, directory, DirectoryAccess::Read)?.directory))
    }

    /// Whether a directory is granted.
    pub(crate) fn check(&self, plugin: &str, name: &str, access: DirectoryAccess) -> Result<(), PluginError> {
        self.find(plugin, name, access).map(drop)
    }

    /// The directory of this name, or the one at this path.
    fn find(&self, plugin: &str, name: &str, access: DirectoryAccess) -> Result<&Granted, PluginError> {
        let at_path = || self.granted.values().find(|granted| granted.path == Path::new(name));
        match self.granted.get(name).or_else(at_path) {
            Some(granted) if granted.access >= access => Ok(granted),
            _ => Err(PluginError::Denied(self.missing(plugin, name, access))),
        }
    }

    /// What the project would have to write.
    fn missing(&self, plugin: &str, name: &str, access: DirectoryAccess) -> String {
        let verb = if access == DirectoryAccess::Write { "writing to" } else { "reading from" };
        let path = Path::new(name);
        let known = self.granted.iter().find(|(_, granted)| granted.path == path).map(|(known, _)| known.clone());
        let last = path.file_name().and_then(|last| last.to_str()).unwrap_or("backups").to_owned();
        let (called, place) = match (path.is_absolute(), known) {
            (true, Some(known)) => (known, String::new()),
            (true, None) => (last.clone(), format!("`directories.{last} = \"{name}\"` at the top of the file, and ")),
            (false, _) => (name.to_owned(), String::new()),
        };
        let mut wanted = self.grant.clone();
        wanted.directories.insert(called, access);
        let grant = under(plugin, &line(&wanted));
        format!("{verb} directory `{name}` is not granted: {place}{grant} would grant it")
    }
}

/// A pipe or a device could block for ever.
fn require_regular(directory: &Dir, path: &str) -> io::Result<()> {
    match directory.metadata(path)?.is_file() {
        true => Ok(()),
        false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file")),
    }
}

fn unreadable(directory: &str, path: &str, error: &io::Error) -> PluginError {
    PluginError::Failed(format!("`{path}` in directory `{directory}`: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn granted(access: DirectoryAccess) -> (tempfile::TempDir, Directories) {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("inside")).unwrap();
        std::fs::write(root.path().join("secret"), "outside").unwrap();
        std::fs::write(root.path().join("inside/file"), "content").unwrap();
        let mut directories = Directories::default();
        directories.grant("backups", &root.path().join("inside"), access).unwrap();
        (root, directories)
    }

    #[test]
    fn a_file_inside_is_read_and_listed() {
        let (_root, directories) = granted(DirectoryAccess::Read);
        assert_eq!(directories.read("p", "backups", "file", 100).unwrap(), b"content");
        assert_eq!(directories.list_files("p", "backups").unwrap(), ["file"]);
    }

    #[test]
    fn no_path_leads_out() {
        let (root, directories) = granted(DirectoryAccess::Write);
        let absolute = root.path().join("secret");
        for path in ["../secret", "inside/../../secret", absolute.to_str().unwrap()] {
            assert!(directories.read("p", "backups", path, 100).is_err(), "{path} was read");
            assert!(directories.write("p", "backups", path, b"x").is_err(), "{path} was written");
        }
        assert_eq!(std::fs::read(absolute).unwrap(), b"outside");
    }

    #[cfg(unix)]
    #[test]
    fn no_symbolic_link_leads_out() {
        let (root, directories) = granted(DirectoryAccess::Write);
        std::os::unix::fs::symlink(root.path().join("secret"), root.path().join("inside/link")).unwrap();
        std::os::unix::fs::symlink("../new", root.path().join("inside/dangling")).unwrap();
        assert!(directories.read("p", "backups", "link", 100).is_err());
        assert!(directories.write("p", "backups", "link", b"x").is_err());
        assert!(directories.write("p", "backups", "dangling", b"x").is_err());
        assert!(!root.path().join("new").exists());
        assert_eq!(directories.list_files("p", "backups").unwrap(), ["file"]);
    }

    #[test]
    fn writing_needs_a_grant_for_writing() {
        let (_root, directories) = granted(DirectoryAccess::Read);
        let refused = directories.write("p", "backups", "file", b"x").unwrap_err();
        let expected = "writing to directory `backups` is not granted: \
                        `grant = { directories = { backups = \"write\" } }` under `[plugins.p]` would grant it";
        assert_eq!(refused, PluginError::Denied(expected.to_owned()));
        assert!(matches!(directories.read("p", "other", "file", 100), Err(PluginError::Denied(_))));
    }

    #[test]
    fn a_directory_is_found_by_its_path_as_well() {
        let (root, directories) = granted(DirectoryAccess::Read);
        let inside = root.path().join("inside");
        assert_eq!(directories.list_files("p", inside.to_str().unwrap()).unwrap(), ["file"]);
        let refused = directories.write("p", "/backups", "file", b"x").unwrap_err();
        let expected = "writing to directory `/backups` is not granted: `directories.backups = \"/backups\"` at the top of \
                        the file, and `grant = { directories = { backups = \"write\" } }` under `[plugins.p]` would grant it";
        assert_eq!(refused, PluginError::Denied(expected.to_owned()));
    }

    #[test]
    fn a_large_file_is_refused_not_cut() {
        let (_root, directories) = granted(DirectoryAccess::Read);
        assert!(matches!(directories.read("p", "backups", "file", 3), Err(PluginError::LimitExceeded(_))));
    }
}
