//! What the partitions of a table demand of its rows: one of them has to take each.

use super::{Demand, Rule, under};
use crate::anonymize::{
    resolve::{ResolvedColumn, ResolvedTable},
    samples::{SampleError, read_error},
};
use confiture_model::{
    sampling::TextQueries,
    schema::{Column, Relation, RelationKind, Snapshot},
};
use confiture_sql::quote::{literal, qualified};

/// The demand, where a column that decides about the partition is masked. Bounds are asked of the database: no snapshot has
/// them.
///
/// # Errors
/// Where the database cannot be asked.
pub(in crate::anonymize::verify) async fn of_partitions<'a>(
    table: &'a ResolvedTable,
    relation: &'a Relation,
    snapshot: &Snapshot,
    database: &mut dyn TextQueries,
) -> Result<Option<Demand<'a>>, SampleError> {
    let masked: Vec<&ResolvedColumn> = table.columns.iter().filter(|column| !column.is_kept()).collect();
    if relation.kind != RelationKind::PartitionedTable || masked.is_empty() {
        return Ok(None);
    }
    let subject = format!("{}.{}", relation.schema, relation.name);
    let answer = database.read(&question(relation)).await.map_err(|error| read_error(&subject, &error))?;
    let [kinds, texts] = &answer[..] else { return Err(SampleError::Changed(subject)) };
    let of = |kind: &str| kinds.iter().zip(texts).filter(|one| one.0 == Some(kind)).filter_map(|one| one.1).collect();
    let (keys, leaves): (Vec<&str>, Vec<&str>) = (of("key"), of("leaf"));
    let Some(blamed) = masked.iter().find(|column| keys.contains(&column.info.name.as_str())) else {
        return Ok(None);
    };
    let one_takes_it = leaves.iter().map(|leaf| format!("({leaf})")).collect::<Vec<_>>().join(" OR ");
    let columns: Vec<&Column> = relation.columns.iter().filter(|one| keys.contains(&one.name.as_str())).collect();
    Ok(Some(Demand {
        what: format!("no partition of `{subject}`"),
        types: columns.iter().map(|column| under(&column.type_name, snapshot).0).collect(),
        columns,
        rule: Rule::Partition(if leaves.is_empty() { "false".to_owned() } else { one_takes_it }),
        masked: blamed,
        subject: blamed.full_name(),
    }))
}

/// The columns that a table and its partitions are divided by, and what each partition without partitions takes. The
/// columns of a partition key, also of an expression, hang on their own table in `pg_depend`.
fn question(relation: &Relation) -> String {
    let table = literal(&qualified(&relation.schema, &relation.name));
    format!(
        "SELECT 'key', a.attname::text FROM pg_partition_tree({table}::regclass) AS t \
         JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = t.relid AND d.objsubid > 0 \
           AND d.refclassid = 'pg_class'::regclass AND d.refobjid = t.relid AND d.refobjsubid = 0 AND d.deptype = 'i' \
         JOIN pg_attribute a ON a.attrelid = t.relid AND a.attnum = d.objsubid WHERE NOT t.isleaf \
         UNION ALL SELECT 'leaf', coalesce(pg_get_partition_constraintdef(t.relid), 'true') \
         FROM pg_partition_tree({table}::regclass) AS t WHERE t.isleaf"
    )
}
