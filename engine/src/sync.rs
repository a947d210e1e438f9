//! What a sync does, decided before anything is touched.
//!
//! [`plan`] works on data alone: two schemas, what the two logins may do, a resolved profile and the command line. Tables
//! are chosen (`scope`), compared (`compare`), put in order (`order`), and narrowed to the rows that are wanted
//! (`select`); what forbids the run is said all at once ([`Refusals`]), but for rows that break a constraint (`doubts`), which
//! the source has to be asked about. [`Masks`] hands the plan's strategies to whoever
//! copies, [`rules`] says what the proof may find afterwards, [`report`] tells how it went.

mod compare;
mod digest;
mod doubts;
mod graph;
mod masks;
mod may;
mod order;
mod refusal;
pub mod report;
mod rest;
mod resume;
mod rules;
mod scope;
mod select;
mod unchecked;

pub use {
    digest::mark,
    doubts::judge,
    masks::Masks,
    refusal::{Refusal, RefusalKind, Refusals},
    resume::{goes_on, run_name},
    rules::rules,
    scope::{chosen, root_names, tables_of},
    select::condition_query,
};

use crate::anonymize::resolve::Resolved;
use confiture_model::{
    schema::{Column, Relation, Snapshot},
    sync::{ColumnPlan, Doubt, EndFacts, Name, PLAN_VERSION, Plan, ProfileMark, TablePlan},
};
use scope::Unit;

/// What the command line says of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// Names or globs of the tables that are copied; all where there are none.
    pub tables: Vec<String>,
    /// Conditions on rows by table: those that miss them are left out, and so is what refers to them.
    pub conditions: Vec<(String, String)>,
    /// Where a part of the database begins: rows of these tables, what refers to them, and what all of these refer to.
    pub subsets: Vec<(String, String)>,
    /// How many rows of a table at most; of every one where no table is named.
    pub limits: Vec<(Option<String>, u64)>,
    /// Whether rows that the target holds are replaced.
    pub replace: bool,
    /// Whether triggers of the target fire.
    pub fire_triggers: bool,
    /// Whether large objects are copied.
    pub large_objects: bool,
    /// How many streams copy at once.
    pub workers: u32,
    /// Whether it was said that nothing is masked.
    pub no_anonymization: bool,
}

/// What a plan is made of.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The source's schema, with sizes.
    pub source: &'a Snapshot,
    /// The target's.
    pub target: &'a Snapshot,
    /// The source, as the login sees it.
    pub source_end: &'a EndFacts,
    /// The target.
    pub target_end: &'a EndFacts,
    /// Why the target may not be one, where the configuration says so.
    pub guarded: Option<&'a str>,
    /// The profile; none where there is none.
    pub resolved: Option<&'a Resolved>,
    /// Its mark; as [`mark`] makes it.
    pub profile: Option<&'a ProfileMark>,
    /// The command line.
    pub options: &'a Options,
    /// What the run is called: 32 hexadecimal digits.
    pub run: &'a str,
}

/// A plan, and what whoever runs it should know.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// Remarks.
    pub notices: Vec<String>,
    /// Constraints of the target that rows of the source may break: for whoever holds the snapshot to ask, and [`judge`].
    pub doubts: Vec<Doubt>,
}

/// Makes the plan.
///
/// # Errors
/// [`Refusals`]: everything that forbids the run.
pub fn plan(request: Request<'_>) -> Result<Planned, Refusals> {
    let mut refusals = Refusals::default();
    let mut notices = Vec::new();
    may::ends(&request, &mut refusals);
    let scope = scope::scope(&request, &mut refusals, &mut notices);
    compare::compare(&scope, &mut refusals);
    may::tables(&request, &scope, &mut refusals);
    let edges = graph::edges(&scope);
    let (units, cycles) = order::order(&scope);
    may::outside(&request, &scope, &mut refusals, &mut notices);
    may::cycles(&request, &cycles, &mut refusals);
    let unchecked = unchecked::unchecked(&request, &scope, &mut notices);
    let doubts = doubts::doubts(&request, &scope);
    let selection = select::select(&request, &scope, &edges, &mut refusals, &mut notices);
    let tables = units.iter().map(|unit| table(&request, unit, selection.condition(unit))).collect();
    let plan = Plan {
        plan_version: PLAN_VERSION,
        run: request.run.to_owned(),
        profile: request.profile.cloned(),
        tables,
        sequences: rest::sequences(&request, &scope, &mut refusals),
        refresh: rest::materialized(&request, &scope, &mut refusals),
        cycles,
        unchecked,
        replace: request.options.replace,
        fire_triggers: request.options.fire_triggers,
        large_objects: request.options.large_objects,
        workers: request.options.workers.max(1),
    };
    refusals.or(Planned { plan, notices, doubts })
}

fn table(request: &Request<'_>, unit: &Unit<'_>, condition: Option<select::Condition>) -> TablePlan {
    let facts = request.source_end.tables.get(&name_of(unit.leaf));
    let masked = |column: &Column| {
        let table = request.resolved.and_then(|resolved| {
            resolved.tables.iter().find(|one| one.schema == unit.root.schema && one.name == unit.root.name)
        });
        table.is_some_and(|table| table.columns.iter().any(|one| one.info.name == column.name && !one.is_kept()))
    };
    let always = request.target_end.tables.get(&name_of(unit.leaf));
    let column = |column: &Column| ColumnPlan {
        name: column.name.clone(),
        type_name: column.type_name.clone(),
        base_type: compare::base_type(&column.type_name, request.source),
        identity_always: always.is_some_and(|facts| facts.identity_always.contains(&column.name)),
        masked: masked(column),
    };
    let columns: Vec<ColumnPlan> = unit.leaf.columns.iter().filter(|one| !one.generated).map(column).collect();
    TablePlan {
        table: name_of(unit.leaf),
        masked: columns.iter().any(|column| column.masked),
        columns,
        whole: condition.as_ref().is_some_and(|condition| condition.whole),
        condition: condition.map(|condition| condition.sql),
        limit: None,
        primary_key: graph::primary_key(unit.leaf).to_vec(),
        estimated_rows: unit.leaf.estimated_rows,
        bytes: facts.map(|facts| facts.bytes).or(unit.leaf.bytes),
    }
}

fn name_of(relation: &Relation) -> Name {
    Name { schema: relation.schema.clone(), name: relation.name.clone() }
}

fn list(names: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
