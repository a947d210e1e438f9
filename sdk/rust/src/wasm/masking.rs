//! The edge of strategies: the world `anonymizer`.

use super::confiture::plugin::common;
use crate::{
    Plugin,
    error::Error,
    masking::{self, AnyStrategy, OpenStrategy},
    options::OptionInfo,
};

wit_bindgen::generate!({
    path: "../../wit/v0.1",
    inline: "
        package confiture:sdk;
        world strategies {
            import confiture:plugin/log@0.1.0;
            import confiture:plugin/pseudonym@0.1.0;
            import confiture:plugin/nested@0.1.0;
            export confiture:plugin/anonymization@0.1.0;
        }
    ",
    world: "confiture:sdk/strategies",
    with: {
        "confiture:plugin/common@0.1.0": crate::wasm::confiture::plugin::common,
        "confiture:plugin/log@0.1.0": crate::wasm::confiture::plugin::log,
    },
    generate_all,
    pub_export_macro: true,
    export_macro_name: "export_strategies",
    default_bindings_module: "confiture_sdk::wasm::masking",
});

use confiture::plugin::{masking as crossing, nested, pseudonym};
use exports::confiture::plugin::anonymization;

pub use exports::confiture::plugin::anonymization as exported_anonymization;

/// Exports a plugin's strategies under the names that the component model expects.
#[doc(hidden)]
#[macro_export]
macro_rules! export_strategy_component {
    () => {
        #[allow(unsafe_code, missing_docs)]
        mod confiture_strategies {
            use super::PLUGIN;
            use $crate::wasm::masking::{self, exported_anonymization};

            struct Component;

            impl exported_anonymization::Guest for Component {
                type Strategy = masking::Opened;

                fn list_strategies() -> Vec<exported_anonymization::StrategyInfo> {
                    masking::list_strategies(&PLUGIN)
                }

                fn open(
                    strategy: String,
                    options: String,
                    target: exported_anonymization::ColumnInfo,
                    row: Vec<exported_anonymization::ColumnInfo>,
                ) -> Result<exported_anonymization::Strategy, exported_anonymization::PluginError> {
                    masking::open(&PLUGIN, strategy, options, target, row)
                }
            }

            $crate::wasm::masking::export_strategies!(Component with_types_in $crate::wasm::masking);
        }
    };
}

pub fn list_strategies(plugin: &Plugin) -> Vec<anonymization::StrategyInfo> {
    let info = |strategy: &&'static dyn AnyStrategy| {
        let meta = strategy.meta();
        anonymization::StrategyInfo {
            id: meta.id.to_owned(),
            summary: meta.summary.to_owned(),
            documentation: meta.documentation.to_owned(),
            accepts: meta.accepts.iter().map(|accepted| (*accepted).to_owned()).collect(),
            properties: meta.promises.into(),
            options: strategy.options().into_iter().map(option).collect(),
            batch_rows: meta.batch_rows,
            extra: meta.extra(strategy.when()),
        }
    };
    plugin.strategies.iter().map(info).collect()
}

fn option(from: OptionInfo) -> anonymization::OptionInfo {
    let schema = from.schema.to_string();
    anonymization::OptionInfo { name: from.name, summary: from.summary, required: from.required, schema }
}

pub fn open(
    plugin: &Plugin,
    strategy: String,
    options: String,
    target: crossing::ColumnInfo,
    row: Vec<crossing::ColumnInfo>,
) -> Result<anonymization::Strategy, common::PluginError> {
    super::say_where_it_panics();
    let found = plugin.strategy(&strategy);
    let found = found.ok_or_else(|| Error::failed(format!("this plugin has no strategy `{strategy}`")))?;
    let row: Vec<_> = row.into_iter().map(Into::into).collect();
    let opened = found.open(&options, &target.into(), &row)?;
    Ok(anonymization::Strategy::new(Opened(opened)))
}

/// The resource behind a strategy of the contract.
pub struct Opened(OpenStrategy);

impl anonymization::GuestStrategy for Opened {
    fn context_columns(&self) -> Vec<anonymization::ContextColumn> {
        let column =
            |column: masking::ContextColumn| anonymization::ContextColumn { name: column.name, masked: column.masked };
        self.0.context_columns().into_iter().map(column).collect()
    }

    fn mask(
        &self,
        values: crossing::Column,
        context: Vec<crossing::Column>,
    ) -> Result<crossing::Column, common::PluginError> {
        let context = context.into_iter().map(TryInto::try_into).collect::<Result<Vec<_>, Error>>()?;
        Ok(self.0.mask(&values.try_into()?, &context)?.into())
    }
}

pub fn keyed_hash(key: &str, domain: &str, data: &[u8], ends: &[u32]) -> Result<Vec<u8>, Error> {
    Ok(pseudonym::keyed_hash(key, domain, data, ends)?)
}

pub fn random(key: &str, domain: &str, count: u32) -> Result<Vec<u8>, Error> {
    Ok(pseudonym::random(key, domain, count)?)
}

/// An inner strategy, wherever the host runs it.
pub struct HostInner(nested::Inner);

pub fn open_inner(
    strategy: &str,
    target: &masking::ColumnInfo,
    row: &[masking::ColumnInfo],
) -> Result<HostInner, Error> {
    let row: Vec<crossing::ColumnInfo> = row.iter().cloned().map(Into::into).collect();
    Ok(HostInner(nested::open(strategy, &target.clone().into(), &row)?))
}

impl HostInner {
    pub fn mask(&self, values: &masking::Column, context: &[masking::Column]) -> Result<masking::Column, Error> {
        let context: Vec<crossing::Column> = context.iter().cloned().map(Into::into).collect();
        self.0.mask(&values.clone().into(), &context)?.try_into()
    }
}

impl From<masking::Promises> for anonymization::Properties {
    fn from(from: masking::Promises) -> Self {
        let mut properties = Self::empty();
        properties.set(Self::DETERMINISTIC, from.deterministic);
        properties.set(Self::INJECTIVE, from.injective);
        properties.set(Self::REVERSIBLE, from.reversible);
        properties.set(Self::MAY_KEEP, from.may_keep);
        properties
    }
}

impl From<crossing::ColumnInfo> for masking::ColumnInfo {
    fn from(from: crossing::ColumnInfo) -> Self {
        Self {
            schema: from.schema,
            table: from.table,
            name: from.name,
            type_name: from.type_name,
            base_type: from.base_type,
            labels: from.labels,
            max_length: from.max_length,
            nullable: from.nullable,
            unique: from.unique,
            join_group: from.join_group,
            group_type: from.group_type,
            group_max_length: from.group_max_length,
            estimated_rows: from.estimated_rows,
            extra: from.extra,
        }
    }
}

impl From<masking::ColumnInfo> for crossing::ColumnInfo {
    fn from(from: masking::ColumnInfo) -> Self {
        Self {
            schema: from.schema,
            table: from.table,
            name: from.name,
            type_name: from.type_name,
            base_type: from.base_type,
            labels: from.labels,
            max_length: from.max_length,
            nullable: from.nullable,
            unique: from.unique,
            join_group: from.join_group,
            group_type: from.group_type,
            group_max_length: from.group_max_length,
            estimated_rows: from.estimated_rows,
            extra: from.extra,
        }
    }
}

impl TryFrom<crossing::Column> for masking::Column {
    type Error = Error;

    fn try_from(from: crossing::Column) -> Result<Self, Error> {
        // SAFETY: the contract says that the host gives UTF-8, and the host keeps columns in texts of UTF-8. Looking at every
        // byte once more would cost as much as the crossing.
        let text = unsafe { String::from_utf8_unchecked(from.data) };
        Self::of_text(text, from.ends, from.nulls)
    }
}

impl From<masking::Column> for crossing::Column {
    fn from(from: masking::Column) -> Self {
        let (data, ends, nulls) = from.into_parts();
        Self { data, ends, nulls }
    }
}
