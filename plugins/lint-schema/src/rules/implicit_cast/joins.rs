//! What views compare, read from their queries as PostgreSQL prints them.

use super::types::{Difference, Types};
use confiture_sdk::{ObjectRef, Relation, Report, catalog::RelationKind};
use regex::Regex;
use std::{collections::HashMap, sync::LazyLock};

/// A name, quoted or not.
const NAME: &str = r#"("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)"#;

/// `FROM public.orders o`, `JOIN public.orders`, `, public.orders o`: the schema, the table, what it is called.
static SOURCE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(&format!(r"(?:FROM|JOIN|,)\s+\(*(?:ONLY )?{NAME}\.{NAME}(?: {NAME})?")).ok());

/// `o.a = c.b`, either with a cast: PostgreSQL prints those that it makes itself, too.
static EQUATION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let cast = r"(?:::[a-z][a-z ]*(?:\([0-9, ]+\))?)?";
    Regex::new(&format!(r"\(?{NAME}\.{NAME}\)?{cast} = \(?{NAME}\.{NAME}\b\)?{cast}")).ok()
});

/// The equations of one view.
#[derive(Debug)]
pub struct Joins {
    view: ObjectRef,
    noun: &'static str,
    equations: Vec<Equation>,
}

#[derive(Debug)]
struct Equation {
    text: String,
    sides: [Side; 2],
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
struct Side {
    schema: String,
    table: String,
    column: String,
}

impl Joins {
    /// The equations of a view between columns of two of its tables; none where there are none.
    pub fn of(view: &Relation) -> Option<Self> {
        let query = view.definition.as_deref()?;
        // As most views are: over one table, or without a comparison.
        if view.depends_on.len() < 2 || !query.contains(" = ") {
            return None;
        }
        let sources = sources(query, &view.depends_on);
        let side = |table: &str, column: &str| {
            let (schema, table) = sources.get(&unquoted(table))?.clone()?;
            Some(Side { schema, table, column: unquoted(column) })
        };
        let equation = |found: regex::Captures<'_>| {
            let sides = [side(&found[1], &found[2])?, side(&found[3], &found[4])?];
            (sides[0].table != sides[1].table).then(|| Equation { text: shown(&found[0]), sides })
        };
        let equations: Vec<_> = EQUATION.as_ref()?.captures_iter(query).filter_map(equation).collect();
        let noun = if view.kind == RelationKind::View { "View" } else { "Materialized view" };
        (!equations.is_empty()).then(|| Self { view: ObjectRef::from(view), noun, equations })
    }

    /// Reports those between different types. Integers of any width are found by each other's indexes.
    pub fn tell(self, types: &mut Types<'_>, report: &mut Report) {
        for Equation { text, sides: [one, other] } in self.equations {
            let mut of = |side: &Side| types.of(&side.schema, &side.table, &side.column);
            let Some((first, second)) = of(&one).zip(of(&other)) else { continue };
            if types.compare(&first, &second) != Difference::Cast {
                continue;
            }
            let message = format!(
                "{} '{}' compares {}.{}, which is {first}, with {}.{}, which is {second}",
                self.noun, self.view.name, one.table, one.column, other.table, other.column
            );
            report
                .finding(&self.view, message)
                .evidence(text)
                .suggestion("Give both columns the same type, or index the cast that the view makes");
        }
    }
}

/// The tables by what the query calls them; a name that it gives to several means none of them.
fn sources(query: &str, depends_on: &[String]) -> HashMap<String, Option<(String, String)>> {
    let mut sources: HashMap<String, Option<(String, String)>> = HashMap::new();
    let found = SOURCE.as_ref().map(|source| source.captures_iter(query));
    for found in found.into_iter().flatten() {
        let (schema, table) = (unquoted(&found[1]), unquoted(&found[2]));
        // A column in a list looks the same.
        if !depends_on.contains(&format!("{schema}.{table}")) {
            continue;
        }
        // PostgreSQL quotes names with capitals: what has them otherwise is the next word of the query.
        let is_word = |text: &&str| text.chars().all(|char| char.is_ascii_uppercase());
        let alias = found.get(3).map(|alias| alias.as_str()).filter(|alias| !is_word(alias));
        let name = alias.map_or_else(|| table.clone(), unquoted);
        let one = Some((schema, table));
        let known = sources.entry(name).or_insert_with(|| one.clone());
        if *known != one {
            *known = None;
        }
    }
    sources
}

/// Without the parenthesis around the whole.
fn shown(equation: &str) -> String {
    let is_open = equation.matches('(').count() > equation.matches(')').count();
    let is_closed = equation.matches('(').count() < equation.matches(')').count();
    let equation = if is_open { equation.strip_prefix('(').unwrap_or(equation) } else { equation };
    let equation = if is_closed { equation.strip_suffix(')').unwrap_or(equation) } else { equation };
    equation.to_owned()
}

fn unquoted(name: &str) -> String {
    match name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => name.to_owned(),
    }
}
