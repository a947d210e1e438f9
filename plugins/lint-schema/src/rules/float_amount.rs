//! `float-amount`: amounts of money that are nearly right.

use crate::{
    case::words,
    column_types::{columns_of_type, tell},
    pattern::Pattern,
};
use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

/// Amounts of money that are nearly right.
pub struct FloatAmount;

/// Options of `float-amount`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// A regular expression that the names of amounts match, in place of the words that are known.
    amounts: Option<Pattern>,
}

/// Words in a column's name that speak of money.
const WORDS: &[&str] = &[
    "amount", "balance", "budget", "cost", "fee", "freight", "gross", "net", "paid", "payment", "price", "refund",
    "revenue", "salary", "subtotal", "tax", "total", "vat", "wage",
];

/// Words that say that it is none.
const MEASURES: &[&str] = &["count", "factor", "percent", "percentage", "pct", "rate", "ratio", "score", "weight"];

impl Options {
    fn is_amount(&self, name: &str) -> bool {
        if let Some(pattern) = &self.amounts {
            return pattern.matches(name);
        }
        let words = words(name);
        let plain = |word: &str| word.trim_end_matches(|char: char| char.is_ascii_digit()).to_owned();
        let listed = |list: &[&str], word: &str| list.contains(&word) || list.contains(&word.trim_end_matches('s'));
        let one_of = |list: &[&str]| words.iter().any(|word| listed(list, &plain(word)));
        one_of(WORDS) && !one_of(MEASURES)
    }
}

impl Rule for FloatAmount {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "float-amount",
        summary: "Amounts of money in floating point",
        category: "types",
        severity: Severity::Warning,
        enabled_by_default: false,
        reads: Parts::COLUMNS,
        documentation: DOCUMENTATION,
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        let floats = columns_of_type(relation, schema, |name| matches!(name, "real" | "double precision"));
        for column in floats.into_iter().filter(|column| options.is_amount(&column.name)) {
            tell(relation, column, "numeric", None, report);
        }
        Ok(())
    }
}

const DOCUMENTATION: &str = r#"
## What it finds

Columns of type `real` and `double precision` whose name speaks of money: `amount`, `price`, `total`, `balance`, `fee`, `tax` and
their like as a word of the name, unless another word makes it a measure (`tax_rate`). With `amounts`, those whose name matches.

```sql fires
CREATE TABLE invoices (id bigint PRIMARY KEY, total_amount double precision);
```

```sql clean
CREATE TABLE invoices (id bigint PRIMARY KEY, total_amount numeric(19, 4), tax_rate real);
CREATE TABLE readings (id bigint PRIMARY KEY, temperature double precision);
```

```sql fires {"amounts": "_eur$"}
CREATE TABLE invoices (id bigint PRIMARY KEY, net_eur real);
```

## Why it hurts

0.1 has no floating point number. Sums depend on the order of their rows, `0.1 + 0.2 = 0.3` is false, and a `real` holds six digits:
10000000.01 becomes 10000000. The books do not balance by a cent, and nobody finds out why.

## How to fix

```sql
ALTER TABLE invoices ALTER COLUMN total_amount TYPE numeric(19, 4);
```

That rewrites the table, and rounds what was nearly right.

## When to allow it

For estimates and statistics about money, where speed counts and the last digits do not.
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Table, check};

    fn columns(options: &str, names: &[&str]) -> Vec<String> {
        let mut table = Table::new("t").column("price", "numeric(10,2)").column("total", "bigint");
        for name in names {
            table = table.column(name, "double precision");
        }
        let found = check(&FloatAmount, options, &table.into()).unwrap();
        found.into_iter().map(|finding| finding.subject.name).collect()
    }

    #[test]
    fn names_that_speak_of_money() {
        assert_eq!(
            columns(
                "{}",
                &["amount", "UnitPrice", "total_costs", "tax_rate", "latitude", "network", "fees2", "costar"]
            ),
            ["amount", "UnitPrice", "total_costs", "fees2"]
        );
    }

    #[test]
    fn a_pattern_in_place_of_words() {
        assert_eq!(columns(r#"{"amounts": "_eur$"}"#, &["amount", "net_eur"]), ["net_eur"]);
        assert!(check(&FloatAmount, r#"{"amounts": "("}"#, &Table::new("t").into()).is_err());
    }
}
