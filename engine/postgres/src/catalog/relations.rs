//! Tables, views and their like: `pg_class`, and putting together what belongs to them.

use super::reader::Reader;
use super::{Details, RELATION, comments::Comments, extensions::Owned, scope::Scope, sizes};
use confiture_model::schema::{Persistence, Relation, RelationKind};
use std::collections::HashMap;
use tokio_postgres::{Error, Row, types::Oid};

/// A relation without its details.
pub(super) struct Found {
    oid: Oid,
    relation: Relation,
}

const STATISTICS: &str = "pg_stat_get_numscans(c.oid),
  pg_stat_get_tuples_inserted(c.oid), pg_stat_get_tuples_updated(c.oid), pg_stat_get_tuples_deleted(c.oid)";
const NOT_LIVE: &str = "NULL::float4, 0, NULL::int8, NULL::int8, NULL::int8, NULL::int8, NULL::int8";

/// Every relation, and the parents of partitions, wherever those are.
pub(super) async fn read(client: &Reader<'_>, scope: &Scope) -> Result<Vec<Found>, Error> {
    let (with, numbers, joins) = if scope.live {
        let total = sizes::total(scope);
        let numbers =
            format!("c.reltuples, c.relpages, CASE WHEN c.relkind IN ('r', 'm') THEN {total} END, {STATISTICS}");
        (sizes::with(scope), numbers, sizes::JOINS)
    } else {
        (String::new(), NOT_LIVE.to_owned(), "")
    };
    let sql = format!(
        "{with} SELECT c.oid, c.relnamespace, c.relname::text, c.relkind, c.relpersistence, c.relispartition,
           pg_get_userbyid(c.relowner)::text, c.relrowsecurity, c.relforcerowsecurity, c.reloptions,
           p.relname::text, pn.nspname::text, {numbers}
         FROM pg_class c LEFT JOIN pg_inherits i ON c.relispartition AND i.inhrelid = c.oid
         LEFT JOIN pg_class p ON p.oid = i.inhparent LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace {joins}
         WHERE c.relnamespace = ANY($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
    );
    scope.query(client, &sql).await?.iter().map(|row| found(row, scope)).collect()
}

fn found(row: &Row, scope: &Scope) -> Result<Found, Error> {
    let letter = |index| row.try_get::<_, i8>(index).map(i8::cast_unsigned);
    let parent: Option<String> = row.try_get(10)?;
    let parent_schema: Option<String> = row.try_get(11)?;
    let kind = kind(letter(3)?, row.try_get(5)?);
    let measured = matches!(kind, RelationKind::Table | RelationKind::Partition | RelationKind::MaterializedView);
    let number = |index| -> Result<Option<u64>, Error> {
        Ok(row.try_get::<_, Option<i64>>(index)?.filter(|_| measured).and_then(|number| u64::try_from(number).ok()))
    };
    let relation = Relation {
        schema: scope.schema(row.try_get(1)?),
        name: row.try_get(2)?,
        kind,
        persistence: persistence(letter(4)?),
        owner: row.try_get(6)?,
        comment: None,
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        depends_on: Vec::new(),
        definition: None,
        row_security: row.try_get(7)?,
        row_security_forced: row.try_get(8)?,
        policies: Vec::new(),
        settings: row.try_get::<_, Option<Vec<String>>>(9)?.unwrap_or_default(),
        estimated_rows: estimate(row.try_get(12)?, row.try_get(13)?),
        bytes: number(14)?,
        sequential_scans: number(15)?,
        index_scans: None,
        rows_inserted: number(16)?,
        rows_updated: number(17)?,
        rows_deleted: number(18)?,
        partition_of: parent_schema.zip(parent).map(|(schema, name)| format!("{schema}.{name}")),
        source: None,
        extra: None,
    };
    Ok(Found { oid: row.try_get(0)?, relation })
}

/// As [`estimate`], in SQL, of a `pg_class` that is called `c`: NULL where nobody ever counted.
pub(crate) const ESTIMATE: &str =
    "CASE WHEN c.reltuples > 0 OR c.relpages > 0 AND c.reltuples >= 0 THEN c.reltuples::int8 END";

/// `reltuples`, unless it says that nobody ever counted: -1, and before PostgreSQL 14 zero without a page.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
fn estimate(rows: Option<f32>, pages: i32) -> Option<u64> {
    rows.filter(|rows| *rows > 0.0 || (*rows == 0.0 && pages > 0)).map(|rows| f64::from(rows) as u64)
}

fn kind(letter: u8, partition: bool) -> RelationKind {
    match letter {
        b'r' | b'p' if partition => RelationKind::Partition,
        b'r' => RelationKind::Table,
        b'p' => RelationKind::PartitionedTable,
        b'v' => RelationKind::View,
        b'm' => RelationKind::MaterializedView,
        b'f' => RelationKind::ForeignTable,
        _ => RelationKind::Other,
    }
}

fn persistence(letter: u8) -> Persistence {
    match letter {
        b'u' => Persistence::Unlogged,
        b't' => Persistence::Temporary,
        _ => Persistence::Permanent,
    }
}

/// When statistics were last reset, where they ever were.
pub(super) async fn statistics_since(client: &Reader<'_>, scope: &Scope) -> Result<Option<String>, Error> {
    const SQL: &str = r#"SELECT to_char(pg_stat_get_db_stat_reset_time(oid) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
        FROM pg_database WHERE datname = current_database()"#;
    if !scope.live {
        return Ok(None);
    }
    client.query_typed(SQL, &[]).await?.first().map_or(Ok(None), |row| row.try_get(0))
}

/// Schema and name of each relation.
pub(super) type Names = HashMap<Oid, (String, String)>;

/// The names of relations by their identifiers.
pub(super) fn names(found: &[Found]) -> Names {
    let name = |relation: &Relation| (relation.schema.clone(), relation.name.clone());
    found.iter().map(|found| (found.oid, name(&found.relation))).collect()
}

/// Puts everything where it belongs, in order.
pub(super) fn finish(
    found: Vec<Found>,
    names: &Names,
    details: Details,
    owned: &Owned,
    comments: &mut Comments,
) -> Vec<Relation> {
    let Details { mut attributes, constraints, indexes, mut policies, mut views } = details;
    let mut constraints = constraints.finish(&attributes, names);
    let mut indexes = indexes.finish(&attributes);
    let mut relations = Vec::with_capacity(found.len());
    for Found { oid, mut relation } in found.into_iter().filter(|found| !owned.has(RELATION, found.oid)) {
        relation.comment = comments.take(RELATION, oid, 0);
        relation.columns = attributes.take_columns(oid, comments);
        relation.constraints = constraints.remove(&oid).unwrap_or_default();
        relation.indexes = indexes.remove(&oid).unwrap_or_default();
        relation.policies = policies.remove(&oid).unwrap_or_default();
        (relation.depends_on, relation.definition) = views.take(oid);
        if relation.sequential_scans.is_some() {
            relation.index_scans = relation.indexes.iter().map(|index| index.scans).sum();
        }
        relations.push(relation);
    }
    relations.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
    relations
}
