//! Sequences: `pg_sequence`, and how far they have come.

use super::reader::Reader;
use super::scope::Scope;
use confiture_model::schema::Sequence;
use std::collections::HashMap;
use tokio_postgres::{
    Error, Row,
    types::{Oid, Type},
};

/// How many sequences are locked at a time.
const PORTION: usize = 1000;

/// A sequence, and what it runs between.
pub(super) struct Found {
    pub oid: Oid,
    sequence: Sequence,
    ascending: bool,
    least: i64,
    most: i64,
}

const SQL: &str = "
SELECT s.seqrelid, c.relnamespace, c.relname::text, format_type(s.seqtypid, NULL), s.seqincrement > 0, s.seqmin, s.seqmax,
  s.seqcycle, n.nspname || '.' || t.relname || '.' || a.attname, d.deptype IS NOT DISTINCT FROM 'i'
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
  AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_class t ON t.oid = d.refobjid LEFT JOIN pg_namespace n ON n.oid = t.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE c.relnamespace = ANY($1)";

/// Whether this user may read a sequence, and where it has come to. A standby has no unlogged ones. The functions stand
/// behind the join: as conditions they might be asked about relations that are no sequences.
const VALUES: &str = "
SELECT c.oid, pg_catalog.has_sequence_privilege(c.oid, 'SELECT, USAGE'),
  CASE WHEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT, USAGE')
    AND (c.relpersistence <> 'u' OR NOT pg_catalog.pg_is_in_recovery()) THEN pg_catalog.pg_sequence_last_value(c.oid) END
FROM pg_catalog.unnest($1) AS wanted(oid) JOIN pg_catalog.pg_class c ON c.oid = wanted.oid";

pub(super) async fn read(client: &Reader<'_>, scope: &Scope) -> Result<Vec<Found>, Error> {
    scope.query(client, SQL).await?.iter().map(|row| found(row, scope)).collect()
}

fn found(row: &Row, scope: &Scope) -> Result<Found, Error> {
    let sequence = Sequence {
        schema: scope.schema(row.try_get(1)?),
        name: row.try_get(2)?,
        type_name: row.try_get(3)?,
        owned_by: row.try_get(8)?,
        identity: row.try_get(9)?,
        cycles: row.try_get(7)?,
        used_fraction: None,
        extra: None,
    };
    Ok(Found {
        oid: row.try_get(0)?,
        sequence,
        ascending: row.try_get(4)?,
        least: row.try_get(5)?,
        most: row.try_get(6)?,
    })
}

/// Reads how far each has come, a portion of them at a time.
pub(super) async fn read_values(client: &Reader<'_>, found: &mut [Found]) -> Result<(), Error> {
    for portion in found.chunks_mut(PORTION) {
        let oids: Vec<Oid> = portion.iter().map(|found| found.oid).collect();
        let rows = client.query_typed(VALUES, &[(&oids, Type::OID_ARRAY)]).await?;
        let mut values: HashMap<Oid, Option<i64>> = HashMap::with_capacity(rows.len());
        for row in rows.iter() {
            if row.try_get(1)? {
                values.insert(row.try_get(0)?, row.try_get(2)?);
            }
        }
        for found in portion {
            found.sequence.used_fraction = values.get(&found.oid).map(|value| found.used(*value));
        }
    }
    Ok(())
}

impl Found {
    /// The part of its values that are behind a sequence; nothing where it was never asked for one.
    #[allow(clippy::cast_precision_loss, reason = "a fraction, for people")]
    fn used(&self, last: Option<i64>) -> f64 {
        let Some(last) = last else { return 0.0 };
        let (least, most, last) = (i128::from(self.least), i128::from(self.most), i128::from(last));
        let behind = if self.ascending { last - least + 1 } else { most - last + 1 };
        behind as f64 / (most - least + 1) as f64
    }
}

/// In the order of schema and name.
pub(super) fn sorted(found: Vec<Found>) -> Vec<Sequence> {
    let mut sequences: Vec<Sequence> = found.into_iter().map(|found| found.sequence).collect();
    sequences.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    sequences
}
