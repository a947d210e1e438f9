//! A hook: a type with metadata, options, a plan and what runs each step of it.

mod context;
mod open;
mod powers;
mod step;

pub use context::{Context, Direction, Phase};
pub use open::{AnyHook, OpenHook};
pub use powers::{Backup, BackupReport, Compression, Database, Files};
pub use step::{Outcome, Placement, Placing, Step};

use crate::error::Error;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;

/// What is known of a hook before it runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HookMeta {
    /// snake_case, a verb and what it is done to: `rebuild_index`. What `type:` names.
    pub id: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// Where it may stand.
    pub phases: &'static [Phase],
    /// Markdown with the sections that [`crate::documentation::HOOK_SECTIONS`] names, and an example in YAML.
    pub documentation: &'static str,
}

/// Code that runs around the DDL of a migration.
///
/// The host asks [`place`](Self::place) when it makes the plan of a run, [`plan`](Self::plan) when the hook's phase is
/// reached, and [`run`](Self::run) for each step, which it times, tries again where it failed, and remembers as done. A
/// step therefore finds all that it needs in its arguments: it may run in another process than the one that planned it.
pub trait Hook: Sync {
    /// What the project may set, as it arrives: deserialized first, so a wrong option never gets here. Each field's
    /// documentation becomes the option's summary. [`crate::NoOptions`] where there are none.
    type Options: DeserializeOwned + JsonSchema;

    /// What is known of the hook before it runs.
    const META: HookMeta;

    /// Where the hook runs with these options. Asked before anything exists: it has the options and nothing else, and is
    /// the place to refuse those that make no sense.
    ///
    /// # Errors
    /// [`Error::option`] for options that deserialize but make no sense.
    fn place(&self, options: &Self::Options) -> Result<Placing, Error> {
        let _ = options;
        Ok(Placing::in_transaction())
    }

    /// The steps that the hook will take: one, unless it says otherwise. Must change nothing.
    ///
    /// # Errors
    /// Why the hook could not make its plan.
    fn plan(&self, options: &Self::Options, call: &Call<'_>) -> Result<Vec<Step>, Error> {
        let _ = (options, call);
        Ok(vec![Step::new(Self::META.summary)])
    }

    /// Runs one step.
    ///
    /// # Errors
    /// Why the hook could not do its work; [`Error::CheckFailed`] where it did, and what it checks does not hold.
    fn run(&self, options: &Self::Options, step: &Step, call: &Call<'_>) -> Result<Outcome, Error>;
}

/// What a hook is given for one call: the migration that it runs in, and its powers, as far as the project granted them.
pub struct Call<'a> {
    /// The migration.
    pub context: &'a Context,
    /// The connection that the hook runs on.
    pub database: Database,
    /// Files in granted directories.
    pub files: Files,
    /// Backups made by the host.
    pub backup: Backup,
    #[cfg(not(target_arch = "wasm32"))]
    script: std::rc::Rc<crate::testing::ScriptState>,
}

impl<'a> Call<'a> {
    /// A call in a component.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn new(context: &'a Context) -> Self {
        Self { context, database: Database {}, files: Files {}, backup: Backup {} }
    }

    /// A call in a native test.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn new(context: &'a Context, script: &std::rc::Rc<crate::testing::ScriptState>) -> Self {
        Self {
            context,
            database: Database { script: script.clone() },
            files: Files { script: script.clone() },
            backup: Backup { script: script.clone() },
            script: script.clone(),
        }
    }

    /// Says how far the step has come: `done` of `total` of `what`.
    pub fn progress(&self, done: u64, total: Option<u64>, what: &str) {
        #[cfg(target_arch = "wasm32")]
        crate::wasm::hooks::progress(done, total, what);
        #[cfg(not(target_arch = "wasm32"))]
        self.script.progress(done, total, what);
    }
}
