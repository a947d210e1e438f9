//! `analyze_statistics`: the planner's statistics, brought up to date.

use crate::table::require;
use confiture_sdk::{Call, Error, Hook, HookMeta, Outcome, Phase, Step, database::Value, sql::Name};
use schemars::JsonSchema;
use serde::Deserialize;

/// The planner's statistics, brought up to date.
pub struct AnalyzeStatistics;

/// Options of `analyze_statistics`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The tables; those that changed where none is named.
    tables: Vec<Name>,
    /// Whether ANALYZE runs; without it the hook only reports what the planner believes.
    update_table_stats: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { tables: Vec::new(), update_table_stats: true }
    }
}

impl Hook for AnalyzeStatistics {
    type Options = Options;

    const META: HookMeta = HookMeta {
        id: "analyze_statistics",
        summary: "Brings the planner's statistics up to date",
        phases: &[Phase::BeforeDdl, Phase::AfterDdl, Phase::AfterValidation, Phase::Cleanup, Phase::AfterMigration],
        documentation: DOCUMENTATION,
    };

    fn plan(&self, options: &Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        require(&call.database, &options.tables)?;
        Ok(vec![Step::new(match options.tables.as_slice() {
            [] => "analyze the tables that changed".to_owned(),
            [one] => format!("analyze {one}"),
            tables => format!("analyze {} tables", tables.len()),
        })])
    }

    fn run(&self, options: &Options, _: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        let tables = if options.tables.is_empty() { changed(call)? } else { options.tables.clone() };
        let mut outcome = Outcome::default();
        if tables.is_empty() {
            return Ok(outcome.note("no table changed"));
        }
        for (number, table) in tables.iter().enumerate() {
            call.progress(number as u64, Some(tables.len() as u64), "tables");
            if options.update_table_stats {
                call.database.execute(&format!("ANALYZE {table}"), &[])?;
            }
            let sql = "SELECT c.reltuples::int8 AS rows FROM pg_catalog.pg_class c \
                       WHERE c.oid = pg_catalog.to_regclass($1)";
            let row = call.database.row(sql, &[Value::Text(table.to_string())])?;
            let rows = row.and_then(|row| row.integer("rows")).filter(|rows| *rows >= 0);
            outcome = outcome.statistic(table.to_string(), serde_json::json!({ "estimated_rows": rows }));
        }
        Ok(outcome)
    }
}

/// The tables that this transaction changed; after the commit, those that changed since they were last analyzed.
fn changed(call: &Call<'_>) -> Result<Vec<Name>, Error> {
    let sql = if call.context.phase == Phase::AfterMigration {
        "SELECT s.schemaname AS schema, s.relname AS name FROM pg_catalog.pg_stat_user_tables s \
         WHERE s.n_mod_since_analyze > 0 AND s.schemaname <> 'confiture' ORDER BY 1, 2"
    } else {
        "SELECT s.schemaname AS schema, s.relname AS name FROM pg_catalog.pg_stat_xact_user_tables s \
         WHERE s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0 AND s.schemaname <> 'confiture' ORDER BY 1, 2"
    };
    let name = |row: confiture_sdk::database::Row| {
        let text = |column| row.text(column).unwrap_or_default().to_owned();
        Name { schema: Some(text("schema")), name: text("name") }
    };
    Ok(call.database.rows(sql, &[])?.into_iter().map(name).collect())
}

const DOCUMENTATION: &str = r#"
## What it does

ANALYZE for each table. Without `tables`: those whose rows this transaction inserted, updated or deleted; in
`after_migration`, those that changed since they were last analyzed.

```yaml
type: analyze_statistics
config:
  tables:
    - r_customer_analytics
  update_table_stats: true
```

With `update_table_stats: false` nothing is analyzed, and the number of rows that the planner believes in is recorded.

## When to use it

After a backfill: until the next autovacuum the planner takes a new table for an empty one, and plans accordingly.

## What it costs

A sample of 30,000 rows a table, whatever its size. Readers and writers go on; VACUUM and DDL of the table wait to the end
of the transaction.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::Script;

    #[test]
    fn tables_that_changed_are_analyzed() -> Result<(), Error> {
        let script = Script::new()
            .answers("pg_stat_xact_user_tables", &["schema", "name"], [vec!["public".into(), "Orders".into()]])
            .changes("ANALYZE public.\"Orders\"", 0)
            .answers("reltuples", &["rows"], [vec![500.into()]]);
        let outcomes = script.run(&AnalyzeStatistics, "{}")?;
        assert_eq!(outcomes[0].statistics["public.\"Orders\""]["estimated_rows"], 500);
        script.finished()
    }

    #[test]
    fn after_the_commit_the_transactions_own_counts_are_gone() -> Result<(), Error> {
        let script = Script::new().context(|context| context.phase = Phase::AfterMigration);
        let script = script.answers("n_mod_since_analyze", &["schema", "name"], []);
        assert_eq!(script.run(&AnalyzeStatistics, "{}")?[0].notes, ["no table changed"]);
        script.finished()
    }

    #[test]
    fn looking_is_not_analyzing() -> Result<(), Error> {
        let script = Script::new().answers("to_regclass", &["found"], [vec![true.into()]]).answers(
            "reltuples",
            &["rows"],
            [vec![(-1).into()]],
        );
        let options = r#"{"tables": ["a"], "update_table_stats": false}"#;
        assert!(script.run(&AnalyzeStatistics, options)?[0].statistics["a"]["estimated_rows"].is_null());
        script.finished()
    }
}
