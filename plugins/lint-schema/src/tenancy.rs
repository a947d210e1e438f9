//! What the rules about tenants share: which column says whose a row is.

use confiture_sdk::{Error, Relation, catalog::Column};
use schemars::JsonSchema;
use serde::Deserialize;

/// Options of the rules about tenants.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Tenancy {
    /// The column that says whose a row is; a table that has it is a table of tenants' rows.
    pub tenant_column: String,
}

impl Default for Tenancy {
    fn default() -> Self {
        Self { tenant_column: "tenant_id".to_owned() }
    }
}

impl Tenancy {
    /// The column of a table that says whose a row is. Reads columns.
    ///
    /// # Errors
    /// Where the option names no column.
    pub fn column<'r>(&self, relation: &'r Relation) -> Result<Option<&'r Column>, Error> {
        if self.tenant_column.is_empty() {
            return Err(Error::option("/tenant_column", "the name of a column"));
        }
        Ok(relation.column(&self.tenant_column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use confiture_sdk::testing::Table;

    #[test]
    fn an_empty_name_is_an_error_of_configuration() {
        let table: Relation = Table::new("t").column("tenant_id", "bigint").column("org", "bigint").into();
        assert!(Tenancy::default().column(&table).unwrap().is_some());
        let nameless = Tenancy { tenant_column: String::new() };
        assert_eq!(nameless.column(&table).unwrap_err(), Error::option("/tenant_column", "the name of a column"));
    }
}
