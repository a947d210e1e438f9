//! The ledgers of other tools, read for `migrate adopt`.

mod dbmate;
mod diesel;
mod flyway;
mod golang_migrate;
mod sqlx;

use super::{
    link::Link,
    literal,
    own_settings::{Around, run},
};
use confiture_model::{
    migration::{ForeignLedger, LedgerEntry, Progress},
    session::SessionError,
};
use tokio_postgres::SimpleQueryRow;

/// How one tool keeps its ledger.
struct Tool {
    name: &'static str,
    /// The table's name; it may be in any schema.
    table: &'static str,
    /// The columns that it has, which also tell it from another tool's table of the same name.
    columns: &'static [&'static str],
    /// Whether it has no other columns.
    only: bool,
    /// What to select from it, without FROM, and in which order.
    select: &'static str,
    order: &'static str,
    read: fn(&[SimpleQueryRow], &mut Contents),
}

/// All that we know.
const TOOLS: [&Tool; 5] = [&flyway::TOOL, &sqlx::TOOL, &diesel::TOOL, &golang_migrate::TOOL, &dbmate::TOOL];

/// What a ledger says.
#[derive(Default)]
struct Contents {
    entries: Vec<LedgerEntry>,
    through: Option<String>,
    problems: Vec<String>,
}

/// The ledgers that are there, by tool, then by table.
pub(super) async fn ledgers(link: &Link) -> Result<Vec<ForeignLedger>, SessionError> {
    let candidates = candidates(link).await?;
    let mut ledgers = Vec::new();
    for tool in TOOLS {
        for candidate in candidates.iter().filter(|candidate| candidate.is_of(tool)) {
            ledgers.push(ledger(link, tool, candidate).await?);
        }
    }
    Ok(ledgers)
}

async fn ledger(link: &Link, tool: &Tool, candidate: &Candidate) -> Result<ForeignLedger, SessionError> {
    let mut contents = Contents::default();
    if candidate.readable {
        let sql = format!("SELECT {} FROM {} ORDER BY {}", tool.select, candidate.table, tool.order);
        let rows = run(link, Around::to_read(link).await?, &sql).await?;
        (tool.read)(&rows, &mut contents);
    } else {
        contents.problems.push(format!("{} may not be read: grant SELECT on it", candidate.table));
    }
    for entry in &mut contents.entries {
        entry.origin = format!("adopted:{}", tool.name);
    }
    let Contents { entries, through, problems } = contents;
    Ok(ForeignLedger { tool: tool.name.to_owned(), table: candidate.table.clone(), entries, through, problems })
}

/// A table with the name of a ledger.
struct Candidate {
    name: String,
    /// With its schema, quoted.
    table: String,
    columns: Vec<String>,
    readable: bool,
    /// Rails keeps its own table beside `schema_migrations`, which otherwise looks like dbmate's.
    of_rails: bool,
}

impl Candidate {
    fn is_of(&self, tool: &Tool) -> bool {
        self.name == tool.table
            && tool.columns.iter().all(|column| self.columns.iter().any(|own| own == column))
            && (!tool.only || self.columns.len() == tool.columns.len())
            && !self.of_rails
    }
}

async fn candidates(link: &Link) -> Result<Vec<Candidate>, SessionError> {
    let names: Vec<String> = TOOLS.iter().map(|tool| literal::text(tool.table)).collect();
    let sql = format!(
        "SELECT c.relname AS name, pg_catalog.format('%I.%I', n.nspname, c.relname) AS qualified,
            (SELECT pg_catalog.string_agg(a.attname::pg_catalog.text, ',') FROM pg_catalog.pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
            pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable,
            EXISTS (SELECT FROM pg_catalog.pg_class r WHERE r.relnamespace = n.oid
                    AND r.relname = 'ar_internal_metadata') AS of_rails
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relname IN ({}) AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't' ORDER BY 2",
        names.join(", ")
    );
    let rows = run(link, Around::to_read(link).await?, &sql).await?;
    let is = |row: &SimpleQueryRow, name| text(row, name) == "t";
    Ok(rows
        .iter()
        .map(|row| Candidate {
            name: text(row, "name"),
            table: text(row, "qualified"),
            columns: text(row, "columns").split(',').map(str::to_owned).collect(),
            readable: is(row, "readable"),
            of_rails: is(row, "of_rails"),
        })
        .collect())
}

/// An entry that was applied; the time as RFC 3339, the author as the other tool has it. Empty ones become now, and us.
fn entry(version: String, name: String, applied_at: String, applied_by: String, duration_ms: u64) -> LedgerEntry {
    LedgerEntry {
        version,
        name,
        checksum: String::new(),
        progress: Progress::Applied,
        applied_at,
        applied_by,
        duration_ms,
        snapshot: None,
        origin: String::new(),
    }
}

/// The version as our ledger has it: digits alone.
fn digits(version: &str) -> Result<String, String> {
    let digits = version.replace('-', "");
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits);
    }
    Err(format!(
        "version `{version}` is no number: number the files anew, in their order, and record them with `migrate baseline --through`"
    ))
}

fn text(row: &SimpleQueryRow, name: &str) -> String {
    row.try_get(name).ok().flatten().unwrap_or_default().to_owned()
}

fn number(row: &SimpleQueryRow, name: &str) -> i64 {
    text(row, name).parse().unwrap_or(0)
}
