//! What all of them need: the profile, the schema, the plugins that offer strategies.

use crate::{exit::Exit, failure::Failure, output, plugins::open_offering, project::Project};
use clap::Args;
use confiture_engine::anonymize::{
    profile::{Profile, Profiles},
    resolve::{Request, Resolved, resolve},
    samples::{SampleError, sample},
    suggest::{Sampled, Suspicion, suspicions},
};
use confiture_host::MaskGrant;
use confiture_model::{
    mask::AnonymizationPlugin,
    plugin::Offer,
    sampling::TextQueries,
    schema::{Parts, RelationKind, Snapshot},
    session::Session as _,
};
use confiture_postgres::{session::PgSession, text_queries::PgTextQueries};
use std::sync::Arc;

/// Which profile.
#[derive(Debug, Args)]
pub struct Chosen {
    /// Profile to work with: its name, or its file's without the ending; not needed where there is only one
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Refuse columns that look personal and that no rule mentions
    #[arg(long)]
    pub strict: bool,
}

/// A profile that was found sound for a database.
pub struct Work {
    /// The profile.
    pub profile: Profile,
    /// The schema.
    pub snapshot: Snapshot,
    /// The two joined.
    pub resolved: Resolved,
    /// The connection.
    pub session: PgSession,
}

impl Work {
    /// Resolves the profile for the database under work. No row is read.
    pub async fn load(project: &Project, chosen: Option<&str>) -> Result<Self, Failure> {
        let known: Vec<&str> = project.config.environments.keys().map(String::as_str).collect();
        let profiles = Profiles::discover(&project.root(), &variable).map_err(Failure::with(Exit::Configuration))?;
        let profile = profiles
            .load(&name(chosen, &profiles)?, project.environment_name().as_deref(), &known)
            .map_err(Failure::with(Exit::Configuration))?;
        let plugins = plugins(project).await?;
        let (session, snapshot) = schema(project).await?;
        let request = Request { profile: &profile, snapshot: &snapshot, plugins: &plugins, env: &variable, held: &[] };
        let resolved = resolve(request).await.map_err(Failure::with(Exit::Configuration))?;
        for notice in &resolved.notices {
            output::warn(notice);
        }
        Ok(Self { profile, snapshot, resolved, session })
    }

    /// What looks personal, by up to `rows` sampled rows of each table.
    pub async fn suspicions(&self, rows: u32) -> Result<Vec<Suspicion>, Failure> {
        look(&self.session, &self.snapshot, rows).await
    }
}

/// The profile that is meant: the one that there is, where none is named.
fn name(chosen: Option<&str>, profiles: &Profiles) -> Result<String, Failure> {
    if let Some(name) = chosen {
        return Ok(name.to_owned());
    }
    let names = profiles.names();
    match &names[..] {
        [one] => Ok(one.clone()),
        [] => Err(Failure::new(
            Exit::Usage,
            "there is no anonymization profile\n  `confiture anonymize suggest --output anonymization/draft.yaml` drafts one",
        )),
        several => {
            let message = format!("there are several profiles: name one with --profile: {}", several.join(", "));
            Err(Failure::new(Exit::Usage, message))
        }
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The plugins that offer strategies.
pub async fn plugins(project: &Project) -> Result<Vec<Arc<dyn AnonymizationPlugin>>, Failure> {
    let all = open_offering(project, Offer::Anonymization).await?;
    let mut plugins: Vec<Arc<dyn AnonymizationPlugin>> = Vec::new();
    let mut faults = all.faults;
    for opened in &all.opened {
        let grant = MaskGrant { capabilities: opened.grant.clone(), limits: opened.limits.clone() };
        match opened.plugin.anonymizer(grant).await {
            Ok(plugin) => plugins.push(plugin),
            Err(fault) => faults.push(fault),
        }
    }
    // A strategy of a plugin that did not load is refused as unknown: this says why.
    for fault in faults {
        output::warn(fault);
    }
    Ok(plugins)
}

/// The database's schema.
pub async fn schema(project: &Project) -> Result<(PgSession, Snapshot), Failure> {
    let mut session = project.session().await?;
    let snapshot = session.snapshot(Parts::ALL).await.map_err(Failure::with(Exit::Database))?;
    Ok((session, snapshot))
}

/// What looks personal in a database.
pub async fn look(session: &PgSession, snapshot: &Snapshot, rows: u32) -> Result<Vec<Suspicion>, Failure> {
    let mut queries = PgTextQueries::new(session.client());
    let mut sampled = Sampled::new();
    if rows > 0 {
        fill(&mut queries, snapshot, rows, &mut sampled).await.map_err(failure)?;
    }
    Ok(suspicions(snapshot, &sampled))
}

async fn fill(
    queries: &mut dyn TextQueries,
    snapshot: &Snapshot,
    rows: u32,
    sampled: &mut Sampled,
) -> Result<(), SampleError> {
    let copied = |kind| matches!(kind, RelationKind::Table | RelationKind::PartitionedTable);
    for relation in snapshot.relations.iter().filter(|relation| copied(relation.kind)) {
        for (column, values) in sample(queries, relation, rows).await? {
            sampled.insert((relation.schema.clone(), relation.name.clone(), column), values);
        }
    }
    Ok(())
}

/// Why a sample failed.
pub fn failure(error: SampleError) -> Failure {
    let exit = match error {
        SampleError::Mask(_) => Exit::Plugin,
        SampleError::Read { .. } | SampleError::Changed(_) => Exit::Database,
    };
    Failure::new(exit, error)
}
