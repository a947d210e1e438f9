//! Strategies in the sandbox: what they give back is checked, what they must not have is not there, and secrets stay with
//! the host. The bundled ones do through the component what they do natively.

mod bundled;
mod lies;
mod nested;

use super::{limits, run};
use confiture_engine::anonymize::keyring::Keyring;
use confiture_host::{Host, HostOptions, Limits, MaskGrant};
use confiture_model::{
    fault::{Fault, PluginError},
    mask::{AnonymizationPlugin, Column, ColumnInfo, Masking, Nesting, Opening, Resolved, Strategies},
    plugin::{Capabilities, DatabaseAccess},
};
use confiture_tests::plugin_wasm;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// Plugins, the strategies that a profile has named, and its secrets.
#[derive(Clone)]
struct Profile {
    plugins: Vec<Arc<dyn AnonymizationPlugin>>,
    named: BTreeMap<String, Value>,
    keys: Keyring,
}

impl Profile {
    fn new(plugins: &[&Arc<dyn AnonymizationPlugin>]) -> Self {
        let keys = ["KEY", "OTHER", "SECRET", "K", "QA_KEY", "QA_ANON_SALT"];
        // Native runs hash under the key's own name.
        let ring = keys.iter().fold(Keyring::new(Some(b"")).unwrap(), |ring, key| ring.with(key, key.as_bytes()));
        Self { plugins: plugins.iter().map(|plugin| Arc::clone(plugin)).collect(), named: BTreeMap::new(), keys: ring }
    }

    fn named(mut self, name: &str, strategy: Value) -> Self {
        self.named.insert(name.to_owned(), strategy);
        self
    }

    fn strategy(&self, id: &str, options: &Value) -> Result<Resolved, PluginError> {
        let of = self.plugins.iter().find_map(|plugin| Some((plugin, plugin.strategy(id)?)));
        let (plugin, info) = of.ok_or_else(|| PluginError::Failed(format!("there is no strategy `{id}`")))?;
        let mut options = options.clone();
        let mut names = Vec::new();
        for option in info.secret_options() {
            if let Some(Value::String(secret)) = options.get_mut(option) {
                let name = secret.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
                *secret = name.unwrap_or_default().to_owned();
                names.push(secret.clone());
            }
        }
        let keys = Arc::new(self.keys.only(names.iter().map(String::as_str)));
        Ok(Resolved { plugin: Arc::clone(plugin), strategy: id.to_owned(), options, keys })
    }

    async fn open(
        &self,
        id: &str,
        options: &Value,
        target: &ColumnInfo,
        row: &[ColumnInfo],
    ) -> Result<Box<dyn Masking>, Fault> {
        let resolved = self.strategy(id, options).unwrap();
        let opening = Opening {
            strategy: id,
            options: &resolved.options,
            target,
            row,
            keys: resolved.keys,
            strategies: Arc::new(self.clone()),
            nesting: Nesting::outermost(),
        };
        resolved.plugin.open(opening).await
    }
}

impl Strategies for Profile {
    fn resolve(&self, written: &Value) -> Result<Resolved, PluginError> {
        let written = written.get("inner").unwrap_or(written);
        let name =
            written.as_str().or_else(|| written.get("strategy")?.as_str().filter(|_| written.get("type").is_none()));
        match name {
            Some(name) => match self.named.get(name) {
                Some(strategy) => self.resolve(strategy),
                None => self.strategy(name, &json!({})),
            },
            None => {
                let options = written.as_object().cloned().unwrap_or_default();
                let id = options.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
                let options: Map<_, _> = options.into_iter().filter(|(name, _)| name != "type").collect();
                self.strategy(&id, &Value::Object(options))
            }
        }
    }
}

async fn plugin(name: &str, wasm: &[u8], limits: Limits) -> Arc<dyn AnonymizationPlugin> {
    let host = Host::new(HostOptions { cache_dir: None, limits: super::limits() }).unwrap();
    let grant = MaskGrant {
        // What it imports has to be granted before it loads; while it masks, it is not there.
        capabilities: Capabilities {
            database: DatabaseAccess::Read,
            secrets: vec!["KEY".to_owned(), "OTHER".to_owned()],
            ..Capabilities::default()
        },
        limits: Some(limits),
    };
    host.open(name, wasm, None).await.unwrap().anonymizer(grant).await.unwrap()
}

async fn mask_core() -> Arc<dyn AnonymizationPlugin> {
    plugin("mask-core", &plugin_wasm("mask-core"), limits()).await
}

async fn lying(limits: Limits) -> Arc<dyn AnonymizationPlugin> {
    plugin("lying", &plugin_wasm("lying"), limits).await
}

/// A column as `format_type` would describe it: `varchar(20)`.
fn column(name: &str, type_name: &str) -> ColumnInfo {
    let max_length = type_name.contains("char").then(|| type_name.split(['(', ')']).nth(1)).flatten();
    ColumnInfo {
        schema: "public".to_owned(),
        table: "t".to_owned(),
        name: name.to_owned(),
        type_name: type_name.to_owned(),
        base_type: type_name.to_owned(),
        max_length: max_length.and_then(|length| length.parse().ok()),
        nullable: true,
        ..ColumnInfo::default()
    }
}

fn values(values: &[Option<&str>]) -> Column {
    values.iter().copied().collect()
}
