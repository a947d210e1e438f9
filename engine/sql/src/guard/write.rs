//! What a hook with a `write` grant may send: one statement that stays inside of the migration's transaction.
//!
//! A statement is judged by its tokens: its command has to be on a list, and so does everything of it that reaches past
//! the tables of the project. Code that it brings (the body of a `DO` or of a function) is judged in the same way, and
//! may not run SQL that it puts together. What is not known is refused, whoever the role is: a superuser is not stopped
//! by rights.

mod code;
mod command;
mod target;
mod words;

use super::{FunctionUse, Refused, functions, one_statement, tokens};
use crate::lexer::Token;

/// A statement that a hook may send, if its functions may be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteStatement<'a> {
    /// The statement as it was written, without a semicolon at its end.
    pub text: &'a str,
    /// Where it can stand when its rows are wanted.
    pub shape: WriteShape,
    /// Every function that it may call, each once, also those of the code that it brings.
    pub functions: Vec<FunctionUse>,
}

/// Where a statement can stand inside of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WriteShape {
    /// In parentheses in a FROM.
    Query,
    /// INSERT, UPDATE, DELETE or MERGE: in parentheses after WITH, if it returns something.
    Change,
    /// Nowhere.
    Other,
}

/// Reads one statement and says whether a hook with a `write` grant may send it.
///
/// # Errors
/// [`Refused`] for transaction control, roles and settings, files and programs, other databases and servers, schema
/// `confiture`, and for whatever is not known.
pub fn check_write(sql: &str) -> Result<WriteStatement<'_>, Refused> {
    let tokens = tokens(sql)?;
    let tokens = one_statement(&tokens)?;
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
        return Err(Refused::new("an empty statement", "send one"));
    };
    let text = sql.get(first.start..last.end).unwrap_or_default();
    let mut functions = Vec::new();
    let shape = judge(sql, tokens, &mut functions)?;
    Ok(WriteStatement { text, shape, functions })
}

/// Judges a statement and the code in it.
fn judge(sql: &str, tokens: &[Token], functions: &mut Vec<FunctionUse>) -> Result<WriteShape, Refused> {
    let words = words::words(sql, tokens);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    target::check_names(&words)?;
    let command = command::of(&words)?;
    target::check(&words)?;
    add(functions, functions::used(sql, tokens, functions::Purpose::Write)?);
    if command.brings_code {
        code::check(sql, tokens, &words, functions)?;
    }
    Ok(command.shape)
}

fn add(functions: &mut Vec<FunctionUse>, more: Vec<FunctionUse>) {
    for usage in more {
        if !functions.contains(&usage) {
            functions.push(usage);
        }
    }
}

#[cfg(test)]
mod tests;
