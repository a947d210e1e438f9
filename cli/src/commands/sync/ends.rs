//! The two databases: environments by name, or URLs.

use crate::{exit::Exit, failure::Failure, output, project::Project};
use clap::Args;
use confiture_engine::{
    anonymize::profile::{Profile, Profiles},
    config::Environment,
};
use confiture_postgres::connect::{ConnectOptions, ProcessEnvironment};
use std::path::Path;

/// From where to where, and how it is masked.
#[derive(Clone, Debug, Args)]
pub struct Sides {
    /// Database to copy from: an environment of the configuration, or a URL
    #[arg(long, value_name = "NAME|URL", required = true)]
    source: Option<String>,
    /// Database to copy to: an environment of the configuration, or a URL
    #[arg(long, value_name = "NAME|URL", required = true)]
    target: Option<String>,
    /// What masks which column: a profile by its name, or a file
    #[arg(long = "anonymization-profile", id = "profile", value_name = "NAME|FILE")]
    profile: Option<String>,
}

/// A database that was named.
pub struct Chosen {
    /// The environment; none where a URL was given.
    pub name: Option<String>,
    /// How to log in.
    pub options: ConnectOptions,
}

impl Chosen {
    fn of(project: &Project, option: &str, written: Option<&String>) -> Result<Self, Failure> {
        let written = written.ok_or_else(|| Failure::new(Exit::Usage, format!("--{option} is missing")))?;
        if written.contains("://") || written.contains('=') {
            // The URL may hold a password: it is not repeated.
            let options = ConnectOptions::from_url(written, &ProcessEnvironment)
                .map_err(|error| Failure::new(Exit::Database, format!("--{option}: {error}")))?;
            return Ok(Self { name: None, options });
        }
        Ok(Self { name: Some(written.clone()), options: project.options_of(written)? })
    }

    /// For people, without a password.
    pub fn shown(&self) -> String {
        match &self.name {
            Some(name) => format!("{name} ({})", self.options.describe()),
            None => self.options.describe(),
        }
    }
}

impl Sides {
    /// Looks both up. Nothing is connected to.
    pub fn choose(&self, project: &Project) -> Result<(Chosen, Chosen), Failure> {
        let source = Chosen::of(project, "source", self.source.as_ref())?;
        let target = Chosen::of(project, "target", self.target.as_ref())?;
        for warning in source.options.warnings().into_iter().chain(target.options.warnings()) {
            output::warn(warning);
        }
        Ok((source, target))
    }

    /// The profile, with what it says for the target's environment.
    pub fn profile(&self, project: &Project, target: &Chosen) -> Result<Option<Profile>, Failure> {
        let Some(written) = &self.profile else { return Ok(None) };
        let known: Vec<&str> = project.config.environments.keys().map(String::as_str).collect();
        let failed = Failure::with(Exit::Configuration);
        let mut profiles = Profiles::discover(&project.root(), &variable).map_err(failed)?;
        let mut name = written.clone();
        let path = Path::new(written);
        let has_ending = path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml" || ending == "toml");
        if has_ending || written.contains('/') {
            (profiles, name) = profiles.with_file(path, &variable).map_err(Failure::with(Exit::Configuration))?;
        }
        let loaded = profiles.load(&name, target.name.as_deref(), &known);
        loaded.map(Some).map_err(Failure::with(Exit::Configuration))
    }
}

/// Why the target may not be written to, where the configuration says so. A URL is the environment that it leads to.
pub fn guarded(project: &Project, target: &Chosen) -> Option<String> {
    let is_target = |(name, _): &(&String, &Environment)| match &target.name {
        Some(chosen) => chosen == *name,
        None => project.options_of(name).is_ok_and(|options| {
            let place = |options: &ConnectOptions| options.clone().with_user("").describe();
            place(&options) == place(&target.options)
        }),
    };
    let found = project.config.environments.iter().find(is_target);
    let refused = found.and_then(|(name, environment)| environment.refuses_sync(name));
    // An environment that nobody configured has only its name.
    refused.or_else(|| {
        let name = target.name.as_ref().filter(|_| found.is_none())?;
        Environment::default().refuses_sync(name)
    })
}

/// A variable of the environment.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
