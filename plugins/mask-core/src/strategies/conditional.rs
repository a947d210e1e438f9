//! `conditional`: one strategy or another, by the row.

mod condition;

use condition::Condition;
use confiture_sdk::{
    Error,
    masking::{
        Column, ColumnBuilder, ColumnInfo, ContextColumn, Inner, Mask, NestedStrategy, Promises, Strategy,
        StrategyMeta, types,
    },
};
use schemars::JsonSchema;
use serde::Deserialize;

/// One strategy or another, by the row.
pub struct Conditional;

/// Options of `conditional`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// A CEL expression over `row` that is true or false: `row['internal'] == true`.
    condition: String,
    /// What masks the rows of which it is true.
    if_true: NestedStrategy,
    /// What masks the others; `none` keeps them.
    if_false: NestedStrategy,
    /// Columns that the inner strategies want to see.
    #[serde(default)]
    columns: Vec<String>,
}

impl Strategy for Conditional {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "conditional",
        summary: "Masks rows by one strategy or another, as a condition says",
        documentation: DOCUMENTATION,
        accepts: types::ANY,
        promises: Promises { may_keep: true, ..Promises::NONE },
        unless: &[],
        batch_rows: None,
    };

    fn open(&self, options: Options, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        let condition = Condition::read(&options.condition, target, row)?;
        let mut columns = condition.columns.clone();
        for name in options.columns {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        columns.retain(|name| *name != target.name);
        let infos: Vec<ColumnInfo> = columns
            .iter()
            .map(|name| {
                let found = row.iter().find(|column| column.name == *name).cloned();
                found.ok_or_else(|| {
                    Error::option("/columns", format!("columns of `{}`: it has no `{name}`", target.table))
                })
            })
            .collect::<Result<_, _>>()?;
        let open = |strategy: &NestedStrategy, option: &str| {
            strategy.open(target, &infos).map_err(|error| inner(error, option))
        };
        let if_true = open(&options.if_true, "/if_true")?;
        let if_false = open(&options.if_false, "/if_false")?;
        Ok(Box::new(Branches { condition, columns, if_true, if_false }))
    }
}

/// An inner strategy's refusal, with the option that it stands in.
pub fn inner(error: Error, option: &str) -> Error {
    match error {
        Error::InvalidConfig { pointer, expected } => {
            Error::InvalidConfig { pointer: format!("{option}{pointer}"), expected }
        }
        Error::Failed(message) => Error::option(option, format!("a strategy for this column: {message}")),
        other => other,
    }
}

struct Branches {
    condition: Condition,
    columns: Vec<String>,
    if_true: Inner,
    if_false: Inner,
}

impl Mask for Branches {
    fn context_columns(&self) -> Vec<ContextColumn> {
        self.columns.iter().map(ContextColumn::original).collect()
    }

    fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error> {
        let holds = self.condition.holds(values, &self.columns, context)?;
        let mut masked = ColumnBuilder::with_capacity(values.len(), values.text().len());
        let branch = |wanted: bool, inner: &Inner| {
            let rows: Vec<usize> = (0..values.len()).filter(|&row| holds[row] == wanted).collect();
            if rows.is_empty() {
                return Ok(Column::default());
            }
            let context: Vec<Column> = context.iter().map(|column| column.select(&rows)).collect();
            inner.mask(&values.select(&rows), &context)
        };
        let (on_true, on_false) = (branch(true, &self.if_true)?, branch(false, &self.if_false)?);
        let (mut on_true, mut on_false) = (on_true.iter(), on_false.iter());
        for holds in holds {
            let next = if holds { on_true.next() } else { on_false.next() };
            masked.push(next.flatten());
        }
        Ok(masked.finish())
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Asks a condition of every row and masks its value by `if_true` or `if_false`, each the name of a strategy or one written
out. The condition is an expression in [CEL](https://cel.dev) over `row`, the row before masking: `row['internal'] == true`,
`row.country in ['FR', 'DE'] && row.total > 100`. Columns arrive by their types: boolean, integers, numbers; all others as
text; null as null.

```mask integer {"condition": "row['internal'] == true", "if_true": {"strategy": "none"}, "if_false": {"type": "fixed", "value": 0}}
7 [internal boolean=true] -> 7
7 [internal boolean=t] -> 7
7 [internal boolean=false] -> 0
7 [internal boolean=NULL] -> 0
NULL [internal boolean=false] -> NULL
```

Both branches have to be written: what should stay has `none`. Inner strategies that look at the row (`fake`,
`date_shift`) see the columns of the condition and those of `columns`.

```mask text {"condition": "row.value.startsWith('+49')", "if_true": "set_null", "if_false": {"type": "pattern_masking", "pattern": "***"}}
+49 30 -> NULL
abc -> ***
```

```refused text {"condition": "row['x'] == 1", "if_true": "none", "if_false": "set_null"}
it has no `x`
```

A condition that cannot be computed for a row (`row.total > 'a'`), or that is neither true nor false, stops the run.

## What it promises

Nothing of its own: each branch keeps what its strategy promises, within its rows.

## When to use it

Where rows of one table need different care: internal and real customers, countries, test accounts.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{profile, refusal};
    use serde_json::json;

    #[test]
    fn conditions_see_types() {
        let row: Vec<(ColumnInfo, Column)> =
            [("n", "bigint", "41"), ("x", "numeric(5,2)", "1.50"), ("s", "text", "a'b")]
                .map(|(name, type_name, value)| (ColumnInfo::new(name, type_name), [Some(value)].into_iter().collect()))
                .into();
        let value: Column = [Some("v")].into_iter().collect();
        for (condition, holds) in [
            ("row.n + 1 == 42", true),
            ("row['x'] > 1.4 && row['x'] < 1.6", true),
            ("row.s == \"a'b\" && size(row.s) == 3", true),
            ("row.value == 'w'", false),
            ("[1, 2].exists(i, i == row.n)", false),
            ("true", true),
        ] {
            let options = json!({"condition": condition, "if_true": "none", "if_false": "set_null"});
            let masked =
                profile().mask("conditional", &options, &ColumnInfo::new("value", "text"), &value, &row).unwrap();
            assert_eq!(masked.get(0).is_some(), holds, "{condition}");
        }
        for condition in ["row.n", "row.n > 'a'", "1 / (row.n - 41) > 0"] {
            let options = json!({"condition": condition, "if_true": "none", "if_false": "set_null"});
            let masked = profile().mask("conditional", &options, &ColumnInfo::new("value", "text"), &value, &row);
            assert!(masked.unwrap_err().to_string().starts_with("row 1"), "{condition}");
        }
    }

    #[test]
    fn what_cannot_work_is_refused_before_any_row() {
        let says = |condition: &str, if_true: serde_json::Value| {
            let options = json!({"condition": condition, "if_true": if_true, "if_false": "set_null"});
            refusal("conditional", &options, &ColumnInfo::new("value", "integer"))
        };
        assert!(says("row[", json!("none")).contains("/condition"));
        assert!(says("row == 1", json!("none")).contains("/condition"));
        assert!(says("other.x", json!("none")).contains("/condition"));
        assert!(says("row['a' + 'b']", json!("none")).contains("/condition"));
        assert!(says("true", json!("nowhere")).contains("/if_true"));
        assert!(says("true", json!({"type": "email_masking"})).contains("/if_true"));
        assert!(says("true", json!({"type": "fixed", "value": "x"})).contains("/if_true/value"));
        let error =
            refusal("conditional", &json!({"condition": "true", "if_true": "none"}), &ColumnInfo::new("a", "text"));
        assert!(error.contains("/if_false"));
    }
}
