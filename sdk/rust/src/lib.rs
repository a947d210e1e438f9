//! Write Confiture plugins in Rust.
//!
//! A rule is a type with metadata, options and a check ([`Rule`]); a hook has a plan and a run instead ([`Hook`]);
//! [`export_plugin!`] makes a crate with rules or with hooks a plugin; [`testing`] runs both natively, without
//! WebAssembly: rules on a snapshot made from SQL text, from JSON or by hand, hooks against a database that follows a
//! script. Start with the README: a first rule in five minutes.
//!
//! Only `wasm.rs` knows the component model; everything else is ordinary Rust.

pub mod catalog;
pub mod check;
pub mod database;
pub mod documentation;
mod error;
mod export;
pub mod hook;
pub mod log;
pub mod masking;
mod object;
mod options;
mod plugin;
mod report;
mod rule;
mod schema;
pub mod sql;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod wasm;

pub use catalog::{Parts, Relation};
pub use error::{DbError, Error};
pub use hook::{Call, Hook, HookMeta, Outcome, Phase, Placement, Placing, Step};
pub use object::{ObjectKind, ObjectRef, SourceSpan};
pub use options::OptionInfo;
pub use plugin::{AnyRule, Capabilities, DatabaseAccess, OpenRule, Plugin};
pub use report::{Finding, Report, Severity};
pub use rule::{NoOptions, Rule, RuleMeta};
pub use schema::{Schema, Source};
