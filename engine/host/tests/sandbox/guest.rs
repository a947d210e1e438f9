//! Components from WebAssembly text and a world of the contract.

use crate::memory::{Info, Memory};
use std::path::{Path, PathBuf};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{PackageId, Resolve};

/// A guest: its bodies in WebAssembly text, each leaving a pointer to its result.
pub struct Guest {
    pub world: &'static str,
    pub info: Info,
    pub rules: &'static [&'static str],
    /// Instead of the pointer to `info`.
    pub describe: Option<String>,
    /// Of `check-schema (param i32 i32) (result i32)`.
    pub check_schema: String,
    /// Imports, functions and globals beside the usual.
    pub imports: &'static str,
    pub more: String,
    pub memory: Memory,
}

impl Default for Guest {
    fn default() -> Self {
        Self {
            world: "linter",
            info: Info::default(),
            rules: &["some-rule"],
            describe: None,
            check_schema: "unreachable".to_owned(),
            imports: "",
            more: String::new(),
            memory: Memory::new(),
        }
    }
}

impl Guest {
    /// A linter whose `check-schema` is this.
    pub fn checking(check_schema: &str) -> Self {
        Self { check_schema: check_schema.to_owned(), ..Self::default() }
    }

    /// A linter that finds nothing.
    pub fn quiet() -> Self {
        let mut guest = Self::default();
        let found = guest.memory.findings(&[]);
        guest.check_schema = format!("i32.const {found}");
        guest
    }

    pub fn build(self) -> Vec<u8> {
        let (mut resolve, package) = contract();
        self.build_in(&mut resolve, package)
    }

    /// Builds it against another package than the contract's.
    pub fn build_in(mut self, resolve: &mut Resolve, package: PackageId) -> Vec<u8> {
        let version = resolve.packages[package].name.version.clone().unwrap();
        let text = self.text().replace("@0.1.0", &format!("@{version}"));
        encode(resolve, package, self.world, &text)
    }

    /// The core module.
    pub fn text(&mut self) -> String {
        let describe = match self.describe.take() {
            Some(body) => body,
            None => format!("i32.const {}", self.memory.info(&self.info)),
        };
        let exports = self.exports();
        format!(
            r#"(module {imports}
                (memory (export "memory") 2)
                (global $heap (mut i32) (i32.const 65536))
                (func $realloc (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
                    (local $at i32)
                    (local.set $at (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
                    (global.set $heap (i32.add (local.get $at) (local.get 3)))
                    (if (i32.gt_u (global.get $heap) (i32.mul (memory.size) (i32.const 65536)))
                        (then (drop (memory.grow (i32.add (i32.const 1)
                            (i32.shr_u (local.get 3) (i32.const 16)))))))
                    (local.get $at))
                (func (export "confiture:plugin/identity@0.1.0#describe") (result i32) {describe})
                {exports} {more} {data})"#,
            imports = self.imports,
            more = self.more,
            data = self.memory.segment(),
        )
    }

    fn exports(&mut self) -> String {
        let mut exports = String::new();
        if ["linter", "database-linter", "bundle"].contains(&self.world) {
            exports += &format!(
                r#"(func (export "confiture:plugin/lint@0.1.0#list-rules") (result i32) i32.const {rules})
                (func (export "confiture:plugin/lint@0.1.0#check-schema") (param i32 i32) (result i32) {check})
                (func (export "confiture:plugin/lint@0.1.0#check-migration") (param i32 i32 i32 i32 i32 i32) (result i32)
                    unreachable)"#,
                rules = self.memory.rules(self.rules),
                check = self.check_schema,
            );
        }
        if ["hook", "backup-hook", "bundle"].contains(&self.world) {
            exports += r#"
                (func (export "confiture:plugin/hooks@0.1.0#list-hooks") (result i32) unreachable)
                (func (export "confiture:plugin/hooks@0.1.0#place") (param i32 i32 i32 i32) (result i32) unreachable)
                (func (export "confiture:plugin/hooks@0.1.0#plan") (param i32) (result i32) unreachable)
                (func (export "confiture:plugin/hooks@0.1.0#run") (param i32) (result i32) unreachable)"#;
        }
        if ["anonymizer", "bundle"].contains(&self.world) {
            exports += r#"
                (func (export "confiture:plugin/anonymization@0.1.0#list-strategies") (result i32) unreachable)
                (func (export "confiture:plugin/anonymization@0.1.0#open") (param i32) (result i32) unreachable)
                (func (export "confiture:plugin/anonymization@0.1.0#[method]strategy.context-columns")
                    (param i32) (result i32) unreachable)
                (func (export "confiture:plugin/anonymization@0.1.0#[method]strategy.mask")
                    (param i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32) unreachable)"#;
        }
        exports
    }
}

pub fn encode(resolve: &Resolve, package: PackageId, world: &str, text: &str) -> Vec<u8> {
    let mut module = wat::parse_str(text).unwrap();
    let world = resolve.select_world(&[package], Some(world)).unwrap();
    embed_component_metadata(&mut module, resolve, world, StringEncoding::UTF8, false).unwrap();
    ComponentEncoder::default().module(&module).unwrap().validate(true).encode().unwrap()
}

fn wit() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/v0.1")
}

/// The contract.
pub fn contract() -> (Resolve, PackageId) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit()).unwrap();
    (resolve, package)
}

/// The contract with its text changed.
pub fn changed_contract(change: impl Fn(String) -> String) -> (Resolve, PackageId) {
    let directory = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(wit()).unwrap() {
        let file = file.unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        std::fs::write(directory.path().join(file.file_name()), change(text)).unwrap();
    }
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(directory.path()).unwrap();
    (resolve, package)
}
