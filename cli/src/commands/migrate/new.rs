//! `confiture migrate new`.

use super::work::Work;
use crate::{exit::Exit, failure::Failure, output};
use clap::{Args, ValueEnum};
use confiture_engine::migrate::{
    files::Files,
    new::{self, new_migration},
};
use std::{
    fs::OpenOptions,
    io::Write,
    time::{SystemTime, UNIX_EPOCH},
};

/// Write the files of a new migration
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture migrate new add_orders\n  confiture migrate new \"add orders\" --form yaml"
)]
pub struct New {
    /// What it is called
    name: String,
    /// How its files look
    #[arg(long, value_enum, default_value = "up-down")]
    form: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// NNN_name.up.sql and NNN_name.down.sql
    UpDown,
    /// NNN_name.sql
    Sql,
    /// NNN_name.yaml
    Yaml,
    /// NNN_name/up.sql and down.sql
    Directory,
    /// R__name.sql
    Repeatable,
}

impl New {
    /// Writes the files; never over one that is there.
    pub fn run(self, work: &Work) -> Result<Exit, Failure> {
        let files = if work.directory.is_dir() { work.files()? } else { Files::default() };
        let form = match self.form {
            Form::UpDown => new::Form::UpAndDown,
            Form::Sql => new::Form::Sql,
            Form::Yaml => new::Form::Yaml,
            Form::Directory => new::Form::Directory,
            Form::Repeatable => new::Form::Repeatable,
        };
        for file in new_migration(&files, &self.name, form, &now()).map_err(Failure::with(Exit::Usage))? {
            let path = work.directory.join(&file.path);
            let written = path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| {
                OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(file.text.as_bytes())
            });
            written.map_err(|error| {
                Failure::new(Exit::Configuration, format!("{} could not be written: {error}", path.display()))
            })?;
            output::say(path.display());
        }
        Ok(Exit::Done)
    }
}

/// The time, in UTC, as 14 digits.
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = date(days);
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}", rest / 3_600, rest / 60 % 60, rest % 60)
}

/// The date of a day, counted from 1970-01-01.
fn date(mut days: u64) -> (u64, u64, u64) {
    let leap = |year: u64| year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let mut year = 1970;
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 1;
    for length in lengths {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    (year, month, days + 1)
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_are_dates() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_484), (2026, 1, 31));
        assert_eq!(date(20_453), (2025, 12, 31));
    }
}
