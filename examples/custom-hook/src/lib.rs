//! Hooks of a project's own.

use confiture_sdk::{
    Call, Capabilities, DatabaseAccess, Error, Hook, HookMeta, Outcome, Phase, Placing, Step,
    sql::{self, Name},
};
use schemars::JsonSchema;
use serde::Deserialize;

confiture_sdk::export_plugin! {
    name: "example:shop",
    summary: "Hooks of the shop",
    wants: Capabilities { database: DatabaseAccess::Read, ..Capabilities::NONE },
    hooks: [AssertNoNulls],
}

/// Columns that have to have a value in every row.
pub struct AssertNoNulls;

/// Options of `assert_no_nulls`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The columns: `table.column`, or `schema.table.column`.
    columns: Vec<String>,
}

/// A table and a column of it, both as SQL text.
fn split(column: &str) -> Option<(String, String)> {
    let (table, column) = column.rsplit_once('.')?;
    let column: Name = column.parse().ok()?;
    let table: Name = table.parse().ok()?;
    Some((table.to_string(), sql::identifier(&column.name)))
}

impl Hook for AssertNoNulls {
    type Options = Options;

    const META: HookMeta = HookMeta {
        id: "assert_no_nulls",
        summary: "Fails the migration where a column has no value in some row",
        phases: &[Phase::BeforeDdl, Phase::AfterDdl, Phase::AfterValidation],
        documentation: include_str!("assert_no_nulls.md"),
    };

    fn place(&self, options: &Options) -> Result<Placing, Error> {
        match options.columns.iter().position(|column| split(column).is_none()) {
            Some(at) => Err(Error::option(format!("/columns/{at}"), "a column of a table: `orders.note`")),
            None => Ok(Placing::in_transaction()),
        }
    }

    fn plan(&self, options: &Options, _: &Call<'_>) -> Result<Vec<Step>, Error> {
        options.columns.iter().map(|column| Step::new(column).with(column)).collect()
    }

    fn run(&self, _: &Options, step: &Step, call: &Call<'_>) -> Result<Outcome, Error> {
        let column: String = step.read()?;
        let (table, name) =
            split(&column).ok_or_else(|| Error::failed(format!("`{column}` is no column of a table")))?;
        let row = call.database.row(&format!("SELECT count(*) AS rows FROM {table} WHERE {name} IS NULL"), &[])?;
        match row.and_then(|row| row.integer("rows")) {
            Some(0) => Ok(Outcome::default()),
            Some(rows) => Err(Error::CheckFailed(format!("{rows} row(s) of {table} have no {name}"))),
            None => Err(Error::failed(format!("the rows of {table} could not be counted"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Script, documentation_problems};

    const OPTIONS: &str = r#"{"columns": ["orders.note", "Sales.\"Customer\".email"]}"#;

    #[test]
    fn columns_with_values_pass() -> Result<(), Error> {
        let script = Script::new().answers("FROM orders WHERE note IS NULL", &["rows"], [vec![0.into()]]).answers(
            "FROM sales.\"Customer\" WHERE email IS NULL",
            &["rows"],
            [vec![0.into()]],
        );
        assert_eq!(script.run(&AssertNoNulls, OPTIONS)?.len(), 2);
        script.finished()
    }

    #[test]
    fn rows_without_a_value_are_counted() {
        let script = Script::new().answers("FROM orders", &["rows"], [vec![3.into()]]);
        let error = script.run(&AssertNoNulls, OPTIONS).map(|_| ());
        assert_eq!(error, Err(Error::CheckFailed("3 row(s) of orders have no note".to_owned())));
    }

    #[test]
    fn a_column_belongs_to_a_table() {
        for options in [r#"{"columns": ["note"]}"#, r#"{"columns": ["a b.c"]}"#, r#"{"cols": []}"#] {
            assert!(Script::new().place(&AssertNoNulls, options).is_err(), "{options}");
        }
    }

    #[test]
    fn it_is_documented() {
        assert_eq!(documentation_problems(&plugin()), Vec::<String>::new());
    }
}
