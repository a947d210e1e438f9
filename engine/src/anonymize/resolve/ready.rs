//! Strategies, opened for their columns once: what one could not do for its column is said before a row is read.

use super::{
    ResolvedColumn, ResolvedTable, Resolving,
    assign::{Assigned, Assignment, Table},
    at,
    bind::{Bound, Inner},
    columns::{self, element_of, word},
    joins::Groups,
    keeps, list, name_of,
};
use crate::{
    anonymize::{
        profile::{Problems, Written},
        promises::{BrokenPromise, Samples, check_promises},
    },
    config::{ConfigError, Span},
    options::kebab,
};
use confiture_model::{
    fault::{Fault, FaultKind, PluginError},
    mask::{AnonymizationPlugin, ColumnInfo, KeyError, Keys, Masking, Nesting, Opening, Resolved, Strategies},
};
use serde_json::Value as Json;
use std::{fmt, sync::Arc};

/// A strategy that was found sound for a column: it can be opened as often as there are streams of rows.
#[derive(Clone)]
pub struct Ready {
    plugin: Arc<dyn AnonymizationPlugin>,
    strategy: String,
    options: Json,
    takes_secrets: bool,
    /// The secrets that its options name.
    secrets: Arc<[String]>,
    target: ColumnInfo,
    row: Arc<[ColumnInfo]>,
    keys: Arc<dyn Keys>,
    strategies: Arc<dyn Strategies>,
}

impl fmt::Debug for Ready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").field("strategy", &self.strategy()).finish_non_exhaustive()
    }
}

impl Ready {
    /// Opens it, in an instance of its own.
    ///
    /// # Errors
    /// A [`Fault`] of the plugin.
    pub async fn open(&self) -> Result<Box<dyn Masking>, Fault> {
        let row = self.others();
        self.plugin.open(self.opening(&row)).await
    }

    /// What it does not keep of its promises, on made-up values and on samples.
    ///
    /// # Errors
    /// A [`Fault`] of the plugin.
    pub async fn try_promises(&self, samples: &Samples) -> Result<Vec<BrokenPromise>, Fault> {
        let row = self.others();
        check_promises(self.plugin.as_ref(), &self.opening(&row), samples).await
    }

    fn others(&self) -> Vec<ColumnInfo> {
        self.row.iter().filter(|one| one.name != self.target.name).cloned().collect()
    }

    fn opening<'a>(&'a self, row: &'a [ColumnInfo]) -> Opening<'a> {
        Opening {
            strategy: &self.strategy,
            options: &self.options,
            target: &self.target,
            row,
            keys: Arc::clone(&self.keys),
            strategies: Arc::clone(&self.strategies),
            nesting: Nesting::outermost(),
        }
    }

    /// `plugin/strategy`.
    pub fn strategy(&self) -> String {
        format!("{}/{}", self.plugin.name(), self.strategy)
    }

    /// The strategy's own name.
    pub fn id(&self) -> &str {
        &self.strategy
    }

    /// Its options, secrets by their names.
    pub fn options(&self) -> &Json {
        &self.options
    }

    /// A digest of all that decides what it does to its column: the plugin, the strategy, its options, the secrets that it
    /// hashes with, and the column's type. It tells no secret.
    ///
    /// # Errors
    /// A secret that cannot be used.
    pub fn fingerprint(&self) -> Result<Vec<u8>, KeyError> {
        let target = (&self.target.type_name, &self.target.group_type, self.target.room());
        let (plugin, options) = (self.plugin.info(), &self.options);
        let mut said = format!("{}\0{}\0{options}\0{target:?}\0", self.plugin.name(), self.strategy).into_bytes();
        said.extend_from_slice(plugin.version.as_bytes());
        let mut all = self.keys.hash("", "confiture sync", &said, &[u32::try_from(said.len()).unwrap_or(0)])?;
        for name in &*self.secrets {
            all.extend(self.keys.hash(name, "confiture sync", b"", &[0])?);
        }
        Ok(all)
    }

    /// Whether it takes a secret and the profile hands it none but its own.
    pub(super) fn takes_profile_key(&self) -> bool {
        self.takes_secrets && self.secrets.is_empty()
    }
}

pub(super) async fn open_all(
    request: &Resolving<'_>,
    assignment: &Assignment<'_>,
    groups: &Groups,
    problems: &mut Problems,
) -> Vec<ResolvedTable> {
    let mut tables = Vec::new();
    for table in assignment.tables.iter().filter(|table| table.skip.is_none()) {
        let mut infos = columns::infos(table.relation, request.snapshot);
        infos.iter_mut().for_each(|info| groups.tell(info));
        let row: Arc<[ColumnInfo]> = infos.into();
        let mut columns = Vec::new();
        for assigned in &table.columns {
            let opened = open(request, assigned, &row, groups).await;
            columns.extend(opened.and_then(|column| problems.take(column)));
        }
        let columns = match order(columns) {
            Ok(columns) => columns,
            Err(circle) => {
                problems.push(in_a_circle(table, &circle));
                Vec::new()
            }
        };
        let mentioned = |name: &str| table.assigned(name).is_some();
        let others = table.relation.columns.iter().filter(|one| !one.generated && !mentioned(&one.name));
        tables.push(ResolvedTable {
            schema: table.relation.schema.clone(),
            name: table.relation.name.clone(),
            columns,
            unmentioned: others.map(|one| one.name.clone()).collect(),
            estimated_rows: table.relation.estimated_rows,
        });
    }
    tables
}

async fn open(
    request: &Resolving<'_>,
    assigned: &Assigned<'_>,
    row: &Arc<[ColumnInfo]>,
    groups: &Groups,
) -> Option<Result<ResolvedColumn, ConfigError>> {
    let bound = assigned.bound.as_ref()?;
    let mut info = row.get(assigned.position)?.clone();
    let array = element_of(&assigned.column.type_name).array;
    if array {
        info.unique = false;
    }
    let written = &assigned.rule.strategy;
    if let Some(error) = wrong_type(bound, &info, written) {
        return Some(Err(error));
    }
    let keys = request.hand(&bound.secrets);
    let ready = Ready {
        plugin: Arc::clone(&bound.plugin),
        strategy: bound.info.id.clone(),
        options: bound.options.clone(),
        takes_secrets: bound.info.secret_options().next().is_some(),
        secrets: bound.secrets.clone().into(),
        target: info.clone(),
        row: Arc::clone(row),
        strategies: Arc::new(Inner {
            written: bound.inner.clone(),
            plugins: request.plugins.to_vec(),
            keys: request.hand(&[]),
        }),
        keys,
    };
    let context = match ready.open().await {
        Ok(masking) => masking.context_columns().to_vec(),
        Err(fault) => return Some(Err(refused(&fault, bound, &info, written, request))),
    };
    let mut promises = bound.info.promises_with(&bound.options);
    // What a strategy inside of it does to a value may become the whole value.
    let makes_nulls = |(_, inner): &(Json, Resolved)| {
        let info = inner.plugin.strategy(&inner.strategy);
        info.is_some_and(|info| info.promises_with(&inner.options).makes_nulls)
    };
    promises.makes_nulls |= bound.inner.iter().any(makes_nulls);
    if groups.joins(&info) && !context.is_empty() && !keeps(promises) {
        let message = format!(
            "`{}` is joined by a foreign key, and `{}` looks at other columns of its row ({}): it would not join",
            name_of(&info),
            bound.shown(),
            list(context.iter().map(|one| &one.name))
        );
        let help = "use a strategy of the value alone, such as `deterministic_hash`".to_owned();
        return Some(Err(at(&written.place(), message, Some(help))));
    }
    Some(Ok(ResolvedColumn {
        array,
        position: assigned.position,
        ready,
        promises,
        batch_rows: bound.info.batch_rows_with(&bound.options),
        context,
        named: bound.named.clone(),
        why: assigned.rule.reason.clone(),
        place: assigned.rule.place.clone(),
        info,
    }))
}

fn wrong_type(bound: &Bound, info: &ColumnInfo, written: &Written) -> Option<ConfigError> {
    let kind = if info.labels.is_empty() { word(&info.base_type) } else { "enum".to_owned() };
    let accepts = &bound.info.accepts;
    if accepts.iter().any(|one| *one == "any" || *one == kind) {
        return None;
    }
    let message = format!("`{}` cannot mask `{}`, whose type is {}", bound.shown(), name_of(info), info.type_name);
    Some(at(&written.place(), message, Some(format!("it takes {}", accepts.join(", ")))))
}

/// What a plugin said when it was to be opened.
fn refused(fault: &Fault, bound: &Bound, info: &ColumnInfo, written: &Written, request: &Resolving<'_>) -> ConfigError {
    let name = name_of(info);
    let shown = bound.shown();
    // The options of a named strategy stand under `strategies`.
    let named = bound.named.as_ref().and_then(|name| request.profile.strategies.get(name));
    match &fault.kind {
        FaultKind::Reported(PluginError::InvalidConfig { pointer, expected }) => {
            let options = named.map_or(written, |named| &named.strategy);
            let (span, path) = option_at(options, pointer);
            let what = if path.is_empty() { "its options".to_owned() } else { format!("`{path}`") };
            at(&options.at(span), format!("`{shown}` for `{name}`: {what}: expected {expected}"), None)
        }
        FaultKind::Reported(why) => at(&written.place(), format!("`{shown}` cannot mask `{name}`: {why}"), None),
        _ => at(&written.place(), format!("`{shown}` for `{name}` cannot be opened: {fault}"), None),
    }
}

fn option_at(written: &Written, pointer: &str) -> (Span, String) {
    let pointer = pointer.strip_prefix('/').unwrap_or(pointer);
    let (name, rest) = pointer.find('/').map_or((pointer, ""), |slash| pointer.split_at(slash));
    let entry = written.options.iter().find(|entry| kebab(&entry.key) == kebab(name));
    (entry.map_or(written.span, |entry| entry.node.at(rest).span), pointer.replace('/', "."))
}

/// Each after those that it wants to see masked; the columns of a circle where there is one.
fn order(mut left: Vec<ResolvedColumn>) -> Result<Vec<ResolvedColumn>, Vec<ResolvedColumn>> {
    let mut ordered: Vec<ResolvedColumn> = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let waits = |column: &ResolvedColumn, left: &[ResolvedColumn]| {
            let wanted = column.context.iter().filter(|one| one.masked);
            wanted.into_iter().any(|one| left.iter().any(|other| other.info.name == one.name))
        };
        match left.iter().position(|column| !waits(column, &left)) {
            Some(at) => ordered.push(left.remove(at)),
            None => return Err(left),
        }
    }
    Ok(ordered)
}

fn in_a_circle(table: &Table<'_>, circle: &[ResolvedColumn]) -> ConfigError {
    let names = list(circle.iter().map(|column| &column.info.name));
    let table = format!("{}.{}", table.relation.schema, table.relation.name);
    let message = format!("columns of `{table}` wait for each other: {names} want to see each other masked");
    match circle.first() {
        Some(first) => at(&first.place, message, Some("let one of them look at columns as they are".to_owned())),
        None => ConfigError::about("", message, None),
    }
}
