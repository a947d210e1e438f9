//! `drop_temporary_tables`: what a migration left lying about.

use confiture_sdk::{
    Call, Error, Hook, HookMeta, Outcome, Phase, Placing, Step,
    database::{Row, Value},
    sql::Name,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a migration left lying about.
pub struct DropTemporaryTables;

/// Options of `drop_temporary_tables`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Whether tables that are named as logs are kept: `log`, `log_*`, `*_log` and `*_logs`.
    keep_logs: bool,
    /// Ordinary tables to drop as well, by name; `*` stands for any characters: `tmp_*`, `staging.load_*`.
    patterns: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { keep_logs: true, patterns: Vec::new() }
    }
}

/// Characters that a pattern needs beside `*`, so that none stands for every table.
const LEAST: usize = 3;

impl Hook for DropTemporaryTables {
    type Options = Options;

    const META: HookMeta = HookMeta {
        id: "drop_temporary_tables",
        summary: "Drops the session's temporary tables, and tables that are named as such",
        phases: &[Phase::AfterDdl, Phase::AfterValidation, Phase::Cleanup, Phase::OnError, Phase::AfterMigration],
        documentation: DOCUMENTATION,
    };

    fn place(&self, options: &Options) -> Result<Placing, Error> {
        for (at, pattern) in options.patterns.iter().enumerate() {
            split(pattern).ok_or_else(|| {
                let expected =
                    "a name with `*` for any characters and at least 3 others, such as `tmp_*` or `staging.load_*`";
                Error::option(format!("/patterns/{at}"), expected)
            })?;
        }
        Ok(Placing::in_transaction())
    }

    fn run(&self, options: &Options, _: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        self.place(options)?;
        let mut tables = temporary(call)?;
        for (schema, pattern) in options.patterns.iter().filter_map(|pattern| split(pattern)) {
            tables.extend(matching(schema, pattern, call)?);
        }
        tables.sort();
        tables.dedup();
        let (kept, dropped): (Vec<_>, Vec<_>) =
            tables.into_iter().partition(|table| options.keep_logs && is_log(&table.name));
        for table in &dropped {
            call.database.execute(&format!("DROP TABLE {table}"), &[])?;
        }
        let mut outcome = Outcome::default().statistic("dropped", dropped.len()).statistic("kept", kept.len());
        if !dropped.is_empty() {
            outcome = outcome.note(format!("dropped {}", listed(&dropped)));
        }
        if !kept.is_empty() {
            outcome = outcome.note(format!("kept as logs: {}", listed(&kept)));
        }
        Ok(outcome)
    }
}

fn listed(tables: &[Name]) -> String {
    tables.iter().map(Name::to_string).collect::<Vec<_>>().join(", ")
}

fn is_log(name: &str) -> bool {
    name == "log" || name == "logs" || name.starts_with("log_") || name.ends_with("_log") || name.ends_with("_logs")
}

/// Schema and pattern; none for a pattern that stands for too much.
fn split(pattern: &str) -> Option<(Option<&str>, &str)> {
    let (schema, table) = match pattern.split_once('.') {
        Some((schema, table)) => (Some(schema), table),
        None => (None, pattern),
    };
    let letters = table.chars().filter(|char| *char != '*').count();
    let schema_is_a_name = schema.is_none_or(|schema| !schema.is_empty() && !schema.contains('*'));
    (letters >= LEAST && schema_is_a_name).then_some((schema, table))
}

fn temporary(call: &Call<'_>) -> Result<Vec<Name>, Error> {
    let sql = "SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relnamespace = pg_catalog.pg_my_temp_schema() AND c.relkind IN ('r', 'p') \
                 AND NOT c.relispartition";
    Ok(call.database.rows(sql, &[])?.iter().map(name).collect())
}

/// Ordinary tables that match a pattern, in a schema or on the search_path.
fn matching(schema: Option<&str>, pattern: &str, call: &Call<'_>) -> Result<Vec<Name>, Error> {
    let sql = "SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c \
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
               WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' \
                 AND c.relname LIKE $1 ESCAPE '!' AND n.nspname !~ '^pg_' AND n.nspname <> 'confiture' \
                 AND CASE WHEN $2::text IS NULL THEN pg_catalog.pg_table_is_visible(c.oid) ELSE n.nspname = $2 END";
    let like = pattern.replace('!', "!!").replace('%', "!%").replace('_', "!_").replace('*', "%");
    let schema = schema.map_or(Value::Null, Value::from);
    Ok(call.database.rows(sql, &[like.into(), schema])?.iter().map(name).collect())
}

fn name(row: &Row) -> Name {
    let text = |column| row.text(column).unwrap_or_default().to_owned();
    Name { schema: Some(text("schema")), name: text("name") }
}

const DOCUMENTATION: &str = r#"
## What it does

Drops the temporary tables of the migration's session, and, where `patterns` names some, ordinary tables by their names.
Never with CASCADE: a table that something depends on fails the hook.

```yaml
type: drop_temporary_tables
config:
  keep_logs: true
  patterns:
    - tmp_*
    - staging.load_*
```

A pattern is compared as it is written, with the schema's name in front where the table is not on the search_path. It has
three characters beside `*` at least. Tables that are named as logs stay, unless `keep_logs: false`.

## When to use it

In `cleanup`, behind hooks and statements that left their intermediate results in tables.

## What it costs

A DROP TABLE each: nobody else uses a temporary table; an ordinary one is locked to the end of the transaction, and its
rows are gone.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::Script;

    fn table(schema: &str, name: &str) -> Vec<Value> {
        vec![schema.into(), name.into()]
    }

    #[test]
    fn temporary_tables_go_and_logs_stay() -> Result<(), Error> {
        let script = Script::new()
            .answers(
                "pg_my_temp_schema",
                &["schema", "name"],
                [table("pg_temp_3", "load"), table("pg_temp_3", "run_log")],
            )
            .changes("DROP TABLE pg_temp_3.load", 0);
        let outcomes = script.run(&DropTemporaryTables, "{}")?;
        assert_eq!(outcomes[0].notes, ["dropped pg_temp_3.load", "kept as logs: pg_temp_3.run_log"]);
        script.finished()
    }

    #[test]
    fn patterns_are_patterns_of_names_and_nothing_else() -> Result<(), Error> {
        let script = Script::new()
            .answers("pg_my_temp_schema", &["schema", "name"], [])
            .answers("LIKE", &["schema", "name"], [table("s", "tmp_Log_log")])
            .changes("DROP TABLE s.\"tmp_Log_log\"", 0);
        script.run(&DropTemporaryTables, r#"{"patterns": ["s.tmp_*"], "keep_logs": false}"#)?;
        assert_eq!(script.sent()[1].params, [Value::from("tmp!_%"), Value::from("s")]);
        script.finished()
    }

    #[test]
    fn a_pattern_for_everything_is_refused() {
        for pattern in ["*", "a*", "s.*", "*.tmp_x", ".tmp_x", ""] {
            let options = format!(r#"{{"patterns": ["{pattern}"]}}"#);
            assert!(Script::new().place(&DropTemporaryTables, &options).is_err(), "{pattern}");
        }
    }
}
