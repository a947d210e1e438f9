//! Strategies that lie.

use super::*;
use crate::anonymize::keyring::Keyring;
use confiture_model::{
    BoxFuture,
    fault::PluginError,
    mask::{ContextColumn, Keys, Nesting, Resolved, Strategies, StrategyInfo},
    plugin::{Capabilities, PluginInfo},
};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// What a fake makes of a value, given the number of its instance and the row's number in its batch.
type Lie = fn(&str, usize, usize) -> Result<Option<String>, &'static str>;

struct Fake {
    info: PluginInfo,
    strategies: Vec<StrategyInfo>,
    lie: Lie,
    opened: AtomicUsize,
}

struct Opened {
    lie: Lie,
    instance: usize,
}

fn reported(why: &str) -> Fault {
    let kind = FaultKind::Reported(PluginError::Failed(why.to_owned()));
    Fault { plugin: "fake".to_owned(), item: None, call: "mask".to_owned(), kind }
}

impl Masking for Opened {
    fn context_columns(&self) -> &[ContextColumn] {
        &[]
    }

    fn mask<'a>(&'a mut self, values: &'a Column, _: &'a [Column]) -> BoxFuture<'a, Result<Column, Fault>> {
        let value = |(row, value): (usize, Option<&str>)| match value {
            Some(value) => (self.lie)(value, self.instance, row).map_err(reported),
            None => Ok(None),
        };
        let masked = values.iter().enumerate().map(value).collect::<Result<Vec<_>, _>>();
        let masked = masked.map(|mut masked| {
            masked.retain(|value| value.as_deref() != Some("swallowed"));
            masked.into_iter().collect()
        });
        Box::pin(async move { masked })
    }
}

impl AnonymizationPlugin for Fake {
    fn name(&self) -> &str {
        "fake"
    }

    fn info(&self) -> &PluginInfo {
        &self.info
    }

    fn strategies(&self) -> &[StrategyInfo] {
        &self.strategies
    }

    fn open<'a>(&'a self, _: Opening<'a>) -> BoxFuture<'a, Result<Box<dyn Masking>, Fault>> {
        let instance = self.opened.fetch_add(1, Ordering::Relaxed);
        let opened = Opened { lie: self.lie, instance };
        Box::pin(async move { Ok(Box::new(opened) as Box<dyn Masking>) })
    }
}

struct NoOthers;

impl Strategies for NoOthers {
    fn resolve(&self, _: &Value) -> Result<Resolved, PluginError> {
        Err(PluginError::Failed("there is none".to_owned()))
    }
}

/// What is found of a strategy that promises to be deterministic and injective, in a unique column.
fn found(type_name: &str, lie: Lie, samples: &[Option<&str>]) -> Vec<BrokenPromise> {
    let target = ColumnInfo {
        name: "a".to_owned(),
        type_name: type_name.to_owned(),
        max_length: type_name.starts_with("character varying").then_some(40),
        nullable: true,
        unique: true,
        ..ColumnInfo::default()
    };
    let plugin = Fake {
        info: PluginInfo {
            name: "test:fake".to_owned(),
            version: "1.0.0".to_owned(),
            summary: String::new(),
            license: None,
            homepage: None,
            wants: Capabilities::default(),
        },
        strategies: vec![StrategyInfo {
            id: "lie".to_owned(),
            summary: String::new(),
            documentation: String::new(),
            accepts: vec!["any".to_owned()],
            promises: Promises { deterministic: true, injective: true, ..Promises::default() },
            options: Vec::new(),
            batch_rows: None,
            when: Vec::new(),
            unless: Vec::new(),
        }],
        lie,
        opened: AtomicUsize::new(0),
    };
    let opening = Opening {
        strategy: "lie",
        options: &json!({}),
        target: &target,
        row: &[],
        keys: Arc::new(Keyring::new(None).unwrap()) as Arc<dyn Keys>,
        strategies: Arc::new(NoOthers),
        nesting: Nesting::outermost(),
    };
    let samples = Samples { values: samples.iter().copied().collect(), ..Samples::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(check_promises(&plugin, &opening, &samples)).unwrap()
}

fn only(broken: &[BrokenPromise]) -> Broken {
    let [one] = broken else { panic!("{broken:?}") };
    one.broken
}

/// An honest one: one to one, and nothing stays.
fn digest(value: &str, _: usize, _: usize) -> Result<Option<String>, &'static str> {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(value.as_bytes());
    Ok(Some(digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()))
}

#[test]
fn honest_ones_pass() {
    assert_eq!(found("text", digest, &[Some("a"), None, Some("b")]), []);
    assert_eq!(found("character varying(40)", digest, &[]), []);
    // Refusing what it was not made for is no lie.
    assert_eq!(found("text", |v, i, r| if v.contains('@') { digest(v, i, r) } else { Err("no address") }, &[]), []);
}

#[test]
fn each_lie_is_found() {
    let salted: Lie = |value, instance, row| digest(&format!("{value}{instance}"), instance, row);
    assert_eq!(only(&found("text", salted, &[])), Broken::Deterministic);
    let by_place: Lie = |value, instance, row| digest(&format!("{value}{row}"), instance, row);
    assert_eq!(only(&found("text", by_place, &[])), Broken::Deterministic);
    let narrow: Lie = |value, instance, row| Ok(digest(value, instance, row)?.map(|digest| digest[..2].to_owned()));
    assert_eq!(only(&found("text", narrow, &[])), Broken::Injective);
    assert_eq!(only(&found("text", |value, _, _| Ok(Some(value.to_owned())), &[])), Broken::Changes);
    let long: Lie = |value, instance, row| Ok(digest(value, instance, row)?.map(|digest| digest.repeat(2)));
    assert_eq!(only(&found("character varying(40)", long, &[])), Broken::Fits);
    assert_eq!(found("integer", digest, &[])[0].broken, Broken::Fits);
    let swallowing: Lie = |value, instance, row| match value {
        "7" => Ok(Some("swallowed".to_owned())),
        value => digest(value, instance, row),
    };
    assert_eq!(only(&found("text", swallowing, &[])), Broken::Shape);
}

#[test]
fn a_lie_about_few_values_is_found() {
    let planes: Lie = |value, instance, row| match value.chars().any(|c| c as u32 > 0xffff) {
        true => Ok(Some(value.to_owned())),
        false => digest(value, instance, row),
    };
    assert_eq!(only(&found("text", planes, &[])), Broken::Changes);
    let long: Lie = |v, i, r| if v.len() > 5_000 { Ok(Some(v.to_owned())) } else { digest(v, i, r) };
    assert_eq!(only(&found("text", long, &[])), Broken::Changes);
    let sampled: Lie = |v, i, r| if v == "Ada Lovelace" { Ok(Some(v.to_owned())) } else { digest(v, i, r) };
    assert_eq!(only(&found("text", sampled, &[Some("Ada Lovelace"), Some("x")])), Broken::Changes);
}

#[test]
fn what_is_no_number_does_not_pass_either() {
    let lax: Lie = |value, _, _| {
        let turned = value.parse::<i32>().map(|number| (number ^ 0x2aaa_aaaa).to_string());
        Ok(Some(turned.unwrap_or_else(|_| value.to_owned())))
    };
    assert_eq!(only(&found("integer", lax, &[])), Broken::Changes);
}

#[test]
fn a_run_would_stop_at_a_sampled_row() {
    let strict: Lie = |value, instance, row| match value.contains('@') {
        true => digest(value, instance, row),
        false => Err("no address"),
    };
    let broken = found("text", strict, &[Some("a@b.c"), Some("Ada Lovelace")]);
    assert_eq!(only(&broken), Broken::Fails);
    assert!(!broken[0].detail.contains("Lovelace"));
}
