//! The lock modes of tables, and whom each makes wait: "Explicit Locking" in PostgreSQL's manual.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A mode in which a relation is locked, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum LockMode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

/// The manual's table 13.2, "Conflicting Lock Modes": for each mode, the weakest first, the modes that it cannot stand
/// beside, as bits of their place in [`LockMode::ALL`].
const CONFLICTS: [u8; 8] =
    [0b1000_0000, 0b1100_0000, 0b1111_0000, 0b1111_1000, 0b1110_1100, 0b1111_1100, 0b1111_1110, 0b1111_1111];

impl LockMode {
    /// All of them, the weakest first.
    pub const ALL: [Self; 8] = [
        Self::AccessShare,
        Self::RowShare,
        Self::RowExclusive,
        Self::ShareUpdateExclusive,
        Self::Share,
        Self::ShareRowExclusive,
        Self::Exclusive,
        Self::AccessExclusive,
    ];

    /// As the manual writes it: `ACCESS EXCLUSIVE`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// Reads what `pg_locks.mode` holds: `AccessExclusiveLock`.
    pub fn of_catalog(text: &str) -> Option<Self> {
        let name = text.strip_suffix("Lock")?;
        Self::ALL.into_iter().find(|mode| mode.as_str().replace(' ', "").eq_ignore_ascii_case(name))
    }

    /// Whether one session has to wait for the other.
    pub fn conflicts_with(self, other: Self) -> bool {
        CONFLICTS[self as usize] & (1 << other as u8) != 0
    }

    /// Whether nobody has to wait for it who does not wait for the other mode as well.
    pub fn is_covered_by(self, other: Self) -> bool {
        CONFLICTS[self as usize] & !CONFLICTS[other as usize] == 0
    }

    /// The statements of an application that have to wait as long as it is held.
    pub fn blocks(self) -> Vec<ApplicationStatement> {
        ApplicationStatement::ALL.into_iter().filter(|statement| self.conflicts_with(statement.mode())).collect()
    }

    /// Whether statements that an application lives by, reading and writing rows, have to wait.
    pub fn blocks_an_application(self) -> bool {
        self.conflicts_with(LockMode::RowExclusive)
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What somebody else may want to do with a table meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum ApplicationStatement {
    Select,
    SelectForUpdate,
    /// What a foreign key asks of the table that it leads to, for each row that is written on its own side.
    ForeignKeyCheck,
    Insert,
    Update,
    Delete,
    /// `VACUUM`, `ANALYZE`, `CREATE INDEX CONCURRENTLY`.
    Vacuum,
    CreateIndex,
}

impl ApplicationStatement {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Select,
        Self::SelectForUpdate,
        Self::ForeignKeyCheck,
        Self::Insert,
        Self::Update,
        Self::Delete,
        Self::Vacuum,
        Self::CreateIndex,
    ];

    /// The mode that it takes.
    pub fn mode(self) -> LockMode {
        match self {
            Self::Select => LockMode::AccessShare,
            Self::SelectForUpdate | Self::ForeignKeyCheck => LockMode::RowShare,
            Self::Insert | Self::Update | Self::Delete => LockMode::RowExclusive,
            Self::Vacuum => LockMode::ShareUpdateExclusive,
            Self::CreateIndex => LockMode::Share,
        }
    }

    /// As people write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::SelectForUpdate => "SELECT FOR UPDATE",
            Self::ForeignKeyCheck => "foreign key checks",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
            Self::Vacuum => "VACUUM",
            Self::CreateIndex => "CREATE INDEX",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the manual's table, as it prints them: an X where the two conflict.
    const MANUAL: [&str; 8] =
        [".......X", "......XX", "....XXXX", "...XXXXX", "..XX.XXX", "..XXXXXX", ".XXXXXXX", "XXXXXXXX"];

    #[test]
    fn modes_conflict_as_the_manual_says() {
        for (mode, row) in LockMode::ALL.into_iter().zip(MANUAL) {
            for (other, mark) in LockMode::ALL.into_iter().zip(row.chars()) {
                assert_eq!(mode.conflicts_with(other), mark == 'X', "{mode} and {other}");
                assert_eq!(mode.conflicts_with(other), other.conflicts_with(mode));
            }
        }
    }

    #[test]
    fn a_mode_is_read_from_the_catalog() {
        assert_eq!(LockMode::of_catalog("ShareUpdateExclusiveLock"), Some(LockMode::ShareUpdateExclusive));
        assert_eq!(LockMode::of_catalog("AccessShareLock"), Some(LockMode::AccessShare));
        assert_eq!(LockMode::of_catalog("SIReadLock"), None);
    }

    #[test]
    fn a_stronger_mode_covers_most_weaker_ones() {
        assert!(LockMode::ALL.into_iter().all(|mode| mode.is_covered_by(LockMode::AccessExclusive)));
        assert!(LockMode::ALL.into_iter().all(|mode| mode.is_covered_by(mode)));
        assert!(LockMode::Share.is_covered_by(LockMode::ShareRowExclusive));
        assert!(!LockMode::Share.is_covered_by(LockMode::ShareUpdateExclusive));
    }

    #[test]
    fn whom_a_mode_makes_wait() {
        use ApplicationStatement as A;
        assert_eq!(LockMode::Share.blocks(), [A::Insert, A::Update, A::Delete, A::Vacuum]);
        assert_eq!(LockMode::AccessExclusive.blocks().len(), 8);
        assert_eq!(LockMode::RowExclusive.blocks(), [A::CreateIndex]);
        assert!(
            LockMode::ShareRowExclusive.blocks_an_application()
                && !LockMode::ShareUpdateExclusive.blocks_an_application()
        );
    }
}
