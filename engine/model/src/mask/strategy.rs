//! What a plugin says of a strategy.

use crate::rule::OptionInfo;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a strategy promises of its results. Each promise is tested before it is relied on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promises {
    /// Equal inputs, in equal rows where it looks at the row, give equal outputs, in this run and the next.
    pub deterministic: bool,
    /// Different inputs give different outputs, up to the digest's collision bound.
    pub injective: bool,
    /// The original can be recovered from the output.
    pub reversible: bool,
    /// Some values may come out as they went in, on purpose. A licence more than a promise.
    pub may_keep: bool,
}

/// One of [`Promises`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Promise {
    Deterministic,
    Injective,
    Reversible,
    MayKeep,
}

impl Promise {
    /// As the contract writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deterministic => "deterministic",
            Self::Injective => "injective",
            Self::Reversible => "reversible",
            Self::MayKeep => "may-keep",
        }
    }
}

/// An option that takes promises back where it is set: to anything but `null` and `false`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unless {
    /// The option.
    pub option: String,
    /// What is no longer promised.
    pub promises: Vec<Promise>,
}

/// What a plugin says of one of its strategies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StrategyInfo {
    /// snake_case or kebab-case, unique within the plugin: what `type:` names.
    pub id: String,
    /// One sentence.
    pub summary: String,
    /// Markdown.
    pub documentation: String,
    /// PostgreSQL types that it takes, without modifiers; `enum` for enums, `any` for all.
    pub accepts: Vec<String>,
    /// What it promises, before [`StrategyInfo::unless`].
    pub promises: Promises,
    /// What it takes.
    pub options: Vec<OptionInfo>,
    /// Rows that it wants in a batch; none leaves it to whoever masks.
    pub batch_rows: Option<u32>,
    /// Options that take promises back.
    pub unless: Vec<Unless>,
}

impl StrategyInfo {
    /// What it promises with these options.
    pub fn promises_with(&self, options: &Value) -> Promises {
        let mut promises = self.promises;
        for unless in &self.unless {
            if matches!(options.get(&unless.option), None | Some(Value::Null | Value::Bool(false))) {
                continue;
            }
            for promise in &unless.promises {
                match promise {
                    Promise::Deterministic => promises.deterministic = false,
                    Promise::Injective => promises.injective = false,
                    Promise::Reversible => promises.reversible = false,
                    Promise::MayKeep => promises.may_keep = false,
                }
            }
        }
        promises
    }

    /// Rows that it wants in a batch with these options: the option whose schema has the format `batch-rows`, its default,
    /// or [`StrategyInfo::batch_rows`]. Such a strategy gets no shorter batch where a table has that many rows: a short
    /// last one is joined with the one before.
    pub fn batch_rows_with(&self, options: &Value) -> Option<u32> {
        let option = self.options.iter().find(|option| option.schema.get("format").is_some_and(|f| f == "batch-rows"));
        let set = option.and_then(|option| {
            let set = options.get(&option.name).filter(|set| !set.is_null());
            set.or_else(|| option.schema.get("default")).and_then(Value::as_u64)
        });
        set.and_then(|rows| u32::try_from(rows).ok()).or(self.batch_rows)
    }

    /// The names of its options that hold secrets: those whose schema has the format `secret`.
    pub fn secret_options(&self) -> impl Iterator<Item = &str> {
        let secret = |option: &&OptionInfo| option.schema.get("format").is_some_and(|format| format == "secret");
        self.options.iter().filter(secret).map(|option| option.name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn shuffle() -> StrategyInfo {
        let option =
            |name: &str, schema| OptionInfo { name: name.to_owned(), summary: String::new(), required: false, schema };
        StrategyInfo {
            id: "shuffle".to_owned(),
            summary: String::new(),
            documentation: String::new(),
            accepts: vec!["any".to_owned()],
            promises: Promises { deterministic: true, injective: true, ..Promises::default() },
            options: vec![
                option("window", json!({"type": "integer", "format": "batch-rows", "default": 10_000})),
                option("key", json!({"type": ["string", "null"], "format": "secret"})),
            ],
            batch_rows: Some(7),
            unless: vec![Unless { option: "random".to_owned(), promises: vec![Promise::Deterministic] }],
        }
    }

    #[test]
    fn an_option_takes_a_promise_back() {
        let promises = shuffle().promises_with(&json!({"random": true}));
        assert!(!promises.deterministic && promises.injective);
        for unset in [json!({}), json!({"random": false}), json!({"random": null})] {
            assert!(shuffle().promises_with(&unset).deterministic, "{unset}");
        }
    }

    #[test]
    fn an_option_decides_the_batch() {
        assert_eq!(shuffle().batch_rows_with(&json!({"window": 500})), Some(500));
        assert_eq!(shuffle().batch_rows_with(&json!({})), Some(10_000));
        let plain = StrategyInfo { options: Vec::new(), ..shuffle() };
        assert_eq!(plain.batch_rows_with(&json!({"window": 500})), Some(7));
    }

    #[test]
    fn secrets_are_named_by_their_schema() {
        assert_eq!(shuffle().secret_options().collect::<Vec<_>>(), ["key"]);
    }
}
