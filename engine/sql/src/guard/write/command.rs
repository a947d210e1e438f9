//! What a statement is, by its first words: a list of what hooks may send.

use super::{WriteShape, words::is_name};
use crate::guard::{
    Refused,
    command::{shown, why},
};

/// A command that may be sent.
pub(super) struct Command {
    pub shape: WriteShape,
    /// Whether it holds code in a string.
    pub brings_code: bool,
}

/// Kinds of objects that may be created, altered and dropped.
const OBJECTS: &[&str] =
    &["table", "index", "view", "sequence", "schema", "type", "domain", "trigger", "policy", "statistics"];

/// Objects that hold code.
const ROUTINES: &[&str] = &["function", "procedure", "routine"];

/// Words that may stand between CREATE and the kind of the object.
const BEFORE_KIND: &[&str] = &[
    "or",
    "replace",
    "temp",
    "temporary",
    "local",
    "global",
    "unlogged",
    "unique",
    "materialized",
    "recursive",
    "constraint",
];

/// Reads a statement's words.
pub(super) fn of(words: &[&str]) -> Result<Command, Refused> {
    let start = words.iter().position(|word| *word != "(").unwrap_or(words.len());
    let words = words.get(start..).unwrap_or_default();
    let plain = |shape| Ok(Command { shape, brings_code: false });
    check_execute(words)?;
    match words {
        ["select", rest @ ..] if rest.contains(&"into") => plain(WriteShape::Other),
        ["with", rest @ ..] if changes(rest) => plain(WriteShape::Other),
        ["select" | "values" | "table" | "with", ..] => plain(WriteShape::Query),
        ["insert" | "update" | "delete" | "merge", ..] => plain(WriteShape::Change),
        ["explain", rest @ ..] => explained(rest).map(|()| Command { shape: WriteShape::Other, brings_code: false }),
        ["set", "constraints", ..] => plain(WriteShape::Other),
        ["show" | "truncate" | "comment" | "vacuum" | "analyze" | "analyse" | "cluster" | "lock", ..] => {
            plain(WriteShape::Other)
        }
        ["refresh", "materialized", "view", ..] => plain(WriteShape::Other),
        ["reindex", rest @ ..] => reindex(rest).and_then(|()| plain(WriteShape::Other)),
        ["grant" | "revoke", rest @ ..] if rest.contains(&"on") => plain(WriteShape::Other),
        ["do", ..] => Ok(Command { shape: WriteShape::Other, brings_code: true }),
        ["call", ..] => plain(WriteShape::Other),
        ["create", rest @ ..] => defined("CREATE", skip(rest, BEFORE_KIND), rest),
        ["alter" | "drop", rest @ ..] => defined("ALTER or DROP", skip(rest, &["materialized"]), rest),
        [first, ..] if is_name(first) => {
            let first = first.to_ascii_uppercase();
            Err(Refused::new(shown(&first), reason(&first)))
        }
        _ => Err(Refused::new("a text that does not begin with a command", "send one statement of SQL")),
    }
}

fn skip<'a, 'b>(words: &'a [&'b str], passed: &[&str]) -> &'a [&'b str] {
    let start = words.iter().position(|word| !passed.contains(word)).unwrap_or(words.len());
    words.get(start..).unwrap_or_default()
}

fn defined(command: &str, words: &[&str], all: &[&str]) -> Result<Command, Refused> {
    match words {
        [kind, ..] if ROUTINES.contains(kind) => {
            check_routine(words)?;
            Ok(Command { shape: WriteShape::Other, brings_code: true })
        }
        // A base type names functions of the server.
        ["type", rest @ ..] if command == "CREATE" && !rest.contains(&"as") => {
            Err(Refused::new("CREATE TYPE of a base type", "enums, composite types and ranges may be made"))
        }
        ["schema", rest @ ..] if command == "CREATE" && rest.iter().any(|w| ["create", "grant"].contains(w)) => {
            Err(Refused::new("CREATE SCHEMA with statements in it", "send them one by one"))
        }
        [kind, ..] if OBJECTS.contains(kind) => Ok(Command { shape: WriteShape::Other, brings_code: false }),
        _ => {
            let kind = all.first().map(|word| shown(&word.to_ascii_uppercase())).unwrap_or_default();
            Err(Refused::new(
                format!("{command} of this kind of object ({kind})"),
                "hooks may do it to tables, indexes, views, sequences, schemas, types, domains, functions, procedures, \
                 triggers, policies and statistics; write the rest as SQL of the migration",
            ))
        }
    }
}

/// A routine may choose where its names are looked up, and no other setting.
fn check_routine(words: &[&str]) -> Result<(), Refused> {
    for pair in words.windows(2) {
        if pair[0] == "set" && !["search_path", "schema"].contains(&pair[1]) || pair[0] == "reset" {
            let why = "settings other than search_path are the host's";
            return Err(Refused::new("a routine with a setting of its own", why));
        }
    }
    Ok(())
}

/// `EXECUTE name` runs a prepared statement, wherever it stands.
fn check_execute(words: &[&str]) -> Result<(), Refused> {
    let runs = |pair: &[&str]| pair[0] == "execute" && !["function", "procedure", "on", ","].contains(&pair[1]);
    match words.windows(2).any(runs) {
        true => Err(Refused::new("EXECUTE", "every statement is prepared by the host; send it with its parameters")),
        false => Ok(()),
    }
}

/// Whether a WITH changes rows: `FOR UPDATE` does not.
fn changes(words: &[&str]) -> bool {
    let verb = |at: usize| match words.get(at) {
        Some(&"insert" | &"delete" | &"merge" | &"into") => true,
        Some(&"update") => !at.checked_sub(1).and_then(|b| words.get(b)).is_some_and(|b| ["for", "key"].contains(b)),
        _ => false,
    };
    (0..words.len()).any(verb)
}

/// `EXPLAIN [ANALYZE] [VERBOSE] statement` or `EXPLAIN (options) statement`: the statement is judged as if it were sent.
fn explained(words: &[&str]) -> Result<(), Refused> {
    let rest = match words {
        ["(", rest @ ..] if !rest.first().is_some_and(|w| ["select", "with", "values", "("].contains(w)) => {
            let end = rest.iter().position(|word| *word == ")").map_or(rest.len(), |end| end + 1);
            rest.get(end..).unwrap_or_default()
        }
        words => skip(words, &["analyze", "analyse", "verbose"]),
    };
    match of(rest)? {
        Command { brings_code: false, .. } => Ok(()),
        Command { .. } => Err(Refused::new("EXPLAIN of this statement", "it is none that can be explained")),
    }
}

fn reindex(words: &[&str]) -> Result<(), Refused> {
    let rest = match words {
        ["(", rest @ ..] => {
            let end = rest.iter().position(|word| *word == ")").map_or(rest.len(), |end| end + 1);
            rest.get(end..).unwrap_or_default()
        }
        words => words,
    };
    match rest {
        ["index" | "table" | "schema", ..] => Ok(()),
        _ => Err(Refused::new("REINDEX of a whole database", "name an index, a table or a schema")),
    }
}

fn reason(command: &str) -> &'static str {
    match command {
        "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE" => {
            "transactions are the host's: a hook's step is one, or a part of the migration's"
        }
        "PREPARE" => "transactions are the host's, and so are prepared statements",
        "COPY" => "it moves data to or from files and programs; use INSERT and SELECT",
        "GRANT" | "REVOKE" => "only rights on objects are given or taken by hooks, not roles",
        "LISTEN" | "UNLISTEN" | "NOTIFY" | "SET" | "RESET" | "DISCARD" | "EXECUTE" | "DEALLOCATE" | "DECLARE"
        | "FETCH" | "MOVE" | "CLOSE" => why(command),
        "LOAD" => "it loads a library into the server",
        "CHECKPOINT" => "it acts on the server",
        "REINDEX" | "REFRESH" => "its form is not known",
        _ => "hooks may read and change data and the objects of the project; write the rest as SQL of the migration",
    }
}
