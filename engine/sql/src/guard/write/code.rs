//! Code that a statement brings: the body of a `DO`, or of a routine that it makes.
//!
//! Two languages can be read, SQL and PL/pgSQL. A body may hold queries, changes of data and what a hook may do
//! otherwise; it may not put SQL together and run it, for nobody could read that before it runs.

use super::{add, command, target, words::words};
use crate::{
    guard::{FunctionUse, Refused, functions, tokens},
    lexer::{Token, TokenKind},
};

/// The languages whose text is read.
const LANGUAGES: &[&str] = &["sql", "plpgsql"];

/// Behind these words a statement may begin.
const OPENERS: &[&str] = &["begin", "then", "else", "loop", "atomic", "declare"];

/// Every first word of a command of PostgreSQL that is no word of PL/pgSQL's own with a harmless meaning.
const COMMANDS: &[&str] = &[
    "abort",
    "alter",
    "analyze",
    "analyse",
    "call",
    "checkpoint",
    "cluster",
    "comment",
    "commit",
    "copy",
    "create",
    "deallocate",
    "delete",
    "discard",
    "do",
    "drop",
    "execute",
    "explain",
    "grant",
    "import",
    "insert",
    "listen",
    "load",
    "lock",
    "merge",
    "notify",
    "prepare",
    "reassign",
    "refresh",
    "reindex",
    "release",
    "repack",
    "reset",
    "revoke",
    "rollback",
    "savepoint",
    "security",
    "select",
    "set",
    "show",
    "start",
    "table",
    "truncate",
    "unlisten",
    "update",
    "vacuum",
    "values",
    "wait",
    "with",
];

/// Checks the code of a statement, and adds the functions that it calls.
pub(super) fn check(
    sql: &str,
    outer: &[Token],
    outer_words: &[&str],
    functions: &mut Vec<FunctionUse>,
) -> Result<(), Refused> {
    if outer_words.contains(&"support") {
        return Err(Refused::new("SUPPORT", "it names a function of the planner"));
    }
    check_languages(sql, outer, outer_words)?;
    let is_string = |token: &Token| matches!(token.kind, TokenKind::String | TokenKind::DollarString);
    if outer.windows(2).any(|two| is_string(&two[0]) && is_string(&two[1])) {
        return Err(Refused::new("code in several strings", "write it as one, between $$ and $$"));
    }
    for token in outer.iter().filter(|token| is_string(token)) {
        body(&content(token.text(sql))?, functions)?;
    }
    Ok(())
}

fn check_languages(sql: &str, outer: &[Token], words: &[&str]) -> Result<(), Refused> {
    for at in words.iter().enumerate().filter(|(_, word)| **word == "language").map(|(at, _)| at + 1) {
        let Some(token) = outer.get(at) else { continue };
        let named = match token.kind {
            TokenKind::String => Some(token.text(sql).trim_matches('\'').to_owned()),
            _ => token.name(sql),
        };
        if !named.as_deref().is_some_and(|name| LANGUAGES.contains(&name)) {
            let why = "its code cannot be read; sql and plpgsql can";
            return Err(Refused::new("a routine in this language", why));
        }
    }
    Ok(())
}

/// What a string stands for.
fn content(text: &str) -> Result<String, Refused> {
    if let Some(inner) = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')) {
        if inner.replace("''", "").contains('\'') {
            return Err(Refused::new("code in several strings", "write it as one, between $$ and $$"));
        }
        return Ok(inner.replace("''", "'"));
    }
    let tag = text.strip_prefix('$').and_then(|text| text.find('$')).map(|at| at + 2);
    let inner = tag.and_then(|tag| text.get(tag..text.len().checked_sub(tag)?));
    let why = "its escapes are not read; write it between $$ and $$";
    inner.map(str::to_owned).ok_or_else(|| Refused::new("code in a string of this form", why))
}

fn body(text: &str, functions: &mut Vec<FunctionUse>) -> Result<(), Refused> {
    let tokens = tokens(text)?;
    let words = words(text, &tokens);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    target::check_names(&words)?;
    if words.contains(&"pg_settings") || words.contains(&"\"pg_settings") {
        return Err(Refused::new("pg_settings in code", "roles and settings of the session are the host's"));
    }
    if words.contains(&"execute") {
        let why = "what it runs cannot be read before; write the statement itself";
        return Err(Refused::new("EXECUTE in code", why));
    }
    add(functions, functions::used(text, &tokens, functions::Purpose::Write)?);
    statements(&words).try_for_each(statement)
}

/// Where a statement may begin, to where the next one may.
fn statements<'a, 'b>(words: &'a [&'b str]) -> impl Iterator<Item = &'a [&'b str]> {
    let ends = move |at: usize| {
        let before = at.checked_sub(1).and_then(|before| words.get(before)).copied();
        words[at] == ";" || OPENERS.contains(&words[at]) || words[at] == ">" && before == Some(">")
    };
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let rest = words.get(start..).filter(|rest| !rest.is_empty())?;
        at += (start..words.len()).position(ends).map_or(rest.len(), |end| end + 1);
        words.get(start..at)
    })
}

fn statement(words: &[&str]) -> Result<(), Refused> {
    let words = words.strip_suffix(&[";"]).unwrap_or(words);
    target::check(words)?;
    let words = match words {
        // PL/pgSQL's own assignment, and its fields.
        [_, ":" | "=" | "." | "[", ..] => return Ok(()),
        words => words,
    };
    if !words.first().is_some_and(|first| COMMANDS.contains(first)) {
        return Ok(());
    }
    // SELECT ... INTO and the like are PL/pgSQL's: what they are does not matter here, only that they may be.
    match command::of(words)? {
        command::Command { brings_code: false, .. } => Ok(()),
        command::Command { .. } => Err(Refused::new("code inside of code", "send it as a statement of its own")),
    }
}
