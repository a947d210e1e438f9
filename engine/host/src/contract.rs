//! What a component imports and exports, against the contract.

use crate::{grant::Needs, imports::wasi};
use confiture_model::{fault::FaultKind, plugin::Offer};
use wasmtime::{
    Engine,
    component::{Component, types::ComponentItem},
};

/// The package of the contract.
const PACKAGE: &str = "confiture:plugin/";
/// The version of `wit/v0.1`. Within 0.1 every version fits every other.
const VERSION: &str = "0.1";
/// The interfaces that a plugin may import.
const IMPORTS: [&str; 12] = [
    "log",
    "schema",
    "database",
    "progress",
    "files",
    "backup",
    "pseudonym",
    "nested",
    "common",
    "catalog",
    "masking",
    "statements",
];

/// What a component is, read from its types without running it.
#[derive(Clone, Debug)]
pub(crate) struct Contract {
    pub offers: Vec<Offer>,
    /// Every interface that it imports functions of, as it names them.
    pub imports: Vec<String>,
}

impl Contract {
    /// Reads a component's imports and exports.
    ///
    /// # Errors
    /// [`FaultKind::Load`] where it is no plugin of this contract, [`FaultKind::Denied`] where it imports what nobody offers.
    pub(crate) fn read(engine: &Engine, component: &Component) -> Result<Self, FaultKind> {
        let of = component.component_type();
        let exports: Vec<&str> = of.exports(engine).map(|(name, _)| name).collect();
        let offers = offers(&exports)?;
        let mut imports = Vec::new();
        for (name, import) in of.imports(engine) {
            require_known(name)?;
            if has_functions(engine, &import.ty) {
                imports.push(name.to_owned());
            }
        }
        Ok(Self { offers, imports })
    }

    /// What its imports are there for, before `describe` adds what it wants.
    pub(crate) fn needs(&self) -> Needs {
        Needs { imports_database: self.imports("database"), imports_backup: self.imports("backup"), ..Needs::default() }
    }

    fn imports(&self, interface: &str) -> bool {
        self.imports.iter().any(|import| of_contract(import).is_some_and(|(name, _)| name == interface))
    }
}

/// Interface and version of a name of the contract: `lint` and `0.1.0` of `confiture:plugin/lint@0.1.0`.
fn of_contract(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_prefix(PACKAGE)?;
    Some(rest.split_once('@').unwrap_or((rest, "")))
}

fn fits(version: &str) -> bool {
    version.strip_prefix(VERSION).is_some_and(|rest| rest.starts_with('.'))
}

fn other_version(name: &str) -> FaultKind {
    FaultKind::Load(format!(
        "it was built for another version of the plugin contract: it names `{name}`, and this confiture speaks {VERSION}; \
         build it against `wit/v{VERSION}`, or run a confiture of its version"
    ))
}

fn offers(exports: &[&str]) -> Result<Vec<Offer>, FaultKind> {
    let (mut identity, mut offers) = (false, Vec::new());
    for name in exports {
        let Some((interface, version)) = of_contract(name) else { continue };
        if !fits(version) {
            return Err(other_version(name));
        }
        match interface {
            "identity" => identity = true,
            "lint" => offers.push(Offer::Lint),
            "hooks" => offers.push(Offer::Hooks),
            "anonymization" => offers.push(Offer::Anonymization),
            // A later 0.1 may add optional interfaces.
            _ => {}
        }
    }
    match (identity, offers.is_empty()) {
        (true, false) => Ok(offers),
        (true, true) => Err(FaultKind::Load(
            "it says who it is, but offers nothing: it exports none of `lint`, `hooks` and `anonymization`".to_owned(),
        )),
        (false, false) => Err(FaultKind::Load(format!(
            "it does not say who it is: it exports no `{PACKAGE}identity@{VERSION}.0`, as every world of the contract does"
        ))),
        (false, true) => Err(FaultKind::Load(format!(
            "it is a component of another world: it exports {}, and nothing of `{PACKAGE}`; build it for one of the \
             worlds of `wit/v{VERSION}`",
            listed(exports)
        ))),
    }
}

fn listed(names: &[&str]) -> String {
    match names {
        [] => "nothing".to_owned(),
        [.., _] if names.len() > 5 => format!("`{}` and {} more", names[..5].join("`, `"), names.len() - 5),
        _ => format!("`{}`", names.join("`, `")),
    }
}

fn require_known(name: &str) -> Result<(), FaultKind> {
    match of_contract(name) {
        Some((_, version)) if !fits(version) => Err(other_version(name)),
        Some((interface, _)) if IMPORTS.contains(&interface) => Ok(()),
        None if wasi::is_wasi(name) => Ok(()),
        _ => {
            let what = format!("importing `{name}`, which is no part of the contract,");
            Err(FaultKind::Denied { what, grant: None })
        }
    }
}

fn has_functions(engine: &Engine, item: &ComponentItem) -> bool {
    match item {
        ComponentItem::ComponentFunc(_) => true,
        ComponentItem::ComponentInstance(instance) => {
            instance.exports(engine).any(|(_, export)| has_functions(engine, &export.ty))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(exports: &[&str]) -> String {
        match offers(exports) {
            Err(FaultKind::Load(why)) => why,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }

    #[test]
    fn exports_say_what_is_offered() {
        let exports = ["confiture:plugin/identity@0.1.0", "confiture:plugin/lint@0.1.3", "init"];
        assert_eq!(offers(&exports), Ok(vec![Offer::Lint]));
    }

    #[test]
    fn another_contract_is_named() {
        let why = refused(&["confiture:plugin/identity@0.1.0", "confiture:plugin/lint@0.2.0"]);
        assert!(why.contains("`confiture:plugin/lint@0.2.0`") && why.contains("speaks 0.1;"), "{why}");
        assert!(refused(&["confiture:plugin/lint@0.10.0"]).contains("another version"));
    }

    #[test]
    fn another_world_is_named() {
        assert!(refused(&["wasi:cli/run@0.2.0"]).contains("exports `wasi:cli/run@0.2.0`"));
        assert!(refused(&[]).contains("exports nothing"));
        assert!(refused(&["confiture:plugin/lint@0.1.0"]).contains("does not say who it is"));
        assert!(refused(&["confiture:plugin/identity@0.1.0"]).contains("offers nothing"));
    }
}
