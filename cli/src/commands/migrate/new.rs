//! `confiture migrate new`.

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    migrations::{find_or_choose, now, write_new},
    output,
    project::Project,
    report::json,
};
use clap::{Args, ValueEnum};
use confiture_engine::migrate::{
    files::{Files, discover},
    new::{self, new_migration},
};
use std::path::Path;

/// Write the files of a new migration, with the next version
#[derive(Debug, Args)]
pub struct New {
    /// What it does, in a few words
    #[arg(value_name = "NAME")]
    name: String,
    /// Which files it consists of
    #[arg(long, value_name = "FORM", default_value = "up-down")]
    form: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// NNN_name.up.sql and NNN_name.down.sql
    UpDown,
    /// NNN_name.sql, without a way down
    Sql,
    /// NNN_name.yaml
    Yaml,
    /// NNN_name/up.sql and down.sql
    Directory,
    /// R__name.sql, which runs again whenever it changes
    Repeatable,
}

impl New {
    /// Writes the files, never over one that is there.
    pub fn run(self, global: &Global, directory: Option<&Path>) -> Result<Exit, Failure> {
        let directory = find_or_choose(&Project::load(global)?, directory)?;
        let files = match directory.path.exists() {
            true => discover(&directory.path, &directory.shown).map_err(Failure::with(Exit::Configuration))?,
            false => Files::default(),
        };
        let form = match self.form {
            Form::UpDown => new::Form::UpAndDown,
            Form::Sql => new::Form::Sql,
            Form::Yaml => new::Form::Yaml,
            Form::Directory => new::Form::Directory,
            Form::Repeatable => new::Form::Repeatable,
        };
        let new = new_migration(&files, &self.name, form, &now()).map_err(Failure::with(Exit::Usage))?;
        for file in &new {
            write_new(&directory.path, file)?;
        }
        let paths: Vec<String> = new.iter().map(|file| format!("{}/{}", directory.shown, file.path)).collect();
        let text = match global.format()? {
            Format::Text => paths.iter().map(|path| format!("{path}\n")).collect(),
            Format::Json => json::render(&serde_json::json!({ "schema_version": 1, "files": paths }))?,
        };
        output::result(global, &text)?;
        Ok(Exit::Done)
    }
}
