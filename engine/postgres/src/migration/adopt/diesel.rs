//! diesel's `__diesel_schema_migrations`: versions, without the dashes that the directories have.

use super::{Contents, Tool, digits, entry, text};
use tokio_postgres::SimpleQueryRow;

pub(super) const TOOL: Tool = Tool {
    name: "diesel",
    table: "__diesel_schema_migrations",
    columns: &["version", "run_on"],
    only: false,
    // Without a time zone: taken as the session's, as diesel's default does.
    select: r#"version, pg_catalog.to_char(run_on::pg_catalog.timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at"#,
    order: "version",
    read,
};

fn read(rows: &[SimpleQueryRow], contents: &mut Contents) {
    for row in rows {
        let version = text(row, "version");
        match digits(&version) {
            Ok(version) => contents.entries.push(entry(version, String::new(), text(row, "at"), String::new(), 0)),
            Err(problem) => contents.problems.push(problem),
        }
    }
}
