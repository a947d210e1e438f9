//! `.pgpass`: passwords by host, port, database and user.

use super::secret::Secret;
use std::path::{Path, PathBuf};

/// The entries of a password file, and why none could be used where that is so.
#[derive(Clone, Debug, Default)]
pub(crate) struct PasswordFile {
    pub(crate) path: Option<PathBuf>,
    entries: Vec<Entry>,
    /// Why the file was left aside.
    pub(crate) warning: Option<String>,
}

#[derive(Clone, Debug)]
struct Entry {
    /// Host, port, database, user; `None` for `*`.
    patterns: [Option<String>; 4],
    password: Secret,
}

impl PasswordFile {
    /// Reads a file. One that is not there has no entries; one that others may read is left aside with a warning, as
    /// libpq does.
    pub(crate) fn read(path: PathBuf) -> Self {
        let (entries, warning) = match text(&path) {
            Ok(Some(text)) => (text.lines().filter_map(entry).collect(), None),
            Ok(None) => (Vec::new(), None),
            Err(warning) => (Vec::new(), Some(warning)),
        };
        Self { path: Some(path), entries, warning }
    }

    /// The password of the first entry that fits. `host` is the name, the address or the socket directory.
    pub(crate) fn find(&self, host: &str, port: u16, database: &str, user: &str) -> Option<Secret> {
        let port = port.to_string();
        let wanted = [host, port.as_str(), database, user];
        let fits = |entry: &&Entry| {
            entry.patterns.iter().zip(wanted).all(|(pattern, value)| pattern.as_deref().is_none_or(|p| p == value))
        };
        self.entries.iter().find(fits).map(|entry| entry.password.clone()).filter(|p| !p.reveal().is_empty())
    }
}

fn text(path: &Path) -> Result<Option<String>, String> {
    let Ok(metadata) = std::fs::metadata(path) else { return Ok(None) };
    let shown = path.display();
    if !metadata.is_file() {
        return Err(format!("the password file {shown} was ignored: it is not a plain file"));
    }
    if readable_by_others(&metadata) {
        let advice = format!("chmod 0600 {shown}");
        return Err(format!(
            "the password file {shown} was ignored: others than its owner have access; run `{advice}`"
        ));
    }
    std::fs::read_to_string(path).map(Some).map_err(|error| format!("the password file {shown} was ignored: {error}"))
}

#[cfg(unix)]
fn readable_by_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn readable_by_others(_: &std::fs::Metadata) -> bool {
    false
}

fn entry(line: &str) -> Option<Entry> {
    if line.starts_with('#') || line.is_empty() {
        return None;
    }
    let mut rest = line.trim_end_matches('\r');
    let mut patterns = [const { None }; 4];
    for pattern in &mut patterns {
        let (field, after) = field(rest)?;
        // Only a bare star matches everything; `\*` is a star.
        *pattern = (rest.get(..field.raw) != Some("*")).then_some(field.text);
        rest = after;
    }
    Some(Entry { patterns, password: Secret::new(unescape(rest)) })
}

struct Field {
    /// The length of the field as it is written, in bytes.
    raw: usize,
    text: String,
}

/// What stands before the next `:` that no `\` escapes, and what follows it.
fn field(line: &str) -> Option<(Field, &str)> {
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match c {
            ':' if !escaped => {
                return Some((Field { raw: at, text: unescape(&line[..at]) }, &line[at + 1..]));
            }
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    None
}

/// `\:` is a colon, `\\` a backslash.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c == '\\' {
            plain.extend(chars.next());
        } else {
            plain.push(c);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(text: &str, host: &str, port: u16, database: &str, user: &str) -> Option<String> {
        let entries = text.lines().filter_map(entry).collect();
        let file = PasswordFile { path: None, entries, warning: None };
        file.find(host, port, database, user).map(|password| password.reveal().to_owned())
    }

    #[test]
    fn the_first_entry_that_fits_counts() {
        let text = "# a comment\nh:5432:app:ada:one\n*:*:app:*:two\n*:*:*:*:three\n";
        assert_eq!(find(text, "h", 5432, "app", "ada").as_deref(), Some("one"));
        assert_eq!(find(text, "h", 5433, "app", "ada").as_deref(), Some("two"));
        assert_eq!(find(text, "h", 5432, "other", "ada").as_deref(), Some("three"));
        assert_eq!(find("h:5432:app:ada:one", "g", 5432, "app", "ada"), None);
    }

    #[test]
    fn escapes_and_odd_lines() {
        assert_eq!(find(r"\:\:1:5432:a\\b:ada:p\:w\\x", "::1", 5432, r"a\b", "ada").as_deref(), Some(r"p:w\x"));
        assert_eq!(find(r"h:5432:\*:ada:x", "h", 5432, "app", "ada"), None);
        assert_eq!(find(r"h:5432:\*:ada:x", "h", 5432, "*", "ada").as_deref(), Some("x"));
        assert_eq!(find("h:5432:app:ada:with:colon", "h", 5432, "app", "ada").as_deref(), Some("with:colon"));
        assert_eq!(find("h:5432:app:ada:p\r\n", "h", 5432, "app", "ada").as_deref(), Some("p"));
        assert_eq!(find("h:5432:app:ada:", "h", 5432, "app", "ada"), None);
        assert_eq!(find("h:5432:app", "h", 5432, "app", "ada"), None);
    }

    #[test]
    fn a_password_is_never_printed() {
        let file = PasswordFile { entries: entry("h:1:d:u:hunter2").into_iter().collect(), ..PasswordFile::default() };
        assert!(!format!("{file:?}").contains("hunter2"));
    }
}
