//! Triggers of the target, which do not fire for rows that are copied.

use super::{
    super::{error::SyncError, link::Link, name::qualified},
    silenced::Silenced,
};
use confiture_model::sync::Plan;

/// Triggers that would fire, but for those of constraints. The ones that PostgreSQL cloned to a partition are its parent's,
/// and until 14 can only be reached there.
const TRIGGERS: &str = "SELECT t.tgname::pg_catalog.text AS own, t.tgenabled::pg_catalog.text AS enabled,
        n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name
    FROM pg_catalog.pg_trigger t
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) t.tgrelid
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE NOT t.tgisinternal AND t.tgenabled OPERATOR(pg_catalog.<>) 'D'::pg_catalog.\"char\"
        AND t.tgrelid IN (
            SELECT pg_catalog.to_regclass(one.name)::pg_catalog.oid FROM pg_catalog.unnest($1::pg_catalog.text[]) one (name)
            UNION
            SELECT a.relid::pg_catalog.oid FROM pg_catalog.unnest($1::pg_catalog.text[]) one (name)
            CROSS JOIN LATERAL pg_catalog.pg_partition_ancestors(pg_catalog.to_regclass(one.name)) a
            WHERE $2)
    ORDER BY schema, name, own";

/// Switches them off. The tables are locked already, or are by this.
pub(super) async fn silence(plan: &Plan, link: &Link) -> Result<Silenced, SyncError> {
    let names: Vec<String> = plan.tables.iter().map(|table| qualified(&table.table)).collect();
    let rows = link.rows("switching triggers off", TRIGGERS, &[&names, &(link.version < 150_000)]).await?;
    Silenced::all(link, "triggers", "TRIGGER", &rows).await
}
