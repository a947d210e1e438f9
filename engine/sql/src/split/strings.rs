//! How a session reads `'...'`: its setting `standard_conforming_strings`, as the statements of a file change it.

use crate::lexer::{Lexer, Token, TokenKind};

const SETTING: &str = "standard_conforming_strings";

/// Whether a backslash escapes in plain strings. A session begins with the standard reading: it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StringSyntax {
    session: bool,
    /// Until the end of the transaction.
    transaction: Option<bool>,
}

impl StringSyntax {
    /// Whether a backslash escapes now.
    pub fn backslash_escapes(&self) -> bool {
        self.transaction.unwrap_or(self.session)
    }

    /// Takes note of a statement that ran.
    pub(super) fn after(&mut self, statement: &str) {
        let mut lexer = Lexer::new(statement);
        lexer.set_backslash_escapes(self.backslash_escapes());
        let Some(first) = word(statement, &mut lexer) else { return };
        match first.as_str() {
            "commit" | "rollback" | "end" | "abort" => self.transaction = None,
            "reset" => self.reset(statement, &mut lexer),
            "discard" => *self = Self::default(),
            "set" => self.set(statement, &mut lexer),
            "select" => self.set_config(statement, &mut lexer),
            _ => {}
        }
    }

    fn reset(&mut self, statement: &str, lexer: &mut Lexer<'_>) {
        if word(statement, lexer).is_some_and(|name| name == SETTING || name == "all") {
            *self = Self::default();
        }
    }

    /// `SET [SESSION | LOCAL] name { = | TO } value`
    fn set(&mut self, statement: &str, lexer: &mut Lexer<'_>) {
        let mut name = word(statement, lexer);
        let local = name.as_deref() == Some("local");
        if local || name.as_deref() == Some("session") {
            name = word(statement, lexer);
        }
        if name.as_deref() != Some(SETTING) {
            return;
        }
        let _equals = lexer.next_significant();
        let Some(value) = next(lexer) else { return };
        self.assign(value.text(statement), local);
    }

    /// `SELECT [pg_catalog.]set_config('name', 'value', local)`, as pg_dump writes it.
    fn set_config(&mut self, statement: &str, lexer: &mut Lexer<'_>) {
        let mut function = next(lexer);
        if function.is_some_and(|token| token.is_word(statement, "pg_catalog")) {
            let _dot = next(lexer);
            function = next(lexer);
        }
        if !function.is_some_and(|token| token.is_word(statement, "set_config")) {
            return;
        }
        let arguments: Vec<Token> = std::iter::from_fn(|| next(lexer)).take(6).collect();
        let [open, name, _, value, _, local] = arguments.as_slice() else { return };
        let named = name.text(statement).trim_matches('\'').eq_ignore_ascii_case(SETTING);
        if open.is_symbol(b'(') && named && value.kind == TokenKind::String {
            self.assign(value.text(statement), local.is_word(statement, "true"));
        }
    }

    fn assign(&mut self, value: &str, local: bool) {
        let value = value.trim_matches(['\'', '"']).to_ascii_lowercase();
        let backslash_escapes = match value.as_str() {
            "on" | "true" | "t" | "tr" | "tru" | "yes" | "ye" | "y" | "1" | "default" => false,
            "off" | "of" | "false" | "f" | "fa" | "fal" | "fals" | "no" | "n" | "0" => true,
            // PostgreSQL refuses it, and the setting stays.
            _ => return,
        };
        match local {
            true => self.transaction = Some(backslash_escapes),
            false => *self = Self { session: backslash_escapes, transaction: None },
        }
    }
}

fn next(lexer: &mut Lexer<'_>) -> Option<Token> {
    lexer.next_significant().ok().flatten()
}

fn word(statement: &str, lexer: &mut Lexer<'_>) -> Option<String> {
    next(lexer)?.name(statement)
}
