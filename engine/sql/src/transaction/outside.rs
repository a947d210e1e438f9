//! Statements that PostgreSQL refuses inside of a transaction block, 13 to 18.
//!
//! The list is that of `PreventInTransactionBlock` in the manual's pages of these commands. What depends on the catalog (a
//! CLUSTER or REINDEX of a partitioned table, a procedure that commits) is left to the server.

/// A statement that cannot run in a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// What it is, as people say it: `CREATE INDEX CONCURRENTLY`.
    pub what: String,
    /// What may be done when nobody knows how it ended.
    pub again: Again,
    /// Whether it waits for others without making them wait: a lock timeout would only get in its way.
    pub concurrently: bool,
}

/// What may be done with a statement that was sent, when nobody knows how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// It makes this index: what became of it can be read from the catalog.
    Creates(ConcurrentIndex),
    /// It drops this index.
    Drops(ConcurrentIndex),
    /// To run it again does no harm.
    Harmless,
    /// Somebody has to look.
    Unknown,
}

/// An index by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConcurrentIndex {
    /// As written: none where it is that of the table, or is looked up along the search path.
    pub schema: Option<String>,
    /// Unquoted.
    pub name: String,
    /// Whether it says `IF NOT EXISTS` or `IF EXISTS`.
    pub lenient: bool,
}

impl Outside {
    fn new(what: &str, again: Again) -> Self {
        Self { what: what.to_owned(), again, concurrently: what.ends_with("CONCURRENTLY") }
    }
}

/// Reads a statement's words.
pub(super) fn read(words: &[String]) -> Option<Outside> {
    let all: Vec<&str> = words.iter().map(String::as_str).collect();
    let simple = |what: &str| Some(Outside::new(what, Again::Unknown));
    let harmless = |what: &str| Some(Outside::new(what, Again::Harmless));
    match all.as_slice() {
        ["create", "unique", "index", "concurrently", rest @ ..] | ["create", "index", "concurrently", rest @ ..] => {
            Some(created(rest))
        }
        ["drop", "index", "concurrently", rest @ ..] => Some(dropped(rest)),
        ["reindex", rest @ ..] => reindex(rest),
        ["vacuum", ..] => harmless("VACUUM"),
        ["cluster"] | ["cluster", "verbose"] => harmless("CLUSTER of every table"),
        ["alter", "system", ..] => harmless("ALTER SYSTEM"),
        ["discard", "all"] => harmless("DISCARD ALL"),
        ["create", "database", ..] => simple("CREATE DATABASE"),
        ["drop", "database", ..] => simple("DROP DATABASE"),
        ["alter", "database", _, "set", "tablespace", ..] => simple("ALTER DATABASE ... SET TABLESPACE"),
        ["create", "tablespace", ..] => simple("CREATE TABLESPACE"),
        ["drop", "tablespace", ..] => simple("DROP TABLESPACE"),
        ["create", "subscription", rest @ ..] if makes_slot(rest) => simple("CREATE SUBSCRIPTION"),
        ["drop", "subscription", ..] => simple("DROP SUBSCRIPTION"),
        ["alter", "subscription", _, "refresh", ..] => harmless("ALTER SUBSCRIPTION ... REFRESH"),
        ["commit" | "rollback", "prepared", ..] => simple("COMMIT or ROLLBACK PREPARED"),
        ["alter", "table", rest @ ..] if detaches_concurrently(rest) => simple("DETACH PARTITION ... CONCURRENTLY"),
        _ => None,
    }
}

/// After CREATE INDEX CONCURRENTLY.
fn created(rest: &[&str]) -> Outside {
    let (lenient, rest) = match rest {
        ["if", "not", "exists", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let again = match rest {
        // PostgreSQL makes up a name: nobody can tell which.
        ["on", ..] | [] => Again::Unknown,
        [name, ..] => Again::Creates(ConcurrentIndex { schema: table_schema(rest), name: unquoted(name), lenient }),
    };
    Outside::new("CREATE INDEX CONCURRENTLY", again)
}

/// `name ON [ONLY] schema.table`: an index lives in its table's schema.
fn table_schema(rest: &[&str]) -> Option<String> {
    match rest {
        [_, "on", "only", schema, ".", ..] => Some(unquoted(schema)),
        [_, "on", schema, ".", ..] => Some(unquoted(schema)),
        _ => None,
    }
}

/// After DROP INDEX CONCURRENTLY, which takes one name.
fn dropped(rest: &[&str]) -> Outside {
    let (lenient, rest) = match rest {
        ["if", "exists", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let again = match rest {
        [schema, ".", name, ..] => {
            Again::Drops(ConcurrentIndex { schema: Some(unquoted(schema)), name: unquoted(name), lenient })
        }
        [name, ..] => Again::Drops(ConcurrentIndex { schema: None, name: unquoted(name), lenient }),
        [] => Again::Unknown,
    };
    Outside::new("DROP INDEX CONCURRENTLY", again)
}

/// `REINDEX [(options)] { INDEX | TABLE | SCHEMA | DATABASE | SYSTEM } [CONCURRENTLY] name`
fn reindex(rest: &[&str]) -> Option<Outside> {
    let (options, rest) = match rest {
        ["(", ..] => rest.split_at(rest.iter().position(|word| *word == ")").map_or(rest.len(), |end| end + 1)),
        rest => (&[][..], rest),
    };
    let by_option = options
        .windows(2)
        .any(|pair| pair[0] == "concurrently" && !matches!(pair[1], "false" | "off" | "0" | "'false'" | "'off'"));
    match rest {
        _ if by_option => Some(Outside::new("REINDEX CONCURRENTLY", Again::Harmless)),
        [_, "concurrently", ..] => Some(Outside::new("REINDEX CONCURRENTLY", Again::Harmless)),
        ["schema" | "database" | "system", ..] => {
            Some(Outside::new("REINDEX of a schema or database", Again::Harmless))
        }
        _ => None,
    }
}

/// A subscription makes its slot, on the other server, unless it is told not to.
fn makes_slot(rest: &[&str]) -> bool {
    let off = |name: &str| rest.windows(3).any(|three| three[0] == name && three[1] == "=" && three[2] == "false");
    !off("create_slot") && !off("connect")
}

fn detaches_concurrently(rest: &[&str]) -> bool {
    let detach = rest.windows(2).position(|pair| pair == ["detach", "partition"]);
    detach.is_some_and(|at| rest[at..].contains(&"concurrently"))
}

fn unquoted(word: &str) -> String {
    word.strip_prefix('"').unwrap_or(word).to_owned()
}
