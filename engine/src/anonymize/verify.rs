//! Whether a profile does on real rows what it promises: samples go through the opened strategies, before any run does.

mod constraints;

use super::{
    promises::{Broken, Samples},
    resolve::{Resolved, ResolvedColumn},
    samples::{self, MaskedSample, SampleError, mask, mask_column, relation, sample},
};
use confiture_model::{finding::Severity, mask::Column, sampling::TextQueries, schema::Snapshot};
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

/// How many rows of each table are looked at where nobody says.
pub const SAMPLE_ROWS: u32 = 100;

/// What was found of one column or table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Remark {
    /// `error` or `warning`.
    pub severity: Severity,
    /// `schema.table` or `schema.table.column`.
    pub subject: String,
    /// What, without any value.
    pub message: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.severity.as_str(), self.subject, self.message)
    }
}

/// What a verification found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Verification {
    /// The profile.
    pub profile: String,
    /// How many rows were looked at, by table.
    pub rows: BTreeMap<String, usize>,
    /// How many columns were masked.
    pub columns: usize,
    /// What is not as it should be.
    pub remarks: Vec<Remark>,
}

impl Verification {
    /// Whether nothing is an error.
    pub fn holds(&self) -> bool {
        self.remarks.iter().all(|remark| remark.severity != Severity::Error)
    }

    fn say(&mut self, severity: Severity, subject: &str, message: impl Into<String>) {
        self.remarks.push(Remark { severity, subject: subject.to_owned(), message: message.into() });
    }
}

/// Verifies a profile on samples of `rows` rows a table.
///
/// # Errors
/// Where rows cannot be read. What a strategy does wrong is a [`Remark`].
pub async fn verify(
    resolved: &Resolved,
    snapshot: &Snapshot,
    database: &mut dyn TextQueries,
    rows: u32,
) -> Result<Verification, SampleError> {
    let mut verification = Verification { profile: resolved.profile.clone(), ..Verification::default() };
    for table in resolved.tables.iter().filter(|table| table.columns.iter().any(|column| !column.is_kept())) {
        let Some(relation) = relation(snapshot, &table.schema, &table.name) else { continue };
        let before = sample(database, relation, rows).await?;
        let name = format!("{}.{}", table.schema, table.name);
        let masked = match mask(table, before).await {
            Ok(masked) => masked,
            Err(SampleError::Mask { column, fault }) => {
                verification.say(Severity::Error, &column, format!("its strategy broke: {fault}"));
                continue;
            }
            Err(other) => return Err(other),
        };
        verification.rows.insert(name, masked.rows);
        for column in table.columns.iter().filter(|column| !column.is_kept()) {
            verification.columns += 1;
            made_up(column, &mut verification).await?;
            look_at(column, &masked, &mut verification).await?;
        }
        constraints::check(table, relation, snapshot, &masked, database, &mut verification).await?;
    }
    Ok(verification)
}

/// A sample may be too small to show what made-up values do.
async fn made_up(column: &ResolvedColumn, found: &mut Verification) -> Result<(), SampleError> {
    let info = &column.info;
    let subject = format!("{}.{}.{}", info.schema, info.table, info.name);
    match column.ready.try_promises(&Samples::default()).await {
        Ok(broken) => {
            for one in broken {
                let severity = if one.broken == Broken::Changes { Severity::Warning } else { Severity::Error };
                found.say(severity, &subject, format!("on made-up values: {one}"));
            }
            Ok(())
        }
        Err(fault) => Err(SampleError::Mask { column: subject, fault }),
    }
}

async fn look_at(column: &ResolvedColumn, sample: &MaskedSample, found: &mut Verification) -> Result<(), SampleError> {
    let info = &column.info;
    let subject = format!("{}.{}.{}", info.schema, info.table, info.name);
    let (Some(before), Some(after)) = (sample.before.get(&info.name), sample.after.get(&info.name)) else {
        return Ok(());
    };
    if before.len() != after.len() {
        found.say(Severity::Error, &subject, "as many values have to come out as went in");
        return Ok(());
    }
    let pairs: Vec<(&str, Option<&str>)> =
        before.iter().zip(after).filter_map(|(before, after)| Some((before?, after))).collect();
    // The empty text has nothing to hide.
    let kept = pairs.iter().filter(|(before, after)| !before.is_empty() && Some(*before) == *after).count();
    if kept > 0 && !column.promises.may_keep {
        let message = format!("the strategy did not modify {kept} of {} sampled values", pairs.len());
        found.say(Severity::Warning, &subject, message);
    } else if kept == pairs.len() && kept > 0 {
        found.say(Severity::Warning, &subject, format!("every one of {kept} sampled values stays as it is"));
    }
    if !info.nullable && after.iter().any(|value| value.is_none()) {
        found.say(Severity::Error, &subject, "it is NOT NULL, and a masked value is null");
    }
    if column.promises.injective && !is_injective(&pairs) {
        let message = "the strategy promises to be injective, and made one value of two different ones";
        found.say(Severity::Error, &subject, message);
    }
    if let Some(room) = info.room().filter(|_| !column.array) {
        let longer = after.iter().flatten().filter(|value| value.chars().count() > room as usize).count();
        if longer > 0 {
            let message =
                format!("{longer} masked values are longer than the {room} characters that there is room for");
            found.say(Severity::Error, &subject, message);
        }
    }
    if column.promises.deterministic {
        again(column, sample, &subject, found).await?;
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
async fn again(
    column: &ResolvedColumn,
    sample: &MaskedSample,
    subject: &str,
    found: &mut Verification,
) -> Result<(), SampleError> {
    let opened = column.ready.open().await;
    let mut masking = opened.map_err(|fault| SampleError::Mask { column: subject.to_owned(), fault })?;
    let second = mask_column(column, masking.as_mut(), sample).await?;
    if sample.after.get(&column.info.name) != Some(&second) {
        found.say(
            Severity::Error,
            subject,
            "the strategy promises to be deterministic, and gave two results for the same rows",
        );
    }
    Ok(())
}

/// Sampled rows of one table, before and after, for the terminal of whoever asked.
///
/// # Errors
/// [`SampleError`].
pub async fn preview(
    resolved: &Resolved,
    snapshot: &Snapshot,
    database: &mut dyn TextQueries,
    (schema, table): (&str, &str),
    rows: u32,
) -> Result<Option<MaskedSample>, SampleError> {
    let found = resolved.tables.iter().find(|one| one.schema == schema && one.name == table);
    let (Some(found), Some(relation)) = (found, relation(snapshot, schema, table)) else { return Ok(None) };
    let before = samples::sample(database, relation, rows).await?;
    mask(found, before).await.map(Some)
}

/// Before and after side by side, for a terminal: each masked column of each row.
pub fn preview_text(resolved: &Resolved, (schema, table): (&str, &str), sample: &MaskedSample) -> String {
    let mut page = String::new();
    let found = resolved.tables.iter().find(|one| one.schema == schema && one.name == table);
    let mut columns: Vec<&ResolvedColumn> =
        found.iter().flat_map(|table| &table.columns).filter(|column| !column.is_kept()).collect();
    columns.sort_by_key(|column| column.position);
    let width = columns.iter().map(|column| column.info.name.chars().count()).max().unwrap_or(0);
    for row in 0..sample.rows {
        // Writing to a string cannot fail.
        let _ = writeln!(page, "{schema}.{table}, row {}", row + 1);
        for name in columns.iter().map(|column| &column.info.name) {
            let value = |from: &BTreeMap<String, Column>| shown(from.get(name).and_then(|column| column.get(row)));
            let _ = writeln!(page, "  {name:<width$}  {} → {}", value(&sample.before), value(&sample.after));
        }
    }
    page
}

/// One line, without what would steer a terminal; long values are cut.
fn shown(value: Option<&str>) -> String {
    const WIDTH: usize = 40;
    let Some(value) = value else { return "NULL".to_owned() };
    let mut text: String = value.chars().take(WIDTH).map(|c| if c.is_control() { '·' } else { c }).collect();
    if value.chars().nth(WIDTH).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests;
