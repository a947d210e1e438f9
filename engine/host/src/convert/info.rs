//! Who a plugin says it is, and what it asks for.

use crate::{
    bindings::exports::confiture::plugin::identity as wit,
    convert::rule::is_kebab,
    log::{one_line, printable},
};
use confiture_model::plugin::{Capabilities, DatabaseAccess, DirectoryAccess, PluginInfo};
use std::collections::BTreeMap;

/// What `describe` said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    pub info: PluginInfo,
    /// Capabilities that it asks for and that this version of the host does not know: nothing can grant them.
    pub unknown_wants: Vec<String>,
}

/// What a plugin says of itself.
///
/// # Errors
/// Why it cannot be used.
pub(crate) fn description_in(info: wit::Info) -> Result<Description, String> {
    if !is_name(&info.name) {
        let name = one_line(&info.name);
        return Err(format!("it calls itself `{name}`: expected `namespace:name`, both kebab-case"));
    }
    if !is_version(&info.version) {
        return Err(format!("its version is `{}`: expected three numbers, as `1.0.0`", one_line(&info.version)));
    }
    let (wants, unknown_wants) = wants_in(info.wants)?;
    let info = PluginInfo {
        name: info.name,
        version: info.version,
        summary: one_line(&info.summary),
        license: info.license.as_deref().map(one_line),
        homepage: info.homepage.map(printable),
        wants,
    };
    Ok(Description { info, unknown_wants })
}

fn is_name(name: &str) -> bool {
    name.split_once(':').is_some_and(|(namespace, name)| is_kebab(namespace) && is_kebab(name))
}

fn is_version(version: &str) -> bool {
    let number = |part: &str| !part.is_empty() && part.len() < 10 && part.chars().all(|c| c.is_ascii_digit());
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let suffix = |c: char| c.is_ascii_alphanumeric() || ".-+".contains(c);
    core.split('.').count() == 3 && core.split('.').all(number) && version.chars().all(suffix)
}

fn wants_in(wants: wit::Capabilities) -> Result<(Capabilities, Vec<String>), String> {
    let mut directories = BTreeMap::new();
    for directory in wants.directories {
        let access = if directory.write { DirectoryAccess::Write } else { DirectoryAccess::Read };
        let strongest = directories.entry(named("a directory", directory.name)?).or_insert(access);
        *strongest = access.max(*strongest);
    }
    let secrets = wants.secrets.into_iter().map(|name| named("a secret", name)).collect::<Result<_, _>>()?;
    let database = match wants.database {
        wit::DatabaseAccess::None => DatabaseAccess::None,
        wit::DatabaseAccess::Read => DatabaseAccess::Read,
        wit::DatabaseAccess::Write => DatabaseAccess::Write,
    };
    let unknown = match wants.extra {
        Some(extra) => json_object(&extra).map_err(|why| format!("`wants.extra` is {why}"))?,
        None => Vec::new(),
    };
    Ok((Capabilities { database, directories, backup: wants.backup, secrets }, unknown))
}

/// A name that can stand in an error and in a line of configuration.
fn named(what: &str, name: String) -> Result<String, String> {
    match name.is_empty() || name.chars().any(char::is_control) {
        true => Err(format!("it asks for {what} with an empty or unprintable name")),
        false => Ok(name),
    }
}

/// The keys of a JSON object whose value is set.
///
/// # Errors
/// What the text is instead.
pub(crate) fn json_object(text: &str) -> Result<Vec<String>, &'static str> {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(serde_json::Value::Object(object)) => Ok(object
            .into_iter()
            .filter(|(_, value)| !value.is_null() && value != &serde_json::Value::Bool(false))
            .map(|(key, _)| one_line(&key))
            .collect()),
        Ok(_) => Err("no JSON object"),
        Err(_) => Err("no JSON"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_have_one_form() {
        assert!(is_name("acme:house-rules"));
        for wrong in ["house-rules", ":x", "acme:", "Acme:rules", "acme:a--b", "a:b:c"] {
            assert!(!is_name(wrong), "{wrong}");
        }
        assert!(is_version("1.0.0") && is_version("0.1.0-rc.1+build"));
        for wrong in ["", "1", "1.0", "1.0.x", "v1.0.0", "1.0.0\n"] {
            assert!(!is_version(wrong), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_known_is_listed() {
        assert_eq!(json_object(r#"{"network": true, "gpu": false}"#), Ok(vec!["network".to_owned()]));
        assert_eq!(json_object("[]"), Err("no JSON object"));
        assert_eq!(json_object("{"), Err("no JSON"));
    }
}
