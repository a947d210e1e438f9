//! A profile joined with a schema and with what plugins offer: all of it found sound, before a row is read.
//!
//! Rules find their columns (`assign`), their strategies are found among the profile's and the plugins' (`bind`), columns
//! that foreign keys join are looked at together (`joins`), and each strategy is opened for its column once (`ready`).
//! Everything that is wrong is said at once.

mod assign;
mod bind;
mod columns;
mod joins;
mod keys;
mod ready;
mod secrets;
mod unique;

pub(super) use columns::{definition, infos};
pub(super) use keys::{Key, keys, mentions};
pub use {
    columns::{Element, element_of},
    ready::Ready,
};

use super::{
    keyring::Keyring,
    profile::{Place, Problems, Profile},
};
use crate::config::ConfigError;
use assign::Assignment;
use confiture_model::{
    mask::{AnonymizationPlugin, ColumnInfo, ContextColumn, Promises},
    schema::Snapshot,
};
use std::{fmt, ops::Deref, sync::Arc};

/// What a profile is resolved against.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// The schema, with columns, constraints and indexes.
    pub snapshot: &'a Snapshot,
    /// The plugins that offer strategies.
    pub plugins: &'a [Arc<dyn AnonymizationPlugin>],
    /// Looks up a variable of the environment.
    pub env: &'a dyn Fn(&str) -> Option<String>,
    /// Tables, by schema and name, whose rows the target has already: others may refer to them though they are skipped.
    pub held: &'a [(String, String)],
}

/// A request at work, with its secrets.
struct Resolving<'a> {
    request: Request<'a>,
    keyring: Keyring,
}

impl<'a> Deref for Resolving<'a> {
    type Target = Request<'a>;

    fn deref(&self) -> &Self::Target {
        &self.request
    }
}

/// A profile that can be used: every table whose rows are copied, and every one whose rows are not.
#[derive(Debug)]
pub struct Resolved {
    /// The profile's name.
    pub profile: String,
    /// Tables that are copied, in the order of the schema.
    pub tables: Vec<ResolvedTable>,
    /// Tables of which no row is copied.
    pub skipped: Vec<SkippedTable>,
    /// What whoever masks should know.
    pub notices: Vec<String>,
}

/// A table whose rows are copied.
#[derive(Debug)]
pub struct ResolvedTable {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Columns that have a rule, in an order in which each comes after those that it wants to see masked.
    pub columns: Vec<ResolvedColumn>,
    /// Columns that no rule mentions: they are copied as they are.
    pub unmentioned: Vec<String>,
    /// How many rows it has, as PostgreSQL estimates it.
    pub estimated_rows: Option<u64>,
}

/// A column that has a rule.
#[derive(Clone, Debug)]
pub struct ResolvedColumn {
    /// The column; of an array, its elements, which are masked one by one.
    pub info: ColumnInfo,
    /// Whether it is an array.
    pub array: bool,
    /// Its place among the columns of its table, from 0.
    pub position: usize,
    /// What masks it.
    pub ready: Ready,
    /// What the strategy promises with these options.
    pub promises: Promises,
    /// Rows that it wants in a batch.
    pub batch_rows: Option<u32>,
    /// Columns of the row that it wants to see.
    pub context: Vec<ContextColumn>,
    /// The name that the profile gives the strategy.
    pub named: Option<String>,
    /// Why, in the user's words.
    pub why: Option<String>,
    /// The rule.
    pub place: Place,
}

/// A table of which no row is copied.
#[derive(Clone, Debug)]
pub struct SkippedTable {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// Why, in the user's words.
    pub why: Option<String>,
    /// The rule.
    pub place: Place,
}

impl ResolvedColumn {
    /// Whether its values stay as they are, as the profile says.
    pub fn is_kept(&self) -> bool {
        keeps(self.promises)
    }

    /// `schema.table.column`, for people.
    pub fn full_name(&self) -> String {
        name_of(&self.info)
    }

    /// The strategy as the profile calls it.
    pub fn shown(&self) -> &str {
        self.named.as_deref().unwrap_or_else(|| self.ready.id())
    }
}

/// What gives back every value, and says that it keeps them.
fn keeps(promises: Promises) -> bool {
    promises.reversible && promises.may_keep
}

/// Resolves a profile.
///
/// # Errors
/// [`Problems`]: every one, in the order in which they were found.
pub async fn resolve(request: Request<'_>) -> Result<Resolved, Problems> {
    let request = &Resolving { request, keyring: secrets::ring(&request)? };
    let mut problems = Problems::default();
    let mut notices = secrets::check_profile_key(request, &mut problems);
    let mut assignment = assign::assign(request, &mut problems);
    bind::bind_all(request, &mut assignment, &mut problems);
    let groups = joins::groups(request.snapshot, &assignment);
    joins::check(request, &assignment, &groups, &mut problems, &mut notices);
    unique::check(request.snapshot, &assignment, &mut problems);
    let tables = ready::open_all(request, &assignment, &groups, &mut problems).await;
    if uses_profile_key(&tables) && request.profile.key.is_none() {
        notices.push(
            "the profile has no `key`: strategies without one of their own use a random one, results differ between \
             runs, and a run that stopped cannot go on in another process"
                .to_owned(),
        );
    }
    let skipped = assignment.skipped();
    problems.or(Resolved { profile: request.profile.name.clone(), tables, skipped, notices })
}

/// Whether a strategy takes a secret and was given none.
fn uses_profile_key(tables: &[ResolvedTable]) -> bool {
    tables.iter().flat_map(|table| &table.columns).any(|column| column.ready.takes_profile_key())
}

/// `schema.table.column`, for people.
fn name_of(info: &ColumnInfo) -> String {
    format!("{}.{}.{}", info.schema, info.table, info.name)
}

fn list(names: impl IntoIterator<Item = impl fmt::Display>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl Assignment<'_> {
    fn skipped(&self) -> Vec<SkippedTable> {
        let skipped = self.tables.iter().filter_map(|table| {
            let rule = table.skip?;
            Some(SkippedTable {
                schema: table.relation.schema.clone(),
                name: table.relation.name.clone(),
                why: rule.reason.clone(),
                place: rule.place.clone(),
            })
        });
        skipped.collect()
    }
}

/// An error at a place, in the words of [`ConfigError`].
fn at(place: &Place, message: String, help: Option<String>) -> ConfigError {
    place.error(message, help)
}

#[cfg(test)]
pub(crate) mod tests;
