//! What a statement is, by its first word.

use super::{ReadKind, Refused};
use crate::lexer::{Token, TokenKind};

/// The kind of a statement that may read.
pub(super) fn kind(sql: &str, tokens: &[Token]) -> Result<ReadKind, Refused> {
    let first = tokens.iter().find(|token| !token.is_symbol(b'('));
    let Some(first) = first.filter(|token| token.kind == TokenKind::Word) else {
        return Err(Refused::new("a text that does not begin with a command", "send a SELECT"));
    };
    let command = first.text(sql).to_ascii_uppercase();
    match command.as_str() {
        "SELECT" | "VALUES" | "WITH" => Ok(ReadKind::Query),
        "TABLE" => table(tokens),
        "SHOW" => show(tokens),
        "EXPLAIN" => Ok(ReadKind::Explain),
        other => Err(Refused::new(shown(other), why(other))),
    }
}

/// `SHOW name`, `SHOW extension.name`, `SHOW TIME ZONE`, `SHOW TRANSACTION ISOLATION LEVEL`, ...
fn show(tokens: &[Token]) -> Result<ReadKind, Refused> {
    match (2..=4).contains(&tokens.len()) && tokens.iter().all(is_name_part) {
        true => Ok(ReadKind::Show),
        false => Err(Refused::new("this SHOW", "the form is SHOW name")),
    }
}

/// `TABLE schema.name`, which the parser does not read.
fn table(tokens: &[Token]) -> Result<ReadKind, Refused> {
    match (2..=7).contains(&tokens.len()) && tokens.iter().all(is_name_part) {
        true => Ok(ReadKind::Query),
        false => Err(Refused::new("this TABLE", "the form is TABLE name; write SELECT * FROM name for more")),
    }
}

fn is_name_part(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::QuotedName) || token.is_symbol(b'.')
}

/// Whether a statement is one of those whose tokens alone say what it does, so that no parser has to.
pub(super) fn is_table_or_show(sql: &str, tokens: &[Token]) -> bool {
    tokens.first().is_some_and(|first| first.is_word(sql, "table") || first.is_word(sql, "show"))
}

/// A command is a short word; what else stands first may be anything.
pub(super) fn shown(command: &str) -> String {
    let word = command.len() <= 24 && command.chars().all(|c| c.is_ascii_alphabetic());
    if word { command.to_owned() } else { "what the text begins with".to_owned() }
}

pub(super) fn why(command: &str) -> &'static str {
    match command {
        "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE" => {
            "transactions are the host's; every query has one of its own"
        }
        "SET" | "RESET" | "DISCARD" => "roles and settings of the session are the host's",
        "COPY" => "it moves data to or from files and programs; SELECT the rows",
        "DO" | "CALL" => "it runs code that may write; SELECT from functions that only read",
        "LISTEN" | "UNLISTEN" | "NOTIFY" => "notifications are not for plugins",
        "PREPARE" | "EXECUTE" | "DEALLOCATE" => "every query is prepared by the host; send it with its parameters",
        "DECLARE" | "FETCH" | "MOVE" | "CLOSE" => "the host reads the rows in batches; cursors are not needed",
        "LOCK" => "a plugin may hold no locks",
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE" | "IMPORT" => {
            "it changes data, and only reading is granted"
        }
        "CREATE" | "ALTER" | "DROP" | "COMMENT" | "GRANT" | "REVOKE" | "REASSIGN" | "SECURITY" | "REFRESH"
        | "REINDEX" | "CLUSTER" | "VACUUM" | "ANALYZE" | "ANALYSE" | "CHECKPOINT" | "LOAD" => {
            "it changes the database, and only reading is granted"
        }
        _ => "only SELECT, VALUES, TABLE, WITH, SHOW and EXPLAIN are read",
    }
}
