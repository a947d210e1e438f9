//! `COPY ... FROM stdin` and the data that follows it in a dump.

use super::{CopyData, SplitError, SplitErrorKind};
use crate::lexer::{Lexer, Token};

/// Follows one statement and finds whether it takes data from the file.
#[derive(Default)]
pub(super) struct CopyFrom(State);

#[derive(Default)]
enum State {
    #[default]
    Start,
    Copy,
    /// Right after FROM.
    From,
    Found,
    No,
}

impl CopyFrom {
    pub(super) fn found(&self) -> bool {
        matches!(self.0, State::Found)
    }

    pub(super) fn take(&mut self, source: &str, token: Token, open_parentheses: usize) {
        let is = |keyword| token.is_word(source, keyword);
        self.0 = match self.0 {
            State::Start if is("copy") => State::Copy,
            State::Start | State::No => State::No,
            State::Copy if is("from") && open_parentheses == 0 => State::From,
            State::Copy => State::Copy,
            // PostgreSQL takes either word for the client's side.
            State::From if is("stdin") || is("stdout") => State::Found,
            State::From => State::No,
            State::Found => State::Found,
        };
    }
}

/// Reads the data after a COPY whose semicolon was just read, and leaves the lexer behind the closing `\.`.
pub(super) fn read_data<'a>(
    source: &'a str,
    lexer: &mut Lexer<'a>,
    statement: usize,
) -> Result<CopyData<'a>, SplitError> {
    let start = data_start(source, lexer.offset(), statement)?;
    let mut at = start;
    for line in source[start..].split_inclusive('\n') {
        if line.trim_end_matches(['\r', '\n']) == "\\." {
            lexer.skip_to(at + line.len());
            return Ok(CopyData { text: &source[start..at], start });
        }
        at += line.len();
    }
    Err(SplitError::new(SplitErrorKind::CopyData, statement))
}

/// The line after the semicolon; only space and comments may stand before it.
fn data_start(source: &str, from: usize, statement: usize) -> Result<usize, SplitError> {
    let Some(start) = source[from..].find('\n').map(|length| from + length + 1) else {
        return Err(SplitError::new(SplitErrorKind::CopyData, statement));
    };
    let mut rest = Lexer::new(&source[..start]);
    rest.skip_to(from);
    let between = match rest.next_significant() {
        Ok(token) => token.map(|token| token.start),
        Err(unfinished) => Some(unfinished.start),
    };
    match between {
        Some(offset) => Err(SplitError::new(SplitErrorKind::CopyDataPlace, offset)),
        None => Ok(start),
    }
}
