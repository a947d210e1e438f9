//! `confiture migrate new`.

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    migrations::find_or_choose,
    output,
    project::Project,
    report::json,
};
use clap::{Args, ValueEnum};
use confiture_engine::migrate::{
    files::{Files, discover},
    new::{self, NewFile, new_migration},
};
use std::{
    io::Write,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

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
            write(&directory.path, file)?;
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

fn write(directory: &Path, file: &NewFile) -> Result<(), Failure> {
    let path = directory.join(&file.path);
    let failed = |error: std::io::Error| Failure::new(Exit::Configuration, format!("{}: {error}", path.display()));
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let mut new = std::fs::File::create_new(&path).map_err(failed)?;
    new.write_all(file.text.as_bytes()).map_err(failed)
}

/// The time as 14 digits, UTC.
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

/// The date of the Gregorian calendar, so many days after 1970-01-01.
fn date(mut days: u64) -> (u64, u64, u64) {
    let mut year = 1970;
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = |year: u64| if is_leap(year) { 366 } else { 365 };
    while days >= length(year) {
        days -= length(year);
        year += 1;
    }
    let february = if is_leap(year) { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}
