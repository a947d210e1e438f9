//! The ledger's tables, made and brought to this program's form.

use super::super::{
    link::Link,
    own_settings::{Around, run},
};
use confiture_model::session::SessionError;

/// Each brings the ledger from the version before it to the next; the first makes it. Once released, never changed.
const STEPS: [&str; 2] = [include_str!("001.sql"), include_str!("002.sql")];

/// The form that this program writes.
pub(in super::super) const VERSION: usize = STEPS.len();

/// Makes or upgrades the ledger, in one transaction. Whoever comes at the same moment waits, and finds it done.
pub(in super::super) async fn upgrade(link: &Link) -> Result<(), SessionError> {
    run(link, Around::Writing, &script()).await.map(drop)
}

/// A ledger that is not there has version 0. The lock comes in a statement of its own: the next one has a newer view of
/// the catalog, and sees what was committed while we waited. EXECUTE keeps statements on tables that are not there yet
/// from being looked at before their turn.
fn script() -> String {
    let steps: String = STEPS
        .iter()
        .enumerate()
        .map(|(before, sql)| {
            let after = before + 1;
            format!(
                "
    IF present < {after} THEN
        EXECUTE $step_{after}${sql}$step_{after}$;
    END IF;"
            )
        })
        .collect();
    format!(
        "SELECT pg_catalog.pg_advisory_xact_lock({LOCK}) AS confiture_setting;
DO LANGUAGE plpgsql $confiture$
DECLARE
    present pg_catalog.int4 := 0;
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'confiture' AND c.relname = 'meta') THEN
        SELECT ledger_version INTO present FROM confiture.meta;
    END IF;
    IF present >= {VERSION} THEN
        RETURN;
    END IF;
    IF pg_catalog.to_regnamespace('confiture') IS NULL THEN
        CREATE SCHEMA confiture;
        COMMENT ON SCHEMA confiture IS 'The ledger of Confiture: which migrations this database has, and what happened to it. Not to be edited by hand.';
    END IF;{steps}
    INSERT INTO confiture.meta (ledger_version) VALUES ({VERSION})
        ON CONFLICT (single) DO UPDATE SET ledger_version = excluded.ledger_version, changed_at = pg_catalog.clock_timestamp();
END
$confiture$"
    )
}

/// The key under which ledgers are made: `confled` in ASCII.
const LOCK: i64 = 0x0063_6F6E_666C_6564;
