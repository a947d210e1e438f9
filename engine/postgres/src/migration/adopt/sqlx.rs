//! sqlx's `_sqlx_migrations`.

use super::{Contents, Tool, digits, entry, number, text};
use tokio_postgres::SimpleQueryRow;

pub(super) const TOOL: Tool = Tool {
    name: "sqlx",
    table: "_sqlx_migrations",
    columns: &["version", "description", "installed_on", "success", "checksum", "execution_time"],
    only: false,
    select: r#"version, description, success, execution_time,
        pg_catalog.to_char(installed_on AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at"#,
    order: "version",
    read,
};

fn read(rows: &[SimpleQueryRow], contents: &mut Contents) {
    for row in rows {
        let version = text(row, "version");
        if text(row, "success") != "t" {
            contents.problems.push(format!(
                "version {version} was applied in part: finish or undo it by hand, then delete its row, or set success"
            ));
            continue;
        }
        match digits(&version) {
            // Its time is in nanoseconds, and -1 until it is known.
            Ok(version) => {
                let duration = number(row, "execution_time").max(0).unsigned_abs() / 1_000_000;
                let name = text(row, "description").replace(' ', "_");
                contents.entries.push(entry(version, name, text(row, "at"), String::new(), duration));
            }
            Err(problem) => contents.problems.push(problem),
        }
    }
}
