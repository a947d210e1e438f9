//! `none` and `no_anonymization`: values that stay as they are.

use confiture_sdk::{
    Error, NoOptions,
    masking::{Column, ColumnInfo, Mask, Promises, Strategy, StrategyMeta, types},
};

/// Values that stay as they are.
pub struct NoStrategy;

/// The same, under the name that reads well in a list of strategies.
pub struct NoAnonymization;

const META: StrategyMeta = StrategyMeta {
    id: "none",
    summary: "Keeps values as they are, on purpose",
    documentation: DOCUMENTATION,
    accepts: types::ANY,
    promises: Promises { may_keep: true, reversible: true, ..Promises::ONE_TO_ONE },
    unless: &[],
    batch_rows: None,
};

impl Strategy for NoStrategy {
    type Options = NoOptions;
    const META: StrategyMeta = META;

    fn open(&self, _: NoOptions, _: &ColumnInfo, _: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        Ok(Box::new(Kept))
    }
}

impl Strategy for NoAnonymization {
    type Options = NoOptions;
    const META: StrategyMeta = StrategyMeta { id: "no_anonymization", ..META };

    fn open(&self, _: NoOptions, _: &ColumnInfo, _: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        Ok(Box::new(Kept))
    }
}

struct Kept;

impl Mask for Kept {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        Ok(values.clone())
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Nothing: every value comes out as it went in, null and the empty text too. `none` and `no_anonymization` are the same.

```mask text
Ada -> Ada
'' -> ''
NULL -> NULL
```

## What it promises

Everything but privacy: reports list the column as kept.

## When to use it

To say that a column was looked at and holds nothing personal, and as a branch of `conditional`.
"#;
