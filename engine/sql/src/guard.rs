//! What a plugin may send: with a `read` grant one statement that reads, with a `write` grant see `write`.
//!
//! Three readers look at the text, and each must agree. Our own scanner, which cuts tokens where PostgreSQL does, finds
//! where the statement ends and every function that it may call. A parser then says what the statement is. Last,
//! PostgreSQL itself runs it in a READ ONLY transaction. What one of them cannot read is refused.

mod command;
mod functions;
mod shape;
mod write;

pub use functions::{FunctionUse, Notation};
pub use write::{WriteShape, WriteStatement, check_write};

use crate::lexer::{Lexer, Token, TokenKind, Unfinished};

/// A query that may be sent to the database, if its functions may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadQuery<'a> {
    /// The statement as it was written, without a semicolon at its end.
    pub text: &'a str,
    /// What it is.
    pub kind: ReadKind,
    /// Every function that it may call, each once: whoever runs it has to check that they only read.
    pub functions: Vec<FunctionUse>,
}

/// The statements that read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadKind {
    /// SELECT, VALUES, TABLE or WITH: it may stand in parentheses in a FROM.
    Query,
    /// SHOW.
    Show,
    /// EXPLAIN.
    Explain,
}

/// A statement that is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is refused: {why}")]
pub struct Refused {
    /// The part of the statement that is refused.
    pub what: String,
    /// Why, and what is allowed instead.
    pub why: String,
}

impl Refused {
    fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { what: what.into(), why: why.into() }
    }
}

/// The longest text that is looked at, in bytes.
pub const MAX_BYTES: usize = 1 << 20;

/// The most tokens that are looked at: the parser's tree may be as deep as the text has tokens.
pub const MAX_TOKENS: usize = 20_000;

/// Reads one statement and says whether it only reads.
///
/// # Errors
/// [`Refused`] for anything but a single SELECT, VALUES, TABLE, WITH, SHOW or EXPLAIN that changes nothing, and for all
/// that cannot be read with certainty.
pub fn check_read(sql: &str) -> Result<ReadQuery<'_>, Refused> {
    let tokens = tokens(sql)?;
    let tokens = one_statement(&tokens)?;
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return Err(Refused::new("an empty statement", "send a SELECT"));
    };
    let text = sql.get(first.start..last.end).unwrap_or_default();
    let kind = command::kind(sql, tokens)?;
    let functions = functions::used(sql, tokens, functions::Purpose::Read)?;
    if !command::is_table_or_show(sql, tokens) {
        shape::check(text, tokens.len())?;
    }
    Ok(ReadQuery { text, kind, functions })
}

fn tokens(sql: &str) -> Result<Vec<Token>, Refused> {
    if sql.len() > MAX_BYTES {
        let why = format!("{MAX_BYTES} bytes are the most; send large values as parameters");
        return Err(Refused::new("a statement this long", why));
    }
    if sql.contains('\0') {
        return Err(Refused::new("a zero byte", "PostgreSQL's texts have none"));
    }
    let mut lexer = Lexer::new(sql);
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next_significant().map_err(unfinished)? {
        tokens.push(checked(sql, token)?);
        if tokens.len() > MAX_TOKENS {
            let why = format!("{MAX_TOKENS} words and signs are the most; send a list as an array parameter");
            return Err(Refused::new("a statement this long", why));
        }
    }
    Ok(tokens)
}

/// Tokens whose meaning could be another one for PostgreSQL than for us.
fn checked(sql: &str, token: Token) -> Result<Token, Refused> {
    let text = token.text(sql);
    match token.kind {
        TokenKind::QuotedName if !text.starts_with('"') => {
            Err(Refused::new("a name with Unicode escapes (U&\"...\")", "write the name with its own characters"))
        }
        TokenKind::Word if text.chars().any(|c| c.is_whitespace() || c.is_control()) => {
            let why = "PostgreSQL takes it for a part of a name; use plain spaces";
            Err(Refused::new("a space or control character outside of ASCII", why))
        }
        TokenKind::Symbol(byte) if byte.is_ascii_control() => {
            Err(Refused::new("a control character", "use plain spaces and line ends"))
        }
        _ => Ok(token),
    }
}

fn unfinished(unfinished: Unfinished) -> Refused {
    use crate::lexer::Opened;
    let what = match unfinished.opened {
        Opened::Comment => "a comment",
        Opened::String => "a string",
        Opened::QuotedName => "a quoted name",
        Opened::DollarString => "a dollar-quoted string",
    };
    Refused::new(format!("{what} without its end"), "close it")
}

/// The tokens of the only statement, without the semicolons at its end.
fn one_statement(tokens: &[Token]) -> Result<&[Token], Refused> {
    let end = tokens.iter().position(|token| token.is_symbol(b';')).unwrap_or(tokens.len());
    let (statement, rest) = tokens.split_at(end);
    match rest.iter().all(|token| token.is_symbol(b';')) {
        true => Ok(statement),
        false => Err(Refused::new("a second statement", "send one statement a call")),
    }
}

#[cfg(test)]
mod tests;
