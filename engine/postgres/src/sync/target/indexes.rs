//! Indexes of large tables, which are taken off before the rows come and made again behind them: sorted at once, they take
//! less time than row by row.

use super::{
    super::{
        error::SyncError,
        link::{Link, get},
        name::{identifier, literal, qualified},
    },
    keys,
};
use confiture_model::sync::{Name, Plan, TablePlan};
use tokio_postgres::Row;

/// Tables from so many bytes on. Measured with a primary key whose rows come in its order: at 6 MB it makes no difference, at
/// 25 MB and more it takes 0.7 of the time; with a unique index in no order, 0.4.
const LARGE: u64 = 8 << 20;

/// Valid indexes of a table that nothing else depends on, such as a foreign key or a view that groups by the primary key;
/// and of which everything is known that makes them what they are. One of a partition that belongs to its parent's, the
/// replica identity, and exclusion constraints stay.
const INDEXES: &str = "SELECT c.relname::pg_catalog.text AS name, n.nspname::pg_catalog.text AS schema,
        pg_catalog.pg_get_indexdef(i.indexrelid) AS definition, i.indisclustered AS clustered,
        pg_catalog.obj_description(i.indexrelid, 'pg_class') AS comment,
        s.spcname::pg_catalog.text AS space, k.contype::pg_catalog.text AS kind,
        k.condeferrable AS deferrable, k.condeferred AS deferred,
        pg_catalog.obj_description(k.oid, 'pg_constraint') AS constraint_comment
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    JOIN pg_catalog.pg_am a ON a.oid OPERATOR(pg_catalog.=) c.relam
    LEFT JOIN pg_catalog.pg_tablespace s ON s.oid OPERATOR(pg_catalog.=) c.reltablespace
    LEFT JOIN pg_catalog.pg_constraint k ON k.conindid OPERATOR(pg_catalog.=) i.indexrelid
        AND k.conrelid OPERATOR(pg_catalog.=) i.indrelid AND k.contype IN ('p', 'u', 'x')
    WHERE i.indrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
        AND i.indisvalid AND i.indisready AND i.indislive AND NOT i.indisreplident AND NOT c.relispartition
        AND (k.oid IS NULL OR (k.contype IN ('p', 'u') AND a.amname OPERATOR(pg_catalog.=) 'btree'::pg_catalog.name))
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid OPERATOR(pg_catalog.=) i.indexrelid)
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.deptype IN ('n', 'e', 'x') AND (
            (d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                AND d.refobjid OPERATOR(pg_catalog.=) i.indexrelid)
            OR (d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_constraint'::pg_catalog.regclass
                AND d.refobjid OPERATOR(pg_catalog.=) k.oid)
            OR (d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                AND d.objid OPERATOR(pg_catalog.=) i.indexrelid AND d.deptype OPERATOR(pg_catalog.<>) 'n'::pg_catalog.\"char\")))
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute t WHERE t.attrelid OPERATOR(pg_catalog.=) i.indexrelid
            AND t.attstattarget OPERATOR(pg_catalog.>=) 0)
    ORDER BY c.relname";

/// Whether so many rows come into a table that more is done for it than to copy them.
pub(super) fn is_large(table: &TablePlan) -> bool {
    table.limit.is_none() && table.condition.is_none() && table.bytes.is_some_and(|bytes| bytes >= LARGE)
}

/// Statements that make them again, each with what is being done.
#[derive(Default)]
pub(super) struct Dropped {
    again: Vec<(String, String)>,
}

/// Takes them off: those of tables that others take the place of, and, where `large` says so, those of large ones. The
/// tables are empty.
pub(super) async fn drop(plan: &Plan, link: &Link, swapped: &[usize], large: bool) -> Result<Dropped, SyncError> {
    let mut dropped = Dropped::default();
    let chosen = |(at, table): &(usize, &TablePlan)| swapped.contains(at) || (large && is_large(table));
    let tables: Vec<&Name> = plan.tables.iter().enumerate().filter(chosen).map(|(_, table)| &table.table).collect();
    if tables.is_empty() {
        return Ok(dropped);
    }
    let path = keys::in_full(link).await?;
    for table in tables {
        let name = qualified(table);
        let shown = super::super::error::name(table);
        for row in link.rows(&format!("reading the indexes of {shown}"), INDEXES, &[&name]).await? {
            let index = Index::read(&row);
            link.run(&format!("taking off the index {} of {shown}", index.name), &index.drop(&name)).await?;
            dropped.again.push((format!("making the index {} of {shown} again", index.name), index.make(&name)));
        }
    }
    keys::put_back(link, &path).await?;
    Ok(dropped)
}

impl Dropped {
    pub fn is_empty(&self) -> bool {
        self.again.is_empty()
    }

    /// Makes them again, exactly as they were.
    pub async fn make_again(&self, link: &Link) -> Result<(), SyncError> {
        for (doing, sql) in &self.again {
            link.run(doing, sql).await?;
        }
        link.run("making indexes", "SET LOCAL default_tablespace TO DEFAULT").await
    }
}

/// What makes an index what it is.
struct Index {
    name: String,
    qualified: String,
    definition: String,
    clustered: bool,
    comment: Option<String>,
    space: Option<String>,
    constraint: Option<Constraint>,
}

struct Constraint {
    primary: bool,
    deferrable: bool,
    deferred: bool,
    comment: Option<String>,
}

impl Index {
    fn read(row: &Row) -> Self {
        let text = |column: &str| row.try_get::<_, Option<String>>(column).ok().flatten();
        let constraint = text("kind").map(|kind| Constraint {
            primary: kind == "p",
            deferrable: get(row, "deferrable"),
            deferred: get(row, "deferred"),
            comment: text("constraint_comment"),
        });
        let name: String = get(row, "name");
        Self {
            qualified: format!("{}.{}", identifier(get(row, "schema")), identifier(&name)),
            name,
            definition: get(row, "definition"),
            clustered: get(row, "clustered"),
            comment: text("comment"),
            space: text("space"),
            constraint,
        }
    }

    fn drop(&self, table: &str) -> String {
        match &self.constraint {
            Some(_) => format!("ALTER TABLE {table} DROP CONSTRAINT {}", identifier(&self.name)),
            None => format!("DROP INDEX {}", self.qualified),
        }
    }

    fn make(&self, table: &str) -> String {
        let name = identifier(&self.name);
        // A definition says everything but where it lies.
        let space = self.space.as_deref().map_or_else(|| "''".to_owned(), identifier);
        let mut sql = vec![format!("SET LOCAL default_tablespace = {space}"), self.definition.clone()];
        if let Some(constraint) = &self.constraint {
            let kind = if constraint.primary { "PRIMARY KEY" } else { "UNIQUE" };
            let deferrable = if constraint.deferrable { " DEFERRABLE" } else { "" };
            let deferred = if constraint.deferred { " INITIALLY DEFERRED" } else { "" };
            sql.push(format!(
                "ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {name}{deferrable}{deferred}"
            ));
            let comment = constraint.comment.iter();
            sql.extend(comment.map(|text| format!("COMMENT ON CONSTRAINT {name} ON {table} IS {}", literal(text))));
        }
        sql.extend(self.comment.iter().map(|text| format!("COMMENT ON INDEX {} IS {}", self.qualified, literal(text))));
        if self.clustered {
            sql.push(format!("ALTER TABLE {table} CLUSTER ON {name}"));
        }
        sql.join("; ")
    }
}
