//! `confiture build`.

use crate::{
    exit::Exit,
    failure::Failure,
    global::{Format, Global},
    output,
    project::Project,
    prompt::confirm,
    report::text::counted,
    source,
};
use clap::Args;
use confiture_engine::build::{self, SourceFile};
use confiture_model::session::Session;
use std::path::PathBuf;

/// Build the schema from its DDL files
///
/// Writes one SQL text, every file once and in the order of the configuration's load_order; with --apply, runs it on
/// the database.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  confiture build > schema.sql\n  confiture build db/ --check           try it in a scratch \
                        PostgreSQL\n  confiture build --apply --env local"
)]
pub struct Build {
    /// DDL files or directories; otherwise the configuration's load_order
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Run the statements on the database, in one transaction
    #[arg(long)]
    apply: bool,
    /// With --apply: each statement on its own, as psql would; a failure leaves what ran before it
    #[arg(long, requires = "apply")]
    no_transaction: bool,
    /// Run the statements in a scratch PostgreSQL that is thrown away
    #[arg(long, conflicts_with = "apply")]
    check: bool,
}

impl Build {
    /// Builds.
    pub async fn run(self, global: &Global) -> Result<Exit, Failure> {
        let project = Project::load(global)?;
        let files = self.files(&project)?;
        if self.check {
            return check(&files).await;
        }
        if self.apply {
            return self.apply(&project, &files, global).await;
        }
        let text = match global.format()? {
            Format::Text => build::concatenate(&files),
            Format::Json => listing(&files)?,
        };
        output::result(global, &text)?;
        Ok(Exit::Done)
    }

    fn files(&self, project: &Project) -> Result<Vec<SourceFile>, Failure> {
        if !self.paths.is_empty() {
            return build::gather_paths(&project.root(), &self.paths).map_err(Failure::with(Exit::Configuration));
        }
        if project.config.build.load_order.is_empty() {
            return Err(Failure::new(
                Exit::Configuration,
                "there is nothing to build: name files or directories, or write `load_order` under [build] in the \
                 configuration (`confiture init` writes one for what it finds)",
            ));
        }
        source::load_order(project)
    }

    async fn apply(&self, project: &Project, files: &[SourceFile], global: &Global) -> Result<Exit, Failure> {
        if !self.no_transaction {
            build::all_in_one_transaction(files).map_err(Failure::with(Exit::Failed))?;
        }
        let target = project.connect_options()?.describe();
        if project.environment()?.is_some_and(|environment| environment.protected) {
            confirm(
                global,
                &format!("{} will be run on {target}, which is protected.", counted(files.len() as u64, "file")),
            )
            .await?;
        }
        let mut session = project.session().await?;
        let failed = Failure::with(Exit::Failed);
        if !self.no_transaction {
            session.execute("BEGIN").await.map_err(|error| failed(error.to_string()))?;
        }
        // A failure drops the session, and the server rolls back.
        let applied = build::apply(files, &mut session).await.map_err(|error| failed(error.to_string()))?;
        if !self.no_transaction {
            session.execute("COMMIT").await.map_err(|error| failed(error.to_string()))?;
        }
        output::say(format!(
            "{} of {} ran on {target}",
            counted(applied.statements.len() as u64, "statement"),
            counted(files.len() as u64, "file")
        ));
        Ok(Exit::Done)
    }
}

async fn check(files: &[SourceFile]) -> Result<Exit, Failure> {
    let scratch = source::start_scratch().await?;
    let mut session = source::watched(&scratch).await?;
    let applied = build::apply(files, &mut session).await.map_err(Failure::with(Exit::Failed))?;
    output::say(format!(
        "{} of {} ran in a scratch PostgreSQL {}",
        counted(applied.statements.len() as u64, "statement"),
        counted(files.len() as u64, "file"),
        source::version(scratch.server_version())
    ));
    Ok(Exit::Done)
}

fn listing(files: &[SourceFile]) -> Result<String, Failure> {
    let files: Vec<_> =
        files.iter().map(|file| serde_json::json!({ "file": file.shown, "bytes": file.text.len() })).collect();
    let document = serde_json::json!({ "schema_version": 1, "files": files });
    serde_json::to_string_pretty(&document).map(|text| text + "\n").map_err(Failure::with(Exit::Failed))
}
