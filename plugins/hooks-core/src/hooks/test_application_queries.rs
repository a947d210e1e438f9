//! `test_application_queries`: the application's queries, against the schema as it will be.

mod explain;

use crate::statement::{only, within};
use confiture_sdk::{Call, Error, Hook, HookMeta, Outcome, Phase, Placing, Step, database::Value};
use explain::Explained;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// The application's queries, against the schema as it will be.
pub struct TestApplicationQueries;

/// Options of `test_application_queries`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// A file of queries in a directory that the project grants for reading: `tests/queries/analytics.sql`.
    #[serde(default)]
    #[schemars(extend("format" = "file"))]
    query_file: Option<String>,
    /// Queries with what is expected of them.
    #[serde(default)]
    test_queries: Vec<Query>,
    /// What PostgreSQL may estimate a query to cost at most, where the query itself does not say.
    #[serde(default)]
    max_cost: Option<f64>,
}

/// One query.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Query {
    /// What the report calls it.
    name: String,
    /// The query, with `$1`, `$2`, ... for its parameters.
    query: String,
    /// Values of the parameters.
    #[serde(default)]
    test_params: Vec<Parameter>,
    /// Columns that the result has, among others.
    #[serde(default)]
    expected_columns: Vec<String>,
    /// The type of the result's only column.
    #[serde(default)]
    expected_return_type: Option<String>,
    /// What PostgreSQL may estimate the query to cost at most.
    #[serde(default)]
    max_cost: Option<f64>,
}

/// A parameter, as YAML or TOML has it. PostgreSQL finds its type.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum Parameter {
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    Null(()),
}

impl Parameter {
    fn value(&self) -> Value {
        match self {
            Self::Boolean(boolean) => Value::Boolean(*boolean),
            Self::Integer(number) => Value::Text(number.to_string()),
            Self::Float(number) => Value::Float(*number),
            Self::Text(text) => Value::Text(text.clone()),
            Self::Null(()) => Value::Null,
        }
    }
}

impl Hook for TestApplicationQueries {
    type Options = Options;

    const META: HookMeta = HookMeta {
        id: "test_application_queries",
        summary: "Runs the application's queries, and fails the migration where one no longer works",
        phases: Phase::ALL,
        documentation: DOCUMENTATION,
    };

    fn place(&self, options: &Options) -> Result<Placing, Error> {
        if options.query_file.is_none() && options.test_queries.is_empty() {
            return Err(Error::option("/test_queries", "a query, or a file of them in `query_file`"));
        }
        if let Some(file) = &options.query_file {
            place_of(file)?;
        }
        Ok(Placing::in_transaction())
    }

    fn plan(&self, options: &Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        let queries = all(options, call)?;
        Ok(vec![Step::new(format!(
            "{} application quer{}",
            queries.len(),
            if queries.len() == 1 { "y" } else { "ies" }
        ))])
    }

    fn run(&self, options: &Options, _: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        let queries = all(options, call)?;
        let (mut outcome, mut failed) = (Outcome::default(), Vec::new());
        for (number, query) in queries.iter().enumerate() {
            call.progress(number as u64, Some(queries.len() as u64), "queries");
            let name = format!("query `{}`", query.name);
            let tested = test(query, options.max_cost, call).map_err(|error| within(&name, error))?;
            failed.extend(tested.wrong.iter().map(|wrong| format!("{name}: {wrong}")));
            outcome = outcome.statistic(&query.name, json!({ "cost": tested.cost, "run": tested.run }));
        }
        if failed.is_empty() { Ok(outcome) } else { Err(Error::CheckFailed(failed.join("; "))) }
    }
}

/// Directory and file of a path.
fn place_of(path: &str) -> Result<(&str, &str), Error> {
    match path.rsplit_once('/') {
        Some((directory, file)) if !directory.is_empty() && !file.is_empty() => Ok((directory, file)),
        _ => Err(Error::option("/query_file", "a directory and a file in it, such as `tests/queries/analytics.sql`")),
    }
}

fn all(options: &Options, call: &Call<'_>) -> Result<Vec<Query>, Error> {
    let mut queries = options.test_queries.clone();
    let Some(path) = &options.query_file else { return Ok(queries) };
    let (directory, file) = place_of(path)?;
    let text = String::from_utf8(call.files.read(directory, file)?)
        .map_err(|_| Error::failed(format!("`{path}` is no text in UTF-8")))?;
    let statements = call.database.split(&text).map_err(|error| within(path, error))?;
    queries.extend(statements.into_iter().enumerate().map(|(number, query)| Query {
        name: format!("{file}, statement {}", number + 1),
        query,
        test_params: Vec::new(),
        expected_columns: Vec::new(),
        expected_return_type: None,
        max_cost: None,
    }));
    Ok(queries)
}

#[derive(Default)]
struct Tested {
    cost: f64,
    /// Whether it ran; a statement that changes rows is planned only.
    run: bool,
    wrong: Vec<String>,
}

fn test(query: &Query, max_cost: Option<f64>, call: &Call<'_>) -> Result<Tested, Error> {
    let sql = only(&call.database, "/test_queries", &query.query)?;
    let params: Vec<Value> = query.test_params.iter().map(Parameter::value).collect();
    let plan = call.database.row(&format!("EXPLAIN (FORMAT JSON) {sql}"), &params)?;
    let explained = Explained::read(plan.and_then(|row| row.values.into_iter().next()))?;
    let mut tested = Tested { cost: explained.total_cost, run: !explained.changes_rows, wrong: Vec::new() };
    if let Some(most) = query.max_cost.or(max_cost).filter(|most| explained.total_cost > *most) {
        tested
            .wrong
            .push(format!("its cost is estimated at {}, above the {most} that are allowed", explained.total_cost));
    }
    if tested.run {
        tested.wrong.extend(run(&sql, &params, query, call)?);
    } else if !query.expected_columns.is_empty() || query.expected_return_type.is_some() {
        tested.wrong.push("it changes rows, so it is planned and not run: its columns cannot be expected".to_owned());
    }
    Ok(tested)
}

/// Runs a query for its first rows, and says what is not as expected.
fn run(sql: &str, params: &[Value], query: &Query, call: &Call<'_>) -> Result<Vec<String>, Error> {
    let mut rows = call.database.query(&format!("SELECT * FROM (\n{sql}\n) AS query LIMIT 100"), params)?;
    let columns = rows.columns().to_vec();
    rows.try_for_each(|row| row.map(drop))?;
    let missing = query.expected_columns.iter().filter(|name| columns.iter().all(|column| column.name != **name));
    let mut wrong: Vec<_> = missing.map(|name| format!("it has no column `{name}`")).collect();
    let Some(expected) = &query.expected_return_type else { return Ok(wrong) };
    match columns.as_slice() {
        [column] if is_type(&column.type_name, expected, call)? => {}
        [column] => wrong.push(format!("it returns {}, not {expected}", column.type_name)),
        columns => wrong.push(format!("it returns {} columns, not one {expected}", columns.len())),
    }
    Ok(wrong)
}

/// Whether two names stand for one type: `decimal` is `numeric`.
fn is_type(found: &str, expected: &str, call: &Call<'_>) -> Result<bool, Error> {
    if found.eq_ignore_ascii_case(expected) {
        return Ok(true);
    }
    let sql = "SELECT pg_catalog.to_regtype($1) AS found, pg_catalog.to_regtype($2) IS NULL AS unknown, \
                      pg_catalog.to_regtype($1) = pg_catalog.to_regtype($2) AS same";
    let row = call.database.row(sql, &[found.into(), expected.into()])?;
    let is = |column| row.as_ref().and_then(|row| row.boolean(column)).unwrap_or_default();
    match is("unknown") {
        true => Err(Error::failed(format!("there is no type `{expected}`, which `expected_return_type` names"))),
        false => Ok(is("same")),
    }
}

const DOCUMENTATION: &str = r#"
## What it does

Plans every query with EXPLAIN, runs those that only read up to their first 100 rows, and fails with all that is not as
expected: an error, a column that is missing, another type, a cost above the ceiling.

```yaml
type: test_application_queries
config:
  query_file: tests/queries/analytics_queries.sql
  max_cost: 100000
  test_queries:
    - name: get_top_customers
      query: SELECT * FROM r_customer_analytics ORDER BY total_spent DESC LIMIT 10
      expected_columns: [id, tenant_id, customer_id, total_spent]
    - name: customer_lifetime_value
      query: SELECT SUM(total_spent) FROM r_customer_analytics WHERE tenant_id = $1
      test_params:
        - "550e8400-e29b-41d4-a716-446655440000"
      expected_return_type: numeric
```

A statement that changes rows is planned and not run. The directory of `query_file` is granted by the project, by its name
or its path:

```toml
[plugins.hooks-core]
grant = { database = "write", backup = true, directories = { "tests/queries" = "read" } }
```

## When to use it

In `after_validation`, with the queries that the version in production still sends: a column that they need and the
migration dropped rolls it back.

## What it costs

What the queries cost up to their first rows. A ceiling on the cost finds the index that is missing before its users do;
it is in the planner's units, and rests on statistics: ANALYZE first.
"#;

#[cfg(test)]
mod tests;
