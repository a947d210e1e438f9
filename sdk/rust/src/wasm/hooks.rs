//! The edge of a component that offers hooks: its exports, and the host's powers as [`crate::hook`] hands them out.

use super::{Level, log, say_where_it_panics};
use crate::{Plugin, error::Error, hook as sdk};

wit_bindgen::generate!({
    path: "../../wit/v0.1",
    inline: "
        package confiture:sdk;
        // The world `backup-hook` without `identity`, which a plugin exports once, whatever it offers.
        world hooks {
            import confiture:plugin/log@0.1.0;
            import confiture:plugin/progress@0.1.0;
            import confiture:plugin/database@0.1.0;
            import confiture:plugin/files@0.1.0;
            import confiture:plugin/backup@0.1.0;
            export confiture:plugin/hooks@0.1.0;
        }
    ",
    world: "hooks",
    generate_all,
    pub_export_macro: true,
    export_macro_name: "export_hooks",
    default_bindings_module: "confiture_sdk::wasm::hooks",
    with: {
        "confiture:plugin/common@0.1.0": crate::wasm::confiture::plugin::common,
        "confiture:plugin/log@0.1.0": crate::wasm::confiture::plugin::log,
        "confiture:plugin/database@0.1.0": crate::wasm::confiture::plugin::database,
    },
});

use crate::wasm::confiture::plugin::database as host_database;
use confiture::plugin::{backup as host_backup, files as host_files, progress as host_progress};
use exports::confiture::plugin::hooks;

pub use exports::confiture::plugin::hooks as exported_hooks;

/// Exports a plugin's hooks under the names that the component model expects.
#[doc(hidden)]
#[macro_export]
macro_rules! export_hook_component {
    () => {
        #[allow(unsafe_code, missing_docs)]
        mod confiture_hooks {
            use super::PLUGIN;
            use $crate::wasm::hooks::exported_hooks;

            struct Component;

            impl exported_hooks::Guest for Component {
                fn list_hooks() -> Vec<exported_hooks::HookInfo> {
                    $crate::wasm::hooks::list_hooks(&PLUGIN)
                }

                fn place(
                    hook: String,
                    options: String,
                ) -> Result<exported_hooks::Placing, exported_hooks::PluginError> {
                    $crate::wasm::hooks::place(&PLUGIN, &hook, &options)
                }

                fn plan(
                    hook: String,
                    context: exported_hooks::Context,
                    options: String,
                ) -> Result<Vec<exported_hooks::Step>, exported_hooks::PluginError> {
                    $crate::wasm::hooks::plan(&PLUGIN, &hook, context, &options)
                }

                fn run(
                    hook: String,
                    context: exported_hooks::Context,
                    options: String,
                    step: exported_hooks::Step,
                ) -> Result<exported_hooks::Outcome, exported_hooks::PluginError> {
                    $crate::wasm::hooks::run(&PLUGIN, &hook, context, &options, step)
                }
            }

            $crate::wasm::hooks::export_hooks!(Component with_types_in $crate::wasm::hooks);
        }
    };
}

pub fn list_hooks(plugin: &Plugin) -> Vec<hooks::HookInfo> {
    let info = |hook: &&'static dyn sdk::AnyHook| {
        let meta = hook.meta();
        hooks::HookInfo {
            id: meta.id.to_owned(),
            summary: meta.summary.to_owned(),
            documentation: meta.documentation.to_owned(),
            phases: meta.phases.iter().copied().map(Into::into).collect(),
            options: hook.options().into_iter().map(Into::into).collect(),
            extra: None,
        }
    };
    plugin.hooks.iter().map(info).collect()
}

pub fn place(plugin: &Plugin, hook: &str, options: &str) -> Result<hooks::Placing, hooks::PluginError> {
    say_where_it_panics();
    Ok(open(plugin, hook, options)?.place()?.into())
}

pub fn plan(
    plugin: &Plugin,
    hook: &str,
    context: hooks::Context,
    options: &str,
) -> Result<Vec<hooks::Step>, hooks::PluginError> {
    say_where_it_panics();
    let context = read_context(context)?;
    let steps = open(plugin, hook, options)?.plan(&sdk::Call::new(&context))?;
    Ok(steps.into_iter().map(Into::into).collect())
}

pub fn run(
    plugin: &Plugin,
    hook: &str,
    context: hooks::Context,
    options: &str,
    step: hooks::Step,
) -> Result<hooks::Outcome, hooks::PluginError> {
    say_where_it_panics();
    let context = read_context(context)?;
    Ok(open(plugin, hook, options)?.run(&step.into(), &sdk::Call::new(&context))?.into())
}

fn open(plugin: &Plugin, hook: &str, options: &str) -> Result<Box<dyn sdk::OpenHook>, Error> {
    let found = plugin.hook(hook).ok_or_else(|| Error::failed(format!("this plugin has no hook `{hook}`")))?;
    found.open(options)
}

fn read_context(context: hooks::Context) -> Result<sdk::Context, Error> {
    let statistics = serde_json::from_str(&context.statistics).map_err(|_| {
        log(Level::Warn, "the statistics of earlier hooks are no JSON");
        Error::failed("the statistics of earlier hooks cannot be read: they are no JSON")
    })?;
    Ok(sdk::Context {
        migration: context.migration,
        version: context.version,
        direction: match context.direction {
            hooks::Direction::Up => sdk::Direction::Up,
            hooks::Direction::Down => sdk::Direction::Down,
        },
        phase: context.phase.into(),
        environment: context.environment,
        dry_run: context.dry_run,
        statistics,
        failure: context.failure,
    })
}

pub fn progress(done: u64, total: Option<u64>, what: &str) {
    host_progress::report(done, total, what);
}

pub fn execute(sql: &str, params: &[crate::database::Value]) -> Result<u64, Error> {
    let params: Vec<_> = params.iter().cloned().map(Into::into).collect();
    Ok(host_database::execute(sql, &params)?)
}

pub fn split(sql: &str) -> Result<Vec<String>, Error> {
    Ok(host_database::split(sql)?)
}

pub fn read_file(directory: &str, path: &str) -> Result<Vec<u8>, Error> {
    Ok(host_files::read(directory, path)?)
}

pub fn write_file(directory: &str, path: &str, content: &[u8]) -> Result<(), Error> {
    Ok(host_files::write(directory, path, content)?)
}

pub fn list_files(directory: &str) -> Result<Vec<String>, Error> {
    Ok(host_files::list_files(directory)?)
}

pub fn dump(
    directory: &str,
    name: &str,
    compression: sdk::Compression,
    tables: &[String],
) -> Result<sdk::BackupReport, Error> {
    let compression = match compression {
        sdk::Compression::None => host_backup::Compression::None,
        sdk::Compression::Gzip => host_backup::Compression::Gzip,
        sdk::Compression::Zstd => host_backup::Compression::Zstd,
    };
    Ok(host_backup::dump(directory, name, compression, tables)?.into())
}

pub fn restore(directory: &str, name: &str, tables: &[String]) -> Result<sdk::BackupReport, Error> {
    Ok(host_backup::restore(directory, name, tables)?.into())
}

pub fn prune(directory: &str, keep_days: u32) -> Result<u32, Error> {
    Ok(host_backup::prune(directory, keep_days)?)
}

impl From<host_backup::BackupReport> for sdk::BackupReport {
    fn from(from: host_backup::BackupReport) -> Self {
        Self { file: from.file, bytes: from.bytes, tables: from.tables, seconds: from.seconds }
    }
}

impl From<sdk::Phase> for hooks::Phase {
    fn from(from: sdk::Phase) -> Self {
        match from {
            sdk::Phase::BeforeValidation => Self::BeforeValidation,
            sdk::Phase::BeforeDdl => Self::BeforeDdl,
            sdk::Phase::AfterDdl => Self::AfterDdl,
            sdk::Phase::AfterValidation => Self::AfterValidation,
            sdk::Phase::Cleanup => Self::Cleanup,
            sdk::Phase::OnError => Self::OnError,
            sdk::Phase::AfterMigration => Self::AfterMigration,
        }
    }
}

impl From<hooks::Phase> for sdk::Phase {
    fn from(from: hooks::Phase) -> Self {
        match from {
            hooks::Phase::BeforeValidation => Self::BeforeValidation,
            hooks::Phase::BeforeDdl => Self::BeforeDdl,
            hooks::Phase::AfterDdl => Self::AfterDdl,
            hooks::Phase::AfterValidation => Self::AfterValidation,
            hooks::Phase::Cleanup => Self::Cleanup,
            hooks::Phase::OnError => Self::OnError,
            hooks::Phase::AfterMigration => Self::AfterMigration,
        }
    }
}

impl From<sdk::Placing> for hooks::Placing {
    fn from(from: sdk::Placing) -> Self {
        let placement = match from.placement {
            sdk::Placement::InTransaction => hooks::Placement::InTransaction,
            sdk::Placement::OwnTransaction => hooks::Placement::OwnTransaction,
            sdk::Placement::Autocommit => hooks::Placement::Autocommit,
        };
        Self { placement, rehearsable: from.rehearsable, notes: from.notes }
    }
}

impl From<sdk::Step> for hooks::Step {
    fn from(from: sdk::Step) -> Self {
        Self {
            title: from.title,
            arguments: from.arguments,
            estimated_rows: from.estimated_rows,
            parallel: from.parallel,
            extra: None,
        }
    }
}

impl From<hooks::Step> for sdk::Step {
    fn from(from: hooks::Step) -> Self {
        Self {
            title: from.title,
            arguments: from.arguments,
            estimated_rows: from.estimated_rows,
            parallel: from.parallel,
        }
    }
}

impl From<sdk::Outcome> for hooks::Outcome {
    fn from(from: sdk::Outcome) -> Self {
        Self {
            rows_affected: from.rows_affected,
            statistics: serde_json::Value::Object(from.statistics).to_string(),
            notes: from.notes,
            next: from.next.into_iter().map(Into::into).collect(),
            extra: None,
        }
    }
}
