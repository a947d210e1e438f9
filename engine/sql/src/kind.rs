//! What kind of statement it is, in the words of its own keywords: `create index`, `alter table: add column, set not null`.
//!
//! For grouping measurements and for people; nothing dangerous is decided by it.

use crate::lexer::{Lexer, Token, TokenKind};

/// Words that tell what an object is, behind the first word of a statement.
const OBJECTS: [&str; 46] = [
    "access",
    "aggregate",
    "all",
    "cast",
    "collation",
    "column",
    "concurrently",
    "constraints",
    "conversion",
    "data",
    "database",
    "default",
    "domain",
    "event",
    "extension",
    "foreign",
    "function",
    "global",
    "group",
    "index",
    "into",
    "language",
    "large",
    "local",
    "materialized",
    "method",
    "object",
    "operator",
    "policy",
    "privileges",
    "procedure",
    "publication",
    "role",
    "routine",
    "rule",
    "schema",
    "sequence",
    "server",
    "statistics",
    "subscription",
    "table",
    "tablespace",
    "temporary",
    "trigger",
    "type",
    "view",
];
/// Words between the first one and the object that change nothing.
const SKIPPED: [&str; 6] = ["or", "replace", "if", "not", "exists", "temp"];
/// Words that say more, and are kept.
const KEPT: [&str; 5] = ["unique", "unlogged", "recursive", "constraint", "from"];
/// More tokens than these are not looked at.
const ENOUGH: usize = 2_000;

/// The kind of one statement.
pub fn kind(sql: &str) -> String {
    let mut lexer = Lexer::new(sql);
    let tokens: Vec<Token> = std::iter::from_fn(|| lexer.next_significant().ok().flatten()).take(ENOUGH).collect();
    let word = |token: &Token| match token.kind {
        TokenKind::Word => token.name(sql).unwrap_or_default(),
        _ => String::new(),
    };
    let words: Vec<String> = tokens.iter().map(word).collect();
    let Some(first) = words.first().filter(|first| !first.is_empty()) else { return "unknown".to_owned() };
    let mut kind = vec![first.as_str()];
    if !matches!(first.as_str(), "create" | "alter" | "drop" | "comment" | "refresh" | "reindex" | "set" | "reset") {
        return first.clone();
    }
    let mut at = 1;
    while let Some(next) = words.get(at).map(String::as_str) {
        if OBJECTS.contains(&next) || KEPT.contains(&next) {
            kind.push(next);
        } else if !SKIPPED.contains(&next) {
            break;
        }
        at += 1;
    }
    let kind = kind.join(" ");
    if kind != "alter table" {
        return kind;
    }
    let actions = actions(&words, &tokens);
    if actions.is_empty() { kind } else { format!("{kind}: {}", actions.join(", ")) }
}

/// Verbs of `ALTER TABLE`.
const VERBS: [&str; 18] = [
    "add", "alter", "attach", "cluster", "detach", "disable", "drop", "enable", "force", "inherit", "no", "not", "of",
    "owner", "rename", "reset", "set", "validate",
];

/// What an `ALTER TABLE` does, each once, in order: the first verb behind the name, and the first one behind each comma that
/// is in no parentheses.
fn actions(words: &[String], tokens: &[Token]) -> Vec<String> {
    let (mut depth, mut actions, mut begins, mut at) = (0_u32, Vec::new(), true, 2);
    while let Some(token) = tokens.get(at) {
        match token.kind {
            TokenKind::Symbol(b'(') => depth += 1,
            TokenKind::Symbol(b')') => depth = depth.saturating_sub(1),
            TokenKind::Symbol(b',') if depth == 0 => begins = true,
            TokenKind::Word if begins && depth == 0 && is_verb(words, tokens, at) => {
                let action = action(words, at);
                if !actions.contains(&action) {
                    actions.push(action);
                }
                begins = false;
            }
            _ => {}
        }
        at += 1;
    }
    actions
}

/// Not where it is a table's name: behind a dot, or where the name has not been read yet.
fn is_verb(words: &[String], tokens: &[Token], at: usize) -> bool {
    let is_name = at == 2 || tokens.get(at - 1).is_some_and(|before| before.is_symbol(b'.'));
    !is_name && VERBS.contains(&words[at].as_str()) && words.get(at - 1).is_none_or(|before| before != "if")
}

fn action(words: &[String], at: usize) -> String {
    let word = |place: usize| words.get(place).map(String::as_str).unwrap_or_default();
    let (verb, next) = (word(at), word(at + 1));
    let within = |from: usize, wanted: &[&str]| {
        words.iter().skip(from).take(12).find(|word| wanted.contains(&word.as_str())).cloned().unwrap_or_default()
    };
    match (verb, next) {
        ("add", "constraint") => format!("add {}", constraint(&within(at + 3, &CONSTRAINTS))),
        ("add", kind) if CONSTRAINTS.contains(&kind) => format!("add {}", constraint(kind)),
        ("drop" | "rename" | "validate", "constraint") => format!("{verb} constraint"),
        ("add", _) => "add column".to_owned(),
        ("alter", _) => match within(at + 1, &["type", "set", "drop", "add", "restart", "reset"]).as_str() {
            "type" => "alter column type".to_owned(),
            action => {
                let place =
                    words.iter().skip(at + 1).position(|word| word == action).map_or(at, |place| at + 1 + place);
                match (action, word(place + 1), word(place + 2)) {
                    ("set", "data", _) => "alter column type".to_owned(),
                    (_, "not", "null") => format!("{action} not null"),
                    (_, what, _) => format!("{action} {what}").trim_end().to_owned(),
                }
            }
        },
        ("drop", _) => "drop column".to_owned(),
        ("rename", "to") => "rename".to_owned(),
        ("rename", _) => "rename column".to_owned(),
        ("set", "") => "set".to_owned(),
        ("owner", _) => "owner".to_owned(),
        ("inherit" | "of", _) => verb.to_owned(),
        _ => format!("{verb} {next}").trim_end().to_owned(),
    }
}

const CONSTRAINTS: [&str; 5] = ["primary", "unique", "foreign", "check", "exclude"];

fn constraint(word: &str) -> String {
    match word {
        "primary" | "foreign" => format!("{word} key"),
        "" => "constraint".to_owned(),
        word => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn statements_are_named_by_their_keywords() {
        for (sql, expected) in [
            ("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)", "create unique index concurrently"),
            ("create table if not exists app.set (a int)", "create table"),
            ("CREATE OR REPLACE FUNCTION f() RETURNS void LANGUAGE sql AS ''", "create function"),
            ("DROP MATERIALIZED VIEW v", "drop materialized view"),
            ("UPDATE t SET a = 1", "update"),
            ("WITH x AS (SELECT 1) DELETE FROM t", "with"),
            (
                "ALTER TABLE ONLY app.t ADD COLUMN IF NOT EXISTS c int DEFAULT f(1, 2), ALTER a SET NOT NULL",
                "alter table: add column, set not null",
            ),
            ("alter table t alter column a set data type bigint using a::bigint", "alter table: alter column type"),
            ("ALTER TABLE t ALTER a TYPE bigint, ALTER b DROP DEFAULT", "alter table: alter column type, drop default"),
            (
                "ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES p (a) NOT VALID",
                "alter table: add foreign key",
            ),
            ("ALTER TABLE t VALIDATE CONSTRAINT k", "alter table: validate constraint"),
            ("ALTER TABLE t RENAME COLUMN a TO b", "alter table: rename column"),
            ("ALTER TABLE t RENAME TO u", "alter table: rename"),
            ("ALTER TABLE t DROP a", "alter table: drop column"),
            ("ALTER TABLE \"set\" ENABLE ROW LEVEL SECURITY", "alter table: enable row"),
            ("ALTER TABLE app.set ADD UNIQUE (a)", "alter table: add unique"),
            ("TRUNCATE t", "truncate"),
            ("", "unknown"),
            ("'", "unknown"),
        ] {
            assert_eq!(kind(sql), expected, "{sql}");
        }
    }
}
