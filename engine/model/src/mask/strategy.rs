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
    /// No result is a value that the column has in any row: a digest, an address that is nobody's. The proof of a sync looks
    /// for none, where the column is wide enough that none could be there by chance.
    #[serde(default)]
    pub fresh: bool,
    /// Some values may become null. A licence more than a promise.
    #[serde(default)]
    pub makes_nulls: bool,
    /// Every value becomes null, so that nothing joins by it.
    #[serde(default)]
    pub all_null: bool,
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
    Fresh,
    MakesNulls,
    AllNull,
}

impl Promise {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Deterministic,
        Self::Injective,
        Self::Reversible,
        Self::MayKeep,
        Self::Fresh,
        Self::MakesNulls,
        Self::AllNull,
    ];

    /// As the contract writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deterministic => "deterministic",
            Self::Injective => "injective",
            Self::Reversible => "reversible",
            Self::MayKeep => "may-keep",
            Self::Fresh => "fresh",
            Self::MakesNulls => "makes-nulls",
            Self::AllNull => "all-null",
        }
    }
}

impl Promises {
    /// Whether it is given.
    pub fn has(&self, promise: Promise) -> bool {
        let Self { deterministic, injective, reversible, may_keep, fresh, makes_nulls, all_null } = *self;
        match promise {
            Promise::Deterministic => deterministic,
            Promise::Injective => injective,
            Promise::Reversible => reversible,
            Promise::MayKeep => may_keep,
            Promise::Fresh => fresh,
            Promise::MakesNulls => makes_nulls,
            Promise::AllNull => all_null,
        }
    }

    /// Gives it, or takes it back.
    pub fn set(&mut self, promise: Promise, given: bool) {
        *match promise {
            Promise::Deterministic => &mut self.deterministic,
            Promise::Injective => &mut self.injective,
            Promise::Reversible => &mut self.reversible,
            Promise::MayKeep => &mut self.may_keep,
            Promise::Fresh => &mut self.fresh,
            Promise::MakesNulls => &mut self.makes_nulls,
            Promise::AllNull => &mut self.all_null,
        } = given;
    }

    /// The given ones, as the contract writes them.
    pub fn names(&self) -> Vec<&'static str> {
        Promise::ALL.into_iter().filter(|promise| self.has(*promise)).map(Promise::as_str).collect()
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

/// An option that adds promises where it has a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// The option.
    pub option: String,
    /// Its value.
    pub value: String,
    /// What is promised then.
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
    /// What it promises, before [`StrategyInfo::when`] and [`StrategyInfo::unless`].
    pub promises: Promises,
    /// What it takes.
    pub options: Vec<OptionInfo>,
    /// Rows that it wants in a batch; none leaves it to whoever masks.
    pub batch_rows: Option<u32>,
    /// Options that add promises.
    pub when: Vec<When>,
    /// Options that take promises back.
    pub unless: Vec<Unless>,
}

impl StrategyInfo {
    /// What it promises with these options.
    pub fn promises_with(&self, options: &Value) -> Promises {
        let mut promises = self.promises;
        for when in self.when.iter().filter(|when| options.get(&when.option).is_some_and(|set| *set == when.value)) {
            when.promises.iter().for_each(|promise| promises.set(*promise, true));
        }
        for unless in &self.unless {
            if matches!(options.get(&unless.option), None | Some(Value::Null | Value::Bool(false))) {
                continue;
            }
            unless.promises.iter().for_each(|promise| promises.set(*promise, false));
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
            when: vec![When { option: "kind".to_owned(), value: "email".to_owned(), promises: vec![Promise::Fresh] }],
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
    fn an_option_adds_a_promise() {
        assert_eq!(shuffle().promises_with(&json!({"kind": "email"})).names(), ["deterministic", "injective", "fresh"]);
        assert!(!shuffle().promises_with(&json!({"kind": "city"})).fresh);
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
