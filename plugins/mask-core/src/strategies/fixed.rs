//! `fixed`: one value for all.

use crate::{
    bound::Literal,
    calendar::Moment,
    decimal::{self, Decimal},
    refusal,
};
use confiture_sdk::{
    Error,
    masking::{Column, ColumnInfo, Kind, Mask, Promises, Strategy, StrategyMeta, Written, types},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// One value for all.
pub struct Fixed;

/// Options of `fixed`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// What every value becomes, as PostgreSQL would write it.
    value: Literal,
}

impl Strategy for Fixed {
    type Options = Options;
    const META: StrategyMeta = StrategyMeta {
        id: "fixed",
        summary: "Replaces every value by the same one",
        documentation: DOCUMENTATION,
        accepts: types::ANY,
        promises: Promises::DETERMINISTIC,
        unless: &[],
        batch_rows: None,
    };

    fn open(
        &self,
        Options { value: Literal(value) }: Options,
        target: &ColumnInfo,
        _: &[ColumnInfo],
    ) -> Result<Box<dyn Mask>, Error> {
        let length = value.chars().count();
        match target.room() {
            Some(room) if room < length => return Err(refusal::too_short(target, room, length, "the value")),
            _ => {}
        }
        match is_value(&value, target) {
            true => Ok(Box::new(Same(value))),
            false => Err(Error::option("/value", format!("a value of type {}", target.type_name))),
        }
    }
}

/// Whether PostgreSQL would take a text for the column; what is not known here is left to it.
fn is_value(value: &str, target: &ColumnInfo) -> bool {
    let hexadecimal = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match target.kind() {
        Kind::Boolean => matches!(value, "true" | "false" | "t" | "f"),
        Kind::Integer(_) | Kind::Numeric(_) => {
            let number = Decimal::read(value);
            let number = number.filter(|number| decimal::scale_of(target).is_none_or(|scale| number.scale <= scale));
            number.is_some_and(|number| {
                let (least, most) = decimal::range(target, number.scale.max(decimal::scale_of(target).unwrap_or(0)));
                let scale = decimal::scale_of(target).unwrap_or(number.scale);
                number.rescaled(scale).is_some_and(|number| (least..=most).contains(&number.unscaled))
            })
        }
        Kind::Float(_) => value.parse::<f64>().is_ok(),
        Kind::Uuid => value.len() == 36 && hexadecimal(&value.replace('-', "")) && value.matches('-').count() == 4,
        Kind::Date => Moment::read(value).is_some_and(|moment| moment.rest.is_empty()),
        Kind::Timestamp => Moment::read(value).is_some(),
        Kind::Json => serde_json::from_str::<serde_json::Value>(value).is_ok(),
        Kind::Bytes => value.strip_prefix("\\x").is_some_and(|rest| rest.len() % 2 == 0 && hexadecimal(rest)),
        Kind::Enum => target.labels.iter().any(|label| label == value),
        Kind::Text | Kind::Time | Kind::Inet | Kind::Cidr | Kind::Mac(_) | Kind::Other => true,
    }
}

struct Same(String);

impl Mask for Same {
    fn mask(&self, values: &Column, _: &[Column]) -> Result<Column, Error> {
        values.map(|_, _, text| {
            text.push_str(&self.0);
            Ok(Written::Value)
        })
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Replaces every value by `value`; null stays null. A value that is none of the column's type, none of an enum's labels, or too
long for the column is refused.

```mask text {"value": "removed"}
Ada -> removed
'' -> removed
NULL -> NULL
```

```mask integer {"value": 0}
42 -> 0
```

```mask json {"value": "{}"}
{"a": 1} -> {}
```

```refused smallint {"value": 40000}
a value of type smallint
```

```refused enum(low, high) {"value": "none"}
a value of type
```

## What it promises

Deterministic: there is but one result.

## When to use it

For columns that are NOT NULL and whose values no one needs: hashes of passwords, tokens, notes.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{keeps_its_promises, refusal, texts};
    use serde_json::json;

    #[test]
    fn values_have_to_be_of_the_type() {
        let opens = |type_name: &str, value: serde_json::Value| {
            refusal("fixed", &json!({ "value": value }), &ColumnInfo::new("a", type_name)).is_empty()
        };
        assert!(opens("numeric(5,2)", json!(999.99)) && !opens("numeric(5,2)", json!(1000)));
        assert!(opens("numeric(5,2)", json!("1.5")) && !opens("numeric(5,2)", json!("1.555")));
        assert!(opens("date", json!("2000-01-01")) && !opens("date", json!("2000-02-30")));
        assert!(opens("timestamptz", json!("2000-01-01 00:00:00+00")) && !opens("timestamp", json!("now")));
        assert!(opens("boolean", json!(false)) && !opens("boolean", json!("no")));
        assert!(opens("bytea", json!("\\x00")) && !opens("bytea", json!("00")));
        assert!(opens("uuid", json!("00000000-0000-0000-0000-000000000000")) && !opens("uuid", json!("0")));
        assert!(opens("varchar(3)", json!("äöü")) && !opens("varchar(3)", json!("aaaa")));
        assert!(!opens("json", json!("{")) && !opens("bigint", json!("9223372036854775808")));
        assert!(!refusal("fixed", &json!({}), &ColumnInfo::new("a", "text")).is_empty());
        keeps_its_promises("fixed", &json!({"value": "-"}), &ColumnInfo::new("a", "text"), &texts(), 0);
    }
}
