//! Where a schema comes from: a live database, DDL files built in a scratch cluster, or a stored snapshot.

use crate::{exit::Exit, failure::Failure, project::Project};
use confiture_engine::{
    build::{self, Entry, SourceFile},
    config::Spanned,
    snapshot,
};
use confiture_model::{
    schema::{Parts, Snapshot},
    session::Session,
};
use confiture_postgres::{
    connect::{ConnectOptions, ProcessEnvironment},
    scratch::{Scratch, ScratchOptions},
    session::PgSession,
};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

/// Where a schema comes from.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// The database of the project.
    Live,
    /// DDL files and directories.
    Files(Vec<PathBuf>),
    /// What `confiture snapshot` wrote.
    Stored(PathBuf),
}

/// A schema, and what is needed to talk about it.
pub struct Acquired {
    /// The schema.
    pub snapshot: Snapshot,
    /// What was read, for people.
    pub title: String,
    /// Whose findings the user asked for.
    pub reported: Reported,
    /// The files that it was built from, where it was.
    pub files: Vec<SourceFile>,
    origin: Origin,
}

enum Origin {
    Live,
    Scratch(Box<Scratch>),
    Stored,
}

/// The files that the user named, of those that were built.
#[derive(Debug, Default)]
pub struct Reported(Option<Vec<String>>);

impl Reported {
    /// Their names, where they are not all that were built.
    pub fn named(&self) -> Option<HashSet<String>> {
        self.0.as_ref().map(|files| files.iter().cloned().collect())
    }
}

impl Source {
    /// Reads the paths of a command line.
    pub fn of(paths: &[PathBuf]) -> Result<Self, Failure> {
        let is_snapshot = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "json");
        match paths {
            [] => Ok(Self::Live),
            [path] if is_snapshot(path) => Ok(Self::Stored(path.clone())),
            paths if paths.iter().any(is_snapshot) => Err(Failure::new(
                Exit::Usage,
                "a stored snapshot (.json) stands alone: it cannot be read together with other paths",
            )),
            paths => Ok(Self::Files(paths.to_vec())),
        }
    }

    /// Reads the schema, as far as `parts` says.
    pub async fn acquire(&self, project: &Project, parts: Parts) -> Result<Acquired, Failure> {
        match self {
            Self::Live => live(project, parts).await,
            Self::Files(paths) => files(project, paths, parts).await,
            Self::Stored(path) => stored(path),
        }
    }
}

impl Acquired {
    /// How plugins with a `read` grant log in to the database, or why there is none.
    pub async fn login(&self, project: &Project) -> Result<ConnectOptions, String> {
        match &self.origin {
            Origin::Stored => Err("a stored snapshot has no database to ask".to_owned()),
            Origin::Scratch(scratch) => scratch_reader(scratch).await,
            Origin::Live => reader(project).map_err(|failure| failure.message),
        }
    }
}

async fn live(project: &Project, parts: Parts) -> Result<Acquired, Failure> {
    let mut session = project.reading_session().await?;
    let snapshot = session.snapshot(parts).await.map_err(Failure::with(Exit::Database))?;
    let name = project.environment_name().map(|name| format!("{name}, ")).unwrap_or_default();
    let title = format!(
        "Linting the schema of {name}{} (PostgreSQL {})",
        project.connect_options()?.describe(),
        version(snapshot.server_version)
    );
    Ok(Acquired { snapshot, title, reported: Reported::default(), files: Vec::new(), origin: Origin::Live })
}

async fn files(project: &Project, paths: &[PathBuf], parts: Parts) -> Result<Acquired, Failure> {
    let Gathered { files, reported } = gather(project, paths)?;
    let scratch = start_scratch().await?;
    let mut session = watched(&scratch).await?;
    let applied = build::apply(&files, &mut session).await.map_err(Failure::with(Exit::Failed))?;
    let mut snapshot = session.snapshot(parts).await.map_err(Failure::with(Exit::Database))?;
    let touched = session.touched().await.map_err(Failure::with(Exit::Database))?;
    build::attach_sources(&mut snapshot, &files, &applied, &touched);
    // Nobody uses a scratch database: its statistics say nothing.
    snapshot.live = false;
    let count = crate::report::text::counted(files.len() as u64, "file");
    let title = format!("Linting the schema of {count} (built in PostgreSQL {})", version(snapshot.server_version));
    Ok(Acquired { snapshot, title, reported, files, origin: Origin::Scratch(Box::new(scratch)) })
}

fn stored(path: &Path) -> Result<Acquired, Failure> {
    let snapshot = snapshot::read(path).map_err(Failure::with(Exit::Configuration))?;
    let title = format!("Linting the schema stored in {}", path.display());
    Ok(Acquired { snapshot, title, reported: Reported::default(), files: Vec::new(), origin: Origin::Stored })
}

/// What has to be built so that the schema of some paths can be looked at.
pub struct Gathered {
    /// In the order of building.
    pub files: Vec<SourceFile>,
    /// Those that the user named.
    pub reported: Reported,
}

/// The files below `paths`. Where all of them stand in the project's `load_order`, the whole load order is built and
/// only these are reported: a file of the read side can be linted without naming the write side that it needs.
pub fn gather(project: &Project, paths: &[PathBuf]) -> Result<Gathered, Failure> {
    let failed = Failure::with(Exit::Configuration);
    let named = build::gather_paths(&project.root(), paths).map_err(failed)?;
    if project.config.build.load_order.is_empty() {
        return Ok(Gathered { files: named, reported: Reported::default() });
    }
    let all = load_order(project)?;
    let known = |file: &SourceFile| all.iter().any(|other| other.path == file.path);
    if !named.iter().all(known) {
        return Ok(Gathered { files: named, reported: Reported::default() });
    }
    let reported = Reported((named.len() < all.len()).then(|| named.into_iter().map(|file| file.shown).collect()));
    Ok(Gathered { files: all, reported })
}

/// The files of the project's `load_order`.
pub fn load_order(project: &Project) -> Result<Vec<SourceFile>, Failure> {
    let config = &project.config;
    let entry = |pattern: &Spanned<String>| Entry {
        pattern: pattern.value.clone(),
        origin: Some(config.source.locate(pattern.span)),
    };
    let entries: Vec<Entry> = config.build.load_order.iter().map(entry).collect();
    build::gather(&project.root(), &entries).map_err(Failure::with(Exit::Configuration))
}

/// Starts a private PostgreSQL.
pub async fn start_scratch() -> Result<Scratch, Failure> {
    Scratch::start(ScratchOptions::default()).await.map_err(Failure::with(Exit::Database))
}

/// A session on a fresh database of a scratch cluster, which records what every statement makes.
pub async fn watched(scratch: &Scratch) -> Result<PgSession, Failure> {
    let failed = Failure::with(Exit::Database);
    scratch.create_database("confiture").await.map_err(failed)?;
    let mut session = scratch.session("confiture").await.map_err(Failure::with(Exit::Database))?;
    session.watch().await.map_err(Failure::with(Exit::Database))?;
    Ok(session)
}

/// In a scratch cluster everybody may log in: plugins do so as a role that may only read.
async fn scratch_reader(scratch: &Scratch) -> Result<ConnectOptions, String> {
    let said = |error: &dyn std::fmt::Display| format!("the reader role of the scratch database: {error}");
    let mut session = scratch.session("confiture").await.map_err(|error| said(&error))?;
    session.execute("CREATE ROLE confiture_reader LOGIN NOSUPERUSER").await.map_err(|error| said(&error))?;
    let url = scratch.url("confiture");
    let options = ConnectOptions::from_url(&url, &ProcessEnvironment).map_err(|error| said(&error))?;
    Ok(options.with_user("confiture_reader"))
}

/// How plugins log in to a live database: as the environment's reader where there is one.
fn reader(project: &Project) -> Result<ConnectOptions, Failure> {
    let options = project.connect_options()?;
    let Some(environment) = project.environment()? else { return Ok(options) };
    if let Some(url) = environment.reader_url().map_err(Failure::with(Exit::Configuration))? {
        return ConnectOptions::from_url(url.expose(), &ProcessEnvironment).map_err(Failure::with(Exit::Database));
    }
    Ok(match &environment.reader {
        Some(reader) => options.with_user(reader),
        None => options,
    })
}

/// `150018` as people write it: `15.18`.
pub fn version(number: u32) -> String {
    format!("{}.{}", number / 10_000, number % 10_000)
}
