//! Which rows: conditions that leave no copied row without the rows that it refers to.
//!
//! Two closures along the foreign keys say it. *Left out* are rows that miss a condition or stand behind a limit, and what
//! refers to them. Of a subset, *wanted* are the rows where it begins and, downwards, what refers to them; and then,
//! upwards, whatever a wanted row refers to. Each closure is one common table expression a table, in the order of the
//! foreign keys; tables in a circle share a recursive one, whose rows carry the keys of all of them. All of it only reads.

mod closure;
mod table;

use super::{
    RefusalKind, Refusals, Request,
    graph::{Edge, parts},
    scope::{Scope, Unit},
};
use crate::{anonymize::pattern::TablePattern, config::nearest};
use closure::Closures;
use confiture_model::schema::Relation;
use confiture_sql::quote::identifier;
use std::collections::BTreeSet;
use table::Table;

/// A query that PostgreSQL refuses where it would refuse the condition. It reads nothing.
pub fn condition_query(relation: &Relation, condition: &str) -> String {
    let (schema, name) = (identifier(&relation.schema), identifier(&relation.name));
    format!("EXPLAIN SELECT FROM {schema}.{name} AS {name} WHERE ({condition}\n)")
}

/// What the command line says of one table's rows.
#[derive(Clone, Debug, Default)]
struct Wish {
    condition: Option<String>,
    subset: Option<String>,
    limit: Option<u64>,
}

/// The rows of every table.
pub(super) struct Selection<'a> {
    tables: Vec<Table<'a>>,
    wishes: Vec<Wish>,
    closures: Closures,
    /// Tables of which rows are left out.
    narrowed: BTreeSet<usize>,
    /// Tables that a row refers to or that refer to a row; none where there is no subset.
    wanted: Option<BTreeSet<usize>>,
}

pub(super) fn select<'a>(
    request: &Request<'a>,
    scope: &Scope<'a>,
    edges: &[Edge],
    refusals: &mut Refusals,
    notices: &mut Vec<String>,
) -> Selection<'a> {
    let wishes = wishes(request, scope, refusals);
    let tables: Vec<Table<'a>> =
        scope.roots.iter().enumerate().map(|(place, root)| Table::new(place, root, edges)).collect();
    let mut up: Vec<Vec<usize>> = vec![Vec::new(); tables.len()];
    for edge in edges {
        up[edge.from].push(edge.to);
    }
    let parts = parts(tables.len(), &up);
    let mut closures = Closures::default();
    let narrowed = closures.left_out(&tables, &wishes, edges, &parts);
    let wanted = wishes
        .iter()
        .any(|wish| wish.subset.is_some())
        .then(|| closures.wanted(&tables, &wishes, edges, &parts, &narrowed));
    if let Some(wanted) = &wanted {
        let far: Vec<String> = tables
            .iter()
            .filter(|table| !wanted.contains(&table.place))
            .map(|table| format!("{}.{}", table.root.schema, table.root.name))
            .collect();
        if !far.is_empty() {
            notices.push(format!(
                "no row of the subset leads to {}: they are copied without rows (`--subset TABLE=true` takes all of one)",
                super::list(far)
            ));
        }
    }
    Selection { tables, wishes, closures, narrowed, wanted }
}

/// A condition on a table's rows.
pub(super) struct Condition {
    pub sql: String,
    /// Whether it follows foreign keys, so that it costs the same however few rows it is asked of.
    pub whole: bool,
}

impl Selection<'_> {
    /// The condition on rows of a table; none for all of them.
    pub fn condition(&self, unit: &Unit<'_>) -> Option<Condition> {
        let whole = |sql| Condition { sql, whole: true };
        let table = self.tables.iter().find(|table| std::ptr::eq(table.root, unit.root))?;
        if let Some(wanted) = &self.wanted {
            return Some(whole(match wanted.contains(&table.place) {
                true => self.closures.is_wanted(table, unit.leaf),
                false => "false".to_owned(),
            }));
        }
        if !self.narrowed.contains(&table.place) {
            return None;
        }
        let wish = &self.wishes[table.place];
        match (&wish.condition, self.closures.is_plain(table)) {
            // Nothing but its own condition leaves rows of it out. A comment may end it.
            (Some(condition), true) if wish.limit.is_none() => {
                Some(Condition { sql: format!("({condition}\n)"), whole: false })
            }
            _ => Some(whole(self.closures.is_not_left_out(table, unit.leaf))),
        }
    }
}

fn wishes(request: &Request<'_>, scope: &Scope<'_>, refusals: &mut Refusals) -> Vec<Wish> {
    let mut wishes = vec![Wish::default(); scope.roots.len()];
    let options = request.options;
    for (table, condition) in &options.conditions {
        for place in places("--where", table, scope, refusals) {
            and(&mut wishes[place].condition, condition, " AND ");
        }
    }
    for (table, condition) in &options.subsets {
        for place in places("--subset", table, scope, refusals) {
            and(&mut wishes[place].subset, condition, " OR ");
        }
    }
    for (table, limit) in &options.limits {
        let all = table
            .as_ref()
            .map_or_else(|| (0..scope.roots.len()).collect(), |table| places("--limit", table, scope, refusals));
        for place in all {
            let limit = if table.is_some() { *limit } else { wishes[place].limit.unwrap_or(*limit) };
            wishes[place].limit = Some(limit);
        }
    }
    wishes
}

fn and(into: &mut Option<String>, condition: &str, word: &str) {
    *into = Some(match into.take() {
        None => condition.to_owned(),
        Some(before) => format!("({before}\n){word}({condition}\n)"),
    });
}

fn places(option: &str, written: &str, scope: &Scope<'_>, refusals: &mut Refusals) -> Vec<usize> {
    let pattern = match TablePattern::new(written) {
        Ok(pattern) => pattern,
        Err(why) => {
            refusals.say(RefusalKind::Usage, format!("{option} {written}: {why}"), None);
            return Vec::new();
        }
    };
    let matches = |root: &&Relation| pattern.matches(&root.schema, &root.name);
    let found: Vec<usize> =
        scope.roots.iter().enumerate().filter(|(_, root)| matches(root)).map(|(place, _)| place).collect();
    if found.is_empty() {
        let help = nearest::hint(written, scope.roots.iter().map(|root| root.name.as_str()));
        refusals.say(RefusalKind::Usage, format!("{option} {written}: no such table is copied"), help);
    }
    found
}
