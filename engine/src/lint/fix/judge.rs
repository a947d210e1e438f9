//! Which SQL is safe to run because a rule says so.

use confiture_model::schema::Snapshot;
use confiture_sql::{
    lexer::{Lexer, Token, TokenKind},
    split::split,
    transaction::outside,
};

/// The statement without its semicolon, and whether it cannot run in a transaction; or why it is not run.
pub(super) fn judge(sql: &str, snapshot: &Snapshot) -> (String, Result<bool, String>) {
    let plain = sql.trim().to_owned();
    let Ok(statements) = split(sql) else { return (plain, Err("it cannot be read".to_owned())) };
    let [statement] = statements.as_slice() else {
        return (plain, Err("it is not one statement".to_owned()));
    };
    let text = statement.text.to_owned();
    let mut words = Words::of(statement.text);
    let verdict = words.check(snapshot).map(|()| outside(statement).is_some());
    (text, verdict)
}

/// The tokens of a statement, taken from the front.
struct Words<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
}

/// As PostgreSQL shows them in its grammar: what stands behind ALTER and can be renamed.
const RENAMED: [&[&str]; 7] =
    [&["table"], &["index"], &["view"], &["materialized", "view"], &["sequence"], &["type"], &["domain"]];

impl<'a> Words<'a> {
    fn of(text: &'a str) -> Self {
        let mut lexer = Lexer::new(text);
        let tokens = std::iter::from_fn(|| lexer.next_significant().ok().flatten()).collect();
        Self { text, tokens, at: 0 }
    }

    fn check(&mut self, snapshot: &Snapshot) -> Result<(), String> {
        if self.take(&["comment", "on"]) {
            return self.ends_in_a_comment();
        }
        if self.take(&["create", "index", "concurrently"]) || self.take(&["reindex", "index", "concurrently"]) {
            return Ok(());
        }
        if self.take(&["drop", "index", "concurrently"]) {
            return self.drops_an_invalid_index(snapshot);
        }
        if self.take(&["alter"]) {
            return self.alters(snapshot);
        }
        Err(NOT_KNOWN.to_owned())
    }

    fn ends_in_a_comment(&self) -> Result<(), String> {
        match self.tokens.as_slice() {
            [.., is, last]
                if is.is_word(self.text, "is")
                    && (last.kind == TokenKind::String || last.is_word(self.text, "null")) =>
            {
                Ok(())
            }
            _ => Err("it is no whole comment".to_owned()),
        }
    }

    /// Of a valid index somebody may be glad.
    fn drops_an_invalid_index(&mut self, snapshot: &Snapshot) -> Result<(), String> {
        self.take(&["if", "exists"]);
        let (schema, name) = self.name().ok_or(NOT_KNOWN)?;
        self.end()?;
        let relations =
            snapshot.relations.iter().filter(|one| schema.as_ref().is_none_or(|schema| *schema == one.schema));
        let mut indexes = relations.flat_map(|one| &one.indexes).filter(|index| index.name == name);
        match indexes.next() {
            Some(index) if !index.valid && indexes.all(|index| !index.valid) => Ok(()),
            Some(_) => Err("the index is valid: whether it can go is for a person to say".to_owned()),
            None => Err("no such index was seen".to_owned()),
        }
    }

    fn alters(&mut self, snapshot: &Snapshot) -> Result<(), String> {
        let kind = RENAMED.into_iter().find(|kind| self.take(kind)).ok_or(NOT_KNOWN)?;
        self.take(&["if", "exists"]);
        self.take(&["only"]);
        let (_, name) = self.name().ok_or(NOT_KNOWN)?;
        if kind == ["table"] && self.take(&["validate", "constraint"]) {
            self.name().ok_or(NOT_KNOWN)?;
            return self.end();
        }
        if !self.take(&["rename"]) {
            return Err(NOT_KNOWN.to_owned());
        }
        let old = if self.take(&["to"]) {
            name
        } else {
            let _ = self.take(&["column"]) || self.take(&["constraint"]) || self.take(&["attribute"]);
            let (_, old) = self.name().ok_or(NOT_KNOWN)?;
            if !self.take(&["to"]) {
                return Err(NOT_KNOWN.to_owned());
            }
            old
        };
        self.name().ok_or(NOT_KNOWN)?;
        self.end()?;
        refers(snapshot, &old).map_or(Ok(()), |who| Err(format!("{who} may refer to the old name `{old}`")))
    }

    fn take(&mut self, words: &[&str]) -> bool {
        let there = words
            .iter()
            .enumerate()
            .all(|(index, word)| self.tokens.get(self.at + index).is_some_and(|token| token.is_word(self.text, word)));
        if there {
            self.at += words.len();
        }
        there
    }

    /// A name with or without its schema.
    fn name(&mut self) -> Option<(Option<String>, String)> {
        let mut parts = vec![self.part()?];
        while self.tokens.get(self.at).is_some_and(|token| token.is_symbol(b'.')) {
            self.at += 1;
            parts.push(self.part()?);
        }
        let name = parts.pop()?;
        Some((parts.pop(), name))
    }

    fn part(&mut self) -> Option<String> {
        let name = self.tokens.get(self.at)?.name(self.text)?;
        self.at += 1;
        Some(name)
    }

    fn end(&self) -> Result<(), String> {
        if self.at == self.tokens.len() { Ok(()) } else { Err(NOT_KNOWN.to_owned()) }
    }
}

const NOT_KNOWN: &str = "only comments, indexes CONCURRENTLY, validated constraints and new names are run";

/// Who may know an object by its name. Views and constraints follow a rename; the bodies of routines are only text.
fn refers(snapshot: &Snapshot, name: &str) -> Option<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let holds = |text: &str| {
        let mut found = text.match_indices(name);
        found.any(|(at, _)| {
            let before = text.get(..at).and_then(|text| text.chars().next_back());
            let after = text.get(at + name.len()..).and_then(|text| text.chars().next());
            !before.is_some_and(is_part) && !after.is_some_and(is_part)
        })
    };
    // A name in lower case is meant by one in any case.
    let is_folded = name.to_lowercase() == name;
    let known = |text: &str| holds(text) || is_folded && holds(&text.to_lowercase());
    let routine = snapshot.routines.iter().find(|routine| known(&routine.definition))?;
    Some(format!("the {} {}.{}", routine.kind, routine.schema, routine.name))
}
