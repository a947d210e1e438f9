//! Which rule is for which column.
//!
//! What is said nearer counts (a profile before those that it extends, an environment before its profile), then an exact
//! name before a pattern, and of two patterns for tables the one that skips. Two rules that are equally near for one column, and say different things, are refused.

use super::{Resolving, bind::Bound, list};
use crate::{
    anonymize::profile::{ColumnRule, Problems, Rule, TableRule},
    config::nearest,
};
use confiture_model::schema::{Column, Relation, RelationKind};

/// Every table, with what becomes of it.
pub(super) struct Assignment<'a> {
    pub tables: Vec<Table<'a>>,
}

/// A table, with the rules for it.
pub(super) struct Table<'a> {
    pub relation: &'a Relation,
    pub skip: Option<&'a Rule>,
    pub columns: Vec<Assigned<'a>>,
}

/// A column with its rule.
pub(super) struct Assigned<'a> {
    pub column: &'a Column,
    pub position: usize,
    pub rule: &'a ColumnRule,
    /// None where its strategy could not be found; that was said.
    pub bound: Option<Bound>,
    near: Nearness,
}

/// Later is nearer: the layer, then whether the table, then whether the column is named exactly.
type Nearness = (u32, bool, bool);

impl Table<'_> {
    pub fn assigned(&self, column: &str) -> Option<&Assigned<'_>> {
        self.columns.iter().find(|assigned| assigned.column.name == column)
    }
}

impl Assignment<'_> {
    pub fn table(&self, schema: &str, name: &str) -> Option<&Table<'_>> {
        self.tables.iter().find(|table| table.relation.schema == schema && table.relation.name == name)
    }
}

pub(super) fn assign<'a>(request: &Resolving<'a>, problems: &mut Problems) -> Assignment<'a> {
    for rule in &request.profile.rules {
        check(rule, request, problems);
    }
    let copied = |relation: &&Relation| matches!(relation.kind, RelationKind::Table | RelationKind::PartitionedTable);
    let tables = request.snapshot.relations.iter().filter(copied);
    Assignment { tables: tables.map(|relation| table(relation, request, problems)).collect() }
}

/// Refuses a rule that names what is not there, or matches nothing.
fn check(rule: &Rule, request: &Resolving<'_>, problems: &mut Problems) {
    let found: Vec<&Relation> =
        request.snapshot.relations.iter().filter(|one| rule.table.matches(&one.schema, &one.name)).collect();
    let tables: Vec<&Relation> = found.iter().copied().filter(|one| why_not(one.kind).is_none()).collect();
    if tables.is_empty() {
        return problems.push(match found.first() {
            Some(other) => {
                let name = format!("{}.{}", other.schema, other.name);
                rule.place.error(format!("`{name}` {}", why_not(other.kind).unwrap_or_default()), instead(other))
            }
            None if rule.table.is_exact() => {
                rule.place.error(format!("there is no table `{}`", rule.table), near_table(rule, request))
            }
            None => rule.place.error(format!("no table matches `{}`: this rule does nothing", rule.table), None),
        });
    }
    if let [_, _, ..] = tables[..]
        && rule.table.is_exact()
    {
        let names = list(tables.iter().map(|one| format!("{}.{}", one.schema, one.name)));
        let message = format!("`{}` is a table in several schemas: {names}", rule.table);
        return problems.push(rule.place.error(message, Some(format!("name one, or all with `*.{}`", rule.table))));
    }
    let TableRule::Columns(columns) = &rule.what else { return };
    for column in columns {
        let matches = |table: &&Relation| table.columns.iter().any(|one| column.column.matches(&one.name));
        if tables.iter().any(matches) {
            continue;
        }
        let names = tables.iter().flat_map(|table| table.columns.iter().map(|one| one.name.as_str()));
        let of = match &tables[..] {
            [one] => format!("`{}.{}`", one.schema, one.name),
            _ => format!("any table that matches `{}`", rule.table),
        };
        problems.push(match column.column.is_exact() {
            true => column.place.error(
                format!("there is no column `{}` in {of}", column.column),
                nearest::hint(column.column.as_str(), names),
            ),
            false => {
                column.place.error(format!("no column of {of} matches `{}`: it does nothing", column.column), None)
            }
        });
    }
}

/// Why a relation has no rows of its own to mask.
fn why_not(kind: RelationKind) -> Option<&'static str> {
    match kind {
        RelationKind::Table | RelationKind::PartitionedTable => None,
        RelationKind::Partition => Some("is a partition: its rows are those of its parent"),
        RelationKind::ForeignTable => Some("is a foreign table: its rows lie elsewhere and are not copied"),
        RelationKind::View => Some("is a view: it has no rows of its own"),
        RelationKind::MaterializedView => Some("is a materialized view: it is made anew from masked tables"),
        RelationKind::Other => Some("is no table"),
    }
}

fn instead(relation: &Relation) -> Option<String> {
    if let Some(parent) = &relation.partition_of {
        return Some(format!("write the rule for `{parent}`"));
    }
    let from = list(&relation.depends_on);
    (!from.is_empty()).then(|| format!("mask what it is made from: {from}"))
}

fn near_table(rule: &Rule, request: &Resolving<'_>) -> Option<String> {
    let tables = request.snapshot.relations.iter().filter(|one| why_not(one.kind).is_none());
    let names: Vec<String> = match rule.table.schema {
        Some(_) => tables.map(|one| format!("{}.{}", one.schema, one.name)).collect(),
        None => tables.map(|one| one.name.clone()).collect(),
    };
    nearest::hint(&rule.table.to_string(), names.iter().map(String::as_str))
}

fn table<'a>(relation: &'a Relation, request: &Resolving<'a>, problems: &mut Problems) -> Table<'a> {
    let mut table = Table { relation, skip: None, columns: Vec::new() };
    let mut skips: Option<((u32, bool), &Rule)> = None;
    let rules = request.profile.rules.iter().filter(|rule| rule.table.matches(&relation.schema, &relation.name));
    for rule in rules {
        match &rule.what {
            TableRule::Skip => {
                let near = (rule.layer, rule.table.is_exact());
                if skips.is_none_or(|(other, _)| near >= other) {
                    skips = Some((near, rule));
                }
            }
            TableRule::Columns(columns) => {
                for column in columns {
                    let near = (rule.layer, rule.table.is_exact(), column.column.is_exact());
                    columns_of(&mut table, column, near, problems);
                }
            }
        }
    }
    if let Some((near, skip)) = skips {
        let against = table.columns.iter().map(|one| ((one.near.0, one.near.1), one.rule)).max_by_key(|one| one.0);
        match against {
            Some((columns, _)) if columns > near => {}
            // Of two patterns the one that copies nothing is the safe one.
            Some((columns, rule)) if columns == near && near.1 => problems.push(rule.place.error(
                format!(
                    "`{}.{}` is to be skipped, in {}, and masked as well",
                    relation.schema,
                    relation.name,
                    skip.place.line()
                ),
                Some("keep one of the two rules".to_owned()),
            )),
            _ => table = Table { relation, skip: Some(skip), columns: Vec::new() },
        }
    }
    table
}

fn columns_of<'a>(table: &mut Table<'a>, rule: &'a ColumnRule, near: Nearness, problems: &mut Problems) {
    for (position, column) in table.relation.columns.iter().enumerate() {
        if !rule.column.matches(&column.name) {
            continue;
        }
        if column.generated {
            if rule.column.is_exact() {
                let message = format!("`{}` is computed from other columns: it cannot be masked", column.name);
                problems.push(rule.place.error(message, Some("mask the columns that it is computed from".to_owned())));
            }
            continue;
        }
        let assigned = Assigned { column, position, rule, bound: None, near };
        match table.columns.iter_mut().find(|one| one.position == position) {
            None => table.columns.push(assigned),
            Some(other) if other.near > near => {}
            Some(other) if other.near == near && !same(other.rule, rule) => {
                let name = format!("{}.{}.{}", table.relation.schema, table.relation.name, column.name);
                let message = format!("`{name}` has two rules, here and in {}", other.rule.place.line());
                problems
                    .push(rule.place.error(message, Some("keep one of them, or name the column exactly".to_owned())));
            }
            Some(other) => *other = assigned,
        }
    }
    table.columns.sort_by_key(|assigned| assigned.position);
}

/// Whether both name one strategy of the profile or of a plugin.
fn same(one: &ColumnRule, other: &ColumnRule) -> bool {
    let (one, other) = (&one.strategy, &other.strategy);
    one.name.value == other.name.value
        && one.is_type == other.is_type
        && one.options.is_empty()
        && other.options.is_empty()
}
