//! Backups in granted directories: one file each, which is there whole or not at all.

use crate::directories::Directories;
use confiture_model::{
    backup::{BackupError, BackupTool, Compression},
    fault::PluginError,
};
use std::{
    io::{self, Write},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

/// What the names of our archives end with: nothing else is ever deleted.
const ENDING: &str = ".confiture.dump";
/// What every archive in PostgreSQL's custom format begins with.
const MAGIC: &[u8] = b"PGDMP";

/// What one call into a plugin may use.
pub(crate) struct Backups {
    pub plugin: Arc<str>,
    pub directories: Directories,
    pub tool: Arc<dyn BackupTool>,
}

/// A backup that was made or restored from.
#[derive(Debug)]
pub(crate) struct Made {
    pub file: String,
    pub bytes: u64,
    pub tables: usize,
    pub seconds: f64,
}

impl Backups {
    /// Makes a backup under a name that is not taken, and lists it to see that it is whole.
    pub(crate) async fn dump(
        &self,
        directory: &str,
        name: &str,
        compression: Compression,
        tables: &[String],
    ) -> Result<Made, PluginError> {
        let started = Instant::now();
        let file = file_name(name)?;
        let place = self.directories.writable(&self.plugin, directory)?;
        let broken = |error: &io::Error| unusable(directory, &file, error);
        if place.symlink_metadata(&file).is_ok() {
            return Err(taken(directory, &file));
        }
        let partial = Partial::make(&place, &file).map_err(|error| broken(&error))?;
        let into = partial.writer().map_err(|error| broken(&error))?;
        self.tool.dump(tables, compression, into).await.map_err(failed)?;
        let bytes = partial.settle().map_err(|error| broken(&error))?;
        let reader = partial.reader().map_err(|error| broken(&error))?;
        let listed = self.tool.list(reader).await.map_err(failed)?;
        partial.name(&file).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => taken(directory, &file),
            _ => broken(&error),
        })?;
        Ok(Made { file, bytes, tables: listed.len(), seconds: started.elapsed().as_secs_f64() })
    }

    /// Puts the rows of the named tables back.
    pub(crate) async fn restore(&self, directory: &str, name: &str, tables: &[String]) -> Result<Made, PluginError> {
        let started = Instant::now();
        let file = file_name(name)?;
        if tables.is_empty() {
            let why = "a restore names its tables: a whole database is not put back by a hook";
            return Err(PluginError::Failed(why.to_owned()));
        }
        let place = self.directories.readable(&self.plugin, directory)?;
        let open = || -> io::Result<cap_std::fs::File> {
            let opened = place.open(&file)?;
            match opened.metadata()?.is_file() {
                true => Ok(opened),
                false => Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file")),
            }
        };
        let broken = |error: io::Error| unusable(directory, &file, &error);
        let first = open().map_err(broken)?;
        let bytes = first.metadata().map_err(broken)?.len();
        let held = self.tool.list(Box::new(first)).await.map_err(failed)?;
        let unquoted = |table: &str| table.replace('"', "");
        let find = |table: &String| {
            let name = unquoted(table);
            let name = if name.contains('.') { name } else { format!("public.{name}") };
            let missing = || PluginError::Failed(format!("`{file}` holds no rows of table {table}"));
            held.iter().find(|held| held.name == name).cloned().ok_or_else(missing)
        };
        let wanted = tables.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        let again = open().map_err(broken)?;
        self.tool.restore(&wanted, Box::new(again)).await.map_err(failed)?;
        Ok(Made { bytes, tables: tables.len(), seconds: started.elapsed().as_secs_f64(), file })
    }

    /// Deletes backups of ours that are older; how many.
    pub(crate) fn prune(&self, directory: &str, keep_days: u32) -> Result<u32, PluginError> {
        let place = self.directories.writable(&self.plugin, directory)?;
        let age = Duration::from_secs(u64::from(keep_days) * 86_400);
        let broken = |error: io::Error| unusable(directory, ".", &error);
        let Some(before) = SystemTime::now().checked_sub(age) else { return Ok(0) };
        let mut pruned = 0;
        for entry in place.entries().map_err(broken)? {
            let entry = entry.map_err(broken)?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            let metadata = entry.metadata().map_err(broken)?;
            let old = metadata.modified().is_ok_and(|time| time.into_std() < before);
            if name.ends_with(ENDING) && metadata.is_file() && old && is_archive(&place, &name) {
                place.remove_file(&name).map_err(|error| unusable(directory, &name, &error))?;
                pruned += 1;
            }
        }
        Ok(pruned)
    }
}

fn is_archive(place: &cap_std::fs::Dir, name: &str) -> bool {
    let mut start = [0; 5];
    place.open(name).and_then(|mut file| io::Read::read_exact(&mut file, &mut start)).is_ok() && start == MAGIC
}

/// A file that is written, under a name that it does not keep. Dropped before it has its own, it is deleted.
struct Partial<'a> {
    place: &'a cap_std::fs::Dir,
    file: cap_std::fs::File,
    name: String,
}

impl<'a> Partial<'a> {
    fn make(place: &'a cap_std::fs::Dir, file: &str) -> io::Result<Self> {
        let name = format!(".{file}.{}.partial", std::process::id());
        let mut options = cap_std::fs::OpenOptions::new();
        options.write(true).read(true).create_new(true);
        #[cfg(unix)]
        cap_std::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(Self { file: place.open_with(&name, &options)?, place, name })
    }

    fn writer(&self) -> io::Result<Box<dyn Write + Send>> {
        Ok(Box::new(self.file.try_clone()?))
    }

    /// On the disk, and its size.
    fn settle(&self) -> io::Result<u64> {
        self.file.sync_all()?;
        Ok(self.file.metadata()?.len())
    }

    fn reader(&self) -> io::Result<Box<dyn io::Read + Send>> {
        Ok(Box::new(self.place.open(&self.name)?))
    }

    /// Gives it its own name, unless that is taken; its other one goes when it is dropped.
    fn name(&self, file: &str) -> io::Result<()> {
        self.place.hard_link(&self.name, self.place, file)
    }
}

impl Drop for Partial<'_> {
    fn drop(&mut self) {
        let _ = self.place.remove_file(&self.name);
    }
}

fn file_name(name: &str) -> Result<String, PluginError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    match !name.is_empty() && name.len() <= 200 && !name.starts_with('.') && name.chars().all(plain) {
        true => Ok(format!("{name}{ENDING}")),
        false => Err(PluginError::Failed(
            "the name of a backup has letters, digits, `.`, `_` and `-`, 200 at most, and does not begin with a dot"
                .to_owned(),
        )),
    }
}

fn failed(error: BackupError) -> PluginError {
    PluginError::Failed(error.0)
}

fn taken(directory: &str, file: &str) -> PluginError {
    PluginError::Failed(format!(
        "`{file}` in directory `{directory}` exists already, and no backup is overwritten: choose another name, or \
         remove it"
    ))
}

fn unusable(directory: &str, file: &str, error: &io::Error) -> PluginError {
    PluginError::Failed(format!("`{file}` in directory `{directory}`: {error}"))
}
