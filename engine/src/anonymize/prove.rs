//! The step between a profile that is resolved and the rows of a run: what masked values would break is refused.

use super::{
    profile::Problems,
    resolve::Resolved,
    samples::SampleError,
    verify::{Verification, on_made_up, on_samples},
};
use confiture_model::{finding::Severity, sampling::TextQueries, schema::Snapshot};

/// Why a profile is not to be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unproven {
    /// Masked values would break what strategies promise or what the schema demands: every one that was found, at its rule.
    #[error("{0}")]
    Broken(Problems),
    /// A sample could not be read or masked.
    #[error(transparent)]
    Sample(#[from] SampleError),
}

/// Proves a resolved profile on made-up values, before any row is read, and then on up to `rows` rows of each table:
/// whatever a strategy does not keep of its promises, every CHECK constraint, domain, enum, length and NOT NULL that masked
/// values break, every partition bound that they leave, and every key over an expression or with a condition of which it is not
/// known that they keep it, is refused. `database` has the schema of `snapshot`, and PostgreSQL judges; nothing is written.
///
/// # Errors
/// [`Unproven`]. No message holds a value.
pub async fn prove(
    resolved: &Resolved,
    snapshot: &Snapshot,
    database: &mut dyn TextQueries,
    rows: u32,
) -> Result<Verification, Unproven> {
    let mut found = Verification::of(resolved);
    on_made_up(resolved, snapshot, database, &mut found).await?;
    refuse(&found)?;
    on_samples(resolved, snapshot, database, rows, &mut found).await?;
    refuse(&found)?;
    Ok(found)
}

/// Every error, at the rule that is to blame.
fn refuse(found: &Verification) -> Result<(), Unproven> {
    let mut problems = Problems::default();
    for remark in found.remarks.iter().filter(|remark| remark.severity == Severity::Error) {
        let message = format!("`{}`: {}", remark.subject, remark.message);
        let help = remark.help.unwrap_or("choose a strategy, or options, whose results the column takes");
        problems.push(remark.rule.error(message, Some(help.to_owned())));
    }
    problems.or(()).map_err(Unproven::Broken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymize::resolve::tests::{resolved, schema::snapshot};
    use confiture_model::{BoxFuture, mask::Column, session::SessionError};
    use futures_util::FutureExt as _;

    /// A database that nobody may ask.
    struct Nobody;

    impl TextQueries for Nobody {
        fn read<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Vec<Column>, SessionError>> {
            panic!("{sql}");
        }
    }

    #[test]
    fn values_that_are_too_long_are_refused_before_a_row_is_read() {
        let tables = ["t: c character varying(12)"];
        let resolved = resolved("rules: [{table: t, columns: {c: deterministic_hash}}]", &tables).expect("is resolved");
        let proven = prove(&resolved, &snapshot(&tables), &mut Nobody, 10).now_or_never().expect("waits for nothing");
        let refused = proven.expect_err("is refused").to_string();
        let said = "`public.t.c`: on made-up values: a value of 20 characters came out, and the column takes 12";
        assert!(refused.contains(said) && refused.contains(":2:"), "{refused}");
    }
}
