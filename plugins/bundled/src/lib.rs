//! The components of the bundled plugins, embedded.
//!
//! `cargo xtask plugins` builds them; without it this crate compiles all the same, and carries the names alone.

/// A plugin that Confiture ships.
#[derive(Clone, Copy, Debug)]
pub struct BundledPlugin {
    /// The name that projects use for it.
    pub name: &'static str,
    /// `lint`, `hooks` or `anonymization`: so that nobody opens it for something else.
    pub offers: &'static str,
    /// The component; none where `cargo xtask plugins` had not run when this was built.
    pub wasm: Option<&'static [u8]>,
    /// The component as native code for this program's own engine; where it does not fit, the component is compiled.
    pub precompiled: Option<&'static [u8]>,
}

/// The bundled plugins, by name.
pub fn plugins() -> &'static [BundledPlugin] {
    PLUGINS
}

const PLUGINS: &[BundledPlugin] = include!(concat!(env!("OUT_DIR"), "/plugins.rs"));

/// What the bundled plugins are granted where a project says nothing else, in the form of its configuration. They get
/// nothing here that a third party's plugin could not be given.
pub const GRANTS: &str = include_str!("../grants.toml");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_embedded_is_a_component() {
        for plugin in plugins() {
            let Some(wasm) = plugin.wasm else { continue };
            // Magic number, version 13, layer 1: a component, not a core module.
            assert_eq!(wasm[..8], *b"\0asm\x0d\0\x01\0", "{}", plugin.name);
        }
    }

    #[test]
    fn native_code_comes_with_its_component() {
        assert!(plugins().iter().all(|plugin| plugin.wasm.is_some() || plugin.precompiled.is_none()));
    }
}
