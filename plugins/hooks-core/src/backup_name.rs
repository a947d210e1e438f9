//! Names of backups: `pre_003`, and `pre_003_2` for the second of that name.

use confiture_sdk::{Call, Error};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de::Error as _};
use std::{borrow::Cow, fmt};

/// What the host puts behind the name of a backup.
const ENDING: &str = ".confiture.dump";

/// The name of a backup, without a number: no path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackupName(String);

impl fmt::Display for BackupName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl BackupName {
    /// The name that is given, or that of the migration's version.
    pub fn or_default(given: Option<&Self>, call: &Call<'_>) -> Self {
        given.cloned().unwrap_or_else(|| Self(format!("pre_{}", call.context.version)))
    }

    /// A name that no backup in the directory has: a migration that failed is run again, and backs up again.
    pub fn free(&self, directory: &str, call: &Call<'_>) -> Result<String, Error> {
        Ok(match self.newest(directory, call)? {
            None => self.0.clone(),
            Some(number) => format!("{}_{}", self.0, number.saturating_add(1)),
        })
    }

    /// The newest backup of that name.
    pub fn last(&self, directory: &str, call: &Call<'_>) -> Result<String, Error> {
        Ok(match self.newest(directory, call)? {
            None | Some(1) => self.0.clone(),
            Some(number) => format!("{}_{number}", self.0),
        })
    }

    /// The largest number there is: 1 for the backup without one.
    fn newest(&self, directory: &str, call: &Call<'_>) -> Result<Option<u32>, Error> {
        let number = |file: &String| {
            let behind = file.strip_suffix(ENDING)?.strip_prefix(&self.0)?;
            if behind.is_empty() { Some(1) } else { behind.strip_prefix('_')?.parse().ok() }
        };
        Ok(call.files.list(directory)?.iter().filter_map(number).max())
    }
}

impl<'de> Deserialize<'de> for BackupName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        match name.is_empty() || name.starts_with('.') || !name.chars().all(allowed) {
            true => Err(D::Error::custom("expected a name of letters, digits, `_`, `-` and `.`: no path")),
            false => Ok(Self(name)),
        }
    }
}

impl JsonSchema for BackupName {
    fn schema_name() -> Cow<'static, str> {
        "BackupName".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "minLength": 1, "pattern": "^[^./][^/]*$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_path() {
        for name in ["../x", "", "a/b", ".hidden"] {
            assert!(serde_json::from_value::<BackupName>(name.into()).is_err(), "{name}");
        }
        assert!(serde_json::from_value::<BackupName>("pre_003.a-b".into()).is_ok());
    }
}
