//! Large objects, copied with their numbers and owners, a page at a time.

use super::super::{
    error::SyncError,
    link::{Link, get},
    name::identifier,
};

/// How many bytes of one are read at once.
const PAGE: i32 = 1 << 20;

/// Those of the source's snapshot.
pub(in super::super) struct LargeObjects<'a> {
    source: &'a Link,
    replace: bool,
}

impl<'a> LargeObjects<'a> {
    /// From this connection, which is in the snapshot. `replace`: one of the same number in the target gives way.
    pub fn of(source: &'a Link, replace: bool) -> Self {
        Self { source, replace }
    }

    /// Copies them all; answers how many.
    pub async fn copy(&self, target: &Link) -> Result<u64, SyncError> {
        let doing = "copying large objects";
        let sql = "SELECT oid, pg_catalog.pg_get_userbyid(lomowner)::pg_catalog.text AS owner
            FROM pg_catalog.pg_largeobject_metadata ORDER BY oid";
        let all = self.source.rows(doing, sql, &[]).await?;
        let roles = target.rows(doing, "SELECT rolname::pg_catalog.text AS name FROM pg_catalog.pg_roles", &[]).await?;
        let roles: Vec<String> = roles.iter().map(|row| get(row, "name")).collect();
        for row in &all {
            let (oid, owner): (u32, String) = (get(row, "oid"), get(row, "owner"));
            self.make(target, oid).await?;
            self.fill(target, oid).await?;
            // A role that the target does not have owns nothing there.
            if roles.contains(&owner) {
                let sql = format!("ALTER LARGE OBJECT {oid} OWNER TO {}", identifier(&owner));
                target.run(&format!("giving large object {oid} its owner"), &sql).await?;
            }
        }
        Ok(all.len() as u64)
    }

    async fn make(&self, target: &Link, oid: u32) -> Result<(), SyncError> {
        let doing = format!("making large object {oid}");
        if self.replace {
            let sql = "SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata
                WHERE oid OPERATOR(pg_catalog.=) $1";
            target.rows(&doing, sql, &[&oid]).await?;
        }
        target.rows(&doing, "SELECT pg_catalog.lo_create($1)", &[&oid]).await.map(drop)
    }

    async fn fill(&self, target: &Link, oid: u32) -> Result<(), SyncError> {
        let doing = format!("copying large object {oid}");
        let mut offset = 0_i64;
        loop {
            let sql = "SELECT pg_catalog.lo_get($1, $2, $3) AS page";
            let rows = self.source.rows(&doing, sql, &[&oid, &offset, &PAGE]).await?;
            let page: &[u8] = rows.first().map(|row| get(row, "page")).unwrap_or_default();
            if page.is_empty() {
                return Ok(());
            }
            target.rows(&doing, "SELECT pg_catalog.lo_put($1, $2, $3)", &[&oid, &offset, &page]).await?;
            offset += page.len() as i64;
        }
    }
}
