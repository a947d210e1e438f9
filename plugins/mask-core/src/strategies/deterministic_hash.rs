//! `deterministic_hash`: pseudonyms that fit their column.

mod exact;

use crate::{refusal, written};
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, Kind, Mask, Promises, Secret, Strategy, StrategyMeta, Written},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// Pseudonyms that fit their column.
pub struct DeterministicHash;

/// The digits of a whole digest.
const DIGITS: usize = 64;
/// The greatest accepted probability that two values of a table become one.
const RISK: f64 = 1e-9;
/// Taken for the size of a table whose size is not known.
const ROWS: u64 = 1_000_000;

/// Options of `deterministic_hash`.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The secret that decides the pseudonyms; none for the profile's.
    salt: Option<Secret>,
    /// The same as `salt`.
    key: Option<Secret>,
    /// The hash: HMAC with SHA-256.
    algorithm: Algorithm,
    /// How many hexadecimal digits a text gets; none for 64, or as many as the column takes.
    #[schemars(range(min = 8, max = 64))]
    length: Option<usize>,
}

/// A hash.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// HMAC-SHA-256.
    #[default]
    Sha256,
}

impl Default for Options {
    fn default() -> Self {
        Self { salt: None, key: None, algorithm: Algorithm::Sha256, length: None }
    }
}

impl Strategy for DeterministicHash {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "deterministic_hash",
        summary: "Replaces values by keyed pseudonyms that fit the column",
        documentation: DOCUMENTATION,
        accepts: &[
            "text",
            "character varying",
            "character",
            "citext",
            "uuid",
            "smallint",
            "integer",
            "bigint",
            "numeric",
            "bytea",
            "enum",
        ],
        promises: Promises { fresh: true, ..Promises::ONE_TO_ONE },
        unless: &[],
        batch_rows: None,
    };

    fn open(&self, options: Options, target: &ColumnInfo, _: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error> {
        let key = match (options.salt, options.key) {
            (Some(_), Some(_)) => return Err(Error::option("/key", "`salt` or `key`, not both")),
            (salt, key) => salt.or(key).unwrap_or_default(),
        };
        if options.length.is_some_and(|length| !(8..=DIGITS).contains(&length)) {
            return Err(Error::option("/length", "a number from 8 to 64"));
        }
        match target.kind() {
            Kind::Text => {
                let digits = digits(options.length, target)?;
                Ok(Box::new(Hex { key, digits, ignores_case: target.ignores_case() }))
            }
            _ if options.length.is_some() => {
                Err(Error::option("/length", format!("nothing: {} has a length of its own", target.type_name)))
            }
            Kind::Uuid => Ok(Box::new(Id { key })),
            Kind::Bytes => Ok(Box::new(Raw { key })),
            kind => exact::open(key, kind, target),
        }
    }
}

/// How many digits fit; refused where two values would too probably become one.
fn digits(asked: Option<usize>, target: &ColumnInfo) -> Result<usize, Error> {
    let room = target.room().unwrap_or(DIGITS);
    let digits = asked.unwrap_or(room.min(DIGITS));
    if digits > room {
        return Err(refusal::too_short(target, room, digits, "the pseudonym"));
    }
    let rows = target.estimated_rows.unwrap_or(ROWS).max(2) as f64;
    // The birthday bound: n² / 2 pairs, each equal with 16^-digits.
    let needed = ((rows * rows / 2.0 / RISK).log2() / 4.0).ceil() as usize;
    if digits < needed {
        return Err(Error::failed(format!(
            "{digits} hexadecimal digits are too few for the column `{}`: among about {rows} rows two values would become \
             one with a probability over 1e-9; {needed} digits are enough. `format_preserving` needs no more room than \
             the values have",
            target.name
        )));
    }
    Ok(digits)
}

/// Uses of one key by type: the same value in two types has two pseudonyms.
const TEXT: &str = "deterministic_hash";
const UUID: &str = "deterministic_hash/uuid";
const BYTES: &str = "deterministic_hash/bytea";

struct Hex {
    key: Secret,
    digits: usize,
    ignores_case: bool,
}

impl Mask for Hex {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        let digests = if self.ignores_case {
            let folded: Column = values.iter().map(|value| value.map(str::to_lowercase)).collect();
            self.key.hash(TEXT, &folded)?
        } else {
            self.key.hash(TEXT, values)?
        };
        values.map(|row, _, text| {
            written::hex(digests.get(row), self.digits, text);
            Ok(Written::Value)
        })
    }
}

struct Id {
    key: Secret,
}

impl Mask for Id {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        let digests = self.key.hash(UUID, values)?;
        values.map(|row, _, text| {
            written::uuid(digests.get(row), text);
            Ok(Written::Value)
        })
    }
}

struct Raw {
    key: Secret,
}

impl Mask for Raw {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        let digests = self.key.hash(BYTES, values)?;
        values.map(|row, _, text| {
            text.push_str("\\x");
            written::hex(digests.get(row), DIGITS, text);
            Ok(Written::Value)
        })
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Replaces a value by a pseudonym that HMAC-SHA-256 makes of it under a secret. What the pseudonym looks like follows the
column's type:

- text: 64 hexadecimal digits, or as many as the column takes, or `length`. The empty text has a pseudonym too.
- uuid: a UUID of version 8.
- integers: a keyed permutation of the type's range that keeps the sign; smallint, integer and bigint that foreign keys
  join are permuted in the narrowest type's range.
- numeric: another number with as many digits, before and behind the point.
- bytea: 32 bytes.
- enums: another label, by a keyed permutation of the labels.

```mask text {"salt": "${QA_ANON_SALT}", "algorithm": "sha256"}
ada -> 363efb26a67f921fc636ec26fbd7778efc17e70339188e653a63319d071512ec
'' -> 934e038eab132efab04f756caa95839c95e68cf89a944633b7c47e1a3e5bdfb7
NULL -> NULL
```

```mask uuid {"salt": "${QA_ANON_SALT}"}
6f1b6f60-0000-4000-8000-000000000001 -> 2f328359-351c-84eb-b20a-d0585d3eb1b9
```

```mask integer {"salt": "${QA_ANON_SALT}"}
1 -> 268407254
2 -> 1263476761
-1 -> -2046699738
```

```mask numeric(8,2) {"salt": "${QA_ANON_SALT}"}
12.50 -> 52.30
-0.07 -> -0.04
```

```mask enum(low, middle, high) {"salt": "${QA_ANON_SALT}"}
low -> high
high -> middle
```

A column that has room for too few digits is refused: where two of its rows would become one with a probability of more
than 1e-9, by the size that PostgreSQL estimates for the table (a million rows where it knows none).

```refused varchar(12) {"salt": "${QA_ANON_SALT}"}
12 hexadecimal digits are too few
```

## What it promises

Deterministic and injective: exactly for integers, numbers and enums, up to the digest's length for the others. A value has
the same pseudonym in every table, so joins still join. No one gets back from a pseudonym without the secret. In a `citext`
column case does not matter.

## When to use it

For identifiers that other tables refer to, and for tokens and hashes of passwords.
"#;

#[cfg(test)]
mod tests;
