//! `format_preserving`: other digits and letters in the same places.

mod checks;
mod layout;

use crate::{
    on_mismatch::OnMismatch,
    permutation::{Item, permute},
};
use checks::Check;
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, Mask, Promises, Secret, Strategy, StrategyMeta, When, Written, types},
};
use layout::{Layout, Plan};
use schemars::JsonSchema;
use serde::Deserialize;

/// Other digits and letters in the same places.
pub struct FormatPreserving;

/// Options of `format_preserving`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Check digits that have to be right afterwards; values whose own are wrong are mismatches.
    check: Check,
    /// How many digits and letters stay at the beginning; of an IBAN, behind the country and its check digits.
    keep_first: usize,
    /// How many digits and letters stay at the end.
    keep_last: usize,
    /// What becomes of a value that it cannot be applied to; none for `error` where the column is unique or joined, else
    /// `mask`.
    on_mismatch: Option<OnMismatch>,
    /// The secret that decides the characters; none for the profile's.
    key: Secret,
}

impl Strategy for FormatPreserving {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "format_preserving",
        summary: "Replaces digits by digits and letters by letters, one to one",
        documentation: DOCUMENTATION,
        accepts: types::TEXT,
        promises: Promises::ONE_TO_ONE,
        unless: &[],
        batch_rows: None,
    };
    const WHEN: &'static [When] = OnMismatch::WHEN;

    fn open(&self, options: Options, target: &ColumnInfo, _: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        if options.keep_last > 0 && options.check == Check::Luhn {
            return Err(Error::option("/keep_last", "0 with `check: luhn`: the last digit is the check digit"));
        }
        let matters = target.unique || target.join_group.is_some();
        let on_mismatch = options.on_mismatch.unwrap_or(if matters { OnMismatch::Error } else { OnMismatch::Mask });
        on_mismatch.check(target)?;
        let layout = Layout { check: options.check, keep_first: options.keep_first, keep_last: options.keep_last };
        Ok(Box::new(Formats { layout, on_mismatch, ignores_case: target.ignores_case(), key: options.key }))
    }
}

struct Formats {
    layout: Layout,
    on_mismatch: OnMismatch,
    ignores_case: bool,
    key: Secret,
}

impl Mask for Formats {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        if self.ignores_case {
            let folded: Column = values.iter().map(|value| value.map(str::to_lowercase)).collect();
            return self.exact(&folded);
        }
        self.exact(values)
    }
}

impl Formats {
    fn exact(&self, values: &Column) -> Result<Column, Error> {
        let mut plan = Plan::default();
        for value in values {
            self.layout.add(value, &mut plan);
        }
        self.permute(&mut plan)?;
        values.map(|row, value, text| {
            let Some(cells) = plan.row(row) else {
                if value.is_empty() {
                    return Ok(Written::Value);
                }
                return self.on_mismatch.write(row, value, "the value does not have the expected form", text);
            };
            self.layout.write(value, cells, text);
            Ok(Written::Value)
        })
    }

    /// Long values are several numbers. First each is permuted by what its left neighbour became, then each by what its
    /// right neighbour became: so every character depends on all others, and the whole stays one to one.
    fn permute(&self, plan: &mut Plan) -> Result<(), Error> {
        let deepest = plan.chunks.iter().map(|chunk| chunk.level).max().unwrap_or(0);
        for level in 0..=deepest {
            let at: Vec<usize> = (0..plan.chunks.len()).filter(|&at| plan.chunks[at].level == level).collect();
            self.round(plan, &at, |plan, at| if level == 0 { 0 } else { plan.chunks[at - 1].mixed() })?;
        }
        for level in (0..deepest).rev() {
            let has_right = |&at: &usize| plan.chunks[at].level == level && !plan.chunks[at].last;
            let at: Vec<usize> = (0..plan.chunks.len()).filter(has_right).collect();
            self.round(plan, &at, |plan, at| plan.chunks[at + 1].mixed().rotate_left(32) | 1)?;
        }
        plan.spread();
        Ok(())
    }

    fn round(&self, plan: &mut Plan, at: &[usize], neighbour: impl Fn(&Plan, usize) -> u64) -> Result<(), Error> {
        let item = |&at: &usize| {
            let chunk = &plan.chunks[at];
            Item { value: chunk.value, size: chunk.size, tweak: chunk.tweak ^ neighbour(plan, at) }
        };
        let mut items: Vec<Item> = at.iter().map(item).collect();
        permute(&self.key, "format_preserving", &mut items)?;
        for (&at, item) in at.iter().zip(&items) {
            plan.chunks[at].value = item.value;
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Replaces every digit by a digit, every capital letter of ASCII by a capital and every small one by a small one; length and
all other signs stay. `keep_first` and `keep_last` keep so many digits and letters at the ends.

```mask text {"key": "${K}"}
030 1234-567 -> 863 4059-326
AB-1234-c -> AG-0254-d
NULL -> NULL
'' -> ''
```

```mask varchar(19) {"check": "luhn", "keep_first": 6, "key": "${K}"}
4111 1111 1111 1111 -> 4111 1163 1503 6691
```

```mask text {"check": "iban", "key": "${K}"}
DE89 3704 0044 0532 0130 00 -> DE87 2817 1256 3162 0645 76
```

With `check: luhn` the last digit is the right check digit; with `check: iban` country and length stay and the two check
digits are right (those that some countries have inside the number are not). A value whose own check digits are wrong, one
with letters or digits beyond ASCII and one in which nothing would change are mismatches: masked whole, or as `on_mismatch`
says; in unique and joined columns they stop the run.

```mask text {"check": "luhn"}
4111 1111 1111 1112 -> *******************
```

```mask text {"on_mismatch": "error"}
Zoë -> error
--- -> error
```

```refused text {"check": "luhn", "keep_last": 4}
the last digit is the check digit
```

## What it promises

Deterministic and injective, exactly. It is a Feistel network of at least 10 rounds (24 where there are few values) over
HMAC-SHA-256 with cycle walking; not NIST's FF1. Separators do not matter: `030-123` and `030 123` get the same digits.
Among few possible values one may become itself: of ten single digits, about one.

## When to use it

For numbers that other systems check or that people read: cards, accounts, phones, customers, plates.
"#;

#[cfg(test)]
mod tests;
