//! Large objects, copied with their numbers, a page at a time; and with their owners and grants, as far as the login may.

use super::super::{
    error::SyncError,
    link::{Link, get},
    name::identifier,
};
use std::collections::{BTreeMap, HashMap};
use tokio_postgres::Row;

/// How many bytes of one are read at once.
const PAGE: i32 = 1 << 20;

const OBJECTS: &str = "SELECT m.oid, pg_catalog.pg_get_userbyid(m.lomowner)::pg_catalog.text AS owner,
        ARRAY(SELECT coalesce(pg_catalog.pg_get_userbyid(nullif(x.grantee, 0)), '')::pg_catalog.text
            FROM pg_catalog.aclexplode(m.lomacl) WITH ORDINALITY x (grantor, grantee, privilege, grantable, place)
            ORDER BY x.place) AS grantees,
        ARRAY(SELECT x.privilege || CASE WHEN x.grantable THEN '+' ELSE '' END
            FROM pg_catalog.aclexplode(m.lomacl) WITH ORDINALITY x (grantor, grantee, privilege, grantable, place)
            ORDER BY x.place) AS privileges,
        m.lomacl IS NOT NULL AS granted
    FROM pg_catalog.pg_largeobject_metadata m ORDER BY m.oid";

/// Those of the source's snapshot.
pub(in super::super) struct LargeObjects<'a> {
    source: &'a Link,
    replace: bool,
}

/// What became of them.
#[derive(Debug, Default)]
pub(in super::super) struct Objects {
    /// How many were copied.
    pub count: u64,
    /// Owners and grants that the target did not get, in sentences.
    pub remarks: Vec<String>,
}

impl<'a> LargeObjects<'a> {
    /// From this connection, which is in the snapshot. `replace`: one of the same number in the target gives way.
    pub fn of(source: &'a Link, replace: bool) -> Self {
        Self { source, replace }
    }

    /// Copies them all.
    pub async fn copy(&self, target: &Link) -> Result<Objects, SyncError> {
        let all = self.source.rows("copying large objects", OBJECTS, &[]).await?;
        let mut roles = Roles::read(target).await?;
        for row in &all {
            let oid: u32 = get(row, "oid");
            self.make(target, oid).await?;
            self.fill(target, oid).await?;
            let sql = roles.statements(row, oid);
            if !sql.is_empty() {
                target.run(&format!("giving large object {oid} its owner and grants"), &sql.join("; ")).await?;
            }
        }
        Ok(Objects { count: all.len() as u64, remarks: roles.remarks() })
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

/// The target's roles, and what could not be given to them or to those that it lacks.
struct Roles {
    login: String,
    /// Each, with whether the login may make it an owner.
    all: HashMap<String, bool>,
    unowned: BTreeMap<String, u64>,
    ungranted: BTreeMap<String, u64>,
}

impl Roles {
    async fn read(target: &Link) -> Result<Self, SyncError> {
        // From 16 on, being a member is not enough.
        let way = if target.version >= 160_000 { "SET" } else { "MEMBER" };
        let sql = format!(
            "SELECT rolname::pg_catalog.text AS name, pg_catalog.pg_has_role(oid, '{way}') AS may,
                rolname OPERATOR(pg_catalog.=) current_user AS own FROM pg_catalog.pg_roles"
        );
        let rows = target.rows("copying large objects", &sql, &[]).await?;
        let login = rows.iter().find(|row| get(row, "own")).map(|row| get(row, "name")).unwrap_or_default();
        let all = rows.iter().map(|row| (get(row, "name"), get(row, "may"))).collect();
        Ok(Self { login, all, unowned: BTreeMap::new(), ungranted: BTreeMap::new() })
    }

    /// What gives one its owner and its grants. It is the login's so far.
    fn statements(&mut self, row: &Row, oid: u32) -> Vec<String> {
        let owner: String = get(row, "owner");
        let mut sql = Vec::new();
        let owned = self.all.get(&owner).copied().unwrap_or_default();
        if !owned {
            *self.unowned.entry(owner.clone()).or_default() += 1;
        } else if owner != self.login {
            sql.push(format!("ALTER LARGE OBJECT {oid} OWNER TO {}", identifier(&owner)));
        }
        if !get::<bool>(row, "granted") {
            return sql;
        }
        if owned {
            // Whoever owns it may have less than everything; what is granted follows.
            sql.push(format!("REVOKE ALL ON LARGE OBJECT {oid} FROM {}", identifier(&owner)));
        }
        let (grantees, privileges): (Vec<String>, Vec<String>) = (get(row, "grantees"), get(row, "privileges"));
        for (grantee, privilege) in grantees.into_iter().zip(privileges) {
            if grantee == owner && !owned {
                continue;
            }
            let to = match &*grantee {
                "" => "PUBLIC".to_owned(),
                name if self.all.contains_key(name) => identifier(name),
                _ => {
                    *self.ungranted.entry(grantee).or_default() += 1;
                    continue;
                }
            };
            let (privilege, option) = match privilege.strip_suffix('+') {
                // Nobody but a role that is granted to can pass it on; of an owner it goes without saying.
                Some(privilege) if grantee != owner => (privilege, " WITH GRANT OPTION"),
                Some(privilege) => (privilege, ""),
                None => (&*privilege, ""),
            };
            sql.push(format!("GRANT {privilege} ON LARGE OBJECT {oid} TO {to}{option}"));
        }
        sql
    }

    fn remarks(&self) -> Vec<String> {
        let why = |role: &String| match self.all.contains_key(role) {
            true => format!("`{}` may not give it what it makes", self.login),
            false => "the target has no such role".to_owned(),
        };
        let owner = |(role, count): (&String, &u64)| {
            format!("large objects that belong to `{}` and not to `{role}`: {count}; {}", self.login, why(role))
        };
        let grant = |(role, count): (&String, &u64)| {
            format!("grants on large objects that `{role}` did not get: {count}; {}", why(role))
        };
        self.unowned.iter().map(owner).chain(self.ungranted.iter().map(grant)).collect()
    }
}
