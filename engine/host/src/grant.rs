//! What a plugin wants and imports, against what the project grants.

use confiture_model::{
    fault::FaultKind,
    plugin::{Capabilities, DatabaseAccess, DirectoryAccess},
};

/// The configuration that grants reading the database and nothing else.
pub(crate) const DATABASE_READ: &str = "grant = { database = \"read\" }";

/// The configuration that grants writing to the database and nothing else.
pub(crate) const DATABASE_WRITE: &str = "grant = { database = \"write\" }";

/// What a plugin cannot do without: what `describe` wants, and what its imports are there for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Needs {
    /// As `describe` says.
    pub wants: Capabilities,
    /// Wanted, and unknown to this version of the host.
    pub unknown: Vec<String>,
    /// It imports `database`.
    pub imports_database: bool,
    /// It imports `backup`.
    pub imports_backup: bool,
}

/// Compares what a plugin needs with what it is given.
///
/// # Errors
/// [`FaultKind::Denied`] with all that is missing, and the configuration that would grant it beside what is granted
/// already.
pub(crate) fn check(plugin: &str, needs: &Needs, grant: &Capabilities) -> Result<(), FaultKind> {
    if !needs.unknown.is_empty() {
        let what = format!("`{}`, which this version of confiture does not know,", needs.unknown.join("`, `"));
        return Err(FaultKind::Denied { what, grant: None });
    }
    let mut missing = Missing { what: Vec::new(), complete: grant.clone() };
    missing.database(needs, grant);
    missing.directories(needs, grant);
    missing.backup(needs, grant);
    missing.secrets(needs, grant);
    if missing.what.is_empty() {
        return Ok(());
    }
    let grant = (missing.complete != *grant).then(|| under(plugin, &line(&missing.complete)));
    Err(FaultKind::Denied { what: missing.what.join(", "), grant })
}

struct Missing {
    what: Vec<String>,
    /// The grant as it would have to be.
    complete: Capabilities,
}

impl Missing {
    fn database(&mut self, needs: &Needs, grant: &Capabilities) {
        let imported = if needs.imports_database { DatabaseAccess::Read } else { DatabaseAccess::None };
        let needed = needs.wants.database.max(imported);
        if needed > grant.database {
            let verb = if needed == DatabaseAccess::Write { "writing to" } else { "reading" };
            self.what.push(format!("{verb} the database"));
            self.complete.database = needed;
        }
    }

    fn directories(&mut self, needs: &Needs, grant: &Capabilities) {
        for (name, needed) in &needs.wants.directories {
            if grant.directories.get(name).is_none_or(|given| given < needed) {
                let verb = if *needed == DirectoryAccess::Write { "writing to" } else { "reading from" };
                self.what.push(format!("{verb} directory `{name}`"));
                self.complete.directories.insert(name.clone(), *needed);
            }
        }
    }

    fn backup(&mut self, needs: &Needs, grant: &Capabilities) {
        if (needs.wants.backup || needs.imports_backup) && !grant.backup {
            self.what.push("making backups".to_owned());
            self.complete.backup = true;
        }
    }

    /// `*` stands for the secrets that a profile hands to a strategy: the profile is that grant.
    fn secrets(&mut self, needs: &Needs, grant: &Capabilities) {
        for name in needs.wants.secrets.iter().filter(|name| *name != "*") {
            if !grant.secrets.iter().any(|given| given == name || given == "*") {
                self.what.push(format!("using secret `{name}`"));
                self.complete.secrets.push(name.clone());
            }
        }
    }
}

/// A line of configuration, and where it belongs.
pub(crate) fn under(plugin: &str, line: &str) -> String {
    format!("`{line}` under `[plugins.{}]`", key(plugin))
}

/// Capabilities as the project's configuration would grant them.
pub(crate) fn line(capabilities: &Capabilities) -> String {
    let mut parts = Vec::new();
    match capabilities.database {
        DatabaseAccess::None => {}
        DatabaseAccess::Read => parts.push("database = \"read\"".to_owned()),
        DatabaseAccess::Write => parts.push("database = \"write\"".to_owned()),
    }
    if !capabilities.directories.is_empty() {
        let directory = |(name, access): (&String, &DirectoryAccess)| match access {
            DirectoryAccess::Read => format!("{} = \"read\"", key(name)),
            DirectoryAccess::Write => format!("{} = \"write\"", key(name)),
        };
        let directories: Vec<_> = capabilities.directories.iter().map(directory).collect();
        parts.push(format!("directories = {{ {} }}", directories.join(", ")));
    }
    if capabilities.backup {
        parts.push("backup = true".to_owned());
    }
    if !capabilities.secrets.is_empty() {
        let secrets: Vec<_> = capabilities.secrets.iter().map(|name| quoted(name)).collect();
        parts.push(format!("secrets = [{}]", secrets.join(", ")));
    }
    match parts.is_empty() {
        true => "grant = {}".to_owned(),
        false => format!("grant = {{ {} }}", parts.join(", ")),
    }
}

/// A TOML key: bare where it can be.
fn key(name: &str) -> String {
    let bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { name.to_owned() } else { quoted(name) }
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn denied(needs: &Needs, grant: &Capabilities) -> (String, Option<String>) {
        match check("rules", needs, grant) {
            Err(FaultKind::Denied { what, grant }) => (what, grant),
            other => panic!("expected a denial, got {other:?}"),
        }
    }

    #[test]
    fn nothing_is_granted_by_default() {
        let needs = Needs { imports_database: true, ..Needs::default() };
        let (what, grant) = denied(&needs, &Capabilities::default());
        assert_eq!(what, "reading the database");
        assert_eq!(grant.as_deref(), Some("`grant = { database = \"read\" }` under `[plugins.rules]`"));
        assert_eq!(line(&Capabilities { database: DatabaseAccess::Read, ..Capabilities::default() }), DATABASE_READ);
    }

    #[test]
    fn the_line_holds_what_is_granted_already() {
        let mut wants = Capabilities { database: DatabaseAccess::Read, ..Capabilities::default() };
        wants.directories.insert("old backups".to_owned(), DirectoryAccess::Write);
        wants.secrets = vec!["*".to_owned(), "SALT".to_owned()];
        let grant = Capabilities { database: DatabaseAccess::Write, ..Capabilities::default() };
        let (what, grant) = denied(&Needs { wants, ..Needs::default() }, &grant);
        assert_eq!(what, "writing to directory `old backups`, using secret `SALT`");
        let expected = "`grant = { database = \"write\", directories = { \"old backups\" = \"write\" }, \
                        secrets = [\"SALT\"] }` under `[plugins.rules]`";
        assert_eq!(grant.as_deref(), Some(expected));
    }

    #[test]
    fn reading_is_not_writing() {
        let wants = Capabilities { database: DatabaseAccess::Write, ..Capabilities::default() };
        let grant = Capabilities { database: DatabaseAccess::Read, ..Capabilities::default() };
        let (what, _) = denied(&Needs { wants, ..Needs::default() }, &grant);
        assert_eq!(what, "writing to the database");
    }

    #[test]
    fn what_is_not_known_cannot_be_granted() {
        let needs = Needs { unknown: vec!["network".to_owned()], ..Needs::default() };
        let (what, grant) = denied(&needs, &Capabilities::default());
        assert_eq!((what.as_str(), grant), ("`network`, which this version of confiture does not know,", None));
    }
}
