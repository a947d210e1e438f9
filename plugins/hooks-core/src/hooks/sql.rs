//! `sql`: statements of the project's own.

use crate::{one_or_more::OneOrMore, statement::within};
use confiture_sdk::{Call, Error, Hook, HookMeta, Outcome, Phase, Placing, Step};
use schemars::JsonSchema;
use serde::Deserialize;

/// Statements of the project's own.
pub struct Sql;

/// Where the statements run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SqlStage {
    /// In the migration's transaction.
    #[default]
    InTransaction,
    /// After its commit, in a transaction of their own.
    AfterCommit,
    /// After its commit, outside any transaction.
    Autocommit,
}

/// Options of `sql`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The SQL to run: a text of one or more statements, or a list of such texts.
    statements: OneOrMore<String>,
    /// Where: `in-transaction`, `after-commit` (in a transaction of its own) or `autocommit` (outside any).
    #[serde(default)]
    stage: SqlStage,
}

impl Hook for Sql {
    type Options = Options;

    const META: HookMeta =
        HookMeta { id: "sql", summary: "Runs SQL statements", phases: Phase::ALL, documentation: DOCUMENTATION };

    fn place(&self, options: &Options) -> Result<Placing, Error> {
        if options.statements.as_slice().iter().all(|text| text.trim().is_empty()) {
            return Err(Error::option("/statements", "at least one SQL statement"));
        }
        Ok(match options.stage {
            SqlStage::InTransaction => Placing::in_transaction(),
            SqlStage::AfterCommit => Placing::own_transaction(),
            SqlStage::Autocommit => Placing::autocommit(),
        })
    }

    fn plan(&self, options: &Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        let statements = statements(options, call)?;
        // Outside a transaction each statement stands for itself, so that what is done is not done again.
        if options.stage != SqlStage::Autocommit {
            return Ok(vec![Step::new(format!("{} SQL statement(s)", statements.len()))]);
        }
        let title = |number: usize| format!("SQL statement {} of {}", number + 1, statements.len());
        (0..statements.len()).map(|number| Step::new(title(number)).with(&number)).collect()
    }

    fn run(&self, options: &Options, step: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        let statements = statements(options, call)?;
        let only: Option<usize> = if step.arguments.is_empty() { None } else { Some(step.read()?) };
        let mut rows: u64 = 0;
        for (number, statement) in statements.iter().enumerate().filter(|(at, _)| only.is_none_or(|only| only == *at)) {
            call.progress(number as u64, Some(statements.len() as u64), "statements");
            let changed = call.database.execute(statement, &[]);
            rows += changed.map_err(|error| within(&format!("statement {}", number + 1), error))?;
        }
        Ok(Outcome::rows(rows))
    }
}

fn statements(options: &Options, call: &Call<'_>) -> Result<Vec<String>, Error> {
    let mut statements = Vec::new();
    for text in options.statements.as_slice() {
        statements.extend(call.database.split(text)?);
    }
    Ok(statements)
}

const DOCUMENTATION: &str = r#"
## What it does

Runs statements in their order, as they are written. In the migration's transaction a failure undoes all of it.

```yaml
type: sql
config:
  statements:
    - UPDATE accounts SET plan = 'free' WHERE plan IS NULL
    - REFRESH MATERIALIZED VIEW account_totals
```

With `stage: autocommit` each statement is a step by itself, outside any transaction: VACUUM, or an index that is built
CONCURRENTLY. What is done then stays done, and a run that is resumed starts at the first that is not.

## When to use it

For what belongs to a migration and is no part of the schema: a change of data, a grant, a refresh. A hook runs with a
timeout and retries of its own, and can depend on a condition, as the migration's own statements cannot.

## What it costs

What the statements cost. Their locks are held to the end of the migration, unless they run after the commit.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::{Placement, testing::Script};

    #[test]
    fn statements_run_in_order() -> Result<(), Error> {
        let options = r#"{"statements": ["UPDATE a SET b = 1; DELETE FROM c", "SELECT f()"]}"#;
        let script = Script::new().changes("UPDATE a", 3).changes("DELETE FROM c", 2).changes("SELECT f()", 0);
        assert_eq!(script.run(&Sql, options)?[0].rows_affected, 5);
        script.finished()
    }

    #[test]
    fn outside_a_transaction_each_is_a_step() -> Result<(), Error> {
        let options = r#"{"statements": "VACUUM a; VACUUM b", "stage": "autocommit"}"#;
        let script = Script::new().changes("VACUUM b", 0);
        assert_eq!(script.place(&Sql, options)?.placement, Placement::Autocommit);
        let steps = script.plan(&Sql, options)?;
        assert_eq!(steps.len(), 2);
        script.run_step(&Sql, options, &steps[1])?;
        script.finished()
    }

    #[test]
    fn a_failure_names_its_statement() {
        let script = Script::new().changes("UPDATE a", 1).fails("DELETE", Error::failed("no"));
        let error = script.run(&Sql, r#"{"statements": "UPDATE a; DELETE FROM b"}"#).unwrap_err();
        assert_eq!(error.to_string(), "statement 2: no");
        assert!(Script::new().place(&Sql, r#"{"statements": []}"#).is_err());
    }
}
