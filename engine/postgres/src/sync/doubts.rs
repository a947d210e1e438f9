//! Whether rows of the snapshot break constraints that the target has validated and the source has not: one scan of the
//! table for each such constraint, and none where there is none.

use super::{
    Ends, SourceSnapshot,
    error::SyncError,
    link::{Link, get},
    name::{identifier, list, qualified},
    reference::{REFERENCE, Reference},
};
use confiture_model::sync::{Answer, Doubt, Plan, TablePlan};

/// A constraint of the target, by its table and name.
fn constraint() -> String {
    format!(
        "SELECT pg_get_expr(con.conbin, con.conrelid) AS expression,
        to_jsonb(con) ->> 'conperiod' IS NOT DISTINCT FROM 'true' AS period, {REFERENCE}
    FROM pg_constraint con
    WHERE con.conrelid = to_regclass($1)::oid AND con.conname = $2 AND con.contype IN ('c', 'f')
        AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = con.conparentid AND p.conrelid = con.conrelid)"
    )
}

/// The expressions of a table's own checks.
const CHECKS: &str = "SELECT pg_get_expr(con.conbin, con.conrelid) AS expression FROM pg_constraint con
    WHERE con.conrelid = to_regclass($1)::oid AND con.contype = 'c'";

/// Asks the snapshot about each. What the source cannot answer stays unknown: so does a check that it has not itself, for
/// who writes checks in the target must not have functions called at the source.
///
/// # Errors
/// A database cannot be reached.
pub async fn ask(
    plan: &Plan,
    doubts: &[Doubt],
    ends: &Ends,
    snapshot: &SourceSnapshot,
) -> Result<Vec<Answer>, SyncError> {
    if !doubts.iter().any(|doubt| doubt.askable) {
        return Ok(vec![Answer::default(); doubts.len()]);
    }
    let target = Link::target(ends).await?;
    // So that what is printed has its schema.
    target.run("reading the target's constraints", "BEGIN READ ONLY; SET LOCAL search_path = pg_catalog").await?;
    let source = snapshot.link();
    let mut answers = Vec::with_capacity(doubts.len());
    for doubt in doubts {
        let table = plan.tables.iter().find(|table| table.table == doubt.table).filter(|_| doubt.askable);
        answers.push(match table {
            Some(table) => answer(table, doubt, &target, &source).await?,
            None => Answer::default(),
        });
    }
    Ok(answers)
}

async fn answer(table: &TablePlan, doubt: &Doubt, target: &Link, source: &Link) -> Result<Answer, SyncError> {
    let doing = format!("reading the constraint {} of {}", doubt.constraint, doubt.table);
    let rows = target.rows(&doing, &constraint(), &[&qualified(&doubt.table), &doubt.constraint]).await?;
    let Some(row) = rows.first().filter(|row| !get::<bool>(row, "period")) else { return Ok(Answer::default()) };
    let Broken { breaks, keeps } = match doubt.foreign_key {
        true => {
            let key = Reference::of(row).map_err(|error| SyncError::of(target.end, &doing, &error))?;
            of_key(&key, &identifier(&table.table.name))
        }
        false => {
            let expression: String = get(row, "expression");
            let own = source.rows(&doing, CHECKS, &[&qualified(&table.table)]).await?;
            if !own.iter().any(|own| get::<String>(own, "expression") == expression) {
                return Ok(Answer::default());
            }
            of_check(&expression)
        }
    };
    let condition = table.condition.as_ref().map_or_else(String::new, |condition| format!(" AND ({condition}\n)"));
    let sql = format!(
        "SELECT count(*) AS rows FROM ONLY {} AS {} WHERE ({breaks}){condition}",
        qualified(&table.table),
        identifier(&table.table.name)
    );
    Ok(Answer { rows: count(&doubt.constraint, source, &sql).await?, keeps })
}

/// What an error ends is only this question, and not the snapshot.
async fn count(constraint: &str, source: &Link, sql: &str) -> Result<Option<u64>, SyncError> {
    let doing = format!("looking for rows that break {constraint}");
    source.run(&doing, "SAVEPOINT confiture_asks").await?;
    match source.rows(&doing, sql, &[]).await {
        Ok(rows) => {
            source.run(&doing, "RELEASE SAVEPOINT confiture_asks").await?;
            Ok(rows.first().and_then(|row| u64::try_from(get::<i64>(row, "rows")).ok()))
        }
        Err(error) if error.is_lost() => Err(error),
        Err(_) => {
            source.run(&doing, "ROLLBACK TO SAVEPOINT confiture_asks; RELEASE SAVEPOINT confiture_asks").await?;
            Ok(None)
        }
    }
}

/// Which rows break a constraint, and which do not: the former of the table under its own name, the latter by columns alone.
struct Broken {
    breaks: String,
    keeps: String,
}

fn of_check(expression: &str) -> Broken {
    Broken { breaks: format!("({expression}) IS FALSE"), keeps: format!("({expression}) IS NOT FALSE") }
}

fn of_key(key: &Reference, table: &str) -> Broken {
    let null: Vec<String> = key.columns.iter().map(|column| format!("{} IS NULL", identifier(column))).collect();
    let names = |columns: &[String]| list(columns.iter().map(String::as_str));
    let keeps = format!(
        "{} OR ({}) IN (SELECT {} FROM {})",
        null.join(if key.is_full { " AND " } else { " OR " }),
        names(&key.columns),
        names(&key.referenced),
        qualified(&key.other)
    );
    Broken { breaks: key.misses(table), keeps }
}
