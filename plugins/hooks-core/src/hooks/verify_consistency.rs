//! `verify_consistency`: two sides that have to agree.

mod verdict;

use crate::{
    statement::{only, within},
    table::require,
};
use confiture_sdk::{Call, Error, Hook, HookMeta, Outcome, Phase, Placing, Step, sql::Name};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use verdict::{Allowed, Verdict};

/// Two sides that have to agree.
pub struct VerifyConsistency;

/// Options of `verify_consistency`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Pairs of tables: the keys of the source have to be in the target.
    #[serde(default)]
    source_target_joins: Vec<Join>,
    /// Queries that return two values, which have to agree as far as `expected_ratio` says.
    #[serde(default)]
    validation_queries: Vec<Comparison>,
    /// Queries that return two values, which have to agree as far as `tolerance_percent` says.
    #[serde(default)]
    checks: Vec<Comparison>,
}

/// A pair of tables.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Join {
    /// The table that has the keys.
    source: Name,
    /// The table in which they are to be found.
    target: Name,
    /// The column, of the same name in both.
    join_key: Name,
    /// The least share of the source's distinct keys that is found: 1.0 is all of them.
    #[serde(default = "all")]
    #[schemars(range(min = 0.0, max = 1.0))]
    expected_ratio: f64,
}

fn all() -> f64 {
    1.0
}

/// A query that returns two values.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Comparison {
    /// What the report calls it.
    name: String,
    /// The query: one row of two columns, or two rows.
    query: String,
    /// The least ratio of the smaller value to the larger one: 1.0 means equal, 0.99 at most 1 % apart.
    #[serde(default)]
    #[schemars(range(min = 0.0, max = 1.0))]
    expected_ratio: Option<f64>,
    /// How far the second value may be from the first, in percent of the first: 0.01 is a hundredth of a percent.
    #[serde(default)]
    #[schemars(range(min = 0.0))]
    tolerance_percent: Option<f64>,
}

impl Comparison {
    fn allowed(&self, pointer: &str) -> Result<Allowed, Error> {
        match (self.expected_ratio, self.tolerance_percent) {
            (Some(_), Some(_)) => {
                Err(Error::option(pointer, "either `expected_ratio` or `tolerance_percent`, not both"))
            }
            (Some(ratio), None) => Ok(Allowed::Ratio(checked_ratio(ratio, &format!("{pointer}/expected_ratio"))?)),
            (None, Some(percent)) if percent >= 0.0 => Ok(Allowed::Percent(percent)),
            (None, Some(_)) => Err(Error::option(format!("{pointer}/tolerance_percent"), "a percentage of 0 or more")),
            (None, None) => Ok(Allowed::Percent(0.0)),
        }
    }
}

fn checked_ratio(ratio: f64, pointer: &str) -> Result<f64, Error> {
    match (0.0..=1.0).contains(&ratio) {
        true => Ok(ratio),
        false => Err(Error::option(pointer, "a ratio from 0 to 1: the smaller value divided by the larger one")),
    }
}

impl Hook for VerifyConsistency {
    type Options = Options;

    const META: HookMeta = HookMeta {
        id: "verify_consistency",
        summary: "Checks that two sides agree, and fails the migration where they do not",
        phases: Phase::ALL,
        documentation: DOCUMENTATION,
    };

    fn place(&self, options: &Options) -> Result<Placing, Error> {
        if options.comparisons().next().is_none() && options.source_target_joins.is_empty() {
            return Err(Error::option("", "a check in `source_target_joins`, `validation_queries` or `checks`"));
        }
        for (pointer, comparison) in options.comparisons() {
            comparison.allowed(&pointer)?;
        }
        for (at, join) in options.source_target_joins.iter().enumerate() {
            checked_ratio(join.expected_ratio, &format!("/source_target_joins/{at}/expected_ratio"))?;
        }
        Ok(Placing::in_transaction())
    }

    fn plan(&self, options: &Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        self.place(options)?;
        for join in &options.source_target_joins {
            require(&call.database, &[join.source.clone(), join.target.clone()])?;
        }
        // One step: whoever has to find out why hears of everything that does not hold.
        Ok(vec![Step::new(format!("{} check(s)", options.count()))])
    }

    fn run(&self, options: &Options, _: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        let mut verdicts = Vec::new();
        let total = options.count() as u64;
        for join in &options.source_target_joins {
            call.progress(verdicts.len() as u64, Some(total), "checks");
            verdicts.push(of_join(join, call)?);
        }
        for (pointer, comparison) in options.comparisons() {
            call.progress(verdicts.len() as u64, Some(total), "checks");
            let verdict = of_comparison(&pointer, comparison, call);
            verdicts.push(verdict.map_err(|error| within(&format!("check `{}`", comparison.name), error))?);
        }
        conclude(&verdicts)
    }
}

impl Options {
    fn comparisons(&self) -> impl Iterator<Item = (String, &Comparison)> {
        let under = |list: &'static str| move |(at, comparison)| (format!("/{list}/{at}"), comparison);
        let queries = self.validation_queries.iter().enumerate().map(under("validation_queries"));
        queries.chain(self.checks.iter().enumerate().map(under("checks")))
    }

    fn count(&self) -> usize {
        self.source_target_joins.len() + self.validation_queries.len() + self.checks.len()
    }
}

fn of_join(join: &Join, call: &Call<'_>) -> Result<Verdict, Error> {
    let Join { source, target, join_key, expected_ratio } = join;
    let sql = format!(
        "SELECT pg_catalog.count(*) AS keys, pg_catalog.count(*) FILTER (WHERE EXISTS \
             (SELECT 1 FROM {target} AS t WHERE t.{join_key} = s.key)) AS found \
         FROM (SELECT DISTINCT k.{join_key} AS key FROM {source} AS k WHERE k.{join_key} IS NOT NULL) AS s"
    );
    let name = format!("{source} in {target} by {join_key}");
    let row = call.database.row(&sql, &[]).map_err(|error| within(&name, error))?;
    let value = |column| row.as_ref().and_then(|row| row.get(column)).cloned();
    let allowed = Allowed::Ratio(*expected_ratio);
    Verdict::of_pair(name, allowed, value("keys"), value("found"))
}

fn of_comparison(pointer: &str, comparison: &Comparison, call: &Call<'_>) -> Result<Verdict, Error> {
    let sql = only(&call.database, &format!("{pointer}/query"), &comparison.query)?;
    let rows = call.database.rows(&sql, &[])?;
    Verdict::of_rows(comparison.name.clone(), comparison.allowed(pointer)?, &rows)
}

fn conclude(verdicts: &[Verdict]) -> Result<Outcome, Error> {
    let failed: Vec<String> = verdicts.iter().filter(|verdict| !verdict.holds).map(Verdict::to_string).collect();
    if !failed.is_empty() {
        return Err(Error::CheckFailed(failed.join("; ")));
    }
    let entry = |verdict: &Verdict| (verdict.name.clone(), json!({ "left": verdict.left, "right": verdict.right }));
    let mut outcome =
        Outcome::default().statistic("checks", verdicts.iter().map(entry).collect::<serde_json::Map<_, _>>());
    outcome.notes = verdicts.iter().map(Verdict::to_string).collect();
    Ok(outcome)
}

const DOCUMENTATION: &str = include_str!("verify_consistency.md");

#[cfg(test)]
mod tests;
