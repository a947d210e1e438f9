//! Which statement made or altered which object, as PostgreSQL itself reports it.
//!
//! An event trigger writes the identity of every object that a DDL command reports into a table of ours, with the number
//! of the statement, which a custom setting holds. Identities, not names: an object that is renamed later, or dropped
//! and made anew, is found as it is in the end. What a transaction rolls back, it takes along.

use confiture_model::{
    object::{ObjectKind, ObjectRef},
    session::Touched,
};
use tokio_postgres::{Client, Error, Row};

/// A command on a table reports the table alone: its indexes, constraints, triggers and policies that are not known yet
/// are the command's as well. The function belongs to the superuser who makes it and runs with that user's rights and a
/// search path of its own, whatever role and path the user's SQL has set; the trigger fires in replica mode, too.
/// Comments and rights, of which there are many, make no object and move none.
const INSTALL: &str = r"
CREATE SCHEMA confiture_scratch;
CREATE TABLE confiture_scratch.touched (
  class pg_catalog.oid, object pg_catalog.oid, statement pg_catalog.int4, PRIMARY KEY (class, object, statement));
CREATE FUNCTION confiture_scratch.record() RETURNS pg_catalog.event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $record$
DECLARE
  number int4 := nullif(current_setting('confiture.statement', true), '');
BEGIN
  IF number IS NULL OR tg_tag IN ('COMMENT', 'GRANT', 'REVOKE', 'SECURITY LABEL') THEN
    RETURN;
  END IF;
  WITH reported AS MATERIALIZED (
    SELECT DISTINCT classid AS class, objid AS object FROM pg_event_trigger_ddl_commands()
    WHERE objid IS NOT NULL AND NOT in_extension
  ), relation AS MATERIALIZED (
    SELECT object FROM reported WHERE class = 'pg_class'::regclass
  ), implied AS (
    SELECT 'pg_class'::regclass::oid AS class, i.indexrelid AS object FROM pg_index i JOIN relation ON i.indrelid = object
    UNION ALL SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint c JOIN relation ON c.conrelid = object
    UNION ALL SELECT 'pg_trigger'::regclass, t.oid FROM pg_trigger t JOIN relation ON t.tgrelid = object
    UNION ALL SELECT 'pg_policy'::regclass, p.oid FROM pg_policy p JOIN relation ON p.polrelid = object
  )
  INSERT INTO confiture_scratch.touched
  SELECT class, object, number FROM reported
  UNION SELECT class, object, number FROM implied
  WHERE NOT EXISTS (SELECT FROM confiture_scratch.touched t WHERE t.class = implied.class AND t.object = implied.object)
  ON CONFLICT DO NOTHING;
END $record$;
CREATE EVENT TRIGGER confiture_scratch ON ddl_command_end EXECUTE FUNCTION confiture_scratch.record();
ALTER EVENT TRIGGER confiture_scratch ENABLE ALWAYS;
";

/// Indexes, constraints and triggers that PostgreSQL made on partitions came with their parent's, where no statement
/// reported them. One row an object that still exists and a statement.
const TOUCHED: &str = r"
WITH RECURSIVE own AS (SELECT class, object, statement FROM confiture_scratch.touched),
inherited(class, object, parent) AS MATERIALIZED (
  SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, i.inhrelid, i.inhparent
  FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_index x ON x.indexrelid = i.inhrelid
  UNION ALL SELECT 'pg_catalog.pg_constraint'::pg_catalog.regclass, oid, conparentid FROM pg_catalog.pg_constraint WHERE conparentid <> 0
  UNION ALL SELECT 'pg_catalog.pg_trigger'::pg_catalog.regclass, oid, tgparentid FROM pg_catalog.pg_trigger WHERE tgparentid <> 0
), t AS (
  SELECT class, object, statement FROM own
  UNION
  SELECT i.class, i.object, t.statement FROM t JOIN inherited i ON i.class = t.class AND i.parent = t.object
  WHERE NOT EXISTS (SELECT FROM own WHERE own.class = i.class AND own.object = i.object)
), named AS (
  SELECT t.statement, 'class' AS catalog, CASE WHEN c.relispartition AND c.relkind <> 'i' AND c.relkind <> 'I' AND c.relkind <> 'f'
      THEN 'partition' ELSE c.relkind::pg_catalog.text END AS kind, n.nspname, p.relname AS parent, c.relname AS name
  FROM t JOIN pg_catalog.pg_class c ON t.class = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = t.object
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index x ON x.indexrelid = c.oid LEFT JOIN pg_catalog.pg_class p ON p.oid = x.indrelid
  UNION ALL
  SELECT t.statement, 'constraint', c.contype::pg_catalog.text, n.nspname, r.relname, c.conname
  FROM t JOIN pg_catalog.pg_constraint c ON t.class = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND c.oid = t.object
  JOIN pg_catalog.pg_class r ON r.oid = c.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  UNION ALL
  SELECT t.statement, 'trigger', '', n.nspname, r.relname, g.tgname
  FROM t JOIN pg_catalog.pg_trigger g ON t.class = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND g.oid = t.object
  JOIN pg_catalog.pg_class r ON r.oid = g.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  WHERE NOT g.tgisinternal OR g.tgparentid <> 0
  UNION ALL
  SELECT t.statement, 'policy', '', n.nspname, r.relname, p.polname
  FROM t JOIN pg_catalog.pg_policy p ON t.class = 'pg_catalog.pg_policy'::pg_catalog.regclass AND p.oid = t.object
  JOIN pg_catalog.pg_class r ON r.oid = p.polrelid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
  UNION ALL
  SELECT t.statement, 'proc', p.prokind::pg_catalog.text, n.nspname, NULL, p.proname
  FROM t JOIN pg_catalog.pg_proc p ON t.class = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = t.object
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
  UNION ALL
  SELECT t.statement, 'type', y.typtype::pg_catalog.text, n.nspname, NULL, y.typname
  FROM t JOIN pg_catalog.pg_type y ON t.class = 'pg_catalog.pg_type'::pg_catalog.regclass AND y.oid = t.object
  JOIN pg_catalog.pg_namespace n ON n.oid = y.typnamespace
  UNION ALL
  SELECT t.statement, 'namespace', '', NULL, NULL, n.nspname
  FROM t JOIN pg_catalog.pg_namespace n ON t.class = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND n.oid = t.object
  UNION ALL
  SELECT t.statement, 'extension', '', NULL, NULL, e.extname
  FROM t JOIN pg_catalog.pg_extension e ON t.class = 'pg_catalog.pg_extension'::pg_catalog.regclass AND e.oid = t.object
)
SELECT statement, catalog, kind, nspname::pg_catalog.text, parent::pg_catalog.text, name::pg_catalog.text FROM named
WHERE nspname IS NULL OR (nspname !~ '^pg_' AND nspname <> 'confiture_scratch')
ORDER BY statement, catalog, nspname, parent, name
";

/// Makes the schema, the table and the trigger.
pub(super) async fn install(client: &Client) -> Result<(), Error> {
    client.batch_execute(INSTALL).await
}

/// What to send ahead of a statement. Anybody may set such a setting, and it needs no snapshot, so that it may stand
/// before `SET TRANSACTION`.
pub(super) fn announcement(statement: usize) -> String {
    format!("SET confiture.statement = '{statement}'")
}

/// What was recorded, in the order of the statements.
pub(super) async fn touched(client: &Client) -> Result<Vec<Touched>, Error> {
    client.query_typed(TOUCHED, &[]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<Touched, Error> {
    let number: i32 = row.try_get(0)?;
    let kind = kind(row.try_get(1)?, row.try_get(2)?);
    let object = ObjectRef { kind, schema: row.try_get(3)?, parent: row.try_get(4)?, name: row.try_get(5)? };
    Ok(Touched { object, statement: usize::try_from(number).unwrap_or_default() })
}

/// The kind of object by its system catalog and the letter that tells kinds apart there.
fn kind(catalog: &str, letter: &str) -> ObjectKind {
    match (catalog, letter) {
        ("class", "partition") => ObjectKind::Partition,
        ("class", "r" | "p") => ObjectKind::Table,
        ("class", "v") => ObjectKind::View,
        ("class", "m") => ObjectKind::MaterializedView,
        ("class", "f") => ObjectKind::ForeignTable,
        ("class", "i" | "I") => ObjectKind::Index,
        ("class", "S") => ObjectKind::Sequence,
        ("class", "c") | ("type", _) if letter != "d" => ObjectKind::Type,
        ("type", _) => ObjectKind::Domain,
        ("constraint", _) => ObjectKind::Constraint,
        ("trigger", _) => ObjectKind::Trigger,
        ("policy", _) => ObjectKind::Policy,
        ("proc", "p") => ObjectKind::Procedure,
        ("proc", _) => ObjectKind::Function,
        ("namespace", _) => ObjectKind::Schema,
        ("extension", _) => ObjectKind::Extension,
        _ => ObjectKind::Other,
    }
}
