//! The end of a migration's work, before its COMMIT, in one message.

use super::{ledger, link::Link, outcome, own_settings, transaction};
use confiture_model::{
    migration::{Event, LedgerWrite},
    session::SessionError,
};

/// Puts the session back to what it was when the connection was made, and writes the ledger's rows.
///
/// The probe in front fails where the script has ended the transaction, and what stands behind it in the message is then
/// not run. The settings under which we write are taken back by the second RESET ALL: what PostgreSQL does at the COMMIT,
/// deferred triggers above all, is done under the session's own.
pub(super) async fn write(
    link: &Link,
    client: &str,
    write: LedgerWrite<'_>,
    event: &Event,
) -> Result<(), SessionError> {
    let rows = ledger::rows(client, write, event);
    let sql = format!(
        "{};{};RESET ALL;SET LOCAL search_path = pg_catalog, pg_temp;SET LOCAL statement_timeout = 0;
         SET LOCAL lock_timeout = '30s';{rows};{};SELECT pg_catalog.pg_advisory_unlock_all(), {}",
        transaction::PROBE,
        transaction::BACK_TO_USER,
        transaction::back_to_start(link),
        outcome::locking(&event.run),
    );
    own_settings::rows_of(link, &sql).await?;
    transaction::deallocate(link).await
}
