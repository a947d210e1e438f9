//! `capture_statistics`: how many rows there are and how much space they take.

use crate::table::require;
use confiture_sdk::{
    Call, Error, Hook, HookMeta, Outcome, Phase, Step,
    database::{Row, Value},
    sql::Name,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, json};

/// How many rows there are and how much space they take.
pub struct CaptureStatistics;

/// Options of `capture_statistics`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The tables; all of the database where none is named.
    tables: Vec<Name>,
    /// Whether rows are counted, one by one.
    capture_row_counts: bool,
    /// Whether sizes are looked up.
    capture_table_sizes: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { tables: Vec::new(), capture_row_counts: true, capture_table_sizes: true }
    }
}

impl Hook for CaptureStatistics {
    type Options = Options;

    const META: HookMeta = HookMeta {
        id: "capture_statistics",
        summary: "Records how many rows tables have and how much space they take",
        phases: Phase::ALL,
        documentation: DOCUMENTATION,
    };

    fn plan(&self, options: &Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        require(&call.database, &options.tables)?;
        Ok(vec![Step::new(match options.tables.as_slice() {
            [] => "statistics of all tables".to_owned(),
            [one] => format!("statistics of {one}"),
            tables => format!("statistics of {} tables", tables.len()),
        })])
    }

    fn run(&self, options: &Options, _: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        let tables = if options.tables.is_empty() { all(call)? } else { options.tables.clone() };
        let mut captured = Map::new();
        for (number, table) in tables.iter().enumerate() {
            call.progress(number as u64, Some(tables.len() as u64), "tables");
            let mut facts = Map::new();
            if options.capture_row_counts {
                let row = call.database.row(&format!("SELECT pg_catalog.count(*) AS rows FROM {table}"), &[])?;
                facts.insert("rows".to_owned(), json!(row.and_then(|row| row.integer("rows"))));
            }
            if options.capture_table_sizes {
                sizes(table, call, &mut facts)?;
            }
            captured.insert(table.to_string(), facts.into());
        }
        Ok(Outcome::default().statistic("tables", captured))
    }
}

fn sizes(table: &Name, call: &Call<'_>, facts: &mut Map<String, serde_json::Value>) -> Result<(), Error> {
    // A partitioned table has no pages of its own: those of its partitions count.
    let sql = "WITH RECURSIVE tree (oid) AS ( \
                   SELECT pg_catalog.to_regclass($1)::pg_catalog.oid \
                   UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree t ON t.oid = i.inhparent) \
               SELECT pg_catalog.sum(pg_catalog.pg_table_size(t.oid))::int8 AS table_bytes, \
                      pg_catalog.sum(pg_catalog.pg_indexes_size(t.oid))::int8 AS index_bytes FROM tree t";
    if let Some(row) = call.database.row(sql, &[Value::Text(table.to_string())])? {
        for name in ["table_bytes", "index_bytes"] {
            facts.insert(name.to_owned(), json!(row.integer(name)));
        }
    }
    Ok(())
}

/// Every table but those of PostgreSQL, of extensions and of Confiture; a partitioned one stands for its partitions.
fn all(call: &Call<'_>) -> Result<Vec<Name>, Error> {
    let sql = "SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' \
                 AND n.nspname <> 'confiture' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' \
                 AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.deptype = 'e' AND d.objid = c.oid \
                                 AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass) \
               ORDER BY 1, 2";
    let name = |row: Row| {
        let text = |column| row.text(column).unwrap_or_default().to_owned();
        Name { schema: Some(text("schema")), name: text("name") }
    };
    Ok(call.database.rows(sql, &[])?.into_iter().map(name).collect())
}

const DOCUMENTATION: &str = r#"
## What it does

Counts the rows of each table, and looks up the bytes of the table with its TOAST, and of its indexes. The result is kept
with the migration's record, is shown to later hooks, and to their conditions as `statistics`.

```yaml
type: capture_statistics
config:
  tables:
    - w_customers
    - w_orders
  capture_row_counts: true
  capture_table_sizes: true
```

Without `tables`, every table of the database: a partitioned table stands for its partitions.

## When to use it

In `before_ddl`, to know afterwards what there was; and once more in `after_validation`, to see what became of it.

## What it costs

Counting reads every row of the table, or the smallest of its indexes. Name the tables, or say
`capture_row_counts: false`, where the database is large; sizes cost nothing.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::Script;

    #[test]
    fn rows_and_sizes() -> Result<(), Error> {
        let script = Script::new()
            .answers("to_regclass", &["found"], [vec![true.into()]])
            .answers("count(*) AS rows FROM w_orders", &["rows"], [vec![3.into()]])
            .answers("pg_table_size", &["table_bytes", "index_bytes"], [vec![8192.into(), 16384.into()]]);
        let outcomes = script.run(&CaptureStatistics, r#"{"tables": ["w_orders"]}"#)?;
        let facts = &outcomes[0].statistics["tables"]["w_orders"];
        assert_eq!(*facts, json!({ "rows": 3, "table_bytes": 8192, "index_bytes": 16384 }));
        script.finished()
    }

    #[test]
    fn only_what_is_asked_for() -> Result<(), Error> {
        let script = Script::new().answers("pg_class", &["schema", "name"], [vec!["s".into(), "T".into()]]).answers(
            "FROM s.\"T\"",
            &["rows"],
            [vec![0.into()]],
        );
        let outcomes = script.run(&CaptureStatistics, r#"{"capture_table_sizes": false}"#)?;
        assert_eq!(outcomes[0].statistics["tables"], json!({ "s.\"T\"": { "rows": 0 } }));
        script.finished()
    }
}
