//! What is not a table: sequences, and materialized views.

use super::{RefusalKind, Refusals, Request, list, name_of, scope::Scope};
use confiture_model::{
    schema::{Relation, RelationKind, Sequence},
    sync::Name,
};
use std::collections::BTreeSet;

/// The sequences that go with the copied tables: their own, and with the whole database those of nobody.
pub(super) fn sequences(request: &Request<'_>, scope: &Scope<'_>, refusals: &mut Refusals) -> Vec<Name> {
    let goes_with = |sequence: &&Sequence| match &sequence.owned_by {
        None => request.options.tables.is_empty(),
        Some(owner) => scope.roots.iter().copied().chain(scope.units.iter().map(|unit| unit.leaf)).any(|table| {
            let name = format!("{}.{}.", table.schema, table.name);
            owner.strip_prefix(&name).is_some_and(|rest| table.columns.iter().any(|column| column.name == rest))
        }),
    };
    let name = |sequence: &Sequence| Name { schema: sequence.schema.clone(), name: sequence.name.clone() };
    let known: BTreeSet<Name> = request.target.sequences.iter().map(name).collect();
    let (there, missing): (Vec<Name>, Vec<Name>) =
        request.source.sequences.iter().filter(goes_with).map(name).partition(|one| known.contains(one));
    if !missing.is_empty() {
        let message = format!("the target has no sequence {}", list(&missing));
        refusals.say(RefusalKind::Schema, message, "bring the target to the source's schema".to_owned());
    }
    there
}

/// The target's materialized views that show rows of copied tables, each behind those that it reads.
pub(super) fn materialized(request: &Request<'_>, scope: &Scope<'_>, refusals: &mut Refusals) -> Vec<Name> {
    let mut found = Found { request, scope, done: Vec::new(), open: BTreeSet::new(), order: Vec::new() };
    for relation in request.target.relations.iter().filter(|one| one.kind == RelationKind::MaterializedView) {
        found.shows(relation);
    }
    let order = found.order;
    let foreign: Vec<&Name> =
        order.iter().filter(|name| request.target_end.tables.get(name).is_some_and(|facts| !facts.owned)).collect();
    if !foreign.is_empty() {
        let message =
            format!("`{}` does not own {}, which only an owner can refresh", request.target_end.user, list(foreign));
        refusals.say(RefusalKind::Unwritable, message, "log in as their owner".to_owned());
    }
    order
}

struct Found<'r, 'a> {
    request: &'r Request<'a>,
    scope: &'r Scope<'a>,
    done: Vec<(Name, bool)>,
    open: BTreeSet<Name>,
    order: Vec<Name>,
}

impl Found<'_, '_> {
    /// Whether a view shows rows of a copied table, itself or through others.
    fn shows(&mut self, view: &Relation) -> bool {
        let name = name_of(view);
        if let Some((_, shows)) = self.done.iter().find(|(done, _)| *done == name) {
            return *shows;
        }
        if !self.open.insert(name.clone()) {
            return false;
        }
        let mut shows = false;
        for read in &view.depends_on {
            let found =
                self.request.target.relations.iter().find(|one| format!("{}.{}", one.schema, one.name) == *read);
            shows |= match found {
                Some(other) if matches!(other.kind, RelationKind::View | RelationKind::MaterializedView) => {
                    self.shows(other)
                }
                Some(table) => self.scope.has(self.request.target, &table.schema, &table.name),
                None => false,
            };
        }
        if shows && view.kind == RelationKind::MaterializedView {
            self.order.push(name.clone());
        }
        self.done.push((name, shows));
        shows
    }
}
