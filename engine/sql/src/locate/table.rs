//! The columns and constraints that a table's statement lists.

use super::{ColumnPlace, ConstraintPlace, Definition, cursor::Cursor};
use confiture_model::schema::ConstraintKind;

/// After the name in `CREATE TABLE name`: the first parentheses hold the elements, unless a query begins before them.
pub(super) fn read_elements(cursor: &mut Cursor<'_>, definition: &mut Definition) {
    while let Some(token) = cursor.peek() {
        if token.is_symbol(b'(') {
            if let Some(group) = cursor.parentheses() {
                group.inside.elements().into_iter().for_each(|element| read_element(element, definition));
            }
            return;
        }
        // `AS` begins a query; a partition's bounds and an ancestor's name hold no elements.
        if ["as", "for", "default", "inherits"].iter().any(|word| cursor.at_word(word)) {
            return;
        }
        cursor.advance();
    }
}

/// The actions of an ALTER statement.
pub(super) fn read_actions(cursor: &mut Cursor<'_>, definition: &mut Definition) {
    if cursor.at_symbol(b'*') {
        cursor.advance();
    }
    cursor.clone().elements().into_iter().for_each(|action| read_action(action, definition));
}

fn read_action(mut action: Cursor<'_>, definition: &mut Definition) {
    if action.take_word("add") {
        if action.take_word("column") {
            action.take_words(&["if", "not", "exists"]);
            read_column(&mut action, definition);
        } else {
            action.take_words(&["if", "not", "exists"]);
            read_element(action, definition);
        }
    } else if action.take_word("rename") {
        read_rename(action, definition);
    } else if action.take_word("alter") {
        read_not_null(action, definition);
    }
}

fn read_rename(mut action: Cursor<'_>, definition: &mut Definition) {
    if action.at_word("to") {
        return;
    }
    let constraint = action.take_word("constraint");
    if !constraint {
        action.take_word("column");
    }
    let Some((_, old)) = action.identifier() else { return };
    if !action.take_word("to") {
        return;
    }
    let Some((name, new)) = action.identifier() else { return };
    if constraint {
        let range = old.start..new.end;
        let place = ConstraintPlace { name: Some(name), kind: ConstraintKind::Other, columns: Vec::new(), range };
        definition.constraints.push(place);
    } else {
        definition.columns.push(ColumnPlace { name, range: new });
    }
}

/// `ALTER [COLUMN] name SET NOT NULL`: a constraint by itself from PostgreSQL 18 on.
fn read_not_null(mut action: Cursor<'_>, definition: &mut Definition) {
    action.take_word("column");
    let Some((column, range)) = action.identifier() else { return };
    if action.take_words(&["set", "not", "null"]) {
        let range = range.start..action.end();
        let place = ConstraintPlace { name: None, kind: ConstraintKind::NotNull, columns: vec![column], range };
        definition.constraints.push(place);
    }
}

/// One element of a table: a constraint, or a column with its constraints. `LIKE other` names neither.
fn read_element(mut element: Cursor<'_>, definition: &mut Definition) {
    if element.at_word("like") {
        return;
    }
    match super::constraint::read_of_table(&mut element) {
        Some(constraint) => definition.constraints.push(constraint),
        None => read_column(&mut element, definition),
    }
}

fn read_column(element: &mut Cursor<'_>, definition: &mut Definition) {
    let Some((name, range)) = element.identifier() else { return };
    super::constraint::read_of_column(element, &name, &mut definition.constraints);
    definition.columns.push(ColumnPlace { name, range });
}
