//! Whether values keep what a schema demands: PostgreSQL says so, in queries that write nothing.

use super::{
    Verification,
    demands::{Demand, Rule},
};
use crate::anonymize::{
    open_table::Values,
    samples::{MaskedSample, SampleError, read_error},
};
use confiture_model::{
    finding::Severity,
    mask,
    sampling::TextQueries,
    schema::{Column, Relation},
    session::SessionError,
};
use confiture_sql::quote::{identifier, literal};

/// What PostgreSQL says of masked rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Verdict {
    /// They keep the demand.
    Kept,
    /// So many of them break it.
    Broken(u64),
    /// A value is refused, with this code.
    Refused(String),
    /// It cannot be said, with this code.
    Unknown(String),
}

/// Judges a masked sample.
pub(super) async fn sampled(
    demand: &Demand<'_>,
    relation: &Relation,
    sample: &MaskedSample,
    database: &mut dyn TextQueries,
    found: &mut Verification,
) -> Result<(), SampleError> {
    if let Rule::Outside(_) = &demand.rule {
        let outside = keeping(demand, relation, &sample.before, sample.rows, database).await?;
        let after = chosen(&sample.after, &outside);
        return masked(demand, relation, &after, outside.len(), database, found).await;
    }
    masked(demand, relation, &sample.after, sample.rows, database, found).await
}

async fn masked(
    demand: &Demand<'_>,
    relation: &Relation,
    after: &Values,
    rows: usize,
    database: &mut dyn TextQueries,
    found: &mut Verification,
) -> Result<(), SampleError> {
    if rows > 0 {
        let verdict = judge(demand, relation, after, rows, database).await?;
        say(demand, verdict, &format!("{rows} masked rows"), found);
    }
    Ok(())
}

/// Puts a verdict into words. `rows` says of which rows it is.
pub(super) fn say(demand: &Demand<'_>, verdict: Verdict, rows: &str, found: &mut Verification) {
    let what = &demand.what;
    let (severity, message) = match (verdict, &demand.rule) {
        (Verdict::Kept, _) => return,
        (Verdict::Broken(count), rule) => (Severity::Error, broken(what, rule, count, rows)),
        (Verdict::Refused(code), Rule::Type(_)) => {
            (Severity::Error, format!("PostgreSQL refuses a masked value as {what} ({code}), of {rows}"))
        }
        (Verdict::Refused(code), _) => {
            (Severity::Error, format!("{what} cannot be judged: PostgreSQL refuses a masked value ({code}), of {rows}"))
        }
        (Verdict::Unknown(code), rule) => {
            let severity = if rule.is_denied_unknown() { Severity::Error } else { Severity::Warning };
            (severity, format!("{what} cannot be judged: PostgreSQL refuses the question ({code})"))
        }
    };
    found.say_of(severity, demand.subject.clone(), demand.masked, message, demand.rule.help());
}

fn broken(what: &str, rule: &Rule, count: u64, rows: &str) -> String {
    let of = format!("{count} of {rows}");
    match rule {
        Rule::Check(_) | Rule::Type(_) => format!("{what} is broken by {of}"),
        Rule::Partition(_) => format!("{what} takes {of}"),
        Rule::Same(_) => format!("{what}, which changes {of}: whether it stays unique cannot be said"),
        Rule::Null(_) => format!("{what}, which is no null in {of}: it would not stay unique"),
        Rule::Outside(_) => format!("{what}, and {of} would come to it: whether it stays unique cannot be said"),
    }
}

/// Whether rows keep a demand.
pub(super) async fn judge(
    demand: &Demand<'_>,
    relation: &Relation,
    values: &Values,
    rows: usize,
    database: &mut dyn TextQueries,
) -> Result<Verdict, SampleError> {
    let select = match (&demand.rule, &demand.columns[..]) {
        (Rule::Check(expression), _) => format!("count(*) FILTER (WHERE NOT ({expression}))"),
        // A partition that says null does not take the row, other than a CHECK.
        (Rule::Partition(expression), _) => format!("count(*) FILTER (WHERE ({expression}) IS NOT TRUE)"),
        (Rule::Same(expression), [_, ..]) => {
            let column = identifier(&demand.masked.info.name);
            format!("count(*) FILTER (WHERE ({expression})::text IS DISTINCT FROM {column}::text)")
        }
        (Rule::Null(expression), _) => format!("count(*) FILTER (WHERE ({expression})::text IS NOT NULL)"),
        (Rule::Outside(expression), _) => format!("count(*) FILTER (WHERE {expression})"),
        // The column stands in it: of one that nobody asks for, PostgreSQL may not look at the value.
        (Rule::Type(_), [column, ..]) => format!("0 * count({})", identifier(&column.name)),
        (Rule::Type(_) | Rule::Same(_), []) => return Ok(Verdict::Kept),
    };
    let query = format!("SELECT {select} FROM {}", from(demand, relation, values, 0..rows));
    match database.read(&query).await {
        Ok(columns) => {
            let count = columns.first().and_then(|column| column.get(0)).and_then(|count| count.parse().ok());
            Ok(match count.unwrap_or(0) {
                0 => Verdict::Kept,
                count => Verdict::Broken(count),
            })
        }
        Err(error) => match code(&error) {
            Some(code) if is_about_data(code) => Ok(Verdict::Refused(code.to_owned())),
            Some(code) => Ok(Verdict::Unknown(code.to_owned())),
            None => Err(read_error(&demand.subject, &error)),
        },
    }
}

/// Which of the rows keep a demand that nothing masked yet; of a condition, those that do not meet it. A row that PostgreSQL
/// cannot even look at does not.
pub(super) async fn keeping(
    demand: &Demand<'_>,
    relation: &Relation,
    values: &Values,
    rows: usize,
    database: &mut dyn TextQueries,
) -> Result<Vec<usize>, SampleError> {
    /// Questions about one demand; beyond, rows that were not asked about do not count.
    const QUESTIONS: usize = 64;
    let mut keeping = Vec::new();
    let mut todo: Vec<_> = std::iter::once(0..rows).collect();
    for _ in 0..QUESTIONS {
        let Some(range) = todo.pop() else { break };
        let whole_row = |what: String| format!("SELECT {what} FROM {}", from(demand, relation, values, range.clone()));
        let query = match &demand.rule {
            Rule::Check(expression) => whole_row(format!("({expression}) IS NOT FALSE")),
            Rule::Partition(expression) => whole_row(format!("({expression}) IS TRUE")),
            Rule::Outside(expression) => whole_row(format!("({expression}) IS NOT TRUE")),
            // All that can be looked at.
            Rule::Same(expression) | Rule::Null(expression) => {
                whole_row(format!("(({expression})::text IS NULL) IS NOT NULL"))
            }
            Rule::Type(checks) => {
                let holds = checks.iter().map(|check| format!("({check}) IS NOT FALSE")).collect::<Vec<_>>();
                let holds = if holds.is_empty() { "true".to_owned() } else { holds.join(" AND ") };
                let from = as_value(demand, values, range.clone());
                format!("SELECT {holds} FROM {from}")
            }
        };
        match database.read(&query).await {
            Ok(columns) => {
                let holds = columns.first().into_iter().flatten();
                keeping.extend(range.zip(holds).filter(|(_, holds)| *holds == Some("t")).map(|(row, _)| row));
            }
            Err(error) if code(&error).is_some_and(is_about_data) => {
                if range.len() > 1 {
                    let middle = range.start.midpoint(range.end);
                    todo.extend([middle..range.end, range.start..middle]);
                }
            }
            // What it cannot answer at all is said where samples are judged.
            Err(error) if code(&error).is_some() => return Ok(Vec::new()),
            Err(error) => return Err(read_error(&demand.subject, &error)),
        }
    }
    Ok(keeping)
}

/// Rows as a relation of the demand's columns and types. Generated columns are computed anew, from all the others.
fn from(demand: &Demand<'_>, relation: &Relation, values: &Values, rows: std::ops::Range<usize>) -> String {
    if !demand.columns.iter().any(|column| column.generated) {
        let columns = demand.columns.iter().zip(&demand.types);
        let columns: Vec<_> = columns
            .map(|(column, type_name)| (column.name.as_str(), column.name.as_str(), type_name.as_str()))
            .collect();
        return listed(&columns, values, rows);
    }
    let plain = relation.columns.iter().filter(|column| !column.generated);
    let plain: Vec<_> =
        plain.map(|column| (column.name.as_str(), column.name.as_str(), column.type_name.as_str())).collect();
    let computed = demand.columns.iter().filter_map(|column: &&Column| {
        let expression = column.default_expression.as_ref().filter(|_| column.generated)?;
        Some(format!(", ({expression})::{} AS {}", column.type_name, identifier(&column.name)))
    });
    format!("(SELECT *{} FROM {}) AS rows", computed.collect::<String>(), listed(&plain, values, rows))
}

/// Rows of one column, under the name that the expressions of a domain have for it.
fn as_value(demand: &Demand<'_>, values: &Values, rows: std::ops::Range<usize>) -> String {
    let columns = demand.columns.iter().zip(&demand.types);
    let columns: Vec<_> =
        columns.map(|(column, type_name)| (column.name.as_str(), "value", type_name.as_str())).collect();
    listed(&columns, values, rows)
}

/// `(VALUES …) AS rows (…)`: of each column where it comes from, what it is called, and its type.
fn listed(columns: &[(&str, &str, &str)], values: &Values, rows: std::ops::Range<usize>) -> String {
    let row = |row: usize| {
        let cells = columns.iter().map(|(source, _, type_name)| {
            let value = values.get(*source).and_then(|column| column.get(row));
            format!("{}::{type_name}", value.map_or_else(|| "NULL".to_owned(), literal))
        });
        format!("({})", cells.collect::<Vec<_>>().join(", "))
    };
    let rows = rows.map(row).collect::<Vec<_>>().join(", ");
    let names = columns.iter().map(|(_, name, _)| identifier(name)).collect::<Vec<_>>().join(", ");
    format!("(VALUES {rows}) AS rows ({names})")
}

/// These rows of each column.
pub(super) fn chosen(values: &Values, rows: &[usize]) -> Values {
    let choose = |column: &mask::Column| rows.iter().map(|&row| column.get(row)).collect();
    values.iter().map(|(name, column)| (name.clone(), choose(column))).collect()
}

fn code(error: &SessionError) -> Option<&str> {
    match error {
        SessionError::Database(error) => Some(&error.sqlstate),
        _ => None,
    }
}

/// Codes of errors about a value: its form, its range, a constraint, or what a function of the user's raises.
fn is_about_data(code: &str) -> bool {
    ["22", "23", "P0001"].iter().any(|class| code.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_literals() {
        let values: Values = [("a b".to_owned(), [Some("it's \\"), None].into_iter().collect())].into();
        assert_eq!(
            listed(&[("a b", "a b", "text")], &values, 0..2),
            r#"(VALUES (E'it''s \\'::text), (NULL::text)) AS rows ("a b")"#
        );
    }
}
