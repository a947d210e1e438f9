//! A file system that is soon full, for a server of a test's own.

use confiture_postgres::scratch::Scratch;
use std::{
    os::unix::fs::MetadataExt as _,
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A directory that the server's user owns, with a name that is short enough for a socket.
pub fn directory_of_server_user(server: &Scratch) -> TempDir {
    let owner = std::fs::metadata(server.directory().join("data")).expect("is there");
    let directory = tempfile::Builder::new().prefix("cft").tempdir_in("/tmp").expect("a directory");
    std::os::unix::fs::chown(directory.path(), Some(owner.uid()), Some(owner.gid())).expect("may be given away");
    directory
}

/// A file system of so many megabytes, as long as this lives.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts it; none, said, where that may not be done.
    pub fn mount(server: &Scratch, megabytes: u32) -> Option<Self> {
        let place = directory_of_server_user(server);
        let owner = std::fs::metadata(place.path()).expect("is there");
        let options = format!("size={megabytes}m,mode=0700,uid={},gid={}", owner.uid(), owner.gid());
        if mount(&["-t", "tmpfs", "-o", &options, "tmpfs"], place.path()) {
            return Some(Self(place));
        }
        crate::skipped("a file system of its own cannot be mounted here");
        None
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Gives it another size.
    pub fn resize(&self, megabytes: u32) {
        assert!(mount(&["-o", &format!("remount,size={megabytes}m")], self.path()), "it takes another size");
    }
}

fn mount(arguments: &[&str], place: &Path) -> bool {
    let status = Command::new("mount").args(arguments).arg(place).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(self.path()).status();
    }
}
