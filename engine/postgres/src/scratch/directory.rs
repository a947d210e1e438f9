//! Where scratch clusters live, and how those whose owners died are recognised.
//!
//! Each has a directory `PID-N` with a file `lock`, on which its owner and its guard hold a lock for as long as one of
//! them lives. A directory whose lock can be had is left over.

use super::{ScratchError, leftover, runner::Runner};
use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// The longest path of a unix socket, without the byte that ends it: `sockaddr_un.sun_path`.
const SOCKET_PATH_LIMIT: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// The directory that holds the scratch clusters of one user.
#[derive(Debug)]
pub(super) struct Base {
    path: PathBuf,
    own_uid: u32,
}

impl Base {
    /// Opens or makes `confiture-scratch-UID` in `directory`, in `CONFITURE_SCRATCH_DIR`, or in the first of `TMPDIR`
    /// and `/tmp` that does.
    pub fn open(directory: Option<&Path>, runner: &Runner) -> Result<Self, ScratchError> {
        let named = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(chosen) = directory.map(Path::to_owned).or_else(|| named("CONFITURE_SCRATCH_DIR")) {
            return Self::open_in(&chosen, runner);
        }
        match named("TMPDIR").map(|chosen| Self::open_in(&chosen, runner)) {
            Some(Ok(base)) => Ok(base),
            _ => Self::open_in(Path::new("/tmp"), runner),
        }
    }

    fn open_in(parent: &Path, runner: &Runner) -> Result<Self, ScratchError> {
        let unsuitable = |why: String| ScratchError::Unsuitable { path: parent.to_owned(), why };
        let parent = parent.canonicalize().map_err(|error| unsuitable(error.to_string()))?;
        let path = parent.join(format!("confiture-scratch-{}", runner.own_uid));
        let socket = path.join("4294967295-4294967295/.s.PGSQL.5432").as_os_str().len();
        if socket > SOCKET_PATH_LIMIT {
            return Err(unsuitable(format!(
                "a unix socket in it would have a path of {socket} bytes, and {SOCKET_PATH_LIMIT} is the most"
            )));
        }
        if let Some(other) = &runner.other {
            let closed =
                parent.ancestors().find(|path| fs::metadata(path).is_ok_and(|found| found.mode() & 0o001 == 0));
            if let Some(closed) = closed {
                return Err(unsuitable(format!(
                    "the server runs as `{}`, who may not enter {}",
                    other.name,
                    closed.display()
                )));
            }
        }
        let base = Self { path, own_uid: runner.own_uid };
        base.make(runner)?;
        Ok(base)
    }

    /// Makes the directory, or checks that the one which is there is ours alone. As root, the group is that of the
    /// server's user, so that the guard, who runs as that user, can remove its own directory and, the sticky bit being
    /// set, nobody else's.
    fn make(&self, runner: &Runner) -> Result<(), ScratchError> {
        match DirBuilder::new().mode(0o700).create(&self.path) {
            Ok(()) => {
                if let Some(other) = &runner.other {
                    std::os::unix::fs::chown(&self.path, None, Some(other.gid))
                        .and_then(|()| fs::set_permissions(&self.path, fs::Permissions::from_mode(0o1770)))
                        .map_err(ScratchError::io("setting the rights of", &self.path))?;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(ScratchError::io("creating", &self.path)(error)),
        }
        let found = fs::symlink_metadata(&self.path).map_err(ScratchError::io("looking at", &self.path))?;
        let foreign_gid = runner.other.as_ref().is_some_and(|other| other.gid != found.gid());
        let open = found.mode() & 0o007 != 0 || (runner.other.is_none() && found.mode() & 0o070 != 0) || foreign_gid;
        if !found.is_dir() || found.uid() != self.own_uid || open {
            return Err(ScratchError::Unsuitable {
                path: self.path.clone(),
                why: "it is there already, and is not a directory that only its user may enter".to_owned(),
            });
        }
        Ok(())
    }

    /// Held while directories are made and judged, so that one which has no lock yet is not taken for one left over.
    fn lock(&self) -> Result<File, ScratchError> {
        let path = self.path.join(".lock");
        let open = OpenOptions::new().write(true).create(true).mode(0o600).custom_flags(NO_FOLLOW).open(&path);
        open.and_then(|file| file.lock().map(|()| file)).map_err(ScratchError::io("locking", path))
    }

    /// Ends servers and removes directories whose owner and guard are both dead. That one of them cannot be removed
    /// keeps nobody from starting a new one.
    pub fn sweep(&self) {
        let Ok(_making) = self.lock() else { return };
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten().map(|entry| entry.path());
        let left: Vec<(PathBuf, File)> = entries
            .filter(|path| is_ours(path))
            .filter_map(|path| self.left_over(&path).map(|lock| (path, lock)))
            .collect();
        drop(_making);
        for (path, _lock) in left {
            leftover::remove(&path);
        }
    }

    /// The lock of a directory that nobody holds.
    fn left_over(&self, directory: &Path) -> Option<File> {
        let open = OpenOptions::new().read(true).custom_flags(NO_FOLLOW).open(directory.join("lock"));
        match open {
            Ok(file) => {
                let metadata = file.metadata().ok()?;
                (metadata.is_file() && metadata.uid() == self.own_uid && file.try_lock().is_ok()).then_some(file)
            }
            // Its maker died between two steps: nothing can be in it, and a directory with anything in it stays.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let _ = fs::remove_dir(directory);
                None
            }
            Err(_) => None,
        }
    }
}

/// Opening must neither follow a link nor wait for a pipe that somebody put in the way.
const NO_FOLLOW: i32 = (rustix::fs::OFlags::NOFOLLOW.bits() | rustix::fs::OFlags::NONBLOCK.bits()) as i32;

/// Whether a name is one that we give: `PID-N`.
fn is_ours(path: &Path) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.split_once('-'));
    name.is_some_and(|(pid, count)| number(pid) && number(count))
}

/// The directory of one cluster, and the lock that says that it is alive.
#[derive(Debug)]
pub(super) struct Home {
    path: PathBuf,
    lock: File,
    runner: Runner,
}

impl Home {
    /// Makes a directory that belongs to whoever runs the server.
    pub fn create(base: &Base, runner: &Runner) -> Result<Self, ScratchError> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let _making = base.lock()?;
        let path = loop {
            let name = format!("{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
            let path = base.path.join(name);
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => break path,
                // Left by a process that had our number.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(ScratchError::io("creating", path)(error)),
            }
        };
        // While the directory is still our own: nobody can put a link in the way.
        let file = path.join("lock");
        let lock = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file);
        let lock = lock.and_then(|file| file.lock().map(|()| file)).map_err(ScratchError::io("locking", file))?;
        let home = Self { path, lock, runner: runner.clone() };
        Ok(home)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Another handle of the lock, for the guard: it is held until both are closed.
    pub fn lock_for_guard(&self) -> io::Result<File> {
        self.lock.try_clone()
    }

    /// Writes a file that whoever runs the server can read.
    pub fn write_file(&self, name: &str, text: &str) -> io::Result<()> {
        let path = self.path.join(name);
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?.write_all(text.as_bytes())?;
        self.give(&path)
    }

    /// Gives the directory to whoever runs the server. From here on it is theirs, and we look at it with care.
    pub fn hand_over(&self) -> io::Result<()> {
        self.give(&self.path)
    }

    fn give(&self, path: &Path) -> io::Result<()> {
        match &self.runner.other {
            Some(other) => std::os::unix::fs::chown(path, Some(other.uid), Some(other.gid)),
            None => Ok(()),
        }
    }

    /// A file that the server or the guard wrote; at most the last 16 KiB of it.
    pub fn read_file(&self, name: &str) -> Option<String> {
        use std::io::{Read as _, Seek as _, SeekFrom};
        const MOST: u64 = 16 << 10;
        let mut file = OpenOptions::new().read(true).custom_flags(NO_FOLLOW).open(self.path.join(name)).ok()?;
        let length = file.metadata().ok()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(MOST))).ok()?;
        let mut bytes = Vec::new();
        file.take(MOST).read_to_end(&mut bytes).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(directory: &Path) -> Base {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
        Base::open(Some(directory), &Runner::current().unwrap()).unwrap()
    }

    #[test]
    fn only_what_nobody_holds_is_swept() {
        let root = tempfile::tempdir().unwrap();
        let base = base(root.path());
        let living = Home::create(&base, &Runner::current().unwrap()).unwrap();
        let dead = Home::create(&base, &Runner::current().unwrap()).unwrap();
        let dead_path = dead.path().to_owned();
        fs::write(dead_path.join("settings"), "x").unwrap();
        drop(dead);
        let precious = base.path.join("precious");
        fs::create_dir(&precious).unwrap();
        let unlocked = base.path.join("7-7");
        fs::create_dir_all(unlocked.join("something")).unwrap();
        let empty = base.path.join("8-8");
        fs::create_dir(&empty).unwrap();
        base.sweep();
        assert!(living.path().exists() && precious.exists() && unlocked.exists());
        assert!(!dead_path.exists() && !empty.exists());
    }

    #[test]
    fn a_directory_that_others_may_enter_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let made = base(root.path());
        fs::set_permissions(&made.path, fs::Permissions::from_mode(0o777)).unwrap();
        let error = Base::open(Some(root.path()), &Runner::current().unwrap()).unwrap_err().to_string();
        assert!(error.contains("CONFITURE_SCRATCH_DIR"), "{error}");
        fs::remove_dir_all(&made.path).unwrap();
        std::os::unix::fs::symlink("/tmp", &made.path).unwrap();
        assert!(Base::open(Some(root.path()), &Runner::current().unwrap()).is_err());
    }

    #[test]
    fn a_path_too_long_for_a_socket_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let long = root.path().join("x".repeat(80));
        fs::create_dir(&long).unwrap();
        let error = Base::open(Some(&long), &Runner::current().unwrap()).unwrap_err().to_string();
        assert!(error.contains("unix socket"), "{error}");
    }
}
