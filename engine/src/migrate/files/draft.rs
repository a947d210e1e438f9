//! The files of one migration, and what they make together.

use super::{FileError, Id, Migration, Script, Text, document, listing::Item, metadata, refuse, text};
use crate::{
    config::HookUse,
    migrate::{script::Options, version::split_name},
};

/// What a file of a migration holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Up,
    Down,
    /// All of it, as YAML or TOML.
    Document,
    Hooks,
    Metadata,
}

/// The files of one migration.
pub(super) struct Draft {
    stem: String,
    parts: Vec<(Part, Item)>,
}

impl Draft {
    pub(super) fn new(stem: String) -> Self {
        Self { stem, parts: Vec::new() }
    }

    /// Adds a file; each part of a migration stands in one.
    pub(super) fn add(&mut self, part: Part, item: Item) -> Result<(), FileError> {
        let clash = |(known, _): &&(Part, Item)| {
            *known == part
                || matches!(
                    (*known, part),
                    (Part::Up | Part::Down, Part::Document) | (Part::Document, Part::Up | Part::Down)
                )
        };
        if let Some((_, other)) = self.parts.iter().find(clash) {
            let message = format!("{} already holds this part of the migration", other.shown);
            return Err(FileError::about(item.shown, message).help("remove one of the two"));
        }
        self.parts.push((part, item));
        Ok(())
    }

    /// Whether its name has the form of a migration's.
    pub(super) fn is_versioned(&self) -> bool {
        self.stem.starts_with("R__") || split_name(&self.stem).is_some()
    }

    /// Whether it is a directory with its files.
    pub(super) fn is_directory(&self) -> bool {
        self.parts.iter().any(|(_, item)| !item.name.starts_with(&self.stem))
    }

    fn part(&self, part: Part) -> Option<&Item> {
        self.parts.iter().find(|(known, _)| *known == part).map(|(_, item)| item)
    }

    /// Reads the files.
    pub(super) fn migration(&self) -> Result<Migration, FileError> {
        match (self.part(Part::Document), self.part(Part::Up)) {
            (Some(document), _) => self.of_document(document),
            (None, Some(up)) => self.of_sql(up),
            (None, None) => Err(self.orphan()),
        }
    }

    fn of_sql(&self, up: &Item) -> Result<Migration, FileError> {
        let (id, name) = self.id(&up.shown, None)?;
        let defaults = match self.part(Part::Metadata) {
            Some(item) => metadata::read(&text(&item.path, &item.shown)?)?,
            None => Options::default(),
        };
        let down = match self.part(Part::Down) {
            Some(item) if matches!(id, Id::Repeatable(_)) => {
                return Err(FileError::about(&item.shown, "a repeatable migration has no way down").help("remove it"));
            }
            Some(item) => Some(sql(item, defaults)?),
            None => None,
        };
        Ok(Migration {
            id,
            name,
            label: None,
            description: None,
            applies_to: Vec::new(),
            up: sql(up, defaults)?,
            down,
            hooks: self.hooks()?,
        })
    }

    fn of_document(&self, item: &Item) -> Result<Migration, FileError> {
        let document = document::read(&text(&item.path, &item.shown)?)?;
        let (id, name) = self.id(&item.shown, document.name.as_deref())?;
        let mut hooks = document.hooks;
        hooks.extend(self.hooks()?);
        Ok(Migration {
            id,
            name,
            label: document.label,
            description: document.description,
            applies_to: document.applies_to,
            up: document.up,
            down: document.down,
            hooks,
        })
    }

    fn hooks(&self) -> Result<Vec<HookUse>, FileError> {
        match self.part(Part::Hooks) {
            Some(item) => document::read_hooks(&text(&item.path, &item.shown)?),
            None => Ok(Vec::new()),
        }
    }

    /// What it is known by, and its name: from the file's name, else from the one that it says itself.
    fn id(&self, shown: &str, own: Option<&str>) -> Result<(Id, String), FileError> {
        if let Some(name) = self.stem.strip_prefix("R__").filter(|name| !name.is_empty()) {
            return Ok((Id::Repeatable(self.stem.clone()), name.to_owned()));
        }
        let of_file = split_name(&self.stem);
        let of_text = own.and_then(split_name);
        if let (Some((file, _)), Some((text, _))) = (&of_file, &of_text)
            && file != text
        {
            let message = format!("its name says version {file}, and the `name` in it says {text}");
            return Err(FileError::about(shown, message).help("make them the same"));
        }
        let (version, name) = of_file.or(of_text).ok_or_else(|| self.unversioned(shown))?;
        Ok((Id::Versioned(version), name.to_owned()))
    }

    fn unversioned(&self, shown: &str) -> FileError {
        let problem = FileError::about(shown, "this looks like a migration, and its name begins with no version");
        let rest = self.stem.strip_prefix(['V', 'v']).and_then(|rest| rest.split_once("__"));
        let rest = rest.filter(|(version, _)| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()));
        problem.help(match rest {
            Some((version, name)) => format!("rename it to `{version}_{name}.sql`"),
            None => {
                "rename it to `NNN_name.sql`, `NNN` a number or a time (20260131120000), or move it elsewhere".into()
            }
        })
    }

    fn orphan(&self) -> FileError {
        let shown = self.parts.first().map(|(_, item)| item.shown.clone()).unwrap_or_default();
        FileError::about(shown, format!("there is no way up: `{0}.up.sql`, `{0}.sql` or `{0}.yaml`", self.stem))
            .help("add it, or remove this file")
    }
}

fn sql(item: &Item, defaults: Options) -> Result<Script, FileError> {
    let file: Text = text(&item.path, &item.shown)?;
    refuse::both_directions(&file.text, &file.shown)?;
    let mut script = Script::of_file(file)?;
    script.options = script.options.or(defaults);
    Ok(script)
}
