//! A plugin's lint rules, at work.

mod instance;

use crate::{
    bindings::exports::confiture::plugin::lint,
    call::bounded,
    convert::{
        error::error_in,
        finding::findings_in,
        rule::{rules_in, settings_out},
    },
    fault::fault,
    imports::database::DatabasePower,
    limits::Limits,
    log::LogSink,
    state::{Powers, State},
};
use confiture_model::{
    BoxFuture,
    database::ReadDatabase,
    fault::{Fault, FaultKind},
    finding::Finding,
    plugin::{Capabilities, LintPlugin, PluginInfo, SchemaView},
    rule::{RuleInfo, RuleSetting},
};
use instance::Instance;
use std::sync::{Arc, Mutex, PoisonError};
use wasmtime::component::InstancePre;

/// What the project gives to a plugin that lints.
#[derive(Clone, Default)]
pub struct LintGrant {
    /// What `confiture.toml` grants.
    pub capabilities: Capabilities,
    /// The database, where one is at hand. It enforces the budgets of the grant itself.
    pub database: Option<Arc<dyn ReadDatabase>>,
    /// Bounds of this plugin, where they differ from the host's.
    pub limits: Option<Limits>,
}

/// What makes instances of one plugin for linting.
pub(crate) struct Maker {
    pub plugin: Arc<str>,
    pub instance: InstancePre<State>,
    pub limits: Arc<Limits>,
    pub database: DatabasePower,
    pub log: Arc<dyn LogSink>,
}

/// A granted plugin: instances that run its rules, one for each caller at a time, kept from call to call.
pub(crate) struct LintRules {
    maker: Maker,
    exports: lint::GuestIndices,
    info: PluginInfo,
    rules: Vec<RuleInfo>,
    idle: Mutex<Vec<Instance>>,
}

impl LintRules {
    /// Makes the first instance and asks it for its rules.
    ///
    /// # Errors
    /// How the plugin broke, or why its rules cannot be used.
    pub(crate) async fn start(maker: Maker, info: PluginInfo) -> Result<Self, Fault> {
        let plugin = Arc::clone(&maker.plugin);
        let broken = |kind| fault(&plugin, "list-rules", kind);
        let exports = lint::GuestIndices::new(&maker.instance)
            .map_err(|error| broken(FaultKind::Load(format!("it has no usable `lint`: {error}"))))?;
        let mut started = Self { maker, exports, info, rules: Vec::new(), idle: Mutex::default() };
        started.rules = started.list_rules().await.map_err(broken)?;
        Ok(started)
    }

    async fn list_rules(&self) -> Result<Vec<RuleInfo>, FaultKind> {
        let mut instance = self.instance().await?;
        instance.begin(None);
        let listed = bounded(self.maker.limits.call_timeout, instance.list_rules()).await;
        let listed = self.finish(instance, listed)?;
        rules_in(listed).map_err(FaultKind::Malformed)
    }

    async fn check(&self, schema: &SchemaView, rules: &[RuleSetting]) -> Result<Vec<Finding>, FaultKind> {
        let settings = settings_out(rules);
        let mut instance = self.instance().await?;
        instance.begin(Some(Arc::new(schema.clone())));
        let answer = bounded(self.maker.limits.call_timeout, instance.check_schema(&settings)).await;
        let findings = self.finish(instance, answer)?.map_err(|error| FaultKind::Reported(error_in(error)))?;
        findings_in(findings, rules, self.maker.limits.findings).map_err(FaultKind::Malformed)
    }

    /// An idle instance, or a new one.
    async fn instance(&self) -> Result<Instance, FaultKind> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(instance) => Ok(instance),
            None => bounded(self.maker.limits.call_timeout, Instance::make(&self.maker, &self.exports)).await,
        }
    }

    /// Keeps an instance for the next call, unless this one broke it.
    fn finish<T>(&self, mut instance: Instance, answer: Result<T, FaultKind>) -> Result<T, FaultKind> {
        instance.end();
        if answer.is_ok() && instance.is_clean() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(instance);
        }
        answer
    }
}

impl Maker {
    fn state(&self) -> State {
        let powers = Powers { database: self.database.clone(), ..Powers::default() };
        State::new(Arc::clone(&self.plugin), Arc::clone(&self.limits), powers, Arc::clone(&self.log))
    }
}

impl LintPlugin for LintRules {
    fn name(&self) -> &str {
        &self.maker.plugin
    }

    fn info(&self) -> &PluginInfo {
        &self.info
    }

    fn rules(&self) -> &[RuleInfo] {
        &self.rules
    }

    fn check_schema<'a>(
        &'a self,
        schema: &'a SchemaView,
        rules: &'a [RuleSetting],
    ) -> BoxFuture<'a, Result<Vec<Finding>, Fault>> {
        Box::pin(async move {
            self.check(schema, rules).await.map_err(|kind| Fault {
                // Where one rule was asked, that rule is to blame.
                item: if let [rule] = rules { Some(rule.instance.clone()) } else { None },
                ..fault(&self.maker.plugin, "check-schema", kind)
            })
        })
    }
}
