//! Runs the statements of files, one call each.

use super::{BuildError, SourceFile, place::Placed};
use confiture_model::{
    database::DbError,
    object::SourceSpan,
    session::{Session, SessionError},
};
use confiture_sql::{
    place::LineIndex,
    split::{SplitError, Statement, StringSyntax, split_after},
    transaction::{control, outside},
};
use std::ops::Range;

/// What ran.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// One for each call of the session that ran a statement, in order.
    pub statements: Vec<Ran>,
}

/// A statement that ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Where it stands.
    pub span: SourceSpan,
    /// Its file, as an index into the files that were applied.
    pub file: usize,
    /// Its bytes in that file.
    pub range: Range<usize>,
    /// How its strings are read: see [`Statement::backslash_escapes`].
    pub backslash_escapes: bool,
}

impl Ran {
    /// The statement itself.
    pub fn statement<'a>(&self, files: &'a [SourceFile]) -> Option<Statement<'a>> {
        let text = files.get(self.file)?.text.get(self.range.clone())?;
        let start = self.range.start;
        Some(Statement { text, start, terminated: true, copy_data: None, backslash_escapes: self.backslash_escapes })
    }
}

/// Runs every statement of every file, in order. The session must not have run anything that counts in
/// [`confiture_model::session::Touched::statement`] before. All files are cut into statements before the first one runs.
///
/// # Errors
/// [`BuildError`] with the place of what cannot be cut into statements, or of the statement that failed; nothing after it
/// was run.
pub async fn apply(files: &[SourceFile], session: &mut dyn Session) -> Result<Applied, BuildError> {
    let scripts = scripts(files)?;
    let mut applied = Applied::default();
    for (index, script) in scripts.iter().enumerate() {
        for statement in &script.statements {
            run(script, statement, session).await?;
            applied.statements.push(Ran {
                span: script.lines.span(statement.range(), &script.file.shown),
                file: index,
                range: statement.range(),
                backslash_escapes: statement.backslash_escapes,
            });
        }
    }
    Ok(applied)
}

/// Whether the files can be run in one transaction: a statement that begins or ends one would end it half-way, and some
/// cannot run in any.
///
/// # Errors
/// [`BuildError::Place`] with the first such statement, or what [`apply`] says of files that cannot be cut into statements.
pub fn all_in_one_transaction(files: &[SourceFile]) -> Result<(), BuildError> {
    for script in scripts(files)? {
        for statement in &script.statements {
            let what = control(statement).map(|control| control.word);
            if let Some(what) = what.or_else(|| outside(statement).map(|outside| outside.what)) {
                let message = format!("{what} cannot run here: the files are run in one transaction");
                let help = "remove it, or run every statement on its own (--no-transaction)";
                return Err(script.problem(statement.start, message, help.to_owned()));
            }
        }
    }
    Ok(())
}

/// A file and its statements.
struct Script<'a> {
    file: &'a SourceFile,
    lines: LineIndex<'a>,
    statements: Vec<Statement<'a>>,
}

/// One session runs the files: what one sets, the next inherits.
fn scripts(files: &[SourceFile]) -> Result<Vec<Script<'_>>, BuildError> {
    let mut strings = StringSyntax::default();
    let mut scripts = Vec::with_capacity(files.len());
    for file in files {
        let mut script = Script { file, lines: LineIndex::new(&file.text), statements: Vec::new() };
        script.statements = split_after(&file.text, &mut strings).map_err(|error| script.unsplit(error))?;
        scripts.push(script);
    }
    Ok(scripts)
}

async fn run(script: &Script<'_>, statement: &Statement<'_>, session: &mut dyn Session) -> Result<(), BuildError> {
    let outcome = match statement.copy_data {
        Some(data) => session.copy_in(statement.text, data.text).await,
        None => session.execute(statement.text).await,
    };
    outcome.map_err(|error| match error {
        SessionError::Database(error) => script.failed(statement, error),
        SessionError::Connection(reason) => {
            BuildError::Connection { span: Box::new(script.lines.span(statement.range(), &script.file.shown)), reason }
        }
    })
}

impl Script<'_> {
    fn unsplit(&self, error: SplitError) -> BuildError {
        self.problem(error.offset, error.message, error.help)
    }

    fn problem(&self, offset: usize, message: String, help: String) -> BuildError {
        let (span, caret) = self.text().token_at(offset);
        BuildError::Place { span: Box::new(span), message, help, caret: Some(caret) }
    }

    fn failed(&self, statement: &Statement<'_>, error: DbError) -> BuildError {
        BuildError::Statement(Box::new(self.text().failed(statement, error)))
    }

    fn text(&self) -> Placed<'_> {
        Placed { source: &self.file.text, shown: &self.file.shown, lines: &self.lines }
    }
}
