//! A script: the statements of a migration in one direction, cut out of a file, each with its place.

mod checksum;
mod embedded;
mod options;

pub use options::{Options, milliseconds};

pub(crate) use checksum::checksum;

use super::FileError;
use crate::{
    build::{
        FailedStatement,
        place::{Placed, position},
    },
    config::Span,
};
use confiture_model::{database::DbError, object::SourceSpan};
use confiture_sql::{
    place::LineIndex,
    split::{CopyData, Statement, split},
    transaction::{Control, ControlKind, Outside, control, is_setting, outside},
};
use embedded::Embedded;
use std::{ops::Range, sync::Arc};

/// A file's text, shared by the scripts in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    /// As the user would write the file's name.
    pub(crate) shown: String,
    /// All of it.
    pub(crate) text: Arc<str>,
}

/// The statements of a migration in one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// How it asks to be run.
    pub options: Options,
    file: Text,
    sql: Arc<str>,
    embedded: Embedded,
    steps: Vec<Step>,
    controls: Vec<FileError>,
}

/// One statement of a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where it stands in its file.
    pub span: SourceSpan,
    /// Why it cannot run in a transaction, where that is so.
    pub outside: Option<Outside>,
    /// Whether it sets something for the session: a run that goes on in another session does that again.
    pub is_setting: bool,
    range: Range<usize>,
    copy_data: Option<Range<usize>>,
    backslash_escapes: bool,
}

impl Script {
    /// The script that is a whole file.
    pub(crate) fn of_file(file: Text) -> Result<Self, FileError> {
        let sql = Arc::clone(&file.text);
        Self::read(file, sql, Embedded::Whole)
    }

    /// The script that stands as a value, `sql`, at a place of a file.
    pub(crate) fn of_value(file: Text, span: Span, sql: &str) -> Result<Self, FileError> {
        let embedded = Embedded::find(&file.text, span, sql);
        Self::read(file, sql.into(), embedded)
    }

    fn read(file: Text, sql: Arc<str>, embedded: Embedded) -> Result<Self, FileError> {
        let mut script =
            Self { options: Options::default(), file, sql, embedded, steps: Vec::new(), controls: Vec::new() };
        let sql = Arc::clone(&script.sql);
        let statements = split(&sql).map_err(|error| script.problem(error.offset, &error.message).help(&error.help))?;
        let first = statements.first().map_or(sql.len(), |statement| statement.start);
        let between = |offset: usize| !statements.iter().any(|statement| covers(statement, offset));
        script.options =
            options::read(&sql, first, between).map_err(|error| script.problem(error.offset, error.message))?;
        let statements = script.without_frame(&statements);
        script.steps = script.placed(statements);
        Ok(script)
    }

    /// A script that is exactly one `BEGIN ... COMMIT` means the transaction that we give it: the two are left out. Any
    /// other statement that begins or ends a transaction is remembered, and refused before it would run.
    fn without_frame<'s, 'a>(&mut self, statements: &'s [Statement<'a>]) -> &'s [Statement<'a>] {
        let controls: Vec<(usize, Control)> =
            statements.iter().enumerate().filter_map(|(index, statement)| Some((index, control(statement)?))).collect();
        match controls.as_slice() {
            [(0, first), (last, second)]
                if first.kind == ControlKind::Begin
                    && second.kind == ControlKind::Commit
                    && *last == statements.len() - 1 =>
            {
                &statements[1..*last]
            }
            _ => {
                self.controls =
                    controls.iter().map(|(index, control)| self.refused(&statements[*index], control)).collect();
                statements
            }
        }
    }

    fn refused(&self, statement: &Statement<'_>, control: &Control) -> FileError {
        let message =
            format!("{} cannot stand here: a migration and its row in the ledger are one transaction", control.word);
        self.problem(statement.start, message).help(
            "remove it; to run statements each on their own, write `-- confiture: transaction = false` in the first line, \
             or split the migration",
        )
    }

    fn placed(&self, statements: &[Statement<'_>]) -> Vec<Step> {
        let lines = LineIndex::new(&self.file.text);
        let step = |statement: &Statement<'_>| {
            let range = statement.range();
            let in_file = self.embedded.in_file(range.start)..self.embedded.in_file(range.end);
            Step {
                span: lines.span(in_file, &self.file.shown),
                outside: outside(statement),
                is_setting: is_setting(statement),
                copy_data: statement.copy_data.map(|data| data.start..data.start + data.text.len()),
                backslash_escapes: statement.backslash_escapes,
                range,
            }
        };
        statements.iter().map(step).collect()
    }

    /// The file it stands in, as the user would write it.
    pub fn file(&self) -> &str {
        &self.file.shown
    }

    /// Its statements, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The text of one of its statements, without the semicolon.
    pub fn sql(&self, step: &Step) -> &str {
        self.sql.get(step.range.clone()).unwrap_or_default()
    }

    /// The data of a `COPY ... FROM stdin`.
    pub fn copy_data(&self, step: &Step) -> Option<&str> {
        self.sql.get(step.copy_data.clone()?)
    }

    /// The statements in it that begin or end a transaction, each as the error that it is.
    pub fn controls(&self) -> &[FileError] {
        &self.controls
    }

    /// The checksum of all of it.
    pub fn checksum(&self) -> String {
        self.checksum_of_first(self.steps.len())
    }

    /// The checksum of its first statements.
    pub fn checksum_of_first(&self, count: usize) -> String {
        checksum(self.steps.iter().take(count).map(|step| (self.sql(step), self.copy_data(step))))
    }

    /// What PostgreSQL said about one of its statements, with the place in the file.
    pub fn failed(&self, step: &Step, error: DbError) -> FailedStatement {
        let lines = LineIndex::new(&self.file.text);
        let placed = Placed { source: &self.file.text, shown: &self.file.shown, lines: &lines };
        let statement = self.statement(step);
        if self.embedded == Embedded::Whole {
            return placed.failed(&statement, error);
        }
        let (span, caret) = placed.token_at(self.embedded.in_file(position(&statement, &error)));
        FailedStatement { span, error, caret: Some(caret) }
    }

    /// An error about a place in the script.
    pub(crate) fn problem(&self, offset: usize, message: impl Into<String>) -> FileError {
        let lines = LineIndex::new(&self.file.text);
        let placed = Placed { source: &self.file.text, shown: &self.file.shown, lines: &lines };
        let (span, caret) = placed.token_at(self.embedded.in_file(offset));
        FileError::at(&span, message, Some(caret))
    }

    /// An error about one of its statements.
    pub(crate) fn problem_at(&self, step: &Step, message: impl Into<String>) -> FileError {
        self.problem(step.range.start, message)
    }

    fn statement(&self, step: &Step) -> Statement<'_> {
        let data = step.copy_data.clone();
        Statement {
            text: self.sql(step),
            start: step.range.start,
            terminated: true,
            copy_data: data
                .map(|data| CopyData { text: self.sql.get(data.clone()).unwrap_or_default(), start: data.start }),
            backslash_escapes: step.backslash_escapes,
        }
    }
}

fn covers(statement: &Statement<'_>, offset: usize) -> bool {
    let data = statement.copy_data.map_or(statement.range().end, |data| data.start + data.text.len());
    (statement.start..data).contains(&offset)
}

#[cfg(test)]
mod tests;
