//! Row security policies: `pg_policy`.

use super::reader::Reader;
use super::scope::Scope;
use confiture_model::schema::Policy;
use std::collections::HashMap;
use tokio_postgres::{Error, Row, types::Oid};

const SQL: &str = "
SELECT p.polrelid, p.polname::text, p.polcmd, p.polpermissive,
  ARRAY(SELECT CASE role WHEN 0 THEN 'public' ELSE pg_get_userbyid(role)::text END FROM unnest(p.polroles) role),
  pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = ANY($1)";

/// The policies of each relation, in the order of their names.
pub(super) async fn read(client: &Reader<'_>, scope: &Scope) -> Result<HashMap<Oid, Vec<Policy>>, Error> {
    let mut found: HashMap<Oid, Vec<Policy>> = HashMap::new();
    if scope.parts.policies {
        for row in scope.query(client, SQL).await? {
            found.entry(row.try_get(0)?).or_default().push(policy(&row)?);
        }
    }
    for policies in found.values_mut() {
        policies.sort_by(|a, b| a.name.cmp(&b.name));
    }
    Ok(found)
}

fn policy(row: &Row) -> Result<Policy, Error> {
    let mut roles: Vec<String> = row.try_get(4)?;
    roles.sort();
    Ok(Policy {
        name: row.try_get(1)?,
        command: command(row.try_get::<_, i8>(2)?.cast_unsigned()).to_owned(),
        permissive: row.try_get(3)?,
        roles,
        using_expression: row.try_get(5)?,
        check_expression: row.try_get(6)?,
        extra: None,
    })
}

fn command(letter: u8) -> &'static str {
    match letter {
        b'r' => "SELECT",
        b'a' => "INSERT",
        b'w' => "UPDATE",
        b'd' => "DELETE",
        _ => "ALL",
    }
}
