//! Rules of the target, which an INSERT would follow and `COPY` does not know.

use super::{
    super::{error::SyncError, link::Link, name::qualified},
    silenced::Silenced,
};
use confiture_model::sync::Plan;

/// Rules on INSERT that apply in an ordinary session.
const RULES: &str = "SELECT r.rulename::pg_catalog.text AS own, r.ev_enabled::pg_catalog.text AS enabled,
        n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name
    FROM pg_catalog.pg_rewrite r
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) r.ev_class
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE r.ev_type OPERATOR(pg_catalog.=) '3'::pg_catalog.\"char\"
        AND r.ev_enabled IN ('O'::pg_catalog.\"char\", 'A'::pg_catalog.\"char\")
        AND r.ev_class IN (SELECT pg_catalog.to_regclass(one.name)::pg_catalog.oid
            FROM pg_catalog.unnest($1::pg_catalog.text[]) one (name))";

/// Switches them off.
pub(super) async fn silence(plan: &Plan, link: &Link) -> Result<Silenced, SyncError> {
    let names: Vec<String> = plan.tables.iter().map(|table| qualified(&table.table)).collect();
    let rows = link.rows("switching rules off", RULES, &[&names]).await?;
    Silenced::all(link, "rules", "RULE", &rows).await
}
