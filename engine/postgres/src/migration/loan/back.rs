//! What is sent behind a hook's last call.

use super::{Shared, opening::Opening};
use crate::migration::{link::Link, standing};
use confiture_model::{migration::Footing, session::SessionError};
use std::{fmt, sync::Arc};

/// A connection that was lent, to be taken back once its guard is gone.
#[derive(Clone)]
pub(in crate::migration) struct Lending(Arc<Shared>);

impl fmt::Debug for Lending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lending")
    }
}

impl Lending {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self(shared)
    }

    /// Whether anything was sent.
    pub async fn was_used(&self) -> bool {
        !matches!(self.0.turn.lock().await.opening, Opening::Before)
    }

    /// Ends the savepoint, and compares how the session stands with before, in one message. What a savepoint undid of the
    /// ledger is undone, although it is still counted.
    pub async fn back(&self, link: &Link, keep: bool) -> Result<Vec<String>, SessionError> {
        let footing = self.0.terms.footing;
        let before = match self.0.turn.lock().await.opening.clone() {
            Opening::Before => return Ok(Vec::new()),
            // Whoever asked undoes the transaction.
            Opening::Failed(error) => return Err(error),
            Opening::Open(_) if !keep && footing == Footing::Transaction => return Ok(Vec::new()),
            Opening::Open(open) => open.standing,
        };
        let end = match (footing, keep) {
            (Footing::Savepoint, true) => "RELEASE SAVEPOINT confiture_step;",
            (Footing::Savepoint, false) => "ROLLBACK TO SAVEPOINT confiture_step; RELEASE SAVEPOINT confiture_step;",
            (Footing::Transaction | Footing::Outside, _) => "",
        };
        let now = standing::read(link, footing, end).await?;
        let mut changed = standing::changed(&before, &now);
        if footing == Footing::Savepoint && !keep {
            changed.retain(|name| name != standing::LEDGER);
        }
        if !changed.is_empty() {
            standing::put_back(link, footing, &before).await?;
        }
        Ok(changed)
    }
}
