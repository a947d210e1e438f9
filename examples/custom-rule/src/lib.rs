//! Rules about money, as a project's own plugin.

use confiture_sdk::{Error, Parts, Relation, Report, Rule, RuleMeta, Schema, Severity};
use schemars::JsonSchema;
use serde::Deserialize;

confiture_sdk::export_plugin! {
    name: "example:money",
    summary: "Rules about money",
    rules: [MoneyAsFloat],
}

/// Columns that hold money as a floating-point number.
pub struct MoneyAsFloat;

/// Options of `money-as-float`.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Words that say that a column holds money.
    words: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { words: ["price", "amount", "total"].map(String::from).to_vec() }
    }
}

impl Rule for MoneyAsFloat {
    type Options = Options;

    const META: RuleMeta = RuleMeta {
        id: "money-as-float",
        summary: "Columns that hold money as a floating-point number",
        category: "types",
        severity: Severity::Error,
        enabled_by_default: true,
        reads: Parts::COLUMNS,
        documentation: include_str!("money_as_float.md"),
    };

    fn check_relation(
        &self,
        options: &Options,
        relation: &Relation,
        _schema: &Schema,
        report: &mut Report,
    ) -> Result<(), Error> {
        if !relation.is_table() {
            return Ok(());
        }
        for column in &relation.columns {
            let float = matches!(column.type_name.as_str(), "real" | "double precision");
            if float && options.words.iter().any(|word| column.name.split('_').any(|part| part == word)) {
                report
                    .finding(
                        (relation, column),
                        format!("Column '{}' holds money as {}", column.name, column.type_name),
                    )
                    .suggestion("Use numeric, or an integer of cents")
                    .evidence("0.1 + 0.2 is 0.30000000000000004");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::{Snapshot, SnapshotError, Table, check, documentation_problems};

    #[test]
    fn money_in_a_float_is_found() -> Result<(), Error> {
        let orders = Table::new("orders").column("total", "double precision").column("weight", "double precision");
        let findings = check(&MoneyAsFloat, "{}", &orders.into())?;
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].message, "Column 'total' holds money as double precision");
        assert_eq!(findings[0].subject.to_string(), "public.orders.total");
        Ok(())
    }

    #[test]
    fn the_words_are_the_projects() -> Result<(), Error> {
        let orders = Table::new("orders").column("unit_fee", "real").column("total", "real");
        let findings = check(&MoneyAsFloat, r#"{"words": ["fee"]}"#, &orders.into())?;
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].subject.name, "unit_fee");
        Ok(())
    }

    #[test]
    fn a_schema_can_be_plain_sql() -> Result<(), Box<dyn std::error::Error>> {
        let schema = match Snapshot::from_sql("CREATE TABLE orders (total float8, price numeric(12, 2));") {
            Err(missing @ SnapshotError::Program { .. }) => {
                eprintln!("skipped: {missing}");
                return Ok(());
            }
            schema => schema?,
        };
        assert_eq!(check(&MoneyAsFloat, "{}", &schema)?.len(), 1);
        Ok(())
    }

    #[test]
    fn it_is_documented() {
        assert_eq!(documentation_problems(&plugin()), Vec::<String>::new());
    }
}
