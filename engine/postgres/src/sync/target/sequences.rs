//! Sequences, which go where the source's are.

use super::super::{
    error::SyncError,
    link::{Link, get},
    name::{literal, qualified},
};
use confiture_model::sync::{Name, Plan};

/// Where the source's sequences are.
pub(in super::super) struct Positions {
    all: Vec<(Name, i64, bool)>,
}

impl Positions {
    /// Reads them. A sequence is in no snapshot: what is read is where it is now, which is behind no row of the snapshot.
    pub async fn read(plan: &Plan, source: &Link) -> Result<Self, SyncError> {
        let mut all = Vec::new();
        for sequence in &plan.sequences {
            let doing = format!("reading the sequence {}", super::super::error::name(sequence));
            let sql = format!("SELECT last_value, is_called FROM {}", qualified(sequence));
            let rows = source.rows(&doing, &sql, &[]).await?;
            if let Some(row) = rows.first() {
                all.push((sequence.clone(), get(row, "last_value"), get(row, "is_called")));
            }
        }
        Ok(Self { all })
    }

    /// Sets the target's, so that a rollback undoes it: RESTART gives a sequence a new file, which is the transaction's own.
    pub async fn set(&self, link: &Link) -> Result<(), SyncError> {
        for (sequence, last, called) in &self.all {
            let doing = format!("setting the sequence {}", super::super::error::name(sequence));
            let name = qualified(sequence);
            let sql = format!(
                "ALTER SEQUENCE {name} RESTART; SELECT pg_catalog.setval({}::pg_catalog.regclass, {last}, {called})",
                literal(&name)
            );
            link.run(&doing, &sql).await?;
        }
        Ok(())
    }
}
