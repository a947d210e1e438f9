//! A database's schema as a [`Snapshot`], read from the system catalogs.
//!
//! Each kind of object is read by one query over all relations at once, without joins that the client can do by object
//! identifier; functions that print definitions run only for the parts that were asked for. After a first round trip,
//! which tells the server's version and the schemas, all queries leave together, in one read-only transaction with one
//! snapshot, or on two connections that share it; one more asks for the definitions of indexes and keys that are out of the ordinary. The search path there is `pg_catalog` alone: every other name is printed with its schema.
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
    schema::{Extension, Parts, Policy, Snapshot},
    session::SessionError,
};
use futures_util::future::{join, join3};
use quoting::Quoting;
use reader::Reader;
use scope::Scope;
use std::collections::HashMap;
use tokio::{sync::oneshot, try_join};
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

/// The same on two connections to one database, which share the work and see the same, outside of any transaction. Where
/// the second one cannot see what the first one sees, the first one reads alone.
///
/// # Errors
/// As [`snapshot`].
pub async fn snapshot_on_two(one: &Client, other: &Client, request: &Request<'_>) -> Result<Snapshot, CatalogError> {
    let (one, other) = (Reader { client: one, prepared: None }, Reader { client: other, prepared: None });
    let scope = Scope::read(&one, request).await?;
    match attempt_on_two(&one, &other, &scope).await {
        Ok(snapshot) => Ok(snapshot),
        Err(_) => {
            let _ = Transaction::Own.end(one.client).await;
            attempt(&one, request).await
        }
    }
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
    let (begun, light, opening) =
        join3(transaction.begin(client), Light::read(reader, &scope), Opening::read(reader, &scope)).await;
    let read = match (light, opening) {
        (Ok(light), Ok(opening)) => define(reader, light, opening).await,
        (Err(error), _) | (_, Err(error)) => Err(error),
    };
    let left = transaction.end(client).await;
    begun?;
    let read = read?;
    left?;
    // Reading a value locks its sequence until the transaction ends: so, outside of it, and in portions.
    let reads_values = scope.live && !transaction.is_the_callers();
    Ok(finish(reads_values.then_some(reader), &scope, read).await?)
}

/// The same on two connections, in a transaction of its own on each.
async fn attempt_on_two(one: &Reader<'_>, other: &Reader<'_>, scope: &Scope) -> Result<Snapshot, Error> {
    let (exported, export) = oneshot::channel();
    let begin = async {
        let name = Transaction::begin_shared(one.client).await?;
        // Whoever waits for it has given up only where this has failed, too.
        let _ = exported.send(name);
        Ok::<(), Error>(())
    };
    let opening = async {
        let Ok(name) = export.await else { return Ok(None) };
        let (begun, opening) = join(Transaction::begin_beside(other.client, &name), Opening::read(other, scope)).await;
        begun?;
        Transaction::Own.end(other.client).await?;
        opening.map(Some)
    };
    let ((), light, opening) = try_join!(begin, Light::read(one, scope), opening)?;
    let read = define(one, light, opening.unwrap_or_default()).await?;
    Transaction::Own.end(one.client).await?;
    finish(scope.live.then_some(other), scope, read).await
}

/// What PostgreSQL reads from its catalogs alone.
struct Light {
    owned: extensions::Owned,
    comments: comments::Comments,
    relations: Vec<relations::Found>,
    attributes: attributes::Attributes,
    indexes: indexes::Indexes,
    routines: Vec<routines::Found>,
    types: Vec<types::Found>,
    sequences: Vec<sequences::Found>,
    triggers: Vec<triggers::Found>,
    extensions: Vec<Extension>,
    since: Option<String>,
    quoting: Quoting,
}

/// What it opens relations for, to print the columns that expressions name: as much work as all else together.
#[derive(Default)]
struct Opening {
    constraints: constraints::Constraints,
    policies: HashMap<Oid, Vec<Policy>>,
    views: views::Views,
}

impl Light {
    /// Sends all queries at once.
    async fn read(client: &Reader<'_>, scope: &Scope) -> Result<Self, Error> {
        let (
            owned,
            comments,
            relations,
            attributes,
            indexes,
            routines,
            types,
            sequences,
            triggers,
            extensions,
            since,
            quoting,
        ) = try_join!(
            extensions::owned(client),
            comments::read(client, scope.parts.columns),
            relations::read(client, scope),
            attributes::read(client, scope),
            indexes::read(client, scope),
            routines::read(client, scope),
            types::read(client, scope),
            sequences::read(client, scope),
            triggers::read(client, scope),
            extensions::read(client),
            relations::statistics_since(client, scope),
            quoting(client, scope),
        )?;
        Ok(Self {
            owned,
            comments,
            relations,
            attributes,
            indexes,
            routines,
            types,
            sequences,
            triggers,
            extensions,
            since,
            quoting,
        })
    }
}

impl Opening {
    async fn read(client: &Reader<'_>, scope: &Scope) -> Result<Self, Error> {
        let (constraints, policies, views) =
            try_join!(constraints::read(client, scope), policies::read(client, scope), views::read(client, scope),)?;
        Ok(Self { constraints, policies, views })
    }
}

/// All that was read, with every definition.
struct Read {
    light: Light,
    opening: Opening,
    names: relations::Names,
}

async fn define(client: &Reader<'_>, mut light: Light, mut opening: Opening) -> Result<Read, Error> {
    let names = relations::names(&light.relations);
    try_join!(
        light.indexes.define(client, &light.attributes, &names, &light.quoting),
        opening.constraints.define(client, &light.attributes, &names, &light.quoting)
    )?;
    Ok(Read { light, opening, names })
}

/// Puts together what was read. Meanwhile `values` reads how far sequences have come, where it may.
async fn finish(values: Option<&Reader<'_>>, scope: &Scope, read: Read) -> Result<Snapshot, Error> {
    let Read { mut light, opening, names } = read;
    let owned = &light.owned;
    let mut sequences = std::mem::take(&mut light.sequences);
    sequences.retain(|found| !owned.has(RELATION, found.oid));
    let valued = async {
        match values {
            Some(reader) => sequences::read_values(reader, &mut sequences).await,
            None => Ok(()),
        }
    };
    let built = async {
        let mut snapshot = Snapshot::empty(scope.server_version);
        snapshot.live = scope.live;
        snapshot.statistics_since = light.since;
        snapshot.extensions = light.extensions;
        snapshot.routines = routines::finish(light.routines, owned, &mut light.comments);
        snapshot.type_definitions = types::finish(light.types, owned, &mut light.comments);
        snapshot.triggers = triggers::finish(light.triggers, owned);
        let Opening { constraints, policies, views } = opening;
        let details = Details { attributes: light.attributes, constraints, indexes: light.indexes, policies, views };
        snapshot.relations = relations::finish(light.relations, &names, details, owned, &mut light.comments);
        snapshot
    };
    let (valued, mut snapshot) = join(valued, built).await;
    valued?;
    snapshot.sequences = sequences::sorted(sequences);
    Ok(snapshot)
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
