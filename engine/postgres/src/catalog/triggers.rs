//! Triggers that users made: `pg_trigger`.

use super::reader::Reader;
use super::{RELATION, extensions::Owned, scope::Scope};
use confiture_model::schema::Trigger;
use tokio_postgres::{Error, Row, types::Oid};

/// A trigger, and its table.
pub(super) struct Found {
    table: Oid,
    trigger: Trigger,
}

/// Neither those of constraints nor those that a partition has from its parent. The lowest bit of the type is set for
/// row triggers: PostgreSQL's `trigger.h`.
pub(super) async fn read(client: &Reader<'_>, scope: &Scope) -> Result<Vec<Found>, Error> {
    let definition = if scope.parts.definition { "pg_get_triggerdef(t.oid)" } else { "NULL::text" };
    let sql = format!(
        "SELECT t.tgrelid, c.relnamespace, c.relname::text, t.tgname::text, t.tgtype & 1 = 1, t.tgenabled <> 'D',
           n.nspname || '.' || p.proname, {definition}
         FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
         JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE c.relnamespace = ANY($1) AND NOT t.tgisinternal AND t.tgparentid = 0"
    );
    scope.query(client, &sql).await?.iter().map(|row| found(row, scope)).collect()
}

fn found(row: &Row, scope: &Scope) -> Result<Found, Error> {
    let trigger = Trigger {
        schema: scope.schema(row.try_get(1)?),
        table: row.try_get(2)?,
        name: row.try_get(3)?,
        row_level: row.try_get(4)?,
        enabled: row.try_get(5)?,
        function: row.try_get(6)?,
        definition: row.try_get::<_, Option<String>>(7)?.unwrap_or_default(),
        extra: None,
    };
    Ok(Found { table: row.try_get(0)?, trigger })
}

/// In the order of schema, table and name.
pub(super) fn finish(found: Vec<Found>, owned: &Owned) -> Vec<Trigger> {
    let own = found.into_iter().filter(|found| !owned.has(RELATION, found.table));
    let mut triggers: Vec<Trigger> = own.map(|found| found.trigger).collect();
    triggers.sort_by(|a, b| (&a.schema, &a.table, &a.name).cmp(&(&b.schema, &b.table, &b.name)));
    triggers
}
