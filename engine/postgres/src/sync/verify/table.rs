//! Rows, sums and nulls of one table.

use super::{
    super::name::{identifier, qualified},
    Pair, SyncError,
};
use confiture_model::sync::{Check, CheckKind, ColumnPlan, MaskedRule, TablePlan};
use tokio_postgres::Row;

/// Columns that one query looks at: PostgreSQL allows 1664 expressions.
const AT_ONCE: usize = 500;

/// `FROM` of the rows that the plan selects at the source; at the target it is all.
pub(super) fn from(table: &TablePlan, source: bool) -> String {
    let (name, alias) = (qualified(&table.table), identifier(&table.table.name));
    let rows = format!("FROM ONLY {name} AS {alias}");
    if !source {
        return rows;
    }
    let condition = table.condition.as_ref().map(|condition| format!(" WHERE {condition}\n")).unwrap_or_default();
    match table.limit {
        None => format!("{rows}{condition}"),
        Some(limit) => {
            let key = table.primary_key.iter().map(|name| identifier(name)).collect::<Vec<_>>().join(", ");
            let order = if key.is_empty() { String::new() } else { format!(" ORDER BY {key}") };
            format!("FROM (SELECT * {rows}{condition}{order} LIMIT {limit}) AS {alias}")
        }
    }
}

/// The same rows, the same values in columns that nothing masks, as many nulls everywhere.
pub(super) async fn check(pair: &Pair<'_>, table: &TablePlan, rules: &[MaskedRule]) -> Result<Vec<Check>, SyncError> {
    let doing = format!("comparing {}", table.table);
    let said = |kind, subject: Option<&str>, holds, detail| Check {
        kind,
        table: table.table.clone(),
        subject: subject.map(str::to_owned),
        holds,
        detail,
    };
    let kept: Vec<&ColumnPlan> = table.columns.iter().filter(|column| !column.masked).collect();
    let sum = if kept.is_empty() { "NULL".to_owned() } else { format!("sum({})::text", row_hash(pair, &kept)) };
    let select = |source| format!("SELECT count(*), {sum} {}", from(table, source));
    let (source, target) = pair.both(&doing, &select(true), &select(false)).await?;
    let (rows, copied) = (number(&source, 0), number(&target, 0));
    let mut checks =
        vec![said(CheckKind::Rows, None, rows == copied, format!("{rows} at the source, {copied} in the target"))];
    if !kept.is_empty() {
        let same = text(&source, 1) == text(&target, 1);
        let detail = match same {
            true => format!("{} columns are the same in every row", kept.len()),
            false => differing(pair, table, &kept, &doing).await?,
        };
        checks.push(said(CheckKind::Sum, None, same, detail));
    }
    let mut others = Vec::new();
    for columns in table.columns.chunks(AT_ONCE) {
        let counts = columns.iter().map(|column| format!("count(*) - count({})", identifier(&column.name)));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let select = |source| format!("SELECT {counts} {}", from(table, source));
        let (source, target) = pair.both(&doing, &select(true), &select(false)).await?;
        for (at, column) in columns.iter().enumerate() {
            let (before, after) = (number(&source, at), number(&target, at));
            let place = table.columns.iter().position(|one| one.name == column.name);
            let rule = rules.iter().find(|rule| Some(rule.column) == place);
            let holds = before == after || rule.is_some_and(|rule| rule.makes_nulls && after > before);
            if rule.is_some() {
                let detail = format!("{before} at the source, {after} in the target");
                checks.push(said(CheckKind::Nulls, Some(&column.name), holds, detail));
            } else if !holds {
                others.push(format!("`{}` has {before} at the source and {after} in the target", column.name));
            }
        }
    }
    if !kept.is_empty() {
        let holds = others.is_empty();
        let detail = if holds { format!("as many in {} columns", kept.len()) } else { others.join("; ") };
        checks.push(said(CheckKind::Nulls, None, holds, detail));
    }
    Ok(checks)
}

/// A row of these columns as one number. What is binary is hashed first: its text is twice as long.
fn row_hash(pair: &Pair<'_>, columns: &[&ColumnPlan]) -> String {
    let one = |column: &&ColumnPlan| match column.base_type.as_str() {
        "bytea" => format!("md5({})", identifier(&column.name)),
        _ => identifier(&column.name),
    };
    pair.hash(&format!("ROW({})::text", columns.iter().map(one).collect::<Vec<_>>().join(", ")))
}

/// The columns whose sums differ, by name.
async fn differing(
    pair: &Pair<'_>,
    table: &TablePlan,
    columns: &[&ColumnPlan],
    doing: &str,
) -> Result<String, SyncError> {
    let mut names = Vec::new();
    for columns in columns.chunks(AT_ONCE) {
        let sums = columns.iter().map(|column| format!("sum({})::text", row_hash(pair, &[column])));
        let sums = sums.collect::<Vec<_>>().join(", ");
        let select = |source| format!("SELECT {sums} {}", from(table, source));
        let (source, target) = pair.both(doing, &select(true), &select(false)).await?;
        let differ = columns.iter().enumerate().filter(|(at, _)| text(&source, *at) != text(&target, *at));
        names.extend(differ.map(|(_, column)| format!("`{}`", column.name)));
    }
    Ok(match names.is_empty() {
        true => "the same values stand in other rows".to_owned(),
        false => format!("nothing masks them, and they differ: {}", names.join(", ")),
    })
}

fn number(rows: &[Row], at: usize) -> i64 {
    rows.first().and_then(|row| row.try_get(at).ok()).unwrap_or(-1)
}

fn text(rows: &[Row], at: usize) -> Option<String> {
    rows.first().and_then(|row| row.try_get(at).ok()).flatten()
}
