//! Sequences: what a transaction takes from one it does not give back.

use super::{
    Watched,
    questions::{ask, number},
};
use crate::migration::{link::Link, own_settings::Around};
use confiture_model::{
    rehearsal::{LockMode, SequenceMoved},
    session::SessionError,
};
use std::collections::BTreeMap;
use tokio_postgres::types::Oid;

/// To read a value locks its sequence until the transaction ends, and there is not room for any number of locks.
const AT_ONCE: usize = 500;

/// The last value of each; none where it was never used, may not be read, or is gone.
pub(super) async fn values(link: &Link, sequences: &[Oid]) -> Result<BTreeMap<Oid, Option<i64>>, SessionError> {
    let mut values = BTreeMap::new();
    for part in sequences.chunks(AT_ONCE) {
        let list: Vec<String> = part.iter().map(Oid::to_string).collect();
        let sql = format!(
            "SELECT c.oid, CASE WHEN has_sequence_privilege(c.oid, 'USAGE, SELECT') THEN pg_sequence_last_value(c.oid) END AS value
             FROM pg_class c WHERE c.relkind = 'S' AND c.relpersistence <> 't' AND c.oid IN ({})",
            list.join(", ")
        );
        for row in ask(link, Around::Reading, &sql).await? {
            if let Some(oid) = number(&row, "oid") {
                values.insert(oid, number(&row, "value"));
            }
        }
    }
    Ok(values)
}

/// Sequences that stand elsewhere than before, of those that the transaction used. `nextval` and `setval` lock a sequence
/// ROW EXCLUSIVE until the end. Which ones a statement that failed had used nobody knows: then all count.
pub(super) async fn moved(link: &Link, watched: &Watched) -> Result<Vec<SequenceMoved>, SessionError> {
    let used = |oid: &Oid| {
        let relation = watched.known.relations.get(oid);
        relation.is_some_and(|relation| relation.modes.contains(&LockMode::RowExclusive))
    };
    let candidates: Vec<Oid> = watched.sequences.keys().filter(|oid| watched.unseen || used(oid)).copied().collect();
    let now = values(link, &candidates).await?;
    let mut moved = Vec::new();
    for oid in candidates {
        let before = watched.sequences.get(&oid).copied().flatten();
        let Some(after) = now.get(&oid).copied() else { continue };
        // `setval(s, 1, false)` cannot be told from a sequence that was never used.
        let is_set_back = after.is_none() && used(&oid);
        if let Some(sequence) = watched.known.object(oid).filter(|_| after != before || is_set_back) {
            moved.push(SequenceMoved { sequence, before, after });
        }
    }
    Ok(moved)
}
