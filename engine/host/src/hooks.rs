//! A plugin's hooks, at work.

mod instance;

use crate::{
    bindings::exports::confiture::plugin::hooks,
    call::bounded,
    convert::{
        error::error_in,
        hook::{hooks_in, outcome_in, placing_in, steps_in},
    },
    directories::Directories,
    fault::fault,
    imports::{backup::BackupPower, database::DatabasePower},
    limits::Limits,
    log::LogSink,
    state::{Powers, State},
};
use confiture_model::{
    BoxFuture,
    backup::BackupTool,
    fault::{Fault, FaultKind, PluginError},
    hook::{HookCall, HookInfo, HookOutcome, HookPlugin, HookPowers, HookStep, NamedDirectory, Placing},
    plugin::{Capabilities, DatabaseAccess, PluginInfo},
};
use instance::Instance;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use wasmtime::component::InstancePre;

/// What the project gives to a plugin with hooks.
#[derive(Clone, Default)]
pub struct HookGrant {
    /// What `confiture.toml` grants.
    pub capabilities: Capabilities,
    /// The directories of that grant, opened by [`Plugin::grant_directories`](crate::Plugin::grant_directories).
    pub directories: Directories,
    /// What makes backups of the database, where one is at hand.
    pub backup: Option<Arc<dyn BackupTool>>,
    /// Why its hooks may not be used on this database; none where they may.
    pub refused: Option<String>,
    /// Bounds of this plugin, where they differ from the host's.
    pub limits: Option<Limits>,
}

/// What makes instances of one plugin for its hooks.
pub(crate) struct Maker {
    pub plugin: Arc<str>,
    pub instance: InstancePre<State>,
    pub limits: Arc<Limits>,
    pub log: Arc<dyn LogSink>,
}

/// What calls that do something are given.
pub(crate) struct Given {
    /// How much of the database it asked for, and may therefore use.
    pub access: DatabaseAccess,
    pub directories: Directories,
    pub backup: Option<Arc<dyn BackupTool>>,
    /// Why nothing of it may run.
    pub refused: Option<String>,
}

/// A granted plugin: instances that run its hooks, one for each call at a time, kept from call to call.
pub(crate) struct Hooks {
    maker: Maker,
    given: Given,
    exports: hooks::GuestIndices,
    info: PluginInfo,
    hooks: Vec<HookInfo>,
    idle: Mutex<Vec<Instance>>,
}

impl Hooks {
    /// Makes the first instance and asks it for its hooks.
    ///
    /// # Errors
    /// How the plugin broke, or why its hooks cannot be used.
    pub(crate) async fn start(maker: Maker, given: Given, info: PluginInfo) -> Result<Self, Fault> {
        let plugin = Arc::clone(&maker.plugin);
        let broken = |kind| fault(&plugin, "list-hooks", kind);
        let exports = hooks::GuestIndices::new(&maker.instance)
            .map_err(|error| broken(FaultKind::Load(format!("it has no usable `hooks`: {error}"))))?;
        let mut started = Self { maker, given, exports, info, hooks: Vec::new(), idle: Mutex::default() };
        let limit = started.maker.limits.call_timeout;
        let listed = started.call(limit, no_powers("`list-hooks`"), async |guest| guest.list_hooks().await);
        started.hooks = listed.await.and_then(|hooks| hooks_in(hooks).map_err(FaultKind::Malformed)).map_err(broken)?;
        Ok(started)
    }

    /// One call of an idle instance, or of a new one. An instance that broke, was stopped, or kept something open is not
    /// used again.
    async fn call<T>(
        &self,
        limit: Duration,
        powers: Powers,
        work: impl AsyncFnOnce(&mut Instance) -> wasmtime::Result<T>,
    ) -> Result<T, FaultKind> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut instance = match idle {
            Some(instance) => instance,
            None => bounded(self.maker.limits.call_timeout, Instance::make(&self.maker, &self.exports)).await?,
        };
        instance.begin(powers);
        let answer = bounded(limit, work(&mut instance)).await;
        instance.end();
        if answer.is_ok() && instance.is_clean() {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(instance);
        }
        answer
    }

    fn powers(&self, hook: &str, powers: HookPowers) -> Powers {
        let database = match (self.given.access, powers.database) {
            (DatabaseAccess::None, _) => DatabasePower::NotWanted,
            (access, Some(database)) => DatabasePower::Hook(database, access),
            (_, None) => DatabasePower::NotNow("there is no database in this call"),
        };
        let backup = match &self.given.backup {
            Some(tool) => {
                let restores = self.hooks.iter().any(|info| info.id == hook && info.restores());
                BackupPower::Tool { tool: Arc::clone(tool), restores }
            }
            None if self.info.wants.backup => BackupPower::NotNow("nothing that makes backups is at hand"),
            None => BackupPower::NotNow("this plugin does not ask for backups in its `describe`"),
        };
        let directories = self.given.directories.clone();
        Powers { database, directories, backup, progress: powers.progress, ..Powers::default() }
    }

    fn fault(&self, hook: &str, call: &str, kind: FaultKind) -> Fault {
        Fault { item: Some(hook.to_owned()), ..fault(&self.maker.plugin, call, kind) }
    }
}

/// Asked before anything exists.
fn no_powers(call: &str) -> Powers {
    let why = match call {
        "`place`" => "`place` is asked before anything exists: it has no database",
        _ => "`list-hooks` is asked before anything exists: it has no database",
    };
    Powers { database: DatabasePower::NotNow(why), ..Powers::default() }
}

impl Maker {
    fn state(&self) -> State {
        State::new(Arc::clone(&self.plugin), Arc::clone(&self.limits), Powers::default(), Arc::clone(&self.log))
    }
}

impl HookPlugin for Hooks {
    fn name(&self) -> &str {
        &self.maker.plugin
    }

    fn info(&self) -> &PluginInfo {
        &self.info
    }

    fn hooks(&self) -> &[HookInfo] {
        &self.hooks
    }

    fn place<'a>(&'a self, hook: &'a str, options: &'a str) -> BoxFuture<'a, Result<Placing, Fault>> {
        Box::pin(async move {
            if let Some(why) = &self.given.refused {
                return Err(self.fault(hook, "place", FaultKind::Reported(PluginError::Denied(why.clone()))));
            }
            let limit = self.maker.limits.call_timeout;
            let placed =
                self.call(limit, no_powers("`place`"), async |guest: &mut Instance| guest.place(hook, options).await);
            let placed = placed.await.and_then(|placed| placed.map_err(|error| FaultKind::Reported(error_in(error))));
            placed
                .and_then(|placing| placing_in(placing).map_err(FaultKind::Malformed))
                .map_err(|kind| self.fault(hook, "place", kind))
        })
    }

    fn reach<'a>(&'a self, hook: &'a str, directory: NamedDirectory<'a>) -> BoxFuture<'a, Result<(), Fault>> {
        Box::pin(async move {
            let fault = |error| self.fault(hook, "place", FaultKind::Reported(error));
            self.given.directories.check(&self.maker.plugin, directory.name, directory.access).map_err(fault)?;
            match &self.given.backup {
                Some(tool) if directory.backups => {
                    tool.check().await.map_err(|error| fault(PluginError::Failed(error.to_string())))
                }
                _ => Ok(()),
            }
        })
    }

    fn plan<'a>(&'a self, call: HookCall<'a>, powers: HookPowers) -> BoxFuture<'a, Result<Vec<HookStep>, Fault>> {
        Box::pin(async move {
            let limit = powers.timeout;
            let planned = self
                .call(limit, self.powers(call.hook, powers), async |guest: &mut Instance| guest.plan(&call).await)
                .await;
            planned
                .and_then(|planned| planned.map_err(|error| FaultKind::Reported(error_in(error))))
                .and_then(|steps| steps_in(steps).map_err(FaultKind::Malformed))
                .map_err(|kind| self.fault(call.hook, "plan", kind))
        })
    }

    fn run<'a>(
        &'a self,
        call: HookCall<'a>,
        step: &'a HookStep,
        powers: HookPowers,
    ) -> BoxFuture<'a, Result<HookOutcome, Fault>> {
        Box::pin(async move {
            let limit = powers.timeout;
            let ran = self
                .call(limit, self.powers(call.hook, powers), async |guest: &mut Instance| guest.run(&call, step).await)
                .await;
            ran.and_then(|ran| ran.map_err(|error| FaultKind::Reported(error_in(error))))
                .and_then(|outcome| outcome_in(outcome).map_err(FaultKind::Malformed))
                .map_err(|kind| self.fault(call.hook, "run", kind))
        })
    }
}
