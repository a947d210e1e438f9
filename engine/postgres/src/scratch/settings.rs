//! How the server is set up: fast, alone, and the same everywhere.

use super::{PORT, ScratchError, directory::Home};
use std::fmt::Write as _;

/// Nothing that it holds needs to outlive it, so nothing waits for the disk; nothing happens in the background that
/// could make two runs differ; a whole schema fits into one transaction's locks; nothing lies outside its directory.
const SETTINGS: &str = "\
listen_addresses = ''
unix_socket_permissions = 0700
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
checkpoint_timeout = 1d
autovacuum = off
max_connections = 32
max_locks_per_transaction = 2048
max_prepared_transactions = 8
max_parallel_workers = 0
dynamic_shared_memory_type = mmap
huge_pages = off
jit = off
logging_collector = off
log_timezone = 'UTC'
timezone = 'UTC'
datestyle = 'ISO, MDY'
lc_messages = 'C'
";

/// Writes what the guard appends to `postgresql.conf`. The last mention of a setting wins: `added` over ours.
pub(super) fn write(home: &Home, added: &[(String, String)]) -> Result<(), ScratchError> {
    let file = home.path().join("settings");
    let text = text(&home.path().to_string_lossy(), added)
        .map_err(|why| ScratchError::Unsuitable { path: home.path().to_owned(), why })?;
    home.write_file("settings", &text).map_err(ScratchError::io("writing", file))
}

fn text(directory: &str, added: &[(String, String)]) -> Result<String, String> {
    let mut text = format!("{SETTINGS}port = {PORT}\n");
    // A list: a comma in a path needs its own quotes.
    let directories = ("unix_socket_directories".to_owned(), format!("\"{}\"", directory.replace('"', "\"\"")));
    for (name, value) in std::iter::once(&directories).chain(added) {
        if !name.chars().all(|c| c.is_ascii_alphanumeric() || "._".contains(c)) || value.contains('\n') {
            return Err(format!("`{name}` is no setting that can be written to postgresql.conf"));
        }
        let quoted = value.replace('\\', "\\\\").replace('\'', "''");
        let _ = writeln!(text, "{name} = '{quoted}'");
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn values_are_quoted_and_ours_come_first() {
        let text = text("/tmp/it's, here", &[("work_mem".to_owned(), "64MB".to_owned())]).unwrap();
        assert!(text.ends_with("unix_socket_directories = '\"/tmp/it''s, here\"'\nwork_mem = '64MB'\n"), "{text}");
    }

    #[test]
    fn a_setting_cannot_smuggle_in_another() {
        assert!(text("/tmp", &[("a".to_owned(), "x\nfsync = on".to_owned())]).is_err());
        assert!(text("/tmp", &[("a = 1\nb".to_owned(), "x".to_owned())]).is_err());
    }
}
