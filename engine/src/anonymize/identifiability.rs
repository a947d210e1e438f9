//! k-anonymity: among how many rows each combination of quasi-identifiers hides. In a database PostgreSQL counts, and no
//! value comes back; of a masked sample, we do.

use super::{
    profile::{Problems, QuasiIdentifiers},
    samples::{MaskedSample, SampleError, read_error},
};
use crate::config::nearest;
use confiture_model::{
    sampling::TextQueries,
    schema::{Relation, Snapshot},
};
use confiture_sql::quote::{identifier, qualified};
use serde::Serialize;
use std::collections::HashMap;

/// How well the rows of a table hide among each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Anonymity {
    /// `schema.table`.
    pub table: String,
    /// The quasi-identifiers.
    pub columns: Vec<String>,
    /// The wanted k.
    pub wanted: u64,
    /// The smallest group; none for an empty table.
    pub k: Option<u64>,
    /// Groups with fewer rows than wanted.
    pub small_groups: u64,
    /// Rows in them.
    pub exposed_rows: u64,
    /// All rows.
    pub rows: u64,
}

impl Anonymity {
    /// Whether every combination hides among enough rows.
    pub fn holds(&self) -> bool {
        self.small_groups == 0
    }
}

/// The tables that `of` means.
///
/// # Errors
/// Tables and columns that there are not.
pub fn tables<'s>(of: &[QuasiIdentifiers], snapshot: &'s Snapshot) -> Result<Vec<(usize, &'s Relation)>, Problems> {
    let mut problems = Problems::default();
    let mut found = Vec::new();
    for (index, one) in of.iter().enumerate() {
        let matching = snapshot.relations.iter().filter(|relation| one.table.matches(&relation.schema, &relation.name));
        let before = found.len();
        for relation in matching {
            match one.columns.iter().find(|name| !relation.columns.iter().any(|column| column.name == **name)) {
                None => found.push((index, relation)),
                Some(name) => {
                    let message = format!("there is no column `{name}` in `{}.{}`", relation.schema, relation.name);
                    let known = relation.columns.iter().map(|column| column.name.as_str());
                    problems.push(one.place.error(message, nearest::hint(name, known)));
                }
            }
        }
        if found.len() == before && problems.0.is_empty() {
            let known = snapshot.relations.iter().map(|relation| relation.name.as_str());
            let hint = nearest::hint(one.table.name.as_str(), known);
            problems.push(one.place.error(format!("there is no table `{}`", one.table), hint));
        }
    }
    problems.or(found)
}

/// The query: the smallest group, how many are smaller than `k`, how many rows these have, and all rows.
pub fn query(relation: &Relation, columns: &[String], k: u64) -> String {
    let list = columns.iter().map(|name| identifier(name)).collect::<Vec<_>>().join(", ");
    let from = qualified(&relation.schema, &relation.name);
    format!(
        "SELECT min(n), count(*) FILTER (WHERE n < {k}), coalesce(sum(n) FILTER (WHERE n < {k}), 0), coalesce(sum(n), 0) \
         FROM (SELECT count(*) AS n FROM {from} GROUP BY {list}) AS groups"
    )
}

/// Counts the rows as the database has them: those of a target after a run, say, not what a profile would make of them.
///
/// # Errors
/// [`SampleError`].
pub async fn measure(
    database: &mut dyn TextQueries,
    relation: &Relation,
    of: &QuasiIdentifiers,
) -> Result<Anonymity, SampleError> {
    let table = format!("{}.{}", relation.schema, relation.name);
    let answer =
        database.read(&query(relation, &of.columns, of.k)).await.map_err(|error| read_error(&table, &error))?;
    let number = |at: usize| answer.get(at).and_then(|column| column.get(0)).and_then(|text| text.parse::<u64>().ok());
    let count = |at| number(at).ok_or_else(|| SampleError::Changed(table.clone()));
    let (small_groups, exposed_rows, rows) = (count(1)?, count(2)?, count(3)?);
    Ok(Anonymity { columns: of.columns.clone(), wanted: of.k, k: number(0), small_groups, exposed_rows, rows, table })
}

/// Counts the rows of a masked sample. A sample has smaller groups than its table: what holds of it holds of the table.
pub fn of_sample(sample: &MaskedSample, relation: &Relation, of: &QuasiIdentifiers) -> Anonymity {
    let columns: Vec<_> = of.columns.iter().map(|name| sample.after.get(name)).collect();
    let mut groups: HashMap<Vec<Option<&str>>, u64> = HashMap::new();
    for row in 0..sample.rows {
        let combination = columns.iter().map(|column| column.and_then(|column| column.get(row))).collect();
        *groups.entry(combination).or_default() += 1;
    }
    let small: Vec<u64> = groups.values().copied().filter(|&rows| rows < of.k).collect();
    Anonymity {
        table: format!("{}.{}", relation.schema, relation.name),
        columns: of.columns.clone(),
        wanted: of.k,
        k: groups.values().copied().min(),
        small_groups: small.len() as u64,
        exposed_rows: small.iter().sum(),
        rows: sample.rows as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anonymize::{profile::test_profile, resolve::tests::schema::snapshot};
    use confiture_model::{BoxFuture, mask::Column, session::SessionError};
    use futures_util::FutureExt as _;

    struct Counts;

    impl TextQueries for Counts {
        fn read<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Vec<Column>, SessionError>> {
            assert!(sql.contains(r#"FROM "public"."people" GROUP BY "zip", "bi""rth""#), "{sql}");
            let columns = ["1", "2", "3", "40"].map(|count| [Some(count)].into_iter().collect());
            Box::pin(async move { Ok(columns.into_iter().collect()) })
        }
    }

    #[test]
    fn groups_are_counted_by_the_database() {
        let text = "anonymization_profile: p\nquasi_identifiers: [{table: people, columns: [zip, 'bi\"rth'], k: 5}]";
        let (profile, schema) = (test_profile(text), snapshot(&["people: zip text, bi\"rth date"]));
        let tables = tables(&profile.quasi_identifiers, &schema).expect("are there");
        let mut counts = Counts;
        let measured = measure(&mut counts, tables[0].1, &profile.quasi_identifiers[0]);
        let measured = measured.now_or_never().expect("waits for nothing").expect("is measured");
        assert_eq!((measured.k, measured.small_groups, measured.exposed_rows, measured.rows), (Some(1), 2, 3, 40));
        assert!(!measured.holds());
        let error =
            super::tables(&profile.quasi_identifiers, &snapshot(&["people: zap text"])).expect_err("is refused");
        assert!(error.to_string().contains("there is no column `zip` in `public.people`"), "{error}");
    }

    #[test]
    fn groups_of_a_masked_sample_are_counted() {
        let column = |values: [Option<&str>; 5]| values.into_iter().collect::<Column>();
        let after = [
            ("zip".to_owned(), column([Some("10"), Some("10"), Some("10"), None, None])),
            ("birth".to_owned(), column([Some("1980"), Some("1980"), Some("1990"), None, None])),
        ];
        let sample = MaskedSample { rows: 5, after: after.into_iter().collect(), ..MaskedSample::default() };
        let text = "anonymization_profile: p\nquasi_identifiers: [{table: people, columns: [zip, birth], k: 2}]";
        let (profile, schema) = (test_profile(text), snapshot(&["people: zip text, birth date"]));
        let counted = of_sample(&sample, &schema.relations[0], &profile.quasi_identifiers[0]);
        assert_eq!((counted.k, counted.small_groups, counted.exposed_rows, counted.rows), (Some(1), 1, 1, 5));
    }
}
