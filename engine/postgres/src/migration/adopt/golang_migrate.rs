//! golang-migrate's `schema_migrations`: one row, with the version that the database is at.

use super::{Contents, Tool, digits, text};
use tokio_postgres::SimpleQueryRow;

pub(super) const TOOL: Tool = Tool {
    name: "golang-migrate",
    table: "schema_migrations",
    columns: &["version", "dirty"],
    only: true,
    select: "version, dirty",
    order: "version",
    read,
};

fn read(rows: &[SimpleQueryRow], contents: &mut Contents) {
    if rows.len() > 1 {
        contents.problems.push(format!("it has {} rows instead of one", rows.len()));
    }
    for row in rows {
        let version = text(row, "version");
        if text(row, "dirty") == "t" {
            contents.problems.push(format!(
                "version {version} is dirty, applied in part: finish or undo it by hand, then `migrate force` the version that is right"
            ));
            continue;
        }
        match digits(&version) {
            Ok(version) => contents.through = Some(version),
            Err(problem) => contents.problems.push(problem),
        }
    }
}
