//! The macro that makes a crate a plugin.

/// Makes the crate a plugin: generates `pub fn plugin() -> Plugin`, which native tests use, and, when compiled to
/// WebAssembly, the component's exports. Version, license and homepage come from the crate's `Cargo.toml`.
///
/// A plugin offers `rules: [...]`, `hooks: [...]`, or both in this order, or `strategies: [...]`. One with hooks says what it `wants`: hooks without
/// a database are rare.
///
/// ```
/// use confiture_sdk::{Capabilities, NoOptions, Parts, Rule, RuleMeta, Severity};
///
/// pub struct TableOwned;
///
/// impl Rule for TableOwned {
///     type Options = NoOptions;
///     const META: RuleMeta = RuleMeta {
///         id: "table-owned",
///         summary: "Tables that belong to a login role",
///         category: "security",
///         severity: Severity::Info,
///         enabled_by_default: true,
///         reads: Parts::NONE,
///         documentation: "...",
///     };
/// }
///
/// confiture_sdk::export_plugin! {
///     name: "example:owners",
///     summary: "Rules about owners",
///     rules: [TableOwned],
/// }
///
/// # fn main() {
/// assert_eq!(plugin().rules[0].meta().id, "table-owned");
/// assert_eq!(plugin().wants, Capabilities::NONE);
/// # }
/// ```
#[macro_export]
macro_rules! export_plugin {
    (name: $name:expr, summary: $summary:expr, rules: [$($rule:expr),* $(,)?] $(,)?) => {
        $crate::export_plugin! { name: $name, summary: $summary, wants: $crate::Capabilities::NONE, rules: [$($rule),*] }
    };
    (name: $name:expr, summary: $summary:expr, wants: $wants:expr, rules: [$($rule:expr),* $(,)?] $(,)?) => {
        $crate::plugin_of! { $name, $summary, $wants, [$($rule),*], [], [] }

        #[cfg(target_arch = "wasm32")]
        $crate::export_rule_component!();
    };
    (name: $name:expr, summary: $summary:expr, wants: $wants:expr, hooks: [$($hook:expr),* $(,)?] $(,)?) => {
        $crate::plugin_of! { $name, $summary, $wants, [], [$($hook),*], [] }

        #[cfg(target_arch = "wasm32")]
        $crate::export_hook_component!();
    };
    (
        name: $name:expr, summary: $summary:expr, wants: $wants:expr,
        rules: [$($rule:expr),* $(,)?], hooks: [$($hook:expr),* $(,)?] $(,)?
    ) => {
        $crate::plugin_of! { $name, $summary, $wants, [$($rule),*], [$($hook),*], [] }

        #[cfg(target_arch = "wasm32")]
        $crate::export_rule_component!();
        #[cfg(target_arch = "wasm32")]
        $crate::export_hook_component!();
    };
    (name: $name:expr, summary: $summary:expr, strategies: [$($strategy:expr),* $(,)?] $(,)?) => {
        $crate::export_plugin! {
            name: $name,
            summary: $summary,
            wants: $crate::Capabilities::NONE,
            strategies: [$($strategy),*],
        }
    };
    (name: $name:expr, summary: $summary:expr, wants: $wants:expr, strategies: [$($strategy:expr),* $(,)?] $(,)?) => {
        $crate::plugin_of! { $name, $summary, $wants, [], [], [$($strategy),*] }

        #[cfg(target_arch = "wasm32")]
        $crate::export_strategy_component!();
    };
}

/// What all plugins have: the constant, the function that returns it, and who they are.
#[doc(hidden)]
#[macro_export]
macro_rules! plugin_of {
    ($name:expr, $summary:expr, $wants:expr, [$($rule:expr),*], [$($hook:expr),*], [$($strategy:expr),*]) => {
        const PLUGIN: $crate::Plugin = $crate::Plugin {
            name: $name,
            version: env!("CARGO_PKG_VERSION"),
            summary: $summary,
            license: env!("CARGO_PKG_LICENSE"),
            homepage: env!("CARGO_PKG_HOMEPAGE"),
            wants: $wants,
            rules: &[$(&$rule),*],
            hooks: &[$(&$hook),*],
            strategies: &[$(&$strategy),*],
        };

        /// The plugin: who it is, what it asks for, and what it offers.
        pub fn plugin() -> $crate::Plugin {
            PLUGIN
        }

        #[cfg(target_arch = "wasm32")]
        $crate::export_identity_component!();
    };
}
