//! The project that a command works on: its configuration, its environment, its database.

use crate::{arguments::Global, exit::Exit, failure::Failure};
use confiture_engine::config::{self, Config, Environment};
use confiture_postgres::{
    connect::{ConnectOptions, ProcessEnvironment, connect},
    session::PgSession,
};
use std::path::PathBuf;

/// A configuration and what the command line chose of it.
pub struct Project {
    /// The configuration; defaults where there is no file.
    pub config: Config,
    /// `--env`, which the configuration knows.
    environment: Option<String>,
    database_url: Option<String>,
}

impl Project {
    /// Reads the configuration that `--config` names, or the nearest one.
    pub fn load(global: &Global) -> Result<Self, Failure> {
        let here = std::env::current_dir()
            .map_err(|error| Failure::new(Exit::Configuration, format!("the current directory: {error}")))?;
        let file = match &global.config {
            Some(file) => Some(file.clone()),
            None => config::find(&here).map_err(Failure::with(Exit::Configuration))?,
        };
        let config = match file {
            Some(file) => {
                config::load(&file, &|name| std::env::var(name).ok()).map_err(Failure::with(Exit::Configuration))?
            }
            None => Config::defaults(here),
        };
        let project = Self { config, environment: global.env.clone(), database_url: global.database_url.clone() };
        project.environment()?;
        Ok(project)
    }

    /// The directory that paths of the configuration are relative to.
    pub fn root(&self) -> PathBuf {
        self.config.root.clone()
    }

    /// The name of the environment under work, where the user gave one.
    pub fn environment_name(&self) -> Option<String> {
        self.environment.clone()
    }

    /// The environment that `--env` names.
    pub fn environment(&self) -> Result<Option<&Environment>, Failure> {
        let Some(name) = &self.environment else { return Ok(None) };
        // Rules may ask for the environment's name where no database is configured: without any, every name will do.
        if self.config.environments.is_empty() {
            return Ok(None);
        }
        self.config.environment(name).map(Some).map_err(Failure::with(Exit::Configuration))
    }

    /// Where the database is: `--database-url`, `--env`, `DATABASE_URL`, libpq's variables; the first that is there.
    pub fn connect_options(&self) -> Result<ConnectOptions, Failure> {
        let variables = ProcessEnvironment;
        let url = match (&self.database_url, self.environment()?) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(environment)) => {
                let url = environment.database_url().map_err(Failure::with(Exit::Configuration))?;
                Some(url.ok_or_else(|| self.no_url())?.expose().to_owned())
            }
            (None, None) if self.environment.is_some() => return Err(self.no_url()),
            (None, None) => std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()),
        };
        match url {
            Some(url) => ConnectOptions::from_url(&url, &variables),
            None => ConnectOptions::from_environment(&variables),
        }
        .map_err(Failure::with(Exit::Database))
    }

    fn no_url(&self) -> Failure {
        let name = self.environment.as_deref().unwrap_or_default();
        Failure::new(
            Exit::Configuration,
            format!(
                "environment `{name}` has no database_url\n  write it in the configuration ([environments.{name}] \
                 database_url = \"${{DATABASE_URL}}\"), or pass --database-url"
            ),
        )
    }

    /// Connects to the database.
    pub async fn session(&self) -> Result<PgSession, Failure> {
        let options = self.connect_options()?;
        for warning in options.warnings() {
            crate::output::warn(warning);
        }
        let connection = connect(&options).await.map_err(Failure::with(Exit::Database))?;
        Ok(PgSession::new(connection.client).live())
    }
}
