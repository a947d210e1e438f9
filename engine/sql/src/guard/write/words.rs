//! Tokens as words that patterns can be matched on.

use crate::lexer::{Token, TokenKind};

/// Keywords and names in lower case; a quoted name behind a `"`, a string as `'`, and signs as they are. So no quoted
/// text is ever taken for a keyword.
pub(super) fn words(sql: &str, tokens: &[Token]) -> Vec<String> {
    let word = |token: &Token| match (token.kind, token.name(sql)) {
        (TokenKind::Word, Some(name)) => name,
        (TokenKind::QuotedName, Some(name)) => format!("\"{name}"),
        (TokenKind::String | TokenKind::DollarString, _) => "'".to_owned(),
        _ => token.text(sql).to_owned(),
    };
    tokens.iter().map(word).collect()
}

/// The name that a word stands for, quoted or not.
pub(super) fn name<'a>(word: &'a str) -> &'a str {
    word.strip_prefix('"').unwrap_or(word)
}

/// Whether a word can be a name.
pub(super) fn is_name(word: &str) -> bool {
    name(word) != word || word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}
