//! Functions, procedures, aggregates and window functions: `pg_proc`.

use super::reader::Reader;
use super::{ROUTINE, comments::Comments, extensions::Owned, scope::Scope};
use confiture_model::schema::Routine;
use tokio_postgres::{Error, Row, types::Oid};

/// A routine without its comment.
pub(super) struct Found {
    oid: Oid,
    routine: Routine,
}

/// All but the functions that PostgreSQL makes along with a range type. Aggregates have no definition to print.
pub(super) async fn read(client: &Reader<'_>, scope: &Scope) -> Result<Vec<Found>, Error> {
    let definition = if scope.parts.definition {
        "CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid) END"
    } else {
        "NULL::text"
    };
    let sql = format!(
        "SELECT p.oid, p.pronamespace, p.proname::text, p.prokind, pg_get_function_identity_arguments(p.oid),
           l.lanname::text, p.provolatile, p.prosecdef, p.proconfig, pg_get_userbyid(p.proowner)::text, {definition}
         FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
         WHERE p.pronamespace = ANY($1) AND NOT EXISTS (SELECT FROM pg_depend d
           WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i')"
    );
    scope.query(client, &sql).await?.iter().map(|row| found(row, scope)).collect()
}

fn found(row: &Row, scope: &Scope) -> Result<Found, Error> {
    let letter = |index| row.try_get::<_, i8>(index).map(i8::cast_unsigned);
    let routine = Routine {
        schema: scope.schema(row.try_get(1)?),
        name: row.try_get(2)?,
        kind: kind(letter(3)?).to_owned(),
        arguments: row.try_get(4)?,
        language: row.try_get(5)?,
        volatility: volatility(letter(6)?).to_owned(),
        security_definer: row.try_get(7)?,
        settings: row.try_get::<_, Option<Vec<String>>>(8)?.unwrap_or_default(),
        owner: row.try_get(9)?,
        comment: None,
        definition: row.try_get::<_, Option<String>>(10)?.unwrap_or_default(),
        source: None,
        extra: None,
    };
    Ok(Found { oid: row.try_get(0)?, routine })
}

fn kind(letter: u8) -> &'static str {
    match letter {
        b'p' => "procedure",
        b'a' => "aggregate",
        b'w' => "window",
        _ => "function",
    }
}

fn volatility(letter: u8) -> &'static str {
    match letter {
        b'i' => "immutable",
        b's' => "stable",
        _ => "volatile",
    }
}

/// In the order of schema, name and arguments.
pub(super) fn finish(found: Vec<Found>, owned: &Owned, comments: &mut Comments) -> Vec<Routine> {
    let mut routines: Vec<Routine> = found
        .into_iter()
        .filter(|found| !owned.has(ROUTINE, found.oid))
        .map(|Found { oid, routine }| Routine { comment: comments.take(ROUTINE, oid, 0), ..routine })
        .collect();
    routines.sort_by(|a, b| (&a.schema, &a.name, &a.arguments).cmp(&(&b.schema, &b.name, &b.arguments)));
    routines
}
