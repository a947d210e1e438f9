//! Anonymization: strategies that replace the values of columns, a batch at a time.
//!
//! Mirrors `wit/v0.1/anonymization.wit`, `masking.wit` and the two interfaces that such plugins import, `pseudonym` and
//! `nested`. The engine resolves a profile's rules to strategies and options; a plugin opens them for a column; whoever
//! masks calls [`Masking::mask`] batch by batch.

mod array;
mod batch;
mod column;
mod nesting;
mod strategy;

pub use array::{array_of_one, mask_column};
pub use batch::next_batch;
pub use column::{Column, ColumnBuilder, NotAColumn, Values};
pub use nesting::Nesting;
pub use strategy::{Promise, Promises, StrategyInfo, Unless, When};

use crate::{
    BoxFuture,
    fault::{Fault, PluginError},
    plugin::PluginInfo,
};
use std::{fmt, sync::Arc};

/// A column as a strategy is told of it before any row is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Its table's schema.
    pub schema: String,
    /// Its table.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Its type as `format_type` writes it, with modifiers: `character varying(20)`.
    pub type_name: String,
    /// The type under a domain, with its modifiers; else the type itself.
    pub base_type: String,
    /// An enum's labels, in their order; else empty.
    pub labels: Vec<String>,
    /// For varchar(n) and char(n), and domains over them, in characters.
    pub max_length: Option<u32>,
    /// Whether null may stand in it.
    pub nullable: bool,
    /// Whether no two rows may have equal values: it is alone in a primary key or a unique index without a condition.
    pub unique: bool,
    /// Whether it belongs to the table's primary key.
    pub primary_key: bool,
    /// Columns that foreign keys join share a group.
    pub join_group: Option<String>,
    /// The narrowest type of the group, as [`ColumnInfo::base_type`] is written.
    pub group_type: Option<String>,
    /// The shortest maximum length in the group, in characters.
    pub group_max_length: Option<u32>,
    /// How many rows the table has, as PostgreSQL estimates it; none where it was never analyzed.
    pub estimated_rows: Option<u64>,
}

impl ColumnInfo {
    /// How many characters a masked value may have, here and in every column that foreign keys join with it.
    pub fn room(&self) -> Option<u32> {
        [self.max_length, self.group_max_length].into_iter().flatten().min()
    }
}

/// Another column of the row that a strategy wants to see.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ContextColumn {
    /// Its name.
    pub name: String,
    /// Whether its value after its own strategy is wanted, else the original. Whoever masks orders the columns of a row by
    /// this and refuses cycles.
    pub masked: bool,
}

/// A loaded plugin that offers strategies.
pub trait AnonymizationPlugin: Send + Sync {
    /// The name that the project uses for it.
    fn name(&self) -> &str;
    /// Who it says it is.
    fn info(&self) -> &PluginInfo;
    /// Its strategies.
    fn strategies(&self) -> &[StrategyInfo];
    /// The strategy of that id, where it offers one.
    fn strategy(&self, id: &str) -> Option<&StrategyInfo> {
        self.strategies().iter().find(|strategy| strategy.id == id)
    }
    /// Makes a strategy ready for one column, in an instance of its own. Several may be open and at work at once.
    ///
    /// # Errors
    /// A [`Fault`]. What the strategy could not do for this column, and options that it does not take, are
    /// [`crate::fault::FaultKind::Reported`].
    fn open<'a>(&'a self, opening: Opening<'a>) -> BoxFuture<'a, Result<Box<dyn Masking>, Fault>>;
}

/// What a strategy is opened with.
#[derive(Clone)]
pub struct Opening<'a> {
    /// Its id.
    pub strategy: &'a str,
    /// Its options: a JSON object in which secrets are the bare names that [`Opening::keys`] knows, and inner strategies
    /// stand as the profile wrote them.
    pub options: &'a serde_json::Value,
    /// The column that it masks.
    pub target: &'a ColumnInfo,
    /// Every other column of the table.
    pub row: &'a [ColumnInfo],
    /// The secrets that it may use: those that its options name, and the profile's own.
    pub keys: Arc<dyn Keys>,
    /// What opens strategies inside of it.
    pub strategies: Arc<dyn Strategies>,
    /// Where it stands: [`Nesting::outermost`] for a column's own one.
    pub nesting: Arc<Nesting>,
}

/// A strategy that is ready for one column. It keeps nothing from one batch to the next.
pub trait Masking: Send {
    /// Columns of the row, other than its own, that it wants to see. Each is in the row that it was opened with.
    fn context_columns(&self) -> &[ContextColumn];
    /// As many values out as in, nulls where nulls were, each no longer than the column takes. `context` follows the order
    /// of [`Masking::context_columns`] and has as many rows as `values`.
    ///
    /// # Errors
    /// A [`Fault`]; its text holds no value. The next batch may be tried all the same.
    fn mask<'a>(&'a mut self, values: &'a Column, context: &'a [Column]) -> BoxFuture<'a, Result<Column, Fault>>;
}

/// The bytes of one digest of [`Keys::hash`].
pub const DIGEST_BYTES: usize = 32;

/// Secrets that are used without being seen: nothing that implements this gives a key away, in `Debug` neither.
pub trait Keys: fmt::Debug + Send + Sync {
    /// HMAC-SHA-256 under a secret of `domain`, a zero byte and the value, for each value in `data[ends[i - 1]..ends[i]]`:
    /// digests of [`DIGEST_BYTES`], end to end. An empty `key` stands for the profile's own key, or else one that was made
    /// for this run. A null takes no bytes and gets the digest of nothing.
    ///
    /// # Errors
    /// [`KeyError`]; ends that do not ascend or do not lie in `data` are [`KeyError::Malformed`].
    fn hash(&self, key: &str, domain: &str, data: &[u8], ends: &[u32]) -> Result<Vec<u8>, KeyError>;
    /// `count` bytes: of a stream that the secret and `domain` decide, or, where `key` is empty, fresh ones.
    ///
    /// # Errors
    /// [`KeyError`].
    fn random(&self, key: &str, domain: &str, count: u32) -> Result<Vec<u8>, KeyError>;
}

/// Why a secret cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It was not handed to this strategy.
    #[error("secret `{0}` was not handed to this strategy: its options in the profile have to name it as `${{{0}}}`")]
    NotHanded(String),
    /// What is to be hashed does not fit together.
    #[error("the values to be hashed do not fit together: {0}")]
    Malformed(&'static str),
    /// The system has no random bytes.
    #[error("the system gives no random bytes: {0}")]
    NoRandom(String),
}

/// What opens strategies inside strategies: the profile's own names, and the strategies of all plugins.
pub trait Strategies: Send + Sync {
    /// The strategy that `written` stands for: the JSON that a profile would hold, a name or an inline strategy.
    ///
    /// # Errors
    /// Why there is none, as the outer strategy is told it.
    fn resolve(&self, written: &serde_json::Value) -> Result<Resolved, PluginError>;
}

/// A strategy of a profile with its plugin.
#[derive(Clone)]
pub struct Resolved {
    /// The plugin that offers it.
    pub plugin: Arc<dyn AnonymizationPlugin>,
    /// Its id.
    pub strategy: String,
    /// Its options, as [`Opening::options`] wants them.
    pub options: serde_json::Value,
    /// The secrets that these options name.
    pub keys: Arc<dyn Keys>,
}

impl fmt::Debug for Resolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plugin = self.plugin.name();
        f.debug_struct("Resolved").field("plugin", &plugin).field("strategy", &self.strategy).finish_non_exhaustive()
    }
}
