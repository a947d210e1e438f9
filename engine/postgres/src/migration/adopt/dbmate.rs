//! dbmate's `schema_migrations`: versions and nothing else.

use super::{Contents, Tool, digits, entry, text};
use tokio_postgres::SimpleQueryRow;

pub(super) const TOOL: Tool = Tool {
    name: "dbmate",
    table: "schema_migrations",
    columns: &["version"],
    only: true,
    select: "version",
    order: "version",
    read,
};

fn read(rows: &[SimpleQueryRow], contents: &mut Contents) {
    for row in rows {
        match digits(&text(row, "version")) {
            Ok(version) => contents.entries.push(entry(version, String::new(), String::new(), String::new(), 0)),
            Err(problem) => contents.problems.push(problem),
        }
    }
}
