//! The edge that every plugin has: who it is.

use crate::{Plugin, plugin::DatabaseAccess};

wit_bindgen::generate!({
    path: "../../wit/v0.1",
    inline: "
        package confiture:sdk;
        world identified { export confiture:plugin/identity@0.1.0; }
    ",
    world: "confiture:sdk/identified",
    generate_all,
    pub_export_macro: true,
    default_bindings_module: "confiture_sdk::wasm::identity",
});

use exports::confiture::plugin::identity;

pub use exports::confiture::plugin::identity as exported_identity;

/// Exports who a plugin is.
#[doc(hidden)]
#[macro_export]
macro_rules! export_identity {
    ($component:ident, $plugin:expr) => {
        impl $crate::wasm::identity::exported_identity::Guest for $component {
            fn describe() -> $crate::wasm::identity::exported_identity::Info {
                $crate::wasm::identity::describe(&$plugin)
            }
        }

        $crate::wasm::identity::export!($component with_types_in $crate::wasm::identity);
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
