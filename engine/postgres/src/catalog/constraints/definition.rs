//! The definition of a plain key, written as `pg_get_constraintdef` writes it.
//!
//! Asking PostgreSQL for each costs as much as reading all columns. Plain is a primary key, a unique constraint or a
//! foreign key that is validated and checked at once, without what only newer versions know; whatever is not is asked for.
//! A test compares the two.

use super::Found;
use crate::catalog::{attributes::Attributes, quoting::Quoting, relations::Names};
use confiture_model::schema::ConstraintKind;
use tokio_postgres::types::Oid;

/// Whether [`plain`] may do, as far as one row of `pg_constraint c` and its index `i` can tell.
pub(super) fn may_be_plain(server_version: u32) -> String {
    let nulls_distinct = if server_version >= 150_000 { "AND NOT i.indnullsnotdistinct" } else { "" };
    let whole_key = if server_version >= 150_000 { "AND c.confdelsetcols IS NULL" } else { "" };
    let timeless = if server_version >= 180_000 { "AND c.conenforced AND NOT c.conperiod" } else { "" };
    format!(
        "c.convalidated AND NOT c.condeferrable {timeless}
         AND (c.contype IN ('p', 'u') AND coalesce(i.indnkeyatts = i.indnatts {nulls_distinct}, false)
           OR c.contype = 'f' AND c.confmatchtype = 's' {whole_key})"
    )
}

/// The definition, where the constraint is plain and everything that it names is known.
pub(super) fn plain(found: &Found, attributes: &Attributes, names: &Names, quoting: &Quoting) -> Option<String> {
    let columns = |relation, numbers| columns(relation, numbers, attributes, quoting);
    let own = columns(found.relation, &found.numbers)?;
    match found.constraint.kind {
        ConstraintKind::PrimaryKey => Some(format!("PRIMARY KEY ({own})")),
        ConstraintKind::Unique => Some(format!("UNIQUE ({own})")),
        ConstraintKind::ForeignKey => {
            let (schema, table) = names.get(&found.target)?;
            let (schema, table) = (quoting.quote(schema), quoting.quote(table));
            let others = columns(found.target, &found.target_numbers)?;
            let (on_delete, on_update) = &found.actions;
            let (update, delete) = (action("UPDATE", on_update), action("DELETE", on_delete));
            Some(format!("FOREIGN KEY ({own}) REFERENCES {schema}.{table}({others}){update}{delete}"))
        }
        _ => None,
    }
}

/// The columns of these numbers, each of which has to be known.
fn columns(relation: Oid, numbers: &[i16], attributes: &Attributes, quoting: &Quoting) -> Option<String> {
    let names: Option<Vec<String>> =
        numbers.iter().map(|number| Some(quoting.quote(&attributes.get(relation, *number)?.name))).collect();
    names.filter(|names| !names.is_empty()).map(|names| names.join(", "))
}

/// ` ON DELETE CASCADE`; nothing for what happens anyway.
fn action(of: &str, action: &str) -> String {
    if action == "NO ACTION" { String::new() } else { format!(" ON {of} {action}") }
}
