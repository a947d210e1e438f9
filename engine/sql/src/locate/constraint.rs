//! The constraints of a table's statement, and which of them a constraint of the catalog is.

use super::{ConstraintPlace, Definition, cursor::Cursor};
use confiture_model::schema::{Constraint, ConstraintKind};
use std::ops::Range;

/// A constraint that is an element of its own. The cursor stays where there is none.
pub(super) fn read_of_table(cursor: &mut Cursor<'_>) -> Option<ConstraintPlace> {
    let start = cursor.peek()?.start;
    let mut ahead = cursor.clone();
    let name = name(&mut ahead);
    let (kind, columns) = if ahead.take_words(&["primary", "key"]) {
        (ConstraintKind::PrimaryKey, listed(&mut ahead))
    } else if ahead.take_word("unique") {
        (ConstraintKind::Unique, listed(&mut ahead))
    } else if ahead.take_words(&["foreign", "key"]) {
        (ConstraintKind::ForeignKey, listed(&mut ahead))
    } else if ahead.take_word("check") {
        (ConstraintKind::Check, mentioned(&mut ahead))
    } else if ahead.at_words(&["exclude", "using"]) || name.is_some() && ahead.at_word("exclude") {
        (ConstraintKind::Exclusion, excluded(&mut ahead))
    } else if ahead.take_words(&["not", "null"]) {
        (ConstraintKind::NotNull, ahead.identifier().into_iter().map(|(column, _)| column).collect())
    } else if name.is_some() {
        (ConstraintKind::Other, Vec::new())
    } else {
        return None;
    };
    *cursor = ahead;
    Some(ConstraintPlace { name, kind, columns, range: start..cursor.end() })
}

/// The constraints that follow a column's name and type.
pub(super) fn read_of_column(cursor: &mut Cursor<'_>, column: &str, into: &mut Vec<ConstraintPlace>) {
    let mut named: Option<(String, usize)> = None;
    let mut after_is = false;
    while let Some(token) = cursor.peek() {
        if let Some(name) = name(cursor) {
            named = Some((name, token.start));
            continue;
        }
        let Some((kind, columns)) =
            inline(cursor, column).filter(|(kind, _)| !after_is || *kind != ConstraintKind::NotNull)
        else {
            after_is = cursor.at_word("is");
            cursor.skip_one();
            continue;
        };
        let (name, start) = named.take().map_or((None, token.start), |(name, start)| (Some(name), start));
        into.push(ConstraintPlace { name, kind, columns, range: start..cursor.end() });
    }
}

fn inline(cursor: &mut Cursor<'_>, column: &str) -> Option<(ConstraintKind, Vec<String>)> {
    let own = || vec![column.to_owned()];
    if cursor.take_words(&["primary", "key"]) {
        Some((ConstraintKind::PrimaryKey, own()))
    } else if cursor.take_word("unique") {
        Some((ConstraintKind::Unique, own()))
    } else if cursor.take_word("references") {
        let _target = cursor.name();
        let _columns = cursor.parentheses();
        Some((ConstraintKind::ForeignKey, own()))
    } else if cursor.take_word("check") {
        Some((ConstraintKind::Check, mentioned(cursor)))
    } else if cursor.take_words(&["not", "null"]) {
        Some((ConstraintKind::NotNull, own()))
    } else {
        None
    }
}

/// `CONSTRAINT name`.
fn name(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.take_word("constraint").then(|| cursor.identifier())?.map(|(name, _)| name)
}

/// The first names of the elements in the next parentheses: `NULLS NOT DISTINCT` may stand before these.
fn listed(cursor: &mut Cursor<'_>) -> Vec<String> {
    while cursor.at_word("nulls") || cursor.at_word("not") || cursor.at_word("distinct") {
        cursor.advance();
    }
    let Some(group) = cursor.parentheses() else { return Vec::new() };
    let elements = group.inside.elements().into_iter();
    elements.filter_map(|mut element| element.identifier()).map(|(column, _)| column).collect()
}

fn mentioned(cursor: &mut Cursor<'_>) -> Vec<String> {
    cursor.parentheses().map(|group| group.inside.names()).unwrap_or_default()
}

fn excluded(cursor: &mut Cursor<'_>) -> Vec<String> {
    while cursor.peek().is_some() && !cursor.at_symbol(b'(') {
        cursor.advance();
    }
    mentioned(cursor)
}

impl Definition {
    /// Where a constraint of the catalog is: by its name, else among those that PostgreSQL named itself, by what it is
    /// and on which columns.
    pub fn constraint(&self, wanted: &Constraint) -> Option<Range<usize>> {
        let named = self.constraints.iter().find(|place| place.name.as_deref() == Some(wanted.name.as_str()));
        if let Some(place) = named {
            return Some(place.range.clone());
        }
        let fitting: Vec<&ConstraintPlace> =
            self.constraints.iter().filter(|place| place.name.is_none() && self.fits(place, wanted)).collect();
        let place = fitting.get(ordinal(&wanted.name)).or(fitting.first())?;
        Some(place.range.clone())
    }

    fn fits(&self, place: &ConstraintPlace, wanted: &Constraint) -> bool {
        if place.kind != wanted.kind {
            return false;
        }
        if !matches!(place.kind, ConstraintKind::Check | ConstraintKind::Exclusion) {
            return place.columns == wanted.columns;
        }
        // What is mentioned holds functions and types too: only names of columns count.
        let is_wanted = |name: &String| wanted.columns.contains(name);
        let is_column = |name: &&String| self.columns.iter().any(|column| column.name == **name);
        wanted.columns.iter().all(|column| place.columns.contains(column))
            && place.columns.iter().filter(is_column).all(is_wanted)
    }
}

/// PostgreSQL numbers the second of two equal names, `t_a_check1`.
fn ordinal(name: &str) -> usize {
    let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    name.get(name.len() - digits..).and_then(|digits| digits.parse().ok()).unwrap_or(0)
}
