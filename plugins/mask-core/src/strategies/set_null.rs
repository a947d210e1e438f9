//! `set_null`: nothing is left.

use confiture_sdk::{
    Error, NoOptions,
    masking::{Column, ColumnBuilder, ColumnInfo, Mask, Promises, Strategy, StrategyMeta, types},
};

/// Nothing is left.
pub struct SetNull;

impl Strategy for SetNull {
    type Options = NoOptions;
    const META: StrategyMeta = StrategyMeta {
        id: "set_null",
        summary: "Replaces every value by null",
        documentation: DOCUMENTATION,
        accepts: types::ANY,
        promises: Promises { fresh: true, makes_nulls: true, all_null: true, ..Promises::DETERMINISTIC },
        unless: &[],
        batch_rows: None,
    };

    fn open(&self, _: NoOptions, target: &ColumnInfo, _: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        if !target.nullable {
            return Err(Error::failed(format!("the column `{}` is NOT NULL: use `fixed`", target.name)));
        }
        Ok(Box::new(Nulls))
    }
}

struct Nulls;

impl Mask for Nulls {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        let mut nulls = ColumnBuilder::with_capacity(values.len(), 0);
        (0..values.len()).for_each(|_| nulls.push_null());
        Ok(nulls.finish())
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Replaces every value by null. A column that is NOT NULL is refused.

```mask date
1815-12-10 -> NULL
NULL -> NULL
```

```refused text not null
is NOT NULL: use `fixed`
```

## What it promises

Deterministic: there is but one result.

## When to use it

For what no one needs outside production. Nothing is safer.
"#;
