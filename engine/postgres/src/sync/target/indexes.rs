//! Indexes of large tables, which are taken off before the rows come and made again behind them.

use super::super::{error::SyncError, link::Link};
use confiture_model::sync::Plan;

/// Statements that make them again.
#[derive(Default)]
pub(super) struct Dropped {
    again: Vec<(String, String)>,
}

/// Takes them off.
pub(super) async fn drop(_plan: &Plan, _link: &Link) -> Result<Dropped, SyncError> {
    Ok(Dropped::default())
}

impl Dropped {
    pub fn is_empty(&self) -> bool {
        self.again.is_empty()
    }

    /// Makes them again, exactly as they were.
    pub async fn make_again(&self, link: &Link) -> Result<(), SyncError> {
        for (doing, sql) in &self.again {
            link.run(doing, sql).await?;
        }
        Ok(())
    }
}
