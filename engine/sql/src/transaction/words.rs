//! The beginning of a statement as words.

use crate::{
    lexer::{Lexer, TokenKind},
    split::Statement,
};

/// More tokens than this do not tell what a statement is.
const ENOUGH: usize = 400;

/// The statement's first tokens: keywords and names as the catalog has them, symbols and the rest as they are written.
/// A name in quotes keeps a quote in front, so that it is never taken for a keyword.
pub(super) fn words(statement: &Statement<'_>) -> Vec<String> {
    let source = statement.text;
    let mut lexer = Lexer::new(source);
    lexer.set_backslash_escapes(statement.backslash_escapes);
    let tokens = std::iter::from_fn(|| lexer.next_significant().ok().flatten());
    let word = |token: crate::lexer::Token| match (token.kind, token.name(source)) {
        (TokenKind::QuotedName, Some(name)) => format!("\"{name}"),
        (TokenKind::Word, Some(name)) => name,
        _ => token.text(source).to_owned(),
    };
    tokens.take(ENOUGH).map(word).collect()
}
