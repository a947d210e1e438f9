//! Flyway's `flyway_schema_history`: a row for every migration, undo and repair, in the order of `installed_rank`.

use super::{Contents, Tool, digits, entry, number, text};
use confiture_model::migration::LedgerEntry;
use tokio_postgres::SimpleQueryRow;

pub(super) const TOOL: Tool = Tool {
    name: "flyway",
    table: "flyway_schema_history",
    columns: &[
        "installed_rank",
        "version",
        "description",
        "type",
        "script",
        "installed_on",
        "execution_time",
        "success",
    ],
    only: false,
    select: r#"version, description, type, script, installed_by, execution_time, success,
        pg_catalog.to_char(installed_on, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at"#,
    order: "installed_rank",
    read,
};

/// Later rows decide: an undo takes a migration back, `DELETE` marks one whose file is gone.
fn read(rows: &[SimpleQueryRow], contents: &mut Contents) {
    for row in rows {
        let (version, kind) = (text(row, "version"), text(row, "type"));
        let script = text(row, "script");
        if text(row, "success") != "t" {
            contents.problems.push(format!("{script} failed; run `flyway repair` first"));
            continue;
        }
        // The creation of the schema itself has neither a file nor a version.
        if kind == "SCHEMA" {
            continue;
        }
        let version = match named(&version, &script) {
            Ok(version) => version,
            Err(problem) => {
                contents.problems.push(problem);
                continue;
            }
        };
        contents.entries.retain(|entry: &LedgerEntry| entry.version != version);
        if !kind.starts_with("UNDO") && kind != "DELETE" {
            let duration = number(row, "execution_time").max(0).unsigned_abs();
            contents.entries.push(entry(version, name(row), text(row, "at"), text(row, "installed_by"), duration));
        }
    }
}

/// Our version: a repeatable one is known by its file.
fn named(version: &str, script: &str) -> Result<String, String> {
    if !version.is_empty() {
        return digits(version).map_err(|problem| format!("{script}: {problem}"));
    }
    let file = script.rsplit(['/', '\\']).next().unwrap_or(script);
    match file.strip_suffix(".sql") {
        Some(name) if name.starts_with("R__") => Ok(name.to_owned()),
        _ => Err(format!("{script} has no version, and is no repeatable migration in SQL")),
    }
}

/// Flyway shows the underscores of a file's name as spaces.
fn name(row: &SimpleQueryRow) -> String {
    text(row, "description").replace(' ', "_")
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn versions() {
        assert_eq!(named("3", "V3__a.sql"), Ok("3".to_owned()));
        assert_eq!(named("", "views/R__all_views.sql"), Ok("R__all_views".to_owned()));
        assert!(named("1.2", "V1.2__a.sql").unwrap_err().contains("V1.2__a.sql: version `1.2`"));
        assert!(named("", "org.example.R__Job").is_err());
    }
}
