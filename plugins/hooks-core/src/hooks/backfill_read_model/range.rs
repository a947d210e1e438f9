//! A batch: the rows between two values of a key.

use serde::{Deserialize, Serialize};

/// What a step does. Written down when the backfill is planned, and read where it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Batch {
    /// Which rows.
    pub span: Span,
    /// How they are put into the target; none for a statement that does so by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insert: Option<Insert>,
}

/// Which rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Span {
    /// All of them, in one statement.
    Whole,
    /// From one value of the key up to, and without, another.
    Range {
        /// The key's columns.
        key: Vec<String>,
        /// In PostgreSQL's text form; none at the beginning.
        from: Option<Vec<String>>,
        /// Likewise; none at the end.
        to: Option<Vec<String>>,
        /// The types of both, where a statement has to be told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        types: Option<(String, String)>,
    },
    /// Those that have no value in a column of the key.
    NoKey {
        /// The key's columns.
        key: Vec<String>,
    },
}

/// How rows are put into the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Insert {
    /// Columns of source and target.
    pub columns: Vec<String>,
    /// Whether one of them numbers itself, and is told not to.
    pub overriding: bool,
    /// The unique key by which a row is known to be there already; empty where the target has none.
    pub conflict: Vec<String>,
}
