//! What the host is to a strategy: keys, and a way to open other strategies.

use super::hmac::Hmac;
use crate::{
    Plugin,
    error::Error,
    masking::{Column, ColumnInfo, ContextColumn, NativeInner, OpenStrategy, Promises},
};
use serde_json::{Map, Value, json};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    rc::Rc,
};

/// A plugin's strategies, and those that the profile has named, as a test runs them.
#[derive(Clone)]
pub struct Masking {
    plugin: Plugin,
    named: Rc<BTreeMap<String, Value>>,
    hash: Option<Hash>,
}

/// What hashes in the host's place: of a key's name, a domain, and values as [`crate::masking::Secret::hash_parts`] takes them.
type Hash = Rc<dyn Fn(&str, &str, &[u8], &[u32]) -> Vec<u8>>;

thread_local! {
    /// Whoever opens inner strategies on this thread.
    static OPENER: RefCell<Option<Masking>> = const { RefCell::new(None) };
    /// How often fresh random bytes were asked for.
    static FRESH: Cell<u64> = const { Cell::new(0) };
}

impl Masking {
    /// The strategies of a plugin, open to each other.
    pub fn new(plugin: &Plugin) -> Self {
        Self { plugin: *plugin, named: Rc::default(), hash: None }
    }

    /// With a strategy that the profile has named: its `type` and options, as JSON.
    pub fn named(mut self, name: &str, strategy: Value) -> Self {
        let mut named = (*self.named).clone();
        named.insert(name.to_owned(), strategy);
        self.named = Rc::new(named);
        self
    }

    /// With another hash than HMAC-SHA-256 under each key's name: one under keys that are known, or the host's own, whose speed
    /// is to be compared. It answers 32 bytes a value.
    pub fn hashing_with(mut self, hash: impl Fn(&str, &str, &[u8], &[u32]) -> Vec<u8> + 'static) -> Self {
        self.hash = Some(Rc::new(hash));
        self
    }

    /// Opens a strategy as the host would: `${NAME}` becomes the name in the options that are secrets.
    ///
    /// # Errors
    /// Why the strategy refuses the column or its options.
    pub fn open(
        &self,
        id: &str,
        options: &Value,
        target: &ColumnInfo,
        row: &[ColumnInfo],
    ) -> Result<OpenStrategy, Error> {
        let strategy = self.plugin.strategy(id);
        let strategy = strategy.ok_or_else(|| Error::failed(format!("there is no strategy `{id}`")))?;
        let mut options = options.clone();
        for option in strategy.options().iter().filter(|option| option.schema["format"] == "secret") {
            if let Some(Value::String(secret)) = options.get_mut(&option.name) {
                let name = secret.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
                *secret = name.ok_or_else(|| Error::option(format!("/{}", option.name), "${NAME}"))?.to_owned();
            }
        }
        OPENER.with_borrow_mut(|opener| *opener = Some(self.clone()));
        strategy.open(&options.to_string(), target, row)
    }

    /// Opens a strategy and masks one batch. `row` is every other column of the table with its values.
    ///
    /// # Errors
    /// As [`Self::open`] and [`OpenStrategy::mask`].
    pub fn mask(
        &self,
        id: &str,
        options: &Value,
        target: &ColumnInfo,
        values: &Column,
        row: &[(ColumnInfo, Column)],
    ) -> Result<Column, Error> {
        let infos: Vec<_> = row.iter().map(|(info, _)| info.clone()).collect();
        let open = self.open(id, options, target, &infos)?;
        open.mask(values, &pick(&open.context_columns(), row)?)
    }

    pub(super) fn promises(&self, id: &str) -> Promises {
        self.plugin.strategy(id).map(|strategy| strategy.meta().promises).unwrap_or_default()
    }

    fn open_written(&self, written: &Value, target: &ColumnInfo, row: &[ColumnInfo]) -> Result<OpenStrategy, Error> {
        let name =
            written.as_str().or_else(|| written.get("strategy")?.as_str().filter(|_| written.get("type").is_none()));
        if let Some(name) = name {
            return match self.named.get(name) {
                Some(strategy) => self.open_written(strategy, target, row),
                None => self.open(name, &json!({}), target, row),
            };
        }
        let options = written.as_object().cloned().unwrap_or_default();
        let id = options.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        let options: Map<String, Value> = options.into_iter().filter(|(name, _)| name != "type").collect();
        self.open(&id, &Value::Object(options), target, row)
    }
}

fn pick(wanted: &[ContextColumn], row: &[(ColumnInfo, Column)]) -> Result<Vec<Column>, Error> {
    let find = |wanted: &ContextColumn| row.iter().find(|(info, _)| info.name == wanted.name);
    wanted
        .iter()
        .map(|wanted| find(wanted).map(|(_, column)| column.clone()).ok_or_else(|| no_column(&wanted.name)))
        .collect()
}

fn no_column(name: &str) -> Error {
    Error::failed(format!("there is no column `{name}` in the row"))
}

struct Opened {
    strategy: OpenStrategy,
    row: Vec<String>,
}

impl NativeInner for Opened {
    fn mask(&self, values: &Column, context: &[Column]) -> Result<Column, Error> {
        let find = |wanted: &ContextColumn| self.row.iter().position(|name| *name == wanted.name);
        let wanted = self.strategy.context_columns();
        let context: Vec<Column> = wanted
            .iter()
            .map(|wanted| find(wanted).and_then(|at| context.get(at)).cloned().ok_or_else(|| no_column(&wanted.name)))
            .collect::<Result<_, _>>()?;
        self.strategy.mask(values, &context)
    }
}

/// What the host's `nested.open` is in a native test.
pub(crate) fn open_inner(
    strategy: &str,
    target: &ColumnInfo,
    row: &[ColumnInfo],
) -> Result<Box<dyn NativeInner>, Error> {
    let opener = OPENER.with_borrow(Clone::clone);
    let opener = opener.ok_or_else(|| Error::failed("inner strategies need `Masking` in a native test"))?;
    let written: Value = serde_json::from_str(strategy).map_err(|_| Error::failed("a strategy is JSON"))?;
    let strategy = opener.open_written(&written, target, row)?;
    let row: Vec<String> = row.iter().map(|info| info.name.clone()).collect();
    if let Some(missing) = strategy.context_columns().iter().find(|wanted| !row.contains(&wanted.name)) {
        return Err(no_column(&missing.name));
    }
    Ok(Box::new(Opened { strategy, row }))
}

/// HMAC-SHA-256 under the key's name, of the domain, a zero byte and the value.
#[allow(clippy::unnecessary_wraps, reason = "the host may refuse")]
pub(crate) fn keyed_hash(key: &str, domain: &str, data: &[u8], ends: &[u32]) -> Result<Vec<u8>, Error> {
    if let Some(hash) = OPENER.with_borrow(|opener| opener.as_ref()?.hash.clone()) {
        return Ok(hash(key, domain, data, ends));
    }
    let hmac = Hmac::new(key.as_bytes());
    let mut digests = Vec::with_capacity(ends.len() * 32);
    let mut from = 0;
    for &end in ends {
        digests.extend_from_slice(&hmac.digest(&[domain.as_bytes(), &[0], &data[from..end as usize]]));
        from = end as usize;
    }
    Ok(digests)
}

/// A keyed stream, or one that no other call on this thread gets.
#[allow(clippy::unnecessary_wraps, reason = "the host may refuse")]
pub(crate) fn random(key: &str, domain: &str, count: u32) -> Result<Vec<u8>, Error> {
    let call = if key.is_empty() { FRESH.replace(FRESH.get() + 1) } else { 0 };
    let hmac = Hmac::new(key.as_bytes());
    let block = |at: u64| hmac.digest(&[domain.as_bytes(), &[1], &call.to_be_bytes(), &at.to_be_bytes()]);
    Ok((0..).flat_map(block).take(count as usize).collect())
}
