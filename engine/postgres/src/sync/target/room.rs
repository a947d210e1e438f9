//! Room for the rows: tables that are emptied, or have to be empty.

mod unlogged;

use super::super::{
    error::SyncError,
    link::{Link, get},
    name::{identifier, qualified},
};
use confiture_model::sync::Plan;

/// Partitioned tables all of whose leaves are among these: they are emptied with them, for a foreign key may refer to them.
const WHOLE: &str = "WITH RECURSIVE leaf AS (
        SELECT c.oid FROM pg_catalog.unnest($1::pg_catalog.text[]) one (name)
        JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass(one.name)),
    above (oid) AS (
        SELECT i.inhparent FROM leaf JOIN pg_catalog.pg_inherits i ON i.inhrelid OPERATOR(pg_catalog.=) leaf.oid
        UNION
        SELECT i.inhparent FROM above JOIN pg_catalog.pg_inherits i ON i.inhrelid OPERATOR(pg_catalog.=) above.oid)
    SELECT n.nspname::pg_catalog.text AS schema, c.relname::pg_catalog.text AS name FROM above
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) above.oid AND c.relkind OPERATOR(pg_catalog.=) 'p'::pg_catalog.\"char\"
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_partition_tree(above.oid::pg_catalog.regclass) t
        WHERE t.isleaf AND NOT EXISTS (SELECT FROM leaf WHERE leaf.oid OPERATOR(pg_catalog.=) t.relid::pg_catalog.oid))";

/// Empties the plan's tables, all in one statement and never others; or makes sure that they are empty, and stay so.
pub(super) async fn make(plan: &Plan, link: &Link) -> Result<(), SyncError> {
    let names = names(plan);
    if names.is_empty() {
        return Ok(());
    }
    if !plan.replace {
        check(plan, link).await?;
        return unlogged::begin(plan, link, &names).await;
    }
    let doing = "emptying the tables";
    let mut all: Vec<String> = names.iter().map(|name| format!("ONLY {name}")).collect();
    for row in link.rows(doing, WHOLE, &[&names]).await? {
        all.push(format!("{}.{}", identifier(get(&row, "schema")), identifier(get(&row, "name"))));
    }
    link.run(doing, &format!("TRUNCATE {}", all.join(", "))).await
}

fn names(plan: &Plan) -> Vec<String> {
    plan.tables.iter().map(|table| qualified(&table.table)).collect()
}

/// Makes sure that the plan's tables are empty, and stay so while the transaction lasts.
pub(super) async fn check(plan: &Plan, link: &Link) -> Result<(), SyncError> {
    let names = names(plan);
    if names.is_empty() {
        return Ok(());
    }
    let all: Vec<String> = names.iter().map(|name| format!("ONLY {name}")).collect();
    link.run("locking the tables", &format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", all.join(", "))).await?;
    for (table, name) in plan.tables.iter().zip(&names) {
        let shown = super::super::error::name(&table.table);
        let sql = format!("SELECT EXISTS (SELECT FROM ONLY {name}) AS filled");
        let rows = link.rows(&format!("looking into {shown}"), &sql, &[]).await?;
        if rows.first().is_some_and(|row| get(row, "filled")) {
            return Err(SyncError::Refused(format!(
                "{shown} of the target holds rows; nothing was changed\n  -> --replace puts the source's rows in their place"
            )));
        }
    }
    Ok(())
}
