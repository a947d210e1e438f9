//! What no run can work on, each with its reason, before anything is changed.

use super::{
    ledger::upgrade,
    link::Link,
    literal,
    own_settings::{Around, run},
};
use confiture_model::session::SessionError;
use tokio_postgres::SimpleQueryRow;

/// How far the ledger of a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Ready to be written.
    Current,
    /// Not there, or of an older form; we may make it.
    ToUpgrade,
}

/// Refuses what cannot be worked on.
///
/// # Errors
/// [`SessionError::Connection`] with the reason, and what to do.
pub(super) async fn check(link: &Link) -> Result<Standing, SessionError> {
    let facts = Facts::read(link).await?;
    facts.check_server(link)?;
    let Some(ledger) = Ledger::read(link).await? else {
        facts.check_creation()?;
        return Ok(Standing::ToUpgrade);
    };
    ledger.check_usage(&facts)?;
    let version = version(link, &ledger, &facts).await?;
    check_version(version, &facts)?;
    if version == upgrade::VERSION {
        check_tables(link, &facts).await?;
        return Ok(Standing::Current);
    }
    ledger.check_upgrade(&facts)?;
    Ok(Standing::ToUpgrade)
}

fn refused(why: impl std::fmt::Display, advice: impl std::fmt::Display) -> SessionError {
    SessionError::Connection(format!("{why}\n  -> {advice}"))
}

/// What the server says about itself and us.
struct Facts {
    standby: bool,
    read_only: bool,
    database: String,
    user: String,
    may_create: bool,
}

impl Facts {
    async fn read(link: &Link) -> Result<Self, SessionError> {
        // Outside the transaction of ours that says READ ONLY itself.
        let sql = "SELECT pg_catalog.pg_is_in_recovery() AS standby,
                pg_catalog.current_setting('default_transaction_read_only') AS read_only,
                pg_catalog.quote_ident(pg_catalog.current_database()) AS database,
                pg_catalog.quote_ident(current_user) AS user,
                pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may_create";
        let rows = run(link, Around::Reading, sql).await?;
        let text = |name| rows.first().map(|row| text(row, name)).unwrap_or_default();
        Ok(Self {
            standby: text("standby") == "t",
            read_only: text("read_only") == "on",
            database: text("database"),
            user: text("user"),
            may_create: text("may_create") == "t",
        })
    }

    fn check_server(&self, link: &Link) -> Result<(), SessionError> {
        let Self { database, user, .. } = self;
        let place = &link.place;
        if self.standby {
            let why = format!("the server at {place} is a standby, on which nothing can be changed");
            return Err(refused(why, "connect to the primary, or list its hosts with target_session_attrs=read-write"));
        }
        if self.read_only {
            let why =
                format!("database {database} at {place} is set to be read-only (default_transaction_read_only = on)");
            let advice = format!(
                "if this is the right database, undo it where it was set: ALTER DATABASE {database} RESET default_transaction_read_only, ALTER ROLE {user} RESET default_transaction_read_only, postgresql.conf, or PGOPTIONS"
            );
            return Err(refused(why, advice));
        }
        Ok(())
    }

    fn check_creation(&self) -> Result<(), SessionError> {
        let Self { database, user, .. } = self;
        if self.may_create {
            return Ok(());
        }
        Err(refused(
            format!("role {user} may not create schema confiture, which holds the ledger, in database {database}"),
            format!(
                "as the owner of the database: GRANT CREATE ON DATABASE {database} TO {user}; or make it for the role: CREATE SCHEMA confiture AUTHORIZATION {user}"
            ),
        ))
    }
}

/// Schema `confiture`, which is there.
struct Ledger {
    owner: String,
    usable: bool,
    may_create: bool,
    is_owner: bool,
    has_tables: bool,
    readable: bool,
}

impl Ledger {
    async fn read(link: &Link) -> Result<Option<Self>, SessionError> {
        let sql = "SELECT pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(n.nspowner)) AS owner,
                pg_catalog.has_schema_privilege(n.oid, 'USAGE') AS usable,
                pg_catalog.has_schema_privilege(n.oid, 'CREATE') AS may_create,
                pg_catalog.pg_has_role(coalesce(c.relowner, n.nspowner), 'USAGE') AS is_owner,
                c.oid IS NOT NULL AS has_tables,
                pg_catalog.has_table_privilege(c.oid, 'SELECT') AS readable
            FROM pg_catalog.pg_namespace n
            LEFT JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = 'meta' AND c.relkind = 'r'
            WHERE n.nspname = 'confiture'";
        let rows = run(link, Around::Reading, sql).await?;
        Ok(rows.first().map(|row| {
            let is = |name| text(row, name) == "t";
            Self {
                owner: text(row, "owner"),
                usable: is("usable"),
                may_create: is("may_create"),
                is_owner: is("is_owner"),
                has_tables: is("has_tables"),
                readable: is("readable"),
            }
        }))
    }

    fn check_usage(&self, facts: &Facts) -> Result<(), SessionError> {
        let (user, owner) = (&facts.user, &self.owner);
        let missing = match (self.usable, self.has_tables && !self.readable) {
            (false, _) => "USAGE ON SCHEMA confiture",
            (true, true) => "SELECT ON confiture.meta",
            (true, false) => return Ok(()),
        };
        let why = format!("role {user} may not use the ledger in schema confiture, which belongs to {owner}");
        Err(refused(why, format!("as {owner}: GRANT {missing} TO {user}; or run as {owner}")))
    }

    /// An empty schema that somebody made for us needs CREATE; an older ledger needs its owner.
    fn check_upgrade(&self, facts: &Facts) -> Result<(), SessionError> {
        let (user, owner) = (&facts.user, &self.owner);
        if !self.has_tables && !self.may_create {
            let why =
                format!("role {user} may not make the ledger's tables in schema confiture, which belongs to {owner}");
            return Err(refused(why, format!("as {owner}: GRANT CREATE, USAGE ON SCHEMA confiture TO {user}")));
        }
        if self.has_tables && !(self.is_owner && self.may_create) {
            let why = format!("the ledger in schema confiture has to be upgraded, which role {user} may not");
            return Err(refused(why, format!("run `confiture migrate up` once as its owner, {owner}")));
        }
        Ok(())
    }
}

/// The form of the ledger: 0 where the schema has no tables yet.
async fn version(link: &Link, ledger: &Ledger, facts: &Facts) -> Result<usize, SessionError> {
    if !ledger.has_tables {
        return Ok(0);
    }
    let rows = run(link, Around::Reading, "SELECT ledger_version FROM confiture.meta").await;
    let rows = rows.map_err(|error| {
        let why = format!("schema confiture of database {} is not a ledger of Confiture: {error}", facts.database);
        refused(why, "another program seems to use the name; rename its schema")
    })?;
    Ok(rows.first().and_then(|row| row.get(0)).and_then(|number| number.parse().ok()).unwrap_or(0))
}

fn check_version(version: usize, facts: &Facts) -> Result<(), SessionError> {
    let known = upgrade::VERSION;
    if version <= known {
        return Ok(());
    }
    Err(refused(
        format!(
            "the ledger of database {} has form {version}, and this program knows forms up to {known}: a newer version of Confiture has worked here",
            facts.database
        ),
        "use that version, or a later one; nothing was changed",
    ))
}

/// Every right that a run needs and does not have, in one message.
async fn check_tables(link: &Link, facts: &Facts) -> Result<(), SessionError> {
    const NEEDED: [(&str, &[&str]); 4] = [
        ("migration", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
        ("step", &["SELECT", "INSERT", "UPDATE", "DELETE"]),
        ("event", &["SELECT", "INSERT"]),
        ("snapshot", &["SELECT", "INSERT"]),
    ];
    let pairs = NEEDED.iter().flat_map(|(table, rights)| rights.iter().map(move |right| (table, right)));
    let values: Vec<String> =
        pairs.map(|(table, right)| format!("({}, {})", literal::text(table), literal::text(right))).collect();
    let sql = format!(
        "SELECT v.right_name AS right_name, v.table_name AS table_name FROM (VALUES {}) v (table_name, right_name)
         WHERE NOT coalesce(pg_catalog.has_table_privilege(
             (SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              WHERE n.nspname = 'confiture' AND c.relname = v.table_name), v.right_name), false)",
        values.join(", ")
    );
    let rows = run(link, Around::Reading, &sql).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let user = &facts.user;
    let grants: Vec<String> = rows
        .iter()
        .map(|row| format!("GRANT {} ON confiture.{} TO {user}", text(row, "right_name"), text(row, "table_name")))
        .collect();
    Err(refused(format!("role {user} may not write to the ledger in schema confiture"), grants.join("; ")))
}

fn text(row: &SimpleQueryRow, name: &str) -> String {
    row.try_get(name).ok().flatten().unwrap_or_default().to_owned()
}
