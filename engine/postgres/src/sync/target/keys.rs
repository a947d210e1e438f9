//! Foreign keys that no order of the tables satisfies: deferred to the end, or dropped and made again. Those that are NOT
//! VALID are dropped, too: PostgreSQL would ask them of every row.

use super::super::{
    error::SyncError,
    link::{Link, get},
    name::{identifier, literal, qualified},
};
use confiture_model::sync::{ForeignKey, Plan};

/// How PostgreSQL writes them with every name in full.
const DEFINITION: &str = "SELECT pg_catalog.pg_get_constraintdef(k.oid) AS definition, k.convalidated AS valid,
        c.relkind OPERATOR(pg_catalog.=) 'p'::pg_catalog.\"char\" AS partitioned,
        pg_catalog.obj_description(k.oid, 'pg_constraint') AS comment
    FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) k.conrelid
    WHERE k.conrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
        AND k.conname::pg_catalog.text OPERATOR(pg_catalog.=) $2 AND k.contype OPERATOR(pg_catalog.=) 'f'::pg_catalog.\"char\"";

/// Statements that make them again, each with what is being done.
#[derive(Default)]
pub(super) struct Dropped {
    again: Vec<(String, String)>,
}

/// Defers or drops them; `more` are dropped as well.
pub(super) async fn drop(plan: &Plan, link: &Link, more: &[ForeignKey]) -> Result<Dropped, SyncError> {
    let mut dropped = Dropped::default();
    let (deferrable, others): (Vec<&ForeignKey>, Vec<&ForeignKey>) = plan.cycles.iter().partition(|key| key.deferrable);
    for key in deferrable {
        let name = format!("{}.{}", identifier(&key.table.schema), identifier(&key.name));
        link.run(&format!("deferring {}", shown(key)), &format!("SET CONSTRAINTS {name} DEFERRED")).await?;
    }
    let all: Vec<&ForeignKey> = others.into_iter().chain(&plan.unchecked).chain(more).collect();
    if all.is_empty() {
        return Ok(dropped);
    }
    let path = in_full(link).await?;
    for key in all {
        let doing = format!("taking off {}", shown(key));
        let rows = link.rows(&doing, DEFINITION, &[&qualified(&key.table), &key.name]).await?;
        // Taken off already, or gone since the plan was made.
        let Some(row) = rows.first() else { continue };
        let (definition, valid): (String, bool) = (get(row, "definition"), get(row, "valid"));
        let (table, name) = (qualified(&key.table), identifier(&key.name));
        link.run(&doing, &format!("ALTER TABLE {table} DROP CONSTRAINT {name}")).await?;
        // Until 18 one of a partitioned table cannot be added without being validated.
        let partitioned: bool = get(row, "partitioned");
        let suffix = if valid && !partitioned { " NOT VALID" } else { "" };
        let making = format!("making {} again", shown(key));
        dropped.again.push((making.clone(), format!("ALTER TABLE {table} ADD CONSTRAINT {name} {definition}{suffix}")));
        if let Ok(Some(comment)) = row.try_get::<_, Option<String>>("comment") {
            let sql = format!("COMMENT ON CONSTRAINT {name} ON {table} IS {}", literal(&comment));
            dropped.again.push((making, sql));
        }
        if valid && !partitioned {
            let sql = format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}");
            dropped.again.push((format!("validating {}", shown(key)), sql));
        }
    }
    put_back(link, &path).await?;
    Ok(dropped)
}

impl Dropped {
    /// Makes them again and validates them.
    pub async fn make_again(&self, link: &Link) -> Result<(), SyncError> {
        for (doing, sql) in &self.again {
            link.run(doing, sql).await?;
        }
        Ok(())
    }
}

/// Takes the search path away, so that PostgreSQL writes every name with its schema; answers what it was.
pub(super) async fn in_full(link: &Link) -> Result<String, SyncError> {
    let sql =
        "SELECT pg_catalog.current_setting('search_path') AS path, pg_catalog.set_config('search_path', '', true)";
    let rows = link.rows("reading the schema", sql, &[]).await?;
    Ok(rows.first().map(|row| get(row, "path")).unwrap_or_default())
}

/// Puts it back.
pub(super) async fn put_back(link: &Link, path: &str) -> Result<(), SyncError> {
    let sql = "SELECT pg_catalog.set_config('search_path', $1, true)";
    link.rows("reading the schema", sql, &[&path]).await.map(std::mem::drop)
}

fn shown(key: &ForeignKey) -> String {
    format!("the foreign key {} of {}", key.name, super::super::error::name(&key.table))
}
