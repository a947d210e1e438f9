//! Where in a file a statement failed.

use super::FailedStatement;
use confiture_model::{database::DbError, object::SourceSpan};
use confiture_sql::{
    lexer::{Lexer, Token},
    place::{LineIndex, caret},
    split::Statement,
};

/// A text and what is needed to name the places in it.
pub(crate) struct Placed<'a> {
    /// The whole file.
    pub(crate) source: &'a str,
    /// Its name.
    pub(crate) shown: &'a str,
    /// Its lines.
    pub(crate) lines: &'a LineIndex<'a>,
}

impl Placed<'_> {
    /// A statement of this text that PostgreSQL refused.
    pub(crate) fn failed(&self, statement: &Statement<'_>, error: DbError) -> FailedStatement {
        let (span, caret) = match self.copy_line(statement, &error) {
            Some(span) => (span, None),
            None => {
                let (span, caret) = self.token_at(position(statement, &error));
                (span, Some(caret))
            }
        };
        FailedStatement { span, error, caret }
    }

    /// The line of a COPY's data that PostgreSQL names: `COPY t, line 3, column a: "x"`. The line itself holds row values
    /// and is not shown.
    fn copy_line(&self, statement: &Statement<'_>, error: &DbError) -> Option<SourceSpan> {
        let data = statement.copy_data?;
        let context = error.context.as_deref()?;
        let after = context.split_once(", line ")?.1;
        let digits = after.split(|c: char| !c.is_ascii_digit()).next()?;
        let line = self.lines.position(data.start).0.saturating_add(digits.parse::<u32>().ok()?.checked_sub(1)?);
        let file = self.shown.to_owned();
        Some(SourceSpan { file, line, column: 1, end_line: line, end_column: 1 })
    }

    /// The token that begins at an offset: its place, and its line with carets under it.
    pub(crate) fn token_at(&self, offset: usize) -> (SourceSpan, String) {
        let mut lexer = Lexer::new(self.source);
        lexer.skip_to(offset);
        let start = lexer.offset();
        let token = lexer.next_token().ok().flatten().filter(|token| token.start == start);
        let end = token.map_or(start, |token| first_line(self.source, token));
        let span = self.lines.span(start..end, self.shown);
        let length = self.source.get(start..end).unwrap_or_default().chars().count();
        let caret = caret(self.source, span.line, span.column, length);
        (span, caret)
    }
}

/// The byte in the text of PostgreSQL's position, which counts characters of the statement.
pub(crate) fn position(statement: &Statement<'_>, error: &DbError) -> usize {
    let Some(position) = error.position.filter(|position| *position > 0) else { return statement.start };
    let characters = usize::try_from(position - 1).unwrap_or(usize::MAX);
    let byte = statement.text.char_indices().nth(characters).map_or(statement.text.len(), |(byte, _)| byte);
    statement.start + byte
}

/// Where the first line of a token ends.
fn first_line(source: &str, token: Token) -> usize {
    let text = token.text(source);
    token.start + text.lines().next().map_or(0, str::len)
}
