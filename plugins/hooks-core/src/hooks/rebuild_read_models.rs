//! `rebuild_read_models`: read models, computed anew.

use crate::{statement::within, table::require};
use confiture_sdk::{Call, Error, Hook, HookMeta, Outcome, Phase, Placing, Step, sql::Name};
use schemars::JsonSchema;
use serde::Deserialize;

/// Read models, computed anew.
pub struct RebuildReadModels;

/// Options of `rebuild_read_models`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// SQL that computes them, run as it is written.
    #[serde(default)]
    action: Option<String>,
    /// Materialized views to refresh, in this order, before the action.
    #[serde(default)]
    read_models: Vec<Name>,
    /// Whether readers go on while a materialized view is refreshed; it needs a unique index.
    #[serde(default)]
    concurrent: bool,
}

impl Hook for RebuildReadModels {
    type Options = Options;

    const META: HookMeta = HookMeta {
        id: "rebuild_read_models",
        summary: "Computes read models anew: materialized views, or by SQL of the project's own",
        phases: &[Phase::BeforeDdl, Phase::AfterDdl, Phase::AfterValidation, Phase::Cleanup, Phase::AfterMigration],
        documentation: DOCUMENTATION,
    };

    fn place(&self, options: &Options) -> Result<Placing, Error> {
        let action = options.action.as_deref().is_some_and(|action| !action.trim().is_empty());
        match action || !options.read_models.is_empty() {
            true => Ok(Placing::in_transaction()),
            false => Err(Error::option("/action", "SQL in `action`, or materialized views in `read_models`")),
        }
    }

    fn plan(&self, options: &Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        require(&call.database, &options.read_models)?;
        let refresh = |name: &Name| Step::new(format!("refresh {name}")).with(&name);
        let mut steps = options.read_models.iter().map(refresh).collect::<Result<Vec<_>, _>>()?;
        if options.action.is_some() {
            steps.push(Step::new("compute read models"));
        }
        Ok(steps)
    }

    fn run(&self, options: &Options, step: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        if !step.arguments.is_empty() {
            let name: Name = step.read()?;
            let concurrently = if options.concurrent { "CONCURRENTLY " } else { "" };
            call.database.execute(&format!("REFRESH MATERIALIZED VIEW {concurrently}{name}"), &[])?;
            return Ok(Outcome::default());
        }
        let mut rows: u64 = 0;
        let statements = call.database.split(options.action.as_deref().unwrap_or_default())?;
        for (number, statement) in statements.iter().enumerate() {
            let changed = call.database.execute(statement, &[]);
            rows += changed.map_err(|error| within(&format!("`action`, statement {}", number + 1), error))?;
        }
        Ok(Outcome::rows(rows))
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Refreshes materialized views, then runs the SQL of `action` as it is written: each statement in its order.

```yaml
type: rebuild_read_models
condition: "migration_name contains '01_write_side'"
config:
  read_models:
    - reporting.monthly_revenue
  action: |
    TRUNCATE r_customer_lifetime_value;
    INSERT INTO r_customer_lifetime_value SELECT * FROM compute_clv();
```

`SELECT ... INTO table` creates the table, and so fails where it is there already: a second run needs the form above.

## When to use it

For an environment in which every change of the write side is followed by a rebuild: with a condition, under
`after_migration`. For one large table, `backfill_read_model` works in batches and can be resumed.

## What it costs

What the queries cost, and a table's worth of write-ahead log. A refresh without `concurrent` keeps readers of the view
waiting to the end of the transaction.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::Script;

    #[test]
    fn views_first_then_the_action() -> Result<(), Error> {
        let options = r#"{"read_models": ["a.v"], "concurrent": true, "action": "TRUNCATE r; INSERT INTO r SELECT 1"}"#;
        let script = Script::new()
            .answers("to_regclass", &["found"], [vec![true.into()]])
            .changes("REFRESH MATERIALIZED VIEW CONCURRENTLY a.v", 0)
            .changes("TRUNCATE r", 0)
            .changes("INSERT INTO r SELECT 1", 9);
        let outcomes = script.run(&RebuildReadModels, options)?;
        assert_eq!(outcomes.iter().map(|outcome| outcome.rows_affected).collect::<Vec<_>>(), [0, 9]);
        script.finished()
    }

    #[test]
    fn nothing_to_do_is_an_error() {
        assert!(Script::new().place(&RebuildReadModels, "{}").is_err());
        assert!(Script::new().place(&RebuildReadModels, r#"{"action": " "}"#).is_err());
    }
}
