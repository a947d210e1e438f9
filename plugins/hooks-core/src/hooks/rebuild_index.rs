//! `rebuild_index`: indexes, built anew.

use crate::table::require;
use confiture_sdk::{Call, Error, Hook, HookMeta, Outcome, Phase, Placing, Step, database::Value, sql::Name};
use schemars::JsonSchema;
use serde::Deserialize;

/// Indexes, built anew.
pub struct RebuildIndex;

/// Options of `rebuild_index`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The indexes, by name.
    indexes: Vec<Name>,
    /// Whether they are rebuilt CONCURRENTLY: writers go on, and it happens after the commit, outside any transaction.
    #[serde(default)]
    concurrent: bool,
}

impl Hook for RebuildIndex {
    type Options = Options;

    const META: HookMeta = HookMeta {
        id: "rebuild_index",
        summary: "Rebuilds indexes",
        phases: &[Phase::BeforeDdl, Phase::AfterDdl, Phase::AfterValidation, Phase::Cleanup, Phase::AfterMigration],
        documentation: DOCUMENTATION,
    };

    fn place(&self, options: &Options) -> Result<Placing, Error> {
        if options.indexes.is_empty() {
            return Err(Error::option("/indexes", "the name of at least one index"));
        }
        Ok(match options.concurrent {
            false => Placing::in_transaction(),
            true => Placing::autocommit().note("REINDEX CONCURRENTLY runs after the commit, and cannot be rehearsed"),
        })
    }

    fn plan(&self, options: &Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        require(&call.database, &options.indexes)?;
        let mut steps = Vec::new();
        for index in &options.indexes {
            for (leaf, rows) in leaves(index, call)? {
                let mut step = Step::new(format!("rebuild {leaf}")).with(&leaf)?;
                step.estimated_rows = rows;
                steps.push(step);
            }
        }
        Ok(steps)
    }

    fn run(&self, options: &Options, step: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        let index: Name = step.read()?;
        let before = bytes(&index, call)?;
        let concurrently = if options.concurrent { "CONCURRENTLY " } else { "" };
        call.database.execute(&format!("REINDEX INDEX {concurrently}{index}"), &[])?;
        let after = bytes(&index, call)?;
        let sizes = serde_json::json!({ "bytes_before": before, "bytes_after": after });
        Ok(Outcome::default().statistic(index.to_string(), sizes))
    }
}

/// The index itself, or those of the partitions where it is a partitioned one: PostgreSQL rebuilds a partitioned index
/// only outside a transaction. With the rows that PostgreSQL believes to be in it.
fn leaves(index: &Name, call: &Call<'_>) -> Result<Vec<(Name, Option<u64>)>, Error> {
    let rows = call.database.rows(
        "WITH RECURSIVE tree (oid) AS ( \
             SELECT pg_catalog.to_regclass($1)::pg_catalog.oid \
             UNION ALL SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN tree t ON t.oid = i.inhparent) \
         SELECT n.nspname AS schema, c.relname AS name, c.relkind = 'i' AS is_index, \
                GREATEST(c.reltuples, 0)::int8 AS rows \
         FROM tree t JOIN pg_catalog.pg_class c ON c.oid = t.oid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind <> 'I' ORDER BY n.nspname, c.relname",
        &[Value::Text(index.to_string())],
    )?;
    rows.iter()
        .map(|row| {
            if row.boolean("is_index") != Some(true) {
                return Err(Error::failed(format!("{index} is no index")));
            }
            let text = |column| row.text(column).unwrap_or_default().to_owned();
            let leaf = Name { schema: Some(text("schema")), name: text("name") };
            Ok((leaf, row.integer("rows").and_then(|rows| u64::try_from(rows).ok())))
        })
        .collect()
}

fn bytes(index: &Name, call: &Call<'_>) -> Result<Option<i64>, Error> {
    let sql = "SELECT pg_catalog.pg_relation_size(pg_catalog.to_regclass($1)) AS bytes";
    Ok(call.database.row(sql, &[Value::Text(index.to_string())])?.and_then(|row| row.integer("bytes")))
}

const DOCUMENTATION: &str = r#"
## What it does

`REINDEX INDEX` for each index, a step each; for an index of a partitioned table, each partition's. The sizes before and
after are kept with the migration's record.

```yaml
type: rebuild_index
config:
  indexes:
    - idx_r_user_analytics_user_id
    - analytics.idx_events_date
  concurrent: true
```

## When to use it

After a change of a collation, or after a backfill that left an index bloated. An index that was created before a backfill
in the same migration is better created after it.

## What it costs

Without `concurrent`, writers of the table wait from then to the end of the migration, and so do readers that would use
the index. With it, nobody waits; it takes longer, needs the space of both indexes, and one that fails leaves an invalid
index with a name that ends in `_ccnew` behind, which is to be dropped.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{Placement, testing::Script};

    fn script() -> Script {
        Script::new().answers("to_regclass", &["found"], [vec![true.into()]])
    }

    fn leaf(name: &str) -> Vec<Value> {
        vec!["public".into(), name.into(), true.into(), 100.into()]
    }

    const LEAF: [&str; 4] = ["schema", "name", "is_index", "rows"];

    #[test]
    fn each_index_is_a_step() -> Result<(), Error> {
        let script = script()
            .answers("WITH RECURSIVE tree", &LEAF, [leaf("idx_1"), leaf("Idx_2")])
            .answers("pg_relation_size", &["bytes"], [vec![8192.into()]])
            .changes("REINDEX INDEX public.idx_1", 0)
            .answers("pg_relation_size", &["bytes"], [vec![4096.into()]])
            .answers("pg_relation_size", &["bytes"], [vec![8192.into()]])
            .changes("REINDEX INDEX public.\"Idx_2\"", 0)
            .answers("pg_relation_size", &["bytes"], [vec![8192.into()]]);
        let outcomes = script.run(&RebuildIndex, r#"{"indexes": ["idx"]}"#)?;
        assert_eq!(outcomes.len(), 2);
        assert_eq!(outcomes[0].statistics["public.idx_1"]["bytes_after"], 4096);
        script.finished()
    }

    #[test]
    fn concurrently_is_outside_any_transaction() -> Result<(), Error> {
        let options = r#"{"indexes": ["idx"], "concurrent": true}"#;
        let script = script()
            .answers("WITH RECURSIVE tree", &LEAF, [leaf("idx")])
            .answers("pg_relation_size", &["bytes"], [vec![1.into()]])
            .changes("REINDEX INDEX CONCURRENTLY public.idx", 0)
            .answers("pg_relation_size", &["bytes"], [vec![1.into()]]);
        let placing = script.place(&RebuildIndex, options)?;
        assert_eq!((placing.placement, placing.rehearsable), (Placement::Autocommit, false));
        script.run(&RebuildIndex, options)?;
        script.finished()
    }

    #[test]
    fn what_is_no_index_is_refused() {
        let missing = Script::new().answers("to_regclass", &["found"], [vec![false.into()]]);
        assert!(
            missing.plan(&RebuildIndex, r#"{"indexes": ["x"]}"#).unwrap_err().to_string().contains("there is no x")
        );
        let table = vec!["public".into(), "t".into(), false.into(), 0.into()];
        let error =
            script().answers("WITH RECURSIVE tree", &LEAF, [table]).plan(&RebuildIndex, r#"{"indexes": ["t"]}"#);
        assert_eq!(error.unwrap_err().to_string(), "t is no index");
        assert!(Script::new().place(&RebuildIndex, r#"{"indexes": []}"#).is_err());
    }
}
