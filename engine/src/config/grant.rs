//! Grants as text: shipped ones, and how a grant is written.

use super::{ConfigError, Source, find::Format, parse};
use confiture_model::plugin::{Capabilities, DatabaseAccess, DirectoryAccess};
use std::{collections::BTreeMap, path::PathBuf};

/// Reads the grants of a TOML text in the form of a configuration: `[plugins.NAME] grant = { … }`. Those of bundled
/// plugins are shipped so, and read by the same code as anyone's.
///
/// # Errors
/// As [`super::load`].
pub fn grants(text: &str) -> Result<BTreeMap<String, Capabilities>, ConfigError> {
    let source = Source { name: "the grants of bundled plugins".to_owned(), text: text.to_owned() };
    let config = parse(source, Format::Toml, PathBuf::new(), &|_| None)?;
    Ok(config.plugins.into_iter().filter_map(|(name, plugin)| Some((name, plugin.grant?))).collect())
}

/// A grant as it is written in TOML: `{ database = "read", secrets = ["X"] }`; `{}` for nothing.
pub fn grant_as_toml(grant: &Capabilities) -> String {
    let mut parts = Vec::new();
    match grant.database {
        DatabaseAccess::None => {}
        DatabaseAccess::Read => parts.push("database = \"read\"".to_owned()),
        DatabaseAccess::Write => parts.push("database = \"write\"".to_owned()),
    }
    if !grant.directories.is_empty() {
        let access = |access: &DirectoryAccess| match access {
            DirectoryAccess::Read => "read",
            DirectoryAccess::Write => "write",
        };
        let directories = grant.directories.iter().map(|(name, of)| format!("{} = \"{}\"", key(name), access(of)));
        parts.push(format!("directories = {{ {} }}", directories.collect::<Vec<_>>().join(", ")));
    }
    if grant.backup {
        parts.push("backup = true".to_owned());
    }
    if !grant.secrets.is_empty() {
        let secrets = grant.secrets.iter().map(|name| string(name)).collect::<Vec<_>>();
        parts.push(format!("secrets = [{}]", secrets.join(", ")));
    }
    match parts.is_empty() {
        true => "{}".to_owned(),
        false => format!("{{ {} }}", parts.join(", ")),
    }
}

/// A string as TOML writes it, on one line.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { string(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let grant = Capabilities {
            database: DatabaseAccess::Read,
            directories: BTreeMap::new(),
            backup: true,
            secrets: vec!["A".into(), "quoted \"\\\n\u{7f}".into()],
        };
        let text = format!("[plugins.mine]\ngrant = {}\n[plugins.none]\n", grant_as_toml(&grant));
        assert_eq!(grants(&text).unwrap(), [("mine".to_owned(), grant.clone())].into());
        let directories = [("back ups".to_owned(), DirectoryAccess::Write), ("b".to_owned(), DirectoryAccess::Read)];
        let grant = Capabilities { directories: directories.into(), ..Capabilities::default() };
        assert_eq!(grant_as_toml(&grant), r#"{ directories = { b = "read", "back ups" = "write" } }"#);
        let text = format!(
            "directories = {{ b = '/b', 'back ups' = '/c' }}\n[plugins.mine]\ngrant = {}\n",
            grant_as_toml(&grant)
        );
        assert_eq!(grants(&text).unwrap()["mine"], grant);
        assert_eq!(grant_as_toml(&Capabilities::default()), "{}");
    }
}
