//! Foreign keys that are NOT VALID in the target: rows of the source may miss them, as rows of the target may.

use super::{Request, graph::foreign_keys, name_of, order::declared, scope::Scope};
use confiture_model::{
    schema::Constraint,
    sync::{ForeignKey, Name},
};

/// Those of the tables that are copied; PostgreSQL asks them of every row that comes in, so they are taken off for the run,
/// which only the owner can. Where that is somebody else, `notices` says so.
pub(super) fn unchecked(request: &Request<'_>, scope: &Scope<'_>, notices: &mut Vec<String>) -> Vec<ForeignKey> {
    let mut found: Vec<ForeignKey> = Vec::new();
    for unit in &scope.units {
        let Some(relation) = unit.target else { continue };
        for (constraint, to) in foreign_keys(relation) {
            let (relation, constraint) = declared(scope.target, relation, constraint);
            let table = name_of(relation);
            if found.iter().any(|key| key.table == table && key.name == constraint.name) {
                continue;
            }
            if !constraint.validated && !constraint.definition.contains("NOT ENFORCED") {
                let to = Name { schema: to.schema.clone(), name: to.table.clone() };
                match owned(request, &table) && owned(request, &to) {
                    true => found.push(key(table, constraint)),
                    false => notices.push(format!(
                        "foreign key `{}` of `{table}` is NOT VALID, and `{}` does not own both its tables: a row that misses \
                         it ends the run",
                        constraint.name, request.target_end.user
                    )),
                }
            }
        }
    }
    notices.dedup();
    found
}

/// A table that is not known is nobody's concern: what it is referred to by is looked at elsewhere.
fn owned(request: &Request<'_>, table: &Name) -> bool {
    request.target_end.tables.get(table).is_none_or(|facts| facts.owned)
}

fn key(table: Name, constraint: &Constraint) -> ForeignKey {
    ForeignKey {
        table,
        name: constraint.name.clone(),
        definition: constraint.definition.clone(),
        deferrable: constraint.deferrable,
    }
}
