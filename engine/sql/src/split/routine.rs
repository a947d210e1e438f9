//! Where the body of an SQL-standard routine begins and ends: `CREATE FUNCTION ... BEGIN ATOMIC ...; ...; END`.

use crate::lexer::{Token, TokenKind};

/// Follows one statement, token by token.
#[derive(Default)]
pub(super) struct Routine {
    at: At,
    /// Where an open body begins.
    body: Option<usize>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum At {
    #[default]
    Start,
    /// After CREATE, OR or REPLACE.
    Create,
    /// In a statement that makes a routine.
    Routine,
    /// After BEGIN, which stands at this byte.
    Begin(usize),
    /// In a body, where a statement of it may begin or END close it. A CASE's END never stands here.
    BodyStart,
    /// In a body, within a statement.
    Body,
    /// In a statement that makes no routine, or after a body.
    Elsewhere,
}

impl Routine {
    /// The byte at which a body begins that has not ended.
    pub(super) fn open_body(&self) -> Option<usize> {
        self.body
    }

    pub(super) fn take(&mut self, source: &str, token: Token) {
        let is = |keyword| token.is_word(source, keyword);
        self.at = match self.at {
            At::Start if is("create") => At::Create,
            At::Create if is("or") || is("replace") => At::Create,
            At::Create if is("function") || is("procedure") => At::Routine,
            At::Routine if is("begin") => At::Begin(token.start),
            At::Routine => At::Routine,
            At::Begin(begin) if is("atomic") => {
                self.body = Some(begin);
                At::BodyStart
            }
            At::Begin(_) => At::Routine,
            At::BodyStart if is("end") => {
                self.body = None;
                At::Elsewhere
            }
            At::BodyStart | At::Body if token.kind == TokenKind::Symbol(b';') => At::BodyStart,
            At::BodyStart | At::Body => At::Body,
            At::Start | At::Create | At::Elsewhere => At::Elsewhere,
        };
    }
}
