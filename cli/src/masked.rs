//! The columns that the project's anonymization profiles have a rule for, read where a rule asks for them.

use crate::{exit::Exit, failure::Failure, output, project::Project};
use confiture_engine::{anonymize::profile::Profiles, config::ConfigError};
use confiture_model::{object::ObjectRef, plugin::MaskedColumns, schema::Snapshot};
use std::{
    path::Path,
    sync::{Arc, OnceLock},
};

/// What rules are told of profiles.
pub struct Masked {
    /// For the rules.
    pub columns: MaskedColumns,
    wrong: Arc<OnceLock<ConfigError>>,
}

impl Masked {
    /// The columns of a schema that some profile of the project has a rule for. Nothing is read yet.
    pub fn of(project: &Project, snapshot: &Arc<Snapshot>) -> Self {
        let (root, snapshot) = (project.root(), Arc::clone(snapshot));
        let wrong = Arc::new(OnceLock::new());
        let told = Arc::clone(&wrong);
        let columns = MaskedColumns::read_by(move || {
            covered(&root, &snapshot).unwrap_or_else(|error| {
                told.get_or_init(|| error);
                Vec::new()
            })
        });
        Self { columns, wrong }
    }

    /// Whether profiles were read that cannot be: then what rules found rests on nothing.
    pub fn check(&self) -> Result<(), Failure> {
        match self.wrong.get() {
            None => Ok(()),
            Some(error) => Err(Failure::new(Exit::Configuration, error.to_string())),
        }
    }
}

/// A profile that cannot be read covers nothing, which is said: a rule about columns that nobody masks would take its columns
/// for forgotten ones.
fn covered(root: &Path, snapshot: &Snapshot) -> Result<Vec<ObjectRef>, ConfigError> {
    let profiles = Profiles::discover(root, &|name| std::env::var(name).ok())?;
    for (found, problems) in profiles.broken() {
        let path = found.path.display();
        output::warn(format!("the profile {path} is left out, because it is wrong:\n{problems}"));
    }
    Ok(profiles.covered(snapshot))
}
