//! Constraints that rows of the source may break in the target.

use super::Name;

/// A foreign key or CHECK that the target has validated and that the source does not promise to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The table, or the leaf partition.
    pub table: Name,
    /// The table that it is a partition of in the end; itself where it is none.
    pub root: Name,
    /// The constraint's name in the target.
    pub constraint: String,
    /// Whether it is a foreign key; else a CHECK.
    pub foreign_key: bool,
    /// Whether rows of the source tell of rows as they are masked: then they are asked.
    pub askable: bool,
}

/// What the source's rows say to a [`Doubt`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// How many of the rows that are copied break it; none where the source cannot be asked.
    pub rows: Option<u64>,
    /// A condition that leaves those rows out.
    pub keeps: String,
}
