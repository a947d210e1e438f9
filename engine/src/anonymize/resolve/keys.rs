//! What keeps rows of a table apart: primary keys, UNIQUE constraints, unique indexes and EXCLUDE constraints.

use super::columns::unquoted;
use confiture_model::schema::{Column, Constraint, ConstraintKind, Index, Relation, RelationKind, Snapshot};

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Key {
    /// ``the UNIQUE constraint `users_email_key` ``.
    pub what: String,
    /// What is compared, in order.
    pub elements: Vec<Element>,
    /// Which rows it is about, where not all.
    pub predicate: Option<String>,
    /// Whether two nulls are equal to it.
    pub nulls_equal: bool,
}

/// One part of a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// SQL over the columns of the table.
    pub sql: String,
    /// The column, where it is no more than that.
    pub column: Option<String>,
    /// How two values are compared.
    pub operator: Operator,
}

/// How an element of two rows is compared, for them to be in each other's way.
#[derive(Clone, Debug, PartialEq)]
pub enum Operator {
    /// `=`.
    Equal,
    /// `<>`.
    Different,
    /// `&&` and others.
    Other(String),
}

impl Element {
    /// Whether the column is part of it.
    pub fn is_over(&self, column: &str) -> bool {
        self.column.as_deref() == Some(column) || (self.column.is_none() && mentions(&self.sql, column))
    }
}

/// Whether SQL names the column, or the whole row. A type and a function that are called like it do not; a constant that is
/// only asks for more.
pub fn mentions(sql: &str, column: &str) -> bool {
    let part_of_word = |c: char| c.is_alphanumeric() || c == '_';
    let other = |before: &str, after: &str| before.ends_with("::") || after.starts_with('(');
    let named = |name: &str| {
        sql.match_indices(name).map(|(at, found)| (&sql[..at], &sql[at + found.len()..])).any(|(before, after)| {
            !before.ends_with(part_of_word) && !after.starts_with(part_of_word) && !other(before, after)
        })
    };
    named(column) || named(&column.replace('"', "\"\"")) || sql.contains(".*")
}

/// Every key of a table, and those that only its partitions have.
pub fn keys(relation: &Relation, snapshot: &Snapshot) -> Vec<Key> {
    let mut keys: Vec<Key> = Vec::new();
    for one in std::iter::once(relation).chain(partitions(relation, snapshot)) {
        for key in of_relation(one) {
            let known = |other: &Key| {
                (&other.elements, &other.predicate, other.nulls_equal)
                    == (&key.elements, &key.predicate, key.nulls_equal)
            };
            if !keys.iter().any(known) {
                keys.push(key);
            }
        }
    }
    keys
}

/// The partitions of a table, and theirs.
fn partitions<'s>(relation: &Relation, snapshot: &'s Snapshot) -> Vec<&'s Relation> {
    if relation.kind != RelationKind::PartitionedTable {
        return Vec::new();
    }
    let mut parents = vec![format!("{}.{}", relation.schema, relation.name)];
    let mut found: Vec<&Relation> = Vec::new();
    while let Some(parent) = parents.pop() {
        let of = |one: &&Relation| one.partition_of.as_deref() == Some(&parent);
        for partition in snapshot.relations.iter().filter(of) {
            parents.push(format!("{}.{}", partition.schema, partition.name));
            found.push(partition);
        }
    }
    found
}

fn of_relation(relation: &Relation) -> Vec<Key> {
    let index = |name: &str| relation.indexes.iter().find(|one| one.name == name);
    let constraints = relation.constraints.iter().filter_map(|one| of_constraint(one, index(&one.name), relation));
    let is_constraint = |index: &&Index| !relation.constraints.iter().any(|one| one.name == index.name);
    let indexes = relation.indexes.iter().filter(|one| one.unique).filter(is_constraint).map(|index| Key {
        what: format!("the unique index `{}`", index.name),
        elements: index.keys.iter().map(|key| element(key, Operator::Equal, relation)).collect(),
        predicate: index.predicate.clone(),
        nulls_equal: index.nulls_not_distinct,
    });
    constraints.chain(indexes).collect()
}

fn of_constraint(constraint: &Constraint, index: Option<&Index>, relation: &Relation) -> Option<Key> {
    let name = &constraint.name;
    let what = match constraint.kind {
        ConstraintKind::PrimaryKey => format!("the primary key `{name}`"),
        ConstraintKind::Unique => format!("the UNIQUE constraint `{name}`"),
        ConstraintKind::Exclusion => format!("the EXCLUDE constraint `{name}`"),
        _ => return None,
    };
    let keys = index.map_or(&constraint.columns, |index| &index.keys);
    let operators = operators(constraint, keys.len());
    Some(Key {
        what,
        elements: keys.iter().zip(operators).map(|(key, operator)| element(key, operator, relation)).collect(),
        predicate: index.and_then(|index| index.predicate.clone()),
        nulls_equal: index.is_some_and(|index| index.nulls_not_distinct),
    })
}

fn element(key: &str, operator: Operator, relation: &Relation) -> Element {
    let named = |column: &&Column| column.name == unquoted(key);
    match relation.columns.iter().find(named) {
        Some(Column { generated: true, default_expression: Some(expression), .. }) => {
            Element { sql: expression.clone(), column: None, operator }
        }
        Some(column) => Element { sql: column.name.clone(), column: Some(column.name.clone()), operator },
        None => Element { sql: key.to_owned(), column: None, operator },
    }
}

/// How each of so many elements is compared.
fn operators(constraint: &Constraint, count: usize) -> Vec<Operator> {
    let mut operators = vec![Operator::Equal; count];
    if constraint.kind == ConstraintKind::Exclusion {
        let written = written_operators(&constraint.definition);
        for (at, operator) in operators.iter_mut().enumerate() {
            *operator = written.get(at).cloned().unwrap_or_else(|| Operator::Other("?".to_owned()));
        }
    } else if constraint.definition.contains(" WITHOUT OVERLAPS")
        && let Some(last) = operators.last_mut()
    {
        *last = Operator::Other("&&".to_owned());
    }
    operators
}

/// The operators in `EXCLUDE USING gist (room WITH =, during WITH &&) WHERE (…)`.
fn written_operators(definition: &str) -> Vec<Operator> {
    let Some(open) = definition.find('(') else { return Vec::new() };
    elements(&definition[open + 1..])
        .into_iter()
        .map(|element| match element.rsplit_once(" WITH ").map(|(_, operator)| operator.trim()) {
            Some("=" | "OPERATOR(pg_catalog.=)") => Operator::Equal,
            Some("<>" | "OPERATOR(pg_catalog.<>)") => Operator::Different,
            Some(other) => Operator::Other(other.to_owned()),
            None => Operator::Other("?".to_owned()),
        })
        .collect()
}

/// What stands between commas, up to the parenthesis that closes the list.
fn elements(list: &str) -> Vec<&str> {
    let (mut depth, mut quote, mut from, mut found) = (0_u32, None, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')') if depth == 0 => {
                found.push(&list[from..at]);
                return found;
            }
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                found.push(&list[from..at]);
                from = at + 1;
            }
            (None, _) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_taken_from_the_definition() {
        let definition =
            r#"EXCLUDE USING gist (room WITH =, tsrange(a, b, '[)'::text) WITH &&, "x, (" WITH <>) WHERE ((NOT c))"#;
        let other = Operator::Other("&&".to_owned());
        assert_eq!(written_operators(definition), [Operator::Equal, other, Operator::Different]);
        assert_eq!(
            written_operators("EXCLUDE USING gist (a WITH OPERATOR(public.=))"),
            [Operator::Other("OPERATOR(public.=)".to_owned())]
        );
    }

    #[test]
    fn columns_are_seen_in_sql() {
        assert!(mentions("lower(email)", "email") && mentions("lower(\"E\"\"mail\")", "E\"mail"));
        assert!(!mentions("lower(email_2)", "email") && !mentions("lower(my_email)", "email"));
        assert!(!mentions("lower((email)::text)", "text") && !mentions("lower(email)", "lower"));
        assert!(mentions("whole(t.*)", "anything"));
    }
}
