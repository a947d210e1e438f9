//! A new migration: its version, its name, its files.

use super::files::{Files, Id};

/// How the files of a new migration are to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Form {
    /// `NNN_name.up.sql` and `NNN_name.down.sql`.
    #[default]
    UpAndDown,
    /// `NNN_name.sql`.
    Sql,
    /// `NNN_name.yaml`.
    Yaml,
    /// `NNN_name/up.sql` and `down.sql`.
    Directory,
    /// `R__name.sql`.
    Repeatable,
}

/// A file that is to be written: its path in the directory of the migrations, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewFile {
    pub path: String,
    pub text: String,
}

/// The files of a new migration. `now` is the time as 14 digits, for a history that counts in time.
///
/// # Errors
/// Where `name` holds no letter and no digit.
pub fn new_migration(files: &Files, name: &str, form: Form, now: &str) -> Result<Vec<NewFile>, String> {
    let name = file_name(name).ok_or_else(|| format!("`{name}` is no name: it holds no letter and no digit"))?;
    let title = format!("{}_{name}", next_version(files, now));
    let file = |path: String, text: &str| NewFile { path, text: text.to_owned() };
    Ok(match form {
        Form::UpAndDown => vec![file(format!("{title}.up.sql"), UP), file(format!("{title}.down.sql"), DOWN)],
        Form::Sql => vec![file(format!("{title}.sql"), UP)],
        Form::Directory => vec![file(format!("{title}/up.sql"), UP), file(format!("{title}/down.sql"), DOWN)],
        Form::Repeatable => vec![file(format!("R__{name}.sql"), REPEATABLE)],
        Form::Yaml => vec![file(format!("{title}.yaml"), &YAML.replace("TITLE", &title))],
    })
}

// The example must not begin as an option does, or it would be one.
const UP: &str = "-- What the migration does. It runs in one transaction; a comment line such as\n\
    --   `-- confiture: transaction = false, lock_timeout = 5s`\n-- before the first statement asks for something else.\n";
const DOWN: &str = "-- What undoes it.\n";
const REPEATABLE: &str = "-- Runs after all others, and again whenever this file changes: CREATE OR REPLACE.\n";
const YAML: &str = "migration:\n  name: TITLE\n  description: >-\n    What it is for.\n\n  ddl: |\n    -- What the migration \
    does.\n\n  rollback:\n    ddl: |\n      -- What undoes it.\n";

/// One more than the last, as wide as that; or the time, where the last is one.
fn next_version(files: &Files, now: &str) -> String {
    let last = files.migrations.iter().rev().find_map(|migration| match &migration.id {
        Id::Versioned(version) => Some(version),
        Id::Repeatable(_) => None,
    });
    match last {
        None => "001".to_owned(),
        Some(last) if last.is_timestamp() => now.to_owned(),
        Some(last) => increased(last.as_str()),
    }
}

/// A decimal number of any size, plus one.
fn increased(digits: &str) -> String {
    let mut carry = true;
    let mut reversed: Vec<char> = Vec::with_capacity(digits.len() + 1);
    for digit in digits.chars().rev() {
        let value = digit.to_digit(10).unwrap_or_default() + u32::from(carry);
        carry = value == 10;
        reversed.push(char::from_digit(value % 10, 10).unwrap_or('0'));
    }
    if carry {
        reversed.push('1');
    }
    reversed.into_iter().rev().collect()
}

fn file_name(name: &str) -> Option<String> {
    let plain = |c: char| if c.is_alphanumeric() { c.to_lowercase().next().unwrap_or(c) } else { '_' };
    let name: String = name.chars().map(plain).collect();
    let words: Vec<&str> = name.split('_').filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join("_"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrate::{files::discover, script::Options};

    fn paths(existing: &[&str], name: &str, form: Form) -> Vec<String> {
        let directory = tempfile::TempDir::new().expect("a directory");
        for file in existing {
            std::fs::write(directory.path().join(file), "select 1").expect("is written");
        }
        let files = discover(directory.path(), "m").expect("reads");
        let new = new_migration(&files, name, form, "20260131120000").expect("has a name");
        for file in &new {
            let path = directory.path().join(&file.path);
            std::fs::create_dir_all(path.parent().expect("has one")).expect("is made");
            std::fs::write(path, &file.text).expect("is written");
        }
        // What we write, we read.
        let again = discover(directory.path(), "m").expect("reads");
        assert_eq!(again.migrations.len(), existing.len() + 1);
        // The example in its comment is none of its options.
        assert!(again.migrations.iter().all(|migration| migration.up.options == Options::default()));
        new.into_iter().map(|file| file.path).collect()
    }

    #[test]
    fn versions_go_on_as_they_are() {
        assert_eq!(paths(&[], "Add X", Form::UpAndDown), ["001_add_x.up.sql", "001_add_x.down.sql"]);
        assert_eq!(paths(&["0009_a.sql"], "b", Form::Sql), ["0010_b.sql"]);
        assert_eq!(paths(&["99_a.sql", "R__v.sql"], "b c/d", Form::Yaml), ["100_b_c_d.yaml"]);
        assert_eq!(paths(&["20250101000000_a.sql"], "b", Form::Sql), ["20260131120000_b.sql"]);
        assert_eq!(paths(&["1_a.sql"], "v", Form::Repeatable), ["R__v.sql"]);
        assert_eq!(paths(&[], "É", Form::Directory), ["001_é/up.sql", "001_é/down.sql"]);
        assert!(new_migration(&Files::default(), "--", Form::Sql, "").is_err());
    }
}
