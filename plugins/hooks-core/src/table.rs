//! Tables as the catalog knows them.

use confiture_sdk::{Error, database::Value, hook::Database, sql::Name};

/// Fails where a table, view or index is not there, before a statement about it says so less clearly.
pub fn require(database: &Database, names: &[Name]) -> Result<(), Error> {
    for name in names {
        let row =
            database.row("SELECT pg_catalog.to_regclass($1) IS NOT NULL AS found", &[Value::Text(name.to_string())])?;
        if !row.and_then(|row| row.boolean("found")).unwrap_or_default() {
            return Err(Error::failed(format!("there is no {name} in this database, or not on its search_path")));
        }
    }
    Ok(())
}
