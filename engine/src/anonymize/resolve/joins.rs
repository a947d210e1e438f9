//! Columns that foreign keys join: masked alike, or not at all.

use super::{
    Resolving,
    assign::{Assigned, Assignment, Table},
    bind::Bound,
    columns::{self, word},
    keeps,
};
use crate::anonymize::profile::Problems;
use confiture_model::{
    mask::ColumnInfo,
    schema::{Constraint, ForeignKeyTarget, Relation, Snapshot},
};
use std::collections::{BTreeMap, BTreeSet};

/// A column: schema, table, name.
type Member = (String, String, String);

/// The group of each column that a foreign key joins with others.
#[derive(Debug, Default)]
pub(super) struct Groups(BTreeMap<Member, Group>);

#[derive(Clone, Debug)]
struct Group {
    name: String,
    narrowest: String,
    max_length: Option<u32>,
}

impl Groups {
    /// Tells a column of its group.
    pub fn tell(&self, info: &mut ColumnInfo) {
        let member = (info.schema.clone(), info.table.clone(), info.name.clone());
        let Some(group) = self.0.get(&member) else { return };
        info.join_group = Some(group.name.clone());
        info.group_type = Some(group.narrowest.clone());
        info.group_max_length = group.max_length;
    }

    pub fn joins(&self, info: &ColumnInfo) -> bool {
        self.0.contains_key(&(info.schema.clone(), info.table.clone(), info.name.clone()))
    }
}

/// One column of a foreign key and the one that it refers to.
struct Edge<'a> {
    table: &'a Table<'a>,
    constraint: &'a Constraint,
    target: &'a ForeignKeyTarget,
    column: &'a str,
    referenced: &'a str,
}

impl Edge<'_> {
    fn from(&self) -> Member {
        (self.table.relation.schema.clone(), self.table.relation.name.clone(), self.column.to_owned())
    }

    fn to(&self) -> Member {
        (self.target.schema.clone(), self.target.table.clone(), self.referenced.to_owned())
    }
}

fn edges<'a>(assignment: &'a Assignment<'_>) -> impl Iterator<Item = Edge<'a>> {
    assignment.tables.iter().filter(|table| table.skip.is_none()).flat_map(|table| {
        table.relation.constraints.iter().filter_map(|one| Some((one, one.references.as_ref()?))).flat_map(
            move |(constraint, target)| {
                constraint.columns.iter().zip(&target.columns).map(move |(column, referenced)| Edge {
                    table,
                    constraint,
                    target,
                    column,
                    referenced,
                })
            },
        )
    })
}

/// What makes a null of everything leaves nothing that could join: a foreign key with a null in it is not checked.
pub(super) fn is_null(bound: &Bound) -> bool {
    bound.info.promises_with(&bound.options).all_null
}

fn joins(edge: &Edge<'_>) -> bool {
    let assigned = edge.table.assigned(edge.column);
    !assigned.and_then(|one| one.bound.as_ref()).is_some_and(is_null)
}

/// The groups: what foreign keys join, directly or through others.
pub(super) fn groups(snapshot: &Snapshot, assignment: &Assignment<'_>) -> Groups {
    let mut sets: Vec<BTreeSet<Member>> = Vec::new();
    for edge in edges(assignment).filter(joins) {
        let mut joined = BTreeSet::from([edge.from(), edge.to()]);
        sets.retain_mut(|set| {
            let meets = !set.is_disjoint(&joined);
            if meets {
                joined.append(set);
            }
            !meets
        });
        sets.push(joined);
    }
    let mut groups = Groups::default();
    for set in sets {
        let infos: Vec<ColumnInfo> = set.iter().filter_map(|member| info(snapshot, member)).collect();
        let (Some((schema, table, column)), Some(narrowest)) =
            (set.first(), infos.iter().min_by_key(|info| width(&info.base_type)))
        else {
            continue;
        };
        let group = Group {
            name: format!("{schema}.{table}.{column}"),
            narrowest: narrowest.base_type.clone(),
            max_length: infos.iter().filter_map(|info| info.max_length).min(),
        };
        groups.0.extend(set.iter().map(|member| (member.clone(), group.clone())));
    }
    groups
}

fn info(snapshot: &Snapshot, (schema, table, column): &Member) -> Option<ColumnInfo> {
    let relation: &Relation = snapshot.relations.iter().find(|one| one.schema == *schema && one.name == *table)?;
    columns::infos(relation, snapshot).into_iter().find(|info| info.name == *column)
}

/// Narrow first.
fn width(type_name: &str) -> u32 {
    match word(type_name).as_str() {
        "smallint" => 0,
        "integer" => 1,
        "bigint" => 2,
        "numeric" => 3,
        "character" => 4,
        "character varying" => 5,
        _ => 6,
    }
}

/// Refuses foreign keys whose ends would not join, and those into tables of which nothing is copied.
pub(super) fn check(
    request: &Resolving<'_>,
    assignment: &Assignment<'_>,
    groups: &Groups,
    problems: &mut Problems,
    notices: &mut Vec<String>,
) {
    for edge in edges(assignment) {
        let referenced = assignment.table(&edge.target.schema, &edge.target.table);
        if referenced.is_some_and(|table| table.skip.is_some()) {
            into_skipped(&edge, request, assignment, problems, notices);
        } else if joins(&edge) {
            ends(&edge, referenced, problems);
        }
    }
    for table in assignment.tables.iter().filter(|table| table.skip.is_none()) {
        for assigned in &table.columns {
            promises(table, assigned, groups, problems);
        }
    }
}

fn masked<'a>(table: Option<&'a Table<'_>>, column: &str) -> Option<(&'a Assigned<'a>, &'a Bound)> {
    let assigned = table?.assigned(column)?;
    let bound = assigned.bound.as_ref()?;
    (!keeps(bound.info.promises_with(&bound.options))).then_some((assigned, bound))
}

fn ends(edge: &Edge<'_>, referenced: Option<&Table<'_>>, problems: &mut Problems) {
    // A strategy that could not be found was said already.
    let broken = |table: Option<&Table<'_>>, column: &str| {
        table.and_then(|table| table.assigned(column)).is_some_and(|assigned| assigned.bound.is_none())
    };
    if broken(Some(edge.table), edge.column) || broken(referenced, edge.referenced) {
        return;
    }
    let from = (masked(Some(edge.table), edge.column), edge.from());
    let to = (masked(referenced, edge.referenced), edge.to());
    let key = &edge.constraint.name;
    let name = |(schema, table, column): &Member| format!("{schema}.{table}.{column}");
    match (&from, &to) {
        ((None, _), (None, _)) => {}
        ((Some((assigned, bound)), one), (None, other)) | ((None, other), (Some((assigned, bound)), one)) => {
            let message = format!(
                "foreign key `{key}` would not join: `{}` is masked by `{}`, and `{}` is not",
                name(one),
                bound.shown(),
                name(other)
            );
            let help = format!("add `{}: {}` to the rule for table `{}.{}`", other.2, bound.shown(), other.0, other.1);
            problems.push(assigned.rule.strategy.place().error(message, Some(help)));
        }
        ((Some((assigned, bound)), one), (Some((other_assigned, other_bound)), other))
            if !bound.is_like(other_bound) =>
        {
            let message = format!(
                "foreign key `{key}` would not join: `{}` is masked by `{}`, and `{}` by `{}` (in {})",
                name(one),
                bound.shown(),
                name(other),
                other_bound.shown(),
                other_assigned.rule.place.line()
            );
            let help = "give both the same strategy, with the same options and the same key".to_owned();
            problems.push(assigned.rule.strategy.place().error(message, Some(help)));
        }
        _ => {}
    }
}

/// What is joined has to come out equal where it went in equal, whatever row it stands in.
fn promises(table: &Table<'_>, assigned: &Assigned<'_>, groups: &Groups, problems: &mut Problems) {
    let Some(bound) = &assigned.bound else { return };
    let member = (table.relation.schema.clone(), table.relation.name.clone(), assigned.column.name.clone());
    let given = bound.info.promises_with(&bound.options);
    if groups.0.contains_key(&member) && !given.deterministic && !is_null(bound) {
        let message = format!(
            "`{}.{}.{}` is joined by a foreign key, and `{}` does not promise equal results for equal values",
            member.0,
            member.1,
            member.2,
            bound.shown()
        );
        let help = "use a strategy that does, such as `deterministic_hash`, for every column that the key joins";
        problems.push(assigned.rule.strategy.place().error(message, Some(help.to_owned())));
    }
}

fn into_skipped(
    edge: &Edge<'_>,
    request: &Resolving<'_>,
    assignment: &Assignment<'_>,
    problems: &mut Problems,
    notices: &mut Vec<String>,
) {
    let held = request.held.iter().any(|(schema, table)| *schema == edge.target.schema && *table == edge.target.table);
    let relation = edge.table.relation;
    let Some(column) = relation.columns.iter().find(|one| one.name == edge.column) else { return };
    if held || !joins(edge) {
        return;
    }
    let target = format!("{}.{}", edge.target.schema, edge.target.table);
    let name = format!("{}.{}.{}", relation.schema, relation.name, column.name);
    let key = &edge.constraint.name;
    if column.nullable {
        notices.push(format!(
            "foreign key `{key}`: `{name}` refers to `{target}`, which is skipped: rows whose key the target does not \
             hold will be refused; `{}: set_null` would do without it",
            column.name
        ));
        return;
    }
    let rule = assignment.table(&edge.target.schema, &edge.target.table).and_then(|table| table.skip);
    let Some(rule) = rule else { return };
    let message =
        format!("`{target}` cannot be skipped: `{name}`, which is NOT NULL, refers to it by foreign key `{key}`");
    let help = format!("copy it with its columns masked, or skip `{}.{}` as well", relation.schema, relation.name);
    problems.push(rule.place.error(message, Some(help)));
}
