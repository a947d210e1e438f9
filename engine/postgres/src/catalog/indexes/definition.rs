//! The definition of a plain index, written as `pg_get_indexdef` writes it.
//!
//! Asking PostgreSQL for each would take half the time that reading a schema takes. Plain is a B-tree or hash index on
//! columns, each with its type's own operator class and its own collation, without a condition or settings; whatever is
//! not is asked for. A test compares the two.

use super::{Classes, Found};
use crate::catalog::{attributes::Attributes, quoting::Quoting};
use std::fmt::Write as _;
use tokio_postgres::types::Oid;

/// A type that may have no operator class of its own, and the one whose class it has by default.
const VARCHAR: Oid = 1043;
const TEXT: Oid = 25;

/// The definition, where the index is plain.
pub(super) fn plain(
    found: &Found,
    table: (&str, &str),
    attributes: &Attributes,
    classes: &Classes,
    quoting: &Quoting,
) -> Option<String> {
    let index = &found.index;
    let unique = if index.unique { "UNIQUE " } else { "" };
    let (name, schema, table) = (quoting.quote(&index.name), quoting.quote(table.0), quoting.quote(table.1));
    let mut text = format!("CREATE {unique}INDEX {name} ON {schema}.{table} USING {} (", index.method);
    for (place, number) in found.columns.iter().enumerate() {
        let attribute = attributes.get(found.relation, *number)?;
        if place == found.keys {
            text.push_str(") INCLUDE (");
        } else if place > 0 {
            text.push_str(", ");
        }
        text.push_str(&quoting.quote(&attribute.name));
        if place >= found.keys {
            continue;
        }
        let class = classes.get(found.classes.get(place)?).filter(|class| class.is_default && class.is_builtin)?;
        let usual = class.of == attribute.of || (class.of == TEXT && attribute.of == VARCHAR);
        let collation = *found.collations.get(place)?;
        if !usual || (collation != 0 && collation != attribute.collation) {
            return None;
        }
        if let Some(order) = found.order(place) {
            let _ = write!(text, " {order}");
        }
    }
    text.push(')');
    if index.nulls_not_distinct {
        text.push_str(" NULLS NOT DISTINCT");
    }
    Some(text)
}
