//! Made-up values through the strategies of a profile, before a row is read: what each strategy promises, and what the schema
//! demands. Only made-up rows that keep a demand as they are can show that masking breaks it.

use super::{
    Verification,
    demands::{Demand, Rule, demands, of_partitions, under},
    judge::{self, chosen},
};
use crate::anonymize::{
    open_table::{MaskError, OpenColumn, Values},
    promises::{Broken, Samples, made_up, misfit},
    resolve::{Resolved, ResolvedColumn, ResolvedTable, element_of, infos},
    samples::{SampleError, relation},
};
use confiture_model::{
    fault::{Fault, FaultKind},
    finding::Severity,
    mask::{Column, ColumnInfo, array_of_one},
    sampling::TextQueries,
    schema::{Relation, Snapshot},
};
use std::collections::BTreeSet;

/// How many values of a type are made up for a demand, beside the ends of the type and what the demand itself names.
const ROWS: usize = 200;
/// Longer ones show nothing that others do not.
const LONGEST: usize = 200;

/// Tries every column and every demand. Of tables, nothing is read.
pub(in crate::anonymize) async fn on_made_up(
    resolved: &Resolved,
    snapshot: &Snapshot,
    database: &mut dyn TextQueries,
    found: &mut Verification,
) -> Result<(), SampleError> {
    for table in &resolved.tables {
        let Some(relation) = relation(snapshot, &table.schema, &table.name) else { continue };
        for column in table.columns.iter().filter(|column| !column.is_kept()) {
            promises(column, found).await;
        }
        let partitions = of_partitions(table, relation, snapshot, database).await?;
        for demand in demands(table, relation, snapshot).into_iter().chain(partitions) {
            if let Err(broken) = try_demand(&demand, table, relation, snapshot, database, found).await? {
                found.say(Severity::Error, demand.masked, format!("on made-up values: {broken}"));
            }
        }
    }
    Ok(())
}

/// A sample may be too small to show what made-up values do.
async fn promises(column: &ResolvedColumn, found: &mut Verification) {
    match column.ready.try_promises(&Samples::default()).await {
        Ok(broken) => {
            for one in broken {
                let severity = if one.broken == Broken::Changes { Severity::Warning } else { Severity::Error };
                found.say(severity, column, format!("on made-up values: {one}"));
            }
        }
        Err(fault) => found.say(Severity::Error, column, format!("on made-up values, its strategy broke: {fault}")),
    }
}

async fn try_demand(
    demand: &Demand<'_>,
    table: &ResolvedTable,
    relation: &Relation,
    snapshot: &Snapshot,
    database: &mut dyn TextQueries,
    found: &mut Verification,
) -> Result<Result<(), MaskError>, SampleError> {
    let before = under_domains(demand, snapshot);
    let (values, rows) = rows(&before, table, relation, snapshot);
    let keeping = judge::keeping(&before, relation, &values, rows, database).await?;
    if keeping.is_empty() {
        if demand.rule.is_denied_unknown() {
            not_tried(demand, found);
        }
        return Ok(Ok(()));
    }
    let masked = match masked(demand, table, chosen(&values, &keeping)).await {
        Ok(masked) => masked,
        Err(broken) => return Ok(Err(broken)),
    };
    let rows = masked.values().map(Column::len).max().unwrap_or(0);
    if rows > 0 {
        let verdict = judge::judge(demand, relation, &masked, rows, database).await?;
        judge::say(demand, verdict, &format!("{rows} made-up rows that keep it unmasked"), found);
    }
    Ok(Ok(()))
}

/// What nothing could be tried for is not known to be kept.
fn not_tried(demand: &Demand<'_>, found: &mut Verification) {
    let message = format!("{}, which made-up values cannot try: whether it stays unique cannot be said", demand.what);
    found.say_of(Severity::Error, demand.subject.clone(), demand.masked, message, demand.rule.help());
}

/// The demand with the types under its domains: what a domain does not take would fail whole queries.
fn under_domains<'a>(demand: &Demand<'a>, snapshot: &Snapshot) -> Demand<'a> {
    Demand {
        what: demand.what.clone(),
        subject: demand.subject.clone(),
        columns: demand.columns.clone(),
        types: demand.types.iter().map(|type_name| under(type_name, snapshot).0).collect(),
        rule: demand.rule.clone(),
        masked: demand.masked,
    }
}

/// As many rows as the column with the most different values has, and how many that are.
fn rows(demand: &Demand<'_>, table: &ResolvedTable, relation: &Relation, snapshot: &Snapshot) -> (Values, usize) {
    let columns = infos(relation, snapshot).into_iter().zip(&relation.columns).filter(|(_, column)| !column.generated);
    // A partition takes one value of each of its columns: all that are named meet all others.
    let by_name = matches!(demand.rule, Rule::Partition(_));
    let mut combinations = 1;
    let columns: Vec<MadeUp> = columns
        .enumerate()
        .map(|(at, (info, column))| {
            let told = table.columns.iter().find(|one| one.info.name == info.name);
            let info = told.map_or(info, |one| one.info.clone());
            let array = element_of(&column.type_name).array;
            let is_asked = demand.columns.iter().any(|one| one.name == info.name);
            let named = if is_asked { named_values(&info, demand) } else { Vec::new() };
            if by_name && !named.is_empty() && combinations < COMBINATIONS {
                let divisor = combinations;
                combinations *= named.len();
                return MadeUp { info, values: named, divisor, turn: 0 };
            }
            MadeUp { values: values(&info, named, array), info, divisor: 1, turn: 7 * at }
        })
        .collect();
    let most = columns.iter().map(|column| column.values.len()).max().unwrap_or(0);
    let rows = most.max(combinations.min(COMBINATIONS));
    let of_column = |column: MadeUp| {
        let value = (0..rows).map(|row| column.value(row)).collect();
        (column.info.name, value)
    };
    (columns.into_iter().map(of_column).collect(), rows)
}

/// How many rows there are at most that name the values of several columns.
const COMBINATIONS: usize = 1_000;

/// A column's values, and which of them each row has.
struct MadeUp {
    info: ColumnInfo,
    values: Vec<Option<String>>,
    /// So many rows have one value, before the next has another.
    divisor: usize,
    /// Each column is turned by a step more, so that two of one type do not have equal values in all rows.
    turn: usize,
}

impl MadeUp {
    fn value(&self, row: usize) -> Option<String> {
        self.values.get((row / self.divisor + self.turn) % self.values.len().max(1)).cloned().flatten()
    }
}

/// Values for a column, `named` among them.
fn values(info: &ColumnInfo, named: Vec<Option<String>>, array: bool) -> Vec<Option<String>> {
    let mut values = made_up::values(info, ROWS);
    values.extend(named);
    if array {
        values.iter_mut().flatten().for_each(|value| *value = array_of_one(value));
    }
    values.retain(|value| value.as_ref().is_none_or(|value| value.chars().count() <= LONGEST));
    values
}

/// What a demand names that the column takes.
fn named_values(info: &ColumnInfo, demand: &Demand<'_>) -> Vec<Option<String>> {
    let kind = info.base_type.split('(').next().unwrap_or_default().trim();
    let is_number = matches!(kind, "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision");
    let is_text = matches!(kind, "text" | "character varying" | "character" | "citext");
    let is_time = kind == "date" || kind.starts_with("timestamp");
    if !info.labels.is_empty() {
        return Vec::new();
    }
    let fits = |value: &String| misfit(info, Some(value)).is_none();
    let named = named(demand).into_iter().filter_map(|named| match named {
        Literal::Number(number) if is_number => Some(number).filter(fits),
        Literal::Text(text) if is_text => Some(text),
        Literal::Text(text) if is_number || is_time => Some(text).filter(fits),
        _ => None,
    });
    named.collect::<BTreeSet<_>>().into_iter().map(Some).collect()
}

/// A constant in the text of a demand.
enum Literal {
    Number(String),
    Text(String),
}

/// What the demand itself speaks of: `'new'` of `status = ANY (ARRAY['new'::text])`, and 17, 18 and 19 of `age >= 18`.
fn named(demand: &Demand<'_>) -> Vec<Literal> {
    let texts: Vec<&str> = match &demand.rule {
        Rule::Type(checks) => checks.iter().map(String::as_str).collect(),
        rule => rule.sql().into_iter().collect(),
    };
    let mut named = Vec::new();
    // Every second part stands in quotes; of a doubled quote the halves are left out.
    for (at, part) in texts.iter().flat_map(|text| text.split('\'').enumerate()) {
        if at % 2 == 1 {
            named.push(Literal::Text(part.to_owned()));
            continue;
        }
        let numbers =
            part.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter_map(|word| word.parse::<i64>().ok());
        named.extend(
            numbers.flat_map(|number| [-1, 0, 1].map(|by| Literal::Number(number.saturating_add(by).to_string()))),
        );
    }
    named
}

/// What becomes of the demand's columns. Rows with a value that a strategy refuses are left out: a run would stop there.
async fn masked(demand: &Demand<'_>, table: &ResolvedTable, mut before: Values) -> Result<Values, MaskError> {
    let mut after = Values::new();
    for column in concerned(demand, table) {
        let mut open = OpenColumn::open(column).await?;
        let (kept, masked) = where_it_can(&mut open, &before, &after).await?;
        before = chosen(&before, &kept);
        after = chosen(&after, &kept);
        after.insert(column.info.name.clone(), masked);
    }
    before.append(&mut after);
    Ok(before)
}

/// The columns of the demand, and those that they want to see masked, in the order in which they are masked.
fn concerned<'t>(demand: &Demand<'_>, table: &'t ResolvedTable) -> Vec<&'t ResolvedColumn> {
    if demand.columns.iter().any(|column| column.generated) {
        return table.columns.iter().collect();
    }
    let mut names: BTreeSet<&str> = demand.columns.iter().map(|column| column.name.as_str()).collect();
    // Each stands behind those that it wants to see.
    for column in table.columns.iter().rev().filter(|column| column.context.iter().any(|one| one.masked)) {
        if names.contains(column.info.name.as_str()) {
            names.extend(column.context.iter().filter(|one| one.masked).map(|one| one.name.as_str()));
        }
    }
    table.columns.iter().filter(|column| names.contains(column.info.name.as_str())).collect()
}

/// The rows that a strategy takes, and what becomes of them.
async fn where_it_can(
    open: &mut OpenColumn,
    before: &Values,
    after: &Values,
) -> Result<(Vec<usize>, Column), MaskError> {
    let rows = before.values().map(Column::len).max().unwrap_or(0);
    let (mut kept, mut all) = (Vec::new(), Vec::new());
    let mut todo = vec![(0, rows)];
    while let Some((from, to)) = todo.pop() {
        let range: Vec<usize> = (from..to).collect();
        match open.mask(&chosen(before, &range), &chosen(after, &range)).await {
            Ok(masked) => {
                kept.extend(range);
                all.extend(masked.iter().map(|value| value.map(str::to_owned)));
            }
            Err(MaskError::Broke { fault: Fault { kind: FaultKind::Reported(_), .. }, .. }) => {
                if to - from > 1 {
                    let middle = from.midpoint(to);
                    todo.extend([(middle, to), (from, middle)]);
                }
            }
            Err(other) => return Err(other),
        }
    }
    Ok((kept, all.into_iter().collect()))
}
