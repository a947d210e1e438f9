//! What a hook must leave as it found it.

use super::{link::Link, literal, own_settings::rows_of};
use confiture_model::{migration::Footing, session::SessionError};
use std::collections::{BTreeMap, BTreeSet};

/// What a session stands at, by name.
pub(super) type Standing = BTreeMap<String, String>;

/// The name under which [`Standing`] has the ledger.
pub(super) const LEDGER: &str = "ledger";

/// Settings that are compared and put back, in the order in which that has to be: changing the session's user drops the
/// role. Those that a server does not have yet are left out.
const SETTINGS: [&str; 16] = [
    "session_authorization",
    "role",
    "search_path",
    "statement_timeout",
    "lock_timeout",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "transaction_timeout",
    "default_transaction_read_only",
    "transaction_read_only",
    "transaction_isolation",
    "session_replication_role",
    "row_security",
    "standard_conforming_strings",
    "client_encoding",
    "check_function_bodies",
];

/// Read back and compared, and never set: they are what they are.
const READ_ALONE: [&str; 2] = ["transaction_read_only", "transaction_isolation"];

/// The files of the ledger's relations, and how many of their rows this transaction has changed.
const LEDGER_ROWS: &str = "SELECT COALESCE(pg_catalog.string_agg(pg_catalog.concat_ws(':', c.oid, c.relfilenode,
        pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid), pg_catalog.pg_stat_get_xact_tuples_updated(c.oid),
        pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid)), ' ' ORDER BY c.oid), '')
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE n.nspname OPERATOR(pg_catalog.=) 'confiture' AND c.relkind OPERATOR(pg_catalog.=) 'r'";

/// Outside a transaction the server hands its counts on whenever it is idle, so that they say nothing: the files alone.
const LEDGER_FILES: &str =
    "SELECT COALESCE(pg_catalog.string_agg(pg_catalog.concat_ws(':', c.oid, c.relfilenode), ' ' ORDER BY c.oid), '')
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE n.nspname OPERATOR(pg_catalog.=) 'confiture' AND c.relkind OPERATOR(pg_catalog.=) 'r'";

/// Reads it, in one message with what is sent ahead of it: statements that return no rows.
pub(super) async fn read(link: &Link, footing: Footing, ahead: &str) -> Result<Standing, SessionError> {
    let setting = |name: &&str| format!("pg_catalog.current_setting('{name}', true) AS {name}");
    let settings: Vec<String> = SETTINGS.iter().map(setting).collect();
    // When a transaction began tells it from every other one of the session.
    let (begun, ledger) = match footing {
        Footing::Savepoint | Footing::Transaction => {
            ("pg_catalog.transaction_timestamp()::pg_catalog.text", LEDGER_ROWS)
        }
        Footing::Outside => ("''", LEDGER_FILES),
    };
    let sql = format!(
        "{ahead}SELECT current_user AS current_user, {begun} AS transaction, ({ledger}) AS {LEDGER}, {}",
        settings.join(", ")
    );
    let rows = rows_of(link, &sql).await?;
    let Some(row) = rows.first() else { return Ok(Standing::new()) };
    let pairs = row.columns().iter().enumerate();
    Ok(pairs.filter_map(|(at, column)| Some((column.name().to_owned(), row.get(at)?.to_owned()))).collect())
}

/// The names of what is not as it was.
pub(super) fn changed(before: &Standing, now: &Standing) -> Vec<String> {
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    names.into_iter().filter(|name| before.get(*name) != now.get(*name)).cloned().collect()
}

/// Puts the settings back. In a transaction that is for the rest of it: what the session had before it was not changed,
/// or its own end undoes that.
pub(super) async fn put_back(link: &Link, footing: Footing, standing: &Standing) -> Result<(), SessionError> {
    let local = footing != Footing::Outside;
    let settable = SETTINGS.iter().filter(|name| !READ_ALONE.contains(name));
    let set = settable.filter_map(|name| {
        let value = literal::text(standing.get(*name)?);
        Some(format!("pg_catalog.set_config('{name}', {value}, {local})"))
    });
    let set: Vec<String> = set.collect();
    if set.is_empty() {
        return Ok(());
    }
    rows_of(link, &format!("SELECT {}", set.join(", "))).await.map(drop)
}
