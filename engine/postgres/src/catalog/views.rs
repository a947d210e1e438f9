//! What views select, and from where: `pg_rewrite` and `pg_depend`.

use super::reader::Reader;
use super::scope::Scope;
use std::collections::HashMap;
use tokio::try_join;
use tokio_postgres::{Error, types::Oid};

const DEPENDENCIES: &str = "
SELECT DISTINCT r.ev_class, n.nspname || '.' || t.relname
FROM pg_class v JOIN pg_rewrite r ON r.ev_class = v.oid
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE v.relnamespace = ANY($1) AND v.relkind IN ('v', 'm') AND t.oid <> v.oid AND t.relkind IN ('r', 'p', 'v', 'm', 'f')";

const DEFINITIONS: &str = "
SELECT oid, pg_get_viewdef(oid) FROM pg_class WHERE relnamespace = ANY($1) AND relkind IN ('v', 'm')";

/// Of each view, what it depends on, and its query.
#[derive(Debug, Default)]
pub(super) struct Views {
    dependencies: HashMap<Oid, Vec<String>>,
    definitions: HashMap<Oid, Option<String>>,
}

impl Views {
    /// Takes what a view depends on, and its query.
    pub fn take(&mut self, view: Oid) -> (Vec<String>, Option<String>) {
        let mut dependencies = self.dependencies.remove(&view).unwrap_or_default();
        dependencies.sort();
        (dependencies, self.definitions.remove(&view).flatten())
    }
}

pub(super) async fn read(client: &Reader<'_>, scope: &Scope) -> Result<Views, Error> {
    let definitions =
        async { if scope.parts.definition { scope.query(client, DEFINITIONS).await } else { Ok(Vec::new()) } };
    let (dependencies, definitions) = try_join!(scope.query(client, DEPENDENCIES), definitions)?;
    let mut views = Views::default();
    for row in dependencies {
        views.dependencies.entry(row.try_get(0)?).or_default().push(row.try_get(1)?);
    }
    for row in definitions {
        views.definitions.insert(row.try_get(0)?, row.try_get(1)?);
    }
    Ok(views)
}
