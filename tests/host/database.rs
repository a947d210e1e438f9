//! The database as a guest sees it, without one behind it: what the host itself refuses and bounds.

use crate::host::{active, load, run, view};
use confiture_engine::lint;
use confiture_host::LintGrant;
use confiture_model::{
    BoxFuture,
    database::{ColumnMeta, QueryError, ReadDatabase, Rows, Value},
    plugin::{Capabilities, DatabaseAccess},
};
use serde_json::json;
use std::sync::Arc;

/// Answers every query with its own parameters as the one row, and an empty query with endless rows.
struct Echo;

struct EchoRows {
    left: Option<Vec<Value>>,
    endless: bool,
}

impl ReadDatabase for Echo {
    fn query<'a>(&'a self, sql: &'a str, params: &'a [Value]) -> BoxFuture<'a, Result<Box<dyn Rows>, QueryError>> {
        let rows = EchoRows { left: Some(params.to_vec()), endless: sql.is_empty() };
        Box::pin(async move { Ok(Box::new(rows) as Box<dyn Rows>) })
    }

    fn split(&self, sql: &str) -> Result<Vec<String>, QueryError> {
        Ok(sql.split(';').map(str::to_owned).collect())
    }
}

impl Rows for EchoRows {
    fn columns(&self) -> &[ColumnMeta] {
        &[]
    }

    fn next<'a>(&'a mut self, _: u32) -> BoxFuture<'a, Result<Vec<Vec<Value>>, QueryError>> {
        let row = if self.endless { Some(vec![Value::Integer(1)]) } else { self.left.take() };
        Box::pin(async move { Ok(row.into_iter().collect()) })
    }
}

/// What the guest was answered: its kind and text.
fn answer(call: &str, sql: &str) -> (String, String) {
    let capabilities = Capabilities { database: DatabaseAccess::Read, ..Capabilities::default() };
    let grant = LintGrant { capabilities, database: Some(Arc::new(Echo)), ..LintGrant::default() };
    let mut report = run(async {
        let plugin = load("asking", "asking", grant).await.unwrap();
        lint::run(&[plugin], &[active("asking", "sql", json!({ "call": call, "sql": sql }))], &view()).await
    });
    assert_eq!(report.faults, []);
    let finding = report.findings.pop().unwrap();
    (finding.subject.name, finding.message)
}

#[test]
fn nothing_is_executed() {
    let (kind, text) = answer("execute", "delete from orders");
    assert_eq!(kind, "denied");
    assert!(text.contains("never changes it"), "{text}");
}

#[test]
fn a_text_is_split_by_the_host() {
    assert_eq!(answer("split", "select 1; select 2"), ("rows".to_owned(), "2 statements".to_owned()));
}

#[test]
fn a_number_that_is_none_crosses_as_it_is() {
    assert_eq!(answer("nan", "select $1"), ("rows".to_owned(), "1 rows, first NaN".to_owned()));
}

#[test]
fn open_queries_are_counted() {
    let (kind, text) = answer("hoard", "select 1");
    assert_eq!(kind, "limit-exceeded");
    assert!(text.contains("32 queries are open"), "{text}");
}

#[test]
fn endless_rows_end_with_the_time_limit() {
    let capabilities = Capabilities { database: DatabaseAccess::Read, ..Capabilities::default() };
    let limits = confiture_host::Limits { call_timeout: std::time::Duration::from_secs(1), ..crate::host::limits() };
    let grant = LintGrant { capabilities, database: Some(Arc::new(Echo)), limits: Some(limits) };
    let report = run(async {
        let plugin = load("asking", "asking", grant).await.unwrap();
        lint::run(&[plugin], &[active("asking", "sql", json!({ "sql": "" }))], &view()).await
    });
    let [fault] = report.faults.as_slice() else { panic!("{:?}", report.findings) };
    assert_eq!(fault.code(), "timed-out", "{fault}");
}
