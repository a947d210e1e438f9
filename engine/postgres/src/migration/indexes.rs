//! Indexes that a failed CONCURRENTLY left behind.

use super::{link::Link, literal, own_settings::rows_of};
use confiture_model::session::SessionError;

/// Whether an index of this name is valid; none where there is no such index. Without a schema: the one that the search
/// path finds, else one of any schema, an invalid one before a valid one, since an index goes to its table's schema.
///
/// Asked under the settings of the script, whose search path decides; so every name here is qualified.
pub(super) async fn state(link: &Link, schema: Option<&str>, name: &str) -> Result<Option<bool>, SessionError> {
    let schema = match schema {
        Some(schema) => format!("n.nspname OPERATOR(pg_catalog.=) {}", literal::text(schema)),
        None => "n.nspname OPERATOR(pg_catalog.!~) E'^pg_'".to_owned(),
    };
    let sql = format!(
        "SELECT i.indisvalid FROM pg_catalog.pg_class c
         JOIN pg_catalog.pg_index i ON i.indexrelid OPERATOR(pg_catalog.=) c.oid
         JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
         WHERE c.relname OPERATOR(pg_catalog.=) {}::pg_catalog.name AND {schema}
         ORDER BY pg_catalog.pg_table_is_visible(c.oid) DESC, i.indisvalid LIMIT 1",
        literal::text(name)
    );
    let rows = rows_of(link, &sql).await?;
    Ok(rows.first().map(|row| row.get(0) == Some("t")))
}
