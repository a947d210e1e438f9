//! Where, within a statement, an object is made: its name, each column, each constraint.
//!
//! This reads tokens and no grammar. It is told by PostgreSQL which statement made what; all it adds is the place in that
//! statement. What it does not know has no place of its own, and the statement's place stands for it.

mod constraint;
mod cursor;
mod table;

use crate::{
    lexer::{Lexer, Token},
    split::Statement,
};
use confiture_model::{object::ObjectKind, schema::ConstraintKind};
use cursor::Cursor;
use std::ops::Range;

/// A name as it is written in a statement, folded as the catalog does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The schema, where it is written.
    pub schema: Option<String>,
    /// The last part.
    pub name: String,
    /// The whole name, in bytes of the statement's text.
    pub range: Range<usize>,
}

/// Whether a statement makes an object or changes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Verb {
    Create,
    Alter,
}

/// What a CREATE or ALTER statement says of its object. All ranges are bytes of the statement's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// CREATE or ALTER.
    pub verb: Verb,
    /// What is created or altered.
    pub kind: ObjectKind,
    /// Its name; an index may have none.
    pub name: Option<Name>,
    /// The columns that it lists, renames or adds.
    pub columns: Vec<ColumnPlace>,
    /// The constraints that it lists, renames or adds.
    pub constraints: Vec<ConstraintPlace>,
    /// Of a routine: its parameters, parentheses included.
    pub arguments: Option<Range<usize>>,
}

/// A column in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPlace {
    /// As the catalog has it.
    pub name: String,
    /// Its name in the statement.
    pub range: Range<usize>,
}

/// A constraint in a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstraintPlace {
    /// As the catalog has it; none where PostgreSQL chooses one.
    pub name: Option<String>,
    /// What it is; `Other` where it is only renamed.
    pub kind: ConstraintKind,
    /// The columns that it lists; for CHECK and EXCLUDE all names that it mentions.
    pub columns: Vec<String>,
    /// From its first word to the end of its columns or condition.
    pub range: Range<usize>,
}

impl Definition {
    /// Reads a statement. None where it neither creates nor alters something that is known here.
    pub fn read(statement: &Statement<'_>) -> Option<Self> {
        let tokens = significant(statement);
        let mut cursor = Cursor::new(statement.text, &tokens);
        if cursor.take_word("create") {
            create(&mut cursor)
        } else if cursor.take_word("alter") {
            alter(&mut cursor)
        } else {
            None
        }
    }

    /// Where a column is.
    pub fn column(&self, name: &str) -> Option<Range<usize>> {
        self.columns.iter().find(|column| column.name == name).map(|column| column.range.clone())
    }

    fn of(verb: Verb, kind: ObjectKind, name: Option<Name>) -> Self {
        Self { verb, kind, name, columns: Vec::new(), constraints: Vec::new(), arguments: None }
    }
}

/// As many tokens as there are before one that does not end: PostgreSQL took the statement, so there is none.
fn significant(statement: &Statement<'_>) -> Vec<Token> {
    let mut lexer = Lexer::new(statement.text);
    lexer.set_backslash_escapes(statement.backslash_escapes);
    std::iter::from_fn(|| lexer.next_significant().ok().flatten()).collect()
}

fn create(cursor: &mut Cursor<'_>) -> Option<Definition> {
    let kind = kind(cursor)?;
    cursor.take_word("concurrently");
    cursor.take_words(&["if", "not", "exists"]);
    let name = match kind {
        ObjectKind::Index if cursor.at_word("on") => None,
        _ => cursor.name(),
    };
    let mut definition = Definition::of(Verb::Create, kind, name);
    match kind {
        ObjectKind::Table | ObjectKind::ForeignTable => table::read_elements(cursor, &mut definition),
        ObjectKind::Function | ObjectKind::Procedure => {
            definition.arguments = cursor.parentheses().map(|group| group.range)
        }
        _ => {}
    }
    Some(definition)
}

fn alter(cursor: &mut Cursor<'_>) -> Option<Definition> {
    let kind = kind(cursor)?;
    cursor.take_words(&["if", "exists"]);
    cursor.take_word("only");
    let name = cursor.name();
    let mut definition = Definition::of(Verb::Alter, kind, name);
    if matches!(kind, ObjectKind::Function | ObjectKind::Procedure) {
        definition.arguments = cursor.parentheses().map(|group| group.range);
    }
    table::read_actions(cursor, &mut definition);
    Some(definition)
}

/// The kind of object after CREATE or ALTER, past words that only modify it.
fn kind(cursor: &mut Cursor<'_>) -> Option<ObjectKind> {
    let mut foreign = false;
    let mut materialized = false;
    loop {
        let word = cursor.word()?;
        cursor.advance();
        return Some(match word.as_str() {
            "or" | "replace" | "global" | "local" | "temp" | "temporary" | "unlogged" | "recursive" | "unique"
            | "constraint" => continue,
            "foreign" => {
                foreign = true;
                continue;
            }
            "materialized" => {
                materialized = true;
                continue;
            }
            "table" if foreign => ObjectKind::ForeignTable,
            "table" => ObjectKind::Table,
            "view" if materialized => ObjectKind::MaterializedView,
            "view" => ObjectKind::View,
            "index" => ObjectKind::Index,
            "sequence" => ObjectKind::Sequence,
            // The catalog of a snapshot calls an aggregate a routine too.
            "function" | "aggregate" | "routine" => ObjectKind::Function,
            "procedure" => ObjectKind::Procedure,
            "type" => ObjectKind::Type,
            "domain" => ObjectKind::Domain,
            "trigger" => ObjectKind::Trigger,
            "policy" => ObjectKind::Policy,
            "schema" => ObjectKind::Schema,
            "extension" => ObjectKind::Extension,
            _ => return None,
        });
    }
}

#[cfg(test)]
mod tests;
