//! Constraints that the target has validated and the source has not: whether rows break them is asked of the source before
//! anything is copied, for a run that meets one such row ends.

use super::{
    RefusalKind, Refusals, Request,
    graph::foreign_keys,
    name_of,
    scope::{Scope, Unit},
};
use confiture_model::{
    schema::{Constraint, ConstraintKind, Relation},
    sync::{Answer, Doubt, Name, Plan},
};
use std::collections::BTreeMap;

/// What a row of the source says of its masked one.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// All: it stays.
    Kept,
    /// That what differed still differs, as in every column that a foreign key joins to it.
    Renamed,
    /// All: it becomes null.
    Null,
    /// Nothing.
    Unknown,
}

/// Those of the tables that are copied. A key whose referenced table is not is a matter of what the target holds.
pub(super) fn doubts(request: &Request<'_>, scope: &Scope<'_>) -> Vec<Doubt> {
    let mut found = Vec::new();
    for unit in &scope.units {
        let Some(target) = unit.target else { continue };
        for constraint in target.constraints.iter().filter(|one| holds(one) && !promised(unit.leaf, one)) {
            if let Some(askable) = askable(request, scope, unit, constraint) {
                found.push(Doubt {
                    table: name_of(unit.leaf),
                    root: name_of(unit.root),
                    constraint: constraint.name.clone(),
                    foreign_key: constraint.kind == ConstraintKind::ForeignKey,
                    askable,
                });
            }
        }
    }
    found
}

fn holds(constraint: &Constraint) -> bool {
    constraint.validated && !constraint.definition.contains("NOT ENFORCED")
}

/// Whether the source's rows are known to hold it.
fn promised(source: &Relation, constraint: &Constraint) -> bool {
    let same = |one: &&Constraint| match constraint.kind {
        ConstraintKind::ForeignKey => {
            one.references == constraint.references
                && one.columns == constraint.columns
                && is_full(one) == is_full(constraint)
        }
        _ => one.definition == constraint.definition,
    };
    source.constraints.iter().filter(|one| one.kind == constraint.kind && holds(one)).any(|one| same(&one))
}

fn is_full(constraint: &Constraint) -> bool {
    constraint.definition.contains("MATCH FULL")
}

/// Whether the source can tell of it; none where there is nothing to ask.
fn askable(request: &Request<'_>, scope: &Scope<'_>, unit: &Unit<'_>, constraint: &Constraint) -> Option<bool> {
    let fates: Vec<Fate> = constraint.columns.iter().map(|column| fate(request, unit.root, column)).collect();
    match constraint.kind {
        ConstraintKind::ForeignKey => {
            let (_, to) = foreign_keys(unit.target?).find(|(one, _)| one.name == constraint.name)?;
            let nulls = fates.iter().filter(|fate| **fate == Fate::Null).count();
            let refers = if is_full(constraint) { nulls < fates.len() } else { nulls == 0 };
            (refers && scope.has(scope.target, &to.schema, &to.table))
                .then(|| nulls == 0 && !fates.contains(&Fate::Unknown))
        }
        ConstraintKind::Check => Some(fates.iter().all(|fate| *fate == Fate::Kept)),
        _ => None,
    }
}

fn fate(request: &Request<'_>, root: &Relation, column: &str) -> Fate {
    let table = request
        .resolved
        .and_then(|resolved| resolved.tables.iter().find(|one| one.schema == root.schema && one.name == root.name));
    match table.and_then(|table| table.columns.iter().find(|one| one.info.name == column)) {
        None => Fate::Kept,
        Some(one) if one.is_kept() => Fate::Kept,
        Some(one) if one.promises.all_null => Fate::Null,
        Some(one) if one.promises.injective && one.promises.deterministic => Fate::Renamed,
        Some(_) => Fate::Unknown,
    }
}

/// What follows from the source's answers: what forbids the run, and what to know.
pub fn judge(plan: &Plan, doubts: &[Doubt], answers: &[Answer]) -> (Refusals, Vec<String>) {
    let (mut refusals, mut notices) = (Refusals::default(), Vec::new());
    let mut by_root: BTreeMap<(&Name, &str), (&Doubt, Option<u64>, &Answer)> = BTreeMap::new();
    for (doubt, answer) in doubts.iter().zip(answers) {
        let (_, rows, _) = by_root.entry((&doubt.root, &doubt.constraint)).or_insert((doubt, Some(0), answer));
        *rows = rows.zip(answer.rows).map(|(one, other)| one + other);
    }
    for (doubt, rows, answer) in by_root.into_values() {
        let (root, name) = (&doubt.root, &doubt.constraint);
        let what = if doubt.foreign_key { "foreign key" } else { "check" };
        match rows {
            Some(0) => {}
            // A trigger may make them other rows.
            Some(rows) if !plan.fire_triggers => {
                let (which, them) = match (rows, doubt.foreign_key) {
                    (1, true) => ("1 row that is to be copied refers to what is not there".to_owned(), "it"),
                    (1, false) => ("1 row that is to be copied does not meet it".to_owned(), "it"),
                    (_, true) => (format!("{rows} rows that are to be copied refer to what is not there"), "them"),
                    (_, false) => (format!("{rows} rows that are to be copied do not meet it"), "them"),
                };
                refusals.say(
                    RefusalKind::Constraint,
                    format!("{what} `{name}` of `{root}` is validated in the target and not at the source, where {which}"),
                    format!(
                        "mend {them} at the source, leave {them} out with --where and the condition `{root}={}`, or drop the \
                         {what} in the target and add it again NOT VALID",
                        answer.keeps
                    ),
                );
            }
            _ => notices.push(format!(
                "{what} `{name}` of `{root}` is validated in the target and not at the source, and rows of the source do \
                 not tell whether they break it in the target: one that does ends the run"
            )),
        }
    }
    (refusals, notices)
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::sync::RefusalKind;
    use confiture_model::sync::{Answer, Doubt, Name, Plan};

    #[test]
    fn partitions_are_told_of_as_one_table_and_what_cannot_be_known_is_a_notice() {
        let name = |name: &str| Name { schema: "public".to_owned(), name: name.to_owned() };
        let doubt = |table, constraint: &str| Doubt {
            table: name(table),
            root: name("events"),
            constraint: constraint.to_owned(),
            foreign_key: true,
            askable: true,
        };
        let answer = |rows| Answer { rows, keeps: "true".to_owned() };
        let doubts = [doubt("events_1", "a"), doubt("events_2", "a"), doubt("events_1", "b"), doubt("events_1", "c")];
        let answers = [answer(Some(2)), answer(Some(1)), answer(None), answer(Some(0))];
        let mut plan: Plan = serde_json::from_value(serde_json::json!({
            "plan_version": 1, "run": "0", "profile": null, "tables": [], "sequences": [], "refresh": [], "cycles": [],
            "replace": false, "fire_triggers": false, "large_objects": false, "workers": 1
        }))
        .expect("is a plan");
        let (refusals, notices) = judge(&plan, &doubts, &answers);
        assert_eq!(refusals.0.len(), 1);
        assert_eq!(refusals.0[0].kind, RefusalKind::Constraint);
        assert!(refusals.0[0].message.contains("`a` of `public.events`") && refusals.0[0].message.contains("3 rows"));
        assert_eq!(notices.len(), 1);
        assert!(notices[0].contains("`b`"), "{notices:?}");
        // Triggers of the target may make other rows of them.
        plan.fire_triggers = true;
        let (refusals, notices) = judge(&plan, &doubts, &answers);
        assert_eq!((refusals.0.len(), notices.len()), (0, 2));
    }
}
