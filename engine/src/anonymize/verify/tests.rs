use super::*;
use crate::anonymize::{
    resolve::tests::{resolved, schema::constraint, schema::snapshot},
    samples::sample_query,
};
use confiture_model::{BoxFuture, database::DbError, mask::Column, schema::ConstraintKind, session::SessionError};
use futures_util::FutureExt as _;

/// Answers samples with its rows, and questions about masked values as it is told.
struct Database {
    rows: Vec<Vec<Option<&'static str>>>,
    broken: Result<&'static str, &'static str>,
    asked: Vec<String>,
}

impl Database {
    fn of(rows: Vec<Vec<Option<&'static str>>>) -> Self {
        Self { rows, broken: Ok("0"), asked: Vec::new() }
    }
}

impl TextQueries for Database {
    fn read<'a>(&'a mut self, sql: &'a str) -> BoxFuture<'a, Result<Vec<Column>, SessionError>> {
        self.asked.push(sql.to_owned());
        let answer = if sql.contains("VALUES") {
            self.broken.map(|count| vec![[Some(count)].into_iter().collect()]).map_err(|code| {
                let message = "value ada@example.com violates something".to_owned();
                SessionError::Database(DbError {
                    sqlstate: code.to_owned(),
                    message,
                    detail: None,
                    hint: None,
                    position: None,
                    context: None,
                })
            })
        } else {
            let columns = self.rows.first().map_or(0, Vec::len);
            Ok((0..columns).map(|at| self.rows.iter().map(|row| row[at]).collect()).collect())
        };
        Box::pin(async move { answer })
    }
}

fn verified(rules: &str, tables: &[&str], check: Option<&str>, database: &mut Database) -> Verification {
    let resolved = resolved(rules, tables).expect("is resolved");
    let mut snapshot = snapshot(tables);
    if let Some(definition) = check {
        let mut constraint = constraint("t_check", ConstraintKind::Check, "c");
        constraint.definition = definition.to_owned();
        snapshot.relations[0].constraints.push(constraint);
    }
    verify(&resolved, &snapshot, database, 10).now_or_never().expect("waits for nothing").expect("is verified")
}

fn on_samples(found: &Verification) -> Vec<String> {
    let said = found.remarks.iter().map(ToString::to_string);
    said.filter(|one| !one.contains("on made-up values")).collect()
}

#[test]
fn what_stays_as_it_is_is_a_warning() {
    let mut database = Database::of(vec![vec![Some("stays")], vec![Some("secret")], vec![Some("")], vec![None]]);
    let rules = "rules: [{table: t, columns: {c: {type: pattern_masking, pattern: '*'}}}]";
    let found = verified(rules, &["t: c text"], None, &mut database);
    let said: Vec<_> = on_samples(&found);
    assert_eq!(said, ["warning: public.t.c: the strategy did not modify 1 of 3 sampled values"]);
    assert_eq!((found.columns, found.rows["public.t"]), (1, 4));
}

#[test]
fn broken_promises_and_lengths_are_errors() {
    let mut database = Database::of(vec![vec![Some("ada")], vec![Some("eve")]]);
    let rules = "rules: [{table: t, columns: {c: deterministic_hash}}]";
    let found = verified(rules, &["t: c character varying(12)"], None, &mut database);
    let said: Vec<_> = on_samples(&found);
    assert_eq!(
        said,
        [
            "error: public.t.c: the strategy promises to be injective, and made one value of two different ones",
            "error: public.t.c: 2 masked values are longer than the 12 characters that there is room for",
        ]
    );
    assert!(!found.holds());
}

#[test]
fn checks_are_judged_by_the_database_and_values_stay_unsaid() {
    let rules = "rules: [{table: t, columns: {c: {type: pattern_masking, pattern: '*'}}}]";
    let check = Some("CHECK ((c ~~ '%@%'::text))");
    let mut database = Database { broken: Ok("1"), ..Database::of(vec![vec![Some("ada@example.com")]]) };
    let found = verified(rules, &["t: c text"], check, &mut database);
    assert_eq!(
        found.remarks[0].to_string(),
        "error: public.t: CHECK constraint `t_check` is broken by 1 of 1 masked rows"
    );
    let judged = database.asked.last().expect("asked");
    assert!(judged.contains("WHERE NOT ((c ~~ '%@%'::text))") && !judged.contains("ada@example.com"), "{judged}");
    let mut database = Database { broken: Err("22P02"), ..Database::of(vec![vec![Some("ada@example.com")]]) };
    let found = verified(rules, &["t: c text"], check, &mut database);
    let said = &on_samples(&found)[0];
    assert!(said.contains("PostgreSQL refuses a masked value (22P02)") && !said.contains("ada@"), "{said}");
}

#[test]
fn samples_follow_the_primary_key_or_are_taken_by_blocks() {
    let mut relation = snapshot(&["t: \"id integer*, c text"]).relations.remove(0);
    assert_eq!(
        sample_query(&relation, &["\"id", "c"], 5),
        r#"SELECT """id", "c" FROM "public"."t" ORDER BY """id" LIMIT 5"#
    );
    relation.constraints.clear();
    relation.estimated_rows = Some(1_000_000);
    assert_eq!(
        sample_query(&relation, &["c"], 100),
        r#"SELECT "c" FROM "public"."t" TABLESAMPLE SYSTEM (0.1000) REPEATABLE (0) LIMIT 100"#
    );
}
