//! A plugin's strategies, at work.

mod check;
mod instance;
mod opened;

use crate::{
    bindings::exports::confiture::plugin::anonymization,
    call::bounded,
    convert::strategy::strategies_in,
    fault::fault,
    imports::database::DatabasePower,
    limits::Limits,
    log::LogSink,
    state::{Powers, State},
};
use confiture_model::{
    BoxFuture,
    fault::{Fault, FaultKind},
    mask::{AnonymizationPlugin, Keys, Masking, Nesting, Opening, Strategies, StrategyInfo},
    plugin::{Capabilities, PluginInfo},
};
use instance::Instance;
use opened::Opened;
use std::sync::Arc;
use wasmtime::component::InstancePre;

/// What the project gives to a plugin with strategies. What each may use of secrets comes when it is opened.
#[derive(Clone, Default)]
pub struct MaskGrant {
    /// What `confiture.toml` grants.
    pub capabilities: Capabilities,
    /// Bounds of this plugin, where they differ from the host's.
    pub limits: Option<Limits>,
}

/// What an open strategy may use.
#[derive(Clone)]
pub(crate) struct MaskingPower {
    pub keys: Arc<dyn Keys>,
    pub strategies: Arc<dyn Strategies>,
    pub nesting: Arc<Nesting>,
    /// Names of secrets that the plugin asks for in `describe`.
    pub wanted: Arc<[String]>,
}

/// What makes instances of one plugin for its strategies.
pub(crate) struct Maker {
    pub plugin: Arc<str>,
    pub instance: InstancePre<State>,
    pub limits: Arc<Limits>,
    pub log: Arc<dyn LogSink>,
}

impl Maker {
    /// The data of a fresh instance. Whatever its component imports, there is no database, no directory and no clock.
    fn state(&self) -> State {
        let powers = Powers {
            database: DatabasePower::NotNow("there is no database while columns are masked"),
            ..Powers::default()
        };
        State::new(Arc::clone(&self.plugin), Arc::clone(&self.limits), powers, Arc::clone(&self.log)).without_clock()
    }
}

/// A granted plugin: what opens its strategies, each in an instance of its own.
pub(crate) struct Anonymizer {
    parts: Arc<Parts>,
    info: PluginInfo,
    wanted: Arc<[String]>,
    strategies: Vec<StrategyInfo>,
}

/// What every open strategy needs to make its instance again.
pub(crate) struct Parts {
    pub maker: Maker,
    pub exports: anonymization::GuestIndices,
}

impl Anonymizer {
    /// Makes an instance and asks it for its strategies.
    ///
    /// # Errors
    /// How the plugin broke, or why its strategies cannot be used.
    pub(crate) async fn start(maker: Maker, info: PluginInfo) -> Result<Self, Fault> {
        let plugin = Arc::clone(&maker.plugin);
        let broken = |kind| fault(&plugin, "list-strategies", kind);
        let exports = anonymization::GuestIndices::new(&maker.instance)
            .map_err(|error| broken(FaultKind::Load(format!("it has no usable `anonymization`: {error}"))))?;
        let parts = Arc::new(Parts { maker, exports });
        let strategies = list(&parts).await.map_err(broken)?;
        let wanted = info.wants.secrets.clone().into();
        Ok(Self { parts, info, wanted, strategies })
    }
}

async fn list(parts: &Parts) -> Result<Vec<StrategyInfo>, FaultKind> {
    let limit = parts.maker.limits.call_timeout;
    let mut instance = bounded(limit, Instance::make(parts)).await?;
    instance.begin(None);
    let listed = bounded(limit, instance.list_strategies()).await;
    instance.end();
    strategies_in(listed?).map_err(FaultKind::Malformed)
}

impl AnonymizationPlugin for Anonymizer {
    fn name(&self) -> &str {
        &self.parts.maker.plugin
    }

    fn info(&self) -> &PluginInfo {
        &self.info
    }

    fn strategies(&self) -> &[StrategyInfo] {
        &self.strategies
    }

    fn open<'a>(&'a self, opening: Opening<'a>) -> BoxFuture<'a, Result<Box<dyn Masking>, Fault>> {
        Box::pin(async move {
            let opened = Opened::open(Arc::clone(&self.parts), Arc::clone(&self.wanted), opening).await?;
            Ok(Box::new(opened) as Box<dyn Masking>)
        })
    }
}
