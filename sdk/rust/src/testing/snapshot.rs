//! A schema in memory, in the place of the host.

use super::{
    program::{self, SnapshotError},
    table::Table,
};
use crate::{
    catalog::{Extension, Overview, Parts, Relation, Routine, Sequence, Trigger, TypeDefinition},
    database::{ColumnMeta, Rows, Value},
    error::Error,
    object::ObjectRef,
    schema::Source,
};
use serde::Deserialize;
use std::{collections::VecDeque, fmt, rc::Rc};

/// The newest `snapshot_version` that is understood.
const SNAPSHOT_VERSION: u32 = 1;

/// What a test's database answers: column names and rows.
type Answer = dyn Fn(&str, &[Value]) -> Result<(Vec<&'static str>, Vec<Vec<Value>>), Error>;

/// A schema in memory that rules can be run on.
#[derive(Clone, Deserialize)]
pub struct Snapshot {
    snapshot_version: u32,
    server_version: u32,
    #[serde(default)]
    statistics_since: Option<String>,
    /// Tables and views, by schema, then by name.
    pub relations: Vec<Relation>,
    /// Functions and procedures.
    #[serde(default)]
    pub routines: Vec<Routine>,
    /// Enums, domains, composite and range types.
    #[serde(default)]
    pub type_definitions: Vec<TypeDefinition>,
    /// Sequences.
    #[serde(default)]
    pub sequences: Vec<Sequence>,
    /// Triggers.
    #[serde(default)]
    pub triggers: Vec<Trigger>,
    /// Installed extensions.
    #[serde(default)]
    pub extensions: Vec<Extension>,
    #[serde(skip)]
    statistics_days: Option<f64>,
    #[serde(skip)]
    environment: String,
    #[serde(skip)]
    masked_columns: Vec<ObjectRef>,
    #[serde(skip)]
    answer: Option<Rc<Answer>>,
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot").field("relations", &self.relations).finish_non_exhaustive()
    }
}

impl Default for Snapshot {
    fn default() -> Self {
        Self::new()
    }
}

impl Snapshot {
    /// A schema without anything in it.
    pub fn new() -> Self {
        Self {
            snapshot_version: SNAPSHOT_VERSION,
            server_version: 150_000,
            statistics_since: None,
            relations: Vec::new(),
            routines: Vec::new(),
            type_definitions: Vec::new(),
            sequences: Vec::new(),
            triggers: Vec::new(),
            extensions: Vec::new(),
            statistics_days: None,
            environment: String::new(),
            masked_columns: Vec::new(),
            answer: None,
        }
    }

    /// Reads what `confiture snapshot` writes.
    ///
    /// # Errors
    /// Where the text is no snapshot, with line and column, or a newer one than this SDK understands.
    pub fn from_json(text: &str) -> Result<Self, SnapshotError> {
        let snapshot: Self = serde_json::from_str(text).map_err(|error| SnapshotError::Json(error.to_string()))?;
        if snapshot.snapshot_version > SNAPSHOT_VERSION {
            return Err(SnapshotError::Newer { found: snapshot.snapshot_version, known: SNAPSHOT_VERSION });
        }
        Ok(snapshot)
    }

    /// What SQL text makes of an empty database: runs `confiture snapshot`, which builds it in a scratch PostgreSQL. The
    /// program is `$CONFITURE_BIN`, or else the `confiture` on the `PATH`.
    ///
    /// # Errors
    /// Where the program is missing, or what it said.
    pub fn from_sql(sql: &str) -> Result<Self, SnapshotError> {
        Self::from_json(&program::snapshot(sql)?)
    }

    /// Adds a table or view.
    pub fn with(mut self, table: impl Into<Relation>) -> Self {
        self.relations.push(table.into());
        self.relations.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        self
    }

    /// In an environment: `production`.
    pub fn environment(mut self, name: impl Into<String>) -> Self {
        self.environment = name.into();
        self
    }

    /// With statistics that were last reset so many days ago.
    pub fn statistics_days(mut self, days: f64) -> Self {
        self.statistics_days = Some(days);
        self
    }

    /// Adds what is no relation: pushes to the public lists.
    pub fn changed(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// With a column that some anonymization profile has a rule for.
    pub fn masking(mut self, column: impl Into<ObjectRef>) -> Self {
        self.masked_columns.push(column.into());
        self
    }

    /// With a database that answers queries with what `answer` makes of their text and parameters: the names of the
    /// columns, and the rows.
    pub fn answering(
        mut self,
        answer: impl Fn(&str, &[Value]) -> Result<(Vec<&'static str>, Vec<Vec<Value>>), Error> + 'static,
    ) -> Self {
        self.answer = Some(Rc::new(answer));
        self
    }
}

impl From<Table> for Snapshot {
    fn from(table: Table) -> Self {
        Self::new().with(table)
    }
}

/// At most `count` records from `offset`.
fn page<T: Clone>(records: &[T], offset: u32, count: u32) -> Vec<T> {
    records.iter().skip(offset as usize).take(count as usize).cloned().collect()
}

/// As the host does: what a rule does not read is not there.
fn only(mut relation: Relation, parts: Parts) -> Relation {
    if !parts.columns {
        relation.columns.clear();
    }
    if !parts.constraints {
        relation.constraints.clear();
    }
    if !parts.indexes {
        relation.indexes.clear();
    }
    if !parts.policies {
        relation.policies.clear();
    }
    if !parts.definition {
        relation.definition = None;
    }
    relation
}

impl Source for Snapshot {
    fn overview(&self) -> Overview {
        Overview {
            server_version: self.server_version,
            environment: self.environment.clone(),
            relations: u32::try_from(self.relations.len()).unwrap_or(u32::MAX),
            extensions: self.extensions.clone(),
            statistics_since: self.statistics_since.clone(),
            statistics_days: self.statistics_days,
        }
    }

    fn relations(&self, offset: u32, count: u32, parts: Parts) -> Vec<Relation> {
        page(&self.relations, offset, count).into_iter().map(|relation| only(relation, parts)).collect()
    }

    fn find(&self, schema: &str, name: &str) -> Option<Relation> {
        self.relations.iter().find(|relation| relation.schema == schema && relation.name == name).cloned()
    }

    fn routines(&self, offset: u32, count: u32) -> Vec<Routine> {
        page(&self.routines, offset, count)
    }

    fn type_definitions(&self, offset: u32, count: u32) -> Vec<TypeDefinition> {
        page(&self.type_definitions, offset, count)
    }

    fn sequences(&self, offset: u32, count: u32) -> Vec<Sequence> {
        page(&self.sequences, offset, count)
    }

    fn triggers(&self, offset: u32, count: u32) -> Vec<Trigger> {
        page(&self.triggers, offset, count)
    }

    fn masked_columns(&self) -> Vec<ObjectRef> {
        self.masked_columns.clone()
    }

    fn query(&self, sql: &str, params: &[Value]) -> Result<Rows, Error> {
        let Some(answer) = &self.answer else {
            return Err(Error::Denied("this test has no database: see `Snapshot::answering`".to_owned()));
        };
        let (columns, rows) = answer(sql, params)?;
        let meta = |name: &&str| ColumnMeta { name: (*name).to_owned(), type_name: String::new() };
        let mut rows: VecDeque<_> = rows.into();
        let next = move |max: u32| Ok(rows.drain(..rows.len().min(max as usize)).collect());
        Ok(Rows::new(columns.iter().map(meta).collect(), Box::new(next)))
    }
}
