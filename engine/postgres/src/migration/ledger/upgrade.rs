//! The ledger's tables, made and brought to this program's form.

use super::super::{
    link::Link,
    own_settings::{Around, run},
};
use confiture_model::session::SessionError;

/// Each brings the ledger from the version before it to the next; the first makes it. Once released, never changed.
const STEPS: [&str; 3] = [include_str!("001.sql"), include_str!("002.sql"), include_str!("003.sql")];

/// The form that this program writes.
pub(in super::super) const VERSION: usize = STEPS.len();

/// Makes or upgrades the ledger, in one transaction. Whoever comes at the same moment waits, and finds it done.
pub(in super::super) async fn upgrade(link: &Link) -> Result<(), SessionError> {
    run(link, Around::Writing, &script(&STEPS)).await.map(drop)
}

/// A ledger that is not there has version 0. The lock comes in a statement of its own: the next one has a newer view of
/// the catalog, and sees what was committed while we waited. EXECUTE keeps statements on tables that are not there yet
/// from being looked at before their turn.
fn script(steps: &[&str]) -> String {
    let version = steps.len();
    let steps: String = steps
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
    IF present >= {version} THEN
        RETURN;
    END IF;
    IF pg_catalog.to_regnamespace('confiture') IS NULL THEN
        CREATE SCHEMA confiture;
        COMMENT ON SCHEMA confiture IS 'The ledger of Confiture: which migrations this database has, and what happened to it. Not to be edited by hand.';
    END IF;{steps}
    INSERT INTO confiture.meta (ledger_version) VALUES ({version})
        ON CONFLICT (single) DO UPDATE SET ledger_version = excluded.ledger_version, changed_at = pg_catalog.clock_timestamp();
END
$confiture$"
    )
}

/// The key under which ledgers are made: `confled` in ASCII.
const LOCK: i64 = 0x0063_6F6E_666C_6564;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        connect::{ConnectOptions, ProcessEnvironment},
        migration::own_settings::rows_of,
        scratch::{Scratch, ScratchOptions},
    };

    /// What a later version might do to the tables.
    const SECOND: &str = "ALTER TABLE confiture.migration ADD ticket pg_catalog.text;
        UPDATE confiture.migration SET ticket = version";
    const BROKEN: &str = "ALTER TABLE confiture.migration ADD later pg_catalog.text; SELECT 1 / 0";

    async fn value(link: &Link, sql: &str) -> String {
        let rows = rows_of(link, sql).await.unwrap();
        rows[0].get(0).unwrap_or("NULL").to_owned()
    }

    async fn to(link: &Link, steps: &[&str]) -> Result<(), SessionError> {
        run(link, Around::Writing, &script(steps)).await.map(drop)
    }

    #[tokio::test]
    async fn an_older_form_is_brought_to_a_newer_one_with_its_rows() {
        let server = Scratch::start(ScratchOptions::default()).await.unwrap();
        let options = ConnectOptions::from_url(&server.url("postgres"), &ProcessEnvironment).unwrap();
        let (link, other) = (Link::open(&options).await.unwrap(), Link::open(&options).await.unwrap());
        let (old, new) = ([STEPS[0]], [STEPS[0], SECOND]);
        to(&link, &old).await.unwrap();
        rows_of(
            &link,
            "INSERT INTO confiture.migration (version, name, checksum, state, applied_by, duration_ms, origin)
             VALUES ('1', 'a', '', 'applied', 'ada', 1, 'run')",
        )
        .await
        .unwrap();
        // One that fails leaves the older form as it was.
        assert!(to(&link, &[STEPS[0], SECOND, BROKEN]).await.is_err());
        let form = "SELECT ledger_version FROM confiture.meta";
        assert_eq!(value(&link, form).await, "1");
        assert_eq!(value(&link, "SELECT count(*) FROM confiture.migration").await, "1");
        // Two at once: one does it, the other finds it done.
        let (one, two) = tokio::join!(to(&link, &new), to(&other, &new));
        assert_eq!((one, two), (Ok(()), Ok(())));
        assert_eq!(value(&link, form).await, "2");
        assert_eq!(value(&link, "SELECT ticket FROM confiture.migration").await, "1");
        // An older program changes nothing of a newer form.
        to(&link, &old).await.unwrap();
        assert_eq!(value(&link, form).await, "2");
        // From nothing, all steps are taken.
        rows_of(&link, "DROP SCHEMA confiture CASCADE").await.unwrap();
        to(&link, &new).await.unwrap();
        assert_eq!(value(&link, form).await, "2");
        server.stop().await;
    }
}
