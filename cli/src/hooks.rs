//! The hooks of a migration run: those that plugins offer, opened only where somebody uses one.

use crate::{
    failure::Failure,
    output,
    plugins::{Opened, open_offering},
    project::Project,
};
use confiture_engine::migrate::{files::Files, hooks::Hooks};
use confiture_host::HookGrant;
use confiture_model::{
    fault::Fault,
    hook::HookPlugin,
    plugin::{DatabaseAccess, Offer},
};
use confiture_postgres::{
    backup::{PgBackupTool, Programs},
    connect::ConnectOptions,
    plugin_database::{PluginDatabaseError, check_login},
};
use std::sync::Arc;

/// The hooks of this project, for migrations of a database, where hooks that only read may take on the role that stands
/// beside it. Without any hook in its files and its configuration, no plugin is opened.
pub async fn load(
    project: &Project,
    files: &Files,
    database: (&ConnectOptions, Option<&str>),
) -> Result<Hooks, Failure> {
    let environment = project.environment_name();
    let around = project.config.hooks_in(environment.as_deref()).next().is_some();
    if !around && files.migrations.iter().all(|migration| migration.hooks.is_empty()) {
        return Ok(Hooks::new(Vec::new(), &project.config, environment.as_deref()));
    }
    let all = open_offering(project, Offer::Hooks).await?;
    let (mut plugins, mut faults): (Vec<Arc<dyn HookPlugin>>, Vec<Fault>) = (Vec::new(), all.faults);
    for opened in &all.opened {
        match open(project, opened, database).await {
            Ok(plugin) => plugins.push(plugin),
            Err(fault) => faults.push(fault),
        }
    }
    // A hook of a plugin that did not load is refused as unknown when the plan is made: this says why.
    for fault in faults {
        output::warn(fault);
    }
    Ok(Hooks::new(plugins, &project.config, environment.as_deref()))
}

/// Makes the hooks of one plugin ready to run.
async fn open(
    project: &Project,
    opened: &Opened,
    (options, reader): (&ConnectOptions, Option<&str>),
) -> Result<Arc<dyn HookPlugin>, Fault> {
    let directories = opened.plugin.grant_directories(&opened.grant, &project.config.directories)?;
    let programs = Programs::new(|name| std::env::var_os(name));
    let grant = HookGrant {
        capabilities: opened.grant.clone(),
        directories,
        backup: Some(Arc::new(PgBackupTool::new(options.clone(), programs))),
        refused: refused(opened, options, reader).await,
        limits: opened.limits.clone(),
    };
    opened.plugin.hooks(grant).await
}

/// Why hooks that only read may not be used: on a connection that READ ONLY does not contain they take on the reader's
/// role, and there is none. A plugin that may write is contained in its step in other ways.
async fn refused(opened: &Opened, options: &ConnectOptions, reader: Option<&str>) -> Option<String> {
    if opened.plugin.info().wants.database != DatabaseAccess::Read || reader.is_some() {
        return None;
    }
    match check_login(options).await {
        Err(PluginDatabaseError::Privileged(why)) => Some(why),
        // Whatever else there is about the login or the server, the run itself says.
        Ok(()) | Err(_) => None,
    }
}
