//! A database's schema as a [`Snapshot`], read from the system catalogs.
//!
//! Each kind of object is read by one query over all relations at once, without joins that the client can do by object
//! identifier; functions that print definitions run only for the parts that were asked for. After a first round trip,
//! which tells the server's version and the schemas, all queries leave together, in one read-only transaction with one
//! snapshot; one more asks for the definitions of indexes and keys that are out of the ordinary. The search path there is `pg_catalog` alone: every other name is printed with its schema.
//!
//! Left out: system schemas, temporary ones, `confiture` and `confiture_scratch`, and what belongs to an extension.
//! The same DDL gives the same records on every supported version: a valid NOT NULL is told by its column alone, although
//! PostgreSQL 18 has a constraint for it; one that is not validated, which only 18 knows, is a constraint, and its column
//! counts as nullable. Multirange types come with their range, constructor functions with theirs, triggers that a
//! partition has from its parent are the parent's, and what a foreign key has for each partition that it leads to is the
//! foreign key's. What PostgreSQL prints is passed on as it is: versions differ in how they print an expression or a view.

mod attributes;
mod comments;
mod constraints;
mod extensions;
mod indexes;
mod policies;
mod quoting;
mod reader;
mod relations;
mod routines;
mod scope;
mod sequences;
mod sizes;
mod transaction;
mod triggers;
mod types;
mod views;

pub use reader::Prepared;
pub(crate) use relations::ESTIMATE;

use crate::session::session_error;
use confiture_model::{
    database::DbError,
    schema::{Parts, Policy, Snapshot},
    session::SessionError,
};
use futures_util::future::join;
use quoting::Quoting;
use reader::Reader;
use scope::Scope;
use std::collections::HashMap;
use tokio::try_join;
use tokio_postgres::{Client, Error, types::Oid};
use transaction::Transaction;

/// What to read.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The parts of each relation; `definition` is also that of routines and triggers.
    pub parts: Parts,
    /// Whether to read sizes, row counts and scans.
    pub live: bool,
    /// Only these schemas; all of the user's where there is none.
    pub schemas: Option<&'a [String]>,
}

/// Why a schema could not be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)]
pub enum CatalogError {
    #[error("there is no schema `{name}` in database `{database}`; it has: {}", known.join(", "))]
    UnknownSchema { name: String, database: String, known: Vec<String> },
    #[error(
        "user `{user}` has no rights on schema `{name}`; grant them with: GRANT USAGE ON SCHEMA {quoted} TO {user}"
    )]
    SchemaDenied { name: String, quoted: String, user: String },
    #[error("schema `{0}` holds PostgreSQL's own or Confiture's own objects and is never read")]
    SystemSchema(String),
    #[error("the server is PostgreSQL {major}; supported is {}", crate::scratch::SUPPORTED_TEXT)]
    UnsupportedServer { major: u32 },
    #[error("reading the schema: {0}")]
    Database(DbError),
    #[error("reading the schema: {0}")]
    Connection(String),
}

impl From<Error> for CatalogError {
    fn from(error: Error) -> Self {
        match session_error(&error) {
            SessionError::Database(error) => Self::Database(error),
            SessionError::Connection(why) => Self::Connection(why),
        }
    }
}

impl From<CatalogError> for SessionError {
    fn from(error: CatalogError) -> Self {
        let as_database = |sqlstate: &str, message: String| {
            let sqlstate = sqlstate.to_owned();
            Self::Database(DbError { sqlstate, message, detail: None, hint: None, position: None, context: None })
        };
        match error {
            CatalogError::Database(error) => Self::Database(error),
            CatalogError::Connection(why) => Self::Connection(why),
            // `invalid_schema_name` and `insufficient_privilege`, as PostgreSQL itself would say.
            CatalogError::UnknownSchema { .. } => as_database("3F000", error.to_string()),
            CatalogError::SchemaDenied { .. } | CatalogError::SystemSchema(_) => {
                as_database("42501", error.to_string())
            }
            CatalogError::UnsupportedServer { .. } => Self::Connection(error.to_string()),
        }
    }
}

/// Reads a schema. Inside a transaction of the caller it sees what that has done, and leaves nothing behind; it needs no
/// rights but to connect. There, it tells nothing of how far sequences have come.
///
/// # Errors
/// [`CatalogError`]; also where a schema that was asked for by name is not there or may not be used.
pub async fn snapshot(client: &Client, request: &Request<'_>) -> Result<Snapshot, CatalogError> {
    attempt(&Reader { client, prepared: None }, request).await
}

/// The same for a connection whose schema is read again and again. Where a script has deallocated what was prepared, it
/// is prepared anew.
///
/// # Errors
/// As [`snapshot`].
pub async fn snapshot_again(
    client: &Client,
    request: &Request<'_>,
    prepared: &Prepared,
) -> Result<Snapshot, CatalogError> {
    let reader = Reader { client, prepared: Some(prepared) };
    match attempt(&reader, request).await {
        // invalid_sql_statement_name
        Err(CatalogError::Database(error)) if error.sqlstate == "26000" => {
            prepared.clear();
            attempt(&reader, request).await
        }
        result => result,
    }
}

async fn attempt(reader: &Reader<'_>, request: &Request<'_>) -> Result<Snapshot, CatalogError> {
    let client = reader.client;
    let transaction = Transaction::prepare(client).await?;
    // A query that fails leaves the caller's transaction aborted, unless all of it is taken back.
    let scope = Scope::read(reader, request).await;
    let scope = match scope {
        Ok(scope) => scope,
        Err(error) => {
            transaction.end(client).await?;
            return Err(error);
        }
    };
    let (begun, read) = join(transaction.begin(client), read(reader, &scope)).await;
    let left = transaction.end(client).await;
    begun?;
    let (mut snapshot, mut sequences) = read?;
    left?;
    // Reading a value locks its sequence until the transaction ends: so, outside of it, and in portions.
    if scope.live && !transaction.is_the_callers() {
        sequences::read_values(reader, &mut sequences).await?;
    }
    snapshot.sequences = sequences::sorted(sequences);
    Ok(snapshot)
}

/// Sends all queries at once, and puts together what they bring.
async fn read(client: &Reader<'_>, scope: &Scope) -> Result<(Snapshot, Vec<sequences::Found>), Error> {
    let parts = scope.parts;
    let (
        owned,
        mut comments,
        relations,
        attributes,
        mut constraints,
        mut indexes,
        policies,
        views,
        routines,
        types,
        sequences,
        triggers,
        extensions,
        since,
        quoting,
    ) = try_join!(
        extensions::owned(client),
        comments::read(client, parts.columns),
        relations::read(client, scope),
        attributes::read(client, scope),
        constraints::read(client, scope),
        indexes::read(client, scope),
        policies::read(client, scope),
        views::read(client, scope),
        routines::read(client, scope),
        types::read(client, scope),
        sequences::read(client, scope),
        triggers::read(client, scope),
        extensions::read(client),
        relations::statistics_since(client, scope),
        quoting(client, scope),
    )?;
    let names = relations::names(&relations);
    try_join!(
        indexes.define(client, &attributes, &names, &quoting),
        constraints.define(client, &attributes, &names, &quoting)
    )?;
    let mut snapshot = Snapshot::empty(scope.server_version);
    snapshot.live = scope.live;
    snapshot.statistics_since = since;
    snapshot.extensions = extensions;
    snapshot.routines = routines::finish(routines, &owned, &mut comments);
    snapshot.type_definitions = types::finish(types, &owned, &mut comments);
    snapshot.triggers = triggers::finish(triggers, &owned);
    let details = Details { attributes, constraints, indexes, policies, views };
    snapshot.relations = relations::finish(relations, &names, details, &owned, &mut comments);
    Ok((snapshot, sequences.into_iter().filter(|found| !owned.has(RELATION, found.oid)).collect()))
}

/// Needed where definitions are written.
async fn quoting(client: &Reader<'_>, scope: &Scope) -> Result<Quoting, Error> {
    let is_needed = scope.parts.constraints || scope.parts.indexes;
    if is_needed { Quoting::read(client).await } else { Ok(Quoting::default()) }
}

/// What belongs to relations, by their identifiers.
struct Details {
    attributes: attributes::Attributes,
    constraints: constraints::Constraints,
    indexes: indexes::Indexes,
    policies: HashMap<Oid, Vec<Policy>>,
    views: views::Views,
}

/// `pg_class`, as other catalogs name it; fixed for all versions, as are the next two.
const RELATION: Oid = 1259;
/// `pg_proc`.
const ROUTINE: Oid = 1255;
/// `pg_type`.
const TYPE: Oid = 1247;
/// What users make has an identifier from here on: `FirstNormalObjectId`.
const FIRST_USER_OID: Oid = 16384;
