//! A plugin that was opened: what it is, and what it is granted.

use crate::{
    contract::Contract,
    convert::info::Description,
    directories::Directories,
    fault::fault,
    grant::{self, Needs},
    hooks::{self, HookGrant},
    host::Host,
    imports::database::DatabasePower,
    lint::{LintGrant, LintRules, Maker},
    load::Loaded,
    masking::{self, MaskGrant},
    state::State,
};
use confiture_model::{
    fault::{Fault, FaultKind},
    hook::HookPlugin,
    mask::AnonymizationPlugin,
    plugin::{Capabilities, DatabaseAccess, LintPlugin, Offer, PluginInfo},
};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};
use wasmtime::component::InstancePre;

/// An opened plugin. It has described itself, and nothing else of it has run.
pub struct Plugin {
    pub(crate) host: Host,
    pub(crate) name: Arc<str>,
    pub(crate) digest: String,
    pub(crate) loaded: Loaded,
    pub(crate) contract: Contract,
    pub(crate) description: Description,
    pub(crate) instance: InstancePre<State>,
}

impl Plugin {
    /// The name that the project uses for it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who it says it is.
    pub fn info(&self) -> &PluginInfo {
        &self.description.info
    }

    /// What it offers, read from its exports.
    pub fn offers(&self) -> &[Offer] {
        &self.contract.offers
    }

    /// The interfaces that it imports functions of, as it names them: `confiture:plugin/log@0.1.0`.
    pub fn imports(&self) -> Vec<String> {
        self.contract.imports.clone()
    }

    /// The SHA-256 of the component: `sha256:` and 64 hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Where its native code came from.
    pub fn loaded(&self) -> Loaded {
        self.loaded
    }

    /// Compares what it wants and imports with what the project grants. Any use of a plugin starts with this.
    ///
    /// # Errors
    /// [`FaultKind::Denied`] with all that is missing, and the configuration that would grant it.
    pub fn check_grant(&self, grant: &Capabilities) -> Result<(), Fault> {
        let needs = Needs {
            wants: self.info().wants.clone(),
            unknown: self.description.unknown_wants.clone(),
            ..self.contract.needs()
        };
        grant::check(&self.name, &needs, grant).map_err(|kind| fault(&self.name, "load", kind))
    }

    /// Opens the directories that the project grants; `paths` is where the project's names lie. With less than it wants it
    /// would not have passed [`Plugin::check_grant`]; more may be granted, since the names are the project's, and the
    /// options of a hook say which one is meant.
    ///
    /// # Errors
    /// As [`Plugin::check_grant`]; [`FaultKind::Load`] where a directory has no path or cannot be opened.
    pub fn grant_directories(
        &self,
        grant: &Capabilities,
        paths: &BTreeMap<String, PathBuf>,
    ) -> Result<Directories, Fault> {
        self.check_grant(grant)?;
        let broken = |why| fault(&self.name, "load", FaultKind::Load(why));
        let mut directories = Directories::of(grant);
        for (name, access) in &grant.directories {
            let path = paths
                .get(name)
                .ok_or_else(|| broken(format!("directory `{name}` is granted, but the project gives it no path")))?;
            directories.grant(name, path, *access).map_err(|error| {
                broken(format!("directory `{name}` at `{}` cannot be opened: {error}", path.display()))
            })?;
        }
        Ok(directories)
    }

    /// Makes its lint rules ready to run, with what the project grants.
    ///
    /// # Errors
    /// As [`Plugin::check_grant`]; and a [`Fault`] where it offers no rules, or breaks when asked for them.
    pub async fn lint(&self, grant: LintGrant) -> Result<Arc<dyn LintPlugin>, Fault> {
        if !self.offers().contains(&Offer::Lint) {
            return Err(fault(&self.name, "load", FaultKind::Load("it offers no lint rules".to_owned())));
        }
        self.check_grant(&grant.capabilities)?;
        let maker = Maker {
            plugin: Arc::clone(&self.name),
            instance: self.instance.clone(),
            limits: Arc::new(grant.limits.unwrap_or_else(|| self.host.limits().clone())),
            database: self.database(grant.database),
            log: Arc::clone(self.host.log()),
        };
        Ok(Arc::new(LintRules::start(maker, self.info().clone()).await?))
    }

    /// Makes its hooks ready to run, with what the project grants. What each call may use of the database comes with the
    /// call.
    ///
    /// # Errors
    /// As [`Plugin::check_grant`]; and a [`Fault`] where it offers no hooks, or breaks when asked for them.
    pub async fn hooks(&self, grant: HookGrant) -> Result<Arc<dyn HookPlugin>, Fault> {
        if !self.offers().contains(&Offer::Hooks) {
            return Err(fault(&self.name, "load", FaultKind::Load("it offers no hooks".to_owned())));
        }
        self.check_grant(&grant.capabilities)?;
        let maker = hooks::Maker {
            plugin: Arc::clone(&self.name),
            instance: self.instance.clone(),
            limits: Arc::new(grant.limits.unwrap_or_else(|| self.host.limits().clone())),
            log: Arc::clone(self.host.log()),
        };
        let given = hooks::Given {
            access: self.info().wants.database,
            directories: grant.directories,
            backup: self.info().wants.backup.then_some(grant.backup).flatten(),
            refused: grant.refused,
        };
        Ok(Arc::new(hooks::Hooks::start(maker, given, self.info().clone()).await?))
    }

    /// Makes its strategies ready to be opened. Whatever else it imports or is granted: while it masks it has no database,
    /// no directory and no clock.
    ///
    /// # Errors
    /// As [`Plugin::check_grant`]; and a [`Fault`] where it offers no strategies, or breaks when asked for them.
    pub async fn anonymizer(&self, grant: MaskGrant) -> Result<Arc<dyn AnonymizationPlugin>, Fault> {
        if !self.offers().contains(&Offer::Anonymization) {
            return Err(fault(&self.name, "load", FaultKind::Load("it offers no strategies".to_owned())));
        }
        self.check_grant(&grant.capabilities)?;
        let maker = masking::Maker {
            plugin: Arc::clone(&self.name),
            instance: self.instance.clone(),
            limits: Arc::new(grant.limits.unwrap_or_else(|| self.host.limits().clone())),
            log: Arc::clone(self.host.log()),
        };
        Ok(Arc::new(masking::Anonymizer::start(maker, self.info().clone()).await?))
    }

    /// What it asked for, of what is at hand: a grant that it did not ask for gives it nothing.
    fn database(&self, database: Option<Arc<dyn confiture_model::database::ReadDatabase>>) -> DatabasePower {
        match (self.info().wants.database, database) {
            (DatabaseAccess::None, _) => DatabasePower::NotWanted,
            (_, None) => DatabasePower::Absent,
            (_, Some(database)) => DatabasePower::Read(database),
        }
    }
}
