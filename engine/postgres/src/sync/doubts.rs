//! Whether rows of the snapshot break constraints that the target has validated and the source has not: one scan of the
//! table for each such constraint, and none where there is none.

use super::{
    Ends, SourceSnapshot,
    error::SyncError,
    link::{Link, get},
    name::{identifier, list, qualified},
};
use confiture_model::sync::{Answer, Doubt, Name, Plan, TablePlan};
use tokio_postgres::Row;

/// A constraint of the target, by its table and name, with the operators by which PostgreSQL asks it.
const CONSTRAINT: &str = "SELECT con.confmatchtype = 'f' AS is_full, pg_get_expr(con.conbin, con.conrelid) AS expression,
        fn.nspname::text AS schema, f.relname::text AS name, f.relkind = 'r' AS only,
        to_jsonb(con) ->> 'conperiod' IS NOT DISTINCT FROM 'true' AS period,
        ARRAY(SELECT a.attname::text FROM unnest(con.conkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.number ORDER BY k.place) AS columns,
        ARRAY(SELECT a.attname::text FROM unnest(con.confkey) WITH ORDINALITY AS k (number, place)
            JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.number ORDER BY k.place) AS referenced,
        ARRAY(SELECT format('OPERATOR(%I.%s)', opn.nspname, o.oprname)
            FROM unnest(con.conpfeqop) WITH ORDINALITY AS k (number, place)
            JOIN pg_operator o ON o.oid = k.number JOIN pg_namespace opn ON opn.oid = o.oprnamespace
            ORDER BY k.place) AS operators
    FROM pg_constraint con LEFT JOIN pg_class f ON f.oid = con.confrelid LEFT JOIN pg_namespace fn ON fn.oid = f.relnamespace
    WHERE con.conrelid = to_regclass($1)::oid AND con.conname = $2 AND con.contype IN ('c', 'f')
        AND NOT EXISTS (SELECT FROM pg_constraint p WHERE p.oid = con.conparentid AND p.conrelid = con.conrelid)";

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
    let rows = target.rows(&doing, CONSTRAINT, &[&qualified(&doubt.table), &doubt.constraint]).await?;
    let Some(row) = rows.first().filter(|row| !get::<bool>(row, "period")) else { return Ok(Answer::default()) };
    let Broken { breaks, keeps } = match doubt.foreign_key {
        true => of_key(table, row),
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

/// A foreign key with a null in it is not checked; with MATCH FULL it has to be null whole.
fn of_key(table: &TablePlan, row: &Row) -> Broken {
    let (columns, referenced): (Vec<String>, Vec<String>) = (get(row, "columns"), get(row, "referenced"));
    let operators: Vec<String> = get(row, "operators");
    let other = qualified(&Name { schema: get(row, "schema"), name: get(row, "name") });
    let alias = identifier(&table.table.name);
    let own: Vec<String> = columns.iter().map(|column| format!("{alias}.{}", identifier(column))).collect();
    let same = own.iter().zip(&referenced).zip(&operators);
    let same = same.map(|((own, other), operator)| format!("confiture_p.{} {operator} {own}", identifier(other)));
    let same = same.collect::<Vec<_>>().join(" AND ");
    let all = |columns: &[String], test: &str, with: &str| {
        columns.iter().map(|column| format!("{column} IS {test}")).collect::<Vec<_>>().join(with)
    };
    let full: bool = get(row, "is_full");
    let part = match full {
        true => format!(" OR NOT ({}) AND NOT ({})", all(&own, "NULL", " AND "), all(&own, "NOT NULL", " AND ")),
        false => String::new(),
    };
    let only = if get(row, "only") { "ONLY " } else { "" };
    let bare: Vec<String> = columns.iter().map(|column| identifier(column)).collect();
    let nulls = all(&bare, "NULL", if full { " AND " } else { " OR " });
    let named = list(columns.iter().map(String::as_str));
    let keys = list(referenced.iter().map(String::as_str));
    Broken {
        breaks: format!(
            "{} AND NOT EXISTS (SELECT FROM {only}{other} AS confiture_p WHERE {same}){part}",
            all(&own, "NOT NULL", " AND ")
        ),
        keeps: format!("{nulls} OR ({named}) IN (SELECT {keys} FROM {other})"),
    }
}
