//! A strategy: a type with metadata, options, and what it makes of a column.

use super::{column::Column, column_info::ColumnInfo};
use crate::{
    error::Error,
    options::{self, OptionInfo},
};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::json;
use std::collections::BTreeMap;

/// What a strategy promises of its results. The host tests each promise before it relies on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Promises {
    /// Equal inputs, in equal rows where it looks at the row, give equal outputs, in this run and the next.
    pub deterministic: bool,
    /// Different inputs give different outputs, up to the digest's collision bound.
    pub injective: bool,
    /// The original can be recovered from the output.
    pub reversible: bool,
    /// Some values may come out as they went in, on purpose.
    pub may_keep: bool,
    /// No result is a value that the column has in any row: a digest, an address that is nobody's. The proof of a sync looks
    /// for none, where the column is wide enough that none could be there by chance.
    pub fresh: bool,
    /// Some values may become null.
    pub makes_nulls: bool,
    /// Every value becomes null, so that nothing joins by it.
    pub all_null: bool,
}

impl Promises {
    /// Nothing.
    pub const NONE: Self = Self {
        deterministic: false,
        injective: false,
        reversible: false,
        may_keep: false,
        fresh: false,
        makes_nulls: false,
        all_null: false,
    };
    /// Equal inputs give equal outputs.
    pub const DETERMINISTIC: Self = Self { deterministic: true, ..Self::NONE };
    /// Equal inputs give equal outputs, different ones different ones.
    pub const ONE_TO_ONE: Self = Self { injective: true, ..Self::DETERMINISTIC };

    /// The given ones, as the contract writes them.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let named = [
            (self.deterministic, "deterministic"),
            (self.injective, "injective"),
            (self.reversible, "reversible"),
            (self.may_keep, "may-keep"),
        ];
        named.into_iter().chain(self.beside_flags()).filter(|(given, _)| *given).map(|(_, name)| name)
    }

    /// Those that the contract's flags have no place for.
    fn beside_flags(self) -> [(bool, &'static str); 3] {
        [(self.fresh, "fresh"), (self.makes_nulls, "makes-nulls"), (self.all_null, "all-null")]
    }
}

/// What is known of a strategy before it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StrategyMeta {
    /// snake_case, as profiles write it after `type:`.
    pub id: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Markdown with the sections and examples that [`super::problems`] checks.
    pub documentation: &'static str,
    /// Types it takes, as [`super::types`] spells them; `any` for all.
    pub accepts: &'static [&'static str],
    /// What it promises.
    pub promises: Promises,
    /// Options that take a promise back when they are set: `("random", "deterministic")`.
    pub unless: &'static [(&'static str, &'static str)],
    /// How many rows it wants in a batch; none leaves it to the host.
    pub batch_rows: Option<u32>,
}

/// A promise that an option adds where it has a value: `("kind", "email", "fresh")`.
pub type When = (&'static str, &'static str, &'static str);

impl StrategyMeta {
    /// What the contract has no field for, as JSON: `{"promises": ["fresh"], "when": {"kind": {"email": ["fresh"]}},
    /// "unless": {"random": ["deterministic"]}}`.
    pub fn extra(&self, when: &[When]) -> Option<String> {
        let beside = self.promises.beside_flags().into_iter().filter(|(given, _)| *given);
        let promises: Vec<&str> = beside.map(|(_, name)| name).collect();
        let mut values = BTreeMap::<_, BTreeMap<_, Vec<_>>>::new();
        for (option, value, promise) in when {
            values.entry(*option).or_default().entry(*value).or_default().push(*promise);
        }
        let mut unless = BTreeMap::<_, Vec<_>>::new();
        for (option, promise) in self.unless {
            unless.entry(*option).or_default().push(*promise);
        }
        let parts = [
            (!promises.is_empty()).then(|| ("promises".to_owned(), json!(promises))),
            (!values.is_empty()).then(|| ("when".to_owned(), json!(values))),
            (!unless.is_empty()).then(|| ("unless".to_owned(), json!(unless))),
        ];
        let extra: serde_json::Map<_, _> = parts.into_iter().flatten().collect();
        (!extra.is_empty()).then(|| serde_json::Value::Object(extra).to_string())
    }
}

/// Another column of the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextColumn {
    /// Its name.
    pub name: String,
    /// Whether its value after its own strategy is wanted, else the original.
    pub masked: bool,
}

impl ContextColumn {
    /// The column as it is.
    pub fn original(name: impl Into<String>) -> Self {
        Self { name: name.into(), masked: false }
    }

    /// The column after its own strategy.
    pub fn masked(name: impl Into<String>) -> Self {
        Self { name: name.into(), masked: true }
    }
}

/// An anonymization strategy.
pub trait Strategy: Sync {
    /// What a profile may set; each field's documentation becomes the option's summary.
    type Options: DeserializeOwned + JsonSchema;

    /// What is known of it before it is opened.
    const META: StrategyMeta;

    /// What its options promise besides.
    const WHEN: &'static [When] = &[];

    /// Makes it ready for one column. `row` describes the other columns of the table.
    ///
    /// # Errors
    /// Refuses, before any row is read, what it could not do for this column.
    fn open(&self, options: Self::Options, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<Box<dyn Mask>, Error>;
}

/// A strategy that is ready for one column. It keeps nothing from one batch to the next.
pub trait Mask {
    /// Columns of the row, other than its own, that it wants to see.
    fn context_columns(&self) -> Vec<ContextColumn> {
        Vec::new()
    }

    /// As many values out as in. `context` follows the order of [`Self::context_columns`].
    ///
    /// # Errors
    /// A value that it cannot be applied to: never that value in clear, and never its text in the message.
    fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error>;
}

/// A strategy whose options have no type of their own: what a plugin's list holds. Every [`Strategy`] is one.
pub trait AnyStrategy: Sync {
    /// What is known of it before it is opened.
    fn meta(&self) -> StrategyMeta;
    /// What its options promise besides.
    fn when(&self) -> &'static [When];
    /// What it takes.
    fn options(&self) -> Vec<OptionInfo>;
    /// The strategy with its options, a JSON object, ready for one column.
    ///
    /// # Errors
    /// [`Error::InvalidConfig`] with the JSON pointer of the option that is wrong; or why it cannot serve the column.
    fn open(&self, options: &str, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<OpenStrategy, Error>;
}

impl<S: Strategy> AnyStrategy for S {
    fn meta(&self) -> StrategyMeta {
        S::META
    }

    fn when(&self) -> &'static [When] {
        S::WHEN
    }

    fn options(&self) -> Vec<OptionInfo> {
        options::describe::<S::Options>()
    }

    fn open(&self, options: &str, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<OpenStrategy, Error> {
        let options = options::read::<S::Options>(options)?;
        accepts(&S::META, target)?;
        Ok(OpenStrategy { mask: Strategy::open(self, options, target, row)?, padded: target.is_padded() })
    }
}

fn accepts(meta: &StrategyMeta, target: &ColumnInfo) -> Result<(), Error> {
    let word = target.type_word();
    if meta.accepts.iter().any(|accepted| *accepted == word || *accepted == "any") {
        return Ok(());
    }
    let (id, takes) = (meta.id, meta.accepts.join(", "));
    Err(Error::failed(format!("`{id}` takes {takes}; the column `{}` is {}", target.name, target.type_name)))
}

/// A strategy ready for one column, as the host sees it.
pub struct OpenStrategy {
    mask: Box<dyn Mask>,
    padded: bool,
}

impl OpenStrategy {
    /// [`Mask::context_columns`].
    pub fn context_columns(&self) -> Vec<ContextColumn> {
        self.mask.context_columns()
    }

    /// [`Mask::mask`]; for char(n), of values without the blanks at their ends.
    ///
    /// # Errors
    /// What the strategy said, or that it made another number of values.
    pub fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error> {
        let masked = if self.padded {
            let bare: Column = values.iter().map(|value| value.map(|value| value.trim_end_matches(' '))).collect();
            self.mask.mask(&bare, context)?
        } else {
            self.mask.mask(values, context)?
        };
        if masked.len() != values.len() {
            return Err(Error::failed("the strategy made another number of values than it was given"));
        }
        Ok(masked)
    }
}
