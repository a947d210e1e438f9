//! Rules of the target, which an INSERT would follow and `COPY` does not know.

use super::super::{
    error::SyncError,
    link::{Link, get},
    name::{identifier, qualified},
};
use confiture_model::sync::Plan;

/// Rules on INSERT that apply in an ordinary session.
const RULES: &str = "SELECT r.rulename::pg_catalog.text AS rule, r.ev_enabled::pg_catalog.text AS enabled,
        n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name
    FROM pg_catalog.pg_rewrite r
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) r.ev_class
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE r.ev_type OPERATOR(pg_catalog.=) '3'::pg_catalog.\"char\"
        AND r.ev_enabled IN ('O'::pg_catalog.\"char\", 'A'::pg_catalog.\"char\")
        AND r.ev_class IN (SELECT pg_catalog.to_regclass(one.name)::pg_catalog.oid
            FROM pg_catalog.unnest($1::pg_catalog.text[]) one (name))";

/// Statements that put rules back to what they were.
pub(super) struct Silenced {
    wake: Vec<String>,
}

/// Switches them off.
pub(super) async fn silence(plan: &Plan, link: &Link) -> Result<Silenced, SyncError> {
    let doing = "switching rules off";
    let names: Vec<String> = plan.tables.iter().map(|table| qualified(&table.table)).collect();
    let mut silenced = Silenced { wake: Vec::new() };
    for row in link.rows(doing, RULES, &[&names]).await? {
        let table = format!("{}.{}", identifier(get(&row, "schema")), identifier(get(&row, "name")));
        let rule = identifier(get(&row, "rule"));
        let state = if get::<&str>(&row, "enabled") == "A" { "ENABLE ALWAYS" } else { "ENABLE" };
        link.run(doing, &format!("ALTER TABLE {table} DISABLE RULE {rule}")).await?;
        silenced.wake.push(format!("ALTER TABLE {table} {state} RULE {rule}"));
    }
    Ok(silenced)
}

impl Silenced {
    /// Switches them on again, each as it was.
    pub async fn wake(&self, link: &Link) -> Result<(), SyncError> {
        match self.wake.is_empty() {
            true => Ok(()),
            false => link.run("switching rules on again", &self.wake.join("; ")).await,
        }
    }
}
