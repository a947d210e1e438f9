//! Constraints of relations: `pg_constraint`. Those of domains belong to their types.

mod definition;

use super::reader::Reader;
use super::{attributes::Attributes, quoting::Quoting, relations::Names, scope::Scope};
use confiture_model::schema::{Constraint, ConstraintKind, ForeignKeyTarget};
use std::collections::HashMap;
use tokio::try_join;
use tokio_postgres::{Error, Row, types::Oid};

/// A constraint that still knows columns and tables by number.
#[derive(Debug)]
struct Found {
    oid: Oid,
    /// The constraint that PostgreSQL made this one for; zero where somebody asked for it.
    parent: Oid,
    relation: Oid,
    numbers: Vec<i16>,
    target: Oid,
    target_numbers: Vec<i16>,
    actions: (String, String),
    constraint: Constraint,
}

/// Constraints, and where foreign keys out of the schemas that are read lead to.
#[derive(Debug, Default)]
pub(super) struct Constraints {
    found: Vec<Found>,
    elsewhere: HashMap<Oid, (String, String, Vec<String>)>,
}

/// Constraint triggers are triggers; a NOT NULL is here only where its column does not say it all.
fn sql(scope: &Scope) -> String {
    let plain = definition::may_be_plain(scope.server_version);
    format!(
        "SELECT c.oid, c.conrelid, c.conname::text, c.contype, c.conkey,
           CASE WHEN NOT ({plain}) THEN pg_get_constraintdef(c.oid) END, c.convalidated, c.condeferrable, c.confrelid,
           c.confkey, c.confdeltype, c.confupdtype, c.conparentid, {plain}
         FROM pg_constraint c LEFT JOIN pg_index i ON i.indexrelid = c.conindid
         WHERE c.connamespace = ANY($1) AND c.conrelid <> 0 AND c.contype <> 't' AND (c.contype <> 'n' OR NOT c.convalidated)"
    )
}

const DEFINITIONS: &str = "SELECT oid, pg_get_constraintdef(oid) FROM unnest($1) AS oid";

const ELSEWHERE: &str = "
SELECT c.oid, n.nspname::text, t.relname::text, ARRAY(
    SELECT a.attname::text FROM unnest(c.confkey) WITH ORDINALITY AS k(number, place)
    JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.number ORDER BY k.place)
FROM pg_constraint c JOIN pg_class t ON t.oid = c.confrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE c.contype = 'f' AND c.connamespace = ANY($1) AND t.relnamespace <> ALL($1)";

pub(super) async fn read(client: &Reader<'_>, scope: &Scope) -> Result<Constraints, Error> {
    if !scope.parts.constraints {
        return Ok(Constraints::default());
    }
    let sql = sql(scope);
    let (found, elsewhere) = try_join!(scope.query(client, &sql), scope.query(client, ELSEWHERE))?;
    let found = found.iter().filter_map(|row| constraint(row).transpose()).collect::<Result<Vec<_>, _>>()?;
    let place =
        |row: &Row| -> Result<_, Error> { Ok((row.try_get(0)?, (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?))) };
    Ok(Constraints { found: asked_for(found), elsewhere: elsewhere.iter().map(place).collect::<Result<_, _>>()? })
}

/// Without those that a foreign key to a partitioned table has for each of its partitions: they are of the same table, say
/// nothing of their own, and have names that hang on the version.
fn asked_for(mut found: Vec<Found>) -> Vec<Found> {
    let relations: HashMap<Oid, Oid> = found.iter().map(|one| (one.oid, one.relation)).collect();
    found.retain(|one| relations.get(&one.parent) != Some(&one.relation));
    found
}

/// None where somebody dropped it while it was being read, so that it has no definition any more.
fn constraint(row: &Row) -> Result<Option<Found>, Error> {
    let letter = |index| row.try_get::<_, i8>(index).map(i8::cast_unsigned);
    let definition: Option<String> = row.try_get(5)?;
    if definition.is_none() && !row.try_get::<_, bool>(13)? {
        return Ok(None);
    }
    let constraint = Constraint {
        name: row.try_get(2)?,
        kind: kind(letter(3)?),
        columns: Vec::new(),
        definition: definition.unwrap_or_default(),
        validated: row.try_get(6)?,
        deferrable: row.try_get(7)?,
        references: None,
        source: None,
        extra: None,
    };
    Ok(Some(Found {
        oid: row.try_get(0)?,
        parent: row.try_get(12)?,
        relation: row.try_get(1)?,
        numbers: row.try_get::<_, Option<Vec<i16>>>(4)?.unwrap_or_default(),
        target: row.try_get(8)?,
        target_numbers: row.try_get::<_, Option<Vec<i16>>>(9)?.unwrap_or_default(),
        actions: (action(letter(10)?), action(letter(11)?)),
        constraint,
    }))
}

fn kind(letter: u8) -> ConstraintKind {
    match letter {
        b'p' => ConstraintKind::PrimaryKey,
        b'u' => ConstraintKind::Unique,
        b'f' => ConstraintKind::ForeignKey,
        b'c' => ConstraintKind::Check,
        b'x' => ConstraintKind::Exclusion,
        b'n' => ConstraintKind::NotNull,
        _ => ConstraintKind::Other,
    }
}

fn action(letter: u8) -> String {
    let action = match letter {
        b'r' => "RESTRICT",
        b'c' => "CASCADE",
        b'n' => "SET NULL",
        b'd' => "SET DEFAULT",
        _ => "NO ACTION",
    };
    action.to_owned()
}

impl Constraints {
    /// Gives definitions to those that were not asked for theirs: plain ones, as nearly all keys are, without asking.
    pub async fn define(
        &mut self,
        client: &Reader<'_>,
        attributes: &Attributes,
        names: &Names,
        quoting: &Quoting,
    ) -> Result<(), Error> {
        let mut missing = Vec::new();
        let without = |found: &Found| found.constraint.definition.is_empty();
        for found in self.found.iter_mut().filter(|found| without(found)) {
            match definition::plain(found, attributes, names, quoting) {
                Some(definition) => found.constraint.definition = definition,
                None => missing.push(found.oid),
            }
        }
        let mut printed = client.definitions(DEFINITIONS, &missing).await?;
        for found in self.found.iter_mut().filter(|found| without(found)) {
            found.constraint.definition = printed.remove(&found.oid).unwrap_or_default();
        }
        self.found.retain(|found| !without(found));
        Ok(())
    }

    /// The constraints of each relation, in the order of their names.
    pub fn finish(self, attributes: &Attributes, names: &Names) -> HashMap<Oid, Vec<Constraint>> {
        let Self { found, mut elsewhere } = self;
        let mut finished: HashMap<Oid, Vec<Constraint>> = HashMap::new();
        for found in found {
            let mut constraint = found.constraint;
            constraint.columns = attributes.names(found.relation, &found.numbers);
            let target = elsewhere.remove(&found.oid).or_else(|| {
                let (schema, table) = names.get(&found.target)?.clone();
                Some((schema, table, attributes.names(found.target, &found.target_numbers)))
            });
            let (on_delete, on_update) = found.actions;
            constraint.references = target
                .filter(|_| constraint.kind == ConstraintKind::ForeignKey)
                .map(|(schema, table, columns)| ForeignKeyTarget { schema, table, columns, on_delete, on_update });
            finished.entry(found.relation).or_default().push(constraint);
        }
        for constraints in finished.values_mut() {
            constraints.sort_by(|a, b| a.name.cmp(&b.name));
        }
        finished
    }
}
