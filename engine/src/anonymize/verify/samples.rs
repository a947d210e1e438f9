//! Rows of the database through the strategies of a profile.

use super::{
    Verification,
    demands::{demands, of_partitions},
    judge,
};
use crate::anonymize::{
    open_table::{MaskError, OpenColumn},
    resolve::{Resolved, ResolvedColumn},
    samples::{MaskedSample, SampleError, mask, relation, sample},
};
use confiture_model::{finding::Severity, sampling::TextQueries, schema::Snapshot};
use std::collections::BTreeMap;

/// Samples `rows` rows of each table that has something to mask.
pub(in crate::anonymize) async fn on_samples(
    resolved: &Resolved,
    snapshot: &Snapshot,
    database: &mut dyn TextQueries,
    rows: u32,
    found: &mut Verification,
) -> Result<(), SampleError> {
    for table in resolved.tables.iter().filter(|table| table.columns.iter().any(|column| !column.is_kept())) {
        let Some(relation) = relation(snapshot, &table.schema, &table.name) else { continue };
        let before = sample(database, relation, rows).await?;
        let masked = match mask(table, before).await {
            Ok(masked) => masked,
            Err(MaskError::Broke { column, fault }) => {
                if let Some(broken) = table.columns.iter().find(|one| one.full_name() == column) {
                    found.say(Severity::Error, broken, format!("its strategy broke: {fault}"));
                }
                continue;
            }
            Err(other) => return Err(other.into()),
        };
        found.rows.insert(format!("{}.{}", table.schema, table.name), masked.rows);
        for column in table.columns.iter().filter(|column| !column.is_kept()) {
            look_at(column, &masked, found).await?;
        }
        let partitions = of_partitions(table, relation, snapshot, database).await?;
        for demand in demands(table, relation, snapshot).into_iter().chain(partitions) {
            judge::sampled(&demand, relation, &masked, database, found).await?;
        }
    }
    Ok(())
}

async fn look_at(column: &ResolvedColumn, sample: &MaskedSample, found: &mut Verification) -> Result<(), SampleError> {
    let info = &column.info;
    let (Some(before), Some(after)) = (sample.before.get(&info.name), sample.after.get(&info.name)) else {
        return Ok(());
    };
    if before.len() != after.len() {
        found.say(Severity::Error, column, "as many values have to come out as went in");
        return Ok(());
    }
    let pairs: Vec<(&str, Option<&str>)> =
        before.iter().zip(after).filter_map(|(before, after)| Some((before?, after))).collect();
    // The empty text has nothing to hide.
    let kept = pairs.iter().filter(|(before, after)| !before.is_empty() && Some(*before) == *after).count();
    if kept > 0 && !column.promises.may_keep {
        let message = format!("the strategy did not modify {kept} of {} sampled values", pairs.len());
        found.say(Severity::Warning, column, message);
    } else if kept == pairs.len() && kept > 0 {
        found.say(Severity::Warning, column, format!("every one of {kept} sampled values stays as it is"));
    }
    if !info.nullable && after.iter().any(|value| value.is_none()) {
        found.say(Severity::Error, column, "it is NOT NULL, and a masked value is null");
    }
    if column.promises.injective && !is_injective(&pairs) {
        let message = "the strategy promises to be injective, and made one value of two different ones";
        found.say(Severity::Error, column, message);
    }
    if let Some(room) = info.room().filter(|_| !column.array) {
        let longer = after.iter().flatten().filter(|value| value.chars().count() > room as usize).count();
        if longer > 0 {
            let message =
                format!("{longer} masked values are longer than the {room} characters that there is room for");
            found.say(Severity::Error, column, message);
        }
    }
    if column.promises.deterministic {
        again(column, sample, found).await?;
    }
    Ok(())
}

fn is_injective(pairs: &[(&str, Option<&str>)]) -> bool {
    let mut origins: BTreeMap<&str, &str> = BTreeMap::new();
    pairs.iter().filter_map(|(before, after)| Some((*before, (*after)?))).all(|(before, after)| {
        let origin = *origins.entry(after).or_insert(before);
        origin == before
    })
}

/// In another instance, the same rows have to give the same.
async fn again(column: &ResolvedColumn, sample: &MaskedSample, found: &mut Verification) -> Result<(), SampleError> {
    let second = OpenColumn::open(column).await?.mask(&sample.before, &sample.after).await?;
    if sample.after.get(&column.info.name) != Some(&second) {
        let message = "the strategy promises to be deterministic, and gave two results for the same rows";
        found.say(Severity::Error, column, message);
    }
    Ok(())
}
