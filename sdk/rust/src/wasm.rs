//! The component's edge: the only files that know the component model. Turns the contract's records into the SDK's own,
//! and calls of the host into calls of [`crate::check`].
#![allow(unsafe_code, missing_docs, clippy::all)]

mod convert;
pub mod hooks;
pub mod identity;
pub mod masking;

use crate::{Parts, Plugin, Source, catalog as sdk, check, database, error::Error, log::Level, object};

// A world for what a plugin exports each, and one for who it is: a crate exports those that it needs.
wit_bindgen::generate!({
    path: "../../wit/v0.1",
    inline: "
        package confiture:sdk;
        // The world `database-linter` without `identity`, which a plugin exports once, whatever it offers.
        world rules {
            import confiture:plugin/log@0.1.0;
            import confiture:plugin/schema@0.1.0;
            import confiture:plugin/database@0.1.0;
            export confiture:plugin/lint@0.1.0;
        }
    ",
    world: "rules",
    generate_all,
    pub_export_macro: true,
    export_macro_name: "export_rules",
    default_bindings_module: "confiture_sdk::wasm",
});

use confiture::plugin::{catalog, database as host_database, log as host_log, schema};
use exports::confiture::plugin::lint;

pub use exports::confiture::plugin::lint as exported_lint;

/// Exports a plugin's rules under the names that the component model expects.
#[doc(hidden)]
#[macro_export]
macro_rules! export_rule_component {
    () => {
        #[allow(unsafe_code, missing_docs)]
        mod confiture_rules {
            use super::PLUGIN;
            use $crate::wasm::exported_lint;

            struct Component;

            impl exported_lint::Guest for Component {
                fn list_rules() -> Vec<exported_lint::RuleInfo> {
                    $crate::wasm::list_rules(&PLUGIN)
                }

                fn check_schema(
                    rules: Vec<exported_lint::RuleSetting>,
                ) -> Result<Vec<exported_lint::Finding>, exported_lint::PluginError> {
                    $crate::wasm::check_schema(&PLUGIN, rules)
                }

                fn check_migration(
                    _statements: Vec<exported_lint::Statement>,
                    _facts: Vec<exported_lint::TableFacts>,
                    rules: Vec<exported_lint::RuleSetting>,
                ) -> Result<Vec<exported_lint::Finding>, exported_lint::PluginError> {
                    $crate::wasm::check_migration(rules)
                }
            }

            $crate::wasm::export_rules!(Component with_types_in $crate::wasm);
        }
    };
}

pub fn list_rules(plugin: &Plugin) -> Vec<lint::RuleInfo> {
    let info = |rule: &&'static dyn crate::AnyRule| {
        let meta = rule.meta();
        lint::RuleInfo {
            id: meta.id.to_owned(),
            subject: lint::Subject::Schema,
            summary: meta.summary.to_owned(),
            documentation: meta.documentation.to_owned(),
            category: meta.category.to_owned(),
            default_severity: meta.severity.into(),
            enabled_by_default: meta.enabled_by_default,
            reads: meta.reads.into(),
            options: rule.options().into_iter().map(Into::into).collect(),
        }
    };
    plugin.rules.iter().map(info).collect()
}

pub fn check_schema(plugin: &Plugin, rules: Vec<lint::RuleSetting>) -> Result<Vec<lint::Finding>, lint::PluginError> {
    say_where_it_panics();
    let setting =
        |rule: lint::RuleSetting| check::RuleSetting { instance: rule.instance, id: rule.id, options: rule.options };
    let settings: Vec<_> = rules.into_iter().map(setting).collect();
    Ok(check::check_schema(plugin.rules, Box::new(Host), &settings)?)
}

/// Rules of this SDK look at schemas; the host asks nothing of them here, and is told if it does.
pub fn check_migration(rules: Vec<lint::RuleSetting>) -> Result<Vec<lint::Finding>, lint::PluginError> {
    match rules.first() {
        None => Ok(Vec::new()),
        Some(rule) => Err(Error::failed(format!("the rule `{}` looks at schemas, not at migrations", rule.id)).into()),
    }
}

/// A panic is a bare trap to the host. Its place is said first; its message is not, for it may hold a row's values.
fn say_where_it_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if let Some(place) = panic.location() {
            log(Level::Error, &format!("panicked at {}:{}:{}", place.file(), place.line(), place.column()));
        }
    }));
}

pub fn log(level: Level, message: &str) {
    let level = match level {
        Level::Trace => host_log::Level::Trace,
        Level::Debug => host_log::Level::Debug,
        Level::Info => host_log::Level::Info,
        Level::Warn => host_log::Level::Warn,
        Level::Error => host_log::Level::Error,
    };
    host_log::emit(level, message);
}

pub fn query(sql: &str, params: &[database::Value]) -> Result<database::Rows, Error> {
    let params: Vec<_> = params.iter().cloned().map(Into::into).collect();
    let rows = host_database::query(sql, &params)?;
    let meta =
        |column: host_database::ColumnMeta| database::ColumnMeta { name: column.name, type_name: column.type_name };
    let columns = rows.columns().into_iter().map(meta).collect();
    let next = move |max| {
        let page = rows.next(max)?;
        Ok(page.into_iter().map(|row| row.into_iter().map(Into::into).collect()).collect())
    };
    Ok(database::Rows::new(columns, Box::new(next)))
}

/// What the host says of it in `extra`.
fn statistics_days(extra: &str) -> Option<f64> {
    serde_json::from_str::<serde_json::Value>(extra).ok()?.get("statistics_days")?.as_f64()
}

/// The schema as the host hands it out.
struct Host;

impl Source for Host {
    fn overview(&self) -> sdk::Overview {
        let overview = schema::describe();
        let extension = |extension: catalog::Extension| sdk::Extension {
            name: extension.name,
            schema: extension.schema,
            version: extension.version,
        };
        sdk::Overview {
            server_version: overview.server_version,
            environment: overview.environment,
            relations: overview.relations,
            extensions: overview.extensions.into_iter().map(extension).collect(),
            statistics_since: overview.statistics_since,
            statistics_days: overview.extra.as_deref().and_then(statistics_days),
        }
    }

    fn relations(&self, offset: u32, count: u32, parts: Parts) -> Vec<sdk::Relation> {
        schema::relations(offset, count, parts.into()).into_iter().map(Into::into).collect()
    }

    fn find(&self, schema: &str, name: &str) -> Option<sdk::Relation> {
        schema::find_relation(schema, name).map(Into::into)
    }

    fn routines(&self, offset: u32, count: u32) -> Vec<sdk::Routine> {
        schema::routines(offset, count).into_iter().map(Into::into).collect()
    }

    fn type_definitions(&self, offset: u32, count: u32) -> Vec<sdk::TypeDefinition> {
        schema::type_definitions(offset, count).into_iter().map(Into::into).collect()
    }

    fn sequences(&self, offset: u32, count: u32) -> Vec<sdk::Sequence> {
        schema::sequences(offset, count).into_iter().map(Into::into).collect()
    }

    fn triggers(&self, offset: u32, count: u32) -> Vec<sdk::Trigger> {
        schema::triggers(offset, count).into_iter().map(Into::into).collect()
    }

    fn masked_columns(&self) -> Vec<object::ObjectRef> {
        schema::masked_columns().into_iter().map(Into::into).collect()
    }
}
