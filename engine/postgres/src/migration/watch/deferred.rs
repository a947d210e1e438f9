//! What is checked at a commit.

use super::questions::{ask, is, text};
use crate::{
    migration::{link::Link, own_settings::Around},
    session::session_error,
};
use confiture_model::session::SessionError;

const DEFERRABLE: &str = "
SELECT quote_ident(n.nspname) || '.' || quote_ident(k.conname) AS name, bool_or(k.condeferred) AS deferred
FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
WHERE k.condeferrable AND k.conparentid = 0 GROUP BY 1 ORDER BY 1";

/// Checks every constraint that can be deferred, and puts each back to what it is by its definition: as `SET CONSTRAINTS ALL`
/// would not, which also decides for constraints that are made later in the transaction.
pub(super) async fn check(link: &Link) -> Result<(), SessionError> {
    let rows = ask(link, Around::Open, DEFERRABLE).await?;
    let names = |wanted: &dyn Fn(bool) -> bool| {
        let rows = rows.iter().filter(|row| wanted(is(row, "deferred")));
        rows.filter_map(|row| text(row, "name")).collect::<Vec<_>>().join(", ")
    };
    let (all, deferred) = (names(&|_| true), names(&|deferred| deferred));
    if all.is_empty() {
        return Ok(());
    }
    let mut sql = format!("SET CONSTRAINTS {all} IMMEDIATE");
    if !deferred.is_empty() {
        sql.push_str(&format!("; SET CONSTRAINTS {deferred} DEFERRED"));
    }
    link.client.batch_execute(&sql).await.map_err(|error| {
        link.note_error(&error);
        session_error(&error)
    })
}
