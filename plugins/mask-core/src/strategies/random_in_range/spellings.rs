//! Other ways to write `random_in_range`.

use super::{META, Options, open};
use crate::bound::Literal;
use confiture_sdk::{
    Error,
    masking::{ColumnInfo, Mask, Secret, Strategy, StrategyMeta},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// `random_decimal`.
pub struct RandomDecimal;

impl Strategy for RandomDecimal {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta { id: "random_decimal", ..META };

    fn open(&self, options: Options, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        open(options, target, row)
    }
}

/// `type: custom` with the name of what is meant.
pub struct Custom;

/// Options of `custom`.
#[derive(Deserialize, JsonSchema)]
pub struct CustomOptions {
    /// What is meant.
    strategy: Meant,
    #[serde(flatten)]
    options: Options,
}

/// What `custom` can mean.
#[derive(Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Meant {
    /// `random_in_range`.
    RandomInRange,
    /// The same.
    RandomDecimal,
}

impl Strategy for Custom {
    type Options = CustomOptions;
    const META: StrategyMeta = StrategyMeta { id: "custom", documentation: CUSTOM, ..META };

    fn open(&self, options: CustomOptions, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        let CustomOptions { strategy: Meant::RandomInRange | Meant::RandomDecimal, options } = options;
        open(options, target, row)
    }
}

/// `type: custom_function` with a call.
pub struct CustomFunction;

/// Options of `custom_function`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FunctionOptions {
    /// The call: `random_decimal(100, 50000)` or `random_in_range(1, 6)`.
    function: String,
}

impl Strategy for CustomFunction {
    type Options = FunctionOptions;
    const META: StrategyMeta = StrategyMeta { id: "custom_function", documentation: FUNCTION, ..META };

    fn open(&self, options: FunctionOptions, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        let (min, max) = call(&options.function)
            .ok_or_else(|| Error::option("/function", "`random_decimal(MIN, MAX)` or `random_in_range(MIN, MAX)`"))?;
        let bounds = Options { min, max, scale: None, by: Vec::new(), key: Secret::default() };
        open(bounds, target, row).map_err(|error| match error {
            Error::InvalidConfig { expected, .. } => Error::option("/function", format!("bounds that fit: {expected}")),
            other => other,
        })
    }
}

fn call(text: &str) -> Option<(Literal, Literal)> {
    let (name, rest) = text.trim().split_once('(')?;
    if !matches!(name.trim(), "random_decimal" | "random_in_range") {
        return None;
    }
    let (min, max) = rest.strip_suffix(')')?.split_once(',')?;
    let argument = |text: &str| Literal(text.trim().trim_matches('\'').to_owned());
    Some((argument(min), argument(max)))
}

const CUSTOM: &str = r#"
## What it does

What `strategy` names: `random_in_range`, or `random_decimal`, which is the same. The other options are theirs.

```mask integer {"strategy": "random_in_range", "min": 5, "max": 5}
42 -> 5
NULL -> NULL
```

```refused integer {"strategy": "reverse", "min": 5, "max": 5}
random_in_range
```

## What it promises

What `random_in_range` does: nothing.

## When to use it

In profiles that are written so; else name the strategy itself as the `type`.
"#;

const FUNCTION: &str = r#"
## What it does

Calls `random_decimal(MIN, MAX)` or `random_in_range(MIN, MAX)`, which are `random_in_range` with these bounds.

```mask numeric(8,2) {"function": "random_decimal(9, 9)"}
12.50 -> 9.00
NULL -> NULL
```

```refused numeric {"function": "reverse()"}
`random_decimal(MIN, MAX)`
```

## What it promises

What `random_in_range` does: nothing.

## When to use it

In profiles that are written so; else `type: random_in_range` says the same with names.
"#;
