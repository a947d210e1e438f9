//! A directory that holds native code must be the user's alone.

use std::{fs, path::Path};

/// Makes the directory where it is missing, and checks that nobody but this user can write or read it.
///
/// # Errors
/// Why it cannot be trusted.
pub(crate) fn require_private(directory: &Path) -> Result<(), String> {
    let refused = |why: String| format!("the cache directory `{}` is not used: {why}", directory.display());
    create(directory).map_err(|error| refused(format!("it cannot be made: {error}")))?;
    let metadata = fs::symlink_metadata(directory).map_err(|error| refused(error.to_string()))?;
    if !metadata.is_dir() {
        return Err(refused("it is no directory of its own, but a link or a file".to_owned()));
    }
    require_own(&metadata).map_err(refused)
}

#[cfg(unix)]
fn create(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

#[cfg(not(unix))]
fn create(directory: &Path) -> std::io::Result<()> {
    fs::create_dir_all(directory)
}

#[cfg(unix)]
fn require_own(metadata: &fs::Metadata) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;
    let (owner, me) = (metadata.uid(), rustix::process::geteuid().as_raw());
    if owner != me {
        return Err(format!("it belongs to user {owner}, and this is user {me}"));
    }
    let open = metadata.mode() & 0o077;
    if open != 0 {
        let mode = metadata.mode() & 0o777;
        return Err(format!("others may enter it (mode {mode:o}): it holds native code; run `chmod 700` on it"));
    }
    Ok(())
}

/// Elsewhere a user's own directories are private by the system's defaults.
#[cfg(not(unix))]
fn require_own(_: &fs::Metadata) -> Result<(), String> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn it_is_made_private() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("a/b");
        require_private(&directory).unwrap();
        assert_eq!(fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn others_may_not_enter() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("open");
        fs::create_dir(&directory).unwrap();
        for mode in [0o755, 0o770, 0o702] {
            fs::set_permissions(&directory, fs::Permissions::from_mode(mode)).unwrap();
            assert!(require_private(&directory).unwrap_err().contains("chmod 700"), "mode {mode:o}");
        }
    }

    #[test]
    fn a_link_is_not_followed() {
        let root = tempfile::tempdir().unwrap();
        symlink(root.path(), root.path().join("link")).unwrap();
        assert!(require_private(&root.path().join("link")).unwrap_err().contains("a link"));
    }

    #[test]
    fn another_users_directory_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("theirs");
        fs::create_dir(&directory).unwrap();
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&directory, Some(65534), None).unwrap();
            assert!(require_private(&directory).unwrap_err().contains("belongs to user 65534"));
        } else {
            assert!(require_private(Path::new("/")).unwrap_err().contains("belongs to user 0"));
        }
    }
}
