//! Indexes: `pg_index`. How a key is sorted is told as PostgreSQL's own printer tells it: where it is not the default.

mod definition;

use super::reader::Reader;
use super::{attributes::Attributes, quoting::Quoting, relations::Names, scope::Scope, sizes};
use confiture_model::schema::Index;
use std::collections::HashMap;
use tokio::try_join;
use tokio_postgres::{Error, Row, types::Oid};

/// The collation `default`, which an expression has unless it says otherwise.
const DEFAULT_COLLATION: Oid = 100;
/// Bits of `indoption`: PostgreSQL's `pg_index.h`.
const DESCENDING: i16 = 1;
const NULLS_FIRST: i16 = 2;
/// Whether [`definition::plain`] may do, as far as one row can tell.
const MAY_BE_PLAIN: &str = "i.indexprs IS NULL AND i.indpred IS NULL AND c.reloptions IS NULL AND c.relkind = 'i'
  AND m.amname IN ('btree', 'hash')";

/// An index that still knows columns, operator classes and collations by number.
#[derive(Debug)]
struct Found {
    oid: Oid,
    relation: Oid,
    columns: Vec<i16>,
    keys: usize,
    classes: Vec<Oid>,
    collations: Vec<Oid>,
    options: Vec<i16>,
    /// One per key where one of them is an expression.
    expressions: Vec<String>,
    index: Index,
}

/// An operator class.
#[derive(Debug)]
struct Class {
    /// As an index definition names it.
    printed: String,
    is_default: bool,
    /// The type that it is for.
    of: Oid,
    is_builtin: bool,
}

type Classes = HashMap<Oid, Class>;

/// Indexes, and what their keys' options and their definitions need.
#[derive(Debug, Default)]
pub(super) struct Indexes {
    found: Vec<Found>,
    classes: Classes,
    collations: HashMap<Oid, String>,
}

const CLASSES: &str = "
SELECT o.oid, CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(o.opcname),
  o.opcdefault, o.opcintype, n.nspname = 'pg_catalog'
FROM pg_opclass o JOIN pg_namespace n ON n.oid = o.opcnamespace";

const COLLATIONS: &str = "
SELECT c.oid, CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(c.collname)
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace";

const DEFINITIONS: &str = "SELECT oid, pg_get_indexdef(oid) FROM unnest($1) AS oid";

pub(super) async fn read(client: &Reader<'_>, scope: &Scope) -> Result<Indexes, Error> {
    if !scope.parts.indexes {
        return Ok(Indexes::default());
    }
    let distinct = if scope.server_version >= 150_000 { "i.indnullsnotdistinct" } else { "false" };
    let numbers = if scope.live {
        format!(
            "CASE WHEN c.relkind <> 'i' THEN NULL WHEN {} THEN {} ELSE pg_relation_size(c.oid) END,
             CASE c.relkind WHEN 'i' THEN pg_stat_get_numscans(c.oid) END",
            sizes::is_index_counted(scope),
            sizes::bytes("c.relpages"),
        )
    } else {
        "NULL::int8, NULL::int8".to_owned()
    };
    let sql = format!(
        "SELECT i.indrelid, c.relname::text, m.amname::text, i.indkey, i.indnkeyatts, i.indclass, i.indcollation, i.indoption,
           i.indisunique, i.indisprimary, i.indisvalid, {distinct},
           CASE WHEN NOT ({MAY_BE_PLAIN}) THEN pg_get_indexdef(c.oid) END,
           CASE WHEN i.indpred IS NOT NULL THEN pg_get_expr(i.indpred, i.indrelid) END,
           CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(
             SELECT pg_get_indexdef(c.oid, key, false) FROM generate_series(1, i.indnkeyatts) key) END, {numbers}, c.oid, {MAY_BE_PLAIN}
         FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
         JOIN pg_class t ON t.oid = i.indrelid
         WHERE c.relnamespace = ANY($1)"
    );
    let (found, classes, collations) =
        try_join!(scope.query(client, &sql), client.query_typed(CLASSES, &[]), client.query_typed(COLLATIONS, &[]),)?;
    let found = found.iter().filter_map(|row| index(row).transpose()).collect::<Result<_, _>>()?;
    let classes = classes.iter().map(class).collect::<Result<_, _>>()?;
    let name = |row: &Row| -> Result<_, Error> { Ok((row.try_get(0)?, row.try_get(1)?)) };
    Ok(Indexes { found, classes, collations: collations.iter().map(name).collect::<Result<_, _>>()? })
}

fn class(row: &Row) -> Result<(Oid, Class), Error> {
    let class = Class {
        printed: row.try_get(1)?,
        is_default: row.try_get(2)?,
        of: row.try_get(3)?,
        is_builtin: row.try_get(4)?,
    };
    Ok((row.try_get(0)?, class))
}

/// None where somebody dropped it while it was being read, so that it has no definition any more.
fn index(row: &Row) -> Result<Option<Found>, Error> {
    let definition: Option<String> = row.try_get(12)?;
    if definition.is_none() && !row.try_get::<_, bool>(18)? {
        return Ok(None);
    }
    let number = |index| -> Result<Option<u64>, Error> {
        Ok(row.try_get::<_, Option<i64>>(index)?.and_then(|number| u64::try_from(number).ok()))
    };
    let index = Index {
        name: row.try_get(1)?,
        keys: Vec::new(),
        key_options: Vec::new(),
        nulls_not_distinct: row.try_get(11)?,
        included: Vec::new(),
        method: row.try_get(2)?,
        unique: row.try_get(8)?,
        primary: row.try_get(9)?,
        valid: row.try_get(10)?,
        predicate: row.try_get(13)?,
        definition: definition.unwrap_or_default(),
        bytes: number(15)?,
        scans: number(16)?,
        source: None,
        extra: None,
    };
    Ok(Some(Found {
        oid: row.try_get(17)?,
        relation: row.try_get(0)?,
        columns: row.try_get(3)?,
        keys: usize::try_from(row.try_get::<_, i16>(4)?).unwrap_or_default(),
        classes: row.try_get(5)?,
        collations: row.try_get(6)?,
        options: row.try_get(7)?,
        expressions: row.try_get::<_, Option<Vec<String>>>(14)?.unwrap_or_default(),
        index,
    }))
}

impl Indexes {
    /// Gives definitions to those that were not asked for theirs: plain ones, as nearly all are, without asking.
    pub async fn define(
        &mut self,
        client: &Reader<'_>,
        attributes: &Attributes,
        names: &Names,
        quoting: &Quoting,
    ) -> Result<(), Error> {
        let mut missing = Vec::new();
        let without = |found: &Found| found.index.definition.is_empty();
        for found in self.found.iter_mut().filter(|found| without(found)) {
            let table = names.get(&found.relation).map(|(schema, name)| (schema.as_str(), name.as_str()));
            match table.and_then(|table| definition::plain(found, table, attributes, &self.classes, quoting)) {
                Some(definition) => found.index.definition = definition,
                None => missing.push(found.oid),
            }
        }
        let mut printed = client.definitions(DEFINITIONS, &missing).await?;
        for found in self.found.iter_mut().filter(|found| without(found)) {
            found.index.definition = printed.remove(&found.oid).unwrap_or_default();
        }
        self.found.retain(|found| !without(found));
        Ok(())
    }

    /// The indexes of each relation, in the order of their names.
    pub fn finish(self, attributes: &Attributes) -> HashMap<Oid, Vec<Index>> {
        let Self { found, classes, collations, .. } = self;
        let mut finished: HashMap<Oid, Vec<Index>> = HashMap::new();
        for mut found in found {
            let (keys, included) = found.columns.split_at(found.keys.min(found.columns.len()));
            for (place, column) in keys.iter().enumerate() {
                let attribute = attributes.get(found.relation, *column);
                let expression = || found.expressions.get(place).cloned().unwrap_or_default();
                found.index.keys.push(attribute.map_or_else(expression, |attribute| attribute.name.clone()));
                let usual = attribute.map_or(DEFAULT_COLLATION, |attribute| attribute.collation);
                found.index.key_options.push(found.key_options(place, usual, &classes, &collations));
            }
            found.index.included = attributes.names(found.relation, included);
            finished.entry(found.relation).or_default().push(found.index);
        }
        for indexes in finished.values_mut() {
            indexes.sort_by(|a, b| a.name.cmp(&b.name));
        }
        finished
    }
}

impl Found {
    /// `COLLATE "C" text_pattern_ops DESC NULLS LAST`, of which only what is not the default.
    fn key_options(
        &self,
        place: usize,
        usual_collation: Oid,
        classes: &Classes,
        collations: &HashMap<Oid, String>,
    ) -> String {
        let collation = self.collations.get(place).copied().filter(|oid| *oid != 0 && *oid != usual_collation);
        let collation = collation.and_then(|oid| collations.get(&oid)).map(|name| format!("COLLATE {name}"));
        let class = self.classes.get(place).and_then(|oid| classes.get(oid)).filter(|class| !class.is_default);
        let class = class.map(|class| class.printed.clone());
        let order = self.order(place).map(str::to_owned);
        [collation, class, order].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// `DESC NULLS LAST`, of which only what is not the default.
    fn order(&self, place: usize) -> Option<&'static str> {
        let option = self.options.get(place).copied().unwrap_or_default();
        match (option & DESCENDING != 0, option & NULLS_FIRST != 0) {
            (false, false) => None,
            (false, true) => Some("NULLS FIRST"),
            (true, true) => Some("DESC"),
            (true, false) => Some("DESC NULLS LAST"),
        }
    }
}
