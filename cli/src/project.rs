//! The project that a command works on: its configuration, its environment, its database.

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Global, Wanted},
};
use clap::ValueEnum;
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
    /// `--env`, which the configuration knows, or the one environment that it describes.
    environment: Option<String>,
    /// Whether `--env` was given: then its database is the one that is meant, whatever `DATABASE_URL` says.
    chosen: bool,
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
        let project = Self {
            environment: global.env.clone().or_else(|| config.default_environment.clone()),
            chosen: global.env.is_some(),
            database_url: global.database_url.clone(),
            config,
        };
        project.environment()?;
        if let Some(name) = global.env.as_ref().filter(|_| project.config.environments.is_empty()) {
            crate::output::say(format!("no environment is configured: `{name}` is a name that rules see, and no more"));
        }
        Ok(project)
    }

    /// The directory that paths of the configuration are relative to.
    pub fn root(&self) -> PathBuf {
        self.config.root.clone()
    }

    /// How a lint report is printed: `--format`, or the configuration's `report_format`.
    pub fn report_format(&self, global: &Global) -> Result<Wanted, Failure> {
        let written = match (global.format, &self.config.linting.report_format) {
            (Some(format), _) => return Ok(format),
            (None, None) => return Ok(Wanted::Text),
            (None, Some(written)) => written,
        };
        Wanted::from_str(&written.value, false).map_err(|_| {
            let known = Wanted::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let known: Vec<String> = known.map(|value| format!("`{}`", value.get_name())).collect();
            let message = format!("there is no report format `{}`", written.value);
            let help = format!("write one of {}, or choose one with --format", known.join(", "));
            Failure::new(Exit::Configuration, self.config.error(written.span, message, Some(help)))
        })
    }

    /// The project's directory within the repository that it lies in, with a slash behind it; empty where it is the
    /// repository's own, and where there is none.
    pub fn place_in_repository(&self) -> String {
        let Ok(root) = std::fs::canonicalize(&self.config.root) else { return String::new() };
        let repository = root.ancestors().find(|directory| directory.join(".git").exists());
        let within = repository.and_then(|repository| root.strip_prefix(repository).ok());
        within.map(|path| path.iter().map(|part| format!("{}/", part.to_string_lossy())).collect()).unwrap_or_default()
    }

    /// The name of the environment under work: `--env`, or the one environment of a file that describes only one.
    pub fn environment_name(&self) -> Option<String> {
        self.environment.clone()
    }

    /// The role that plugins read as in the environment under work, where one is configured.
    pub fn reader(&self) -> Option<String> {
        self.environment().ok().flatten().and_then(|environment| environment.reader.clone())
    }

    /// The environment under work, as far as the configuration describes it.
    pub fn environment(&self) -> Result<Option<&Environment>, Failure> {
        let Some(name) = &self.environment else { return Ok(None) };
        // Rules may ask for the environment's name where no database is configured: without any, every name will do.
        if self.config.environments.is_empty() {
            return Ok(None);
        }
        self.config.environment(name).map(Some).map_err(Failure::with(Exit::Configuration))
    }

    /// Where the database is: `--database-url`, `--env`, `DATABASE_URL`, the one environment of a file that describes
    /// only one, libpq's variables; the first that is there.
    pub fn connect_options(&self) -> Result<ConnectOptions, Failure> {
        let variables = ProcessEnvironment;
        let url = match (&self.database_url, self.chosen) {
            (Some(url), _) => Some(url.clone()),
            (None, true) => Some(self.url_of_environment()?.ok_or_else(|| self.no_url())?),
            (None, false) => match std::env::var("DATABASE_URL").ok().filter(|url| !url.is_empty()) {
                Some(url) => Some(url),
                None => self.url_of_environment()?,
            },
        };
        match url {
            Some(url) => ConnectOptions::from_url(&url, &variables),
            None => ConnectOptions::from_environment(&variables),
        }
        .map_err(Failure::with(Exit::Database))
    }

    fn url_of_environment(&self) -> Result<Option<String>, Failure> {
        let Some(environment) = self.environment()? else { return Ok(None) };
        let url = environment.database_url().map_err(Failure::with(Exit::Configuration))?;
        Ok(url.map(|url| url.expose().to_owned()))
    }

    /// Where the database of an environment is, whichever one is under work.
    pub fn options_of(&self, name: &str) -> Result<ConnectOptions, Failure> {
        let environment = self.config.environment(name).map_err(Failure::with(Exit::Configuration))?;
        let url = environment.database_url().map_err(Failure::with(Exit::Configuration))?;
        let url = url.ok_or_else(|| no_url(name))?;
        ConnectOptions::from_url(url.expose(), &ProcessEnvironment).map_err(Failure::with(Exit::Database))
    }

    /// Whether an environment asks before anything that changes it.
    pub fn is_protected(&self, name: &str) -> Result<bool, Failure> {
        let environment = self.config.environment(name).map_err(Failure::with(Exit::Configuration))?;
        Ok(environment.protected)
    }

    /// Whether the environment under work has a database of its own.
    pub fn names_its_database(&self) -> Result<bool, Failure> {
        Ok(self.url_of_environment()?.is_some())
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

    /// Connects to the database twice, to read its schema in half the time. Where there is no second connection to be had,
    /// one reads it alone.
    pub async fn reading_session(&self) -> Result<PgSession, Failure> {
        let options = self.connect_options()?;
        for warning in options.warnings() {
            crate::output::warn(warning);
        }
        let (one, other) = tokio::join!(connect(&options), connect(&options));
        let one = one.map_err(Failure::with(Exit::Database))?;
        let session = PgSession::new(one.client).live();
        Ok(match other {
            // Of several hosts another one may have answered.
            Ok(other) if other.place == one.place => session.beside(other.client),
            _ => session,
        })
    }

    fn no_url(&self) -> Failure {
        no_url(self.environment.as_deref().unwrap_or_default())
    }
}

fn no_url(name: &str) -> Failure {
    Failure::new(
        Exit::Configuration,
        format!(
            "environment `{name}` has no database_url\n  write it in the configuration ([environments.{name}] \
             database_url = \"${{DATABASE_URL}}\"), or pass --database-url"
        ),
    )
}
