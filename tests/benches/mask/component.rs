//! The plugin as a component, in the host.

use crate::cases::Case;
use confiture_engine::anonymize::keyring::Keyring;
use confiture_host::{Host, HostOptions, MaskGrant};
use confiture_model::{
    fault::PluginError,
    mask::{AnonymizationPlugin, Column, Masking, Nesting, Opening, Resolved, Strategies},
};
use serde_json::{Value, json};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

#[derive(Clone)]
pub struct Component {
    plugin: Arc<dyn AnonymizationPlugin>,
    keys: Keyring,
}

impl Component {
    pub async fn load() -> Self {
        let host = Host::new(HostOptions::default()).expect("a host");
        let wasm = confiture_tests::plugin_wasm("mask-core");
        let opened = host.open("mask-core", &wasm, None).await.expect("the component loads");
        let plugin = opened.anonymizer(MaskGrant::default()).await.expect("it has strategies");
        // Native runs hash under the key's own name, and here no key is named.
        Self { plugin, keys: Keyring::new(Some(b"")).expect("a keyring") }
    }

    pub async fn open(&self, case: &Case) -> Box<dyn Masking> {
        let (target, row) = case.columns();
        let opening = Opening {
            strategy: case.id,
            options: &case.options,
            target: &target,
            row: &row,
            keys: Arc::new(self.keys.clone()),
            strategies: Arc::new(self.clone()),
            nesting: Nesting::outermost(),
        };
        self.plugin.open(opening).await.expect("the strategy opens")
    }
}

impl Strategies for Component {
    fn resolve(&self, written: &Value) -> Result<Resolved, PluginError> {
        let plugin = Arc::clone(&self.plugin);
        let strategy = written.as_str().unwrap_or_default().to_owned();
        Ok(Resolved { plugin, strategy, options: json!({}), keys: Arc::new(self.keys.clone()) })
    }
}

/// Masks all batches; a digest of what was made.
pub async fn mask(open: &mut dyn Masking, batches: &[(Column, Vec<Column>)]) -> u64 {
    let mut made = DefaultHasher::new();
    for (values, context) in batches {
        let masked = open.mask(values, context).await.expect("the strategy masks");
        (masked.text(), masked.ends()).hash(&mut made);
    }
    made.finish()
}
