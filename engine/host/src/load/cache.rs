//! Compiled components, kept between runs.

use crate::load::directory;
use sha2::{Digest, Sha256};
use std::{
    fs,
    hash::{Hash, Hasher},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};
use wasmtime::Engine;

/// A directory of native code: one file for each content, version of the runtime and settings of the engine.
///
/// A file begins with the SHA-256 of what follows. That finds damage; what keeps others from planting code is that the
/// directory is the user's alone.
#[derive(Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
    settings: String,
}

const DIGEST_BYTES: usize = 32;

impl Cache {
    /// Opens or makes the directory.
    ///
    /// # Errors
    /// Why it cannot be trusted or used.
    pub(crate) fn open(directory: &Path, engine: &Engine) -> Result<Self, String> {
        directory::require_private(directory)?;
        Ok(Self { directory: directory.to_owned(), settings: settings_of(engine) })
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.directory.join(format!("{digest}-{}.cwasm", self.settings))
    }

    /// The native code for a content; none where it is not there or damaged.
    pub(crate) fn get(&self, digest: &str) -> Option<Vec<u8>> {
        let path = self.path(digest);
        let mut entry = fs::read(&path).ok()?;
        let (expected, native) = entry.split_at_checked(DIGEST_BYTES)?;
        if Sha256::digest(native).as_slice() != expected {
            return None;
        }
        entry.drain(..DIGEST_BYTES);
        Some(entry)
    }

    /// Keeps native code. A cache that cannot be written (a full disk) costs time and nothing else.
    pub(crate) fn put(&self, digest: &str, native: &[u8]) {
        let path = self.path(digest);
        let partial = self.partial(&path);
        if write_new(&partial, native).and_then(|()| fs::rename(&partial, &path)).is_err() {
            let _ = fs::remove_file(&partial);
        }
    }

    /// A name that no other process or thread writes to.
    fn partial(&self, path: &Path) -> PathBuf {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        path.with_extension(format!("{}-{}.partial", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
    }
}

fn write_new(path: &Path, native: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(&Sha256::digest(native))?;
    file.write_all(native)
}

/// Changes with everything that native code depends on beside the content: the runtime's version, the target, the CPU's
/// features, the engine's settings.
fn settings_of(engine: &Engine) -> String {
    let mut hash = Sha256Hasher(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hash);
    hex(&hash.0.finalize()[..8])
}

/// Rust's own hashers may change between its versions; names in the cache should not.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte))
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(root: &Path) -> Cache {
        Cache::open(&root.join("cache"), &Engine::default()).unwrap()
    }

    #[test]
    fn what_is_put_is_got() {
        let root = tempfile::tempdir().unwrap();
        let cache = cache(root.path());
        assert_eq!(cache.get("abc"), None);
        cache.put("abc", b"native");
        assert_eq!(cache.get("abc").as_deref(), Some(b"native".as_slice()));
        assert_eq!(fs::read_dir(root.path().join("cache")).unwrap().count(), 1, "a partial file stayed behind");
    }

    #[test]
    fn a_damaged_entry_is_not_there() {
        let root = tempfile::tempdir().unwrap();
        let cache = cache(root.path());
        for damaged in [b"".as_slice(), b"short", &[0; 100]] {
            fs::write(cache.path("abc"), damaged).unwrap();
            assert_eq!(cache.get("abc"), None);
        }
        cache.put("abc", b"native");
        assert!(cache.get("abc").is_some());
    }
}
