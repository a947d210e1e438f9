//! Names and values as SQL takes them, under every setting.

use confiture_model::sync::Name;
use confiture_sql::quote;
pub(crate) use confiture_sql::quote::{identifier, literal};

/// An object in its schema.
pub(crate) fn qualified(name: &Name) -> String {
    quote::qualified(&name.schema, &name.name)
}

/// Names behind one another.
pub(crate) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(identifier).collect::<Vec<_>>().join(", ")
}
