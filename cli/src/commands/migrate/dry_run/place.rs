//! Where a migration is rehearsed: a database of the project, or a private PostgreSQL.

use super::DryRun;
use crate::{
    exit::Exit,
    failure::Failure,
    interrupt::Interrupt,
    migrations::{LockWait, Migrations, client, entries},
    output,
    pace::Clock,
    report::progress::Progress,
    source::{Source, gather, start_scratch, version},
};
use confiture_engine::{
    build,
    migrate::{
        Version,
        files::{Files, Id},
        hooks::Hooks,
        ledger::baseline,
        plan::{UpRequest, plan_up},
        rehearse::Request,
        run::{RunOptions, Surroundings, up},
    },
    snapshot::{self, RebuildError},
};
use confiture_model::session::Session as _;
use confiture_postgres::{
    connect::{ConnectOptions, ProcessEnvironment},
    migration::PgMigrationConnector,
    scratch::Scratch,
    session::PgSession,
};
use std::path::Path;

/// The database of the scratch cluster.
const DATABASE: &str = "rehearsal";

/// The role there that only reads. Its name is one that no migration gives.
const READER: &str = "confiture_scratch_reader";

/// Where it is rehearsed.
pub(super) struct Place {
    pub(super) options: ConnectOptions,
    pub(super) connector: PgMigrationConnector,
    /// The role that hooks of plugins that only read take on.
    pub(super) reader: Option<String>,
    /// For people.
    pub(super) title: String,
    /// Gone with this.
    scratch: Option<Scratch>,
}

impl Place {
    /// What `--on` names.
    pub(super) async fn of(
        dry_run: &DryRun,
        migrations: &Migrations,
        request: Request<'_>,
        lock_wait: LockWait,
        interrupt: &Interrupt,
    ) -> Result<Self, Failure> {
        match dry_run.on.as_deref() {
            Some("scratch") => Self::scratch(dry_run, migrations, request, lock_wait, interrupt).await,
            Some(name) => Self::at(migrations.project.options_of(name)?, migrations),
            None => Self::at(migrations.project.connect_options()?, migrations),
        }
    }

    fn at(options: ConnectOptions, migrations: &Migrations) -> Result<Self, Failure> {
        for warning in options.warnings() {
            output::warn(warning);
        }
        let reader = migrations.project.reader();
        let connector = PgMigrationConnector::new(options.clone(), client()).with_reader(reader.clone());
        let title = options.describe();
        Ok(Self { options, connector, reader, title, scratch: None })
    }

    /// A private PostgreSQL in which everything before the migration that is rehearsed was done: the last one, or the one
    /// of `--target`; for `down`, everything.
    async fn scratch(
        dry_run: &DryRun,
        migrations: &Migrations,
        request: Request<'_>,
        lock_wait: LockWait,
        interrupt: &Interrupt,
    ) -> Result<Self, Failure> {
        let scratch = start_scratch().await?;
        scratch.create_database(DATABASE).await.map_err(Failure::with(Exit::Database))?;
        let options = ConnectOptions::from_url(&scratch.url(DATABASE), &ProcessEnvironment)
            .map_err(Failure::with(Exit::Database))?;
        let reader = Some(make_reader(&scratch).await?);
        let connector = PgMigrationConnector::new(options.clone(), client()).with_reader(reader.clone());
        let title = "a scratch PostgreSQL".to_owned();
        let place = Self { options, connector, reader, title, scratch: Some(scratch) };
        let before = place.before(migrations, request).await?;
        match dry_run.from.is_empty() {
            true => place.migrate(migrations, before, lock_wait, interrupt).await?,
            false => place.build(dry_run, migrations, before, lock_wait, interrupt).await?,
        }
        Ok(place)
    }

    /// The last migration that is taken as done, where there is one.
    async fn before(&self, migrations: &Migrations, request: Request<'_>) -> Result<Before, Failure> {
        let Request::Up(request) = request else { return Ok(Before::All) };
        let (_connection, entries) = entries(&self.connector).await?;
        let request = UpRequest { approval: None, ..request.clone() };
        let plan = plan_up(&without_hooks(&migrations.files), &entries, &request, &Hooks::none()).await;
        let versions: Vec<Version> = plan
            .steps
            .iter()
            .filter_map(|step| match Id::of_ledger(&step.version) {
                Id::Versioned(version) => Some(version),
                Id::Repeatable(_) => None,
            })
            .collect();
        Ok(match versions.as_slice() {
            [.., before, _] => Before::Through(before.clone()),
            _ => Before::Nothing,
        })
    }

    /// The migrations before it make the schema, as they did elsewhere; their hooks do not run, for there are no rows.
    async fn migrate(
        &self,
        migrations: &Migrations,
        before: Before,
        lock_wait: LockWait,
        interrupt: &Interrupt,
    ) -> Result<(), Failure> {
        let target = match before {
            Before::Nothing => return Ok(()),
            Before::Through(version) => Some(version),
            Before::All => None,
        };
        let request = UpRequest {
            environment: migrations.environment(),
            target,
            lock_timeout_ms: migrations.lock_timeout_ms(),
            ..UpRequest::default()
        };
        let mut observer = Progress::silent(interrupt);
        let surroundings = Surroundings {
            connector: &self.connector,
            files: &without_hooks(&migrations.files),
            hooks: &Hooks::none(),
            options: &RunOptions { lock_wait: lock_wait.get(), ..RunOptions::default() },
            pace: &Clock(interrupt),
            observer: &mut observer,
        };
        let outcome = up(surroundings, &request).await.map_err(|error| crate::migrations::failure(&error.failure));
        observer.end();
        outcome.map(drop)
    }

    /// DDL files, or a stored snapshot, make the schema; the migrations before it are taken as applied.
    async fn build(
        &self,
        dry_run: &DryRun,
        migrations: &Migrations,
        before: Before,
        lock_wait: LockWait,
        interrupt: &Interrupt,
    ) -> Result<(), Failure> {
        let Some(scratch) = &self.scratch else { return Ok(()) };
        let mut session = scratch.session(DATABASE).await.map_err(Failure::with(Exit::Database))?;
        match Source::of(&dry_run.from)? {
            Source::Stored(path) => rebuild(&path, &mut session).await?,
            _ => {
                let files = gather(&migrations.project, &dry_run.from)?.files;
                build::apply(&files, &mut session).await.map_err(Failure::with(Exit::Failed))?;
            }
        }
        let through = match before {
            Before::Nothing => return Ok(()),
            Before::Through(version) => version,
            Before::All => match migrations.files.migrations.iter().rev().find_map(|migration| match &migration.id {
                Id::Versioned(version) => Some(version.clone()),
                Id::Repeatable(_) => None,
            }) {
                Some(version) => version,
                None => return Ok(()),
            },
        };
        let changes = baseline(&migrations.files, &[], &through);
        crate::migrations::change(&self.connector, &changes, "baselined", lock_wait, interrupt).await
    }
}

/// Makes the schema of a stored snapshot.
async fn rebuild(path: &Path, session: &mut PgSession) -> Result<(), Failure> {
    let stored = snapshot::read(path).map_err(Failure::with(Exit::Configuration))?;
    snapshot::rebuild(&stored, session).await.map_err(|error| {
        let version = version(stored.server_version);
        let message = format!(
            "{}, of PostgreSQL {version}: {error}\n  -> name the DDL files with --from, or leave --from out: then the \
             earlier migrations make the schema",
            path.display()
        );
        let exit = if matches!(error, RebuildError::Session(_)) { Exit::Database } else { Exit::Configuration };
        Failure::new(exit, message)
    })
}

/// Makes the role that hooks of plugins that only read take on: in a scratch cluster we are its superuser.
async fn make_reader(scratch: &Scratch) -> Result<String, Failure> {
    let mut session = scratch.session(DATABASE).await.map_err(Failure::with(Exit::Database))?;
    // Before PostgreSQL 14 there is no role that reads everything.
    let may_read = format!(
        "DO $$ BEGIN GRANT pg_read_all_data TO {READER};
         EXCEPTION WHEN undefined_object THEN
             ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO {READER};
             ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {READER};
         END $$"
    );
    for statement in [format!("CREATE ROLE {READER} NOSUPERUSER"), may_read] {
        session.execute(&statement).await.map_err(Failure::with(Exit::Database))?;
    }
    Ok(READER.to_owned())
}

/// The same migrations without their hooks.
fn without_hooks(files: &Files) -> Files {
    let mut files = files.clone();
    files.migrations.iter_mut().for_each(|migration| migration.hooks.clear());
    files
}

/// What is done before the rehearsal.
enum Before {
    Nothing,
    Through(Version),
    All,
}
