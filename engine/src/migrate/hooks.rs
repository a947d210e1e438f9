//! Hooks: from what people write around a migration to what a plan says will run.
//!
//! Everything is found out when the plan is made, before anything runs: which plugin offers a hook ([`offers`]), whether
//! its options and its condition can be used ([`resolve`]), and where it runs ([`placing`]). Within a phase the
//! project's hooks come first, then the environment's, then the migration's own, each in the order of its file.

pub(super) mod condition;
mod directories;
mod offers;
mod placing;
mod planned;
mod resolve;

pub use planned::{PlannedHook, Runs};

use super::{
    files::{Files, Id},
    plan::{Plan, RefusalCode},
};
use crate::config::{Config, HookUse};
use confiture_model::{hook::HookPlugin, migration::Direction};
use offers::Offers;
use resolve::{Refused, Resolved};
use std::sync::Arc;

/// The hooks that plugins offer, and those that the project has around every migration.
#[derive(Clone, Default)]
pub struct Hooks {
    plugins: Vec<Arc<dyn HookPlugin>>,
    around: Vec<HookUse>,
    environment: String,
}

impl Hooks {
    /// No plugin offers a hook, and the project has none. A migration that has one is refused.
    pub fn none() -> Self {
        Self::default()
    }

    /// The hooks of `config` in `environment`, and what `plugins` offer.
    pub fn new(plugins: Vec<Arc<dyn HookPlugin>>, config: &Config, environment: Option<&str>) -> Self {
        let around = config.hooks_in(environment).cloned().collect();
        Self { plugins, around, environment: environment.unwrap_or_default().to_owned() }
    }

    /// The environment that hooks are told; empty where none is named.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Whether a hook of the project or of one of its migrations restores a backup: whether anybody need be asked about
    /// the hooks of a plan at all.
    pub fn may_restore(&self, files: &Files, direction: Direction) -> bool {
        let offers = Offers::new(&self.plugins);
        let of_migrations = files.migrations.iter().flat_map(|migration| &migration.hooks);
        let mut all = self.around.iter().chain(of_migrations).filter(|hook| hook.direction == direction);
        all.any(|hook| offers.find(&hook.kind).is_ok_and(|known| known.info.restores()))
    }

    /// The plugin that the project calls `name`.
    pub(super) fn plugin(&self, name: &str) -> Option<&Arc<dyn HookPlugin>> {
        self.plugins.iter().find(|plugin| plugin.name() == name)
    }

    /// Says in a plan which hooks run around its migrations, and refuses what cannot be used.
    pub(super) async fn add_to(&self, plan: &mut Plan, files: &Files) {
        let offers = Offers::new(&self.plugins);
        let around = self.resolve_around(&offers, plan).await;
        let direction = plan.direction;
        for index in 0..plan.steps.len() {
            let Some(migration) = files.find(&Id::of_ledger(&plan.steps[index].version)) else { continue };
            let mut resolved: Vec<Resolved<'_>> = around.clone();
            for hook in migration.hooks.iter().filter(|hook| hook.direction == direction) {
                match resolve::resolve(hook, &offers).await {
                    Ok(hook) => resolved.push(hook),
                    Err(refused) => plan.refuse(refused.code, migration.title(), refused.problem),
                }
            }
            let step = &plan.steps[index];
            match placing::place(resolved, step) {
                Ok(hooks) => plan.steps[index].hooks = hooks,
                Err(problem) => plan.refuse(RefusalCode::Hooks, migration.title(), problem),
            }
        }
    }

    /// What is wrong with a hook of the project is said once, not once a migration.
    async fn resolve_around<'a>(&'a self, offers: &Offers<'a>, plan: &mut Plan) -> Vec<Resolved<'a>> {
        let mut around = Vec::new();
        if plan.steps.is_empty() {
            return around;
        }
        let direction = plan.direction;
        for hook in self.around.iter().filter(|hook| hook.direction == direction) {
            match resolve::resolve(hook, offers).await {
                Ok(hook) => around.push(hook),
                Err(Refused { code, problem }) => plan.refuse(code, None, problem),
            }
        }
        around
    }
}

#[cfg(test)]
mod tests;
