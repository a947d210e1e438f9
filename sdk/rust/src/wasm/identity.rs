//! The edge that every component has: who it is.

use crate::{Plugin, plugin::DatabaseAccess};

wit_bindgen::generate!({
    path: "../../wit/v0.1",
    inline: "
        package confiture:sdk;
        world named {
            export confiture:plugin/identity@0.1.0;
        }
    ",
    world: "named",
    generate_all,
    pub_export_macro: true,
    export_macro_name: "export_identity",
    default_bindings_module: "confiture_sdk::wasm::identity",
});

use exports::confiture::plugin::identity;

pub use exports::confiture::plugin::identity as exported_identity;

/// Exports what a plugin says of itself under the names that the component model expects.
#[doc(hidden)]
#[macro_export]
macro_rules! export_identity_component {
    () => {
        #[allow(unsafe_code, missing_docs)]
        mod confiture_identity {
            use super::PLUGIN;
            use $crate::wasm::identity::exported_identity;

            struct Component;

            impl exported_identity::Guest for Component {
                fn describe() -> exported_identity::Info {
                    $crate::wasm::identity::describe(&PLUGIN)
                }
            }

            $crate::wasm::identity::export_identity!(Component with_types_in $crate::wasm::identity);
        }
    };
}

pub fn describe(plugin: &Plugin) -> identity::Info {
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let directory =
        |(name, write): &(&str, bool)| identity::DirectoryAccess { name: (*name).to_owned(), write: *write };
    identity::Info {
        name: plugin.name.to_owned(),
        version: plugin.version.to_owned(),
        summary: plugin.summary.to_owned(),
        license: given(plugin.license),
        homepage: given(plugin.homepage),
        wants: identity::Capabilities {
            database: match plugin.wants.database {
                DatabaseAccess::None => identity::DatabaseAccess::None,
                DatabaseAccess::Read => identity::DatabaseAccess::Read,
                DatabaseAccess::Write => identity::DatabaseAccess::Write,
            },
            directories: plugin.wants.directories.iter().map(directory).collect(),
            backup: plugin.wants.backup,
            secrets: plugin.wants.secrets.iter().map(|name| (*name).to_owned()).collect(),
            extra: None,
        },
    }
}
