//! Whether the run may be done: the two databases, the logins' rights, and tables outside of the run.

use super::{
    RefusalKind, Refusals, Request,
    graph::foreign_keys,
    list, name_of,
    scope::{Scope, Unit, root_of},
};
use confiture_model::{
    schema::{Constraint, ForeignKeyTarget, Relation},
    sync::{ForeignKey, Name, TableFacts},
};

/// What is seen without a look at any table.
pub(super) fn ends(request: &Request<'_>, refusals: &mut Refusals) {
    if let Some(why) = request.guarded {
        refusals.say(
            RefusalKind::Guarded,
            format!("the target {why}"),
            "write `sync_target = true` into that environment of the configuration, if its data may be replaced"
                .to_owned(),
        );
    }
    if request.source_end.identity.is_same(&request.target_end.identity) {
        refusals.say(
            RefusalKind::SameDatabase,
            format!(
                "source and target are the same database: {} (its system identifier and number are equal)",
                request.target_end.place
            ),
            "name another target; a physical copy of the source's cluster counts as the source".to_owned(),
        );
    }
    if let Some(why) = &request.target_end.read_only {
        refusals.say(RefusalKind::Unwritable, format!("the target cannot be written to: {why}"), None);
    }
    if request.resolved.is_none() && !request.options.no_anonymization {
        refusals.say(
            RefusalKind::Profile,
            "there is no anonymization profile: every value would be copied as it is",
            "name one with --anonymization-profile, or say --no-anonymization".to_owned(),
        );
    }
}

/// What the logins may do with the tables that are copied.
pub(super) fn tables(request: &Request<'_>, scope: &Scope<'_>, refusals: &mut Refusals) {
    let source = |unit: &Unit<'_>| request.source_end.tables.get(&name_of(unit.leaf));
    let target = |unit: &Unit<'_>| request.target_end.tables.get(&name_of(unit.leaf));
    let named = |wrong: &dyn Fn(&Unit<'_>) -> bool| -> Vec<Name> {
        scope.units.iter().filter(|unit| wrong(unit)).map(|unit| name_of(unit.leaf)).collect()
    };
    let is = |facts: Option<&TableFacts>, what: fn(&TableFacts) -> bool| facts.is_some_and(what);
    let (reader, writer) = (&request.source_end.user, &request.target_end.user);

    let unreadable = named(&|unit| is(source(unit), |facts| !facts.readable));
    if !unreadable.is_empty() {
        let help = format!("grant SELECT on them to `{reader}`, or leave them out with --tables");
        let message = format!("`{reader}` may not read {} at the source", list(&unreadable));
        refusals.say(RefusalKind::Unreadable, message, help);
    }
    let hidden = named(&|unit| is(source(unit), |facts| facts.hides_rows));
    if !hidden.is_empty() {
        refusals.say(
            RefusalKind::Unreadable,
            format!("row security hides rows of {} from `{reader}`: a copy would lack them", list(&hidden)),
            "use a login with BYPASSRLS, or the tables' owner".to_owned(),
        );
    }
    let closed = named(&|unit| is(target(unit), |facts| !facts.insertable));
    if !closed.is_empty() {
        let message = format!("`{writer}` may not write to {} in the target", list(&closed));
        refusals.say(RefusalKind::Unwritable, message, format!("grant INSERT and TRUNCATE on them to `{writer}`"));
    }
    let kept =
        named(&|unit| request.options.replace && is(target(unit), |facts| facts.insertable && !facts.truncatable));
    if !kept.is_empty() {
        let message = format!("--replace: `{writer}` may not truncate {} in the target", list(&kept));
        refusals.say(RefusalKind::Unwritable, message, format!("grant TRUNCATE on them to `{writer}`"));
    }
    secured(request, scope, refusals);
    let fires = |unit: &Unit<'_>| {
        let has = request.target.triggers.iter().any(|trigger| {
            trigger.enabled
                && [unit.leaf, unit.root].iter().any(|one| one.schema == trigger.schema && one.name == trigger.table)
        });
        has && !request.options.fire_triggers && is(target(unit), |facts| !facts.owned)
    };
    let fired = named(&fires);
    if !fired.is_empty() {
        refusals.say(
            RefusalKind::Unwritable,
            format!("{} have triggers, and only their owner can keep them from firing", list(&fired)),
            "log in as the owner, or say --fire-triggers".to_owned(),
        );
    }
    let full = named(&|unit| !request.options.replace && is(target(unit), |facts| facts.holds_rows == Some(true)));
    if !full.is_empty() {
        refusals.say(
            RefusalKind::HoldsData,
            format!("the target holds rows in {}", list(&full)),
            "say --replace to replace them, or name an empty target".to_owned(),
        );
    }
    let unknown = named(&|unit| {
        !request.options.replace
            && is(target(unit), |facts| facts.insertable && !facts.hides_rows && facts.holds_rows.is_none())
    });
    if !unknown.is_empty() {
        refusals.say(
            RefusalKind::Unwritable,
            format!("`{writer}` may not read {} in the target: whether they hold rows is not known", list(&unknown)),
            format!("grant SELECT on them to `{writer}`; the proof needs it, too"),
        );
    }
    if request.options.large_objects && !request.options.replace && request.target_end.large_objects > 0 {
        refusals.say(
            RefusalKind::HoldsData,
            format!("the target holds {} large objects", request.target_end.large_objects),
            "say --replace to replace them, or leave --large-objects out".to_owned(),
        );
    }
}

/// `COPY` writes no row where row security would have to be asked.
fn secured(request: &Request<'_>, scope: &Scope<'_>, refusals: &mut Refusals) {
    let writer = &request.target_end.user;
    for unit in &scope.units {
        let name = name_of(unit.leaf);
        let facts = request.target_end.tables.get(&name);
        let (Some(table), true) = (unit.target, facts.is_some_and(|facts| facts.hides_rows)) else { continue };
        let policies = match table.policies.is_empty() {
            true => "which no policy opens".to_owned(),
            false => format!("by {}", list(table.policies.iter().map(|policy| &policy.name))),
        };
        let is_owner = facts.is_some_and(|facts| facts.owned);
        let forced = if is_owner { " (it is forced on the owner, too)" } else { "" };
        let message = format!(
            "row security of `{name}` in the target, {policies}, applies to `{writer}`{forced}: no row can be copied in"
        );
        let who = if is_owner { "log in with BYPASSRLS" } else { "log in as the table's owner, or with BYPASSRLS" };
        let help = format!(
            "{who}; leave the table out, or switch its row security off for the run: ALTER TABLE {name} {}",
            if is_owner { "NO FORCE ROW LEVEL SECURITY" } else { "DISABLE ROW LEVEL SECURITY" }
        );
        refusals.say(RefusalKind::Unwritable, message, help);
    }
}

/// Foreign keys of the target that lead out of the tables that are copied, or into them.
pub(super) fn outside(request: &Request<'_>, scope: &Scope<'_>, refusals: &mut Refusals, notices: &mut Vec<String>) {
    for relation in &request.target.relations {
        let inside = scope.has(request.target, &relation.schema, &relation.name);
        for (key, target) in foreign_keys(relation) {
            let refers_inside = scope.has(request.target, &target.schema, &target.table);
            if inside && !refers_inside {
                leads_out(request, relation, key, target, refusals, notices);
            } else if !inside && refers_inside && request.options.replace {
                let message = format!(
                    "--replace: `{}`, which is not copied, refers to `{}.{}` by foreign key `{}`",
                    name_of(root_of(request.target, relation)),
                    target.schema,
                    target.table,
                    key.name
                );
                let help = "copy it as well, or drop the foreign key in the target for the run".to_owned();
                refusals.say(RefusalKind::Reference, message, help);
            }
        }
    }
}

/// A copied row may refer to a row that the target has to have already.
fn leads_out(
    request: &Request<'_>,
    relation: &Relation,
    key: &Constraint,
    target: &ForeignKeyTarget,
    refusals: &mut Refusals,
    notices: &mut Vec<String>,
) {
    let referenced = Name { schema: target.schema.clone(), name: target.table.clone() };
    let holds = request.target_end.tables.get(&referenced).and_then(|facts| facts.holds_rows);
    let may_be_null = relation.columns.iter().any(|column| key.columns.contains(&column.name) && column.nullable);
    let emptied = request.resolved.is_some_and(|resolved| sets_null(resolved, request, relation, key));
    if emptied {
        return;
    }
    let name = name_of(relation);
    match holds {
        Some(false) if !may_be_null => refusals.say(
            RefusalKind::Reference,
            format!(
                "`{name}` refers to `{referenced}` by foreign key `{}`, and that table is not copied and empty in the \
                 target",
                key.name
            ),
            format!("copy `{referenced}` as well, fill it in the target first, or leave `{name}` out"),
        ),
        _ => notices.push(format!(
            "`{name}` refers to `{referenced}`, which is not copied (foreign key `{}`): the target has to hold the keys \
             already",
            key.name
        )),
    }
}

/// A masked null refers to nothing.
fn sets_null(
    resolved: &crate::anonymize::resolve::Resolved,
    request: &Request<'_>,
    relation: &Relation,
    key: &Constraint,
) -> bool {
    let root = root_of(request.target, relation);
    let table = resolved.tables.iter().find(|one| one.schema == root.schema && one.name == root.name);
    table.is_some_and(|table| {
        table.columns.iter().any(|one| key.columns.contains(&one.info.name) && one.promises.all_null)
    })
}

/// A foreign key that no order satisfies is dropped and made again, which only the owner can.
pub(super) fn cycles(request: &Request<'_>, cycles: &[ForeignKey], refusals: &mut Refusals) {
    let owned = |key: &ForeignKey| request.target_end.tables.get(&key.table).is_none_or(|facts| facts.owned);
    for key in cycles.iter().filter(|key| !key.deferrable && !owned(key)) {
        let message = format!(
            "foreign key `{}` of `{}` closes a circle and is not deferrable: it has to be dropped and made again, and `{}` \
             does not own the table",
            key.name, key.table, request.target_end.user
        );
        let help = "log in as the owner, or make the foreign key DEFERRABLE".to_owned();
        refusals.say(RefusalKind::Unwritable, message, help);
    }
}
