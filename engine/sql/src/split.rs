//! A file as its statements, cut where psql and PostgreSQL cut them.
//!
//! A semicolon ends a statement unless it stands in quotes, in a comment, in parentheses (`CREATE RULE ... DO (...; ...)`)
//! or in the body of a routine (`BEGIN ATOMIC ... END`). `COPY ... FROM stdin` takes its data from the lines after it. What
//! is between the statements (space, comments, semicolons, `\.`) belongs to none.

mod copy;
mod error;
mod routine;
mod strings;

pub use error::{SplitError, SplitErrorKind};
pub use strings::StringSyntax;

use crate::lexer::{Lexer, Token, TokenKind};
use copy::CopyFrom;
use routine::Routine;
use std::ops::Range;

/// One statement of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// From its first token to its last, without the semicolon; comments inside are kept.
    pub text: &'a str,
    /// The byte of the source at which `text` begins.
    pub start: usize,
    /// Whether a semicolon ends it; only the last of a file may go without.
    pub terminated: bool,
    /// For `COPY ... FROM stdin`: the lines of data, without the closing `\.`.
    pub copy_data: Option<CopyData<'a>>,
    /// Whether a backslash escaped in its plain strings (`standard_conforming_strings` off).
    pub backslash_escapes: bool,
}

impl Statement<'_> {
    /// The bytes of the source that `text` covers.
    pub fn range(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

/// The data that follows a `COPY ... FROM stdin`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyData<'a> {
    /// Whole lines, each with its line end.
    pub text: &'a str,
    /// The byte of the source at which they begin.
    pub start: usize,
}

/// The statements of a file of its own, in order. Empty statements are passed over.
///
/// # Errors
/// [`SplitError`] where something is opened and never closed, or is meant for psql alone.
pub fn split(source: &str) -> Result<Vec<Statement<'_>>, SplitError> {
    split_after(source, &mut StringSyntax::default())
}

/// The statements of a file that is run after others in the same session: `strings` is how they left string literals to
/// be read, and is brought up to date.
///
/// # Errors
/// As [`split`].
pub fn split_after<'a>(source: &'a str, strings: &mut StringSyntax) -> Result<Vec<Statement<'a>>, SplitError> {
    let mut splitter = Splitter { source, lexer: Lexer::new(source), strings, current: Current::default() };
    splitter.run()
}

struct Splitter<'a, 's> {
    source: &'a str,
    lexer: Lexer<'a>,
    strings: &'s mut StringSyntax,
    current: Current,
}

/// What is known of the statement being read.
#[derive(Default)]
struct Current {
    /// From its first token to its last.
    range: Option<Range<usize>>,
    open_parentheses: usize,
    routine: Routine,
    copy: CopyFrom,
}

impl<'a> Splitter<'a, '_> {
    fn run(&mut self) -> Result<Vec<Statement<'a>>, SplitError> {
        let mut statements = Vec::new();
        self.lexer.set_backslash_escapes(self.strings.backslash_escapes());
        while let Some(token) = self.lexer.next_significant()? {
            if token.is_symbol(b'\\') {
                return Err(SplitError::meta_command(self.source, token.start));
            }
            if token.is_symbol(b';') && self.current.may_end() {
                statements.extend(self.finish(true)?);
            } else {
                self.current.take(self.source, token);
            }
        }
        if let Some(begin) = self.current.routine.open_body() {
            return Err(SplitError::new(SplitErrorKind::RoutineBody, begin));
        }
        statements.extend(self.finish(false)?);
        Ok(statements)
    }

    /// Ends the current statement, and reads its data where it is a COPY.
    fn finish(&mut self, terminated: bool) -> Result<Option<Statement<'a>>, SplitError> {
        let current = std::mem::take(&mut self.current);
        let Some(range) = current.range else { return Ok(None) };
        let text = &self.source[range.clone()];
        let backslash_escapes = self.strings.backslash_escapes();
        let copy_data = match current.copy.found() {
            true if terminated => Some(copy::read_data(self.source, &mut self.lexer, range.start)?),
            true => return Err(SplitError::new(SplitErrorKind::CopyData, range.start)),
            false => None,
        };
        self.strings.after(text);
        self.lexer.set_backslash_escapes(self.strings.backslash_escapes());
        Ok(Some(Statement { text, start: range.start, terminated, copy_data, backslash_escapes }))
    }
}

impl Current {
    fn may_end(&self) -> bool {
        self.open_parentheses == 0 && self.routine.open_body().is_none()
    }

    fn take(&mut self, source: &str, token: Token) {
        let start = self.range.as_ref().map_or(token.start, |range| range.start);
        self.range = Some(start..token.end);
        match token.kind {
            TokenKind::Symbol(b'(') => self.open_parentheses += 1,
            // One too many is PostgreSQL's to report.
            TokenKind::Symbol(b')') => self.open_parentheses = self.open_parentheses.saturating_sub(1),
            _ => {}
        }
        self.routine.take(source, token);
        self.copy.take(source, token, self.open_parentheses);
    }
}

#[cfg(test)]
mod tests;
